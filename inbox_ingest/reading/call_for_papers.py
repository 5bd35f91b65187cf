"""The organiser's call at the head of a file: who fills in the notice sends it along with the text.

The call is told by what the campaign file says of it: its title, and who calls, the mailbox or a
person to ring. It ends where the organiser's own marks begin another part: 附件2, the title of the
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
    if not _named_in(blocks, campaign):
        return None
    end = _text_begins(blocks, form, campaign)
    front = [place for place in range(end) if place not in form]
    headings = _headings([blocks[place] for place in front], campaign)
    marked = len(headings) < _SECTIONS
    if not marked:
        end = front[headings[0]]
    before = [blocks[place] for place in front if place < end]
    return Call(end, marked) if _calls(before, campaign) else None


def _named_in(blocks: Sequence[Block], campaign: Campaign) -> bool:
    """Whether the campaign's title stands there at all: of most files nothing more has to be asked."""
    return _bare(campaign.title) in _bare("\n".join(map(_text, blocks)))


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
    held = [
        mark
        for mark, end in zip(marks, ends, strict=True)
        if _may_be_text(
            [block for n, block in enumerate(blocks[mark:end], mark) if n not in form], campaign
        )
    ]
    texts = [mark for mark in held if _is_mark_of_text(blocks[mark], campaign)]
    return next(iter((*texts, *held, *reversed(marks))), len(blocks))


def _may_be_text(blocks: Sequence[Block], campaign: Campaign) -> bool:
    if sum(count_characters(_text(block)) for block in blocks) >= _LONG:
        return True
    return len(_headings(blocks, campaign)) >= _SECTIONS


def _is_mark(block: Block, campaign: Campaign) -> bool:
    """Whether a line marks that another part of the file begins (附件1, 附件2：案例正文, 案例正文)."""
    if isinstance(block, Table):
        return False
    line = block.text.strip().partition("\n")[0]
    annexed = _ANNEX.match(line) is not None and len(line) <= 2 * len(campaign.title)
    return (
        annexed or _is_mark_of_text(block, campaign) or is_form_title(line, campaign.form)
    )  # fmt: skip


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
    if count_characters(text) < _LONG:
        return False
    title, bare = _bare(campaign.title), _bare(text)
    if title not in bare:
        return False
    first = [_bare(_text(block)) for block in front[:_FIRST_LINES]]
    if any(title in line and _CALLS.search(line) for line in (*first, "".join(first[:3]))):
        return True
    signed = any(_bare(line) == _bare(campaign.organiser) for line in text.split("\n"))
    reached = (campaign.mailbox or "", *(contact.phone for contact in campaign.contacts))
    return signed or any(way and way in bare for way in map(_bare, reached))


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()
