"""What a sender wrote this time is told from what was said before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.mime_text import (
    LONGEST_TEXT,
    flatten,
    html_to_text,
    is_forward,
    own_words,
    unflow,
)

OWN = "老师您好，补发申报表扫描件，请查收。"

HISTORIES = {
    "qq": '------------------ 原始邮件 ------------------\n发件人: "jtzyh2007" <jtzyh2007@126.com>;\n'
    '发送时间: 2025年5月6日(星期二) 上午9:12\n收件人: "张三"<zs@qq.com>;\n主题: 材料不全\n\n旧内容',
    "163": '在 2025-05-06 09:12:33，"jtzyh2007" <jtzyh2007@126.com> 写道：\n旧内容',
    "163 english": 'At 2025-05-06 09:12:33, "jtzyh2007" <jtzyh2007@126.com> wrote:\n\n旧内容',
    "mail master": "---- 回复的原邮件 ----\n| 发件人 | <jtzyh2007@126.com> |\n旧内容",
    "foxmail": "发件人： jtzyh2007\n发送时间： 2025-05-06 09:12\n收件人： zs\n主题： 材料不全\n旧内容",
    "outlook": "________________________________\n发件人: jtzyh2007@126.com <jtzyh2007@126.com>\n"
    "发送时间: 2025年5月6日 9:12\n收件人: zs@163.com\n主题: 材料不全\n\n旧内容",
    "outlook english": "-----Original Message-----\nFrom: a\nSent: Tuesday\nTo: b\nSubject: c\n\n旧内容",
    "apple": "2025年5月6日 上午9:12，jtzyh2007@126.com 写道：\n\n旧内容",
    "gmail": "jtzyh2007 <jtzyh2007@126.com> 于2025年5月6日周二\n09:12写道：\n\n旧内容",
    "thunderbird": "On 2025/5/6 09:12, jtzyh wrote:\n> 旧内容\n> 还有旧内容",
    "forwarded": "-------- 转发邮件信息 --------\n发件人：李四\n旧内容",
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES.keys())
def test_history_is_cut_off(history: str) -> None:
    own = own_words(f"{OWN}\n\n{history}")
    assert OWN in own
    assert "旧内容" not in own


@pytest.mark.parametrize(
    "text",
    [
        "联系人：张三\n电话：13800000000\n时间：六月底前",
        "----------\n附件清单：\n1.申报表\n2.正文",
        "案例中，驾驶员老王这样写道：党员要带头。",
        "发件人：某某公司党委",
    ],
)
def test_words_that_only_resemble_history_stay(text: str) -> None:
    assert own_words(text) == text


def test_answers_between_quoted_lines_stay() -> None:
    text = "2025年5月6日 a@b.cn 写道：\n> 请补扫描件\n已补，见附件。\n> 请补正文\n正文明天发。"
    own = own_words(text)
    assert "已补，见附件。\n正文明天发。" in own
    assert "请补" not in own


def test_own_words_are_bounded() -> None:
    assert len(own_words("字" * 100_000)) == LONGEST_TEXT


def test_flowed_lines_are_joined() -> None:
    assert unflow("a long \nline\n\nnext", delete_space=False) == "a long line\n\nnext"
    assert unflow("中文 \n折行", delete_space=True) == "中文折行"
    assert unflow("> quoted \n> on\nmine", delete_space=False) == "> quoted on\nmine"
    assert unflow("bye\n-- \nname", delete_space=False) == "bye\n-- \nname"


# --- HTML -----------------------------------------------------------------------------------------


def test_html_becomes_lines_as_they_are_seen() -> None:
    html = (
        "<html><head><style>p{color:red}</style><title>x</title></head><body><!-- no -->"
        "<p>各位老师：</p><div>附件是<b>申报</b>表。<br>请查收</div>"
        "<table><tr><td>单位</td><td>某局</td></tr></table><script>alert(1)</script></body></html>"
    )
    assert html_to_text(html) == "各位老师：\n\n附件是申报表。\n请查收\n\n单位 某局"


@pytest.mark.parametrize(
    "history",
    [
        '<div id="isReplyContent">旧内容</div>',
        '<blockquote type="cite">旧内容</blockquote>',
        '<div class="gmail_quote">旧内容</div>',
        '<div id="divRplyFwdMsg">x</div><div>旧内容</div>',
        '<div class="moz-cite-prefix">x</div><p>旧内容</p>',
    ],
)
def test_history_in_html_is_left_out(history: str) -> None:
    assert html_to_text(f"<div>{OWN}</div>{history}").startswith(OWN)
    assert "旧内容" not in html_to_text(f"<div>{OWN}</div>{history}")


def test_words_in_a_plain_blockquote_are_the_senders_own() -> None:
    assert html_to_text("<blockquote>缩进的话</blockquote>") == "缩进的话"


def test_what_follows_the_end_of_the_document_is_seen() -> None:
    assert html_to_text("<html><body><p>一</p></body></html><div>二</div>") == "一\n\n二"


def test_links_behind_a_mark_in_the_text_are_quoted() -> None:
    flat = flatten(
        '<p>见<a href="http://new">新</a></p><div>------ 原始邮件 ------</div>'
        '<p><a href="http://old">旧</a></p>'
    )
    assert [(link.href, link.quoted) for link in flat.links] == [
        ("http://new", False),
        ("http://old", True),
    ]


def test_deep_and_broken_html_does_not_hurt() -> None:
    assert isinstance(html_to_text("<div>" * 50_000 + "底"), str)
    assert html_to_text("<p>一<b>二<i>三</p>四<table><td>五") == "一二三\n四\n五"
    assert html_to_text("") == ""
    assert html_to_text("\x00\x00") == ""


@given(st.text(max_size=300))
def test_any_text_as_html_or_plain(text: str) -> None:
    html_to_text(text)
    html_to_text(f"<a href='{text}'>{text}</a><div {text}>")
    own_words(text)


def test_forwards() -> None:
    assert is_forward("Fw: 材料", "")
    assert is_forward("转发：材料", "")
    assert is_forward("材料", "请看\n---------- Forwarded message ---------\nx")
    assert not is_forward("回复：转发的材料", "收到")
