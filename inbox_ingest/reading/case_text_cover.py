"""Among all lines that may be headings, those that are: the best ordered cover of the sections.

Sure headings first, in the order of the notice where that covers as much; then sure ones out of
order; then, for what is still missing, lesser signs at the place where that section should stand.
Generous on purpose: telling a sender that a section is missing which is there is the worst error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inbox_ingest.reading.case_text_headings import (
    EXACT,
    QUALIFIED,
    Naming,
    Numbering,
    SectionNames,
)
from inbox_ingest.reading.case_text_lines import Line

_DEPTH: dict[Numbering | None, int] = {
    "part": 1,
    "roman": 2,
    "chinese": 3,
    "chinese-bracket": 4,
    "digit": 5,
    "decimal": 6,
    "digit-bracket": 6,
    "circle": 7,
    "letter": 7,
    "bullet": 8,
    None: 0,
}
_MANY = 500  # lines that may be headings: beyond, a text is built to waste our time
_LONE = 40  # 字: a heading of its own line is shorter


@dataclass(frozen=True, slots=True)
class Heading:
    """A line (its place in the lines) taken as the heading of `sections`."""

    line: int
    sections: tuple[int, ...]
    inline: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    line: int
    naming: Naming
    score: int
    level: tuple[Numbering | None, int | None]

    @property
    def sure(self) -> bool:
        return self.naming.plainness >= QUALIFIED


def cover(lines: Sequence[Line], names: SectionNames) -> list[Heading]:
    """The section headings of these lines, in order of appearance, each section at most once."""
    candidates = _candidates(lines, names)
    leading = _leading_level(candidates, names.appendices)
    top = [x for x in candidates if x.sure and not _below(x, leading)]
    chosen = _ordered(top)
    _add(chosen, top)
    for fallback in (
        [x for x in candidates if x.sure],
        [x for x in candidates if x.level == leading and leading[0] is not None],
        [x for x in candidates if leading[1] is not None and x.level[1] == leading[1]],
    ):
        _add(chosen, [x for x in fallback if _fits(x, chosen)])
    headings = [
        Heading(found.line, sections, found.naming.inline) for found, sections in _by_line(chosen)
    ]
    return _with_loose_appendix(headings, lines, names)


def _candidates(lines: Sequence[Line], names: SectionNames) -> list[_Candidate]:
    read: list[tuple[int, Naming]] = []
    for place, line in enumerate(lines):
        found = names.naming(line.text)
        if found is not None and (not found.inline or found.plainness >= QUALIFIED):
            read.append((place, found))
    sure = {place for place, found in read if found.plainness >= QUALIFIED}
    del read[_MANY:]
    return [
        _Candidate(
            place,
            found,
            _score(lines[place], found, followed=place + 1 < len(lines) and place + 1 not in sure),
            _level(lines[place], found),
        )
        for place, found in read
    ]


def _score(line: Line, found: Naming, *, followed: bool) -> int:
    """How much the line looks like a heading; a list of contents has no text between its lines."""
    score = found.plainness * 10
    if line.outline_level is not None:
        score += 8
    if found.numbering is not None or line.numbered:
        score += 4
    if line.bold and line.whole:
        score += 3
    if len(line.text.strip()) <= _LONE and not found.inline:
        score += 4
    if followed or found.inline:
        score += 6
    return score


def _level(line: Line, found: Naming) -> tuple[Numbering | None, int | None]:
    return found.numbering, line.outline_level


def _leading_level(
    candidates: Sequence[_Candidate], appendices: frozenset[int]
) -> tuple[Numbering | None, int | None]:
    """The kind of heading that names most sections plainly: that is the top level of this text.

    The appendix has no say in it while another section has, for it often stands without a number.
    """
    sections = [x for x in candidates if not set(x.naming.sections) <= appendices]
    plain = [x for x in sections if x.sure] or [x for x in sections if x.level != (None, None)]
    covered: defaultdict[tuple[Numbering | None, int | None], dict[int, int]] = defaultdict(dict)
    for candidate in plain or [x for x in candidates if x.sure]:
        for section in candidate.naming.sections:
            best = covered[candidate.level].get(section, 0)
            covered[candidate.level][section] = max(best, candidate.naming.plainness)
    if not covered:
        return (None, None)
    return max(
        covered,
        key=lambda level: (len(covered[level]), sum(covered[level].values()), -_DEPTH[level[0]]),
    )


def _below(candidate: _Candidate, leading: tuple[Numbering | None, int | None]) -> bool:
    """Whether a heading stands at a lower level than those that name most sections."""
    numbering, outline = candidate.level
    if outline is not None and leading[1] is not None and outline != leading[1]:
        return outline > leading[1]
    if numbering is None or leading[0] is None:
        # Numbered lines under headings without numbers are items, unless they are headings by style.
        return (
            numbering is not None
            and leading[0] is None
            and outline is None
            and (candidate.naming.plainness < EXACT)
        )
    return _DEPTH[numbering] > _DEPTH[leading[0]]


def _ordered(candidates: Sequence[_Candidate]) -> dict[int, _Candidate]:
    """The chain of headings in the notice's order that is worth most (longest weighted chain)."""
    worth: list[int] = []
    before: list[int] = []
    for place, candidate in enumerate(candidates):
        best, link = 0, -1
        for earlier in range(place):
            last = candidates[earlier]
            in_order = max(last.naming.sections) < min(candidate.naming.sections)
            if in_order and last.line < candidate.line and worth[earlier] > best:
                best, link = worth[earlier], earlier
        worth.append(best + candidate.score * len(candidate.naming.sections))
        before.append(link)
    chosen: dict[int, _Candidate] = {}
    place = max(range(len(worth)), key=worth.__getitem__, default=-1)
    while place >= 0:
        for section in candidates[place].naming.sections:
            chosen[section] = candidates[place]
        place = before[place]
    return chosen


def _add(chosen: dict[int, _Candidate], candidates: Iterable[_Candidate]) -> None:
    """Give each section that has no heading yet the best of these."""
    for candidate in sorted(candidates, key=lambda x: (-x.score, x.line)):
        for section in candidate.naming.sections:
            chosen.setdefault(section, candidate)


def _fits(candidate: _Candidate, chosen: dict[int, _Candidate]) -> bool:
    """Whether a doubtful heading stands where its section should: between its neighbours."""
    taken = {found.line for found in chosen.values()}
    if candidate.line in taken:
        return False
    return all(
        all(chosen[x].line < candidate.line for x in chosen if x < section)
        and all(chosen[x].line > candidate.line for x in chosen if x > section)
        for section in candidate.naming.sections
        if section not in chosen
    )


def _by_line(
    chosen: dict[int, _Candidate],
) -> list[tuple[_Candidate, tuple[int, ...]]]:
    lines: dict[int, tuple[_Candidate, list[int]]] = {}
    for section, candidate in sorted(chosen.items()):
        lines.setdefault(candidate.line, (candidate, []))[1].append(section)
    return [(found, tuple(sections)) for _, (found, sections) in sorted(lines.items())]


def _with_loose_appendix(
    headings: list[Heading], lines: Sequence[Line], names: SectionNames
) -> list[Heading]:
    """Where no appendix is headed so, a line 附件…, 附：… after the last section begins it."""
    named = {section for heading in headings for section in heading.sections}
    missing = names.appendices - named
    if not missing or not headings:
        return headings
    for place in range(headings[-1].line + 1, len(lines)):
        if names.loose_appendix(lines[place].text):
            text = lines[place].text
            inline = "" if len(text.strip()) <= 3 else text
            return [*headings, Heading(place, tuple(sorted(missing)), inline)]
    return headings
