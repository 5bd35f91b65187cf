"""Turn the open issues of a case into the points of a letter: what is wrong and how to mend it.

Only issues for the sender become points (contract §6): what we could not do is never said to them.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

from inbox_ingest.campaign_wording import fill
from inbox_ingest.campaigns import Campaign, IssueRule
from inbox_ingest.records import Frozen, Issue, IssueCode
from inbox_ingest.replies.wording import clean, short_filename, without_links

# Issues whose field is a file name, which a stranger chose.
FILE_CODES = frozenset(
    {IssueCode.FILE_UNREADABLE, IssueCode.CLOUD_ATTACHMENT, IssueCode.TEMPLATE_BLANK}
)
_LONGEST_TEXT = 200


class Point(Frozen):
    """One point of a letter: the finding and the advice, both whole sentences without a full stop.

    `sentence` joins them. `warning` points ask for nothing (contract §9).
    """

    codes: tuple[IssueCode, ...]
    text: str
    advice: str
    warning: bool

    @property
    def sentence(self) -> str:
        """Finding and advice as running text, closed with a full stop."""
        return "".join(f"{part.rstrip('。')}。" for part in (self.text, self.advice) if part)


def sender_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues that a sender may hear of."""
    return tuple(issue for issue in issues if issue.audience == "sender")


def issue_key(issue: Issue) -> str:
    """What makes two findings the same for a sender: code, field, measured figure."""
    measured = "" if issue.measured is None else str(issue.measured)
    return "|".join((issue.code.value, clean(issue.field, 80), measured))


def points_of(issues: Sequence[Issue], campaign: Campaign) -> tuple[Point, ...]:
    """Return the points for these issues, errors and warnings, in the order of the checks.

    A blank template and the missing form are one thing and said once (contract §9). Findings of one
    code that differ by their field alone (three empty cells) make one point.
    """
    shown = list(sender_issues(issues))
    blank = any(issue.code is IssueCode.TEMPLATE_BLANK for issue in shown)
    if blank:
        shown = [issue for issue in shown if issue.code is not IssueCode.FORM_MISSING]
    points: list[Point] = []
    done: set[tuple[IssueCode, str]] = set()
    for issue in shown:
        rule = campaign.issues[issue.code]
        frame = _frame(issue)
        if not _joinable(rule) or frame is None:
            points.append(_point([issue], rule, campaign))
        elif (issue.code, frame) not in done:
            done.add((issue.code, frame))
            alike = [o for o in shown if o.code is issue.code and _frame(o) == frame]
            points.append(_point(alike, rule, campaign))
    return tuple(points)


def _joinable(rule: IssueRule) -> bool:
    """Whether two findings of this code may differ by {field} alone, so that one sentence holds both."""
    names = {name for _, name, _, _ in string.Formatter().parse(rule.text) if name}
    return names <= {"field", "detail"} and "“{field}”" in rule.text


def _frame(issue: Issue) -> str | None:
    """What a finding says of its field, whichever that is; None where it does not quote one."""
    quoted = f"“{issue.field}”"
    return issue.text.replace(quoted, "“{field}”", 1) if quoted in issue.text else None


def _point(issues: list[Issue], rule: IssueRule, campaign: Campaign) -> Point:
    first, joined = issues[0], len(issues) > 1
    fields = list(dict.fromkeys(_field(issue) for issue in issues))
    if joined:
        text = first.text.replace(f"“{first.field}”", f"“{'”、“'.join(fields)}”", 1)
    else:
        # The engine's own words: they hold the detail that only the check knew.
        text = first.text
        if first.field and first.code in FILE_CODES:
            text = text.replace(first.field, fields[0])
    advice = fill(
        rule.advice, field="”、“".join(fields), measured=first.measured, limit=first.limit
    )
    if first.code is IssueCode.FILE_UNREADABLE and "重新发" in text:
        advice = ""  # the reader of that file said already what to do
    appendices = [s.name for s in campaign.text.sections if s.appendix and s.name in fields]
    if appendices and rule.appendix_advice:
        advice += fill(rule.appendix_advice, field="、".join(appendices))
    return Point(
        codes=(first.code,),
        text=without_links(clean(text, _LONGEST_TEXT if not joined else 2 * _LONGEST_TEXT)),
        advice=clean(advice, _LONGEST_TEXT),
        warning=all(issue.severity == "warning" for issue in issues),
    )


def _field(issue: Issue) -> str:
    if issue.code in FILE_CODES:
        return short_filename(issue.field)
    return clean(issue.field, 60)
