"""What a recipient knows of a case, and what of its verdict is new to them: pure.

The verdict of every letter is kept with it, as JSON. From the letters that went out comes what was
told; beside the case as it is now, that decides whether there is anything to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from inbox_ingest.records import Attachment, Case, Frozen, Issue, IssueCode, Status, status_of
from inbox_ingest.replies.points import issue_key, sender_issues

_ABOUT_TEXT = frozenset(
    {
        IssueCode.BODY_TOO_LONG,
        IssueCode.SECTION_MISSING,
        IssueCode.SECTION_EMPTY,
        IssueCode.SECTION_ORDER,
    }
)
_ABOUT_FORM = frozenset(
    {
        IssueCode.FIELD_MISSING,
        IssueCode.TYPE_AMBIGUOUS,
        IssueCode.PHONE_INVALID,
    }
)
# A section may be sent as a file of its own, of any kind (contract §9).
_SECTIONS = frozenset({IssueCode.SECTION_MISSING, IssueCode.SECTION_EMPTY})


class JudgedCase(Frozen):
    """A case with its open issues, waived ones already left out, and the revision they belong to."""

    case: Case
    issues: tuple[Issue, ...]
    revision: int

    @property
    def number(self) -> str:
        """The case number; a case that is answered has one."""
        return self.case.case_no or ""

    @property
    def status(self) -> Status:
        """The status by contract §5."""
        return status_of(self.issues)


class Told(Frozen):
    """What one recipient has been told of one case: open points and the documents they rest on.

    `said` holds the words of each point, for the day on which one has to be taken back, `limits` the
    limit that a point named.
    """

    status: Status
    points: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    said: dict[str, str] = Field(default_factory=dict)
    limits: dict[str, int] = Field(default_factory=dict)


def news_of(judged: JudgedCase, told: Told | None) -> bool:
    """Whether this case's verdict is new to somebody who was told `told`.

    New are: a case never told of; a point not named before, or with another limit; a point that was
    named and does not stand, though nothing was sent that mends it; a new version of a document that
    the notice asks for (whoever mends something is told whether it is mended now). Not new are: the
    same findings over the same documents, other words for them, more photos, a point that a person
    waived, a doubt that only the organiser has.
    """
    if told is None:
        return True
    if new_points(judged, told) or withdrawn(judged, told):
        return True
    return any(
        attachment.role in ("form", "form_scan", "case_text")
        for attachment in new_documents(judged, told)
    )


def still_true(judged: JudgedCase, told: Told) -> bool:
    """Whether a letter that waits and says `told` of this case may go out as it is.

    Its findings and no others stand, nothing that it lists has gone, and nothing came that the
    notice asks for. More photos change nothing of that.
    """
    standing = {issue_key(issue) for issue in sender_issues(judged.issues)}
    current = {material.attachment.sha256 for material in judged.case.documents}
    return (
        judged.status == told.status
        and standing == set(told.points)
        and set(told.documents) <= current
        and not news_of(judged, told)
    )


def new_points(judged: JudgedCase, told: Told) -> list[Issue]:
    """The findings for the sender that were not named before, or with another limit."""
    return [
        i
        for i in sender_issues(judged.issues)
        if issue_key(i) not in told.points
        or told.limits.get(issue_key(i), i.limit) != i.limit  # letters of old kept no limits
    ]


def new_documents(judged: JudgedCase, told: Told) -> list[Attachment]:
    """The current documents that the sender was not told of."""
    return [
        material.attachment
        for material in judged.case.documents
        if material.attachment.sha256 not in told.documents
    ]


def unprompted(judged: JudgedCase, told: Told) -> list[Issue]:
    """New points about material that was there before: our rules or readers changed, not the sender.

    Nobody was told of them when that material came, so a person looks before anybody is.
    """
    new = new_documents(judged, told)
    return [
        i
        for i in new_points(judged, told)
        if not _bears_on(i.code, _of_key(issue_key(i))[1], judged.case, new)
    ]


def withdrawn(judged: JudgedCase, told: Told) -> tuple[str, ...]:
    """The words of points that were told and no longer stand: we were wrong, over the same material.

    Not among them is what new material may have mended, what a person waived or put right, a figure
    that merely changed, and nothing at all where a person took material out of the case.
    """
    new = new_documents(judged, told)
    current = {material.attachment.sha256 for material in judged.case.documents}
    if not new and not set(told.documents) <= current:
        return ()
    standing = {(i.code.value, _of_key(issue_key(i))[1]) for i in sender_issues(judged.issues)}
    return tuple(
        words
        for key, words in told.said.items()
        if _of_key(key) not in standing and not _mended(*_of_key(key), judged.case, new)
    )


def told_from(verdicts: Iterable[str | None]) -> dict[str, Told]:
    """Return what a recipient knows from the verdicts of the replies sent to them, oldest first."""
    told: dict[str, Told] = {}
    for verdict in verdicts:
        entries: Mapping[str, object] = json.loads(verdict) if verdict else {}
        told |= {number: Told.model_validate(entry) for number, entry in entries.items()}
    return told


def verdict_of(cases: Iterable[JudgedCase]) -> str:
    """What a letter about these cases tells, for `told_from`: the same for the same verdict."""
    entries = {judged.number: _entry(judged).model_dump(mode="json") for judged in cases}
    return json.dumps(entries, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _entry(judged: JudgedCase) -> Told:
    said = {issue_key(issue): issue.text for issue in sender_issues(judged.issues)}
    return Told(
        status=judged.status,
        points=tuple(sorted(said)),
        documents=tuple(sorted({m.attachment.sha256 for m in judged.case.documents})),
        said=said,
        limits={
            issue_key(issue): issue.limit
            for issue in sender_issues(judged.issues)
            if issue.limit is not None
        },
    )


def _mended(code: str, field: str, case: Case, new: Sequence[Attachment]) -> bool:
    """Whether a person has taken up this point, or one of the new documents may have mended it."""
    if {code, f"{code}:{field}"} & set(case.waived):
        return True
    value = case.values.get(field)
    if value is not None and value.evidence.means == "person":
        return True
    if code in _SECTIONS and any(d.role not in ("form", "form_scan") for d in new):
        return True
    return _bears_on(IssueCode(code), field, case, new)


def _bears_on(code: IssueCode, field: str, case: Case, documents: Sequence[Attachment]) -> bool:
    """Whether one of these documents can have raised or mended a finding of this code and field."""
    too_long = code is IssueCode.SUMMARY_TOO_LONG  # of the form's cell, or of the text's own 摘要
    if code in _ABOUT_TEXT or (too_long and field not in case.values):
        return any(d.role == "case_text" or d.case_text is not None for d in documents)
    if code in _ABOUT_FORM or too_long:
        return any(d.role in ("form", "form_scan") for d in documents)
    if code is IssueCode.SEAL_MISSING:
        return any(d.role == "form_scan" for d in documents)
    # A link is no document, and comes by mail alone.
    return bool(documents) or code is IssueCode.CLOUD_ATTACHMENT


def _of_key(key: str) -> tuple[str, str]:
    """Code and field of an `issue_key`."""
    code, _, rest = key.partition("|")
    return code, rest.rpartition("|")[0]
