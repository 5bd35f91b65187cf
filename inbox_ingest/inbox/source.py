"""The protocol that every place where mail comes from speaks, and the values it hands over.

A source is asked in this order, once a pass:

    source.folders()                    which folders are polled
    source.open(folder)                 EXAMINE: how many messages there are now
    source.newer_than(folder, highest)  the cheap look
    source.list_uids(folder)            all UIDs: needed when `exists` is not what is known
    source.describe(folder, uids)       time of receipt and size of the UIDs not known yet
    source.fetch(folder, wanted)        the bytes
    source.notices                      what the person should be told (Chinese sentences)
    source.close()

An empty poll is `open()` and `newer_than()`: nothing is listed while `exists` equals the number of
places known and `newer_than()` shows nothing unknown. UIDs are text; those of IMAP are decimal.
Nothing may be concluded from their order (a server's newest mail need not have the highest UID),
nor from `uidvalidity`, which some servers never change: compare sets, and date and size.

A source never changes what it reads: no flag, no file, no message.

Faults are of three kinds. What concerns one message is a value (`FetchFailure`). What the next pass
may find mended is `errors.MailboxUnreachable`; a source has reconnected and resumed a bounded
number of times before it raises that. What a person has to mend is `errors.LoginRefused`,
`FolderMissing` or another `errors.ConfigurationError`, or `errors.InputError` for files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from inbox_ingest.errors import ConfigurationError

CHUNK_SIZE = 1 << 20  # bytes handed over at a time for messages that are not held in memory


class FolderMissing(ConfigurationError):
    """A folder that was to be polled is not there; the others can still be polled."""


@dataclass(frozen=True, slots=True)
class FolderState:
    r"""A folder at the moment it was opened.

    `name` is decoded. `uidvalidity` is 0 where the source has none. `exists` counts messages.
    `special_use` is `\Junk`, `\Sent` … (RFC 6154), or None where the server did not say.
    """

    name: str
    uidvalidity: int
    exists: int
    special_use: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message known by UID, time of receipt (aware) and size in bytes as announced.

    `size` is 0 where the source did not tell. It is a hint: only fetched bytes are counted.
    """

    uid: str
    internaldate: datetime
    size: int


class Fetched:
    """A message whose bytes have all arrived; `size` is their number.

    `chunks()` hands them over once, in order, and must be used before the next message is asked for
    (a large message lies in a file that is closed then).
    """

    __slots__ = ("_body", "internaldate", "size", "uid")

    def __init__(
        self, uid: str, internaldate: datetime | None, size: int, body: bytes | BinaryIO
    ) -> None:
        self.uid = uid
        self.internaldate = internaldate
        self.size = size
        self._body = body

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the message: at once where they are in memory, else `CHUNK_SIZE` at a time."""
        if isinstance(self._body, bytes):
            yield self._body
            return
        with self._body as stream:
            while chunk := stream.read(CHUNK_SIZE):
                yield chunk

    def close(self) -> None:
        """Let go of the bytes, used or not."""
        if not isinstance(self._body, bytes):
            self._body.close()


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """One message that could not be had, the rest of the folder being well.

    `reason` is a Chinese sentence. `vanished` says that it is no longer on the server: no fault.
    Otherwise it is worth another try in a later pass.
    """

    uid: str
    reason: str
    vanished: bool = False


class Source(Protocol):
    """Where mail comes from. All methods may raise `errors.IngestError` (see the module)."""

    @property
    def account(self) -> str:
        """Stable identity of the mailbox: `imaps://user@host`, `maildir:/path`; no password."""

    @property
    def notices(self) -> Sequence[str]:
        """What was noticed on the way and a person should know: Chinese sentences, no duplicates."""

    def folders(self) -> Sequence[str]:
        """The folders to poll: those configured, else the inbox and the spam-like ones found."""

    def open(self, folder: str) -> FolderState:
        """Open `folder` for reading only and tell its state now. Raises `FolderMissing`."""

    def list_uids(self, folder: str) -> list[str]:
        """All UIDs in the folder, each once."""

    def newer_than(self, folder: str, uid: str) -> list[str]:
        """UIDs above `uid`, cheaply; `""` or `"0"` means all. File sources return every UID."""

    def describe(self, folder: str, uids: Sequence[str]) -> Iterator[Listed]:
        """Time of receipt and size of `uids`; those no longer there are left out."""

    def fetch(
        self, folder: str, wanted: Sequence[tuple[str, int]]
    ) -> Iterator[Fetched | FetchFailure]:
        """Fetch `(uid, size)` pairs; exactly one answer for each, not necessarily in this order."""

    def threads(self, folder: str, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """By UID the header lines that say which mail this is, by whom, to whom, in answer to what."""

    def sent_folder(self) -> str | None:
        """The folder in which the server keeps what was sent, if there is one."""

    def find_message_id(self, folder: str, message_id: str) -> bool | None:
        """Whether a recent mail of `folder` carries this Message-ID.

        False says only that it is not among the recent mails; None that this cannot be told (no
        such folder, or nothing in it). Whoever decides to send again must weigh that.
        """

    def close(self) -> None:
        """End the conversation; never raises."""
