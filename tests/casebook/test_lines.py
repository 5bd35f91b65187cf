"""The JSON line of a case: the contract's keys, null where unknown, times in the campaign's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from inbox_ingest.campaigns import FormField
from inbox_ingest.casebook.lines import case_line
from inbox_ingest.records import Case, Evidence, FieldValue, IssueCode
from tests.casebook.mails import CAMPAIGN, MONDAY, text_record
from tests.casebook.making import case_of, issue

KEYS = [
    "case_no",
    "status",
    "title",
    "unit",
    "type",
    "contact",
    "phone",
    "summary",
    "summary_count",
    "body_count",
    "sections",
    "received_at",
    "updated_at",
    "senders",
    "revision",
    "documents",
    "issues",
]


def value(text: str | None, **more: Any) -> FieldValue:
    return FieldValue(value=text, evidence=Evidence(file=None, where="表1"), **more)


def with_values(**values: FieldValue) -> Case:
    case = case_of(1)
    return case.model_copy(update={"values": {**case.values, **values}})


def test_a_line_has_the_keys_of_the_contract_in_its_order() -> None:
    line = case_line(case_of(1, number="DJ001"), (issue(),), CAMPAIGN, 3)
    assert list(line) == KEYS
    assert (line["case_no"], line["status"], line["revision"]) == ("DJ001", "incomplete", 3)
    assert (line["title"], line["unit"], line["type"]) == ("案例1", "单位1", "行业党建")
    assert line["senders"] == ["unit1@126.com"]
    assert line["documents"][0] == {
        "role": "form",
        "filename": "申报表.docx",
        "size": 1000,
        "sha256": case_of(1).documents[0].attachment.sha256,
        "message_id": "<1@mail.example>",
        "container": None,
    }
    assert line["issues"] == [
        {
            "code": "scan-missing",
            "field": None,
            "audience": "sender",
            "severity": "error",
            "measured": None,
            "limit": None,
            "text": CAMPAIGN.issues[IssueCode.SCAN_MISSING].text,
        }
    ]


def test_what_is_unknown_is_null_and_never_an_empty_string() -> None:
    bare = Case(anchor="a", case_no=None, documents=(), values={})
    line = case_line(bare, (), CAMPAIGN)
    lists = {"sections", "senders", "documents", "issues"}
    assert {key for key in KEYS if line[key] is None} == set(KEYS) - lists - {"status"}
    assert all(line[key] == [] for key in lists)
    empty = case_line(with_values(电话=value(""), 案例概要和创新之处=value(None)), (), CAMPAIGN)
    assert (empty["phone"], empty["summary"], empty["summary_count"]) == (None, None, None)


def test_times_are_in_the_zone_of_the_campaign() -> None:
    case = case_of(1, received_at=datetime(2025, 6, 30, 15, 59, 59, tzinfo=UTC), updated_at=MONDAY)
    line = case_line(case, (), CAMPAIGN)
    assert line["received_at"] == "2025-06-30T23:59:59+08:00"
    assert line["updated_at"] == "2025-05-12T09:00:00+08:00"


def test_counts_come_from_summary_and_text() -> None:
    text = text_record(body_count=2987, sections=("主要做法", "背景介绍"))
    case = with_values(案例概要和创新之处=value("以党建带动服务", count=7))
    line = case_line(case.model_copy(update={"case_text": text}), (), CAMPAIGN)
    assert (line["summary"], line["summary_count"]) == ("以党建带动服务", 7)
    assert line["body_count"] == 2987
    assert line["sections"] == ["主要做法", "背景介绍"]


@pytest.mark.parametrize(
    ("ticked", "text", "expected"),
    [
        (("行业思政",), "行业思政", "行业思政"),
        (("行业党建", "行业思政"), None, None),
        (("行业党建", "行业思政"), "行业党建", None),
        ((), None, None),
        ((), "行业思政", "行业思政"),
        ((), "☐行业党建 ☐行业思政", None),
    ],
)
def test_the_type_is_the_one_option_that_was_chosen(
    ticked: tuple[str, ...], text: str | None, expected: str | None
) -> None:
    line = case_line(with_values(申报类型=value(text, ticked=ticked)), (), CAMPAIGN)
    assert line["type"] == expected


def test_fields_of_another_campaign_stand_under_their_names() -> None:
    own = FormField(name="通讯地址", key="address")
    form = CAMPAIGN.form.model_copy(update={"fields": (*CAMPAIGN.form.fields, own)})
    campaign = CAMPAIGN.model_copy(update={"form": form})
    line = case_line(with_values(通讯地址=value("七家湾96号")), (), campaign)
    assert line["fields"] == {"通讯地址": "七家湾96号"}
    assert case_line(case_of(1), (), campaign)["fields"] == {"通讯地址": None}
    assert "fields" not in case_line(case_of(1), (), CAMPAIGN)
