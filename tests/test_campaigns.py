"""Campaign files: all that a call fixes is data, and another call is another file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import FormField, load_campaign
from inbox_ingest.errors import CampaignError
from inbox_ingest.records import IssueCode
from inbox_ingest.reports.campaign import campaign_lines

SHIPPED = load_campaign(shipped_campaign())
OTHER = Path(__file__).parent / "campaigns" / "2026-duanpian" / "campaign.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")


# --- what the notice fixes --------------------------------------------------------------------


def test_the_shipped_campaign_says_what_the_notice_says() -> None:
    window = SHIPPED.window
    assert window.starts_at() == datetime(2025, 4, 10, tzinfo=SHANGHAI)
    assert str(window.opens) == "2025-04-11"
    assert window.ends_at() == datetime(2025, 7, 1, tzinfo=SHANGHAI)
    assert SHIPPED.mailbox == "jtzyh2007@126.com"
    required = [field.name for field in SHIPPED.form.fields if field.required]
    assert required == ["案例名称", "申报单位", "申报类型", "联系人", "电话", "案例概要和创新之处"]
    kind = SHIPPED.form.by_key("type")
    assert kind is not None
    assert kind.options == ("行业党建", "行业思政")
    summary = SHIPPED.form.by_key("summary")
    assert summary is not None
    assert summary.limit == 500
    assert SHIPPED.text.limit == 3000
    assert SHIPPED.text.abstract_limit == 500
    names = [section.name for section in SHIPPED.text.sections]
    assert names == ["背景介绍", "主要做法", "工作成效", "经验总结", "附录"]
    assert [section.name for section in SHIPPED.text.sections if section.appendix] == ["附录"]
    assert [document.role for document in SHIPPED.documents] == ["form", "form_scan", "case_text"]


def test_every_issue_code_has_audience_severity_and_words() -> None:
    assert set(SHIPPED.issues) == set(IssueCode)
    for code, rule in SHIPPED.issues.items():
        if rule.audience == "sender":
            assert rule.advice, f"{code} tells the sender nothing to do"


@pytest.mark.parametrize(
    "code", [code for code in IssueCode if SHIPPED.issues[code].audience == "organiser"]
)
def test_what_only_the_organiser_is_told_no_campaign_tells_a_sender(
    tmp_path: Path, code: IssueCode
) -> None:
    """Contract §6: `reader-missing` and its like would blame senders for what we could not do."""
    path = tmp_path / "campaign.toml"
    shipped = shipped_campaign().read_text(encoding="utf-8")
    path.write_text(f'{shipped}\n[issues.{code}]\naudience = "sender"\n', encoding="utf-8")
    with pytest.raises(CampaignError, match=rf"issues\.{code}\.audience") as refused:
        load_campaign(path)
    assert "只告诉工作人员" in str(refused.value)


def test_a_campaign_may_keep_a_finding_from_the_senders(tmp_path: Path) -> None:
    path = tmp_path / "campaign.toml"
    shipped = shipped_campaign().read_text(encoding="utf-8")
    words = f'{shipped}\n[issues.seal-missing]\naudience = "organiser"\n'
    path.write_text(words, encoding="utf-8")
    assert load_campaign(path).issues[IssueCode.SEAL_MISSING].audience == "organiser"


def test_another_campaign_is_another_file() -> None:
    campaign = load_campaign(OTHER)
    assert not campaign.requires("form_scan")
    assert [section.name for section in campaign.text.sections] == ["创意来源", "拍摄过程"]
    assert campaign.numbers.number(7) == "短片7"
    assert campaign.form.by_key("phone") is None
    assert campaign.issues[IssueCode.FORM_MISSING].text == "未收到作品登记表"
    assert campaign.issues[IssueCode.FORM_MISSING].severity == "error"  # what is not said stays
    assert campaign.issues[IssueCode.PHONE_INVALID].severity == "error"
    assert campaign.issues[IssueCode.SCAN_MISSING] == SHIPPED.issues[IssueCode.SCAN_MISSING]
    assert campaign.sha256 != SHIPPED.sha256


def test_a_campaign_can_be_read_back_by_a_person() -> None:
    shown = "\n".join(line.text for line in campaign_lines(load_campaign(OTHER), OTHER))
    assert "2026-03-01 至 2026-03-31 24:00（Asia/Urumqi）" in shown
    assert "申报表、案例正文" in shown
    assert "纪实 / 微电影 / 动画" in shown
    assert "短片1、短片2" in shown


# --- the file and its rules ---------------------------------------------------------------------


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="文件不存在"):
        load_campaign(tmp_path / "no.toml")
    with pytest.raises(CampaignError, match="文件夹"):
        load_campaign(tmp_path)
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('title = "征集"'.encode("gb18030"))
    with pytest.raises(CampaignError, match="UTF-8"):
        load_campaign(gbk)


@pytest.mark.parametrize("key", ["text", "advice"])
@pytest.mark.parametrize("wording", ["{who}字", "{measured:,}字"])
def test_words_with_places_that_cannot_be_filled_are_refused_with_their_place(
    tmp_path: Path, key: str, wording: str
) -> None:
    path = tmp_path / "campaign.toml"
    shipped = shipped_campaign().read_text(encoding="utf-8")
    path.write_text(f'{shipped}\n[issues.scan-missing]\n{key} = "{wording}"\n', encoding="utf-8")
    with pytest.raises(CampaignError, match=rf"issues\.scan-missing\.{key}：.*占位符"):
        load_campaign(path)


def test_a_choice_needs_something_to_choose_from() -> None:
    with pytest.raises(ValueError, match="至少两项"):
        FormField(name="类型", key="type", kind="choice")
