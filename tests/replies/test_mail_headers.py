"""Header lines as bytes: one way to read them, whole characters in a word, nothing too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.replies.mail_headers import address_header, text_header, token_header
from tests.replies.test_outgoing import decoded, headers_of

PRINTABLE = (
    st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" "), max_size=200)
    .map(str.strip)
    .filter(bool)
)


def value(header: str) -> str:
    (found,) = headers_of(header.encode("ascii") + b"\r\n").values()
    return found


def test_plain_words_stay_as_they_are() -> None:
    assert text_header("Subject", "Re: form [DJ003]") == "Subject: Re: form [DJ003]\r\n"
    assert address_header("To", "a@b.cn") == "To: a@b.cn\r\n"
    assert address_header("From", "a@b.cn", "Ingest 2025") == "From: Ingest 2025 <a@b.cn>\r\n"


@pytest.mark.parametrize("text", ["=?utf-8?b?eA==?=", "a =? b", "=?x?q?=0D=0ABcc:v@x.cn?= y"])
def test_what_looks_like_an_encoded_word_goes_out_encoded(text: str) -> None:
    header = value(text_header("Subject", text))
    assert header.startswith("=?utf-8?b?")
    assert decoded(header) == text


@given(PRINTABLE)
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    header = text_header("Subject", text)
    assert all(len(line) <= 76 for line in header.split("\r\n"))
    shown = value(header)
    assert (decoded(shown) if "=?" in shown else shown) == text


@given(PRINTABLE)
def test_any_name_stands_before_its_address_and_brings_no_second_one(name: str) -> None:
    header = address_header("From", "a@b.cn", name)
    assert all(len(line) <= 76 for line in header.split("\r\n"))
    before, _, after = value(header).rpartition(" ")
    assert after == "<a@b.cn>"
    assert "@" not in before
    assert "," not in before
    assert (decoded(before) if "=?" in before else before) == name


def test_identifiers_stay_whole_however_long() -> None:
    chain = [f"<{'x' * 200}@{place}.cn>" for place in range(3)]
    header = token_header("References", chain)
    assert value(header).split() == chain
    assert len(header.rstrip().split("\r\n")) == 3
