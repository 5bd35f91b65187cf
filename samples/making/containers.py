"""Samples whose mails need hand-work: containers, links, damage, machines."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import quote

from samples.making import documents, mails, scans
from samples.making.mails import File, Letter, in_base64, multipart, part, received, written
from samples.making.texts import story

if TYPE_CHECKING:
    from samples.making.catalogue import Sample

_MEMBER_DATE = (2025, 5, 7, 14, 30, 0)


def zipped(members: dict[str, bytes], charset: str = "gbk") -> bytes:
    """A zip as Chinese Windows makes it: names in the system's code page, no UTF-8 flag."""
    out = io.BytesIO()
    # cp437 maps every byte to a character and back; only the UTF-8 flag has to be kept off
    in_code_page = mock.patch.object(zipfile.ZipInfo, "_encodeFilenameFlags", _in_code_page)
    with in_code_page, zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name.encode(charset).decode("cp437"), _MEMBER_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def _in_code_page(info: zipfile.ZipInfo) -> tuple[bytes, int]:
    return info.filename.encode("cp437"), info.flag_bits & ~0x800


def split_names() -> Sample:
    """Names in several encoded words, cut inside characters, and in RFC 2231 continuations."""
    from samples.making.catalogue import Sample, at, case, got, greeting

    told = story(
        "澄江市地方海事事业中心", "水上红色驿站联盟", "孟怀远", "13900002115", place="澄江"
    )
    long_form = "澄江市地方海事事业中心党建创新典型案例征集活动申报表（电子版）.docx"
    long_text = "澄江市地方海事事业中心“水上红色驿站联盟”案例正文（定稿）.docx"
    letter = Letter("menghy@chengjiang.example.cn", "孟怀远", "澄江市地方海事事业中心案例报送材料",
                    greeting(told), at(30, 10, 48))  # fmt: skip
    # "=?utf-8?B?" words of 20 bytes: every second one ends inside a character
    name = mails.split_encoded_words(long_form, "utf-8", 20)
    continued = _continuations(long_text)
    parts = [
        part('Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64',
             in_base64(letter.text.encode()) + b"\r\n"),
        part(f'Content-Type: {mails.DOCX};\r\n name="{name}"\r\n'
             "Content-Transfer-Encoding: base64\r\n"
             f'Content-Disposition: attachment;\r\n filename="{name}"',
             in_base64(documents.form(told)) + b"\r\n"),
        part(f"Content-Type: {mails.DOCX}\r\nContent-Transfer-Encoding: base64\r\n"
             f"Content-Disposition: attachment;\r\n{continued}",
             in_base64(documents.case_text(told)) + b"\r\n"),
    ]  # fmt: skip
    head = [
        f"From: {mails.encoded_word(letter.name, 'utf-8')} <{letter.sender}>".encode(),
        f"To: <{letter.to}>".encode(),
        f"Subject: {mails.split_encoded_words(letter.subject, 'utf-8', 16)}".encode(),
        f"Date: {format_datetime(letter.sent)}".encode(),
        f"Message-ID: <{letter.mark[:24]}@chengjiang.example.cn>".encode(),
        b"MIME-Version: 1.0",
        b"User-Agent: Mozilla Thunderbird",
    ]
    body = multipart("mixed", f"------------{letter.mark[:24]}", parts)
    return Sample(
        name="15-names-split-inside-characters",
        why="RFC 2047 words cut inside a character, RFC 2231 continuations",
        raw=received(letter) + b"\r\n".join(head + body) + b"\r\n",
        disposition="submission",
        attachments=(got(long_form, "form"), got(long_text, "case_text")),
        cases=(case(told, "scan-missing", status="incomplete"),),
        sender=letter.sender,
    )


def _continuations(name: str, size: int = 55) -> str:
    """`filename*0*=`, `filename*1*=` … as RFC 2231 §3 and §4.1 have it."""
    escaped = quote(name, safe="")
    pieces = [escaped[start : start + size] for start in range(0, len(escaped), size)]
    lines = [
        f" filename*{number}*={'utf-8' + chr(39) * 2 if number == 0 else ''}{piece}"
        for number, piece in enumerate(pieces)
    ]
    return ";\r\n".join(lines)


def nested_forward() -> Sample:
    """A colleague forwards the submission as an attached mail: the outer sender is answered."""
    from samples.making.catalogue import FORM, SCAN, TEXT, THREE, Sample, at, case, greeting, three

    told = story("长亭客货运输公司", "车轮上的党员之家", "蔺相宜", "13900002116", place="长亭")
    inner = Letter("linxy@changting.example.com", "蔺相宜", "长亭公司案例材料", greeting(told),
                   at(6, 8, 20, month=5), three(told), to="dangban@changting.example.com")  # fmt: skip
    outer = Letter("dangban@changting.example.com", "长亭党办", "转发：长亭公司案例材料",
                   "现将下属公司材料转来，请查收。\n", at(6, 9, 55, month=5))  # fmt: skip
    inner_mail = written(inner, "foxmail")
    boundary = f"----=_002_NextPart{int(outer.mark[:9], 16)}_=----"
    text = in_base64(mails.in_charset(outer.text, "gb2312"))
    parts = [
        part('Content-Type: text/plain;\r\n\tcharset="GB2312"\r\nContent-Transfer-Encoding: base64',
             text + b"\r\n"),
        part("Content-Type: message/rfc822;\r\n"
             f'\tname="{mails.encoded_word("长亭公司案例材料.eml", "GB2312")}"\r\n'
             "Content-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment;\r\n"
             f'\tfilename="{mails.encoded_word("长亭公司案例材料.eml", "GB2312")}"', inner_mail),
    ]  # fmt: skip
    head = [
        f"Date: {format_datetime(outer.sent)}".encode(),
        f"From: {mails.encoded_word(outer.name, 'GB2312')} <{outer.sender}>".encode(),
        f"To: <{outer.to}>".encode(),
        f"Subject: {mails.encoded_word(outer.subject, 'GB2312')}".encode(),
        b"X-Mailer: Foxmail 7.2.25.375[cn]",
        b"Mime-Version: 1.0",
        f"Message-ID: <{outer.mark[:24]}@changting.example.com>".encode(),
    ]
    container = "长亭公司案例材料.eml"
    assert {FORM, TEXT, SCAN} == {file["filename"] for file in THREE}
    return Sample(
        name="16-nested-forward-from-foxmail",
        why="the submission is a mail inside the mail; the sender is the outer one",
        raw=received(outer) + b"\r\n".join(head + multipart("mixed", boundary, parts)) + b"\r\n",
        disposition="submission",
        attachments=tuple({**file, "container": container} for file in THREE),
        cases=(case(told, status="complete"),),
        sender=outer.sender,
    )


def two_cases_in_a_zip() -> Sample:
    """A city bureau sends two units' cases in one archive, a folder for each."""
    from samples.making.catalogue import Sample, at, case, got

    first = story("采石县公路站", "山路弯弯党旗引", "康乐山", "13900002117", place="采石")
    second = story("流霞区公交分公司", "末班车上的思政课", "尹听雨", "13900002118", place="流霞",
                   ticked=("行业思政",))  # fmt: skip
    container = "锦溪市交通局案例材料.zip"
    members = {}
    for told in (first, second):
        members[f"锦溪市交通局案例材料/{told.unit}/申报表.docx"] = documents.form(told)
        members[f"锦溪市交通局案例材料/{told.unit}/案例正文.docx"] = documents.case_text(told)
    letter = Letter("jiaotong@jinxi.example.gov.cn", "锦溪市交通局", "锦溪市交通局报送案例两个",
                    "现报送采石县公路站、流霞区公交分公司案例，请查收。\n", at(7, 14, 40, month=5),
                    (File(container, zipped(members), "application/x-zip-compressed"),))  # fmt: skip
    return Sample(
        name="17-two-cases-in-a-zip-from-qq",
        why="one archive, two units, a folder each, member names in GBK",
        raw=written(letter, "qq"),
        disposition="submission",
        attachments=(
            got(container, "archive"),
            *(got(name, role, container) for _ in (first, second)
              for name, role in (("申报表.docx", "form"), ("案例正文.docx", "case_text"))),
        ),
        cases=(case(first, "scan-missing", status="incomplete"),
               case(second, "scan-missing", status="incomplete")),
        sender=letter.sender,
    )  # fmt: skip


def bounce(when: datetime) -> bytes:
    """系统退信 of 126.com: Postmaster, HTML in gb2312, no Return-Path, no Auto-Submitted."""
    html = (
        "<html><body><p>抱歉，您的邮件被退回来了……</p><p>收件人：nobody@example.cn</p>"
        "<p>退信原因：收件人不存在（User not found）</p></body></html>"
    )
    letter = Letter("Postmaster@126.com", "Postmaster", "系统退信", html, when)
    head = [
        b"From: Postmaster@126.com",
        b"To: jtzyh2007@126.com",
        f"Subject: {mails.encoded_word('系统退信', 'gb2312')}".encode(),
        f"Date: {format_datetime(when)}".encode(),
        f"Message-ID: <{letter.mark[:16]}.bounce@126.com>".encode(),
        b"MIME-Version: 1.0",
        b'Content-Type: text/html; charset="gb2312"',
        b"Content-Transfer-Encoding: base64",
        b"",
        in_base64(html.encode("gb18030")),
    ]
    return received(letter) + b"\r\n".join(head) + b"\r\n"


def cloud_link() -> Sample:
    """Form and text are attached, the stamped copy is a 超大附件 of QQ Mail: a link that expires."""
    from samples.making.catalogue import FORM, TEXT, Sample, at, case, got, greeting

    told = story("霁月桥梁养护公司", "桥下书屋与桥上先锋", "费云舒", "13900002125", place="霁月")
    scan = "霁月公司申报表盖章扫描件.pdf"
    link = (
        "https://wx.mail.qq.com/ftn/download?func=3&k=5f4e2b64a1c3d4e5&key=5f4e2b64&code=9d3c1a7b"
    )
    html = mails.as_html(greeting(told)) + (
        '<div class="bigatt_bt" style="border:1px solid #ddd"><div>从QQ邮箱发来的超大附件</div>'
        f'<div><a href="{link}">{scan}</a> (86.20M, 2025年06月07日 16:40 到期)'
        f'<a href="{link}">进入下载页面</a></div></div>'
    )
    letter = Letter("3000021251@qq.com", "费云舒", "霁月桥梁公司案例材料", greeting(told),
                    at(8, 16, 40, month=5),
                    (File(FORM, documents.form(told)), File(TEXT, documents.case_text(told))),
                    html=html)  # fmt: skip
    return Sample(
        name="25-stamped-copy-as-cloud-link-from-qq",
        why="the stamped copy is only a download link that expires; it is asked for once",
        raw=written(letter, "qq"),
        disposition="submission",
        attachments=(got(FORM, "form"), got(TEXT, "case_text")),
        links=({"filename": scan, "expires": "2025-06-07T16:40:00+08:00"},),
        cases=(case(told, f"cloud-attachment:{scan}", status="incomplete"),),
        sender=letter.sender,
    )


def encrypted_form() -> Sample:
    """The form has a password: it has to be sent again, and is asked for once."""
    from samples.making.catalogue import TEXT, Sample, at, case, got, greeting

    told = story("听涛码头有限公司", "岸桥支部的晨会", "商陆", "13900002126", place="听涛")
    name = "听涛公司申报表.docx"
    letter = Letter("shanglu@tingtao.example.com", "商陆", "听涛码头案例", greeting(told),
                    at(7, 9, 12, month=5),
                    (File(name, encrypted(documents.form(told), "dangjian2025")),
                     File(TEXT, documents.case_text(told))))  # fmt: skip
    wanted = case(told, f"file-unreadable:{name}", "scan-missing", status="incomplete", form=False)
    return Sample(
        name="26-form-with-a-password-from-foxmail",
        why="the form is encrypted: title and unit come from the case text, the form is asked for once",
        raw=written(letter, "foxmail"),
        disposition="submission",
        attachments=(got(name, "form"), got(TEXT, "case_text")),
        cases=(wanted,),
        sender=letter.sender,
    )


def encrypted(document: bytes, password: str) -> bytes:
    """The Word file under a password (ECMA-376 agile encryption), the same bytes every time."""
    from msoffcrypto.format.ooxml import OOXMLFile
    from msoffcrypto.method.container import ecma376_encrypted

    counter = 0

    def steady(size: int) -> bytes:
        nonlocal counter
        counter += 1
        return hashlib.shake_256(f"salt {counter}".encode()).digest(size)

    out = io.BytesIO()
    clock = mock.patch.object(ecma376_encrypted, "datetime2filetime", lambda _: 0)
    with clock, mock.patch("secrets.token_bytes", steady):
        OOXMLFile(io.BytesIO(document)).encrypt(password, out)
    return out.getvalue()


def truncated_base64() -> Sample:
    """The connection broke while the sender's client uploaded: half of the case text arrived."""
    from samples.making.catalogue import FORM, TEXT, Sample, at, case, got, greeting

    told = story("紫金渡轮公司", "甲板上的党员承诺", "裴听澜", "13900002127", place="紫金")
    text_file = documents.case_text(told)
    letter = Letter("peitl@zijin.example.com", "裴听澜", "紫金渡轮案例", greeting(told),
                    at(7, 17, 55, month=5),
                    (File(FORM, documents.form(told)), File(TEXT, text_file)))  # fmt: skip
    raw = written(letter, "163")
    whole = in_base64(text_file)
    # 4k + 1 characters: no decoder can take this for a whole number of bytes
    half = whole[: len(whole) // 2].rstrip(b"\r\n=")
    characters = len(half.replace(b"\r\n", b""))
    half = half[: len(half) - (characters - 1) % 4]
    return Sample(
        name="27-truncated-base64-from-163",
        why="half of the case text's base64 is missing: the file has to be sent again",
        raw=raw.replace(whole, half),
        disposition="submission",
        attachments=(got(FORM, "form"), got(TEXT, "case_text")),
        cases=(
            case(told, f"file-unreadable:{TEXT}", "scan-missing", status="incomplete", text=False),
        ),
        sender=letter.sender,
    )


def executable_in_zip() -> Sample:
    """A zip with a whole submission, and a program among the files."""
    from samples.making.catalogue import Sample, at, case, got, greeting

    told = story("望潮水利交通公司", "潮起处的红色班组", "宁采薇", "13900002129", place="望潮")
    container, program = "望潮公司材料.zip", "点击查看高清图片.exe"
    members = {
        "望潮公司申报表.docx": documents.form(told),
        "望潮公司案例正文.docx": documents.case_text(told),
        "望潮公司申报表盖章扫描件.jpg": scans.stamped_form(told),
        program: b"MZ\x90\x00" + b"\0" * 56 + b"\x40\0\0\0" + b"PE\0\0" + b"\0" * 200,
    }
    letter = Letter("ningcw@wangchao.example.com", "宁采薇", "望潮公司案例材料", greeting(told),
                    at(9, 8, 30, month=5),
                    (File(container, zipped(members), "application/zip"),))  # fmt: skip
    return Sample(
        name="29-program-in-a-zip-from-master",
        why="a program lies among the documents: kept, never opened, shown to the organiser",
        raw=written(letter, "master"),
        disposition="submission",
        attachments=(
            got(container, "archive"),
            got("望潮公司申报表.docx", "form", container),
            got("望潮公司案例正文.docx", "case_text", container),
            got("望潮公司申报表盖章扫描件.jpg", "form_scan", container),
            got(program, "other", container),
        ),
        cases=(case(told, f"suspicious-file:{program}", status="review"),),
        sender=letter.sender,
    )
