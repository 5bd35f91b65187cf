"""Every key that `ingest.toml` may have, with the check its value has to pass.

A check takes the value and the folder of the file; it returns the value to keep, or says what was
expected. All mistakes of a file are gathered before anything is refused.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inbox_ingest.errors import (
    ConfigurationError,
    Mistake,
    as_written,
    toml_mistake,
    why_unreadable,
)

MEBIBYTE = 1024 * 1024


class _Wrong(Exception):
    """A value does not fit; the text says what was expected."""


Check = Callable[[Any, Path], Any]  # value, folder of the configuration file → the value to keep


def _text(value: Any, _folder: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong("须是非空字符串（加引号）")
    return value.strip()


def _path(value: Any, folder: Path) -> Path:
    return (folder / Path(_text(value, folder)).expanduser()).resolve()


def _whole(lowest: int, highest: int) -> Check:
    def check(value: Any, _folder: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise _Wrong(f"须是 {lowest} 到 {highest} 之间的整数")
        return value

    return check


def _seconds(value: Any, _folder: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86400:
        raise _Wrong("须是大于 0、不超过 86400 的秒数")
    return float(value)


def _one_of(*choices: str) -> Check:
    def check(value: Any, _folder: Path) -> str:
        if value not in choices:
            raise _Wrong(f"须是 {'、'.join(choices)} 之一")
        return str(value)

    return check


def _texts(value: Any, folder: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise _Wrong('须是至少一项的数组，如 ["INBOX"]')
    try:
        return tuple(_text(item, folder) for item in value)
    except _Wrong as error:
        raise _Wrong("数组各项须是非空字符串") from error


def _command(value: Any, folder: Path) -> tuple[str, ...]:
    if isinstance(value, str):
        raise _Wrong('须是数组，各词分开写，如 ["pass", "show", "mail/126"]')
    return _texts(value, folder)


def _megabytes(value: Any, folder: Path) -> int:
    return int(_whole(1, 4096)(value, folder) * MEBIBYTE)


def _database_url(value: Any, folder: Path) -> str:
    text = _text(value, folder)
    if not text.startswith(("sqlite:", "postgresql")):
        raise _Wrong("须是 sqlite: 或 postgresql: 开头的数据库地址")
    return text


def _archive_url(value: Any, folder: Path) -> str:
    text = _text(value, folder)
    if not text.startswith("file:"):
        raise _Wrong("须是 file: 开头的地址（目前只支持本机文件夹）")
    return text


def _keyring(value: Any, folder: Path) -> str | None:
    if value is False:
        return None
    if isinstance(value, bool):
        raise _Wrong("须是钥匙串中的服务名，或 false（不用钥匙串）")
    return _text(value, folder)


def _no_password(_value: Any, _folder: Path) -> Any:
    raise _Wrong(
        "密码（授权码）不写在配置文件里，请删去这一行；"
        "改用环境变量 INGEST_IMAP_PASSWORD、系统钥匙串或 password_command"
    )


_PORT = _whole(1, 65535)
_SECURITY = _one_of("tls", "starttls", "plain")

# Every key the file may have. The key `""` holds those that stand before the first table.
TABLES: dict[str, dict[str, Check]] = {
    "": {
        "campaign": _path,
        "home": _path,
        "database": _database_url,
        "archive": _archive_url,
    },
    "mailbox": {
        "server": _text,
        "port": _PORT,
        "user": _text,
        "security": _SECURITY,
        "folders": _texts,
        "connect_timeout": _seconds,
        "timeout": _seconds,
        "deadline": _seconds,
        "ca_file": _path,
        "password_command": _command,
        "keyring": _keyring,
        "password": _no_password,
    },
    "smtp": {
        "server": _text,
        "port": _PORT,
        "user": _text,
        "security": _SECURITY,
        "timeout": _seconds,
        "ca_file": _path,
        "password_command": _command,
        "password": _no_password,
    },
    "organiser": {"who": _text},
    "fetch": {
        "batch_megabytes": _megabytes,
        "batch_messages": _whole(1, 5000),
        "largest_megabytes": _megabytes,
    },
    "executor": {"name": _one_of("processes", "serial"), "workers": _whole(0, 256)},
}


def checked_configuration(config: Path) -> dict[str, dict[str, Any]]:
    """The values of the file by table (`""` for those before the first table), all of them valid.

    Raises:
        ConfigurationError: the file cannot be read, or has mistakes; it lists all of them.
    """
    data = _parse(config)
    mistakes: list[Mistake] = []
    kept: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
    for key, value in data.items():
        if key in TABLES and key:
            if isinstance(value, dict):
                _check_table(key, value, config.parent, kept[key], mistakes)
            else:
                mistakes.append(Mistake(key, f"须是一张表，写作 [{key}]", as_written(value)))
        else:
            _check_table("", {key: value}, config.parent, kept[""], mistakes)
    _check_together(kept, mistakes)
    if mistakes:
        listing = "\n".join(f"  {mistake}" for mistake in mistakes)
        raise ConfigurationError(
            f"配置文件 {config} 有 {len(mistakes)} 处错误：\n{listing}",
            remedy="改正后用 ingest doctor 再查一遍。",
        )
    return kept


def _check_table(
    table: str, values: Mapping[str, Any], folder: Path, kept: dict[str, Any], found: list[Mistake]
) -> None:
    checks = TABLES[table]
    for key, value in values.items():
        dotted = f"{table}.{key}" if table else key
        check = checks.get(key)
        if check is None:
            found.append(Mistake(dotted, _unknown(table, key)))
            continue
        try:
            kept[key] = check(value, folder)
        except _Wrong as error:
            # What was written under `password` is not repeated on the screen or in cron's mail.
            shown = None if check is _no_password else as_written(value)
            found.append(Mistake(dotted, str(error), shown))


def _check_together(kept: Mapping[str, Mapping[str, Any]], found: list[Mistake]) -> None:
    """What no single key can tell: keys that need each other, files that must exist."""
    campaign = kept[""].get("campaign")
    if campaign is not None and not campaign.is_file():
        found.append(Mistake("campaign", "须是现有的活动文件（相对于配置文件）", str(campaign)))
    for table in ("mailbox", "smtp"):
        ca_file = kept[table].get("ca_file")
        if ca_file is not None and not ca_file.is_file():
            found.append(Mistake(f"{table}.ca_file", "须是现有的证书文件", str(ca_file)))
    mailbox = kept["mailbox"]
    if ("server" in mailbox) != ("user" in mailbox):
        absent = "user" if "server" in mailbox else "server"
        found.append(Mistake(f"mailbox.{absent}", "server 与 user 须一起填写"))


def _unknown(table: str, key: str) -> str:
    near = difflib.get_close_matches(key, [*TABLES[table], *(() if table else TABLES)], n=1)
    if near and near[0]:
        return f"没有这个键，是否想写 {near[0]}？"
    elsewhere = [name for name, checks in TABLES.items() if name != table and key in checks]
    if elsewhere:
        place = f"[{elsewhere[0]}] 之下" if elsewhere[0] else "所有 [表] 之前"
        return f"没有这个键，它应写在 {place}"
    return f"没有这个键，可用的有 {'、'.join(k for k in TABLES[table] if k != 'password')}"


def _parse(config: Path) -> dict[str, Any]:
    text = ""
    try:
        text = config.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(
            f"配置文件 {config}：{why_unreadable(error)}。",
            remedy="请改正文件的位置或权限，或让 INGEST_CONFIG 指向别的配置文件。",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"配置文件 {config} 不是 UTF-8 编码。", remedy="请用编辑器另存为 UTF-8。"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"配置文件 {config} {toml_mistake(error, text)}",
            remedy="检查所指的行：文字须加引号，键与值之间用等号。",
        ) from error
