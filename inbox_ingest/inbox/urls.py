"""Source URLs, as people type them, become addresses; every mistake is told in words.

    imaps://user@host[:port][/FOLDER]            TLS from the first byte (port 993)
    imap+starttls://user@host[:port][/FOLDER]    TLS by STARTTLS, never without it (port 143)
    imap://user@host[:port][/FOLDER]             plain text: only to this very machine (port 143)
    maildir:PATH   mbox:PATH   eml:PATH

A user name may hold an @, written plainly (`imaps://call@126.com@imap.126.com`) or as %40. A folder
is written as people see it; %-signs in it are decoded. A password has no place in a URL: arguments
and configuration files are read by others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from inbox_ingest.errors import UsageError

Security = Literal["tls", "starttls", "plain"]
FileKind = Literal["eml", "mbox", "maildir"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "imaps": ("tls", 993),
    "imap+starttls": ("starttls", 143),
    "imap": ("plain", 143),
}
_FILE_KINDS: dict[str, FileKind] = {"eml": "eml", "mbox": "mbox", "maildir": "maildir"}
_FORMS = "imaps://用户@主机/文件夹、maildir:路径、mbox:路径 或 eml:路径"


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """A mailbox on a server. `folder` is None where the URL names none."""

    host: str
    port: int
    user: str
    security: Security = "tls"
    folder: str | None = None

    @property
    def account(self) -> str:
        """Stable identity without password and folder; the port only where it is unusual."""
        scheme, usual = next(
            (name, port) for name, (security, port) in _SCHEMES.items() if security == self.security
        )
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{self.user}@{host}" + ("" if self.port == usual else f":{self.port}")


@dataclass(frozen=True, slots=True)
class FileAddress:
    """Mail in files: one .eml or a folder of them, an mbox file, a Maildir."""

    kind: FileKind
    path: Path


def parse_source(url: str) -> ImapAddress | FileAddress:
    """Read a source URL. Raises `UsageError` with what is wrong and how it should look."""
    scheme, colon, rest = url.strip().partition(":")
    scheme = scheme.casefold()
    if not colon or not (scheme in _SCHEMES or scheme in _FILE_KINDS):
        raise UsageError(f"看不懂邮件来源“{_shown(url)}”。", remedy=f"请写成 {_FORMS}。")
    if scheme in _FILE_KINDS:
        return _file_address(_FILE_KINDS[scheme], rest)
    if not rest.startswith("//"):
        raise UsageError(
            f"邮箱地址“{_shown(url)}”缺少双斜杠。", remedy=f"请写成 {scheme}://用户@主机/文件夹。"
        )
    return _imap_address(scheme, rest[2:])


def _file_address(kind: FileKind, rest: str) -> FileAddress:
    path = rest.removeprefix("//") if rest.startswith("///") else rest
    if not path or "\0" in path:
        raise UsageError(f"{kind}: 后面须写路径。", remedy=f"例如 {kind}:/var/mail/cases")
    return FileAddress(kind, Path(path).expanduser())


def _imap_address(scheme: str, rest: str) -> ImapAddress:
    security, usual_port = _SCHEMES[scheme]
    authority, slash, folder = rest.partition("/")
    user, at, server = authority.rpartition("@")
    if not at or not user:
        raise UsageError(
            "邮箱地址里没有用户名。",
            remedy=f"请写成 {scheme}://用户@主机/文件夹，用户名里可以有 @。",
        )
    if ":" in user:
        raise UsageError(
            "邮箱地址里不能写密码。",
            remedy="授权码请放在环境变量 INGEST_IMAP_PASSWORD、系统钥匙串或取密码的命令里。",
        )
    host, port = _host_and_port(server, usual_port)
    if security == "plain" and not is_loopback(host):
        raise UsageError(
            f"imap:// 会把授权码明文传到 {host}，已拒绝连接。",
            remedy="请改用 imaps://；服务器只支持 STARTTLS 时用 imap+starttls://。",
        )
    name = _decoded(folder.rstrip("/"), "文件夹") if slash else ""
    if name.upper() == "INBOX":
        name = "INBOX"
    return ImapAddress(host, port, _decoded(user, "用户名"), security, name or None)


def _host_and_port(server: str, usual: int) -> tuple[str, int]:
    if server.startswith("["):
        host, bracket, tail = server[1:].partition("]")
        colon, port = tail[:1], tail[1:]
        fits = bool(bracket) and colon in ("", ":")
    else:
        host, colon, port = server.partition(":")
        fits = True
    if not host or not fits or any(sign.isspace() or sign in '/?#%\\"' for sign in host):
        raise UsageError(f"邮箱地址里的主机名“{_shown(server)}”不对。", remedy="例如 imap.126.com")
    if not colon:
        return host.casefold(), usual
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise UsageError(f"端口“{_shown(port)}”不对。", remedy="端口是 1 到 65535 的整数。")
    return host.casefold(), int(port)


def _decoded(text: str, what: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise UsageError(f"邮箱地址里的{what}“{_shown(text)}”不是 UTF-8 编码。") from error
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in decoded):
        raise UsageError(f"邮箱地址里的{what}含有控制字符。")
    return decoded


def is_loopback(host: str) -> bool:
    """Whether `host` is this very machine."""
    if host == "localhost":
        return True
    import ipaddress  # seldom needed, and the poll counts milliseconds

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(text: str) -> str:
    """A piece of a mistyped URL, without what may be a password in it."""
    safe = re.sub(r"^([^:@]*:(?://)?|).*@", r"\1…@", text, flags=re.DOTALL)
    return "".join(sign if sign.isprintable() else "�" for sign in safe)[:120]
