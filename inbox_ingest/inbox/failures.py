"""What a mail server answers, and what the network throws, in words that a person can act on.

Three outcomes: `Fault` (this connection is spoiled, another may do better: tried again a bounded
number of times, then `MailboxUnreachable`), `LoginRefused` (a person has to mend the account), and
`ConfigurationError` with `FolderMissing` (what we were told does not fit this server).
imaplib has one class for a permanent NO and a passing one: the code in the text decides (RFC 5530).
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from pathlib import Path
from typing import Any

from inbox_ingest.errors import (
    ConfigurationError,
    IngestError,
    LoginRefused,
    MailboxUnreachable,
    system_words,
)
from inbox_ingest.inbox.source import FolderMissing

# In lower case: RFC 5530 §3, RFC 9051 §7.1, and words that servers use without a code. No regular
# expressions: compiling them would be a good part of what a poll that finds nothing costs.
_PASSING = (
    *("[unavailable", "[serverbug", "[inuse", "[limit", "[timeout", "[throttled"),
    *("too many", "try again", "temporar", "timed out", "time out", "overload", "busy"),
    *("稍后", "繁忙", "频繁"),
)
_UNSAFE = ("unsafe login",)
_NOT_THERE = ("[nonexistent", "[trycreate", "exist", "not found", "unknown", "no such")
_LONGEST_QUOTE = 200

# Exceptions of the answer parsers: what they raise when an answer is no IMAP.
PARSER_ERRORS = (
    ValueError,  # includes UnicodeError
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    RecursionError,
)


class Fault(Exception):
    """Something spoiled this connection; `reason` is a Chinese sentence without its full stop.

    `refused`: the server answered in good order, and its answer was no: the same command will get
    the same answer. `arrived` holds the messages that were complete when the connection broke.
    """

    def __init__(self, reason: str, remedy: str | None = None, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.refused = refused
        self.arrived: dict[str, dict[bytes, Any]] = {}


def unreachable(server: str, fault: Fault) -> MailboxUnreachable:
    """What the pass ends with when trying again did not help."""
    remedy = (
        fault.remedy
        or "已取得的邮件都已保存，下一次运行会接着做；若一直如此，请运行 ingest doctor。"
    )
    return MailboxUnreachable(f"邮箱服务器 {server} 暂时用不了：{fault.reason}。", remedy=remedy)


def words(text: object) -> str:
    """A server's words, safe and short enough to be shown: printable, one line."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    shown = "".join(sign if sign.isprintable() else " " for sign in str(text))
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + "…"


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    lower = text.lower()
    return any(phrase in lower for phrase in phrases)


def fault_of(error: BaseException) -> Fault | IngestError:
    """Translate an exception of imaplib, imapclient, socket or ssl."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxUnreachable(
            f"邮箱服务器的 TLS 证书未通过验证（{words(error.verify_message)}），没有登录。",
            remedy="请核对主机名和本机时间；自建服务器请在配置里写明 CA 证书文件。绝不要关闭验证。",
        )
    if isinstance(error, imaplib.IMAP4.abort):
        return _fault_of_abort(error)
    if type(error) is imaplib.IMAP4.error:  # imaplib's own: the server said BAD or NO
        return refusal(str(error))
    if isinstance(error, MemoryError):
        return Fault("服务器发来的数据大得离谱")
    if isinstance(error, OSError):
        return _fault_of_network(error)
    return Fault(f"服务器的回答不符合 IMAP 协议（{type(error).__name__}）")


def _fault_of_abort(error: imaplib.IMAP4.abort) -> Fault:
    text = str(error)
    if "asked for" in text or "longer than a million" in text:
        return Fault("服务器发来的数据远多于所要的")
    if "EOF" in text or "unterminated" in text or "socket error" in text:
        return Fault("服务器中途断开了连接")
    if "unexpected" in text:
        return Fault("服务器的回答不符合 IMAP 协议")
    return Fault(f"服务器结束了会话：{words(text)}")


# In this order: several of these are kinds of each other.
_NETWORK: tuple[tuple[type[OSError] | tuple[type[OSError], ...], str, str | None], ...] = (
    (socket.gaierror, "查不到主机地址", "请检查网络、DNS 和配置里的主机名。"),
    (TimeoutError, "服务器迟迟没有回答", None),
    (ConnectionRefusedError, "服务器拒绝连接", "请检查主机名和端口：imaps 一般是 993。"),
    (
        (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError),
        "服务器中途断开了连接",
        None,
    ),
    (ssl.SSLError, "TLS 握手失败", "请检查端口：imaps 一般是 993，143 不是 TLS 端口。"),
)


def _fault_of_network(error: OSError) -> Fault:
    for kind, reason, remedy in _NETWORK:
        if isinstance(error, kind):
            return Fault(reason, remedy)
    return Fault(f"网络出错（{system_words(error) if error.errno else words(error)}）")


def refusal(text: str) -> Fault | LoginRefused:
    """A NO or BAD to a command that only looks."""
    if _says(text, _UNSAFE):
        return unsafe_login(text)
    return Fault(f"服务器回答：{words(text)}", refused=not _says(text, _PASSING))


def login_refusal(text: str, password_from: str | None = None) -> Fault | LoginRefused:
    """Why LOGIN was refused; `password_from` says where the password was found."""
    if _says(text, _PASSING) and not _says(text, _UNSAFE):
        return Fault(f"服务器暂时不让登录：{words(text)}")
    if _says(text, _UNSAFE):
        return unsafe_login(text)
    where = f"（这次取自{password_from}）" if password_from else ""
    return LoginRefused(
        f"邮箱登录被拒绝，服务器说：{words(text)}",
        remedy=(
            "126/163 邮箱须用授权码，不是网页登录密码：请在网页版“设置 → POP3/SMTP/IMAP”里确认 "
            f"IMAP 服务已开启，重新生成授权码并换掉原来的{where}；也请核对账号。"
        ),
    )


def unsafe_login(text: str) -> LoginRefused:
    """The server let us in and shows nothing: NetEase's refusal of clients that it does not trust."""
    return LoginRefused(
        f"已登录，但服务器以“Unsafe Login”拒绝打开文件夹：{words(text)}",
        remedy=(
            "网易邮箱认为这个客户端不安全。本程序登录后已按要求表明身份（IMAP ID）；若仍被拒绝，"
            "请登录网页版查看安全提醒、重新生成授权码，或写信给 kefu@188.com。不要反复重试。"
        ),
    )


def folder_refusal(folder: str, text: str) -> Fault | LoginRefused | ConfigurationError:
    """Why EXAMINE was refused."""
    if _says(text, _UNSAFE):
        return unsafe_login(text)
    if _says(text, _PASSING):
        return Fault(f"服务器暂时打不开文件夹“{folder}”：{words(text)}")
    why = "没有" if _says(text, _NOT_THERE) else "打不开"
    return FolderMissing(
        f"邮箱里{why}文件夹“{folder}”，服务器说：{words(text)}",
        remedy="请核对配置里的文件夹名；ingest doctor 会列出邮箱里的全部文件夹。",
    )


def starttls_refusal(server: str) -> ConfigurationError:
    """The server offers no TLS where TLS was demanded: a password is never sent without it."""
    return ConfigurationError(
        f"邮箱服务器 {server} 不提供 STARTTLS，没有登录：授权码不会明文传送。",
        remedy="请改用 imaps://；若服务器本该支持 STARTTLS，可能有人在中间动了手脚。",
    )


def plain_login_refusal(server: str) -> ConfigurationError:
    """The server demands TLS before LOGIN (LOGINDISABLED, RFC 3501 §6.2.3)."""
    return ConfigurationError(
        f"邮箱服务器 {server} 不许在未加密的连接上登录。",
        remedy="请改用 imaps:// 或 imap+starttls://。",
    )


def unusable_credentials() -> LoginRefused:
    """The user name or password holds signs that LOGIN cannot carry."""
    return LoginRefused(
        "账号或授权码里有 IMAP 登录不能传送的字符。",
        remedy="授权码是 16 个英文字母或数字；请重新复制，注意不要带上空格、换行或中文字符。",
    )


def unusable_ca_file(path: Path) -> ConfigurationError:
    """The file with the certificate authority is not there or holds no certificate."""
    return ConfigurationError(
        f"CA 证书文件 {path} 读不出来。", remedy="请在配置里写一个 PEM 格式的证书文件。"
    )
