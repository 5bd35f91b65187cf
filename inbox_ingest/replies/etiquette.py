"""May this mail be answered? Every refusal is one small rule in one table (RFC 3834, facts §2).

Stricter than `reading/correspondence.py`: there a doubt means "a person", here a doubt means
"do not write". A refusal loses nothing, for the case waits on the organiser's list with the reason.
Caps and loops are judged from what was sent before, which comes in as a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from inbox_ingest.reading.correspondence import (
    automatic_reason,
    is_delivery_report,
    local_part,
    sent_by_program,
    sent_to_many,
    without_comments,
)
from inbox_ingest.records import Address, AutomaticSigns, Frozen, Message

# dot-atom of RFC 5321 §4.1.2, ASCII only, a domain with a dot: what 126.com can be asked to deliver.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_MACHINES = re.compile(
    r"""^(?:
        mailer[-_.]?daemon | mail[-_.]?daemon | daemon | postmaster | hostmaster | root | nobody
      | listserv | majordomo | mailman | listmaster | abuse
      | bounces?(?:[-+._].*)?
      | auto[-_.]?(?:reply|answer|respon(?:se|der)).*
      | owner-.+ | .+-(?:request|owner|bounces?)
    )$""",
    re.VERBOSE,
)
# Wherever it stands in an address: oa_noreply@, please-do-not-reply@, x@noreply.corp.cn.
_NO_REPLY = re.compile(r"no[-_.]?t?[-_.]?reply")
_RETURNS = re.compile(r"@(?:.+\.)?bounces?\.")
_RESERVED = re.compile(r"(?:^|\.)(?:invalid|localhost|local|localdomain|internal|lan|onion)$", re.I)
# Names under these are given to institutions alone: whoever has an address there is one's colleague.
# Of any other domain nobody can know whether it is a firm's own or lends addresses to everybody.
_INSTITUTION = re.compile(r"\.(?:gov|edu|ac|mil)\.cn$", re.IGNORECASE)
# Our Message-IDs, as `outgoing.message_id_for` makes them.
OWN_MESSAGE_ID = re.compile(r"<?ingest\.[0-9a-f]{32}@[^\s<>]+>?")

# How many answers one correspondent gets in an hour before only a person may go on.
_PINGPONG_ANSWERS = 4
_PINGPONG_WINDOW = timedelta(hours=1)


class Refusal(Frozen):
    """Why a mail is not answered: a short code for tests and scripts, a Chinese sentence for people."""

    code: str
    reason: str


class Question(NamedTuple):
    """What the rules look at: the mail, the sender's words, whom we would write to, who we are."""

    message: Message
    text: str
    to: str | None
    own: frozenset[str]


class _Rule(NamedTuple):
    code: str
    reason: str
    refuses: Callable[[Question], bool]


def valid_address(address: str | None) -> bool:
    """Whether this is an ASCII addr-spec that the server can be asked to deliver to."""
    return (
        address is not None
        and len(address) <= 254
        and len(address.rpartition("@")[0]) <= 64
        and _ADDRESS.fullmatch(address) is not None
        and _RESERVED.search(address.rpartition("@")[2]) is None
    )


def plain_address(address: str) -> str:
    """An address for comparing: lower case, without the `+tag` that some servers ignore."""
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _is_own(address: str | None, own: frozenset[str]) -> bool:
    return address is not None and plain_address(address) in {plain_address(a) for a in own}


def _senders(message: Message) -> list[str]:
    """Everybody who signs as the sender: what one of them is, the mail is."""
    first = [message.sender] if message.sender else []
    return [address.address for address in (*first, *message.other_senders)]


def _is_machine(address: str | None) -> bool:
    local, whole = local_part(address), (address or "").casefold()
    if _NO_REPLY.search(whole) or _RETURNS.search(whole):
        return True
    return any(_MACHINES.match(name) is not None for name in (local, local.partition("+")[0]))


def _not_addressed_to_us(question: Question) -> bool:
    message = question.message
    seen: Sequence[Address] = (*message.to, *message.cc, *message.resent_to)
    return not any(_is_own(address.address, question.own) for address in seen)


def _suppressed(question: Question) -> bool:
    value = without_comments(question.message.signs.auto_response_suppress or "")
    words = {word.strip().casefold() for word in re.split(r"[,;\s]+", value)}
    return bool(words & {"all", "oof", "autoreply"})


def _signs(check: Callable[[AutomaticSigns], object]) -> Callable[[Question], bool]:
    return lambda question: bool(check(question.message.signs))


# The order decides only which reason is shown.
RULES: tuple[_Rule, ...] = (
    _Rule("no-address", "来信没有可用的发件地址", lambda q: not q.to),
    _Rule("bad-address", "发件地址不合规范，无法投递", lambda q: not valid_address(q.to)),
    _Rule("own-address", "发件地址就是征集邮箱自己", lambda q: _is_own(q.to, q.own)),
    _Rule(
        "own-sender",
        "来信是从征集邮箱自己发出的",
        lambda q: any(_is_own(address, q.own) for address in _senders(q.message)),
    ),
    _Rule(
        "own-mail",
        "来信是本程序发出的邮件又转了回来",
        lambda q: OWN_MESSAGE_ID.fullmatch(q.message.message_id or "") is not None,
    ),
    _Rule("null-sender", "退信路径为空，来信出自邮件系统", _signs(lambda s: s.null_return_path)),
    _Rule("delivery-report", "来信是投递状态报告", lambda q: is_delivery_report(q.message, q.text)),
    _Rule("read-receipt", "来信是阅读回执", _signs(lambda s: s.disposition_notification)),
    _Rule(
        "machine-address",
        "发件地址属于邮件系统或不收回信",
        lambda q: any(_is_machine(address) for address in (q.to, *_senders(q.message))),
    ),
    _Rule("list-header", "来信经邮件列表转发", _signs(lambda s: s.list_headers)),
    _Rule("auto-submitted", "来信注明由程序自动发出", _signs(sent_by_program)),
    _Rule("precedence", "来信注明为群发邮件", _signs(sent_to_many)),
    _Rule("suppressed", "来信要求不要自动答复", _suppressed),
    _Rule("auto-reply-header", "来信带有自动回复标记", _signs(lambda s: s.auto_reply_headers)),
    _Rule(
        "automatic-words",
        "来信的主题或正文是自动回复、退信或回执",
        lambda q: automatic_reason(q.message, q.text) is not None,
    ),
    _Rule(
        "not-to-us",
        "征集邮箱不在收件人、抄送人之列（可能是密送、群发或转投）",
        _not_addressed_to_us,
    ),
)


def refusal(message: Message, text: str, to: str | None, own: frozenset[str]) -> Refusal | None:
    """Return why no answer may be sent to `to` on account of `message`, or None where one may.

    `own` are all addresses of the mailbox. `to` is what `recipient_of` chose.
    """
    question = Question(message, text, to, own)
    found = next((rule for rule in RULES if rule.refuses(question)), None)
    return None if found is None else Refusal(code=found.code, reason=found.reason)


def recipient_of(
    message: Message,
    own: frozenset[str],
    *,
    form_email: str | None = None,
    known_senders: Sequence[str] = (),
) -> str | None:
    """Return the address an answer goes to; None where the mail names none.

    The form's e-mail, where the campaign gives one (`form_email`), else the sender (From). Reply-To
    is followed only when it names a single valid address that is not ours, nor a machine's, and
    either has sent material for the case itself, or has the sender's own domain where that is an
    institution's: From can be forged as well, but Reply-To would let anybody point our letters at a
    third party by one header line.
    """
    if form_email is not None and valid_address(form_email) and not _is_own(form_email, own):
        return form_email
    sender = message.sender.address if message.sender else None
    if len(message.reply_to) != 1 or sender is None:
        return sender
    wanted = message.reply_to[0].address
    if not valid_address(wanted) or _is_own(wanted, own) or _is_machine(wanted):
        return sender
    colleagues = _domain(wanted) == _domain(sender) and _INSTITUTION.search(_domain(sender))
    known = {plain_address(address) for address in (*known_senders, sender)}
    return wanted if colleagues or plain_address(wanted) in known else sender


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


# --- caps and loops ---------------------------------------------------------------------------


def cap_reached(
    sent: Sequence[datetime], now: datetime, *, per_recipient_per_day: int
) -> Refusal | None:
    """Return why this recipient gets no more letters today; `sent` are the times of earlier ones."""
    day = [at for at in sent if now - at < timedelta(days=1)]
    if len(day) < per_recipient_per_day:
        return None
    return Refusal(
        code="recipient-cap", reason=f"24小时内已向该地址发出{len(day)}封答复，达到上限，稍后再发"
    )


def ping_pong(sent: Sequence[datetime], now: datetime) -> Refusal | None:
    """Return why a correspondence looks like two machines talking: many answers within an hour.

    A robot that brings nothing new gets no answer anyhow; this stops one whose files differ each time.
    """
    recent = [at for at in sent if now - at < _PINGPONG_WINDOW]
    if len(recent) < _PINGPONG_ANSWERS:
        return None
    return Refusal(
        code="ping-pong",
        reason=f"一小时内已答复该地址{len(recent)}次，可能是自动程序往复来信，请人工处理",
    )
