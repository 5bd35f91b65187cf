"""Build the mail that goes out: RFC 5322 headers that cannot be injected, RFC 3834 marks, base64 text.

Everything is a value, the time included: the same reply gives the same bytes but for its Date.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final

from inbox_ingest.errors import UsageError
from inbox_ingest.records import Frozen
from inbox_ingest.replies.etiquette import valid_address
from inbox_ingest.replies.wording import clean, message_id_or_none

_IDENTIFIERS: Final = frozenset({"message-id", "in-reply-to", "references"})


class _LetterPolicy(EmailPolicy):
    """SMTP policy that never encodes Message-IDs.

    The stock policy folds a long identifier by turning it into an encoded word, which breaks
    threads: identifiers are folded at the blanks between them and nowhere else.
    """

    def fold(self, name: str, value: str) -> str:
        """Fold one header into lines."""
        if name.lower() in _IDENTIFIERS:
            return f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Fold one header into lines, as bytes."""
        if name.lower() in _IDENTIFIERS:
            return self.fold(name, value).encode("ascii")
        return bytes(super().fold_binary(name, value))


# cte_type 7bit: no server has to know 8BITMIME. 76 octets a header line (RFC 2047 §2).
_POLICY: Final = _LetterPolicy(linesep="\r\n", max_line_length=76, cte_type="7bit")


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
    """Return the mail as bytes with CRLF line ends, ASCII only, lines of at most 76 octets in the body.

    Raises:
        UsageError: an address or identifier that cannot stand in a header.
    """
    for address in (envelope.sender, envelope.recipient):
        if not valid_address(address):
            raise UsageError(f"地址 {clean(address, 80)} 不合规范，不能写信")
    if message_id_or_none(envelope.message_id) is None:
        raise UsageError("答复的 Message-ID 不合规范")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _from(envelope)
    mail["To"] = MailAddress(addr_spec=envelope.recipient)
    mail["Subject"] = clean(envelope.subject, 200) or "答复"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = envelope.message_id
    parent = message_id_or_none(envelope.in_reply_to)
    if parent is not None:
        mail["In-Reply-To"] = parent
    chain = [item for raw in envelope.references if (item := message_id_or_none(raw)) is not None]
    if chain:
        mail["References"] = " ".join(chain)
    # RFC 3834 §5: a reminder answers nothing that was just sent.
    mail["Auto-Submitted"] = "auto-generated" if envelope.reminder else "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_text(envelope.body), charset="utf-8", cte="base64")
    return mail.as_bytes()


def _from(envelope: Envelope) -> MailAddress:
    return MailAddress(
        display_name=clean(envelope.sender_name, 60).replace('"', ""),
        addr_spec=envelope.sender,
    )


def _text(body: str) -> str:
    """The text with plain line ends and without control characters, whoever edited it."""
    lines = re.sub(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029", "\n", body)
    printable = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]", "", lines)
    return printable.rstrip("\n") + "\n"
