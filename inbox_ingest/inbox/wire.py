"""One IMAP socket that cannot hang and cannot flood: imaplib with deadlines and byte budgets.

imaplib blocks for ever on a silent server, follows a drip of one byte a second in spite of a socket
time-out, and allocates whatever a literal claims. Here every command has

- a limit on silence: no byte for that long ends it;
- a total deadline that moves on only with the bytes that arrive (`slowest` bytes a second), so that
  a slow line may take its time and a drip may not;
- a budget of bytes: more than a command can reasonably bring is not read, and not allocated.

After any exception from here the connection is spoiled and must be thrown away.
"""

from __future__ import annotations

import imaplib
import io
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LONGEST_LINE = 1_000_000  # as in imaplib; longer ones are asked for in pieces
_BUFFER = 1 << 16
ORDINARY_ANSWER = 4 << 20  # bytes: far above any answer that carries no message


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, in seconds, and how often to try again.

    `connect`: until connected and through the TLS handshake. `silence`: between two bytes. `grace`:
    for a whole command, besides a second for each `slowest` bytes that arrived. `attempts`: how
    often in a row a connection may fail before the pass gives up, with `pauses` between them (the
    last repeated).
    """

    connect: float = 20.0
    silence: float = 60.0
    grace: float = 90.0
    slowest: int = 8192
    attempts: int = 4
    pauses: tuple[float, ...] = (1.0, 3.0, 9.0)

    def pause(self, failures: int) -> None:
        """Wait before the next try, the longer the more tries have failed."""
        if self.pauses:
            time.sleep(self.pauses[min(failures, len(self.pauses)) - 1])


class TooMuch(imaplib.IMAP4.abort):
    """The server sends, or announces, more bytes than what was asked for can have."""


class _Watch:
    """The clock and the byte count of one command."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.begin(ORDINARY_ANSWER)

    def begin(self, budget: int, grace: float | None = None) -> None:
        self.deadline = time.monotonic() + (self.patience.grace if grace is None else grace)
        self.left = budget

    def wait(self) -> float:
        """Seconds that the next read may block."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("total deadline passed")
        return min(seconds, self.patience.silence)

    def count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooMuch("answer is larger than asked for")
        self.deadline += size / self.patience.slowest


class _WatchedStream(io.RawIOBase):
    """The bytes of a socket, each read under the watch."""

    def __init__(self, sock: socket.socket, watch: _Watch) -> None:
        super().__init__()
        self.sock = sock
        self._watch = watch

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self.sock.settimeout(self._watch.wait())
        size = self.sock.recv_into(buffer)
        self._watch.count(size)
        return size


class Wire(imaplib.IMAP4):
    """An imaplib connection under watch; TLS from the first byte where `context` is given.

    Overrides only what imaplib documents as overridable: open, read, readline, send, shutdown.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, patience: Patience
    ) -> None:
        self._context = context
        self._watch = _Watch(patience)
        self._patience = patience
        super().__init__(host, port)

    def expect(self, budget: int = ORDINARY_ANSWER, grace: float | None = None) -> None:
        """Start the clock for the next command, whose answer has at most `budget` bytes.

        `grace` in seconds replaces that of `Patience`.
        """
        self._watch.begin(budget, grace)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect, and shake hands where TLS is wanted, all within `Patience.connect` each."""
        self.host = host
        self.port = port
        self.sock = socket.create_connection((host, port), self._patience.connect)
        if self._context is not None:
            try:
                self.sock = self._context.wrap_socket(self.sock, server_hostname=host)
            except BaseException:
                self.sock.close()
                raise
        self._attach()

    def _attach(self) -> None:
        """Read from the socket as it is now; bytes buffered from an earlier one are dropped.

        Dropping them matters after STARTTLS: whatever stands behind its answer in plain text was
        put there by somebody in between.
        """
        self._stream = io.BufferedReader(_WatchedStream(self.sock, self._watch), _BUFFER)
        self._attached_to = self.sock

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes of a literal, or fewer where the connection ends."""
        if size > self._watch.left + _BUFFER:
            raise TooMuch("literal is larger than asked for")
        return self._stream.read(size)

    def readline(self) -> bytes:
        """One line with its end."""
        if self._attached_to is not self.sock:
            self._attach()
        line = self._stream.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise TooMuch("line is longer than a million bytes")
        return line

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Send all of `data`; a server that does not take it is as silent as one that does not talk."""
        self.sock.settimeout(self._patience.silence)
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close the socket without a word."""
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        # STARTTLS makes imaplib open a file on the socket, which would keep it open.
        for name in ("file", "_file"):  # Python 3.14 renamed it
            if name in self.__dict__:
                self.__dict__[name].close()
        self.sock.close()
