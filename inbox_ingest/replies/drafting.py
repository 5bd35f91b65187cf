"""What planning looks at and what comes of it; whom a case is answered to, and the row of one letter.

Pure: dues, cases, mails and what was sent come in as values, rows for the outbox go out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import NewReply, Reply, ReplyDue, ReplyState
from inbox_ingest.casebook.reply_ways import dead_address
from inbox_ingest.records import Case, Received
from inbox_ingest.replies.compose import Draft, Occasion, compose
from inbox_ingest.replies.etiquette import Refusal, ping_pong, plain_address, recipient_of, refusal
from inbox_ingest.replies.outgoing import message_id_for
from inbox_ingest.replies.templates import LetterTemplates, TemplateFailed
from inbox_ingest.replies.terms import terms_of
from inbox_ingest.replies.told import JudgedCase, told_from

Mode = Literal["hold", "auto", "off"]

UNSENT: tuple[ReplyState, ...] = ("draft", "approved")
TOLD: tuple[ReplyState, ...] = ("sending", "sent")
UNDELIVERABLE = "undeliverable"
NEEDLESS = "情况已变，无需再答复"


@dataclass(frozen=True, slots=True)
class Outbox:
    """All that planning looks at.

    `cases` are the open cases with their open issues, by number; `mails` the readings by raw
    SHA-256; `replies` all replies, oldest first. `own` are the mailbox's addresses, the first is the
    login. `mode` is what applies now: `auto` only after the organiser ended the trial.
    `silent_until` is the last pass that answered nobody, because replies were off.
    """

    dues: Sequence[ReplyDue]
    cases: Mapping[str, JudgedCase]
    mails: Mapping[str, Received]
    replies: Sequence[Reply]
    own: Sequence[str]
    mode: Mode
    now: datetime
    silent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: replies to add (with those they replace), some to withhold, dues to settle.

    `recall` are approved letters that a person has to see again: they are drafts, with the reason.
    `redate` are those that wait since another day: id, text as it is, text under today's date.
    `answered` are letters that somebody answered by hand: id, when.
    `confirm` are letters that still say what is so: id, the revisions they speak of now, reason.
    """

    add: tuple[NewReply, ...] = ()
    confirm: tuple[tuple[int, tuple[tuple[str, int], ...], str | None], ...] = ()
    withhold: tuple[tuple[int, str], ...] = ()
    recall: tuple[tuple[int, str], ...] = ()
    redate: tuple[tuple[int, str, str], ...] = ()
    answered: tuple[tuple[int, datetime], ...] = ()
    settle: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What goes to one recipient, or is refused for one reason."""

    recipient: str
    refused: Refusal | None
    cases: tuple[JudgedCase, ...]
    answering: Received
    dues: tuple[int, ...]
    held: tuple[str, ...] = ()


def newest_mail(case: Case, mails: Mapping[str, Received]) -> Received | None:
    """Return the mail that brought the newest of the case's current material, else its newest mail."""
    bringing = {material.raw_sha256 for material in case.documents}
    known = [mails[sha] for sha in bringing or case.message_sha256s if sha in mails]
    return max(known, key=by_receipt, default=None)


def whom(
    case: Case, mail: Received | None, outbox: Outbox, campaign: Campaign
) -> tuple[str | None, Refusal | None]:
    """Return the address that a case is answered to, and why it may not be written to, if so."""
    if mail is None:
        return None, None
    message, own = mail.reading.message, frozenset(outbox.own)
    to = recipient_of(
        message, own, form_email=_form_email(case, campaign), known_senders=case.senders
    )
    return to, refusal(message, mail.reading.text, to, own) or _dead(to, outbox)


def _dead(to: str | None, outbox: Outbox) -> Refusal | None:
    """Why nothing is written to this address by itself: a letter could not be delivered there.

    A letter that went out since, on a person's word, heals it.
    """
    past = history(outbox.replies, to) if to else []
    lost = [letter for letter in past if letter.undeliverable]
    if not lost:
        return None
    newest = max(lost, key=lambda letter: letter.changed_at)
    if any(r.state == "sent" and r.sent_at and r.sent_at > newest.changed_at for r in past):
        return None
    return Refusal(code=UNDELIVERABLE, reason=dead_address(newest.undeliverable or ""))


def occasion_of(group: Group, outbox: Outbox, *, reminder: bool = False) -> Occasion:
    """The letter to be written to a group, with what its recipient was told before."""
    past = [r for r in history(outbox.replies, group.recipient) if r.state in TOLD]
    numbers = {judged.number for judged in group.cases}
    times = [r.sent_at or r.changed_at for r in past if numbers & {n for n, _ in r.cases}]
    return Occasion(
        recipient=group.recipient,
        cases=group.cases,
        answering=group.answering.reading.message,
        at=outbox.now,
        told=told_from(reply.verdict for reply in past),
        last_told=max(times, default=None),
        received_at=_newest_of_theirs(group, outbox),
        reminder=reminder,
    )


def _newest_of_theirs(group: Group, outbox: Outbox) -> datetime:
    """When the newest mail about these cases came from whom the letter answers."""
    known = (outbox.mails.get(sha) for j in group.cases for sha in j.case.message_sha256s)
    whose = _writer(group.answering)
    theirs = [mail.received_at for mail in known if mail is not None and _writer(mail) == whose]
    return max(theirs, default=group.answering.received_at)


def _writer(mail: Received) -> str | None:
    sender = mail.reading.message.sender
    return plain_address(sender.address) if sender else None


def _form_email(case: Case, campaign: Campaign) -> str | None:
    if not campaign.replies.to_form_email:
        return None
    field = next((field for field in campaign.form.fields if field.kind == "email"), None)
    value = case.values.get(field.name) if field else None
    return value.value if value is not None and value.evidence.means != "ocr" else None


def written(
    group: Group,
    outbox: Outbox,
    campaign: Campaign,
    templates: LetterTemplates,
    *,
    reminder: bool = False,
    instead_of: Sequence[Reply] = (),
) -> NewReply | None:
    """The letter as a row for the outbox; one that cannot be written is a failed row, and an alarm.

    `instead_of` are letters that say the same of the cases and may not go out: this is another one.
    """
    occasion = occasion_of(group, outbox, reminder=reminder)
    try:
        draft = compose(occasion, campaign, templates)
    except TemplateFailed as error:
        return _unwritten(occasion, group, outbox, str(error))
    if draft is None:
        return None
    doubts = [*group.held, *draft.doubts]
    sent = [r.sent_at for r in history(outbox.replies, group.recipient) if r.sent_at is not None]
    loop = ping_pong(sent, outbox.now)
    if loop is not None:
        doubts.append(loop.reason)
    state: Literal["draft", "approved", "withheld"] = "draft"
    if group.refused is not None:
        state, doubts = "withheld", [f"不宜自动答复：{group.refused.reason}"]
    elif outbox.mode == "auto" and not doubts:
        state = "approved"
    return NewReply(
        to=draft.to,
        subject=draft.subject,
        body=draft.body,
        kind=draft.kind,
        message_id=message_id_for(
            outbox.own[0], draft.to, _about(draft.verdict, group, draft.kind, instead_of)
        ),
        cases=draft.cases,
        dues=group.dues,
        in_reply_to=draft.in_reply_to,
        references=draft.references,
        verdict=draft.verdict,
        state=state,
        reason="；".join(dict.fromkeys(doubts)) or None,
        not_before=_quiet_until(group, draft, outbox, campaign),
        terms=terms_of(campaign),
        held="；".join(dict.fromkeys(group.held)) or None,
    )


def _unwritten(occasion: Occasion, group: Group, outbox: Outbox, why: str) -> NewReply:
    held = {due.id for due in outbox.dues if due.held}  # a person has agreed to nothing yet
    kind: Literal["reminder", "missing", "receipt"] = (
        "reminder"
        if occasion.reminder
        else "missing"
        if any(judged.status == "incomplete" for judged in group.cases)
        else "receipt"
    )
    return NewReply(
        to=group.recipient,
        subject="（未能写成）",
        body="（答复模板出错，未能写成）",
        kind=kind,
        message_id=message_id_for(outbox.own[0], group.recipient, _about("", group, kind, ())),
        cases=tuple((judged.number, judged.revision) for judged in group.cases),
        dues=tuple(due for due in group.dues if due not in held),
        state="failed",
        reason=f"答复模板出错：{why}",
    )


def _about(verdict: str, group: Group, kind: str, instead_of: Sequence[Reply]) -> str:
    cases = ",".join(f"{judged.number}@{judged.revision}" for judged in group.cases)
    parts = (kind, cases, ",".join(map(str, group.dues)), verdict)
    return "\n".join((*parts, *(f"instead of {reply.id}" for reply in instead_of)))


def _quiet_until(group: Group, draft: Draft, outbox: Outbox, campaign: Campaign) -> datetime | None:
    """A sender may still be sending: the answer waits this long after the newest mail."""
    if draft.kind == "reminder":
        return None
    newest = min(group.answering.received_at, outbox.now)
    until = newest + timedelta(minutes=campaign.replies.quiet_minutes)
    return until if until > outbox.now else None


def history(replies: Sequence[Reply], address: str) -> list[Reply]:
    """Return the replies to this address, whatever became of them, in their order."""
    wanted = plain_address(address)
    return [reply for reply in replies if plain_address(reply.to) == wanted]


def failed_in_writing(reply: Reply) -> bool:
    """Whether a template error left this row without a letter."""
    return reply.state == "failed" and reply.verdict is None


def by_receipt(mail: Received) -> tuple[datetime, str]:
    """Sort key: the order in which mails were received."""
    return mail.received_at, mail.reading.raw_sha256
