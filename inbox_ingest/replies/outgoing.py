"""Build the mail that goes out: RFC 5322 headers that cannot be injected, RFC 3834 marks, base64 text.

Everything is a value, the time included: the same reply gives the same bytes but for its Date.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from email.utils import format_datetime

from inbox_ingest.errors import UsageError
from inbox_ingest.records import Frozen
from inbox_ingest.replies.etiquette import valid_address
from inbox_ingest.replies.mail_headers import address_header, text_header, token_header
from inbox_ingest.replies.wording import clean, message_id_or_none

_LONGEST_SUBJECT = 200
_LONGEST_NAME = 60


class Envelope(Frozen):
    """A letter addressed: what the SMTP dialogue needs and what the headers say."""

    sender: str
    recipient: str
    message_id: str
    subject: str
    body: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    sender_name: str | None = None
    reminder: bool = False


def message_id_for(account: str, recipient: str, about: str) -> str:
    """Return the Message-ID of a reply: the same account, recipient and content give the same.

    `about` must differ between replies (the dues they answer and their verdict). The hash shows
    nothing of it; the pattern is ours, so that our own mail is known when it comes back.
    """
    digest = hashlib.sha256("\0".join((account, recipient, about)).encode()).hexdigest()[:32]
    return f"<ingest.{digest}@{account.rpartition('@')[2]}>"


def build(envelope: Envelope, at: datetime) -> bytes:
    """Return the mail as bytes with CRLF line ends, ASCII only.

    Lines have at most 76 octets, but for an address or identifier that is longer by itself.

    Raises:
        UsageError: an address or identifier that cannot stand in a header.
    """
    for address in (envelope.sender, envelope.recipient):
        if not valid_address(address) or "=?" in address:
            raise UsageError(f"地址 {clean(address, 80)} 不合规范，不能写信")
    if _identifier(envelope.message_id) is None:
        raise UsageError("答复的 Message-ID 不合规范")
    parent = _identifier(envelope.in_reply_to)
    chain = [item for raw in envelope.references if (item := _identifier(raw)) is not None]
    name = _undecodable(clean(envelope.sender_name, _LONGEST_NAME))
    lines = [
        address_header("From", envelope.sender, name),
        address_header("To", envelope.recipient),
        text_header("Subject", subject_as_sent(envelope.subject)),
        text_header("Date", format_datetime(at)),
        token_header("Message-ID", [envelope.message_id]),
        token_header("In-Reply-To", [parent]) if parent else "",
        token_header("References", chain) if chain else "",
        # RFC 3834 §5: a reminder answers nothing that was just sent.
        text_header("Auto-Submitted", "auto-generated" if envelope.reminder else "auto-replied"),
        text_header("X-Auto-Response-Suppress", "All"),
        "MIME-Version: 1.0\r\n",
        'Content-Type: text/plain; charset="utf-8"\r\n',
        "Content-Transfer-Encoding: base64\r\n",
    ]
    body = body_as_sent(envelope.body).replace("\n", "\r\n").encode()
    return "".join(lines).encode("ascii") + b"\r\n" + _base64_lines(body)


def subject_as_sent(subject: str) -> str:
    """Return the subject that the recipient sees: one line, printable, at most 200 characters.

    What looks like an encoded word is taken apart (`= ?`): no program can decode it once more.
    """
    return _undecodable(clean(subject, _LONGEST_SUBJECT)) or "答复"


def body_as_sent(body: str) -> str:
    """Return the text with plain line ends and without control characters, whoever edited it."""
    lines = re.sub(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029", "\n", body)
    printable = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", lines)
    return printable.rstrip("\n") + "\n"


def _undecodable(text: str) -> str:
    return text.replace("=?", "= ?")


def _identifier(text: str | None) -> str | None:
    """A Message-ID that can stand in a header; one that reads as an encoded word cannot."""
    found = message_id_or_none(text)
    return None if found is None or "=?" in found else found


def _base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
