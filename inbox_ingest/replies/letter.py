"""What a letter template may use: every name here is part of the template language.

Templates stand in `rules/<campaign>/replies/`. They see `letter` (a `Letter`) and `campaign` (title,
organiser, contacts). Every text in it is already on one line and free of control characters.
"""

from __future__ import annotations

from inbox_ingest.records import Frozen, Status
from inbox_ingest.replies.points import Point

# Letters about more cases than these name no number for each, and give each advice once.
FEW_CASES = 3


class FileLine(Frozen):
    """A file that arrived: what it is, its shortened name, size, first 8 digits of its SHA-256."""

    role: str
    name: str
    size: str
    checksum: str


class CaseBlock(Frozen):
    """One case of a letter.

    `points` have to be mended, `remarks` need not. `files` are those that arrived; after a first
    answer (`supplement`) only the new ones, unless the case is complete. `withdrawn` are findings
    told before that no longer stand, though nothing was sent to mend them.
    """

    number: str
    title: str | None
    status: Status
    received_at: str | None
    supplement: bool
    files: tuple[FileLine, ...]
    points: tuple[Point, ...]
    remarks: tuple[Point, ...]
    withdrawn: tuple[str, ...] = ()


class Letter(Frozen):
    """A whole letter. `open` says that the window has not closed at the time of writing.

    `supplement`: its recipient was told of these cases before. `arrived`: something has come from
    them since; it came on `received_on`.
    """

    unit: str | None
    contact: str | None
    cases: tuple[CaseBlock, ...]
    supplement: bool
    arrived: bool
    received_on: str | None
    deadline: str
    open: bool
    days_left: int
    written_on: str

    @property
    def numbers(self) -> str:
        """The case numbers, joined with 、."""
        return "、".join(case.number for case in self.cases)

    @property
    def numbers_to_mend(self) -> str:
        """The numbers of the cases with points, joined with 、."""
        return "、".join(case.number for case in self.to_mend)

    @property
    def many(self) -> bool:
        """Whether it speaks of so many cases that they are not named one by one once more."""
        return len(self.cases) > FEW_CASES

    @property
    def to_mend(self) -> tuple[CaseBlock, ...]:
        """The cases with points."""
        return tuple(case for case in self.cases if case.points)

    @property
    def points(self) -> bool:
        """Whether anything in this letter has to be mended."""
        return any(case.points for case in self.cases)

    @property
    def honorific(self) -> str:
        """同志 where the contact looks like one person's name of two to four characters, else empty."""
        name = (self.contact or "").replace("·", "")
        one_name = 2 <= len(name) <= 4 and all("\u4e00" <= sign <= "\u9fff" for sign in name)
        titled = name.endswith(
            ("老师", "主任", "书记", "科长", "处长", "部长", "同志", "女士", "先生")
        )
        return "同志" if one_name and not titled else ""
