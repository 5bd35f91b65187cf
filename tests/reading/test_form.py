"""An application form is read whatever its senders made of the table."""

from __future__ import annotations

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.reading.form import parse_form
from inbox_ingest.records import FormRecord
from tests.word_files import Block, Styled, docx, paragraph, read, run, text_box, xml

TITLE = "“交通先行·党建赋能”党建创新典型案例征集活动申报表"
SUMMARY = "概要一二三四五六七八九十。创新之处在于把党课开到车上。"
CAMPAIGN = load_campaign(shipped_campaign())
FILLED = {
    "案例名称": "红色引擎",
    "申报单位": "某某市公路中心",
    "申报类型": "行业党建",
    "联系人": "张三",
    "电话": "13900000001",
    "案例概要和创新之处": SUMMARY,
}


def form(*blocks: Block, campaign: Campaign = CAMPAIGN, name: str = "表.docx") -> FormRecord | None:
    return parse_form(read(docx(*blocks)), campaign, name)


def values(record: FormRecord | None) -> dict[str, str | None]:
    assert record is not None
    return {name: field.value for name, field in record.fields.items() if name != "申报单位意见"}


OFFICIAL = [
    ["案例名称", "红色引擎", "<<", "<<"],
    ["申报单位", "某某市公路中心", "<<", "<<"],
    ["申报类型", "☑行业党建               □行业思政", "<<", "<<"],
    ["联 系 人", "张三", "电 话", "13900000001"],
    [f"案例概要和创新之处（500字以内）\n{SUMMARY}", "<<", "<<", "<<"],
    ["申报单位意见", "\n盖  章\n年   月   日", "<<", "<<"],
]

CONTACT = ["联系人", "张三", "电话", "13900000001"]
LAYOUTS: dict[str, list[Block]] = {
    "the official table": ["附件1", TITLE, OFFICIAL],
    "without a title": [OFFICIAL],
    "title inside the table": [[[TITLE, "<<", "<<", "<<"], *OFFICIAL]],
    "label left, value right throughout": [
        TITLE,
        [
            ["案例名称：", "红色引擎"],
            ["申报单位：", "某某市公路中心"],
            ["申报类型：", "☑行业党建 □行业思政"],
            ["联系人：", "张三"],
            ["联系电话：", "13900000001"],
            ["案例概要和\n创新之处\n（500字以内）", SUMMARY],
        ],
    ],
    "label above value": [
        TITLE,
        [
            ["案例名称", "<<", "<<"],
            ["红色引擎", "<<", "<<"],
            ["申报单位", "联系人", "电话"],
            ["某某市公路中心", "张三", "13900000001"],
            ["申报类型", "<<", "<<"],
            ["行业党建（√）  行业思政（ ）", "<<", "<<"],
            ["案例概要和创新之处（500字以内）", "<<", "<<"],
            [SUMMARY, "<<", "<<"],
        ],
    ],
    "a line of headings over a line of values": [
        TITLE,
        [
            ["序号", "案例名称", "申报单位", "申报类型", "联系人", "职务", "电话", "案例概要"],
            ["1", "红色引擎", "某某市公路中心", "行业党建", "张三", "科长", "13900000001", SUMMARY],
        ],
    ],
    "one cell for label and value": [
        TITLE,
        [
            ["案例名称：红色引擎", "<<"],
            ["申报单位:某某市公路中心", "<<"],
            ["申报类型：√行业党建  行业思政", "<<"],
            ["联系人：张三", "电话：13900000001"],
            [f"案例概要和创新之处：\n{SUMMARY}", "<<"],
        ],
    ],
    "one cell, no colon": [
        TITLE,
        [
            ["案例名称\n红色引擎"],
            ["申报单位  某某市公路中心"],
            ["申报类型 ■行业党建 □行业思政"],
            ["联系人张三"],
            ["电话13900000001"],
            [f"案例概要和创新之处（500字以内）{SUMMARY}"],
        ],
    ],
    "several labels in one cell": [
        TITLE,
        [
            ["案例名称：红色引擎"],
            ["申报单位：某某市公路中心    申报类型：☑行业党建 ☐行业思政"],
            ["联系人：张三    电话：13900000001"],
            [f"案例概要和创新之处（500字以内）：{SUMMARY}"],
        ],
    ],
    "contact and telephone under one label": [
        TITLE,
        [
            ["案例名称", "红色引擎"],
            ["申报单位", "某某市公路中心"],
            ["申报类型", "☑行业党建 ☐行业思政"],
            ["联系人及电话", "张三 13900000001"],
            ["案例概要和创新之处", SUMMARY],
        ],
    ],
    "telephone written behind the name": [
        TITLE,
        [
            ["案例名称", "红色引擎"],
            ["申报单位", "某某市公路中心"],
            ["申报类型", "☑行业党建 ☐行业思政"],
            ["联系人", "张三，１３９００００００01", "电话", ""],
            ["案例概要和创新之处", SUMMARY],
        ],
    ],
    "another order, more rows and columns": [
        TITLE,
        [
            ["编号", "（由主办单位填写）", "填报日期", "2025.5.6"],
            ["申报单位", "某某市公路中心", "单位地址", "某某路1号"],
            ["联系人", "张三", "职务", "科长"],
            ["邮箱", "a@b.cn", "手机", "13900000001"],
            ["案例名称", "红色引擎", "<<", "<<"],
            ["申报类型", "行业党建", "<<", "<<"],
            ["案例概要和创新之处", SUMMARY, "<<", "<<"],
        ],
    ],
    "options in cells of their own": [
        TITLE,
        [
            ["案例名称", "红色引擎", "<<"],
            ["申报单位", "某某市公路中心", "<<"],
            ["申报类型", "☑行业党建", "☐行业思政"],
            ["联系人", "张三", "<<"],
            ["电话", "13900000001", "<<"],
            ["案例概要和创新之处", SUMMARY, "<<"],
        ],
    ],
    "options and ticks in cells of their own": [
        TITLE,
        [
            ["案例名称", "红色引擎", "<<", "<<", "<<"],
            ["申报单位", "某某市公路中心", "<<", "<<", "<<"],
            ["申报类型", "行业党建", "√", "行业思政", ""],
            ["联系人", "张三", "电话", "13900000001", "<<"],
            ["案例概要和创新之处", SUMMARY, "<<", "<<", "<<"],
        ],
    ],
    "a label over two rows of options": [
        TITLE,
        [
            ["案例名称", "红色引擎"],
            ["申报单位", "某某市公路中心"],
            ["申报类型", "☑行业党建"],
            ["^^", "☐行业思政"],
            ["联系人", "张三"],
            ["电话", "13900000001"],
            ["案例概要和创新之处", SUMMARY],
        ],
    ],
    "split into several tables": [
        TITLE,
        [["案例名称", "红色引擎"], ["申报单位", "某某市公路中心"]],
        "（续表）",
        [["申报类型", "☑行业党建 ☐行业思政"]],
        [CONTACT],
        [["案例概要和创新之处", SUMMARY]],
    ],
    "plain lines": [
        TITLE,
        "案例名称：红色引擎",
        "申报单位：某某市公路中心",
        "申报类型：☑行业党建  □行业思政",
        "联系人：张三  电话：13900000001",
        "案例概要和创新之处（500字以内）：",
        SUMMARY,
        "申报单位意见：",
        "盖章",
        "2025年5月6日",
    ],
    "plain lines, numbered, ruled, value in the next line": [
        TITLE,
        "一、案例名称",
        "红色引擎",
        "二、申报单位：____某某市公路中心____",
        "三、申报类型：行业党建",
        "四、联 系 人：张 三",
        "五、电    话：13900000001",
        "六、案例概要和创新之处（限500字）",
        SUMMARY,
    ],
    "lines with tabs for colons": [
        TITLE,
        "案例名称\t红色引擎",
        "申报单位\t某某市公路中心",
        "申报类型\t☑行业党建 ☐行业思政",
        "联系人\t张三",
        "电话\t13900000001",
        f"案例概要和创新之处\t{SUMMARY}",
    ],
    "in text boxes": [
        TITLE,
        paragraph(
            text_box("案例名称：红色引擎", "申报单位：某某市公路中心", "申报类型：☑行业党建 □行业思政")
        ),
        paragraph(text_box("联系人：张三", "电话：13900000001")),
        paragraph(text_box(f"案例概要和创新之处：{SUMMARY}")),
    ],
    "a value that repeats its label": [
        TITLE,
        [
            ["案例名称", "案例名称：红色引擎"],
            ["申报单位", "单位名称：某某市公路中心"],
            ["申报类型", "☑行业党建 ☐行业思政"],
            CONTACT,
            ["案例概要和创新之处", SUMMARY],
        ],
    ],
    "some fields above the table": [
        TITLE,
        "申报单位：某某市公路中心      填报日期：2025年5月6日",
        [
            ["案例名称", "红色引擎"],
            ["申报类型", "☑行业党建 ☐行业思政"],
            CONTACT,
            ["案例概要和创新之处", SUMMARY],
        ],
    ],
    "the whole table inside a frame": [
        TITLE,
        [[xml(
            "<w:tbl>"
            + "".join(
                f"<w:tr><w:tc><w:p>{run(label)}</w:p></w:tc><w:tc><w:p>{run(value)}</w:p></w:tc></w:tr>"
                for label, value in (
                    ("案例名称", "红色引擎"),
                    ("申报单位", "某某市公路中心"),
                    ("申报类型", "☑行业党建 ☐行业思政"),
                    ("联系人", "张三"),
                    ("电话", "13900000001"),
                    ("案例概要和创新之处", SUMMARY),
                )
            )
            + "</w:tbl><w:p/>"
        )]],
    ],
    "hints beside label and value": [
        TITLE,
        [
            ["案例名称（请填写全称）", "红色引擎"],
            ["申报单位（盖章）", "某某市公路中心"],
            ["申报类型（单选，请打√）", "☑行业党建 ☐行业思政"],
            ["联系人（必填）", "张三"],
            ["电话（手机）", "13900000001"],
            ["案例概要和创新之处", f"（500字以内）\n{SUMMARY}"],
        ],
    ],
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_values(layout: str) -> None:
    assert values(form(*LAYOUTS[layout])) == FILLED


def test_a_value_knows_where_it_was_found_and_how_long_it_is() -> None:
    record = form(*LAYOUTS["the official table"], name="申报表.docx")
    assert record is not None
    summary = record.fields["案例概要和创新之处"]
    assert summary.count == len(SUMMARY)
    assert record.fields["电话"].evidence.where == "表1 第4行第4列"
    assert record.fields["电话"].evidence.file == "申报表.docx"
    assert not record.blank


# --- empty fields and blank forms -------------------------------------------------------------


def official(**changes: str) -> list[list[str]]:
    rows = {
        "title": "红色引擎",
        "unit": "某某市公路中心",
        "type": "☑行业党建   □行业思政",
        "contact": "张三",
        "phone": "13900000001",
        "summary": SUMMARY,
        **changes,
    }
    return [
        ["案例名称", rows["title"], "<<", "<<"],
        ["申报单位", rows["unit"], "<<", "<<"],
        ["申报类型", rows["type"], "<<", "<<"],
        ["联 系 人", rows["contact"], "电 话", rows["phone"]],
        [f"案例概要和创新之处（500字以内）\n{rows['summary']}", "<<", "<<", "<<"],
        ["申报单位意见", "\n盖  章\n年   月   日", "<<", "<<"],
    ]


BLANK = {
    "title": "",
    "unit": "",
    "type": "□行业党建   □行业思政",
    "contact": "",
    "phone": "",
    "summary": "\n\n",
}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("手机：13900000001", "手机：13900000001"),
        ("座机：025-83190000  手机：１３９００００００01", "座机：025-83190000  手机：13900000001"),
        ("025-83190000\n手机：13900000001", "025-83190000 手机：13900000001"),
        ("025-83190000    邮箱：a@example.cn", "025-83190000"),
        ("电话：13900000001", "13900000001"),
        ("联系电话：13900000001", "13900000001"),
    ],
)
def test_a_telephone_cell_stays_as_written_but_for_its_own_label(written: str, kept: str) -> None:
    assert values(form(TITLE, official(phone=written))) == {**FILLED, "电话": kept}


@pytest.mark.parametrize(
    "nothing",
    ["", "   ", "________", "请填写", "（请填写案例全称）", "单击此处输入文字。", "/", "XXX", "—"],
)
def test_prompts_and_rulings_are_no_answer(nothing: str) -> None:
    record = form(TITLE, official(title=nothing))
    assert values(record) == {**FILLED, "案例名称": None}


@pytest.mark.parametrize(
    "title",
    [
        "请党放心 强国有我",
        "无人车上的党支部",
        "限时办结背后的党员先锋岗",
        "点亮红色灯塔",
        "一",
        "N+1",
    ],
)
def test_titles_that_look_like_prompts_are_titles(title: str) -> None:
    assert values(form(TITLE, official(title=title)))["案例名称"] == title


@pytest.mark.parametrize(
    "title",
    [
        "单位名称变了，初心不变",
        "电话那头的党员",
        "手机里的红色课堂",
        "联系人制度里的党建",
        "类型多样的思政课",
    ],
)
def test_titles_that_begin_with_a_label_are_titles(title: str) -> None:
    assert values(form(TITLE, official(title=title))) == {**FILLED, "案例名称": title}


def test_the_blank_official_form_is_blank() -> None:
    record = form("附件1", TITLE, official(**BLANK))
    assert record is not None
    assert record.blank
    assert set(values(record).values()) == {None}
    assert record.fields["申报类型"].sure


def test_a_form_with_nothing_but_a_title_is_not_blank() -> None:
    record = form(TITLE, official(**{**BLANK, "title": "红色引擎"}))
    assert record is not None
    assert not record.blank


def test_a_form_with_nothing_but_a_tick_is_not_blank() -> None:
    record = form(TITLE, official(**{**BLANK, "type": "☑行业党建 □行业思政"}))
    assert record is not None
    assert not record.blank


def test_a_form_of_lines_left_blank_is_blank() -> None:
    record = form(
        TITLE,
        "案例名称：________",
        "申报单位：________",
        "申报类型：□行业党建 □行业思政",
        "联系人：________  电话：________",
        "案例概要和创新之处（500字以内）：",
    )
    assert record is not None
    assert record.blank


def test_text_in_a_cell_that_no_label_explains_keeps_a_form_from_being_blank() -> None:
    rows = [
        *official(**BLANK),
        ["其他说明", "这里写了很长的一段话，显然是有人填过的。", "<<", "<<"],
    ]
    record = form(TITLE, rows)
    assert record is not None
    assert not record.blank


# --- telephone, title -------------------------------------------------------------------------


def test_telephones_stay_as_written_but_for_full_width_digits() -> None:
    record = form(TITLE, official(phone="０２５-８３７０１２３４／１３９００００００01"))
    assert values(record)["电话"] == "025-83701234／13900000001"


def test_several_telephones_stay() -> None:
    assert (
        values(form(TITLE, official(phone="83701234\n13900000001")))["电话"]
        == "83701234 13900000001"
    )


def test_a_title_broken_over_lines_is_one_title() -> None:
    record = form(TITLE, official(title="红色引擎\n——党建引领货运行业"))
    assert values(record)["案例名称"] == "红色引擎——党建引领货运行业"


def test_summary_keeps_its_paragraphs_and_loses_only_the_hint() -> None:
    record = form(TITLE, official(summary="第一段。\n第二段（含括号）。"))
    assert values(record)["案例概要和创新之处"] == "第一段。\n第二段（含括号）。"


def test_a_summary_that_mentions_labels_is_one_summary() -> None:
    text = "单位名称：本案例由联系人：张三同志口述。\n电话：不重要。"
    record = form(TITLE, official(summary=text))
    assert values(record) == {**FILLED, "案例概要和创新之处": text}


def test_a_summary_pasted_as_a_table_counts() -> None:
    cells = "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("甲段", "乙段"))
    inner = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    rows: list[list[object]] = [*LAYOUTS["label left, value right throughout"][1]]  # type: ignore[misc]
    rows[5] = ["案例概要和创新之处", xml(inner + "<w:p/>")]
    assert values(form(TITLE, rows))["案例概要和创新之处"] == "甲段\n乙段"  # type: ignore[arg-type]


# --- what is no form --------------------------------------------------------------------------


def test_a_case_text_with_a_few_labels_at_its_top_is_no_form() -> None:
    assert (
        form(
            Styled("红色引擎", "Title"),
            "申报单位：某某市公路中心",
            "联系人：张三",
            "一、背景介绍",
            "正文" * 100,
            "二、主要做法",
            [["单位名称", "类型", "数量"], ["甲", "乙", "3"]],
        )
        is None
    )


def test_a_sentence_about_the_form_is_no_form() -> None:
    assert form("现报送案例征集申报表，请查收。", "联系人：张三，电话：13900000001") is None


def test_an_empty_document_is_no_form() -> None:
    assert form() is None


def test_the_notice_with_its_blank_form_gives_a_blank_form() -> None:
    record = form(
        "关于开展案例征集活动的通知",
        "报送办法：请将案例征集申报表（附件1）的电子版和加盖公章扫描件一并发送。",
        "联系人及电话：袁某某，18900000000",
        "附件1",
        TITLE,
        official(**BLANK),
        "附件2",
        "案例正文",
    )
    assert record is not None
    assert record.blank


# --- form and case text in one file -----------------------------------------------------------

TEXT: list[Block] = [
    "附件2",
    "案例正文",
    "红色引擎",
    "某某市公路中心",
    "一、背景介绍",
    "背景内容。",
    "二、主要做法",
    "联系人：这一行是正文里的话。",
    "三、工作成效",
    "成效内容。",
]
LINES: list[Block] = LAYOUTS["plain lines"]


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_form_does_not_swallow_the_case_text_beside_it(table: bool, first: bool) -> None:
    part: list[Block] = ["附件1", TITLE, OFFICIAL] if table else ["附件1", *LINES[:7]]
    blocks = [*part, *TEXT] if first else [*TEXT, *part]
    assert values(form(*blocks)) == FILLED


def test_a_form_of_lines_ends_before_the_title_of_the_case_text() -> None:
    record = form(
        *LINES[:7], "红色引擎", "某某市公路中心", "一、背景介绍", "背景内容。", "二、主要做法"
    )
    assert values(record) == FILLED


# --- another campaign -------------------------------------------------------------------------


def test_another_campaign_is_read_by_its_own_labels() -> None:
    data = CAMPAIGN.model_dump()
    data["form"] = {
        "titles": ["志愿者报名表"],
        "fields": [
            {"name": "姓名", "key": "title", "aliases": ["名字"]},
            {"name": "学校", "key": "unit"},
            {"name": "时段", "key": "slot", "kind": "choice", "options": ["上午", "下午", "全天"]},
            {"name": "自我介绍", "key": "summary", "limit": 50, "hints": ["50字以内"]},
        ],
    }
    other = Campaign.model_validate(data)
    rows = [
        ["姓  名", "李四"],
        ["学校", "某大学"],
        ["时段", "□上午 ☑下午 □全天"],
        ["自我介绍（50字以内）", "我喜欢帮忙。"],
    ]
    record = form("志愿者报名表", rows, campaign=other)
    assert record is not None
    assert {name: field.value for name, field in record.fields.items()} == {
        "姓名": "李四",
        "学校": "某大学",
        "时段": "下午",
        "自我介绍": "我喜欢帮忙。",
    }
    assert form(TITLE, OFFICIAL, campaign=other) is None


# --- odd tables -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        [["单位联系人", "张三"], ["办公电话", "13900000001"]],
        [["联系人姓名及职务", "张三"], ["电话（必填）", "13900000001"]],
        [["联系人", "（填写姓名）", "张三"], ["电话", "请填写手机号", "13900000001"]],
        [["联系人", "张三", "职务", "科长"], ["邮箱", "a@b.cn", "手机", "13900000001"]],
        [["联系人", "张三"], ["电话", "：", "13900000001"]],
        [["联系人", "电话"], ["张三", "13900000001"]],
        [["联系人", "职务", "电话"], ["张三", "科长", "13900000001"]],
        [["姓名", "职务", "联系人", "张三"], ["手\n机", "13900000001"]],
    ],
)
def test_odd_rows_give_contact_and_telephone(rows: list[list[str]]) -> None:
    width = max(len(row) for row in rows)
    head = [
        ["案例名称", "红色引擎"],
        ["申报单位", "某某市公路中心"],
        ["申报类型（请在□内打“√”）", "☑行业党建 □行业思政（请在相应方框内打√）"],
    ]
    tail = [["案例概要和创新之处", SUMMARY]]
    table = [row + ["<<"] * (width - len(row)) for row in [*head, *rows, *tail]]
    assert values(form(TITLE, table)) == FILLED


def test_a_hint_in_a_row_of_its_own_is_passed_over() -> None:
    rows = [
        *OFFICIAL[:4],
        ["案例概要和创新之处", *["<<"] * 3],
        ["（500字以内）", *["<<"] * 3],
        [SUMMARY, *["<<"] * 3],
    ]
    assert values(form(TITLE, rows)) == FILLED


@pytest.mark.parametrize(
    ("written", "name", "number"),
    [
        ("张三 13900000001", "张三", "13900000001"),
        ("13900000001张三丰", "张三丰", "13900000001"),
        ("张三：13900000001", "张三", "13900000001"),
        ("13900000001（张三）", "张三", "13900000001"),
        ("张三\n13900000001", "张三", "13900000001"),
        ("张三主任 13900000001、0515-81234567", "张三主任", "13900000001、0515-81234567"),
        ("张三 手机13900000001", "张三", "手机13900000001"),
        ("张三 13900000001 李四 13900000002", "张三、李四", "13900000001 13900000002"),
    ],
)
def test_a_name_beside_the_number_is_the_contact(written: str, name: str, number: str) -> None:
    found = values(form(TITLE, official(contact="", phone=written)))
    assert (found["联系人"], found["电话"]) == (name, number)


@pytest.mark.parametrize(
    "written",
    [
        "13900000001",
        "手机：13900000001",
        "13900000001（微信同号）",
        "办公室 0515-81234567",
        "81234567转8001",
        "张三",
        "13900000001 详见附件内的通讯录一览表",
        "13900000001，详见附件",
    ],
)
def test_what_else_stands_beside_a_number_is_nobodys_name(written: str) -> None:
    found = values(form(TITLE, official(contact="", phone=written)))
    assert (found["联系人"], found["电话"]) == (None, written)


def test_a_contact_of_its_own_leaves_the_number_as_written() -> None:
    found = values(form(TITLE, official(contact="李四", phone="张三 13900000001")))
    assert (found["联系人"], found["电话"]) == ("李四", "张三 13900000001")


LIST_HEAD = ["序号", "案例名称", "申报单位", "申报类型", "联系人", "电话", "案例概要"]
LISTED = [
    ["1", "红色引擎", "某某市公路中心", "行业党建", "张三", "13900000001", SUMMARY],
    ["2", "蓝色航标", "某某市港航中心", "行业思政", "李四", "13900000002", SUMMARY],
    ["3", "绿色通道", "某某市路政支队", "", "王五", "", SUMMARY],
]


@pytest.mark.parametrize("cases", [1, 2, 3])
def test_a_list_of_several_cases_is_put_before_a_person(cases: int) -> None:
    record = form(TITLE, [LIST_HEAD, *LISTED[:cases]])
    assert values(record) == FILLED
    assert record is not None
    assert [f"列有{cases}个" in doubt for doubt in record.doubts] == [True] * (cases > 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_layout_of_one_case_looks_like_several(layout: str) -> None:
    record = form(*LAYOUTS[layout])
    assert record is not None
    assert record.doubts == ()


def test_a_second_person_to_call_is_no_second_case() -> None:
    table = [
        *OFFICIAL[:3],
        ["联系人", "<<", "电话", "<<"],
        ["张三", "<<", "13900000001", "<<"],
        ["李四", "<<", "13900000002", "<<"],
        *OFFICIAL[4:],
    ]
    record = form(TITLE, table)
    assert record is not None
    assert record.doubts == ()


def test_an_empty_contact_is_not_filled_from_the_next_label() -> None:
    rows = [
        *OFFICIAL[:3],
        ["联系人", "", "职务", "科长"],
        ["电话", "13900000001", "<<", "<<"],
        *OFFICIAL[4:],
    ]
    assert values(form(TITLE, rows)) == {**FILLED, "联系人": None}


def test_two_telephone_labels_keep_the_first_that_says_something() -> None:
    rows = [*OFFICIAL, ["手机", "13911111111", "<<", "<<"]]
    assert values(form(TITLE, rows)) == FILLED


def test_labels_at_the_head_of_a_case_text_are_no_form() -> None:
    text = ["一、背景介绍", "背景内容。", "二、主要做法", "做法内容。"]
    lines = [
        "案例名称：红色引擎",
        "申报单位：某局",
        "申报类型：行业党建",
        "联系人：张三",
        "电话：13900000001",
    ]
    assert form(*lines, *text) is None
    assert form([line.split("：") for line in lines], *text) is None


@pytest.mark.parametrize(
    "text", ["（" * 3000, "案例名称" + " " * 3000, "1" * 3000, "□√" * 3000, "\n" * 3000]
)
def test_senseless_text_is_read_without_sense(text: str) -> None:
    record = form(TITLE, official(title=text, type=text))
    assert record is not None
    assert record.fields["电话"].value == "13900000001"
