"""The organiser's call at the head of a file: who fills in the notice sends it along with the text.

The call is told by what the campaign file says of it: its title, and who calls, the mailbox or a
person to ring; that of a unit which passed it on, with the form or the page for the text behind it, by
being called a notice. It ends where the organiser's own marks begin another part: 附件2, the title of the
form or of the text. Where no such mark stands, it cannot be told where the text begins: at its first
section heading at the latest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.case_text_cover import cover
from inbox_ingest.reading.case_text_headings import names_of
from inbox_ingest.reading.case_text_lines import lines_of
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Document, Paragraph, Table
from inbox_ingest.reading.form_region import FormRegion, is_form_title

_ANNEX = re.compile(r"^附件\s*[\d一二三四五六七八九十]{1,3}\s*[:：]?\s*")
_NOT_WORD = re.compile(r"[\W_]+")
_AROUND = "：:（）()【】《》“”"
_CALLS = re.compile(r"(?:通知|通告|公告|启事|函)$")
_LONG = 300  # 字: a call is longer, and so is the part of a file that is the case text
_SECTIONS = 2  # headings of sections: so many make a text
_FIRST_LINES = 8  # paragraphs among which the call's own title stands


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Call:
    """The blocks before `end` are the call; `marked` says that the organiser's own mark ends it."""

    end: int
    marked: bool


def find_call(document: Document, region: FormRegion | None, campaign: Campaign) -> Call | None:
    """The call at the head of a document with this form in it, None where there is none."""
    blocks = document.blocks
    form = range(0) if region is None else range(region.start, region.end)
    end = _text_begins(blocks, form, campaign)
    front = [place for place in range(end) if place not in form]
    headings = _headings([blocks[place] for place in front], campaign)
    marked = len(headings) < _SECTIONS
    if not marked:
        end = front[headings[0]]
    before = [blocks[place] for place in front if place < end]
    ours = region is not None or any(_is_title_of_text(block, campaign) for block in blocks)
    if _calls(before, campaign) or (marked and ours and _is_notice(before)):
        return Call(end, marked)
    return None


def _headings(blocks: Sequence[Block], campaign: Campaign) -> list[int]:
    """The places of the section headings in these blocks: a call may have one (活动背景), a text more."""
    lines = lines_of(blocks, ())
    return [lines[heading.line].block for heading in cover(lines, names_of(campaign.text))]


def _text_begins(blocks: Sequence[Block], form: range, campaign: Campaign) -> int:
    """The mark under which the case text stands, else the last one; the end where there is none.

    What is short under its mark and has no section is the list of annexes in the call, or a page left
    blank; notes on how to fill in the form may be long, so a mark that names the text goes first.
    """
    marks = [place for place, block in enumerate(blocks) if _is_mark(block, campaign)]
    marks = sorted({*marks, *form[:1]})
    ends = [*marks[1:], len(blocks)][: len(marks)]
    parts = [
        [block for place, block in enumerate(blocks[mark:end], mark) if place not in form]
        for mark, end in zip(marks, ends, strict=True)
    ]
    held = [mark for mark, part in zip(marks, parts, strict=True) if _may_be_text(part, campaign)]
    texts = [mark for mark in held if _is_mark_of_text(blocks[mark], campaign)]
    return next(iter((*texts, *held, *reversed(marks))), len(blocks))


def _may_be_text(blocks: Sequence[Block], campaign: Campaign) -> bool:
    if len(_headings(blocks, campaign)) >= _SECTIONS:
        return True
    return _is_long(blocks) and not _calls(blocks, campaign)


def _is_long(blocks: Sequence[Block]) -> bool:
    return sum(count_characters(_text(block)) for block in blocks) >= _LONG


def _is_mark(block: Block, campaign: Campaign) -> bool:
    """Whether a line marks that another part of the file begins (附件1, 附件2：案例正文, 案例正文)."""
    if isinstance(block, Table):
        return False
    line = block.text.strip().partition("\n")[0]
    annexed = _ANNEX.match(line) is not None and len(line) <= 2 * len(campaign.title)
    return (
        annexed or _is_mark_of_text(block, campaign) or is_form_title(line, campaign.form)
    )  # fmt: skip


def _is_title_of_text(block: Block, campaign: Campaign) -> bool:
    """Whether a line is the title that the campaign prints above the text, and nothing else."""
    line = squeeze(_text(block)).strip(_AROUND)
    return isinstance(block, Paragraph) and line in map(squeeze, campaign.text.titles)


def _is_mark_of_text(block: Block, campaign: Campaign) -> bool:
    if isinstance(block, Table):
        return False
    line = squeeze(block.text.strip().partition("\n")[0])
    annex = _ANNEX.match(line)
    parts = {line, *(() if annex is None else (annex.group(), line[annex.end() :]))}
    named = (d.names for d in campaign.documents if d.role == "case_text")
    words = {*campaign.text.titles, *(name for names in named for name in names)}
    printed = {squeeze(word) for word in words} - {squeeze(campaign.text.body_name)}
    return any(part.strip(_AROUND) in printed for part in parts)


def _text(block: Block) -> str:
    return block.text if isinstance(block, Paragraph) else "\n".join(c.text for c in block.cells)


def _calls(front: Sequence[Block], campaign: Campaign) -> bool:
    """Whether these blocks are the call: long, with the campaign's title and whose call it is."""
    text = "\n".join(map(_text, front))
    title, bare = _bare(campaign.title), _bare(text)
    if title not in bare or not _is_long(front):
        return False
    if any(title in line and _CALLS.search(line) for line in _first_lines(front)):
        return True
    signed = any(_bare(line) == _bare(campaign.organiser) for line in text.split("\n"))
    reached = (campaign.mailbox or "", *(contact.phone for contact in campaign.contacts))
    return signed or any(way and way in bare for way in map(_bare, reached))


def _is_notice(front: Sequence[Block]) -> bool:
    return _is_long(front) and any(_CALLS.search(line) for line in _first_lines(front)[:3])


def _first_lines(front: Sequence[Block]) -> list[str]:
    """The first lines, after them the first three as one: titles go over several."""
    first = [_bare(_text(block)) for block in front[:_FIRST_LINES]]
    return [*first, "".join(first[:3])]


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()
