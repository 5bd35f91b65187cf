"""Document → `CaseText`: title block, 摘要, sections, and what of it counts as 正文 (contract §2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from inbox_ingest.campaigns import Campaign, Text, squeeze
from inbox_ingest.reading.call_for_papers import find_call
from inbox_ingest.reading.case_text_cover import Heading, cover
from inbox_ingest.reading.case_text_front import Front, read_front
from inbox_ingest.reading.case_text_headings import SectionNames, names_of
from inbox_ingest.reading.case_text_lines import Line, lines_of
from inbox_ingest.reading.case_text_opening import introduced
from inbox_ingest.reading.case_text_unexplained import possible_sections
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Document
from inbox_ingest.reading.form_region import FormRegion, find_form
from inbox_ingest.reading.similarity import signature
from inbox_ingest.records import CaseText, Evidence, SectionRecord

_BESIDE_FORM = 1000  # 字: beside a form, shorter ones without sections are notes on how to fill it
_TEXT_IN_CELL = 600
_BEGINNING = "征集通知和案例正文连在一起，不能确定正文从哪里开始，暂从第一个规定的小标题算起"
_TEXT_LENGTH = 300  # 字: a text without any section is a case text only from here on


def parse_case_text(
    document: Document, campaign: Campaign, filename: str | None
) -> CaseText | None:
    """Read a case text; None where the document holds none.

    A document with a section heading is one, so is a longer text without any; it may yet be a news
    report, a plan or a notice: `roles.role_of` decides that. A form in the same document is left
    out.
    """
    return read_case_text(document, find_form(document, campaign), campaign, filename)


def read_case_text(
    document: Document, region: FormRegion | None, campaign: Campaign, filename: str | None
) -> CaseText | None:
    """Read the case text beside the form that `find_form` has found, if any.

    The organiser's call at the head of the file is left out (`find_call`). Where no mark tells where
    the text begins behind it, nothing before the first heading is taken for the sender's words.
    """
    skip = set() if region is None else set(range(region.start, region.end))
    call = find_call(document, region, campaign)
    if call is not None:
        skip |= set(range(call.end))
    found = _read(lines_of(document.blocks, skip), document, campaign, filename)
    if found is not None and call is not None and not call.marked:
        found = found.model_copy(update={"doubts": (_BEGINNING,)})
    if region is None:
        return found
    if found is not None and _enough_beside_form(found):
        return found
    inside = [_read(lines, document, campaign, filename) for lines in _long_cells(region)]
    return next((x for x in inside if x is not None and len(x.sections) >= 3), None)


def _long_cells(region: FormRegion) -> Iterator[list[Line]]:
    """The lines of each cell of a form that could hold a whole case text, as some forms ask for."""
    for table in region.tables:
        for cell in table.table.cells:
            if len(cell.text) >= _TEXT_IN_CELL:
                yield lines_of(cell.paragraphs, range(0))


def _read(
    lines: Sequence[Line], document: Document, campaign: Campaign, filename: str | None
) -> CaseText | None:
    if not lines:
        return None
    names = names_of(campaign.text)
    headings = cover(lines, names)
    first = headings[0].line if headings else len(lines)
    front = read_front(lines[:first], campaign, names)
    body = _body(lines, headings, front, campaign.text, names)
    body_count = sum(count_characters(text) for text in body)
    if not _is_case_text(headings, body_count):
        return None
    return CaseText(
        title=front.title,
        unit=front.unit,
        abstract_count=None if front.abstract is None else count_characters(front.abstract),
        body_count=body_count,
        either_count=sum(
            count_characters(x.text) for x in front.either if _counts(x, campaign.text)
        ),
        sections=tuple(_sections(document, lines, headings, campaign.text)),
        text_sha256=_hash(lines),
        signature=signature("".join(body)),
        possible=_possible(lines, headings, front, campaign, names),
        evidence=Evidence(
            file=filename,
            where=lines[headings[0].line if headings else 0].where,
            means=document.means,
            confidence=document.confidence,
        ),
    )


def _is_case_text(headings: Sequence[Heading], body_count: int) -> bool:
    """One section is enough: a text may come in several files, an appendix by itself."""
    return bool(headings) or body_count >= _TEXT_LENGTH


def _enough_beside_form(found: CaseText) -> bool:
    if len(found.sections) > 1:
        return True
    return found.body_count >= (_TEXT_LENGTH if found.sections else _BESIDE_FORM)


def _body(
    lines: Sequence[Line],
    headings: Sequence[Heading],
    front: Front,
    rules: Text,
    names: SectionNames,
) -> list[str]:
    """The texts that count as 正文, line by line."""
    body = [line.text for line in front.body if _counts(line, rules)]
    if rules.count_abstract and front.abstract is not None:
        body.append(front.abstract)
    for heading, content in _stretches(lines, headings):
        if not rules.count_appendix and set(heading.sections) <= names.appendices:
            continue
        if _counts(lines[heading.line], rules):
            body.append(lines[heading.line].text if rules.count_headings else heading.inline)
        body += [line.text for line in content if _counts(line, rules)]
    return body


def _counts(line: Line, rules: Text) -> bool:
    if line.origin == "table":
        return rules.count_tables
    return rules.count_text_boxes if line.origin == "text_box" else line.origin == "body"


def _stretches(
    lines: Sequence[Line], headings: Sequence[Heading]
) -> list[tuple[Heading, Sequence[Line]]]:
    """Each heading with the lines under it."""
    ends = [*(heading.line for heading in headings[1:]), len(lines)][: len(headings)]
    return [
        (heading, lines[heading.line + 1 : end])
        for heading, end in zip(headings, ends, strict=True)
    ]


def _sections(
    document: Document, lines: Sequence[Line], headings: Sequence[Heading], rules: Text
) -> list[SectionRecord]:
    records: list[SectionRecord] = []
    for heading, content in _stretches(lines, headings):
        start = lines[heading.line].block
        after = heading.line + 1 + len(content)
        end = lines[after].block if after < len(lines) else len(document.blocks)
        pictured = any(start < picture.after <= end for picture in document.pictures)
        count = count_characters(heading.inline) + sum(
            count_characters(line.text) for line in content
        )
        records += [
            SectionRecord(
                name=rules.sections[section].name,
                count=count,
                empty=not count and not pictured,
                where=lines[heading.line].where,
            )
            for section in heading.sections
        ]
    return records


def _possible(
    lines: Sequence[Line],
    headings: Sequence[Heading],
    front: Front,
    campaign: Campaign,
    names: SectionNames,
) -> dict[str, str]:
    """The sections that may stand under headings of the writer's own, with those headings."""
    rules = campaign.text
    found = possible_sections(lines, headings, names, rules)
    if all(0 not in heading.sections for heading in headings) and 0 not in names.appendices:
        opening = introduced(lines, headings, front, campaign, names)
        if opening is not None:
            found.setdefault(0, opening)
    return {rules.sections[section].name: shown for section, shown in found.items()}


def _hash(lines: Sequence[Line]) -> str:
    text = "".join(squeeze(line.text) for line in lines)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
