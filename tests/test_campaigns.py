"""Campaign files: all that a call fixes is data, and every mistake in the data is told at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.campaign_files import campaign_sha256, shipped_campaign
from inbox_ingest.campaigns import CaseNumbers, FormField, IssueRule, Window, load_campaign
from inbox_ingest.errors import CampaignError, ExitCode, as_written
from inbox_ingest.records import IssueCode
from inbox_ingest.reports.campaign import campaign_lines

SHIPPED = load_campaign(shipped_campaign())
OTHER = Path(__file__).parent / "campaigns" / "2026-duanpian" / "campaign.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def mistakes(tmp_path: Path, text: str) -> dict[str, str]:
    """Key → what was expected, of a campaign file with this text."""
    path = tmp_path / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CampaignError) as caught:
        load_campaign(path)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert str(path) in caught.value.message
    return {mistake.key: str(mistake) for mistake in caught.value.mistakes}


def shipped_with(old: str, new: str) -> str:
    text = shipped_campaign().read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


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


# --- mistakes ---------------------------------------------------------------------------------


def test_every_mistake_is_told_at_once_each_under_its_key(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        """
        id = "Bad Id"
        title = ""
        organiser = 3
        contcats = []
        [window]
        collect_from = 2025-05-01
        opens = 2025-04-01
        closes = 2025-06-30
        timezone = "Mars/Base"
        [form]
        titles = []
        [[form.fields]]
        name = "案例名称"
        key = "Title"
        [[form.fields]]
        name = "类型"
        key = "type"
        kind = "choice"
        options = ["一"]
        limit = 0
        [text]
        limit = -3
        ordered = 7
        [[text.sections]]
        name = "背景"
        alias = ["x"]
        [[documents]]
        role = "stamp"
        issue = "form-missing"
        [numbers]
        pattern = "DJ{number}"
        [replies]
        mode = "maybe"
        [issues.no-such-code]
        text = "x"
        [issues.form-missing]
        text = "{who}未收到"
        audience = "everybody"
        [issues.scan-missing]
        advice = "{field"
        """,
    )
    assert set(found) == {
        "id",
        "title",
        "organiser",
        "contcats",
        "window.closes",
        "window.timezone",
        "form.titles",
        "form.fields[1].key",
        "form.fields[2].options",
        "form.fields[2].limit",
        "text.limit",
        "text.ordered",
        "text.sections[1].alias",
        "documents[1].role",
        "numbers.pattern",
        "replies.mode",
        "issues.no-such-code",
        "issues.form-missing.text",
        "issues.form-missing.audience",
        "issues.scan-missing.advice",
    }
    assert "小写字母" in found["id"]
    assert '"Bad Id"' in found["id"]
    assert "hold、auto、off" in found["replies.mode"]
    assert "{who}" in found["issues.form-missing.text"]


def test_an_empty_file_lacks_everything_it_must_have(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "")
    assert {"id", "title", "organiser", "window", "form", "documents"} <= set(found)
    assert all("缺少" in text for text in found.values())


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('key = "unit"', 'key = "title"', "form", "title"),
        ('aliases = ["背景"', 'aliases = ["主要 做法"', "text", "主要做法"),
        ('role = "form_scan"', 'role = "form"', "整个文件", "role"),
        ("closes = 2025-06-30", "closes = 2025-01-01", "window.closes", "≤"),
        (
            'kind = "phone"',
            'kind = "phone"\noptions = ["a", "b"]',
            "form.fields[5].options",
            "choice",
        ),
        ('pattern = "DJ{sequence:03d}"', 'pattern = "DJ"', "numbers.pattern", "{sequence}"),
        ('pattern = "DJ{sequence:03d}"', 'pattern = "DJ/{sequence}"', "numbers.pattern", "字母"),
        ("limit = 500", 'limit = "五百"', "form.fields[6].limit", "整数"),
        ("opens = 2025-04-11", "opens = 2025-04-11T08:00:00", "window.opens", "不带时刻"),
    ],
)
def test_a_single_mistake_is_found_and_explained(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    found = mistakes(tmp_path, shipped_with(old, new))
    assert set(found) == {key}
    assert said in found[key]


def test_a_syntax_mistake_names_the_line(tmp_path: Path) -> None:
    (text,) = mistakes(tmp_path, 'id = "x"\ntitle = 征集\n').values()
    assert "第 2 行" in text


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="文件不存在"):
        load_campaign(tmp_path / "no.toml")
    with pytest.raises(CampaignError, match="文件夹"):
        load_campaign(tmp_path)
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('title = "征集"'.encode("gb18030"))
    with pytest.raises(CampaignError, match="UTF-8"):
        load_campaign(gbk)


def test_values_are_shown_as_they_were_written() -> None:
    assert as_written(True) == "true"
    assert as_written("征集") == '"征集"'
    assert as_written(["a", 1]) == '["a", 1]'
    assert as_written({"name": "背景"}) == '{name = "背景"}'
    assert as_written(datetime(2025, 4, 1, 8)) == "2025-04-01T08:00:00"
    assert len(as_written("长" * 100)) <= 60


@pytest.mark.parametrize("text", ["{who}", "{field", "field}", "{}", "{0}"])
def test_placeholders_that_nobody_fills_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"占位符|花括号"):
        IssueRule(audience="sender", severity="error", text=text)


def test_known_placeholders_and_doubled_braces_are_accepted() -> None:
    rule = IssueRule(
        audience="sender", severity="error", text="{field}{measured}{limit}{expires}{detail}{{x}}"
    )
    assert rule.text.format(field="正文", measured=1, limit=2, expires="", detail="") == "正文12{x}"


def test_a_choice_needs_something_to_choose_from() -> None:
    with pytest.raises(ValueError, match="至少两项"):
        FormField(name="类型", key="type", kind="choice")


# --- the window -------------------------------------------------------------------------------

WINDOW = Window(collect_from="2025-04-10", opens="2025-04-11", closes="2025-06-30")  # type: ignore[arg-type]


def test_the_last_day_counts_to_its_end_and_no_further() -> None:
    end = WINDOW.ends_at()
    assert end - timedelta(seconds=1) == datetime(2025, 6, 30, 23, 59, 59, tzinfo=SHANGHAI)
    assert end.astimezone(UTC) == datetime(2025, 6, 30, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2025, 6, 29, 23, 59, tzinfo=SHANGHAI), 1),
        (datetime(2025, 6, 30, 0, 0, tzinfo=SHANGHAI), 0),
        (datetime(2025, 6, 30, 23, 59, tzinfo=SHANGHAI), 0),
        (datetime(2025, 7, 1, 0, 0, tzinfo=SHANGHAI), -1),
        (datetime(2025, 6, 30, 16, 0, tzinfo=UTC), -1),  # already 1 July in Shanghai
    ],
)
def test_days_left_are_days_of_the_campaigns_zone(now: datetime, days: int) -> None:
    assert WINDOW.days_left(now) == days


# --- case numbers -----------------------------------------------------------------------------

NUMBERS = CaseNumbers(pattern="DJ{sequence:03d}")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("关于DJ012的补充", ("DJ012",)),
        ("DJ012、DJ003，DJ012", ("DJ012", "DJ003")),
        ("回复：[DJ1234]", ("DJ1234",)),
        ("ADJ012 DJ012B DJ12", ()),
        ("dj012 和 ＤＪ００３", ("DJ012", "DJ003")),
        ("", ()),
    ],
)
def test_numbers_are_found_in_what_people_write(text: str, quoted: tuple[str, ...]) -> None:
    assert NUMBERS.quoted_in(text) == quoted


@given(
    st.integers(1, 10**6),
    st.sampled_from(["DJ{sequence:03d}", "{sequence:04d}", "短片{sequence}", "A-{sequence}"]),
)
def test_a_number_quoted_between_words_is_found(sequence: int, pattern: str) -> None:
    numbers = CaseNumbers(pattern=pattern)
    number = numbers.number(sequence)
    assert numbers.quoted_in(f"您好（{number}），请查收") == (number,)


# --- the hash ---------------------------------------------------------------------------------


def test_the_hash_moves_with_the_file_and_with_nothing_else(tmp_path: Path) -> None:
    copy = tmp_path / "campaign.toml"
    copy.write_bytes(shipped_campaign().read_bytes())
    assert campaign_sha256(copy) == SHIPPED.sha256
    copy.write_bytes(copy.read_bytes() + b"\n# seen\n")
    assert campaign_sha256(copy) != SHIPPED.sha256
