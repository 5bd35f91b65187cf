"""Compose the one letter that a sender gets: pure, from cases, verdicts and what was told before.

No clock, no network, no database: the time of writing and all that was told come in as values.
What decides whether there is anything to say at all is `told.news_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from inbox_ingest.campaigns import Campaign
from inbox_ingest.records import Frozen, IssueCode, Material, Message
from inbox_ingest.replies.letter import FEW_CASES, CaseBlock, FileLine, Letter
from inbox_ingest.replies.points import FILE_CODES, points_of
from inbox_ingest.replies.templates import LetterTemplates
from inbox_ingest.replies.told import (
    JudgedCase,
    Told,
    new_documents,
    news_of,
    unprompted,
    verdict_of,
    withdrawn,
)
from inbox_ingest.replies.wording import (
    ROLE_NAMES,
    bare_title,
    clean,
    date_in_words,
    day_in_words,
    message_id_or_none,
    name_or_none,
    person_or_none,
    references_for,
    short_filename,
    size_in_words,
    subject_for,
    time_in_words,
    without_links,
)

Kind = Literal["receipt", "missing", "reminder"]

# An organiser's doubt that a reply could turn into a wrong accusation: a person reads it first.
_DOUBTS = frozenset(
    {
        IssueCode.ASSEMBLY_UNSURE,
        IssueCode.READER_MISSING,
        IssueCode.LOW_CONFIDENCE,
        IssueCode.SUSPICIOUS_FILE,
    }
)


class Occasion(Frozen):
    """One letter to be written: to whom, in answer to which mail, about which cases, at what time.

    `told` is keyed by case number and holds what *this recipient* was sent before, the last time
    at `last_told`. `received_at` is when the newest of their mails about these cases came.
    """

    recipient: str
    cases: tuple[JudgedCase, ...]
    answering: Message | None
    at: datetime
    told: dict[str, Told] = Field(default_factory=dict)
    last_told: datetime | None = None
    received_at: datetime | None = None
    reminder: bool = False


class Draft(Frozen):
    """A letter ready for the outbox. `verdict` tells, as JSON, what it says: see `told_from`.

    `doubts` are Chinese sentences: reasons why a person must read it even where replies go out by
    themselves.
    """

    to: str
    subject: str
    body: str
    kind: Kind
    in_reply_to: str | None
    references: tuple[str, ...]
    cases: tuple[tuple[str, int], ...]
    verdict: str
    doubts: tuple[str, ...] = ()

    @property
    def case_nos(self) -> tuple[str, ...]:
        """The numbers of the cases it speaks of."""
        return tuple(number for number, _ in self.cases)


def compose(occasion: Occasion, campaign: Campaign, templates: LetterTemplates) -> Draft | None:
    """Return the letter, or None where there is nothing that the recipient does not know.

    A reminder speaks of incomplete cases only, and is never a repeat: it is sent once anyhow.
    """
    if occasion.reminder:
        cases = [judged for judged in occasion.cases if judged.status == "incomplete"]
    else:
        cases = [
            judged for judged in occasion.cases if news_of(judged, occasion.told.get(judged.number))
        ]
    if not cases:
        return None
    cases.sort(key=lambda judged: judged.number)
    kind = _kind(cases, reminder=occasion.reminder)
    numbers = tuple(judged.number for judged in cases)
    answering = occasion.answering
    parent = answering.message_id if answering else None
    chain = (*answering.references, *answering.in_reply_to) if answering else ()
    return Draft(
        to=occasion.recipient,
        subject=subject_for(answering.subject if answering else None, numbers, "案例申报材料"),
        body=templates.render(kind, _letter(occasion, cases, campaign), campaign),
        kind=kind,
        in_reply_to=message_id_or_none(parent),
        references=references_for(chain, parent),
        cases=tuple((judged.number, judged.revision) for judged in cases),
        verdict=verdict_of(cases),
        doubts=_doubts(cases, kind, occasion.told),
    )


def _kind(cases: list[JudgedCase], *, reminder: bool) -> Kind:
    if reminder:
        return "reminder"
    return "missing" if any(judged.status == "incomplete" for judged in cases) else "receipt"


def _doubts(cases: Sequence[JudgedCase], kind: Kind, told: Mapping[str, Told]) -> tuple[str, ...]:
    doubts = [
        f"{judged.number} 的首份材料在征集截止之后才收到，请先决定收不收，再发出"
        for judged in cases
        if any(issue.code is IssueCode.RECEIVED_LATE for issue in judged.issues)
    ]
    doubts += [
        f"{judged.number} 有并非由新来材料引起的问题（{issue.text}），规则或读取可能有变，请先确认再发出"
        for judged in cases
        if judged.number in told
        for issue in unprompted(judged, told[judged.number])
    ]
    if kind != "receipt":
        doubts += [
            f"{judged.number} 另有待人工核对的问题（{issue.text}），请先确认再发出"
            for judged in cases
            if judged.status == "incomplete"
            for issue in judged.issues
            if issue.code in _DOUBTS and issue.audience == "organiser"
        ]
    return tuple(doubts)


def _letter(occasion: Occasion, cases: list[JudgedCase], campaign: Campaign) -> Letter:
    zone = campaign.window.zone
    told = {} if occasion.reminder else occasion.told
    arrived = occasion.received_at
    return Letter(
        unit=_common(cases, campaign, "unit", lambda value: name_or_none(value, 40)),
        contact=_common(cases, campaign, "contact", lambda value: person_or_none(value, 12)),
        cases=_advised_once(
            [_block(judged, told.get(judged.number), campaign) for judged in cases]
        ),
        supplement=all(judged.number in told for judged in cases),
        arrived=_anything_arrived(occasion, cases),
        received_on=day_in_words(arrived, zone) if arrived else None,
        deadline=f"{_closing_day(campaign)}24时",
        open=occasion.at < campaign.window.ends_at(),
        days_left=max(campaign.window.days_left(occasion.at), 0),
        written_on=date_in_words(occasion.at, zone),
    )


def _anything_arrived(occasion: Occasion, cases: Sequence[JudgedCase]) -> bool:
    """Whether the recipient has sent anything since the last letter: nobody is thanked for nothing."""
    if occasion.last_told is None:
        return True
    if occasion.received_at is not None and occasion.received_at > occasion.last_told:
        return True
    known = [occasion.told.get(judged.number) for judged in cases]
    return any(
        told is None or new_documents(judged, told)
        for judged, told in zip(cases, known, strict=True)
    )


def _closing_day(campaign: Campaign) -> str:
    closes = campaign.window.closes
    return f"{closes.year}年{closes.month}月{closes.day}日"


def _advised_once(blocks: Sequence[CaseBlock]) -> tuple[CaseBlock, ...]:
    """In a letter about many cases each advice stands once: fifty times the same is read by nobody."""
    if len(blocks) <= FEW_CASES:
        return tuple(blocks)
    given: set[str] = set()
    shown = []
    for block in blocks:
        points = tuple(
            point.model_copy(update={"advice": ""}) if point.advice in given else point
            for point in block.points
        )
        given.update(point.advice for point in block.points)
        shown.append(block.model_copy(update={"points": points}))
    return tuple(shown)


def _common(
    cases: list[JudgedCase],
    campaign: Campaign,
    key: str,
    fit: Callable[[str | None], str | None],
) -> str | None:
    """The value that all the cases share, so that nobody is greeted by another's name."""
    field = campaign.form.by_key(key)
    if field is None:
        return None
    found = {
        fit(value.value if value else None)
        for judged in cases
        for value in [judged.case.values.get(field.name)]
        # What OCR may have misread is no way to address a person.
        if value is None or value.evidence.means != "ocr"
    }
    return found.pop() if len(found) == 1 else None


def _block(judged: JudgedCase, told: Told | None, campaign: Campaign) -> CaseBlock:
    case, zone = judged.case, campaign.window.zone
    points = points_of(judged.issues, campaign)
    complete = judged.status == "complete"
    shown = _listed(judged, None if complete else told)
    gone = withdrawn(judged, told) if told else ()
    title_field = campaign.form.by_key("title")
    title = case.values.get(title_field.name) if title_field else None
    title_text = title.value if title else case.case_text.title if case.case_text else None
    return CaseBlock(
        number=judged.number,
        title=bare_title(title_text),
        status=judged.status,
        received_at=time_in_words(case.received_at, zone) if case.received_at else None,
        supplement=told is not None,
        files=tuple(_file(material) for material in shown),
        withdrawn=tuple(without_links(clean(text, 200)) for text in gone),
        points=tuple(point for point in points if not point.warning),
        remarks=tuple(point for point in points if point.warning),
    )


def _listed(judged: JudgedCase, told: Told | None) -> list[Material]:
    """The documents that arrived, new ones only after a first answer, and none that a point names."""
    known = frozenset(told.documents) if told else frozenset()
    named = {issue.field for issue in judged.issues if issue.code in FILE_CODES}
    chosen: dict[tuple[str, str | None], Material] = {}
    for material in judged.case.documents:
        attachment = material.attachment
        if attachment.role not in ROLE_NAMES or attachment.sha256 in known:
            continue
        if attachment.filename is not None and attachment.filename in named:
            continue
        chosen.setdefault((attachment.sha256, attachment.filename), material)
    order = list(ROLE_NAMES)
    return sorted(chosen.values(), key=lambda m: order.index(m.attachment.role))


def _file(material: Material) -> FileLine:
    attachment = material.attachment
    both = attachment.role == "form" and attachment.case_text is not None
    return FileLine(
        role="申报表和案例正文" if both else ROLE_NAMES[attachment.role],
        name=short_filename(attachment.filename),
        size=size_in_words(attachment.size),
        checksum=attachment.sha256[:8],
    )
