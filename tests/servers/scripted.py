"""An IMAP server that says what a test tells it to say: for protocol junk no real server sends.

    replies = {"EXAMINE": b"* 1 EXISTS\\r\\n{tag} OK done\\r\\n", "UID FETCH": [first, second, CLOSE]}
    with ScriptedServer(replies) as server: …

A reply is bytes with `{tag}` in it, `CLOSE`, a callable (tag, arguments) -> bytes, or a list of
those, used one after the other over all connections (the last repeated). Commands without a reply
get a plain OK. `heard` lists every line that a client sent.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Self

CLOSE = b"__close__"
Reply = bytes | Callable[[str, str], bytes]

GREETING = b"* OK ready\r\n"
DEFAULTS: dict[str, Reply] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\n{tag} OK done\r\n",
    "ID": b"* ID NIL\r\n{tag} OK done\r\n",
    "LIST": b'* LIST () "/" "INBOX"\r\n{tag} OK done\r\n',
    "EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n{tag} OK [READ-ONLY] done\r\n",
    "LOGOUT": b"* BYE bye\r\n{tag} OK done\r\n",
}


class ScriptedServer:
    """On a free port of 127.0.0.1, one thread a connection."""

    def __init__(
        self,
        replies: Mapping[str, Reply | list[Reply]] | None = None,
        *,
        greeting: bytes = GREETING,
    ) -> None:
        self._replies: dict[str, list[Reply]] = {
            command: list(reply) if isinstance(reply, list) else [reply]
            for command, reply in {**DEFAULTS, **(replies or {})}.items()
        }
        self._greeting = greeting
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        """The source URL, without folder."""
        return f"imap://call@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                self.connections += 1
                threading.Thread(target=self._converse, args=(client,), daemon=True).start()

    def _converse(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
            client.sendall(self._greeting)
            for raw in lines:
                line = raw.decode("latin-1").strip()
                self.heard.append(line)
                tag, _, rest = line.partition(" ")
                command, _, arguments = rest.partition(" ")
                command = command.upper()
                if command == "UID":
                    second, _, arguments = arguments.partition(" ")
                    command = f"UID {second.upper()}"
                answer = self._answer(command, tag, arguments)
                if answer == CLOSE:
                    return
                client.sendall(answer)
                if command == "LOGOUT":
                    return

    def _answer(self, command: str, tag: str, arguments: str) -> bytes:
        with self._lock:
            waiting = self._replies.get(command, [b"{tag} OK done\r\n"])
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if not isinstance(reply, bytes):
            return reply(tag, arguments)
        return reply.replace(b"{tag}", tag.encode())
