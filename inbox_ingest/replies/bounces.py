"""Find the reply that a delivery report is about: pure. What it says of it, `delivery_reports` tells.

Delivery reports name the lost mail in many ways: by its Message-ID in the thread headers, in the
report's own parts, or in the enclosed headers; 126.com's 系统退信 sometimes by recipient and subject
alone. What cannot be told for sure is not guessed: the organiser sees the bounce anyhow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from inbox_ingest.casebook.changes import Reply
from inbox_ingest.reading.charsets import clean_line, decode_header
from inbox_ingest.reading.correspondence import bare_subject
from inbox_ingest.records import Frozen, Message
from inbox_ingest.replies.delivery_reports import finding_of
from inbox_ingest.replies.etiquette import OWN_MESSAGE_ID, plain_address

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_OWN_ID = re.compile(r"<?(ingest\.[0-9a-f]{32}@[^\s<>\"']+)>?")
# A server tries for up to five days before it gives a mail up (RFC 5321 §4.5.4.1).
_LONGEST_TRY = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(minutes=10)
_SOON = timedelta(hours=1)
_IDENTIFIER = re.compile(r"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_SUBJECT_HEADER = re.compile(
    r"^subject:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_SUBJECT_IN_WORDS = re.compile(r"(?:主\s*题|标\s*题|\bsubject)\s*[:：]\s*([^\n]+)", re.IGNORECASE)


class Bounce(Frozen):
    """A delivery report matched to a reply. `final`: it failed, and is not merely late or delivered.

    `dead` says why no letter can reach that address; None where another one may.
    """

    reply_id: int
    reason: str
    final: bool
    dead: str | None = None


def reply_bounced(
    message: Message,
    text: str,
    report: str,
    received_at: datetime,
    replies: Iterable[Reply],
) -> Bounce | None:
    """Return the sent reply that this delivery report is about; None where that is not sure.

    `text` is the mail's own words, `report` the text of its other parts (delivery status, enclosed
    headers), empty where there are none. `replies` are those that were sent.
    """
    # A letter that went out anew after its bounce is not judged by the old report.
    sent = [
        reply
        for reply in replies
        if reply.state in ("sent", "sending")
        and (reply.sent_at is None or received_at >= reply.sent_at - _CLOCKS_DIFFER)
    ]
    words = "\n".join((message.subject or "", text, report))
    original = _original(message, text, report)
    found = _by_identifier(message, words, sent)
    if found is None:
        found = _by_recipient(words, original, received_at, sent)
    if found is None:
        return None
    finding = finding_of(message, text, report, found.to)
    return Bounce(
        reply_id=found.id,
        reason=f"对方没有收到：{finding.cause or '被退回，原因见退信'}",
        final=finding.failed,
        dead=finding.cause if finding.dead else None,
    )


def _by_identifier(message: Message, words: str, sent: Sequence[Reply]) -> Reply | None:
    named = {
        identifier.strip("<>")
        for identifier in (*message.in_reply_to, *message.references)
        if OWN_MESSAGE_ID.fullmatch(identifier)
    } | set(_OWN_ID.findall(words))
    matching = [reply for reply in sent if reply.message_id.strip("<>") in named]
    return matching[0] if len(matching) == 1 else None


def _by_recipient(
    words: str, original: _Original, received_at: datetime, sent: Sequence[Reply]
) -> Reply | None:
    """The newest reply of the last days to an address that the report names, under its subject.

    The organisers write to the same people by hand. So the address alone is enough only within the
    hour, and where the report says nothing of the lost mail that is not true of ours.
    """
    named = {plain_address(address) for address in _ADDRESS.findall(words)}
    candidates = [
        reply
        for reply in sent
        if plain_address(reply.to) in named
        and reply.sent_at is not None
        and -_CLOCKS_DIFFER <= received_at - reply.sent_at < _LONGEST_TRY
    ]
    if original.identified:
        return None  # by another Message-ID than any of ours
    squeezed = _squeezed("\n".join((words, *original.subjects)))
    titled = [reply for reply in candidates if _squeezed(bare_subject(reply.subject)) in squeezed]
    if not titled and len(candidates) == 1 and not original.subjects:
        titled = [r for r in candidates if r.sent_at and received_at - r.sent_at < _SOON]
    return max(titled, key=lambda reply: (reply.sent_at or received_at, reply.id), default=None)


class _Original(NamedTuple):
    """What a report tells of the mail that was lost: whether its Message-ID, and its subjects."""

    identified: bool
    subjects: tuple[str, ...]


def _original(message: Message, text: str, report: str) -> _Original:
    """The lost mail as the report's words and the headers that it encloses describe it."""
    identifiers = set(_IDENTIFIER.findall(report)) - {message.message_id}
    enclosed = (
        clean_line(decode_header(found.encode("latin-1", "replace")))
        for found in _SUBJECT_HEADER.findall(report)
    )
    subjects = [*_SUBJECT_IN_WORDS.findall(text), *enclosed]
    own = _squeezed(message.subject or "")
    return _Original(
        bool(identifiers), tuple(subject for subject in subjects if _squeezed(subject) != own)
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
