"""Finds the mailbox password when it is needed: environment, then a command, then the keyring.

Never from an argument (others see it in `ps`), never from a URL, never from the configuration file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from inbox_ingest.errors import ConfigurationError, system_words
from inbox_ingest.settings import Settings

IMAP_VARIABLE = "INGEST_IMAP_PASSWORD"
SMTP_VARIABLE = "INGEST_SMTP_PASSWORD"
COMMAND_SECONDS = 30

_REMEDY = (
    f"三种办法任选其一：设环境变量 {IMAP_VARIABLE}；"
    "在 ingest.toml 的 [mailbox] 写 password_command；"
    "或用系统钥匙串（须另装：pip install keyring），运行 keyring set inbox-ingest 邮箱地址。"
    "126 邮箱要用授权码，不是登录密码。"
)


def imap_password(
    settings: Settings, user: str, environment: Mapping[str, str] | None = None
) -> str:
    """The password (at 126.com the 授权码) that `user` logs in with.

    Raises:
        ConfigurationError: there is none, or the command that should print it failed.
    """
    environment = os.environ if environment is None else environment
    given = environment.get(IMAP_VARIABLE)
    if given:
        return given
    if settings.mailbox.password_command:
        return _from_command(settings.mailbox.password_command, "mailbox.password_command")
    kept = _from_keyring(settings.mailbox.keyring, user)
    if kept:
        return kept
    raise ConfigurationError(f"没有找到邮箱 {user} 的密码（授权码）。", remedy=_REMEDY)


def smtp_password(
    settings: Settings, user: str, environment: Mapping[str, str] | None = None
) -> str:
    """The password for sending: its own if there is one, else the mailbox's (126.com has one for both).

    Raises:
        ConfigurationError: as `imap_password`.
    """
    environment = os.environ if environment is None else environment
    given = environment.get(SMTP_VARIABLE)
    if given:
        return given
    if settings.smtp.password_command:
        return _from_command(settings.smtp.password_command, "smtp.password_command")
    return imap_password(settings, user, environment)


def password_source(settings: Settings, environment: Mapping[str, str] | None = None) -> str | None:
    """Where the password would be taken from, in Chinese, without fetching it; None for nowhere."""
    environment = os.environ if environment is None else environment
    if environment.get(IMAP_VARIABLE):
        return f"环境变量 {IMAP_VARIABLE}"
    if settings.mailbox.password_command:
        return f"命令 {settings.mailbox.password_command[0]}"
    if settings.mailbox.keyring and _has_keyring():
        return f"系统钥匙串（{settings.mailbox.keyring}）"
    return None


def _from_command(command: Sequence[str], key: str) -> str:
    """The first line a command prints. Its output never reaches a message: it may be the secret."""
    import subprocess

    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigurationError(
            f"取密码的命令 {command[0]} 过了 {COMMAND_SECONDS} 秒仍未结束。",
            remedy=f"请在终端里试一试 {key} 所写的命令，它不能等人输入。",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"取密码的命令 {command[0]} 无法运行：{system_words(error)}。",
            remedy=f"请检查 {key}；由 cron 运行时请写命令的完整路径。",
        ) from error
    lines = done.stdout.decode("utf-8", errors="replace").splitlines()
    password = lines[0].strip() if lines else ""
    if done.returncode != 0 or not password:
        found = "没有输出密码" if done.returncode == 0 else f"以 {done.returncode} 退出"
        raise ConfigurationError(
            f"取密码的命令 {command[0]} {found}。",
            remedy=f"请在终端里试一试 {key} 所写的命令。",
        )
    return password


def _has_keyring() -> bool:
    from importlib.util import find_spec  # not at the top: an empty poll with a password skips it

    return find_spec("keyring") is not None


def _from_keyring(service: str | None, user: str) -> str | None:
    if service is None or not _has_keyring():
        return None
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return keyring.get_password(service, user)
    except NoKeyringError:  # the package is there, a desktop keyring is not
        return None
    except (KeyringError, OSError) as error:
        raise ConfigurationError(
            f"系统钥匙串打不开：{error}",
            remedy=f"{_REMEDY} 若不用钥匙串，请在 [mailbox] 写 keyring = false。",
        ) from error
