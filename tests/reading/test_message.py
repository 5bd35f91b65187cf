"""A raw mail is taken apart into what its sender meant, however it is written."""

from __future__ import annotations

import base64
import binascii
import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.message import MailFile, MailParts, TooComplex, take_apart
from tests.reading.raw_mails import HEAD, attachment, mail, multipart, part, word

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def apart(raw: bytes) -> MailParts:
    return take_apart(MemoryContent(raw), MemorySink())


def names(parts: MailParts) -> list[str | None]:
    return [file.filename for file in parts.files]


def data(file: MailFile) -> bytes:
    return file.content.read()


# --- headers --------------------------------------------------------------------------------------


def header(*lines: bytes) -> bytes:
    return b"\r\n".join(lines) + b"\r\n\r\nbody"


@pytest.mark.parametrize(
    "line",
    [
        b"Subject: " + "关于报送案例的函".encode("gbk"),
        b"Subject: " + "关于报送案例的函".encode(),
        b"Subject: " + word("关于报送", "gb2312") + b"\r\n " + word("案例的函", "gb2312"),
        b"Subject: =?gb2312?Q?=B9=D8=D3=DA=B1=A8=CB=CD=B0=B8=C0=FD=B5=C4=BA=AF?=",
        b"SUBJECT:" + word("关于报送案例的函", "utf-8"),
        b"Subject:\r\nSubject: " + word("关于报送案例的函", "utf-8") + b"\r\nSubject: second",
        b"Subject: " + word("关于报送\x1b案例\u202e的函\r\n", "utf-8"),
    ],
)
def test_subjects(line: bytes) -> None:
    assert apart(header(b"From: a@b.cn", line)).message.subject == "关于报送案例的函"


def test_people_with_raw_gbk_names_can_be_written_as_utf8() -> None:
    message = apart(header("From: 张三 <zs@126.com>".encode("gbk"), b"Cc: <b@c.cn>")).message
    assert message.sender is not None
    assert (message.sender.name, message.sender.address) == ("张三", "zs@126.com")
    assert [entry.address for entry in message.cc] == ["b@c.cn"]
    message.model_dump_json().encode("utf-8")


def test_missing_headers_are_none_not_empty() -> None:
    message = apart(b"\r\nbody").message
    assert (message.message_id, message.subject, message.sender, message.date) == (None,) * 4
    assert message.to == ()


def test_threads() -> None:
    message = apart(
        header(b"Message-ID: <a@b> ", b"In-Reply-To: <x@y> (note)", b"References: <1@y>\r\n <x@y>")
    ).message
    assert message.message_id == "<a@b>"
    assert message.in_reply_to == ("<x@y>",)
    assert message.references == ("<1@y>", "<x@y>")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (b"Tue, 06 May 2025 09:12:33 +0800 (CST)", datetime(2025, 5, 6, 1, 12, 33, tzinfo=UTC)),
        (b"6 May 2025 01:12:33 -0000", datetime(2025, 5, 6, 1, 12, 33, tzinfo=UTC)),
        (b"yesterday", None),
        (b"Tue, 99 May 2025 09:12:33 +0800", None),
        (b"Tue, 06 May 2025 09:12:33 +9999", None),
        (b"Tue, 06 May 99999 09:12:33 +0800", None),
    ],
)
def test_dates(value: bytes, wanted: datetime | None) -> None:
    assert apart(header(b"Date: " + value)).message.date == wanted


def test_received_is_the_newest_that_has_a_date() -> None:
    message = apart(
        header(
            b"Received: from a by b (Coremail) with SMTP id x;\r\n\tTue, 6 May 2025 09:13:00 +0800",
            b"Received: from c by a; Tue, 6 May 2025 08:00:00 +0800",
        )
    ).message
    assert message.received == datetime(2025, 5, 6, 1, 13, tzinfo=UTC)


def test_signs_of_machines() -> None:
    signs = apart(
        header(
            b"Return-Path: <>",
            b"Auto-Submitted: Auto-Replied; owner-email=a@b",
            b"Precedence: BULK",
            b"List-Unsubscribe: <mailto:x@y>",
            b"X-Autoreply: yes",
            b"X-Auto-Response-Suppress: All",
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        )
    ).message.signs
    assert signs.auto_submitted == "auto-replied; owner-email=a@b"
    assert (signs.precedence, signs.auto_response_suppress) == ("bulk", "all")
    assert signs.list_headers == ("list-unsubscribe",)
    assert signs.auto_reply_headers == ("x-autoreply",)
    assert signs.null_return_path
    assert signs.delivery_report
    assert not signs.disposition_notification


def test_a_mail_without_return_path_has_no_null_one() -> None:
    assert not apart(HEAD + b"\r\nx").message.signs.null_return_path
    assert not apart(b"Return-Path: <a@b.cn>\r\n\r\nx").message.signs.null_return_path


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "codec"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("utf-8", "utf-8"), ("x-none", "gbk")],
)
@pytest.mark.parametrize("encoding", ["base64", "8bit"])
def test_texts_in_any_charset(label: str, codec: str, encoding: str) -> None:
    body = "老师您好，镕字也要对。".encode(codec)
    assert apart(mail(part(body, f"text/plain; charset={label}", encoding=encoding))).text == (
        "老师您好，镕字也要对。"
    )


@pytest.mark.parametrize(("label", "codec"), [("hz-gb-2312", "hz"), ("utf-7", "utf-7")])
def test_seven_bit_charsets_are_decoded_at_7bit(label: str, codec: str) -> None:
    body = "申报材料".encode(codec)
    raw = mail(part(body, f"text/plain; charset={label}", encoding="7bit"))
    assert apart(raw).text == "申报材料"


def test_text_without_any_label() -> None:
    assert apart(b"From: a@b.cn\r\n\r\n" + "老师您好".encode("gbk")).text == "老师您好"


def test_the_plain_alternative_is_preferred_and_html_used_where_it_is_empty() -> None:
    html = part("<p>网页</p>".encode(), "text/html; charset=utf-8")
    both = multipart([part("文字".encode()), html], "alternative")
    assert apart(HEAD + both).text == "文字"
    blank = multipart([part(b" \r\n "), html], "alternative")
    assert apart(HEAD + blank).text == "网页"


def test_text_around_an_attachment_is_all_read() -> None:
    raw = mail(part("前".encode()), attachment(b"x", "a.bin"), part("后".encode()))
    assert apart(raw).text == "前\n\n后"


def test_flowed_text() -> None:
    raw = mail(part(b"one \r\ntwo", "text/plain; format=flowed", encoding="7bit"))
    assert apart(raw).text == "one two"


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        (b'Content-Disposition: attachment; filename="' + word("申报表.docx") + b'"',),
        (b"Content-Disposition: attachment; filename*=utf-8''%E7%94%B3%E6%8A%A5%E8%A1%A8.docx",),
        (b'Content-Disposition: attachment; filename="' + "申报表.docx".encode("gbk") + b'"',),
        (
            b"Content-Disposition: attachment;\r\n filename*0*=gbk''%C9%EA%B1%A8%B1;\r\n"
            b" filename*1*=%ED.docx",
        ),
    ],
)
def test_names_of_attachments(headers: tuple[bytes, ...]) -> None:
    raw = mail(part(b"x"), part(b"PK", "application/octet-stream", *headers))
    assert names(apart(raw)) == ["申报表.docx"]


def test_a_nameless_attachment_has_no_name_and_the_same_part_every_time() -> None:
    raw = mail(part(b"x"), part(b"%PDF-1.4", "application/pdf"))
    first, second = apart(raw), apart(raw)
    assert names(first) == [None]
    assert [file.part for file in first.files] == ["2"]
    assert second.files[0].part == first.files[0].part
    assert second.files[0].filename is None


def test_parts_are_numbered_by_their_place() -> None:
    inner = multipart([part(b"x"), attachment(b"1", "a")], "related", "in")
    parts = apart(mail(inner, attachment(b"2", "b")))
    assert [(file.part, file.filename) for file in parts.files] == [("1.2", "a"), ("2", "b")]
    assert [file.part for file in apart(mail(attachment(b"3", "c"))).files] == ["1"]


def test_bytes_survive_every_encoding() -> None:
    body = os.urandom(5000) + b"\r\n"
    for encoding in ("base64", "binary"):
        kind = b'application/octet-stream; name="a.bin"'
        raw = mail(part(b"x"), part(body, kind, encoding=encoding))
        found = data(apart(raw).files[0])
        assert found == (body if encoding == "base64" else body.rstrip(b"\r\n"))


def test_base64_that_says_it_is_7bit_is_decoded() -> None:
    body = os.urandom(3000)
    coded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    raw = mail(part(b"x"), part(coded, b'application/msword; name="a.doc"', encoding="7bit"))
    assert data(apart(raw).files[0]) == body


def test_garbled_and_cut_base64_is_noted_on_its_file_alone() -> None:
    coded = base64.b64encode(os.urandom(300))
    garbled = (
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + coded[:200] + b"\xff\xfe!" + coded[200:]
    )  # fmt: skip
    cut = garbled.replace(b"\xff\xfe!", b"").rstrip(b"=")[:-1]
    parts = apart(mail(part(b"x"), garbled, cut, attachment(b"fine", "b.pdf")))
    damages = [file.damage for file in parts.files]
    assert damages[0] is not None
    assert "损坏" in damages[0]
    assert damages[1] is not None
    assert "不完整" in damages[1]
    assert damages[2] is None


def test_files_uuencoded_into_the_text() -> None:
    body = os.urandom(100)
    lines = b"".join(binascii.b2a_uu(body[at : at + 45]) for at in range(0, 100, 45))
    text = b"hello\nbegin 644 form.doc\n" + lines + b"`\nend\nbye\n"
    parts = apart(mail(part(text, "text/plain", encoding="7bit")))
    assert parts.text == "hello\nbye"
    assert [(file.filename, data(file), file.part) for file in parts.files] == [
        ("form.doc", body, "1/1")
    ]


def test_a_nested_mail_is_one_file_with_its_own_bytes() -> None:
    inner = HEAD + multipart([part(b"x"), attachment(b"1", "a.doc")], boundary="inner")
    for encoding in ("8bit", "base64"):
        raw = mail(part(b"see"), part(inner, "message/rfc822", encoding=encoding))
        parts = apart(raw)
        assert [file.declared_type for file in parts.files] == ["message/rfc822"]
        assert data(parts.files[0]).rstrip(b"\r\n") == inner.rstrip(b"\r\n")
        assert parts.text == "see"


def test_a_text_with_a_name_is_a_file_and_where_it_is_the_only_text_the_words_too() -> None:
    raw = mail(part("正文在此".encode(), 'text/plain; charset=utf-8; name="正文.txt"'))
    parts = apart(raw)
    assert names(parts) == ["正文.txt"]
    assert parts.text == "正文在此"


def test_reports_about_mail_are_no_files() -> None:
    raw = HEAD + multipart(
        [part(b"bounced"), part(b"Action: failed", "message/delivery-status", encoding=None)],
        "report",
    )
    assert apart(raw).files == ()


@pytest.mark.parametrize(
    ("headers", "within", "html", "embedded"),
    [
        ((b"Content-ID: <logo>",), "related", '<img src="cid:logo">', True),
        ((b"Content-ID: <logo>",), "mixed", '<img src="cid:logo">', True),
        ((b"Content-ID: <logo>",), "mixed", "<p>", False),
        ((b"Content-Disposition: inline",), "mixed", "<p>", True),
        ((b"Content-Disposition: attachment", b"Content-ID: <x>"), "mixed", "<p>", False),
        ((b"Content-Disposition: attachment", b"Content-ID: <x>"), "related", "<p>", False),
    ],
)
def test_pictures_that_the_letter_shows(
    headers: tuple[bytes, ...], within: str, html: str, embedded: bool
) -> None:
    raw = HEAD + multipart(
        [part(html.encode(), "text/html"), part(PNG, "image/png; name=a.png", *headers)], within
    )
    assert [file.embedded for file in apart(raw).files] == [embedded]


@pytest.mark.parametrize("error", [ValueError, RecursionError])
def test_a_mail_that_the_library_cannot_parse_is_read_without_it(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail(part("请查收".encode()), attachment(b"PK", "申报表.docx"))
    expected = apart(raw)

    def refuse(_: bytes) -> None:
        raise error

    monkeypatch.setattr("inbox_ingest.reading.message.mailparser.parse_from_bytes", refuse)
    parts = apart(raw)
    assert parts.message == expected.message
    assert parts.text == "请查收"
    assert names(parts) == ["申报表.docx"]


# --- broken mails ---------------------------------------------------------------------------------


def test_a_multipart_without_parts_is_its_text() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=none\r\n\r\nonly text"
    assert apart(raw).text == "only text"


def test_a_mail_cut_off_in_its_attachment_keeps_what_came() -> None:
    raw = mail(part("请查收".encode()), attachment(os.urandom(30_000), "a.docx"))
    parts = apart(raw[: len(raw) // 2 - 1])
    assert parts.text == "请查收"
    assert names(parts) == ["a.docx"]


def test_deep_nesting_keeps_the_headers_and_the_unopened_rest() -> None:
    body = part(b"bottom")
    for level in range(1000):
        body = multipart([body], boundary=f"b{level}")
    parts = apart(HEAD + body)
    assert parts.message.subject == "案例报送"
    assert [file.too_deep for file in parts.files] == [True]


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(TooComplex):
        apart(mail(*[part(b"x")] * 2000))


def test_headers_without_end_are_refused() -> None:
    with pytest.raises(TooComplex):
        apart(b"X: " + b"a\r\n " * 200_000)


@given(st.binary(max_size=600))
def test_any_bytes_are_a_mail_of_some_kind(raw: bytes) -> None:
    parts = apart(raw)
    parts.message.model_dump_json().encode("utf-8")
    parts.text.encode("utf-8")


PIECES = [
    b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n",
    b"--b--\r\n", b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: text/html; charset=gb2312; name*0*=utf-8''%E7; name*1*=%94\r\n",
    b"Content-Disposition: attachment; filename=\"=?gbk?B?yOo=?=\"\r\n", b"\r\n", b"\r\n\r\n",
    b"=?utf-8?B?5Y==?=", b"\xc9\xea\xb1\xa8", b"<a@b>", b"begin 644 x\nM\nend\n", b"YWJj\r\n",
    b"Date: x\r\n", b"Received: ;\r\n", b"Content-ID: <x>\r\n", b"\x00\xff", b": ;,\"<(",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_heap_of_mail_pieces_is_taken_apart_the_same_way_twice(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    first = apart(raw)
    assert [(file.part, file.filename, data(file)) for file in first.files] == [
        (file.part, file.filename, data(file)) for file in apart(raw).files
    ]
    first.message.model_dump_json().encode("utf-8")
