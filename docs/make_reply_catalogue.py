"""Write docs/replies.md: every sentence that a sender may be told, and every letter, as rendered.

    .venv/bin/python docs/make_reply_catalogue.py          writes the file
    .venv/bin/python docs/make_reply_catalogue.py --check  says whether it is up to date

Made for reading by eye: whoever edits an issue text or a letter template runs this and reads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.records import IssueCode
from inbox_ingest.replies.letter import Letter
from inbox_ingest.replies.points import points_of
from inbox_ingest.replies.samples import sample_block, sample_issue, sample_letter
from inbox_ingest.replies.templates import LetterTemplates, load_templates

_WEIGHT = {
    ("sender", "error"): "须补正",
    ("sender", "warning"): "提示",
    ("organiser", "error"): "须处理",
    ("organiser", "warning"): "请核对",
}
PAGE = Path(__file__).with_name("replies.md")


def page() -> str:
    """The whole page as text."""
    campaign = load_campaign(shipped_campaign())
    templates = load_templates(shipped_campaign(), campaign)
    lines = [
        "# 答复一览",
        "",
        "本页由 `docs/make_reply_catalogue.py` 生成，列出程序可能写给投稿单位的每一句话和每一种信。",
        "单位、人名、文件均为虚构。措辞在 `rules/issues.toml` 和 `rules/<活动>/replies/*.txt.j2` 中修改，",
        "活动文件的 `[issues.代码]` 可单独改写某一条。改完请重新生成本页，通读一遍语气。",
        "",
        "## 每个问题怎么说",
        "",
        *_sentences(campaign, "sender"),
        "同一类问题有多处时合并为一句；空白模板与缺少申报表只说一次。",
        "",
        "## 只告诉工作人员的问题",
        "",
        "下列问题在任何情况下都不写进给投稿单位的信。",
        "",
        *_sentences(campaign, "organiser"),
        "## 完整的信",
        "",
    ]
    for title, kind, letter in _letters(campaign):
        lines += [
            f"### {title}",
            "",
            "```text",
            _rendered(templates, kind, letter, campaign),
            "```",
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sentences(campaign: Campaign, audience: str) -> Iterator[str]:
    yield "| 代码 | 轻重 | 说法 |"
    yield "|---|---|---|"
    for code in IssueCode:
        rule = campaign.issues[code]
        if rule.audience != audience:
            continue
        issue = sample_issue(code, campaign)
        points = points_of([issue], campaign)
        text = points[0].sentence if points else issue.text
        yield f"| `{code}` | {_WEIGHT[rule.audience, rule.severity]} | {text} |"
    yield ""


def _rendered(templates: LetterTemplates, kind: str, letter: Letter, campaign: Campaign) -> str:
    return templates.render(kind, letter, campaign).rstrip("\n")


def _letters(campaign: Campaign) -> Iterator[tuple[str, str, Letter]]:
    missing = sample_block(
        campaign,
        IssueCode.SCAN_MISSING,
        IssueCode.BODY_TOO_LONG,
        IssueCode.PHONE_INVALID,
        files=(0, 2),
    )
    complete = sample_block(campaign)
    other = sample_block(campaign, number=2, title="流动党员驿站建设实践")
    review = sample_block(campaign, IssueCode.SEAL_UNVERIFIED)
    still = sample_block(campaign, IssueCode.BODY_TOO_LONG, files=(1,), supplement=True)
    blank = sample_block(campaign, IssueCode.FORM_MISSING, IssueCode.TEMPLATE_BLANK, files=())
    yield "材料不全（missing）", "missing", sample_letter(missing)
    yield "补充之后仍不全（missing）", "missing", sample_letter(still)
    yield "寄来空白模板，单位和联系人未知（missing）", "missing", sample_letter(blank, bare=True)
    yield "一位发件人的两个案例，一全一缺（missing）", "missing", sample_letter(other, missing)
    yield "截止之后仍不全（missing）", "missing", sample_letter(missing, still_open=False)
    yield "材料齐全（receipt）", "receipt", sample_letter(complete)
    yield "收到，待人工核对（receipt）", "receipt", sample_letter(review)
    yield "截止前提醒（reminder）", "reminder", sample_letter(missing)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with what would be written."""
    text = page()
    if "--check" in arguments:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
