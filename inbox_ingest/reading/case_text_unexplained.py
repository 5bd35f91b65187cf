"""Headings of a writer's own, under which a section may stand that no heading names.

`三、实干笃行，交出“新答卷”` may well be 工作成效. Where such headings stand in the place of sections that
were not found, at the level of those that were, nobody can say without reading that they are missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inbox_ingest.campaigns import Text, squeeze
from inbox_ingest.reading.case_text_cover import Heading
from inbox_ingest.reading.case_text_headings import SectionNames, split_number
from inbox_ingest.reading.case_text_lines import Line

_LONGEST = 45  # 字 of a heading that is numbered, styled or bold
_LONGEST_PLAIN = 20
_TEXT = 30  # 字: under a plain line so much text tells that it is a heading
_SECTIONS_IN_ONE = 2  # 主要做法与成效: one heading may stand for as many
_CHINESE = "一二三四五六七八九十"
_END = re.compile(r"[。：:；;\n]|\s{2,}")
_SEPARATED = re.compile(rf"\W*(?:[{_CHINESE}]{{1,3}}|\d{{1,2}})\s*[、.．,，:：)）\s]")
_SENTENCE = re.compile(r"[。；;！!？?，,、：:]")
_CAPTION = re.compile(r"^[（(]?(?:图|表|注|来源|附)\s*[\d一二三四五六七八九十：:]")
# What comes, and how a text ends: no section of a case, whoever asks for it.
_AFTER_ALL = re.compile(
    r"(?=.*(?:下一步|下步|今后|未来|后续|展望|打算|设想|结语|结束语|结尾|致谢|参考文献))"
    r"(?:下一步|下步|今后|未来|后续|工作|发展|努力|改进|主要|推进|的|与|和|及|、|计划|打算|设想|安排|思路|"
    r"展望|方向|措施|规划|愿景|结语|结束语|结尾|致谢|参考文献)+"
)
# How headings of one level look alike, the highest first where nothing else tells.
_LEVELS = ("part", "roman", "chinese", "outline", "automatic", "chinese-bracket", "digit", "bold")


@dataclass(frozen=True, slots=True)
class _Own:
    """A heading that names no section: its line, its looks and number, whether text stands under it."""

    line: int
    looks: str
    number: int | None
    text: str


def possible_sections(
    lines: Sequence[Line], headings: Sequence[Heading], names: SectionNames, rules: Text
) -> dict[int, str]:
    """The sections without a heading, each with the writer's own headings in its place.

    Between the nearest sections that were found (anywhere, where the campaign asks for no order), each
    heading of their level with text under it may stand for two. The appendix, which nearly everybody
    calls so, needs one that is left over.
    """
    found = {section: heading.line for heading in headings for section in heading.sections}
    own = _own_headings(lines, headings, names)
    possible: dict[int, str] = {}
    for run in _runs(len(rules.sections), found):
        low, high = found.get(run[0] - 1, -1), found.get(run[-1] + 1, len(lines))
        if low > high or not rules.ordered:
            low, high = -1, len(lines)
        here = [x for x in own if low < x.line < high and _in_sequence(x, lines, (low, high))]
        shown = "、".join(f"“{x.text}”" for x in here)
        plain = [section for section in run if section not in names.appendices]
        if here and len(here) * _SECTIONS_IN_ONE >= len(plain):
            possible |= dict.fromkeys(plain, shown)
        if len(here) > len(plain):
            possible |= dict.fromkeys(run, shown)
    return possible


def _runs(count: int, found: dict[int, int]) -> Iterator[list[int]]:
    """The sections that were not found, those next to each other together."""
    run: list[int] = []
    for section in range(count):
        if section not in found:
            run.append(section)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _own_headings(
    lines: Sequence[Line], headings: Sequence[Heading], names: SectionNames
) -> list[_Own]:
    taken = {heading.line for heading in headings}
    first = min(taken, default=len(lines))
    read = [
        own
        for place, line in enumerate(lines)
        if place not in taken and (own := _read(place, line, names)) is not None
        # Plain lines before the first heading are the title block.
        if own.looks != "plain" or place > first
    ]
    levels = _levels(lines, headings, names, read)
    level = [own for own in read if own.looks in levels]
    starts = taken | {own.line for own in level}
    return [own for own in level if _has_text(own, lines, starts)]


def _levels(
    lines: Sequence[Line], headings: Sequence[Heading], names: SectionNames, own: Sequence[_Own]
) -> set[str]:
    """The looks of the section headings; where none was found, of the highest own headings."""
    found = {
        _looks(lines[heading.line])
        for heading in headings
        if not set(heading.sections) <= names.appendices
    }
    if found:
        return found
    many = Counter(x.looks for x in own)
    return set(next(((looks,) for looks in _LEVELS if many[looks] > 1), ()))


def _looks(line: Line) -> str:
    numbering, _ = split_number(line.text)
    if numbering is not None:
        return numbering
    if line.outline_level is not None:
        return "outline" if line.outline_level == 0 else f"outline {line.outline_level}"
    if line.numbered:
        return "automatic"
    return "bold" if line.bold and line.whole else "plain"


def _read(place: int, line: Line, names: SectionNames) -> _Own | None:
    """A line as a heading of the writer's own, None where it can hardly be one."""
    looks = _looks(line)
    _, core = split_number(line.text)
    end = _END.search(core)
    head = core if end is None else core[: end.start()]
    bare = squeeze(head)
    if not bare or len(bare) > _LONGEST or _CAPTION.match(bare) or _AFTER_ALL.fullmatch(bare):
        return None
    if names.abstract(line.text) is not None:
        return None
    if looks in ("chinese", "digit") and not _SEPARATED.match(line.text):
        return None  # 一是强根基；3次会议
    if looks == "plain" and (len(bare) > _LONGEST_PLAIN or _SENTENCE.search(line.text.strip())):
        return None
    return _Own(place, looks, _number(line.text), line.text.strip()[:_LONGEST])


def _has_text(own: _Own, lines: Sequence[Line], starts: set[int]) -> bool:
    _, core = split_number(lines[own.line].text)
    end = _END.search(core)
    if end is not None and len(squeeze(core[end.end() :])) >= _TEXT:
        return True
    below = own.line + 1
    if below >= len(lines) or below in starts:
        return False
    return own.looks != "plain" or len(squeeze(lines[below].text)) >= _TEXT


def _in_sequence(own: _Own, lines: Sequence[Line], bounds: tuple[int, int]) -> bool:
    """Whether its number fits between those of its neighbours: items begin again at 1."""
    if own.number is None:
        return True
    low, high = (
        _number(lines[place].text)
        if 0 <= place < len(lines) and _looks(lines[place]) == own.looks
        else None
        for place in bounds
    )
    return (low is None or own.number > low) and (high is None or own.number < high)


def _number(text: str) -> int | None:
    """The number that a heading begins with: 十二、 is 12, （3） is 3."""
    digits = re.match(rf"\s*[（(第]?\s*(\d{{1,2}}|[{_CHINESE}]{{1,3}})", text)
    if digits is None:
        return None
    if digits.group(1).isdigit():
        return int(digits.group(1))
    tens, ten, ones = digits.group(1).rpartition("十")
    place = {character: value for value, character in enumerate(_CHINESE, 1)}
    if not ten:
        return place[ones] if len(ones) == 1 else None
    return 10 * (place[tens] if tens else 1) + (place[ones] if ones else 0)
