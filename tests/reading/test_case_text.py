"""A case text is read whatever its numbering, style and words; nobody is accused without reason."""

from __future__ import annotations

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.reading.case_text import parse_case_text
from inbox_ingest.records import CaseText
from tests.reading.test_form import LINES, OFFICIAL, TITLE
from tests.reading.test_word import PNG
from tests.word_files import Block, Styled, docx, paragraph, read, run, text_box, xml

CAMPAIGN = load_campaign(shipped_campaign())
FIVE = ["背景介绍", "主要做法", "工作成效", "经验总结", "附录"]
BODY = "这一段是正文的内容，共二十个字左右吧。"  # 19
HEAD = ("红色引擎", "某某市公路中心")


def text_of(*blocks: Block, campaign: Campaign = CAMPAIGN, **more: bytes) -> CaseText:
    found = parse_case_text(read(docx(*blocks, **more)), campaign, "正文.docx")  # type: ignore[arg-type]
    assert found is not None
    return found


def sections(*blocks: Block) -> list[str]:
    return [section.name for section in text_of(*blocks).sections]


def written(*headings: Block) -> list[Block]:
    """A case text under these headings, a paragraph below each."""
    blocks: list[Block] = [*HEAD]
    for heading in headings:
        blocks += [heading, BODY]
    return blocks


# --- headings ---------------------------------------------------------------------------------

NUMBERINGS = {
    "chinese": ("一、{}", "二、{}", "三、{}", "四、{}", "五、{}"),
    "chinese, dot": ("一.{}", "二.{}", "三.{}", "四.{}", "五.{}"),
    "chinese, space": ("一 {}", "二 {}", "三 {}", "四 {}", "五 {}"),
    "chinese, nothing": ("一{}", "二{}", "三{}", "四{}", "五{}"),
    "in brackets": ("（一）{}", "（二）{}", "（三）{}", "（四）{}", "（五）{}"),
    "half-width brackets": ("(一){}", "(二) {}", "(三){}", "(四){}", "(五){}"),
    "digits": ("1.{}", "2．{}", "3、{}", "4 {}", "5{}"),
    "digits in brackets": ("（1）{}", "(2){}", "（3）{}", "（4）{}", "（5）{}"),
    "parts": ("第一部分 {}", "第二部分：{}", "第三部分　{}", "第四部分、{}", "第五部分{}"),
    "roman": ("Ⅰ．{}", "Ⅱ．{}", "Ⅲ．{}", "Ⅳ．{}", "Ⅴ．{}"),
    "letters of roman": ("I. {}", "II. {}", "III. {}", "IV. {}", "V. {}"),
    "circles": ("①{}", "②{}", "③{}", "④{}", "⑤{}"),
    "one sign": ("㈠{}", "㈡{}", "㈢{}", "㈣{}", "㈤{}"),
    "none": ("{}",) * 5,
    "brackets": ("【{}】",) * 5,
    "number in brackets": ("【一、{}】", "【二、{}】", "【三、{}】", "【四、{}】", "【五、{}】"),
    "colon": ("一、{}：", "二、{}：", "三、{}:", "四、{}：", "五、{}："),
    "bullets": ("■{}", "■{}", "■{}", "■ {}", "■ {}"),
    "full stop": ("{}。",) * 5,
    "spaced": ("一、{}  ",) * 5,
    "a dash for one": ("—、{}", "二、{}", "三、{}", "四、{}", "五、{}"),
}


@pytest.mark.parametrize("numbering", NUMBERINGS)
def test_sections_are_found_under_any_numbering(numbering: str) -> None:
    headings = [form.format(name) for form, name in zip(NUMBERINGS[numbering], FIVE, strict=True)]
    assert sections(*written(*headings)) == FIVE


def test_names_with_inner_spaces_are_names() -> None:
    assert (
        sections(
            *written("一、背 景 介 绍", "二、主要 做法", "三、工作成效", "四、经验总结", "附  录")
        )
        == FIVE
    )


def test_headings_by_style_by_bold_and_by_automatic_number() -> None:
    assert sections(*written(*(Styled(name, "Heading 1") for name in FIVE))) == FIVE
    assert sections(*written(*(Styled(name, bold=True) for name in FIVE))) == FIVE
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    assert sections(*written(*(paragraph(name, properties=numbered) for name in FIVE))) == FIVE


def test_headings_with_the_text_in_the_same_line() -> None:
    blocks = [f"{number}、{name}：{BODY}" for number, name in zip("一二三四五", FIVE, strict=True)]
    found = text_of(*HEAD, *blocks)
    assert [(s.name, s.count, s.empty) for s in found.sections] == [
        (name, 19, False) for name in FIVE
    ]
    assert sections(*HEAD, *(f"【{name}】{BODY}" for name in FIVE)) == FIVE
    assert sections(*HEAD, *(f"{name}。{BODY}" for name in FIVE)) == FIVE


def test_headings_with_a_subtitle() -> None:
    assert (
        sections(
            *written(
                "一、背景介绍：时代呼唤新担当",
                "二、主要做法——“三聚焦”抓党建",
                "三、工作成效 交出满意答卷",
                "四、经验总结（三点启示）",
                "附录：有关资料",
            )
        )
        == FIVE
    )


@pytest.mark.parametrize(
    "headings",
    [
        ("一、案例背景", "二、具体举措", "三、取得成效", "四、经验启示", "五、附录"),
        (
            "（一）案例背景介绍",
            "（二）主要做法和举措",
            "（三）取得的主要工作成效",
            "（四）工作经验总结",
            "附录",
        ),
        (
            "一、工作背景情况",
            "二、本案例的主要做法",
            "三、工作成效及成果",
            "四、经验总结与启示",
            "附录材料",
        ),
        ("一、背景", "二、做法", "三、成效", "四、启示", "附录一"),
        ("一、实施背景", "二、主要做法与创新举措", "三、实施成效", "四、经验与启示", "附录1："),
        ("一、背景", "二、做法", "三、成效与反响", "四、几点思考和启示", "附录资料汇编"),
        ("1 项目背景介绍", "2 主要做法", "3 工作成效", "4 经验总结", "附录（图片）"),
        ("一、案例缘起", "二、主要作法", "三、取得的成绩", "四、经验小结", "附录"),
        ("一、背景和意义", "二、工作措施", "三、工作业绩", "四、心得体会", "附录"),
        ("一、问题背景", "二、实施路径", "三、取得的进展", "四、总结提升", "附录"),
        ("一、背景", "二、实施步骤", "三、实际效益", "四、启示与借鉴", "附录"),
        ("一、背景", "二、重点任务", "三、主要成就", "四、工作体会", "附录"),
        ("一、背景", "二、工作内容", "三、主要工作成效", "四、示范意义", "附录"),
        ("一、背景介紹", "二、主要做法", "三、工作成效", "四、經驗總結", "五、附錄"),
    ],
)
def test_synonyms_and_qualified_names_are_headings(headings: tuple[str, ...]) -> None:
    assert sections(*written(*headings)) == FIVE


def test_numbered_headings_that_say_more_than_the_name_before_an_appendix_without_number() -> None:
    assert (
        sections(
            *written(
                "一、背景与缘起",
                "二、主要做法及亮点",
                "三、成效与影响",
                "四、经验总结与推广价值",
                "附录",
            )
        )
        == FIVE
    )


def test_one_heading_may_name_two_sections() -> None:
    found = text_of(*written("一、背景介绍", "二、主要做法和工作成效", "三、经验总结", "附录"))
    assert [section.name for section in found.sections] == FIVE
    assert not any(section.empty for section in found.sections)


def test_a_literary_heading_at_the_top_level_that_names_its_section() -> None:
    assert (
        sections(
            *written(
                "一、背景介绍",
                "二、主要做法",
                "三、真抓实干，工作成效日益凸显",
                "四、经验总结",
                "附录",
            )
        )
        == FIVE
    )
    assert (
        sections(
            *written("一、背景介绍", "二、主要做法", "三、多措并举见成效", "四、经验总结", "附录")
        )
        == FIVE
    )


# --- what is no heading -----------------------------------------------------------------------


def test_sub_headings_that_mention_a_section_are_not_that_section() -> None:
    assert sections(
        *written(
            "一、背景介绍",
            "二、主要做法",
            "（一）健全工作成效评价机制",
            "（二）做好经验总结推广",
            "三、经验总结",
            "附录",
        )
    ) == ["背景介绍", "主要做法", "经验总结", "附录"]


def test_sub_headings_of_the_same_name_do_not_take_the_place_of_the_section() -> None:
    found = text_of(
        *written(
            "一、背景介绍",
            "（一）背景",
            "二、主要做法",
            "（一）工作背景",
            "（二）主要做法",
            "（三）工作成效",
            "三、工作成效",
            "四、经验总结",
            "附录",
        )
    )
    assert [section.name for section in found.sections] == FIVE
    assert [section.where for section in found.sections] == [
        "第3段",
        "第7段",
        "第15段",
        "第17段",
        "第19段",
    ]


def test_running_text_that_mentions_a_section_is_text() -> None:
    assert sections(
        *written("一、背景介绍", "二、主要做法"),
        "在工作成效方面，我们做了许多工作，群众满意度明显提高。",
        "工作成效的取得，离不开上级的支持，也离不开全体党员的努力和付出。",
        "经验总结起来有三条，这里只说一条，其余从略，详见附录。",
        "附录所列材料均经核实，可供查阅，欢迎大家批评指正并提出意见。",
    ) == ["背景介绍", "主要做法"]


def test_practice_by_practice_does_not_make_new_sections() -> None:
    found = text_of(
        *written(
            "一、背景介绍",
            "二、主要做法",
            "1.党员先锋岗",
            "做法：设岗定责。",
            "成效：投诉下降。",
            "2.微党课",
            "做法：车上开课。",
            "成效：人人参与。",
            "三、工作成效",
            "四、经验总结",
            "附录",
        )
    )
    assert [section.where for section in found.sections] == [
        "第3段",
        "第5段",
        "第19段",
        "第21段",
        "第23段",
    ]


@pytest.mark.parametrize(
    "contents",
    [
        [f"{number}、{name}\t{number}" for number, name in zip("一二三四五", FIVE, strict=True)],
        [
            f"{number}、{name}……………{page}"
            for page, (number, name) in enumerate(zip("一二三四五", FIVE, strict=True))
        ],
        [f"{number}、{name}" for number, name in zip("一二三四五", FIVE, strict=True)],
    ],
)
def test_a_table_of_contents_is_not_the_text(contents: list[str]) -> None:
    contents = [line.replace("\t一", "\t1") for line in contents]
    body = [f"{number}、{name}" for number, name in zip("一二三四五", FIVE, strict=True)]
    found = text_of(*HEAD, "目  录", *contents, *written(*body)[2:])
    assert [(s.name, s.count) for s in found.sections] == [(name, 19) for name in FIVE]
    assert found.body_count == 4 * (6 + 19)


# --- order, emptiness -------------------------------------------------------------------------


def test_sections_come_in_order_of_appearance() -> None:
    assert sections(
        *written("一、背景介绍", "二、工作成效", "三、主要做法", "四、经验总结", "附录")
    ) == [
        "背景介绍",
        "工作成效",
        "主要做法",
        "经验总结",
        "附录",
    ]


def test_a_heading_with_nothing_under_it_is_empty() -> None:
    found = text_of(*HEAD, "一、背景介绍", BODY, "二、主要做法", "三、工作成效", BODY, "附录")
    assert [(s.name, s.empty) for s in found.sections] == [
        ("背景介绍", False),
        ("主要做法", True),
        ("工作成效", False),
        ("附录", True),
    ]


def test_sub_headings_tables_and_pictures_are_something() -> None:
    found = text_of(
        *HEAD, "一、背景介绍", "（一）缘起", "二、主要做法", [["甲", "乙"]], "三、附录", picture=PNG
    )
    assert [section.empty for section in found.sections] == [False, False, False]


def test_an_appendix_that_says_none_is_not_empty() -> None:
    assert not text_of(*written("一、背景介绍", "二、主要做法"), "附录：无").sections[-1].empty


@pytest.mark.parametrize(
    "line",
    [
        "附件：",
        "附：",
        "附件1：活动照片",
        "附图",
        "附表一",
        "（附件）",
        "五、佐证材料",
        "五、相关图片资料",
    ],
)
def test_an_appendix_by_another_word_at_the_end_is_one(line: str) -> None:
    found = text_of(
        *written("一、背景介绍", "二、主要做法", "三、工作成效", "四、经验总结"), line, "照片若干。"
    )
    assert [section.name for section in found.sections] == FIVE
    assert found.body_count == 4 * (6 + 19)


# --- counting ---------------------------------------------------------------------------------


def test_body_is_without_title_block_abstract_and_appendix() -> None:
    found = text_of(
        "附件2",
        "案例正文",
        "红色引擎驱动高质量发展",
        "——某某市公路中心党建案例",
        "某某市公路中心",
        "作者：张三",
        "2025年5月6日",
        "摘要：" + "摘" * 30,
        "关键词：党建；公路；创新",
        "一、背景介绍",  # 6
        "背" * 100,
        "二、主要做法",  # 6
        "（一）党员先锋岗",  # 8
        "做" * 200,
        "附录",
        "附" * 500,
    )
    assert found.title == "红色引擎驱动高质量发展——某某市公路中心党建案例"
    assert found.unit == "某某市公路中心"
    assert found.abstract_count == 30
    assert found.body_count == 6 + 100 + 6 + 8 + 200


def test_an_introduction_before_the_first_heading_counts() -> None:
    found = text_of(
        *HEAD, "近年来，我们坚持党建引领，成果丰硕。", "一、背景介绍", BODY, "二、主要做法", BODY
    )
    assert found.body_count == 18 + 2 * (6 + 19)


def test_tables_and_text_boxes_count_footnotes_and_deleted_text_do_not() -> None:
    deleted = "<w:del><w:r><w:delText>删去的字</w:delText></w:r></w:del>"
    found = text_of(
        *HEAD,
        "一、背景介绍",  # 6
        paragraph(run("留下"), deleted),  # 2
        "二、主要做法",  # 6
        [["表甲", "表乙"]],  # 4
        paragraph(text_box("框内四字")),  # 4
    )
    assert found.body_count == 22


def test_a_campaign_may_leave_tables_headings_and_boxes_out() -> None:
    blocks: list[Block] = [
        *HEAD, "一、背景介绍", "正文", "二、主要做法", [["表甲", "表乙"]], paragraph(text_box("框内四字"))
    ]  # fmt: skip
    rules = CAMPAIGN.text.model_copy(
        update={"count_tables": False, "count_headings": False, "count_text_boxes": False}
    )
    campaign = CAMPAIGN.model_copy(update={"text": rules})
    assert text_of(*blocks, campaign=campaign).body_count == 2


@pytest.mark.parametrize(
    "name", ["摘要", "摘 要", "【摘要】", "内容提要", "案例摘要", "摘要（500字以内）", "一、摘要"]
)
def test_the_abstract_under_its_own_heading(name: str) -> None:
    found = text_of(*HEAD, name, "摘" * 40, "要" * 30, "一、背景介绍", BODY, "二、主要做法", BODY)
    assert found.abstract_count == 70
    assert found.body_count == 50


@pytest.mark.parametrize("start", ["摘要：", "【摘要】", "摘　要：", "[摘要]", "内容摘要："])
def test_the_abstract_in_the_line_of_its_heading(start: str) -> None:
    found = text_of(*HEAD, start + "摘" * 40, "一、背景介绍", BODY, "二、主要做法", BODY)
    assert found.abstract_count == 40
    assert found.body_count == 50


SECTIONS = ["一、背景介绍", BODY, "二、主要做法", BODY]


def test_paragraphs_past_the_limit_may_be_the_introduction() -> None:
    found = text_of(*HEAD, "摘要", "摘" * 300, "引" * 400, *SECTIONS)
    assert (found.abstract_count, found.body_count, found.either_count) == (300, 450, 400)


def test_behind_an_abstract_in_the_line_of_its_heading_they_are() -> None:
    found = text_of(*HEAD, "摘要：" + "摘" * 300, "引" * 400, *SECTIONS)
    assert (found.abstract_count, found.body_count, found.either_count) == (300, 450, 0)


@pytest.mark.parametrize("close", ["关键词：党建；航道", "正文"])
@pytest.mark.parametrize("start", [["摘要", "摘" * 300], ["摘要：" + "摘" * 300]])
def test_what_stands_before_the_key_words_is_the_abstract(start: list[str], close: str) -> None:
    found = text_of(*HEAD, *start, "要" * 400, close, *SECTIONS)
    assert (found.abstract_count, found.body_count, found.either_count) == (700, 50, 0)


@pytest.mark.parametrize("start", [["摘要", "摘" * 700], ["摘要：" + "摘" * 700]])
def test_one_paragraph_past_the_limit_is_an_abstract_past_the_limit(start: list[str]) -> None:
    found = text_of(*HEAD, *start, *SECTIONS)
    assert (found.abstract_count, found.body_count, found.either_count) == (700, 50, 0)


def test_an_abstract_that_was_not_written_is_unknown() -> None:
    assert text_of(*written("一、背景介绍", "二、主要做法")).abstract_count is None


def test_the_word_for_the_body_ends_the_abstract_and_is_not_counted() -> None:
    found = text_of(
        *HEAD,
        "摘要",
        "摘" * 40,
        "正文",
        "引言部分，介绍情况，说明缘由。",
        "一、背景介绍",
        BODY,
        "二、主要做法",
        BODY,
    )
    assert found.abstract_count == 40
    assert found.body_count == 15 + 50


# --- title and unit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "title", "unit"),
    [
        (["红色引擎", "某某市公路中心"], "红色引擎", "某某市公路中心"),
        (
            ["某某市交通运输局", "红色引擎驱动货运行业发展"],
            "红色引擎驱动货运行业发展",
            "某某市交通运输局",
        ),
        (["案例名称：红色引擎", "申报单位：某某公司"], "红色引擎", "某某公司"),
        (["题目：红色引擎", "单位：某某公司", "作者：张三"], "红色引擎", "某某公司"),
        (["红色引擎", "（某某市公路中心 张三）"], "红色引擎", "某某市公路中心"),
        (["打造红色驿站", "张三"], "打造红色驿站", None),
        (["红色引擎", "2025年5月6日"], "红色引擎", None),
        (["附件2：案例正文", "红色引擎"], "红色引擎", None),
    ],
)
def test_title_and_unit_stand_above_the_text(
    block: list[str], title: str, unit: str | None
) -> None:
    found = text_of(*block, "一、背景介绍", BODY, "二、主要做法", BODY)
    assert (found.title, found.unit) == (title, unit)
    assert found.body_count == 50


def test_a_text_that_begins_with_its_first_heading_has_no_title() -> None:
    assert text_of("一、背景介绍", BODY, "二、主要做法", BODY).title is None


# --- whole documents --------------------------------------------------------------------------


def test_a_text_inside_a_one_cell_table_is_read_like_any_other() -> None:
    inside = "\n".join(str(block) for block in written("一、背景介绍", "二、主要做法", "附录"))
    found = text_of([[inside]])
    assert [section.name for section in found.sections] == ["背景介绍", "主要做法", "附录"]
    assert (found.title, found.body_count) == ("红色引擎", 50)


def test_headings_in_a_table_beside_their_text_are_found() -> None:
    assert sections(*HEAD, [[name, BODY] for name in FIVE]) == FIVE


def test_lines_broken_inside_one_paragraph_are_lines() -> None:
    text = "一、背景介绍\n" + BODY + "\n二、主要做法\n" + BODY
    breaks = "<w:br/>".join(f"<w:t>{line}</w:t>" for line in text.split("\n"))
    assert sections(*HEAD, xml(f"<w:p><w:r>{breaks}</w:r></w:p>")) == ["背景介绍", "主要做法"]


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_form_in_the_same_file_is_not_counted(table: bool, first: bool) -> None:
    form: list[Block] = ["附件1", TITLE, OFFICIAL] if table else ["附件1", *LINES[:7]]
    text: list[Block] = ["附件2", *written("一、背景介绍", "二、主要做法", "三、经验总结")]
    found = text_of(*(form + text if first else text + form))
    assert [section.name for section in found.sections] == ["背景介绍", "主要做法", "经验总结"]
    assert (found.title, found.unit, found.body_count) == ("红色引擎", "某某市公路中心", 75)


def test_a_form_alone_a_notice_and_an_empty_page_are_no_case_text() -> None:
    for blocks in (
        [TITLE, OFFICIAL],
        ["附件2", "案例正文"],
        ["报送案例应包括：（1）背景介绍；（2）主要做法。"],
        [],
    ):
        assert parse_case_text(read(docx(*blocks)), CAMPAIGN, "x.docx") is None  # type: ignore[arg-type]


def test_a_long_text_without_any_section_is_read_as_one() -> None:
    found = text_of("红色引擎", *(BODY * 5 for _ in range(6)))
    assert (found.sections, found.body_count) == ((), 6 * 95)


def test_the_same_text_saved_anew_has_the_same_hash_and_signature() -> None:
    one = text_of(*written("一、背景介绍", "二、主要做法"))
    other = text_of(
        *written(Styled("一、背景介绍", bold=True), Styled("二、 主要做法", "Heading 1"))
    )
    assert (one.text_sha256, one.signature) == (other.text_sha256, other.signature)
    assert one.text_sha256 != text_of(*written("一、背景介绍", "二、主要做法", "附录")).text_sha256


def test_another_campaign_has_other_sections() -> None:
    data = CAMPAIGN.model_dump()
    data["text"] = {
        "limit": 100,
        "abstract_name": "导读",
        "sections": [{"name": "起因"}, {"name": "经过", "aliases": ["过程"]}, {"name": "结语"}],
    }
    other = Campaign.model_validate(data)
    found = text_of(
        "标题",
        "导读：短。",
        "一、起因",
        "甲。",
        "二、活动过程",
        "乙。",
        "三、结语",
        "丙。",
        campaign=other,
    )
    assert [section.name for section in found.sections] == ["起因", "经过", "结语"]
    assert (found.title, found.abstract_count, found.body_count) == (
        "标题",
        2,
        4 + 2 + 6 + 2 + 4 + 2,
    )


# --- odd texts --------------------------------------------------------------------------------


def test_notes_behind_a_heading_do_not_hide_it() -> None:
    headings = [
        "一、背景介绍（300字）",
        "二、主要做法（重点）",
        "三、工作成效（数据）",
        "四、经验总结：",
        "附录（略）",
    ]
    found = text_of(
        *HEAD, *(part for heading in headings[:4] for part in (heading, BODY)), headings[4]
    )
    assert [(section.name, section.empty) for section in found.sections] == [
        (name, False) for name in FIVE
    ]


@pytest.mark.parametrize(
    "title",
    [
        "如何让党旗高高飘扬？",
        "党旗飘扬在一线，初心闪耀在路上",
        "公交党建工作成效与经验总结",
        "货车司机党建工作背景下的思政课",
        "《红色引擎》",
        "破冰！一个支部的主要做法",
    ],
)
def test_titles_are_titles_whatever_words_they_use(title: str) -> None:
    headings = [f"{number}、{name}" for number, name in zip("一二三四", FIVE, strict=False)]
    found = text_of(title, "某某市公路中心", *written(*headings)[2:])
    assert (found.title, found.unit) == (title, "某某市公路中心")
    assert [section.name for section in found.sections] == FIVE[:4]
    assert found.body_count == 100


def test_a_head_of_labelled_lines_is_the_title_block() -> None:
    found = text_of(
        "案例名称：红色引擎",
        "申报单位：某局",
        "申报类型：行业党建",
        "联系人：张三",
        "电话：13900000001",
        *written("一、背景介绍", "二、主要做法")[2:],
    )
    assert (found.title, found.unit, found.body_count) == ("红色引擎", "某局", 50)


def test_a_text_in_a_cell_of_the_form_is_read() -> None:
    inside = "\n".join(
        ["案例正文", *(f"{n}、{x}\n{BODY * 12}" for n, x in zip("一二三四", FIVE, strict=False))]
    )
    rows = [*OFFICIAL, [inside, "<<", "<<", "<<"]]
    found = text_of(TITLE, rows)
    assert [section.name for section in found.sections] == FIVE[:4]
    assert found.body_count == 4 * (6 + 19 * 12)


def test_notes_on_filling_the_form_are_no_case_text() -> None:
    notes = ["填表说明", *(f"{number}.{BODY}" for number in range(1, 20))]
    assert parse_case_text(read(docx(TITLE, OFFICIAL, *notes)), CAMPAIGN, None) is None


def test_an_appendix_in_a_file_of_its_own_is_read() -> None:
    found = text_of("附录", "活动照片若干。")
    assert [(section.name, section.empty) for section in found.sections] == [("附录", False)]
    assert found.body_count == 0
