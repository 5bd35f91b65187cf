"""The writer's own heading, without a number, over an introduction before the first section.

引言, 前言, 缘起 before 一、主要做法: the background may well be told there, so nobody can say without
reading that it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.case_text_cover import Heading
from inbox_ingest.reading.case_text_front import Front, is_of_front, names_organisation
from inbox_ingest.reading.case_text_headings import SectionNames, split_number
from inbox_ingest.reading.case_text_lines import Line
from inbox_ingest.reading.counting import count_characters

_LONGEST = 12  # 字
_TEXT = 30  # 字: a line of so many is text
_INTRODUCTION = 80  # 字: less of it tells no background
# What introductions are called: these are headings wherever they stand, even in the title's place.
_CALLED = re.compile(
    r"(?:引言|引子|前言|序|序言|绪言|绪论|导语|导言|导读|缘起|缘由|起因|成因|由来|来由|开篇|开篇语|"
    r"卷首语|写在前面|(?:问题|课题|任务)的?(?:提出|由来|缘起)|提出问题)"
)
_END = re.compile(r"[。：:；;]|\s{2,}")
_BRACKETS = "【】[]〔〕［］「」『』《》〈〉<>（）()：: \u3000"
_SENTENCE = re.compile(r"[。；;]|[，,、]$")
_CAPTION = re.compile(r"^[（(]?(?:图|表|注|来源|附)\s*[\d一二三四五六七八九十：:]")
_TITLE_STYLE = re.compile(r"title|标题", re.IGNORECASE)
# An author stands under the title by the name alone: nine in ten bear one of these surnames.
_NAME = re.compile(
    r"(?:[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕"
    r"丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    r"武戴莫孔向汤葛施倪季章鲁殷俞庄申耿翟毕焦柳祝霍纪管丛][\u3400-\u9fff]{1,2}"
    r"|(?:欧阳|上官|司马|诸葛|司徒|夏侯|皇甫|尉迟)[\u3400-\u9fff]{1,2})"
)


def introduced(
    lines: Sequence[Line],
    headings: Sequence[Heading],
    front: Front,
    campaign: Campaign,
    names: SectionNames,
) -> str | None:
    """The writer's own headings over the text before the first section, as a person is shown them.

    None where there is none, or where no section but an appendix was found. They stand for the first
    section at most: what is introduced is not yet told.
    """
    if not headings or set(headings[0].sections) <= names.appendices:
        return None
    first = lines[: headings[0].line]
    found = [
        line.text.strip()
        for place, line in enumerate(first)
        if line.origin == "body"
        and names.abstract(line.text) is None
        and (_is_called(first, place) or _is_own(first, place, front, campaign))
    ]
    return "、".join(f"“{text[:_LONGEST]}”" for text in found) or None


def _is_called(lines: Sequence[Line], place: int) -> bool:
    """Whether a line has one of the names of an introduction, which stands behind or below it."""
    _, core = split_number(lines[place].text)
    end = _END.search(core)
    head, inline = (core, "") if end is None else (core[: end.start()], core[end.end() :])
    if _CALLED.fullmatch(squeeze(head).strip(_BRACKETS)) is None:
        return False
    return count_characters(inline) + _text_below(lines, place) >= _INTRODUCTION


def _is_own(lines: Sequence[Line], place: int, front: Front, campaign: Campaign) -> bool:
    """Whether a line in the writer's own words is a heading, and none of the title block."""
    line = lines[place]
    text = line.text.strip()
    numbering, _ = split_number(text)
    if numbering is not None or len(squeeze(text)) > _LONGEST or _SENTENCE.search(text):
        return False
    if _CAPTION.match(text) or is_of_front(lines, place, front, campaign):
        return False
    if line.outline_level is None and (
        line.numbered or _is_of_title_block(line) or not _is_text(lines, place + 1)
    ):
        return False
    return _text_below(lines, place) >= _INTRODUCTION


def _is_of_title_block(line: Line) -> bool:
    """Whether a line that is no heading by style gives a title, a unit or authors."""
    if line.style is not None and _TITLE_STYLE.search(line.style):
        return True
    words = line.text.strip(_BRACKETS).split()
    named = all(map(_NAME.fullmatch, words)) or _NAME.fullmatch("".join(words)) is not None
    return named or names_organisation(line.text)


def _is_text(lines: Sequence[Line], place: int) -> bool:
    return place < len(lines) and count_characters(lines[place].text) >= _TEXT


def _text_below(lines: Sequence[Line], place: int) -> int:
    """字 of the text (no short lines) between a line and the first section."""
    return sum(
        count_characters(lines[below].text)
        for below in range(place + 1, len(lines))
        if _is_text(lines, below)
    )
