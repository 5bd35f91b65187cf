"""A real SMTP server (aiosmtpd) with AUTH, TLS and, on demand, every way of going wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.servers.certificates import make_authority

USER = "zhengji@example.cn"
PASSWORD = "abcdefghijklmnop"


@dataclass(frozen=True)
class Delivered:
    """A mail that the server took: envelope and bytes as they came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class Faults:
    """What goes wrong. Phases: `mail`, `recipient`, `data` (within the text), `end` (after it);
    for `pause` also `login`.

    `answers` holds, by phase, answers to give instead of the good one, each once.
    `cut` drops the connection there; at `end` after the mail was taken, before the 250.
    `pause` stops there: `reached` is set, and the server waits for `go_on`.
    `greeting` is said instead of the 220 that begins every connection.
    `drip` sends every answer one byte at a time with so many seconds between.
    """

    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    cut: str | None = None
    pause: str | None = None
    drip: float = 0.0
    refuse_login: str | None = None
    greeting: str | None = None
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def strike(self, phase: str, protocol: FaultySMTP) -> str | None:
        """Whatever is to happen at this phase; an answer to give instead, or None."""
        if self.pause == phase:
            self.reached.set()
            while not self.go_on.is_set():
                await asyncio.sleep(0.01)
        if self.cut == phase:
            self.cut = None
            protocol.transport.abort()
            raise ConnectionResetError
        queue = self.answers[phase]
        return queue.pop(0) if queue else None


class FaultySMTP(SMTP):
    """aiosmtpd's protocol with the faults built in."""

    faults: Faults

    async def push(self, status: Any) -> None:
        if self.faults.greeting and str(status).startswith("220 "):
            status = self.faults.greeting
        if not self.faults.drip:
            await super().push(status)
            return
        line = status if isinstance(status, bytes) else status.encode()
        for byte in line + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(self.faults.drip)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if self.faults.pause == "login":
            await self.faults.strike("login", self)
        await super().smtp_AUTH(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if instead := self.faults.answers["data"]:
            await self.push(instead.pop(0))
            return
        if self.faults.cut == "data" or self.faults.pause == "data":
            await self.push("354 go ahead")
            await self._reader.read(64)
            await self.faults.strike("data", self)
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, faults: Faults, delivered: list[Delivered]) -> None:
        self._faults = faults
        self._delivered = delivered

    async def handle_MAIL(  # noqa: N802
        self, server: FaultySMTP, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if instead := await self._faults.strike("mail", server):
            return instead
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Mail OK"

    async def handle_RCPT(  # noqa: N802
        self, server: FaultySMTP, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if instead := await self._faults.strike("recipient", server):
            return instead
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 Mail OK"

    async def handle_DATA(  # noqa: N802
        self, server: FaultySMTP, _session: Any, envelope: Any
    ) -> str:
        refused = self._faults.answers["end"]
        if refused and refused[0][0] in "45":
            return refused.pop(0)
        self._delivered.append(
            Delivered(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
        )
        return await self._faults.strike("end", server) or "250 Mail OK queued as smtp1"


class SmtpServer:
    """The server, up inside `with`. `tls` is implicit, starttls or none; `ca` verifies it."""

    def __init__(self, folder: Path, tls: str = "none", *, starttls_stripped: bool = False) -> None:
        self.faults = Faults()
        self.delivered: list[Delivered] = []
        self.sessions = 0
        self.port = _free_port()
        self.host = "localhost"
        self.ca: Path | None = None
        context = None
        if tls != "none":
            self.ca, certificate, key = make_authority(folder)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
        offered = context if tls == "starttls" and not starttls_stripped else None
        self._controller = _controller(self, context if tls == "implicit" else None, offered)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.go_on.set()
        with contextlib.suppress(Exception):
            self._controller.stop()


def _controller(
    server: SmtpServer, implicit: ssl.SSLContext | None, starttls: ssl.SSLContext | None
) -> Controller:
    handler = _Handler(server.faults, server.delivered)

    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        if server.faults.refuse_login:
            return AuthResult(success=False, handled=False, message=server.faults.refuse_login)
        good = (
            isinstance(data, LoginPassword)
            and data.login == USER.encode()
            and data.password == PASSWORD.encode()
        )
        message = None if good else "535 Error: authentication failed"
        return AuthResult(success=good, handled=False, message=message)

    class _Controller(Controller):
        def factory(self) -> SMTP:
            protocol = FaultySMTP(
                handler,
                hostname="smtp.example.cn",
                authenticator=authenticate,
                auth_required=True,
                auth_require_tls=False,
                tls_context=starttls,
                require_starttls=starttls is not None,
                loop=self.loop,
            )
            protocol.faults = server.faults
            server.sessions += 1
            return protocol

    return _Controller(handler, hostname="127.0.0.1", port=server.port, ssl_context=implicit)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
