"""A file sent as a link is found in every shape that webmail programs give it, and only there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.cloud_links import Body, cloud_links
from inbox_ingest.records import CloudLink


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def in_html(html: str, *, forward: bool = False) -> tuple[CloudLink, ...]:
    return cloud_links([Body(None, f"<html><body>{html}</body></html>")], forward=forward)


def in_text(text: str, *, forward: bool = False) -> tuple[CloudLink, ...]:
    return cloud_links([Body(text, None)], forward=forward)


NETEASE_URL = "https://mail.163.com/large-attachment-download/index.html?file=Abc123"
NETEASE = f"""
<div>各位老师：材料见附件。</div>
<div id="divNeteaseBigAttach" style="font-family:verdana"><div style="color:#767676">
从网易163邮箱发来的超大附件</div><div><div>
<div><a href="{NETEASE_URL}" target="_blank" style="x">党建 案例(终稿).zip</a>
<span>(80.96M, 2026年8月17日 0:49 到期)</span></div>
<div><a href="{NETEASE_URL}">下载</a></div>
</div></div></div>
<div><a href="https://u.163.com/xyz">网易邮箱超大附件，免费升级</a></div>
"""

QQ_URL = "https://wx.mail.qq.com/ftn/download?func=3&amp;key=9f3c&amp;code=5e2d"
QQ = f"""
<div class="bigatt_bt">从QQ邮箱发来的超大附件</div>
<table><tr><td><img src="https://x/icon.gif"></td><td>
<a href="{QQ_URL}">申报表扫描件.pdf</a><br>
<span>(55.2M, 到期时间：2024年08月22日 17:33)</span> <a href="{QQ_URL}">进入下载页面</a></td></tr>
<tr><td></td><td><a href="https://mail.qq.com/cgi-bin/ftnExs_download?k=11&amp;t=exs_ftn_download&amp;code=22">视频.mp4</a>
<br><span>(1.2G, 无限期)</span></td></tr></table>
"""


def test_netease_block() -> None:
    assert in_html(NETEASE) == (
        CloudLink(
            filename="党建 案例(终稿).zip",
            url=NETEASE_URL,
            provider="网易邮箱",
            size_text="80.96M",
            expires=at(2026, 8, 17, 0, 49),
        ),
    )


def test_two_files_in_a_qq_block_keep_their_own_details() -> None:
    first, second = in_html(QQ)
    assert (first.filename, first.size_text) == ("申报表扫描件.pdf", "55.2M")
    assert first.expires == at(2024, 8, 22, 17, 33)
    assert (second.filename, second.size_text, second.expires) == ("视频.mp4", "1.2G", None)
    assert {first.provider, second.provider} == {"QQ邮箱"}


def test_netease_business_mail_and_mail_master() -> None:
    url = "https://edisk.qiye.163.com/api/biz/attachment/download?identity=8a"
    (link,) = in_html(
        f'<div id="divNeteaseSiriusCloudAttach"><p>云附件</p><div><div>案例正文.docx</div>'
        f'<div>12.5 MB | 过期时间：2024年8月4日 23:48</div><a href="{url}">下载</a></div></div>'
    )
    assert (link.filename, link.size_text) == ("案例正文.docx", "12.5 MB")
    assert link.expires == at(2024, 8, 4, 23, 48)
    (link,) = in_html(
        '<div>云附件</div><div><a href="https://dashi.163.com/html/cloud-attachment-download/'
        '?key=abc">照片.rar</a> 30MB 2025-07-01 过期</div>'
    )
    assert (link.filename, link.provider) == ("照片.rar", "网易邮箱大师")
    assert link.expires == at(2025, 7, 1, 23, 59)


def test_sina_and_189() -> None:
    (link,) = in_html(
        '<div id="att_container"><p>来自中转站</p><a href="https://mail.sina.com.cn/filecenter/'
        'download.php?id=77">材料.zip</a>(20.5M) 有效时间到：2025年6月18日 10:05</div>'
    )
    assert (link.provider, link.filename, link.expires) == (
        "新浪邮箱",
        "材料.zip",
        at(2025, 6, 18, 10, 5),
    )
    (link,) = in_html(
        '<a href="https://download.cloud.189.cn/file/downloadFile.action?dt=1&amp;'
        'expired=1750212345000&amp;sk=2">附件1.pdf</a>'
    )
    assert link.provider == "189邮箱"
    assert link.expires is not None
    assert int(link.expires.timestamp()) == 1_750_212_345


def test_a_webmail_that_is_not_in_the_table_is_told_by_its_heading() -> None:
    (link,) = in_html(
        "<div>从139邮箱发来的超大附件</div><div>"
        '<a href="https://files.example.cn/get?id=5">申报表.doc</a> (3.2MB)</div>'
    )
    assert (link.provider, link.filename) == ("139邮箱", "申报表.doc")


def test_the_same_block_as_text_part() -> None:
    text = (
        "您好，请查收。\n\n从QQ邮箱发来的超大附件\n\n"
        "申报表 扫描件.pdf (52.3M, 2024年08月22日 17:33 到期)进入下载页面："
        "https://mail.qq.com/cgi-bin/ftnExs_download?k=1&t=exs_ftn_download&code=2\n\n"
        "视频.mp4 (1.1G, 无限期)进入下载页面：https://mail.qq.com/cgi-bin/ftnExs_download?k=3&code=4\n"
    )
    first, second = in_text(text)
    assert first.filename is not None
    assert first.filename.endswith("扫描件.pdf")
    assert (first.size_text, first.expires) == ("52.3M", at(2024, 8, 22, 17, 33))
    assert (second.filename, second.size_text, second.expires) == ("视频.mp4", "1.1G", None)


def test_one_file_in_both_parts_of_a_mail_is_one_link() -> None:
    text = f"从网易163邮箱发来的超大附件\n{NETEASE_URL}\n"
    assert len(cloud_links([Body(text, NETEASE)], forward=False)) == 1


QQ_PAGE = "https://mail.qq.com/cgi-bin/ftnExs_download"


def test_addresses_that_differ_only_beside_the_key_lead_to_one_file() -> None:
    html = (
        "<div>您好，扫描件见超大附件。</div><div><b>从QQ邮箱发来的超大附件</b><div>"
        f'<a href="{QQ_PAGE}?k=abc&amp;t=exs_ftn_download&amp;code=abc">盖章扫描件.pdf</a>'
        " (62.50M, 2025年06月20日 10:00 到期)"
        f'<a href="{QQ_PAGE}?k=abc&amp;code=abc">进入下载页面</a></div></div>'
    )
    plain = (
        "您好，扫描件见超大附件。\n从QQ邮箱发来的超大附件\n"
        f"盖章扫描件.pdf (62.50M, 2025年06月20日 10:00 到期)进入下载页面：{QQ_PAGE}?k=abc"
    )
    for body in (Body(None, html), Body(plain, None), Body(plain, html)):
        (link,) = cloud_links([body], forward=False)
        assert (link.filename, link.size_text) == ("盖章扫描件.pdf", "62.50M")
        assert link.expires == at(2025, 6, 20, 10, 0)


def test_files_under_keys_of_their_own_are_each_told() -> None:
    named = in_html(
        f'<p><a href="{QQ_PAGE}?k=1&amp;code=9">申报表.pdf</a></p>'
        f'<p><a href="{QQ_PAGE}?k=2&amp;code=9">正文.pdf</a></p>'
    )
    assert [link.filename for link in named] == ["申报表.pdf", "正文.pdf"]
    unnamed = in_html(
        f'<p><a href="{QQ_PAGE}?k=1&amp;code=9">进入下载页面</a></p>'
        f'<p><a href="{QQ_PAGE}?k=2&amp;code=9">进入下载页面</a></p>'
    )
    assert [link.filename for link in unnamed] == [None, None]
    assert len(in_text(f"{QQ_PAGE}?k=1&code=9\n{QQ_PAGE}?k=2&code=9\n")) == 2
    assert len(in_text(f"{QQ_PAGE}?Ab1\n{QQ_PAGE}?aB1\n")) == 2


def test_one_name_is_one_file_unless_the_sizes_say_otherwise() -> None:
    one = in_text(
        f"扫描件.pdf (3.2M) {QQ_PAGE}?k=1\n\n\n\n\n扫描件.pdf https://pan.quark.cn/s/7f\n"
    )
    assert [(link.filename, link.size_text) for link in one] == [("扫描件.pdf", "3.2M")]
    two = in_text(f"扫描件.pdf (3.2M) {QQ_PAGE}?k=1\n扫描件.pdf (9.9M) {QQ_PAGE}?k=2\n")
    assert [link.size_text for link in two] == ["3.2M", "9.9M"]


def test_one_name_for_two_sizes_and_an_untold_one_stays_two() -> None:
    found = in_text(
        f"扫描件.pdf (3.2M) {QQ_PAGE}?k=1\n扫描件.pdf (9.9M) {QQ_PAGE}?k=2\n\n\n\n\n"
        f"扫描件.pdf {QQ_PAGE}?k=3\n"
    )
    assert [link.size_text for link in found] == ["3.2M", "9.9M"]


def test_the_password_is_no_part_of_what_a_share_link_leads_to() -> None:
    html = '<a href="https://pan.baidu.com/s/1AbC?pwd=8k2p">案例视频.mp4</a>'
    plain = "https://pan.baidu.com/s/1AbC 提取码 8k2p"
    (link,) = cloud_links([Body(plain, html)], forward=False)
    assert link.url == "https://pan.baidu.com/s/1AbC?pwd=8k2p"
    assert len(in_text("https://pan.baidu.com/s/1AbC\nhttps://pan.baidu.com/s/1XyZ\n")) == 2


def test_a_name_with_its_suffix_tells_more_than_the_words_of_a_link() -> None:
    html = f'<a href="{QQ_PAGE}?k=7&amp;code=1">我们单位的扫描件</a>'
    plain = f"盖章扫描件.pdf (3M) 进入下载页面：{QQ_PAGE}?k=7"
    (link,) = cloud_links([Body(plain, html)], forward=False)
    assert (link.filename, link.size_text) == ("盖章扫描件.pdf", "3M")


def test_a_pasted_share_link_counts_and_a_disk_s_front_page_does_not() -> None:
    (link,) = in_text(
        "通过网盘分享的文件：党建案例视频.mp4\n"
        "链接: https://pan.baidu.com/s/1AbC?pwd=8k2p 提取码: 8k2p \n--来自百度网盘超级会员的分享"
    )
    assert (link.provider, link.filename) == ("百度网盘", "党建案例视频.mp4")
    assert link.url == "https://pan.baidu.com/s/1AbC?pwd=8k2p"
    assert in_text("请看 https://pan.baidu.com/ 和 https://www.163.com/dy/article/1.html") == ()


@pytest.mark.parametrize(
    "html",
    [
        "<style>#divNeteaseBigAttach{color:red}</style><p>无附件</p>",
        f'<!-- <a href="{NETEASE_URL}">旧.zip</a> --><p>x</p>',
        f'<p>好</p><blockquote type="cite"><a href="{NETEASE_URL}">旧.zip</a></blockquote>',
        f'<p>好</p><div id="isReplyContent">{NETEASE}</div>',
        f"<p>好</p><div>------------------ 原始邮件 ------------------</div>{NETEASE}",
        '<p>从网易163邮箱发来的云附件</p><a href="https://u.163.com/?p=1">10M 免费</a>',
        '<a href="https://mail.163.com/js6/main.jsp">登录</a>',
    ],
)
def test_styles_comments_history_and_advertising_are_no_links(html: str) -> None:
    assert in_html(html) == ()


def test_quoted_lines_of_text_are_no_links_but_a_forward_is() -> None:
    text = f"好的\n> 见 {NETEASE_URL}\n"
    assert in_text(text) == ()
    assert len(in_text(text, forward=True)) == 1
    html = f"<div>-------- 转发邮件信息 --------</div>{NETEASE}"
    assert len(in_html(html, forward=True)) == 1


def test_dates_of_the_letter_are_no_expiry() -> None:
    (link,) = in_html(
        f"<p>征集于2025年6月30日截止，会议2025年5月1日召开。</p><p><a href='{NETEASE_URL}'>a.zip</a></p>"
    )
    assert link.expires is None


def test_an_impossible_date_is_no_date() -> None:
    (link,) = in_text(f"a.zip (3M, 2025年13月40日 25:61 到期) {NETEASE_URL}")
    assert link.expires is None


@given(st.text(max_size=200))
def test_any_text_around_a_link(text: str) -> None:
    for link in (*in_text(f"{text} {NETEASE_URL} {text}"), *in_html(text + NETEASE + text)):
        link.model_dump_json().encode("utf-8")
