"""A file is called what its sender called it, however the name was written."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.mime_names import LONGEST_NAME, main_value, parameters, safe_name

NAME = "附件1：申报表（盖章）.docx"


def b64word(text: str, codec: str) -> bytes:
    return b"=?%s?B?%s?=" % (codec.encode(), base64.b64encode(text.encode(codec)))


@pytest.mark.parametrize(
    "written",
    [
        b'name="' + b64word(NAME, "gb18030") + b'"',
        b"name=" + b64word(NAME, "utf-8"),
        b'name="' + NAME.encode("gbk") + b'"',
        b'name="' + NAME.encode() + b'"',
        b"name=" + NAME.encode("gbk"),
        b"name*=UTF-8''" + quote(NAME).encode(),
        b"name*=gb2312'zh-cn'" + quote(NAME.encode("gbk")).encode(),
        b"name*=" + quote(NAME).encode(),
        b"name=\"wrong.doc\"; name*=utf-8''" + quote(NAME).encode(),
        b'name="' + b64word(NAME[:7], "gb18030") + b"\r\n\t" + b64word(NAME[7:], "gb18030") + b'"',
    ],
)
def test_every_way_to_write_a_name(written: bytes) -> None:
    header = b"application/octet-stream; charset=gb18030;\r\n " + written
    assert parameters(header)["name"] == NAME


def test_pieces_of_rfc_2231_split_inside_a_character_and_out_of_order() -> None:
    coded = quote(NAME).encode()
    for cut in (9, 10, 11):  # between bytes of a character, and inside a percent sign's digits
        header = b"attachment; filename*1*=" + coded[cut:]
        header += b"; filename*0*=utf-8''" + coded[:cut]
        assert parameters(header)["filename"] == NAME


def test_plain_pieces_are_joined() -> None:
    header = b'attachment; filename*0="case-"; filename*1="text.docx"'
    assert parameters(header)["filename"] == "case-text.docx"


def test_words_put_into_pieces_against_the_rfc() -> None:
    header = (
        b'x; name*0="' + b64word("申报", "utf-8") + b'"; name*1="' + b64word("表", "utf-8") + b'"'
    )
    assert parameters(header)["name"] == "申报表"


def test_a_backslash_inside_a_gbk_character_is_no_escape() -> None:
    name = "昞乗俓.doc"  # the second byte of each is 0x5C
    assert name.encode("gbk").count(b"\\") == 3
    assert parameters(b'x; name="' + name.encode("gbk") + b'"')["name"] == name


def test_quotes_semicolons_and_a_missing_end_quote() -> None:
    assert parameters(b'x; name="a;b.doc"; size=3') == {"name": "a;b.doc", "size": "3"}
    assert parameters(rb'x; name="a\"b.doc"')["name"] == 'a"b.doc'
    assert parameters(b'x; name="a.doc')["name"] == "a.doc"


def test_the_main_value() -> None:
    assert main_value(b" Text/HTML ; charset=x") == "text/html"
    assert main_value(b"") == ""


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("C:\\Users\\张三\\桌面\\申报表.doc", "申报表.doc"),
        ("../../etc/passwd", "passwd"),
        ("申报表\u202excod.exe", "申报表xcod.exe"),
        ("a\r\nBcc: x.doc", "a Bcc: x.doc"),
        ("\x1b[2J表.doc", "[2J表.doc"),
        ("  申报表.doc ", "申报表.doc"),
        ("..", None),
        ("folder/", None),
        ("\x00", None),
        ("", None),
        (None, None),
    ],
)
def test_names_are_made_safe(written: str | None, safe: str | None) -> None:
    assert safe_name(written) == safe


def test_a_very_long_name_keeps_its_suffix() -> None:
    name = safe_name("表" * 5000 + ".docx")
    assert name is not None
    assert len(name) == LONGEST_NAME
    assert name.endswith("表.docx")


@given(st.binary(max_size=300))
def test_any_bytes_have_parameters_and_safe_names(value: bytes) -> None:
    for text in parameters(b"x;" + value).values():
        name = safe_name(text)
        assert name is None or (0 < len(name) <= LONGEST_NAME and "/" not in name)
