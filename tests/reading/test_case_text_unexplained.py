"""Headings of the writer's own in the place of a section: nobody is told that it is missing."""

from __future__ import annotations

import pytest

from tests.reading.test_case_text import BODY, FIVE, HEAD, text_of, written
from tests.word_files import Block, Styled, paragraph

LONG = BODY * 3


def possible(*blocks: Block) -> set[str]:
    """The sections that may stand under headings of the writer's own."""
    return set(text_of(*blocks).possible)


def bold(*headings: str) -> list[Block]:
    return written(*(Styled(heading, bold=True) for heading in headings))


# --- asked of a person ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("一、背景介绍", "二、怎么干的", "三、工作成效", "四、经验总结", "附录"), {"主要做法"}),
        (("一、背景介绍", "二、主要做法", "三、群众点赞", "四、经验总结", "附录"), {"工作成效"}),
        (("1.背景介绍", "2.怎么干的", "3.工作成效", "4.经验总结", "附录"), {"主要做法"}),
        (("（一）背景介绍", "（二）干", "（三）赞", "（四）经验总结"), {"主要做法", "工作成效"}),
        (("第一部分 背景介绍", "第二部分 怎么干", "第三部分 工作成效"), {"主要做法"}),
        # The first and the last section.
        (("一、事情从头说起", "二、主要做法", "三、工作成效", "四、经验总结", "附录"), {"背景介绍"}),
        (("一、背景介绍", "二、主要做法", "三、工作成效", "四、写在最后", "附录"), {"经验总结"}),
        (("一、背景介绍", "二、主要做法", "三、工作成效", "四、经验总结", "五、荣誉展示"), {"附录"}),
        # Two sections under one heading, which nobody can tell from outside.
        (("一、背景介绍", "二、真抓实干", "三、经验总结", "附录"), {"主要做法", "工作成效"}),
        # Not one that names its section, apart from the appendix.
        (
            ("一、立足实际，找准“小切口”", "二、多方联动，下好“一盘棋”", "三、实干笃行，交出“新答卷”",
             "四、凝心聚力，走好“新征程”", "附录"),
            set(FIVE[:4]),
        ),
    ],
)  # fmt: skip
def test_an_own_heading_in_the_place_of_a_section_may_be_it(
    headings: tuple[str, ...], expected: set[str]
) -> None:
    assert possible(*written(*headings)) == expected


def test_own_headings_by_bold_by_style_by_automatic_number_and_alone_in_a_line() -> None:
    own = ("背景介绍", "怎么干的", "工作成效", "经验总结", "附录")
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    assert possible(*bold(*own)) == {"主要做法"}
    assert possible(*written(*(Styled(x, "Heading 1") for x in own))) == {"主要做法"}
    assert possible(*written(*(paragraph(x, properties=number) for x in own))) == {"主要做法"}
    plain = [block for heading in own for block in (heading, LONG)]
    assert possible(*HEAD, *plain) == {"主要做法"}


def test_an_own_heading_with_its_text_in_the_same_line() -> None:
    blocks = [
        f"{n}、{x}。{LONG}"
        for n, x in zip("一二三", ["背景介绍", "怎么干的", "工作成效"], strict=True)
    ]
    assert possible(*HEAD, *blocks, "四、经验总结", BODY, "附录", BODY) == {"主要做法"}


def test_a_text_of_own_headings_alone_lacks_but_the_appendix() -> None:
    own = ("一、立足实际", "二、多方联动", "三、实干笃行", "四、凝心聚力")
    assert possible(*HEAD, *(block for x in own for block in (x, BODY * 9))) == set(FIVE[:4])


def test_the_person_sees_the_headings() -> None:
    found = text_of(*written("一、背景介绍", "二、真抓实干", "三、经验总结", "附录"))
    assert found.possible["工作成效"] == "“二、真抓实干”"


# --- told to the sender -----------------------------------------------------------------------


@pytest.mark.parametrize("missing", range(5))
def test_a_text_whose_headings_all_name_their_sections_lacks_the_one_it_lacks(missing: int) -> None:
    names = [name for place, name in enumerate(FIVE) if place != missing]
    numbered = [f"{number}、{name}" for number, name in zip("一二三四", names, strict=True)]
    assert possible(*written(*numbered)) == set()
    assert possible(*written(*names)) == set()
    assert possible(*bold(*names)) == set()


@pytest.mark.parametrize(
    "headings",
    [
        # Lower levels, and items that begin again at 1.
        ("一、背景介绍", "二、主要做法", "（一）强根基", "（二）抓队伍", "三、经验总结", "附录"),
        ("1.背景介绍", "2.主要做法", "1.强根基", "2.抓队伍", "3.经验总结", "附录"),
        (
            "一、背景介绍",
            "二、主要做法",
            "一是强根基",
            "二是抓队伍",
            "三是优服务",
            "三、经验总结",
            "附录",
        ),
        ("1.背景介绍", "2.主要做法", "1.强根基", "2.抓队伍", "3.优服务", "3.经验总结", "附录"),
        # What is to come is no result, and no experience.
        ("一、背景介绍", "二、主要做法", "三、下一步工作打算", "四、经验总结", "附录"),
        ("一、背景介绍", "二、主要做法", "三、经验总结", "四、写在最后", "附录"),
    ],
)
def test_what_stands_elsewhere_or_lower_excuses_nothing(headings: tuple[str, ...]) -> None:
    assert "工作成效" not in possible(*written(*headings))


def test_a_heading_without_text_excuses_nothing() -> None:
    blocks = [
        *written("一、背景介绍", "二、主要做法"),
        "三、群众点赞",
        *written("四、经验总结")[2:],
    ]
    assert "工作成效" not in possible(*blocks)


def test_one_own_heading_does_not_stand_for_four_sections() -> None:
    assert possible(*written("一、我们的故事", "附录")) == set()


def test_a_text_without_any_heading_lacks_all_sections() -> None:
    assert possible("红色引擎", *(BODY * 5 for _ in range(6))) == set()


def test_the_title_block_is_no_heading() -> None:
    assert possible(*HEAD, LONG, "主要做法", LONG, "工作成效", LONG, "经验总结", LONG) == set()


def test_captions_are_no_headings() -> None:
    blocks = [
        "背景介绍",
        LONG,
        "主要做法",
        LONG,
        "图1 党员活动现场",
        LONG,
        "经验总结",
        LONG,
        "附录",
        LONG,
    ]
    assert "工作成效" not in possible(*HEAD, *blocks)


# --- an introduction under a heading of its own -----------------------------------------------

REST = ("主要做法", "工作成效", "经验总结", "附录")
NUMBERED = ("一、主要做法", "二、工作成效", "三、经验总结", "四、附录")
INTRODUCTION = BODY * 6


def after(*front: Block, headings: tuple[str, ...] = NUMBERED) -> set[str]:
    """The sections that may be there, where this stands before 主要做法."""
    return possible(*front, *(block for x in headings for block in (x, INTRODUCTION)))


OPENINGS = ["引言", "前言", "问题的提出", "导语", "序言", "引 言", "【前言】", "引言：", "时代之问",
            "我们为什么要干？"]  # fmt: skip


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("headings", [REST, NUMBERED])
def test_an_introduction_under_a_heading_without_number_may_be_the_background(
    opening: str, headings: tuple[str, ...]
) -> None:
    for line in (opening, Styled(opening, bold=True), Styled(opening, "Heading 1")):
        assert after(*HEAD, line, INTRODUCTION, headings=headings) == {"背景介绍"}


def test_an_introduction_may_stand_without_a_title_or_behind_the_abstract_and_key_words() -> None:
    assert after("引言", INTRODUCTION) == {"背景介绍"}
    front = (*HEAD, "摘要", INTRODUCTION, "关键词：党建；公路", "导语", INTRODUCTION)
    assert after(*front) == {"背景介绍"}


def test_an_introduction_in_several_paragraphs_or_in_the_line_of_its_heading() -> None:
    assert after(*HEAD, "导语", BODY * 2, BODY * 3) == {"背景介绍"}
    assert after(*HEAD, f"引言：{INTRODUCTION}") == {"背景介绍"}
    assert after(*HEAD, "问题的提出", "（一）现实之需", INTRODUCTION) == {"背景介绍"}


def test_the_person_sees_the_heading_of_the_introduction() -> None:
    found = text_of(*HEAD, "引言", INTRODUCTION, "一、主要做法", INTRODUCTION)
    assert found.possible["背景介绍"] == "“引言”"


@pytest.mark.parametrize(
    "front",
    [
        HEAD,
        ("红色引擎",),
        (Styled("红色引擎", "Title"), Styled("某某市公路中心", bold=True)),
        ("红色引擎", "——一个支部的故事", "某某市公路中心"),
        (*HEAD, "张三"),
        (*HEAD, "张 三"),
        (*HEAD, "张三 李小四"),
        (*HEAD, Styled("张三", bold=True)),
        (*HEAD, "（作者：张三）"),
        (*HEAD, "2025年10月"),
        (*HEAD, "案例正文"),
        ("附件2", *HEAD, "正文"),
        ("红色引擎", "附件2"),
        (*HEAD, "摘要"),
        (*HEAD, "摘要", INTRODUCTION, "关键词：党建；公路"),
        (*HEAD, "摘要", INTRODUCTION, "关键词", "党建 公路"),
        (*HEAD, "图1 活动现场"),
        (*HEAD, "我们一直在路上。"),
    ],
)
def test_text_before_the_first_section_under_the_title_block_alone_excuses_nothing(
    front: tuple[Block, ...],
) -> None:
    assert after(*front, INTRODUCTION) == set()
    assert after(*front, INTRODUCTION, headings=REST) == set()


def test_an_introduction_of_a_few_words_is_no_background() -> None:
    assert after(*HEAD, "引言", "本案例如下。") == set()
    assert after(*HEAD, "引言") == set()


def test_an_introduction_excuses_the_first_section_alone() -> None:
    assert after(*HEAD, "引言", INTRODUCTION, headings=NUMBERED[1:]) == {"背景介绍"}
    assert after(*HEAD, "引言", INTRODUCTION, headings=("附录",)) == set()
    assert after(*HEAD, "引言", INTRODUCTION, headings=("一、背景介绍", *REST[1:])) == set()
