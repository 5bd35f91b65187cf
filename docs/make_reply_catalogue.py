"""Write docs/replies.md: every sentence that a sender may be told, and every letter, as rendered.

Also one mail as it goes over the wire, to whom it goes, and what a broken-off sending leads to.

    .venv/bin/python docs/make_reply_catalogue.py          writes the file
    .venv/bin/python docs/make_reply_catalogue.py --check  says whether it is up to date

Made for reading by eye: whoever edits an issue text or a letter template runs this and reads.
"""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.records import IssueCode
from inbox_ingest.replies.drafting import UNDELIVERABLE
from inbox_ingest.replies.etiquette import RULES
from inbox_ingest.replies.letter import Letter
from inbox_ingest.replies.outgoing import Envelope, build, message_id_for
from inbox_ingest.replies.points import points_of
from inbox_ingest.replies.samples import sample_block, sample_issue, sample_letter
from inbox_ingest.replies.templates import LetterTemplates, load_templates

_WEIGHT = {
    ("sender", "error"): "须补正",
    ("sender", "warning"): "提示",
    ("organiser", "error"): "须处理",
    ("organiser", "warning"): "请核对",
}
_SENDER = "shen@wangjiang.example.cn"
_WHOM = (
    "## 答复给谁",
    "",
    "- 答复带来最新材料的那封信的发件人（From）；活动文件写了 `to_form_email = true` 而申报表里有"
    "合规的电子邮箱时，答复那个邮箱。",
    "- 来信写了 Reply-To 的，只在它恰有一个合规地址、不是征集邮箱自己或不收回信的地址，"
    "并且符合下列之一时照办：这个地址自己为这件案例寄过材料；或者它与发件人同一域名，"
    "而该域名属于 gov.cn、edu.cn、ac.cn、mil.cn，这些域名只给机构，同域名的就是同事。",
    "- 别的域名，同一域名说明不了什么：qq.com、163.com 一类人人可以注册，而一个域名是单位自用还是对外"
    "开放邮箱，从名字上看不出，名单也列不全。`1@qq.com` 写 Reply-To `2@qq.com` 的，仍答复 `1@qq.com`，"
    "信是他寄的，他收得到；工作人员要寄往别处，可另行去信。",
    "- 一行信头谁都能写，所以 Reply-To 指向别处的一律不理，免得有人借我们的信打扰第三人。",
    "",
)
_KILLED = """## 发信中断之后

每封信在与服务器对话之前先记为“发送中”。程序被杀、断电、断线之后，下一次运行这样收场，
任何情况下都不会凭猜测再寄一次（`tests/replies/test_killed.py` 逐一演示）：

| 中断在 | 当时记为 | “已发送”怎么说 | 结果 |
|---|---|---|---|
| 连接或登录时 | 已批准 | 不必问 | 什么也没有发生，照常发送 |
| 正文交出之前 | 发送中 | 没有这封，而前后发出的答复都在 | 满十分钟后改回已批准，发送一次 |
| 同上 | 发送中 | 不能断定 | 满十分钟后记为发送失败，请人核对 |
| 正文交出之后，服务器答 250 之前 | 发送中 | 有这封 | 记为已发出，不再发 |
| 同上 | 发送中 | 没有这封，而前后发出的答复都在 | 满十分钟后改回已批准，发送一次 |
| 同上 | 发送中 | 不能断定 | 满十分钟后记为发送失败，请人核对 |
| 服务器答 250 之后，记下之前 | 发送中 | 有这封 | 记为已发出，不再发 |

“前后发出的答复”是紧挨着这封之前和之后发出的两封，须都在“已发送”里：只有一封不足为凭，中间可能改过
“保存到已发送”的设置。“不能断定”是说：邮箱没有“已发送”，或者没有这样两封旁证。
这时由工作人员核对，用 `ingest replies settle 号 sent` 或 `not-sent` 说明；在此之前不会再发。
连不上邮箱时，“发送中”的信原样等着。
"""
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
        "同一类问题有多处时合并为一句；空白模板与缺少申报表只说一次。缺的是附录时另加一句"
        "“附录也可单独作为一个文件发来。”",
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
    lines += [*_as_received(), *_WHOM, *_refusals(), _KILLED]
    return "\n".join(lines).rstrip("\n") + "\n"


def example_mail() -> bytes:
    """One letter as it goes over the wire: the second answer of a thread, to an invented sender."""
    campaign = load_campaign(shipped_campaign())
    templates = load_templates(shipped_campaign(), campaign)
    block = sample_block(campaign, IssueCode.BODY_TOO_LONG, files=(1,), supplement=True)
    account = "dangjian@example.cn"
    thread = ("<20250603.1@wangjiang.example.cn>", message_id_for(account, _SENDER, "first"))
    envelope = Envelope(
        sender=account,
        sender_name=campaign.organiser,
        recipient=_SENDER,
        message_id=message_id_for(account, _SENDER, "second"),
        subject="Re: 望江市交通运输局报送案例 [DJ003]",
        body=templates.render("missing", sample_letter(block), campaign),
        in_reply_to="<20250603.7@wangjiang.example.cn>",
        references=(*thread, "<20250603.7@wangjiang.example.cn>"),
    )
    return build(envelope, datetime(2025, 6, 3, 16, 30, tzinfo=campaign.window.zone))


def _as_received() -> Iterator[str]:
    raw = example_mail().decode("ascii")
    head, _, body = raw.partition("\r\n\r\n")
    yield "## 服务器收到的一封信"
    yield ""
    yield "信头逐字如下（一次补充之后的答复；每封信只有一个收件人，没有附件）："
    yield ""
    yield from ("```text", *head.split("\r\n"), "```", "")
    yield "其中主题是“Re: 望江市交通运输局报送案例 [DJ003]”。正文以 base64 传送，解开后是："
    yield ""
    yield from ("```text", b64decode(body).decode().replace("\r\n", "\n").rstrip("\n"), "```", "")


def _refusals() -> Iterator[str]:
    yield "下列来信一律不自动答复。信照样拟好，记为“不发送”并写明原因，列入等待人工处理，"
    yield "由工作人员决定改为发送（`ingest replies approve`）还是另行联系（`ingest replies withhold`）。"
    yield ""
    yield "| 代码 | 原因 |"
    yield "|---|---|"
    yield from (f"| `{rule.code}` | {rule.reason} |" for rule in RULES)
    yield ""
    yield "先前的信因地址不存在、邮箱停用而没有送达的地址（以服务器或退信明说为准），同样不再自动去信（代码"
    yield f"`{UNDELIVERABLE}`），截止前的提醒也不发，列入等待人工处理；此后有信经工作人员批准送达，才恢复。"
    yield ""


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
    mistaken = (IssueCode.SUMMARY_TOO_LONG,)
    taken_back = sample_block(campaign, supplement=True, withdrawn=mistaken)
    partly = sample_block(
        campaign, IssueCode.SCAN_MISSING, files=(), supplement=True, withdrawn=mistaken
    )
    blank = sample_block(campaign, IssueCode.FORM_MISSING, IssueCode.TEMPLATE_BLANK, files=())
    yield "材料不全（missing）", "missing", sample_letter(missing)
    yield "补充之后仍不全（missing）", "missing", sample_letter(still)
    yield "寄来空白模板，单位和联系人未知（missing）", "missing", sample_letter(blank, bare=True)
    yield "一位发件人的两个案例，一全一缺（missing）", "missing", sample_letter(other, missing)
    yield "截止之后仍不全（missing）", "missing", sample_letter(missing, still_open=False)
    yield "材料齐全（receipt）", "receipt", sample_letter(complete)
    yield "收到，待人工核对（receipt）", "receipt", sample_letter(review)
    yield (
        "更正先前的告知，仍不全（missing）",
        "missing",
        sample_letter(partly, arrived=False),
    )
    yield (
        "更正先前的告知，材料齐全（receipt）",
        "receipt",
        sample_letter(taken_back, arrived=False),
    )
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
