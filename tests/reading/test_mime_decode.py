"""Transfer encodings are undone exactly, in blocks of any size, and damage is noticed."""

from __future__ import annotations

import base64
import binascii
import os
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.mime_decode import Decoded, encoding_of, uuencoded_files


def blocks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def uuencode(data: bytes, name: str = "a.doc") -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 " + name.encode() + b"\n" + b"".join(lines) + b"`\nend\n"


@given(st.binary(max_size=400), st.integers(1, 90))
def test_base64_in_any_blocks(data: bytes, size: int) -> None:
    decoded = Decoded("base64", blocks(base64.encodebytes(data).replace(b"\n", b"\r\n"), size))
    assert b"".join(decoded) == data
    assert not decoded.garbled
    assert not decoded.unfinished


@given(st.binary(max_size=400), st.integers(1, 90))
def test_quoted_printable_in_any_blocks(data: bytes, size: int) -> None:
    decoded = Decoded("quoted-printable", blocks(quopri.encodestring(data), size))
    assert b"".join(decoded) == data


@given(st.binary(min_size=1, max_size=400), st.integers(1, 90))
def test_uuencode_in_any_blocks(data: bytes, size: int) -> None:
    decoded = Decoded("uuencode", blocks(uuencode(data), size))
    assert b"".join(decoded) == data
    assert not decoded.unfinished


def test_base64_cut_inside_a_group_is_unfinished() -> None:
    coded = base64.b64encode(os.urandom(300))
    decoded = Decoded("base64", [coded[:-2]])
    assert len(b"".join(decoded)) == 298
    assert decoded.unfinished


def test_base64_with_other_signs_in_it_is_garbled_but_keeps_its_letters() -> None:
    data = bytes(range(200))
    coded = base64.b64encode(data)
    decoded = Decoded("base64", [coded[:50] + b"!?\xa3" + coded[50:]])
    assert b"".join(decoded) == data
    assert decoded.garbled


@pytest.mark.parametrize("footer", [b"\n____\nlist@a.cn footer\n", b"\n-- \nsent by me\n", b"\n\n"])
def test_a_footer_behind_base64_is_no_damage(footer: bytes) -> None:
    data = bytes(100)
    decoded = Decoded("base64", [base64.encodebytes(data) + footer])
    assert b"".join(decoded) == data
    assert not decoded.garbled


def test_two_padded_pieces_are_one_file() -> None:
    first, second = os.urandom(100), os.urandom(100)
    decoded = Decoded("base64", [base64.b64encode(first) + b"\n" + base64.b64encode(second)])
    assert b"".join(decoded) == first + second
    assert not decoded.garbled


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "uuencode", "none"])
@given(st.lists(st.binary(max_size=50), max_size=5))
def test_any_bytes_are_decoded_without_a_crash(encoding: str, data: list[bytes]) -> None:
    assert isinstance(b"".join(Decoded(encoding, data)), bytes)


@pytest.mark.parametrize(
    ("label", "beginning", "content_type", "encoding"),
    [
        (" BASE64 ", b"", "application/pdf", "base64"),
        ("base-64", b"", "application/pdf", "base64"),
        ("quoted-printable; x", b"", "text/plain", "quoted-printable"),
        ("x-uuencode", b"", "application/pdf", "uuencode"),
        ("8bit", b"", "text/plain", "none"),
        ("7bit", (b"A" * 76 + b"\r\n") * 3, "application/msword", "base64"),
        ("", (b"A" * 76 + b"\r\n") * 3, "text/plain", "none"),
        ("x-unknown", b"PK\x03\x04", "application/zip", "none"),
    ],
)
def test_the_encoding_is_the_label_or_how_it_looks(
    label: str, beginning: bytes, content_type: str, encoding: str
) -> None:
    assert encoding_of(label, beginning, content_type) == encoding


def test_files_uuencoded_into_a_text_are_taken_out_of_it() -> None:
    data = os.urandom(200)
    body = b"hello\n" + uuencode(data, "form 1.doc") + b"bye\n"
    text, files = uuencoded_files(body)
    assert text == b"hello\nbye\n"
    assert [(name, b"".join(decoded)) for name, decoded in files] == [(b"form 1.doc", data)]


def test_a_text_that_speaks_of_beginning_and_end_is_left_alone() -> None:
    body = b"let us\nbegin 100 metres from here\nand so on\nend\n"
    assert uuencoded_files(body) == (body, [])
