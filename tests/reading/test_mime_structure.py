"""The parts of a mail are found where they lie, however badly it is put together, and within limits."""

from __future__ import annotations

import email

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.mime_structure import (
    DEEPEST,
    LARGEST_HEADER,
    PART_MARK,
    Part,
    RawMail,
    TooComplex,
    skeleton,
    structure_of,
)


def parts(data: bytes) -> list[tuple[str, str, bytes]]:
    with RawMail(MemoryContent(data)) as raw:
        root = structure_of(raw)
        return [
            (part.path, part.content_type, raw.cut(part.start, part.end)) for part in root.leaves()
        ]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


ALTERNATIVE = """\
Subject: x
Content-Type: multipart/mixed; boundary="out"

preamble
--out
Content-Type: multipart/alternative;
 boundary=out2

--out2

plain
--out2
Content-Type: text/html

<b>html</b>

--out2--
--out
Content-Type: image/png; name=a.png

PNG
--out--
epilogue
"""


@pytest.mark.parametrize("data", [crlf(ALTERNATIVE), ALTERNATIVE.encode()])
def test_parts_are_numbered_as_imap_does_and_end_before_their_delimiter(data: bytes) -> None:
    assert [(path, kind, body.strip()) for path, kind, body in parts(data)] == [
        ("1.1", "text/plain", b"plain"),
        ("1.2", "text/html", b"<b>html</b>"),
        ("2", "image/png", b"PNG"),
    ]
    assert parts(data)[2][2] == b"PNG"


def test_a_mail_of_one_part() -> None:
    assert parts(b"Subject: x\r\n\r\nbody\r\n") == [("1", "text/plain", b"body\r\n")]
    assert parts(b"body without headers\n") == [("1", "text/plain", b"body without headers\n")]
    assert parts(b"") == [("1", "text/plain", b"")]


def test_a_multipart_that_nothing_closes_keeps_its_last_part_and_says_so() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo, cut o"
    assert [body for _, _, body in parts(data)] == [b"one", b"two, cut o"]
    with RawMail(MemoryContent(data)) as raw:
        assert [part.closed for part in structure_of(raw).leaves()] == [True, False]


def test_parts_behind_a_closing_that_came_too_early_are_not_lost() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n"
    assert [body for _, _, body in parts(data)] == [b"one", b"two"]


def test_a_multipart_without_parts_is_one_part() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\njust text\n"
    assert parts(data) == [("1", "multipart/mixed", b"just text\n")]


def test_a_boundary_that_was_declared_wrongly_is_found() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--y_1\nContent-Type: a/b\n\none\n--y_1--\n"
    )
    assert parts(data) == [("1", "a/b", b"one")]


def test_lines_that_only_begin_like_a_delimiter_are_text() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bc\n--b c\n --b\n--b--\n"
    assert [body for _, _, body in parts(data)] == [b"--bc\n--b c\n --b"]


def test_a_header_line_folded_without_a_blank_does_not_end_the_header() -> None:
    data = b"Subject: a long\nsubject badly folded\nContent-Type: text/html\n\nbody"
    assert parts(data) == [("1", "text/html", b"body")]


def test_the_separator_line_of_mbox_is_no_header() -> None:
    assert parts(b"From a@b Mon May 5\nSubject: x\nContent-Type: a/b\n\ny") == [("1", "a/b", b"y")]


def test_a_skeleton_parses_into_the_same_tree() -> None:
    with RawMail(MemoryContent(crlf(ALTERNATIVE))) as raw:
        root = structure_of(raw)
    marked = [part[PART_MARK] for part in email.message_from_bytes(skeleton(root)).walk()]
    assert marked == ["", "1", "1.1", "1.2", "2"]


def nested(depth: int) -> bytes:
    data = b"\nbottom"
    for level in range(depth):
        name = b"b%d" % level
        data = b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n%s" % (name, name, data)
    return data


def test_nesting_is_followed_to_a_limit_and_then_kept_unopened() -> None:
    assert parts(nested(DEEPEST))[0][2] == b"bottom"
    with RawMail(MemoryContent(nested(1000))) as raw:
        leaves = list(structure_of(raw).leaves())
    assert [leaf.too_deep for leaf in leaves] == [True]


def test_too_many_parts_are_refused() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000
    with pytest.raises(TooComplex, match="1000"):
        parts(data)


def test_an_enormous_header_is_refused_and_a_large_one_read() -> None:
    large = b"X-Junk: " + b"a" * 60_000 + b"\nContent-Type: a/b\n\nbody"
    assert parts(large) == [("1", "a/b", b"body")]
    with pytest.raises(TooComplex, match="邮件头"):
        parts(b"X-Junk: " + b"a\n " * LARGEST_HEADER)


def test_a_large_mail_is_searched_in_windows_and_delimiters_between_them_are_found() -> None:
    for shift in range(0, 12):
        filler = b"A" * ((1 << 20) - 80 + shift)
        data = b"Content-Type: multipart/mixed; boundary=bnd\n\n--bnd\n\n" + filler
        data += b"\n--bnd\n\n" + b"B" * (5 << 20) + b"\n--bnd--\n"
        with RawMail(MemoryContent(data)) as raw:
            found = [part.end - part.start for part in structure_of(raw).leaves()]
        assert found == [len(filler), 5 << 20]


HEAP = [b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n"]
HEAP += [b"--b\n", b"--b--\n", b"--c\n", b"\n", b"\r\n", b"x", b": ", b"From a\n", b"\xff"]


@given(st.lists(st.sampled_from(HEAP), max_size=30))
def test_any_heap_of_pieces_gives_parts_that_lie_inside_the_mail_in_order(
    pieces: list[bytes],
) -> None:
    data = b"".join(pieces)
    with RawMail(MemoryContent(data)) as raw:
        root = structure_of(raw)
    at = 0
    leaf: Part
    for leaf in root.leaves():
        assert at <= leaf.start <= leaf.end <= len(data)
        at = leaf.end
    email.message_from_bytes(skeleton(root))
