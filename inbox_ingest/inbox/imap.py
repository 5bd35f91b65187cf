"""A mailbox on an IMAP server as a `Source`.

What the server says is taken for what it is worth: UIDVALIDITY may be the same for ever and UIDNEXT
may be missing, so neither is relied on; header search is unreliable, so mail is filtered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inbox_ingest.inbox import fetching
from inbox_ingest.inbox.connection import Answer, Connection, Folder
from inbox_ingest.inbox.session import Session
from inbox_ingest.inbox.source import Fetched, FetchFailure, FolderMissing, FolderState, Listed
from inbox_ingest.inbox.urls import ImapAddress
from inbox_ingest.inbox.wire import Patience

# NetEase marks only the first of its four with \Junk (RFC 6154); mail lands in all of them.
_SPAM_LIKE = frozenset(
    name.casefold()
    for name in (
        *("垃圾邮件", "广告邮件", "订阅邮件", "病毒邮件", "垃圾箱"),
        *("Junk", "Junk E-mail", "Junk Email", "Spam", "Bulk Mail"),
    )
)
_SENT = ("已发送", "已发送邮件", "Sent", "Sent Messages", "Sent Items", "Sent Mail")
_AT_ONCE = 50_000  # UIDs of ten digits: little more than half of the longest line that is read
_RECENT = 500  # mails looked through for a Message-ID
_HEADERS_AT_ONCE = 200  # even with References of 8 kB each, well within what an answer may have
_ABOUT_A_MONTH = (timedelta(days=28), timedelta(days=32))


class ImapSource:
    """See `source.Source`. `folders` are the configured ones; none means: find them.

    `password_from` says in Chinese where the password was found, for the remedy of a refused login.
    """

    def __init__(
        self,
        address: ImapAddress,
        password: str,
        *,
        folders: Sequence[str] = (),
        ca_file: Path | None = None,
        patience: Patience | None = None,
        password_from: str | None = None,
    ) -> None:
        self._address = address
        self._configured = (address.folder,) if address.folder else tuple(folders)
        self._session = Session(
            address, password, ca_file, patience or Patience(), password_from=password_from
        )
        self._listing: list[Folder] | None = None
        self._notices: dict[str, None] = {}
        self._inbox: FolderState | None = None  # opened already, before the others were known

    @property
    def account(self) -> str:
        """Stable identity: `imaps://user@host`."""
        return self._address.account

    @property
    def notices(self) -> Sequence[str]:
        """Chinese sentences for the person who runs this."""
        return tuple(self._notices)

    def capabilities(self) -> frozenset[str]:
        """What the server says it can do, for `doctor`."""
        return self._session.run(None, lambda connection: connection.capabilities)

    def close(self) -> None:
        """LOGOUT."""
        self._session.close()

    # --- folders ----------------------------------------------------------------------------------

    def listing(self) -> Sequence[Folder]:
        """All folders of the account; asked for once."""
        if self._listing is None:
            self._listing = self._session.run(None, Connection.list_folders)
        return self._listing

    def folders(self) -> Sequence[str]:
        """The folder of the URL, else the configured ones, else INBOX and where spam filters put mail."""
        if self._configured:
            return self._configured
        # EXAMINE before LIST: after it, Dovecot reads the whole folder anew (20 ms in 50,000 mails).
        with suppress(FolderMissing):
            self._inbox = self.open("INBOX")
        spam = [folder.name for folder in self.listing() if _is_spam_like(folder)]
        return tuple(dict.fromkeys(["INBOX", *spam]))

    def sent_folder(self) -> str | None:
        r"""The folder marked \Sent, else one with a usual name."""
        usable = [folder for folder in self.listing() if folder.selectable]
        marked = [folder.name for folder in usable if folder.special_use == "\\Sent"]
        named = [name for name in _SENT if any(folder.name == name for folder in usable)]
        return next(iter(marked + named), None)

    def open(self, folder: str) -> FolderState:
        """EXAMINE. Raises `FolderMissing` where the server does not open it."""
        if folder == "INBOX" and self._inbox is not None:
            state, self._inbox = self._inbox, None
            return state
        state = self._session.open(folder)
        use = next(
            (found.special_use for found in self._listing or () if found.name == folder), None
        )
        return FolderState(folder, state.uidvalidity, state.exists, use)

    # --- looking ----------------------------------------------------------------------------------

    def list_uids(self, folder: str) -> list[str]:
        """All UIDs: SEARCH ALL where its line stays short, else SEARCH by ranges of places."""
        exists = self.open(folder).exists
        if folder == "INBOX" and exists:
            self._look_at_oldest(folder)
        uids: dict[str, None] = {}
        for places in _ranges(exists):
            # "ALL" where one range covers everything: the form that every server knows.
            wanted = places if exists > _AT_ONCE else "ALL"
            uids.update(dict.fromkeys(self._session.run(folder, _searching(wanted))))
        if len(uids) < exists:
            # SEARCH is the command that servers get wrong; FETCH by place cannot leave any out.
            for places in _ranges(self.open(folder).exists):
                uids.update(dict.fromkeys(self._session.run(folder, _fetching(places, "(UID)"))))
        return list(uids)

    def _look_at_oldest(self, folder: str) -> None:
        """NetEase can be set to show the last 30 days only; older mail is then simply not there."""
        answers = self._session.run(folder, _fetching("1", "(UID INTERNALDATE)"))
        oldest = fetching.received_at(next(iter(answers.values()), {}))
        if oldest is None:
            return
        if _ABOUT_A_MONTH[0] <= datetime.now(UTC) - oldest <= _ABOUT_A_MONTH[1]:
            self._notices[
                "收件箱里看得到的最早一封邮件大约是 30 天前的：请在网页版邮箱的“设置 → POP3/SMTP/IMAP”"
                "里确认选的是“收取全部邮件”，而不是“收取最近30天邮件”。"
            ] = None

    def newer_than(self, folder: str, uid: str) -> list[str]:
        """UIDs above `uid`: the cheap look."""
        above = int(uid or "0")
        return self._session.run(folder, lambda connection: connection.search_above(above))

    def describe(self, folder: str, uids: Sequence[str]) -> Iterator[Listed]:
        """INTERNALDATE and size, some hundreds at a time."""
        for part in fetching.uid_sets(uids):
            answers = self._session.run(folder, _asking(fetching.uid_set(part), fetching.LOOK))
            for uid in part:
                if uid in answers:
                    yield fetching.listed(uid, answers[uid]) or self._undated(uid)

    def threads(self, folder: str, uids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Only these header lines, some hundreds of mails at a time."""
        for part in fetching.uid_sets(uids, _HEADERS_AT_ONCE):
            wanted = fetching.uid_set(part)
            answers = self._session.run(folder, _asking(wanted, fetching.THREAD))
            for uid in part:
                yield from ((uid, found) for found in _header_lines(answers.get(uid, {})))

    def _undated(self, uid: str) -> Listed:
        # Better a wrong time that a person sees than a mail that nobody sees.
        self._notices[f"服务器没有告诉邮件（UID {uid}）的收到时间，暂按现在计。"] = None
        return Listed(uid, datetime.now(UTC), 0)

    def find_message_id(self, folder: str, message_id: str) -> bool | None:
        """Look through the newest mails here: servers' own header search is unreliable."""
        exists = self.open(folder).exists
        if not exists:
            return None
        places = f"{max(1, exists - _RECENT + 1)}:{exists}"
        answers = self._session.run(
            folder, _fetching(places, "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        )
        if not answers:
            return None
        looked_for = _bare_id(message_id.encode("utf-8", "replace"))
        return any(looked_for in _message_ids(answer) for answer in answers.values())

    # --- fetching ---------------------------------------------------------------------------------

    def fetch(
        self, folder: str, wanted: Sequence[tuple[str, int]]
    ) -> Iterator[Fetched | FetchFailure]:
        """See `retrieval`: batches bounded in bytes, large messages in chunks, resumed where cut."""
        from inbox_ingest.inbox.retrieval import (
            Retrieval,  # not needed by a poll that finds nothing
        )

        return Retrieval(self._session, folder).fetch(wanted)


def _is_spam_like(folder: Folder) -> bool:
    last = folder.name.rpartition("/")[2].rpartition(".")[2]
    return folder.selectable and (
        folder.special_use == "\\Junk" or last.strip().casefold() in _SPAM_LIKE
    )


def _ranges(exists: int) -> Iterator[str]:
    """Places 1 to `exists` in ranges, the newest first.

    What is expunged meanwhile moves messages down, into ranges still to come: none is skipped.
    """
    for high in range(exists, 0, -_AT_ONCE):
        yield f"{max(1, high - _AT_ONCE + 1)}:{high}"


def _searching(*criteria: str) -> Callable[[Connection], list[str]]:
    return lambda connection: connection.search(*criteria)


def _fetching(places: str, items: str) -> Callable[[Connection], dict[str, Answer]]:
    return lambda connection: connection.fetch_by_place(places, items)


def _asking(uids: str, items: str) -> Callable[[Connection], dict[str, Answer]]:
    return lambda connection: connection.fetch(uids, items)


def _bare_id(text: bytes) -> bytes:
    return b"".join(text.split()).strip(b"<>")


def _message_ids(answer: Answer) -> set[bytes]:
    return {_bare_id(lines.partition(b":")[2]) for lines in _header_lines(answer)}


def _header_lines(answer: Answer) -> list[bytes]:
    return [
        value
        for name, value in answer.items()
        if name.startswith(b"BODY[HEADER") and isinstance(value, bytes)
    ]
