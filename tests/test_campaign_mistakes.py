"""Mistakes in a campaign file: all are told at once, each in words and under its key."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.errors import CampaignError, ExitCode, as_written


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


def test_values_are_shown_as_they_were_written() -> None:
    assert as_written(True) == "true"
    assert as_written("征集") == '"征集"'
    assert as_written(["a", 1]) == '["a", 1]'
    assert as_written({"name": "背景"}) == '{name = "背景"}'
    assert as_written(datetime(2025, 4, 1, 8)) == "2025-04-01T08:00:00"
    assert len(as_written("长" * 100)) <= 60
