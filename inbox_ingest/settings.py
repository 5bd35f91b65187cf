"""The only reader of environment and configuration: `ingest.toml` and INGEST_* become `Settings`.

Every mistake in the file is reported at once (`setting_checks.py`). Standard library only, so that
`status` and an empty poll start fast.

Where the file is looked for: INGEST_CONFIG, else ./ingest.toml, else ingest.toml in INGEST_HOME.
Without one the shipped campaign and the defaults below are used. Paths in the file are relative to
the file. The mailbox password never stands in it: see `inbox_ingest/credentials.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from inbox_ingest.errors import ConfigurationError
from inbox_ingest.setting_checks import MEBIBYTE, checked_configuration

CONFIG_NAME = "ingest.toml"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """The IMAP account. `server` and `user` are None where no mailbox is configured.

    `security` is tls, starttls, or plain (refused but for loopback). `folders` empty means: INBOX
    and those into which the spam filter puts mail (facts §1). Times are in seconds: `timeout` may
    pass between two bytes, `deadline` over a whole command besides the time its bytes need.
    """

    server: str | None = None
    port: int = 993
    user: str | None = None
    security: str = "tls"
    folders: tuple[str, ...] = ()
    connect_timeout: float = 20.0
    timeout: float = 60.0
    deadline: float = 90.0
    ca_file: Path | None = None
    password_command: tuple[str, ...] = ()
    keyring: str | None = "inbox-ingest"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The server that sends replies. `user` None means the mailbox's user (126.com insists)."""

    server: str | None = None
    port: int = 465
    user: str | None = None
    security: str = "tls"
    timeout: float = 60.0
    ca_file: Path | None = None
    password_command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Bounds of one pass. Sizes in bytes; a larger message than `largest_message` waits, and is shown."""

    batch_bytes: int = 32 * MEBIBYTE
    batch_messages: int = 200
    largest_message: int = 200 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class ExecutorSettings:
    """Who does the parallel work: `processes` or `serial`. `workers` 0 means one a CPU core."""

    name: str = "processes"
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is configured, with defaults filled in.

    `campaign` is None where the shipped campaign is used. `config` is the file that was read, or
    None. `database` and `archive` are URLs; None means SQLite and a folder inside `home`.
    `who` signs an organiser's decisions.
    """

    home: Path
    config: Path | None = None
    campaign: Path | None = None
    database: str | None = None
    archive: str | None = None
    who: str | None = None
    mailbox: MailboxSettings = field(default_factory=MailboxSettings)
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    fetch: FetchSettings = field(default_factory=FetchSettings)
    executor: ExecutorSettings = field(default_factory=ExecutorSettings)

    @property
    def casebook(self) -> Path:
        """Where the SQLite database lies when no other database is configured."""
        return self.home / "casebook.sqlite3"

    @property
    def archive_folder(self) -> Path:
        """Where raw mail and attachments lie: the folder of the archive URL, else one in `home`."""
        if self.archive is None:
            return self.home / "archive"
        return Path(unquote(urlsplit(self.archive).path))

    @property
    def holds_secrets(self) -> bool:
        """Whether the file may betray a password (a command line or a database URL with one)."""
        commands = self.mailbox.password_command or self.smtp.password_command
        return bool(commands) or "@" in (self.database or "")


def load_settings(
    environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """Read configuration and environment.

    `environment` and `folder` default to the process's own environment and working folder.

    Raises:
        ConfigurationError: with every mistake in the file, or because INGEST_CONFIG names none.
    """
    environment = os.environ if environment is None else environment
    folder = Path.cwd() if folder is None else folder
    home = _home_of(environment, folder)
    config = _find_config(environment, folder, home)
    if config is None:
        return Settings(home=home)
    tables = checked_configuration(config)
    top = tables[""]
    if not environment.get("INGEST_HOME"):
        home = top.get("home", home)
    return Settings(
        home=home,
        config=config,
        campaign=top.get("campaign"),
        database=top.get("database"),
        archive=top.get("archive"),
        who=tables["organiser"].get("who"),
        mailbox=MailboxSettings(**_with_standard_port(tables["mailbox"], starttls=143)),
        smtp=SmtpSettings(**_with_standard_port(tables["smtp"], starttls=587)),
        fetch=FetchSettings(**_in_bytes(tables["fetch"])),
        executor=ExecutorSettings(**tables["executor"]),
    )


def _home_of(environment: Mapping[str, str], folder: Path) -> Path:
    named = environment.get("INGEST_HOME")
    if named:
        return (folder / Path(named).expanduser()).resolve()
    data = environment.get("XDG_DATA_HOME")
    base = Path(data) if data else Path(environment.get("HOME", "~")).expanduser() / ".local/share"
    return base / "inbox-ingest"


def _find_config(environment: Mapping[str, str], folder: Path, home: Path) -> Path | None:
    named = environment.get("INGEST_CONFIG")
    if named:
        path = (folder / Path(named).expanduser()).resolve()
        if path.is_dir():
            raise ConfigurationError(
                f"INGEST_CONFIG 指定的 {path} 是文件夹，不是配置文件。",
                remedy=f"请写到文件为止，如 {path / CONFIG_NAME}。",
            )
        if not _is_file(path):
            raise ConfigurationError(
                f"INGEST_CONFIG 指定的配置文件不存在：{path}",
                remedy="改正该环境变量，或运行 ingest init 生成配置文件。",
            )
        return path
    places = (folder / CONFIG_NAME, home / CONFIG_NAME)
    return next((path.resolve() for path in places if _is_file(path)), None)


def _is_file(path: Path) -> bool:
    """Whether a file is seen there; in a folder that may not be searched, none is."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def _with_standard_port(values: dict[str, Any], *, starttls: int) -> dict[str, Any]:
    if "port" not in values and values.get("security", "tls") != "tls":
        return {**values, "port": starttls}
    return values


def _in_bytes(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "batch_megabytes": "batch_bytes",
        "largest_megabytes": "largest_message",
    }
    return {names.get(key, key): value for key, value in values.items()}
