"""Speak SMTP: hand one letter after another to the server, and say surely what became of each.

The dialogue is driven step by step over smtplib, because what matters most is where it broke: the
final dot is sent apart from the text, so that a connection lost before it surely delivered nothing
and one lost after it is `unknown`, never guessed. TLS is verified, and a server that does not offer
STARTTLS where it is configured is refused, not spoken to in clear.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from inbox_ingest.errors import (
    ConfigurationError,
    LoginRefused,
    MailboxUnreachable,
    ServiceMissing,
    system_words,
)
from inbox_ingest.records import Frozen
from inbox_ingest.replies.outcomes import Outcome, Phase, ServerBusy, lost, outcome_of
from inbox_ingest.settings import Settings

# An address literal needs no name lookup, and says nothing about the organiser's machine.
_HELLO: Final = "[127.0.0.1]"
_READY: Final = 354


class SmtpServer(Frozen):
    """Where to send. `security` is tls, starttls, or plain (refused but for loopback).

    `timeout` bounds one network operation, `deadline` the whole handing over of one letter, in
    seconds.
    """

    host: str
    port: int
    user: str
    security: str = "tls"
    ca_file: Path | None = None
    timeout: float = 30.0
    deadline: float = 120.0


def configured_server(settings: Settings) -> SmtpServer:
    """The server that the configuration names for sending.

    Raises:
        ConfigurationError: it names none, or no user.
    """
    smtp = settings.smtp
    user = smtp.user or settings.mailbox.user
    if smtp.server is None or user is None:
        raise ConfigurationError(
            "还没有配置发信服务器。",
            remedy="请在 ingest.toml 的 [smtp] 写明 server，如 smtp.126.com。",
        )
    return SmtpServer(
        host=smtp.server,
        port=smtp.port,
        user=user,
        security=smtp.security,
        ca_file=smtp.ca_file,
        timeout=smtp.timeout,
        deadline=max(4 * smtp.timeout, 120.0),
    )


class SmtpSession:
    """One connection, logged in. Use as a context manager; `deliver` one letter after another.

    After an outcome that lost the connection `alive` is False: open a new session.
    """

    def __init__(self, server: SmtpServer, password: str) -> None:
        self._server = server
        self._password = password
        self._smtp = smtplib.SMTP(local_hostname=_HELLO, timeout=server.timeout)
        self.alive = False

    def __enter__(self) -> Self:
        """Connect and log in.

        Raises:
            MailboxUnreachable: no connection, or it broke.
            ServerBusy: the server says so.
            LoginRefused: a person has to mend the account.
            ServiceMissing: no encryption where it is demanded, or a certificate that fails.
            ConfigurationError: clear text to another machine.
        """
        try:
            with self._deadline():
                self._connect()
                self._log_in()
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise ServiceMissing(
                f"SMTP 服务器 {self._server.host} 的证书未通过验证（{error.verify_message}）",
                remedy="请核对服务器名称；自建服务器请在配置中写明 ca_file。",
            ) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._drop()
            raise MailboxUnreachable(
                f"连接不上 SMTP 服务器 {self._server.host}:{self._server.port}（{_why(error)}）"
            ) from error
        except BaseException:
            self._drop()
            raise
        self.alive = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.alive:
            self._quit()
        else:
            self._drop()

    def deliver(self, raw: bytes, sender: str, recipient: str) -> Outcome:
        """Hand over one letter (bytes with CRLF line ends) to one recipient."""
        phase: Phase = "mail"
        try:
            with self._deadline():
                size = [f"size={len(raw)}"] if self._smtp.has_extn("size") else []
                code, text = self._smtp.mail(sender, size)
                if code == 250:
                    phase = "recipient"
                    code, text = self._smtp.rcpt(recipient)
                if phase == "recipient" and code in (250, 251):
                    phase = "data"
                    code, text = self._smtp.docmd("DATA")
                if phase == "data" and code == _READY:
                    self._smtp.send(_dot_stuffed(raw))
                    phase = "end"
                    self._smtp.send(b".\r\n")
                    code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._drop()
            return lost(phase, _why(error))
        outcome = outcome_of(code, text, phase)
        if outcome.reconnect:
            self._quit()
        elif code == 421 or code < 200 or outcome.verdict == "unknown":
            self._drop()
        elif outcome.verdict != "sent":
            self._reset()
        return outcome

    def _connect(self) -> None:
        server = self._server
        if server.security == "plain" and not _loopback(server.host):
            raise ConfigurationError(
                f"拒绝以明文连接 {server.host}", remedy='请把 [smtp] 的 security 改为 "tls"。'
            )
        raw = socket.create_connection((server.host, server.port), timeout=server.timeout)
        self._smtp.sock = raw
        if server.security == "tls":
            self._smtp.sock = self._context().wrap_socket(raw, server_hostname=server.host)
        self._expect(*self._smtp.getreply(), phase="open")
        self._expect(*self._smtp.ehlo(), phase="open")
        if server.security == "starttls":
            self._start_tls(raw)

    def _start_tls(self, raw: socket.socket) -> None:
        if not self._smtp.has_extn("starttls"):
            raise ServiceMissing(
                f"SMTP 服务器 {self._server.host} 没有提供 STARTTLS，不会以明文登录",
                remedy='请改用 465 端口和 security = "tls"。',
            )
        self._expect(*self._smtp.docmd("STARTTLS"), phase="open")
        self._smtp.sock = self._context().wrap_socket(raw, server_hostname=self._server.host)
        # Whatever came in clear behind the answer is thrown away with the old buffer (RFC 3207 §4.2).
        self._smtp.file = None
        self._smtp.ehlo_resp = None
        self._smtp.esmtp_features = {}
        self._expect(*self._smtp.ehlo(), phase="open")

    def _log_in(self) -> None:
        try:
            self._smtp.login(self._server.user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            self._expect(error.smtp_code, error.smtp_error, phase="login")
        except smtplib.SMTPNotSupportedError as error:
            raise ServiceMissing(
                f"SMTP 服务器 {self._server.host} 没有本程序会用的登录方式"
            ) from error
        except UnicodeEncodeError as error:
            raise LoginRefused(
                "SMTP 授权码含有非 ASCII 字符", remedy="请重新复制 16 位授权码。"
            ) from error

    def _expect(self, code: int, text: bytes | str, *, phase: Phase) -> None:
        """Turn an answer that is no 2xx into the exception of its verdict."""
        if 200 <= code < 300:
            return
        outcome = outcome_of(code, text, phase)
        if outcome.verdict == "person":
            raise LoginRefused(f"SMTP：{outcome.reason}（{outcome.answer}）")
        raise ServerBusy(outcome)

    def _reset(self) -> None:
        try:
            with self._deadline(self._server.timeout):
                code, _ = self._smtp.docmd("RSET")
        except (OSError, smtplib.SMTPException, ValueError):
            code = -1
        if code != 250:
            self._drop()

    def _context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self._server.ca_file)
        except OSError as error:
            raise ConfigurationError(f"无法读取证书文件 {self._server.ca_file}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    @contextlib.contextmanager
    def _deadline(self, seconds: float | None = None) -> Iterator[None]:
        """Cut the connection when the whole of what is done inside takes too long.

        The socket's own time-out starts anew with every byte: one byte a second would hang for ever.
        """
        timer = threading.Timer(self._server.deadline if seconds is None else seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        sock = self._smtp.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # On the plain socket underneath: SSLSocket.shutdown is not safe from another thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _quit(self) -> None:
        with (
            contextlib.suppress(OSError, smtplib.SMTPException, ValueError),
            self._deadline(5.0),
        ):
            self._smtp.docmd("QUIT")
        self._drop()

    def _drop(self) -> None:
        self.alive = False
        with contextlib.suppress(OSError, ValueError):
            self._smtp.close()


def _dot_stuffed(raw: bytes) -> bytes:
    """The letter for DATA (RFC 5321 §4.5.2): a leading dot doubled, ending in CRLF."""
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "超时"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "服务器断开"
    if isinstance(error, socket.gaierror):
        return "找不到服务器，请检查网络或服务器名称"
    if isinstance(error, OSError):
        return system_words(error)
    return type(error).__name__
