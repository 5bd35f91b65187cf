"""pymap, a real IMAP server in Python, in a thread: with the gate of 126.com, byte-exact, no UIDNEXT.

    with PymapServer(gate=True) as server:
        uid = server.deliver(b"Subject: x\\r\\n\\r\\n", when, folder="INBOX")

`commands` lists what clients said ("LOGIN", "ID", "EXAMINE", "UID FETCH"…), in order.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from argparse import Namespace
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, DictBackend, Login
from pymap.context import connection_exit
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import ResponseNo
from pymap.parsing.specials.flag import Flag
from pysasl.hashing import BuiltinHash

T = TypeVar("T")

USER = "call@126.com"
PASSWORD = "abcdefghijklmnop"
NOON = datetime(2025, 5, 6, 12, 0, tzinfo=UTC)
REFUSAL = b"SELECT Unsafe Login. Please contact kefu@188.com for help"
_SPECIAL = {"垃圾邮件": b"Junk", "已发送": b"Sent", "Junk": b"Junk", "Sent": b"Sent"}


class _State(ConnectionState):
    """As 126.com: nothing opens before ID was sent after login, on this connection."""

    server: PymapServer

    def __init__(self, login: Any, config: Any) -> None:
        super().__init__(login, config)
        self._introduced = False

    async def do_command(self, cmd: Any) -> Any:
        self.server.commands.append(cmd.command.decode())
        return await super().do_command(cmd)

    async def do_id(self, cmd: Any) -> Any:
        said = {
            bytes(key).decode(): bytes(value).decode()
            for key, value in (cmd.parameters or {}).items()
        }
        self.server.identities.append(said)
        self._introduced = self._session is not None and {
            "name",
            "version",
            "vendor",
            "support-email",
        } <= set(said)
        return await super().do_id(cmd)

    async def do_select(self, cmd: Any) -> Any:
        if self.server.gate and not self._introduced:
            return ResponseNo(cmd.tag, REFUSAL), None
        response, updates = await super().do_select(cmd)
        if self.server.gate:  # no UIDNEXT there, and always the same UIDVALIDITY
            response._untagged = [
                each for each in response._untagged if b"UIDNEXT" not in bytes(each)
            ]
        return response, updates

    async def do_list(self, cmd: Any) -> Any:
        response, updates = await super().do_list(cmd)
        for each in response._untagged:
            special = _SPECIAL.get(getattr(each, "mailbox", ""))
            if special:
                each.attrs = [*each.attrs, special]
        return response, updates


class PymapServer:
    """One account on a free port of 127.0.0.1. `tls`: a server context for IMAPS (or STARTTLS)."""

    def __init__(
        self,
        *,
        gate: bool = False,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        folders: Iterable[str] = (),
        user: str = USER,
        password: str = PASSWORD,
    ) -> None:
        self.gate = gate
        self.user = user
        self.password = password
        self.commands: list[str] = []
        self.identities: list[dict[str, str]] = []
        self._tls = tls
        self._starttls = starttls
        self._folders = tuple(folders)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("pymap did not start")
        for folder in self._folders:
            self.add_folder(folder)
        if self.gate:
            self.set_uidvalidity(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        args = Namespace(passlib_cfg=None, proxy_protocol=None)
        self._config = Config(
            args,
            host="127.0.0.1",
            port=0,
            demo_data=False,
            demo_user=self.user,
            demo_password=self.password,
            hash_context=BuiltinHash(rounds=1),
            ssl_context=self._tls,
            tls_enabled=self._starttls,
            invalid_user_sleep=0.0,
            bad_command_limit=None,
            reject_dnsbl=False,
        )
        login = Login(self._config)
        await DictBackend._add_demo_user(self._config, login)
        self._config.apply_context()
        async with login.demo_user_identity.new_session():
            self._mailboxes = self._config.set_cache[self.user][0]
        state_class = type("State", (_State,), {"server": self})

        async def converse(reader: Any, writer: Any, info: Any) -> None:
            connection = IMAPConnection(self._config.commands, self._config, reader, writer, info)
            async with AsyncExitStack() as stack:
                connection_exit.set(stack)
                stack.enter_context(closing(connection))
                await connection.run(state_class(login, self._config))

        server = await asyncio.start_server(
            ProxyProtocolReader(ProxyProtocolVersion.get(None)).get_callback(converse),
            "127.0.0.1",
            0,
            ssl=None if self._starttls else self._tls,
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._stop.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    @property
    def url(self) -> str:
        """The source URL, without folder."""
        scheme = "imap" if self._tls is None else "imap+starttls" if self._starttls else "imaps"
        host = "127.0.0.1" if self._tls is None else "localhost"
        return f"{scheme}://{self.user}@{host}:{self.port}"

    def add_folder(self, name: str) -> None:
        """Create a folder."""
        self._do(self._mailboxes.add_mailbox(name))

    def set_uidvalidity(self, value: int, *, folder: str = "INBOX") -> None:
        """As if the mailbox had been rebuilt."""

        async def change() -> None:
            (await self._mailboxes.get_mailbox(folder))._uid_validity = value

        self._do(change())

    def deliver(
        self, raw: bytes, when: datetime = NOON, *, folder: str = "INBOX", seen: bool = False
    ) -> str:
        """Put a mail into a folder; its UID."""
        flags = frozenset({Flag(b"\\Seen")} if seen else ())

        async def append() -> str:
            mailbox = await self._mailboxes.get_mailbox(folder)
            message = await mailbox.append(AppendMessage(raw, when, flags))
            return str(message.uid)

        return self._do(append())

    def expunge(self, uid: str, *, folder: str = "INBOX") -> None:
        """Take a mail away, as an organiser does in the webmail."""

        async def delete() -> None:
            mailbox = await self._mailboxes.get_mailbox(folder)
            await mailbox.delete([int(uid)])

        self._do(delete())

    def flags(self, *, folder: str = "INBOX") -> dict[str, set[str]]:
        """The flags of all mails in a folder, by UID."""

        async def look() -> dict[str, set[str]]:
            mailbox = await self._mailboxes.get_mailbox(folder)
            return {
                str(message.uid): {str(flag) for flag in message.permanent_flags}
                async for message in mailbox.messages()
            }

        return self._do(look())
