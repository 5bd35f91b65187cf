"""One logged-in IMAP connection: TLS, LOGIN, ID, EXAMINE and the few commands that only look.

Every method leaves either with an answer or with `Fault` (throw the connection away), or with an
`IngestError` that a person has to mend. Nothing here changes the mailbox: folders are opened with
EXAMINE, bodies are read with BODY.PEEK.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.imap_utf7 import decode as decode_utf7  # type: ignore[import-untyped]
from imapclient.response_parser import parse_response  # type: ignore[import-untyped]

from inbox_ingest.inbox import failures
from inbox_ingest.inbox.failures import Fault
from inbox_ingest.inbox.source import FolderState
from inbox_ingest.inbox.urls import ImapAddress
from inbox_ingest.inbox.wire import ORDINARY_ANSWER, Patience, Wire

# RFC 2971. NetEase refuses EXAMINE until it has seen these after LOGIN, on the same connection,
# with a support-email: the account's own address, for there is no other to write to.
IDENTITY = {"name": "inbox-ingest", "version": "0.1.0", "vendor": "inbox-ingest"}
_HIGHEST_UID = 2**32 - 1
_GOODBYE = 3.0  # seconds that LOGOUT may take: nothing depends on its answer
_QUIET = 0  # what `debug` must be: any higher, and imapclient formats every literal with %r

Answer = dict[bytes, Any]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as LIST shows it: decoded name, and RFC 6154 attribute where there is one."""

    name: str
    special_use: str | None
    selectable: bool


class _Client(IMAPClient):  # type: ignore[misc]
    """imapclient over a `Wire`, without its logging of whole messages."""

    def __init__(
        self, address: ImapAddress, context: ssl.SSLContext | None, patience: Patience
    ) -> None:
        self._wire = Wire(
            address.host, address.port, context if address.security == "tls" else None, patience
        )
        super().__init__(address.host, address.port, ssl=address.security == "tls")
        self._wire.debug = _QUIET

    def _create_IMAP4(self) -> Wire:  # noqa: N802  (imapclient's name)
        return self._wire


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (imaplib.IMAP4.error, OSError, MemoryError, *failures.PARSER_ERRORS) as error:
        raise failures.fault_of(error) from error


class Connection:
    """A conversation with one server, from LOGIN to LOGOUT. Raises `Fault` or `IngestError`."""

    def __init__(
        self,
        address: ImapAddress,
        password: str,
        *,
        ca_file: Path | None = None,
        patience: Patience,
        password_from: str | None = None,
    ) -> None:
        self._address = address
        self._password = password
        self._password_from = password_from
        self.folder: str | None = None  # the one that is open
        self._next_uid: int | None = None  # as EXAMINE told, until it has been used once
        context = None if address.security == "plain" else _tls_context(ca_file)
        with _translated():
            self._client = _Client(address, context, patience)
        self._wire: Wire = self._client._wire
        try:
            self._log_in(context)
        except BaseException:
            self.drop()
            raise

    @contextmanager
    def _spoken(self, budget: int = ORDINARY_ANSWER) -> Iterator[None]:
        """Run one command under its own deadline and budget; translate what goes wrong."""
        self._wire.expect(budget)
        with _translated():
            yield

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server said it can do, before and after login."""
        later = self._wire.untagged_responses.get("CAPABILITY", [])
        said = b" ".join(part for part in later if isinstance(part, bytes)).decode(
            "ascii", "ignore"
        )
        return frozenset(self._wire.capabilities) | frozenset(said.upper().split())

    # --- getting in -----------------------------------------------------------------------------

    def _log_in(self, context: ssl.SSLContext | None) -> None:
        if self._address.security == "starttls":
            if "STARTTLS" not in self._wire.capabilities or self._wire.state != "NONAUTH":
                raise failures.starttls_refusal(self._address.host)
            with self._spoken():
                self._client.starttls(context)
        if "LOGINDISABLED" in self._wire.capabilities:
            raise failures.plain_login_refusal(self._address.host)
        if self._wire.state != "AUTH":  # PREAUTH: the server knows us already (RFC 3501 §7.1.4)
            self._send_login(self._address.user, self._password)
        self._identify()

    def _send_login(self, user: str, password: str) -> None:
        if not password or not all(
            sign.isascii() and sign.isprintable() for sign in user + password
        ):
            raise failures.unusable_credentials()
        with self._spoken():
            try:
                self._wire.login(_quoted(user), password)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                # Some servers repeat the command in their complaint.
                said = failures.words(_text(error)).replace(password, "***")
                raise failures.login_refusal(said, self._password_from) from None

    def _identify(self) -> None:
        """Say who we are (RFC 2971), after login, where the server knows the command."""
        if "ID" not in self.capabilities:
            return
        said = {**IDENTITY, "support-email": self._address.user}
        pairs = " ".join(f"{_quoted(key)} {_quoted(value)}" for key, value in said.items())
        with self._spoken():
            try:
                # Not imapclient's id_(), which asks for the capabilities once more before.
                self._wire.xatom("ID", f"({pairs})")
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                # No reason to stop: a server that insists on ID will say so at EXAMINE.
                return

    # --- looking --------------------------------------------------------------------------------

    def list_folders(self) -> list[Folder]:
        """All folders of the account, names decoded from modified UTF-7."""
        with self._spoken():
            # Names are decoded here: one that cannot be must not spoil the others.
            self._client.folder_encode = False
            rows = self._client.list_folders()
            self._client.folder_encode = True
            return [_folder(flags, name) for flags, _, name in rows]

    def examine(self, folder: str) -> FolderState:
        """Open `folder` read-only. UIDVALIDITY is 0, EXISTS 0 where the server does not say."""
        self.folder = self._next_uid = None
        with self._spoken():
            try:
                answer = self._client.select_folder(folder, readonly=True)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise failures.folder_refusal(folder, _text(error)) from None
            state = FolderState(
                folder, int(answer.get(b"UIDVALIDITY", 0)), int(answer.get(b"EXISTS", 0))
            )
            self._next_uid = answer.get(b"UIDNEXT")
        self.folder = folder
        return state

    def search(self, *criteria: str) -> list[str]:
        """UID SEARCH without a charset (some servers refuse the word): UIDs as decimal text."""
        with self._spoken():
            status, data = self._wire.uid("SEARCH", *criteria)
            _accepted(status, data)
            uids: list[str] = []
            for line in data:
                # What follows in parentheses is no UID (RFC 7162: MODSEQ).
                found = (line or b"").partition(b"(")[0].decode("ascii").split()
                uids.extend(uid for uid in found if _is_uid(uid))
            return uids

    def search_above(self, uid: int) -> list[str]:
        """UIDs above `uid`.

        Straight after EXAMINE, where the server told a UIDNEXT (RFC 3501 §2.3.1.1) that leaves no
        room for one, it is not asked: the search is most of what an empty poll costs.
        """
        next_uid, self._next_uid = self._next_uid, None
        if next_uid is not None and next_uid <= uid + 1:
            return []
        # `n:*` names the last message even where that is older: hence the filter.
        return [found for found in self.search("UID", f"{uid + 1}:*") if int(found) > uid]

    def fetch(self, uids: str, items: str, budget: int = ORDINARY_ANSWER) -> dict[str, Answer]:
        """UID FETCH of a UID set: for each UID that was answered, its items by upper-case name.

        An answer without UID is unsolicited or junk, and belongs to nobody; of two answers with
        the same UID the first that has a body counts.
        """
        try:
            with self._spoken(budget):
                status, data = self._wire.uid("FETCH", uids, items)
                _accepted(status, data)
                return _by_uid(data)
        except Fault as fault:
            fault.arrived = self._arrived()
            raise

    def fetch_by_place(self, places: str, items: str) -> dict[str, Answer]:
        """The same by sequence numbers: for what has no UID set yet."""
        with self._spoken():
            status, data = self._wire.fetch(places, items)
            _accepted(status, data)
            return _by_uid(data)

    def _arrived(self) -> dict[str, Answer]:
        """The answers that were complete when the connection broke, if they can be read."""
        pieces = list(self._wire.untagged_responses.pop("FETCH", []))
        while pieces and not (isinstance(pieces[-1], bytes) and pieces[-1].endswith(b")")):
            pieces.pop()
        try:
            return _by_uid(pieces)
        except (imaplib.IMAP4.error, *failures.PARSER_ERRORS):
            return {}

    def settle(self) -> None:
        """NOOP: lets the server tell what was expunged meanwhile."""
        with self._spoken():
            self._client.noop()

    # --- leaving --------------------------------------------------------------------------------

    def close(self) -> None:
        """Say good-bye and close; never raises for what the network does."""
        self._wire.expect(grace=_GOODBYE)
        with suppress(imaplib.IMAP4.error, OSError, *failures.PARSER_ERRORS):
            self._wire.logout()
        self.drop()

    def drop(self) -> None:
        """Close without a word."""
        with suppress(OSError):
            self._wire.shutdown()


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verified TLS: certificate chain and host name; `ca_file` adds an authority of one's own."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # includes ssl.SSLError for a file that holds no certificate
            raise failures.unusable_ca_file(ca_file) from error
    return context


def _text(error: BaseException) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folder(flags: Sequence[object], raw: bytes | str) -> Folder:
    marks = [flag.decode("ascii", "replace") for flag in flags if isinstance(flag, bytes)]
    lower = {mark.casefold() for mark in marks}
    special = next(
        (
            use
            for use in ("\\Junk", "\\Sent", "\\Trash", "\\Drafts", "\\Archive", "\\All")
            if use.casefold() in lower
        ),
        "\\Junk" if "\\spam" in lower else None,  # the name that XLIST servers use
    )
    name, readable = _folder_name(raw)
    selectable = readable and not lower & {"\\noselect", "\\nonexistent"}
    return Folder("INBOX" if name.upper() == "INBOX" else name, special, selectable)


def _folder_name(raw: bytes | str) -> tuple[str, bool]:
    """The decoded name (RFC 3501 §5.1.3), or the raw one and False."""
    if isinstance(raw, str):
        return raw, True
    try:
        return str(decode_utf7(raw)), True
    except ValueError:
        return raw.decode("latin-1"), False


def _is_uid(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_UID


def _accepted(status: str, data: Sequence[object]) -> None:
    if status != "OK":
        raise failures.refusal(failures.words(data[-1] if data else status))


def _by_uid(data: Sequence[Any]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    if not data or data == [None]:
        return answers
    flat = parse_response(data)
    for items in flat[1::2]:
        if not isinstance(items, tuple) or len(items) % 2:
            raise ValueError("FETCH answer is no list of pairs")
        answer: Answer = {
            bytes(name).upper(): value
            for name, value in zip(items[::2], items[1::2], strict=True)
            if isinstance(name, bytes)
        }
        uid = answer.get(b"UID")
        if isinstance(uid, int) and 0 < uid <= _HIGHEST_UID:
            answers[str(uid)] = {**answer, **answers.get(str(uid), {})}
    return answers
