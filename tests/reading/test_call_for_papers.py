"""Who fills in the organiser's own file sends the call along: none of it is the sender's text."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.reading.case_text import parse_case_text
from inbox_ingest.reading.form import parse_form
from inbox_ingest.records import CaseText
from tests.reading.test_case_text import BODY, CAMPAIGN, FIVE, HEAD, written
from tests.reading.test_form import FILLED, OFFICIAL, TITLE, values
from tests.word_files import Block, docx, read

OTHER = Path(__file__).resolve().parents[1] / "campaigns/2026-duanpian/campaign.toml"
LONG = BODY * 20
CALL: list[Block] = [
    f"关于开展{CAMPAIGN.title}的通知",
    "各会员单位：",
    LONG,
    "一、总体要求",
    LONG,
    "二、案例体例要求",
    "包括如下要素：（1）背景介绍；（2）主要做法；（3）工作成效。",
    "三、报送办法",
    f"案例正文（附件2）和申报表（附件1）发送至{CAMPAIGN.mailbox}。",
    f"联系人及电话：{CAMPAIGN.contacts[0].name}，{CAMPAIGN.contacts[0].phone}",
    CAMPAIGN.organiser,
    "2025年4月10日",
]
FORM: list[Block] = ["附件1", TITLE, OFFICIAL]
HEADINGS = [f"{number}、{name}" for number, name in zip("一二三四五", FIVE, strict=True)]
TEXT = written(*HEADINGS)
CREATIVE = [*HEAD, LONG, *written("一、立足实际", "二、多措并举")[2:], *([LONG] * 3)]
COUNT = 4 * (6 + 19)


def text_in(*blocks: Block, campaign: Campaign = CAMPAIGN) -> CaseText | None:
    return parse_case_text(read(docx(*blocks)), campaign, "通知.docx")


LAYOUTS: dict[str, list[Block]] = {
    "form and text filled in": [*CALL, *FORM, "附件2", "案例正文", *TEXT],
    "the form taken out": [*CALL, "附件2", "案例正文", *TEXT],
    "mark and title in one line": [*CALL, *FORM, "附件2：案例正文", *TEXT],
    "marks with a space": [*CALL, *FORM, "附件 2", *TEXT],
    "the form's end for a mark": [*CALL, *FORM, *TEXT],
    "text before form": [*CALL, "附件2", "案例正文", *TEXT, *FORM],
    "a list of annexes in the call": [
        *CALL[:-2],
        "附件：1.申报表",
        "2.案例正文",
        *CALL[-2:],
        *FORM,
        "附件2",
        *TEXT,
    ],
    "a list of annexes that looks like marks": [
        *CALL[:-2],
        "附件1：案例征集申报表",
        "附件2：案例正文",
        *CALL[-2:],
        *FORM,
        "附件2",
        "案例正文",
        *TEXT,
    ],
    "a call with a heading that a text has": [
        *CALL[:3],
        "一、活动背景",
        *CALL[4:],
        *FORM,
        "附件2",
        *TEXT,
    ],
    "the call itself an annex": ["附件1", *CALL, *FORM, "附件2", *TEXT],
    "the call as a city passed it on": [
        "云水市交通运输局文件",
        "关于组织申报党建创新案例的通知",
        "各单位：",
        LONG,
        *FORM,
        "附件2",
        *TEXT,
    ],
    "that without the form": [
        "关于组织申报党建创新案例的通知",
        LONG,
        "附件2",
        "案例正文",
        *TEXT,
    ],
    "an annex of the sender's at the end": [
        *CALL,
        "附件2",
        *TEXT,
        "附件1：活动照片",
        *([LONG] * 3),
    ],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_call_is_neither_counted_nor_its_heading_the_title(layout: str) -> None:
    found = text_in(*LAYOUTS[layout])
    assert found is not None
    assert (found.title, found.unit, found.body_count) == ("红色引擎", "某某市公路中心", COUNT)
    assert [section.name for section in found.sections] == FIVE
    assert found.doubts == ()


def test_headings_of_the_writers_own_behind_the_call_are_the_text() -> None:
    found = text_in(*CALL, *FORM, "附件2", "案例正文", *CREATIVE)
    assert found is not None
    assert found.title == "红色引擎"
    assert found.body_count == 6 + 19 + 6 + 19 + 4 * 20 * 19


@pytest.mark.parametrize("rest", [[], FORM, [*FORM, "附件2", "案例正文"]])
def test_the_call_by_itself_and_with_its_form_holds_no_case_text(rest: list[Block]) -> None:
    assert text_in(*CALL, *rest) is None


def test_the_form_behind_the_call_is_read() -> None:
    assert values(parse_form(read(docx(*CALL, *FORM)), CAMPAIGN, None)) == FILLED


def test_a_text_that_begins_nobody_knows_where_is_put_before_a_person() -> None:
    found = text_in(*CALL, *TEXT)
    assert found is not None
    assert (found.title, found.unit, found.body_count) == (None, None, COUNT)
    assert found.doubts


@pytest.mark.parametrize(
    "head",
    [
        [CAMPAIGN.title, *TEXT[:2]],
        [*TEXT[:2], f"本案例参加{CAMPAIGN.title}。", LONG, f"邮箱：{CAMPAIGN.mailbox}"],
        ["附件2", "案例正文", *TEXT[:2], CAMPAIGN.organiser],
    ],
)
def test_a_text_that_names_the_campaign_is_no_call(head: list[Block]) -> None:
    found = text_in(*head, *TEXT[2:])
    assert found is not None
    assert [section.name for section in found.sections] == FIVE


def test_another_notice_with_an_annex_of_its_own_is_left_whole() -> None:
    found = text_in("关于印发实施方案的通知", LONG, LONG, "附件1", LONG)
    assert found is not None
    assert found.body_count == 3 * 20 * 19


def test_the_call_of_another_campaign_is_known_by_its_own_file() -> None:
    other = load_campaign(OTHER)
    call = [f"{other.title}公告", LONG, LONG, "附件", other.form.titles[0]]
    rows = [["作品名称", "高速夜话"], ["选送单位", "云水局"], ["主创人员", "张三"]]
    text = ["创作阐述", "高速夜话", "创意来源", BODY, "拍摄过程", BODY]
    found = text_in(*call, rows, *text, campaign=other)
    assert found is not None
    assert (found.title, found.body_count, found.doubts) == ("高速夜话", 8 + 38, ())
