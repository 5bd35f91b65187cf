"""What the mailbox's Sent folder tells the outbox: is our letter there, has a person answered by hand?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from inbox_ingest.casebook.changes import Reply
from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.correspondence import automatic_reason
from inbox_ingest.reading.message import take_apart
from inbox_ingest.reading.mime_structure import TooComplex
from inbox_ingest.records import Message
from inbox_ingest.replies.etiquette import OWN_MESSAGE_ID

if TYPE_CHECKING:
    from inbox_ingest.inbox.source import Source

# An answer by hand may be older than our draft: it was written before the pass came by.
_BEFORE_THE_DRAFT = timedelta(days=3)
# Of all that an association ever sent, what is surely newer than the oldest draft.
_AT_MOST = 5000


class SentFolder:
    """The Sent folder of one mailbox. `close` belongs to whoever opened the source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._folder = source.sent_folder()

    def has(self, reply: Reply, others: Sequence[Reply]) -> bool | None:
        """Whether this letter of ours was sent; None where that cannot be told.

        "Not there" counts only where the folder kept what SMTP took (facts §1: perhaps an account
        setting, and the copy may be late) at that time: the letters of ours that went out next
        before and next after it have to be found in it. One side alone is a guess: the setting may
        have been changed in between. Raises `TryLater` where the mailbox cannot be reached.
        """
        if self._folder is None:
            return None
        found = self._source.find_message_id(self._folder, reply.message_id)
        if found is not False:
            return found
        neighbours = _neighbours(reply, others)
        kept = len(neighbours) == 2 and all(
            self._source.find_message_id(self._folder, other.message_id) for other in neighbours
        )
        return False if kept else None

    def by_hand(self, unsent: Sequence[Reply]) -> Iterator[tuple[Message, datetime]]:
        """Mails that people sent around and since the oldest of these drafts.

        Read are header lines alone, of every mail of that time: however many letters of ours lie
        above it, and however large its attachment is, a mail written by hand is found.
        """
        if self._folder is None or not unsent:
            return
        since = min(reply.created_at for reply in unsent) - _BEFORE_THE_DRAFT
        newest = self._source.list_uids(self._folder)[-_AT_MOST:]
        times = {
            listed.uid: listed.internaldate
            for listed in self._source.describe(self._folder, newest)
            if listed.internaldate >= since
        }
        for uid, header in self._source.threads(self._folder, list(times)):
            message = _message_of(header)
            if message is None or OWN_MESSAGE_ID.fullmatch(message.message_id or ""):
                continue
            if automatic_reason(message, "") is None:  # the mailbox's own 自动回复 answers nothing
                yield message, times[uid]


def _neighbours(reply: Reply, others: Sequence[Reply]) -> list[Reply]:
    """The letters that a server surely took next before and next after this one; where there are any."""
    taken = [(other.sent_at, other) for other in others if other.smtp_reply and other.sent_at]
    before = [(at, other) for at, other in taken if at <= reply.changed_at]
    after = [(at, other) for at, other in taken if at > reply.changed_at]
    latest = max(before, key=lambda one: one[0], default=None)
    first = min(after, key=lambda one: one[0], default=None)
    return [one[1] for one in (latest, first) if one is not None]


def _message_of(header: bytes) -> Message | None:
    try:
        return take_apart(MemoryContent(header.rstrip() + b"\r\n\r\n"), MemorySink()).message
    except TooComplex:
        return None
