"""A mistake in a letter template is found when it is loaded, with file and line, never at sending."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign
from inbox_ingest.errors import CampaignError
from inbox_ingest.replies.samples import sample_letters
from inbox_ingest.replies.templates import KINDS, LetterTemplates, TemplateFailed, load_templates
from tests.replies.values import CAMPAIGN, TEMPLATES


def load(folder: Path, campaign: Campaign = CAMPAIGN, **templates: str | bytes) -> LetterTemplates:
    replies = folder / "replies"
    replies.mkdir(exist_ok=True)
    for name, text in templates.items():
        content = text if isinstance(text, bytes) else text.encode()
        (replies / f"{name}.txt.j2").write_bytes(content)
    return load_templates(folder / "campaign.toml", campaign)


def test_a_campaign_without_templates_uses_the_shipped_ones(tmp_path: Path) -> None:
    letter = next(iter(sample_letters(CAMPAIGN)))
    ours = load_templates(tmp_path / "campaign.toml", CAMPAIGN)
    assert ours.render("missing", letter, CAMPAIGN) == TEMPLATES.render("missing", letter, CAMPAIGN)


def test_one_part_can_be_changed_alone(tmp_path: Path) -> None:
    templates = load(tmp_path, closing="此致敬礼\n{{ campaign.organiser }}\n")
    letter = next(iter(sample_letters(CAMPAIGN)))
    assert templates.render("missing", letter, CAMPAIGN).endswith(
        f"此致敬礼\n{CAMPAIGN.organiser}\n"
    )


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("missing", "您好\n{% if letter.open %}\n", "missing.txt.j2 第2行", "语法"),
        ("missing", "您好\n\n{{ letter.deadlin }}\n", "missing.txt.j2 第3行", "deadlin"),
        ("receipt", "{% include 'nowhere.txt.j2' %}", "receipt.txt.j2 第1行", "nowhere.txt.j2"),
        ("case", "一\n{{ case.points[99].text }}", "case.txt.j2 第2行", "没有的名称"),
        ("closing", "{{ 1 / 0 }}", "closing.txt.j2 第1行", "ZeroDivisionError"),
        ("reminder", "  \n{# nothing #}\n", "reminder.txt.j2", "空的"),
        ("receipt", "{% for i in range(90000) %}长{% endfor %}", "receipt.txt.j2", "超过"),
        ("receipt", b"\xc4\xe3\xba\xc3", "receipt.txt.j2", "UTF-8"),
        (
            "receipt",
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            "receipt.txt.j2 第1行",
            "SecurityError",
        ),
        # Reached by an incomplete case alone: every branch is tried.
        ("case", "{% if case.points %}\n{{ oops }}{% endif %}x", "case.txt.j2 第2行", "oops"),
        # Reached after the window alone.
        ("missing", "好{% if not letter.open %}{{ oops }}{% endif %}", "第1行", "oops"),
    ],
)
def test_mistakes_are_named_with_their_place_at_load(
    tmp_path: Path, name: str, text: str | bytes, place: str, words: str
) -> None:
    with pytest.raises(CampaignError) as caught:
        load(tmp_path, **{name: text})
    assert place in caught.value.message
    assert words in caught.value.message


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(CampaignError) as caught:
        load(tmp_path, receipt="{{ one }}", reminder="{{ two }}")
    assert {mistake.key for mistake in caught.value.mistakes} == {
        "receipt.txt.j2 第1行",
        "reminder.txt.j2 第1行",
    }


def test_a_template_that_fails_on_a_real_letter_says_so_and_nothing_else(tmp_path: Path) -> None:
    """The sample unit is spared, the real one is not: no trial can find everything."""
    templates = load(
        tmp_path, receipt="{% if letter.unit == '真实单位' %}{{ 1 / 0 }}{% endif %}您好"
    )
    letter = next(iter(sample_letters(CAMPAIGN))).model_copy(update={"unit": "真实单位"})
    with pytest.raises(TemplateFailed):
        templates.render("receipt", letter, CAMPAIGN)


NEVER_ENDING = {
    "nested loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}好",
    "a giant text": "{{ 'x' * 3000000000 }}",
    "a giant text at run time": "{{ letter.deadline * 3000000000 }}",
    "a giant output": "{% for a in range(9999) %}{{ 'x' * 100000 }}{% endfor %}",
    "a giant width": "{{ '%3000000000d' % 1 }}",
    "a doubling text": "{% set n = namespace(s='x') %}"
    "{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}好",
    "a giant number": "{{ 9 ** (9 ** 9) }}",
    "branching without end": "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "including itself": "{% include 'receipt.txt.j2' %}",
    "nesting too deep to compile": "{% for a in [1] %}" * 30 + "好" + "{% endfor %}" * 30,
}


@pytest.mark.parametrize("text", NEVER_ENDING.values(), ids=NEVER_ENDING.keys())
def test_a_template_that_would_never_end_is_stopped_at_load(tmp_path: Path, text: str) -> None:
    """The test ends at all: that is what is shown. An unbounded one would hold the pass for ever."""
    with pytest.raises(CampaignError) as caught:
        load(tmp_path, receipt=text)
    assert "receipt.txt.j2" in caught.value.message
    assert not caught.value.message.isascii()


@pytest.mark.parametrize("text", list(NEVER_ENDING.values())[:-1], ids=list(NEVER_ENDING)[:-1])
def test_one_that_never_ends_on_a_real_letter_alone_fails_that_letter(
    tmp_path: Path, text: str
) -> None:
    other = "{% if letter.unit == '真实单位' %}{% include 'other.txt.j2' %}{% endif %}好"
    sample = next(iter(sample_letters(CAMPAIGN)))
    templates = load(tmp_path, receipt=other, other=text)
    assert templates.render("receipt", sample, CAMPAIGN) == "好\n"
    with pytest.raises(TemplateFailed):
        templates.render("receipt", sample.model_copy(update={"unit": "真实单位"}), CAMPAIGN)
    assert templates.render("receipt", sample, CAMPAIGN) == "好\n"


def test_samples_reach_every_issue_a_sender_can_hear_of() -> None:
    said = {
        code
        for letter in sample_letters(CAMPAIGN)
        for case in letter.cases
        for point in (*case.points, *case.remarks)
        for code in point.codes
    }
    expected = {code for code, rule in CAMPAIGN.issues.items() if rule.audience == "sender"}
    assert {code.value for code in said} | {"form-missing"} == {code.value for code in expected}


def test_letters_are_tidy() -> None:
    for letter in sample_letters(CAMPAIGN):
        for kind in KINDS:
            text = TEMPLATES.render(kind, letter, CAMPAIGN)
            assert "\n\n\n" not in text
            assert not any(line != line.rstrip() for line in text.split("\n"))
            assert text.endswith("\n")
            assert "None" not in text
            assert "。。" not in text
    assert shipped_campaign().is_file()
