"""Which blocks of a document are its form: a file may hold notice, form and case text together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from inbox_ingest.campaigns import Campaign, Form, squeeze
from inbox_ingest.reading.case_text_headings import is_plain_heading
from inbox_ingest.reading.document import Document, Paragraph, Table
from inbox_ingest.reading.form_labels import Labels, labels_of
from inbox_ingest.reading.form_lines import begins_with_label
from inbox_ingest.reading.form_tables import FormTable

Block = Paragraph | Table
_TITLE_LENGTH = 60  # 字: a longer line that mentions the form is about it
_NEAR = 4  # blocks between two parts of one form
_ANNEX = re.compile(r"^附件\s*[\d一二三四五六七八九十]*\s*[:：]?$")
_FOOT = re.compile(r"^[（(]?(?:注|备注|说明|填表说明|填表人|填报人|盖章)")
_LIST_ITEM = re.compile(r"^(?:附件\s*[:：]|\d+\s*[.．、]\s*\S)|[。；;]$")


@dataclass(frozen=True, slots=True)
class FormRegion:
    """The blocks from `start` to before `end` are the form; `tables` those of them that hold labels.

    `fields` are the names of the fields whose labels were found; `titled` says that a form title of
    the campaign stands there.
    """

    start: int
    end: int
    tables: tuple[FormTable, ...]
    fields: frozenset[str]
    titled: bool


def find_form(document: Document, campaign: Campaign) -> FormRegion | None:
    """Find the form in a document, None where there is none."""
    labels = labels_of(campaign.form)
    blocks = document.blocks
    region = _table_form(blocks, campaign, labels) or _line_form(blocks, campaign, labels)
    if region is not None and not region.titled and _heads_a_text(blocks, region, campaign):
        return None
    return region


def _heads_a_text(blocks: Sequence[Block], region: FormRegion, campaign: Campaign) -> bool:
    """Whether the labels are only the head of a case text: title, unit, contact, and then the text.

    A form asks for a text of its own; such a head does not.
    """
    long_fields = {field.name for field in campaign.form.fields if field.limit is not None}
    if not long_fields or long_fields & region.fields:
        return False
    headings = {
        squeeze(block.text)
        for place, block in enumerate(blocks)
        if isinstance(block, Paragraph)
        and not region.start <= place < region.end
        and is_plain_heading(block.text, campaign.text)
    }
    return len(headings) > 1


def is_form_title(text: str, form: Form) -> bool:
    """Whether a line is the title of the form, and not a sentence or list about it."""
    bare = squeeze(text)
    if len(bare) > _TITLE_LENGTH or _LIST_ITEM.search(text.strip()):
        return False
    return any(squeeze(title) in bare for title in form.titles)


def enough(found: int, form: Form, *, titled: bool) -> bool:
    """Whether so many fields make a form: two under a title, most of them without one."""
    checked = sum(1 for field in form.fields if field.kind != "stamped")
    if titled:
        return found >= min(2, checked)
    return found >= max(2, math.ceil(0.6 * checked))


# --- forms that are tables --------------------------------------------------------------------


def _table_form(blocks: Sequence[Block], campaign: Campaign, labels: Labels) -> FormRegion | None:
    tables = {
        place: FormTable(block, labels)
        for place, block in enumerate(blocks)
        if isinstance(block, Table)
    }
    best: tuple[int, list[int]] | None = None
    labelled = [x for x, table in tables.items() if table.fields or len(table.loose_fields) > 1]
    for group in _groups(labelled):
        names = _all(tables[place].loose_fields for place in group)
        if best is None or len(names) > best[0]:
            best = (len(names), group)
    if best is None:
        return None
    count, group = best
    start, titled = _start(blocks, group[0], campaign)
    titled = titled or any(_titled_table(tables[place].table, campaign.form) for place in group)
    if not enough(count, campaign.form, titled=titled):
        return None
    end = _end(blocks, group[-1] + 1, campaign)
    inside = tuple(table for place, table in tables.items() if group[0] <= place < end)
    names = _all(tables[place].loose_fields for place in group)
    return FormRegion(start, end, inside, names, titled)


def _groups(places: Sequence[int]) -> list[list[int]]:
    """Tables that stand so near to each other that they may be one form, split over pages."""
    groups: list[list[int]] = []
    for place in places:
        if groups and place - groups[-1][-1] <= _NEAR:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _start(blocks: Sequence[Block], first: int, campaign: Campaign) -> tuple[int, bool]:
    """Where the form begins: at its title, if that stands above the first table."""
    start, titled = first, False
    for place in range(first - 1, max(-1, first - 8), -1):
        block = blocks[place]
        if isinstance(block, Table) or len(block.text) > 2 * _TITLE_LENGTH:
            break
        if is_plain_heading(block.text, campaign.text):
            break
        if is_form_title(block.text, campaign.form):
            start, titled = place, True
        elif titled and not _ANNEX.match(block.text.strip()):
            break
        elif titled:
            start = place
    if not titled:
        while start > 0 and start > first - 4 and _may_belong(blocks[start - 1], campaign):
            start -= 1
    return start, titled


def _may_belong(block: Block, campaign: Campaign) -> bool:
    """Whether a line right above the table is part of the form (填报单位：…, 附件1)."""
    if isinstance(block, Table):
        return False
    text = block.text.strip()
    fields = begins_with_label(text, labels_of(campaign.form))
    return _ANNEX.match(text) is not None or (bool(fields) and len(text) < _TITLE_LENGTH)


def _titled_table(table: Table, form: Form) -> bool:
    return any(is_form_title(cell.text, form) for cell in table.cells[:3])


def _end(blocks: Sequence[Block], end: int, campaign: Campaign) -> int:
    """The form goes on over a few short lines of notes and signatures under its last table."""
    for place in range(end, min(end + _NEAR, len(blocks))):
        block = blocks[place]
        if isinstance(block, Table):
            break
        text = block.text.strip()
        if not _FOOT.match(text) and not begins_with_label(text, labels_of(campaign.form)):
            break
        end = place + 1
    return end


# --- forms that are lines ---------------------------------------------------------------------


def _line_form(blocks: Sequence[Block], campaign: Campaign, labels: Labels) -> FormRegion | None:
    found: dict[int, set[str]] = {}
    titles: list[int] = []
    stops = [0]
    for place, block in enumerate(blocks):
        if not isinstance(block, Paragraph):
            continue
        if fields := begins_with_label(block.text, labels):
            found[place] = {field.name for field in fields}
        elif is_form_title(block.text, campaign.form):
            titles.append(place)
        elif _text_begins(block.text, campaign):
            stops.append(place)
    best: tuple[int, list[int], int | None] | None = None
    for first, end in pairwise([*stops, len(blocks)]):
        hits = [place for place in found if first <= place < end]
        if not hits:
            continue
        title = max((place for place in titles if first <= place < hits[-1]), default=None)
        hits = [place for place in hits if title is None or place > title] or hits
        names = _all(found[place] for place in hits)
        good = enough(len(names), campaign.form, titled=title is not None)
        if good and (best is None or len(names) > best[0]):
            best = (len(names), hits, title)
    if best is None:
        return None
    _, hits, title = best
    names = _all(found[place] for place in hits)
    start = hits[0] if title is None else title
    while start > 0 and isinstance(before := blocks[start - 1], Paragraph):
        if not _ANNEX.match(before.text.strip()):
            break
        start -= 1
    end = _line_end(blocks, hits, campaign)
    return FormRegion(start, end, (), names, title is not None)


def _text_begins(text: str, campaign: Campaign) -> bool:
    """Whether a line marks that another part of the file begins, the case text above all."""
    bare = squeeze(text)
    printed = any(bare == squeeze(title) for title in campaign.text.titles)
    return (
        printed or _ANNEX.match(text.strip()) is not None or is_plain_heading(text, campaign.text)
    )


def _line_end(blocks: Sequence[Block], hits: Sequence[int], campaign: Campaign) -> int:
    """A form of lines ends where the case text begins: at its title, annex mark or first heading."""
    for place in range(hits[-1] + 1, len(blocks)):
        block = blocks[place]
        if isinstance(block, Table):
            return place
        if is_plain_heading(block.text, campaign.text):
            return _before_title_block(blocks, hits[-1], place)
        if _text_begins(block.text, campaign):
            return place
    return len(blocks)


def _before_title_block(blocks: Sequence[Block], last_label: int, heading: int) -> int:
    """Step back over the short lines (title, unit, author, 摘要) between the form and a heading."""
    place = heading
    while place - 1 > last_label:
        block = blocks[place - 1]
        if isinstance(block, Table) or len(block.text) > _TITLE_LENGTH or "。" in block.text:
            break
        place -= 1
    return place


def _all(names: Iterable[set[str]]) -> frozenset[str]:
    return frozenset(name for group in names for name in group)
