"""Whoever wrote or received a mail is found in any address header."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.mime_addresses import addresses


def b64word(text: str, codec: str) -> bytes:
    return b"=?%s?B?%s?=" % (codec.encode(), base64.b64encode(text.encode(codec)))


def read(value: bytes) -> list[tuple[str, str | None]]:
    return [(entry.address, entry.name) for entry in addresses(value)]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (b"zs@126.com", [("zs@126.com", None)]),
        (b"<zs@126.com>", [("zs@126.com", None)]),
        (b64word("张三", "gb18030") + b" <zs@126.com>", [("zs@126.com", "张三")]),
        (b'"' + b64word("张三", "utf-8") + b'" <zs@126.com>', [("zs@126.com", "张三")]),
        (b64word("张,三<x@y>", "utf-8") + b" <zs@126.com>", [("zs@126.com", "张,三<x@y>")]),
        ("张三".encode("gbk") + b" <zs@126.com>", [("zs@126.com", "张三")]),
        ('"张三" <zs@126.com>'.encode(), [("zs@126.com", "张三")]),
        (b'"Zhang, San" <zs@126.com>, b@c.cn', [("zs@126.com", "Zhang, San"), ("b@c.cn", None)]),
        (b"zs@126.com (Zhang San)", [("zs@126.com", "Zhang San")]),
        (b'"zs@126.com" <zs@126.com>', [("zs@126.com", "zs@126.com")]),
        (b"Zhang San zs@126.com", [("zs@126.com", "Zhang San")]),
        (b64word("张三 <zs@126.com>", "utf-8"), [("zs@126.com", "张三")]),
        (b"a@b.cn; c@d.cn", [("a@b.cn", None), ("c@d.cn", None)]),
        (b"Office: a@b.cn, C <c@d.cn>;", [("a@b.cn", None), ("c@d.cn", "C")]),
        (b"undisclosed-recipients:;", []),
        (b"nobody", []),
        (b"@b.cn", []),
        (b"<@relay.cn:a@b.cn>", [("a@b.cn", None)]),
        (b"'a@b.cn' <mailto:a@b.cn>", [("a@b.cn", "a@b.cn")]),
        (b"", []),
    ],
)
def test_addresses(value: bytes, wanted: list[tuple[str, str | None]]) -> None:
    assert read(value) == wanted


def test_names_are_cleaned() -> None:
    assert read("张\x1b三\u202e\r\n <a@b.cn>".encode()) == [("a@b.cn", "张三")]


def test_a_hundred_thousand_addresses_are_bounded() -> None:
    assert len(addresses(b"a@b.cn, " * 5000)) == 500


@given(st.binary(max_size=300))
def test_any_bytes_give_addresses_that_utf8_can_write(value: bytes) -> None:
    for entry in addresses(value):
        entry.model_dump_json().encode("utf-8")
        assert "@" in entry.address
