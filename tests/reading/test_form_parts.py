"""A field that asks for two things, typed in rows of their own, is one answer in the order of the rows."""

from __future__ import annotations

import pytest

from tests.reading.test_form import CAMPAIGN, OFFICIAL, TITLE, form, values
from tests.word_files import Block

FIELD = "案例概要和创新之处"
HEAD = OFFICIAL[:4]
FIRST, SECOND = "概" * 300, "新" * 250


def summary(*blocks: Block) -> tuple[str | None, int]:
    record = form(*blocks)
    assert record is not None
    return record.fields[FIELD].value, record.fields[FIELD].count


def rows(*pairs: tuple[str, str]) -> list[Block]:
    return [TITLE, [*HEAD, *([label, text, "<<", "<<"] for label, text in pairs)]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("案例概要", "创新之处"),
        ("案例概要（500字以内）", "创新之处（500字以内）"),
        ("一、案例概要：", "二、创新之处："),
        ("案例\n概要", "创新\n之处"),
        ("案例简介", "创新之处"),
        ("概要", "创新点"),
    ],
)
def test_both_rows_are_read_and_counted(first: str, second: str) -> None:
    assert summary(*rows((first, FIRST), (second, SECOND))) == (f"{FIRST}\n{SECOND}", 550)


def test_in_the_order_of_the_rows() -> None:
    assert summary(*rows(("创新之处", SECOND), ("案例概要", FIRST)))[0] == f"{SECOND}\n{FIRST}"


def test_answers_under_their_labels_and_in_their_cells() -> None:
    below: list[list[str]] = [
        *HEAD,
        ["案例概要", "<<", "<<", "<<"],
        [FIRST, "<<", "<<", "<<"],
        ["创新之处", "<<", "<<", "<<"],
        [SECOND, "<<", "<<", "<<"],
    ]
    within: list[list[str]] = [
        *HEAD,
        [f"案例概要：{FIRST}", "<<", "<<", "<<"],
        [f"创新之处\n{SECOND}", "<<", "<<", "<<"],
    ]
    for table in (below, within):
        assert summary(TITLE, table) == (f"{FIRST}\n{SECOND}", 550)


def test_parts_beside_a_label_for_both() -> None:
    table = [*HEAD, [FIELD, "案例概要", FIRST, "<<"], ["^^", "创新之处", SECOND, "<<"]]
    assert summary(TITLE, table) == (f"{FIRST}\n{SECOND}", 550)


def test_one_row_left_empty_leaves_the_other() -> None:
    assert summary(*rows(("案例概要", ""), ("创新之处", SECOND))) == (SECOND, 250)
    assert summary(*rows(("案例概要", FIRST), ("创新之处", ""))) == (FIRST, 300)


def test_a_form_of_lines() -> None:
    lines = [
        "案例名称：红色引擎",
        "申报单位：某局",
        f"案例概要：{FIRST}",
        f"创新之处：{SECOND}",
        "申报单位意见：",
    ]
    assert summary(TITLE, *lines) == (f"{FIRST}\n{SECOND}", 550)


def test_a_sub_heading_of_the_senders_own_is_part_of_the_answer() -> None:
    text = f"{FIRST}\n创新之处：{SECOND}"
    assert summary(*rows((FIELD, text))) == (text, 555)
    lines = ["案例名称：红色引擎", "申报单位：某局", f"{FIELD}：{FIRST}", f"创新之处：{SECOND}"]
    assert summary(TITLE, *lines) == (text, 555)


def test_the_same_row_in_a_second_copy_of_the_form_is_not_added() -> None:
    twice = rows(("案例概要", FIRST), ("创新之处", SECOND))
    assert summary(*twice, *twice)[1] == 550
    assert summary(*rows((FIELD, FIRST)), *rows(("案例概要", FIRST)))[1] == 300


def test_what_another_field_is_called_is_no_part() -> None:
    data = CAMPAIGN.model_dump()
    data["form"]["fields"][1]["aliases"] = ["单位和联系人", "单位全称和简称"]
    campaign = type(CAMPAIGN).model_validate(data)
    table = [*HEAD[:1], ["单位全称", "某某市公路中心"], ["简称", "公路中心"], ["联系人", "张三"]]
    found = values(form(TITLE, table, campaign=campaign))
    assert found["申报单位"] == "某某市公路中心 公路中心"
    assert found["联系人"] == "张三"
