"""The mail on the wire, looked at by parsers that share nothing with the one that wrote it."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.errors import UsageError
from inbox_ingest.replies.etiquette import OWN_MESSAGE_ID
from inbox_ingest.replies.outgoing import (
    Envelope,
    body_as_sent,
    build,
    message_id_for,
    subject_as_sent,
)
from tests.replies.values import BOX, at

LONG_SUBJECT = (
    "Re: 关于报送“交通先行·党建赋能”党建创新典型案例征集活动申报材料的函（望江市综合支队） [DJ003]"
)


def envelope(**changes: object) -> Envelope:
    values: dict[str, object] = {
        "sender": BOX,
        "sender_name": "江苏省交通运输党建政工和人才教育研究会",
        "recipient": "shen@wangjiang.example.cn",
        "message_id": message_id_for(BOX, "shen@wangjiang.example.cn", "DJ003"),
        "subject": LONG_SUBJECT,
        "body": "您好！\n\n.一行以点开头\n谢谢\n",
        "in_reply_to": "<m1@wangjiang.example.cn>",
        "references": ("<a@x.cn>", "<m1@wangjiang.example.cn>"),
    }
    return Envelope.model_validate(values | changes)


def headers_of(raw: bytes) -> dict[str, str]:
    """Unfolded headers by RFC 5322 §2.2.3, by hand."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n(?=[ \t])", "", head)
    pairs = [line.partition(":") for line in unfolded.split("\r\n")]
    assert all(colon for _, colon, _ in pairs)
    found = {name.lower(): value.strip() for name, _, value in pairs}
    assert len(found) == len(pairs), "a header stands twice"
    return found


def decoded(value: str) -> str:
    """Encoded words by RFC 2047, by hand: each must hold whole characters."""
    value = re.sub(r"(\?=)\s+(=\?)", r"\1\2", value)

    def word(found: re.Match[str]) -> str:
        charset, how, text = found.groups()
        if how in "bB":
            content = base64.b64decode(text, validate=True)
        else:
            spaced = text.replace("_", " ").encode()
            content = re.sub(rb"=([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), spaced)
        return content.decode(charset)

    return re.sub(r"=\?([^?]+)\?([bBqQ])\?([^?]*)\?=", word, value)


def test_headers_say_who_to_whom_and_that_a_program_answers() -> None:
    found = headers_of(build(envelope(), at(3)))
    assert decoded(found["from"]) == f"江苏省交通运输党建政工和人才教育研究会 <{BOX}>"
    assert found["to"] == "shen@wangjiang.example.cn"
    assert decoded(found["subject"]) == LONG_SUBJECT
    assert found["date"] == "Tue, 03 Jun 2025 09:00:00 +0800"
    assert found["auto-submitted"] == "auto-replied"
    assert found["x-auto-response-suppress"] == "All"
    assert found["in-reply-to"] == "<m1@wangjiang.example.cn>"
    assert found["references"].split() == ["<a@x.cn>", "<m1@wangjiang.example.cn>"]
    assert found["mime-version"] == "1.0"
    assert found["content-transfer-encoding"] == "base64"
    assert "bcc" not in found
    assert "cc" not in found


def test_a_reminder_says_that_it_answers_nothing() -> None:
    assert headers_of(build(envelope(reminder=True), at(3)))["auto-submitted"] == "auto-generated"


def test_the_text_arrives_as_written_in_lines_that_every_server_takes() -> None:
    raw = build(envelope(body="长" * 5000 + "\n.\n完\n"), at(3))
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    text = base64.b64decode(body).decode()
    assert text.replace("\r\n", "\n") == "长" * 5000 + "\n.\n完\n"


def test_long_identifiers_are_never_encoded() -> None:
    chain = tuple(f"<{'x' * 25 * n}@{n}.example.cn>" for n in range(1, 9))
    found = headers_of(build(envelope(references=chain, in_reply_to=chain[-1]), at(3)))
    assert tuple(found["references"].split()) == chain
    assert found["in-reply-to"] == chain[-1]


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@b.cn\r\nBcc: c@d.cn"},
        {"recipient": "a@b.cn, c@d.cn"},
        {"sender": "x"},
        {"message_id": "<a@b>\r\nX: y"},
    ],
)
def test_an_address_or_identifier_that_would_inject_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        build(envelope(**changes), at(3))


def encoded_word(content: bytes, charset: str = "utf-8", how: str = "b") -> str:
    """An encoded word as anybody can write one, sound or not."""
    text = (
        base64.b64encode(content).decode()
        if how in "bB"
        else "".join(f"={byte:02X}" for byte in content)
    )
    return f"=?{charset}?{how}?{text}?="


INJECTION = b"x\r\nBcc: v@x.cn\r\n\r\nGo to www.evil.cn"
# Whatever a stranger may call himself or his mail, surrogates and encoded words included.
ANYTHING = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=120)
WORDS = st.builds(
    encoded_word,
    st.binary(max_size=40) | ANYTHING.map(lambda t: t.encode("utf-8", "replace")),
    st.sampled_from(["utf-8", "gb18030", "iso-8859-1", "us-ascii", "nonsense"]),
    st.sampled_from("bBqQ"),
)
NESTED = WORDS.map(lambda word: encoded_word(word.encode("ascii")))
HOSTILE = st.lists(
    ANYTHING
    | WORDS
    | NESTED
    | st.sampled_from([encoded_word(INJECTION), encoded_word(encoded_word(INJECTION).encode())]),
    max_size=4,
).map(" ".join)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_an_encoded_word_in_an_encoded_word_brings_no_header_and_no_text(depth: int) -> None:
    subject = INJECTION.decode()
    for _ in range(depth):
        subject = encoded_word(subject.encode())
    raw = build(envelope(subject=f"Re: {subject}", sender_name=subject), at(3))
    assert set(headers_of(raw)) == set(headers_of(build(envelope(), at(3))))
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Auto-Submitted"] == "auto-replied"
    assert parsed.get_content().splitlines() == ["您好！", "", ".一行以点开头", "谢谢"]
    assert "evil" not in decoded(decoded(headers_of(raw)["subject"]))
    assert decoded(headers_of(raw)["subject"]) == f"Re: {subject}".replace("=?", "= ?")


def test_an_identifier_that_reads_as_an_encoded_word_is_left_out() -> None:
    evil = f"<{encoded_word(INJECTION)}@x.cn>"
    found = headers_of(build(envelope(in_reply_to=evil, references=(evil, "<a@x.cn>")), at(3)))
    assert "in-reply-to" not in found
    assert found["references"] == "<a@x.cn>"


@given(subject=HOSTILE, name=HOSTILE, body=ANYTHING, reference=HOSTILE)
def test_whatever_stands_in_it_no_header_is_added_and_the_text_is_what_was_shown(
    subject: str, name: str, body: str, reference: str
) -> None:
    raw = build(
        envelope(
            subject=subject,
            sender_name=name,
            body=body,
            references=(reference,),
            in_reply_to=reference,
        ),
        at(3),
    )
    raw.decode("ascii")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    found = headers_of(raw)
    assert set(found) <= set(headers_of(build(envelope(), at(3))))
    assert found["from"].endswith(f"<{BOX}>") or found["from"] == BOX
    assert found["auto-submitted"] == "auto-replied"
    assert decoded(found["subject"]) == subject_as_sent(subject)
    assert str(make_header(decode_header(found["subject"]))) == subject_as_sent(subject)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert str(parsed["Subject"]) == subject_as_sent(subject)
    assert parsed["To"].addresses[0].addr_spec == "shen@wangjiang.example.cn"
    assert parsed.get_payload(decode=True).decode() == body_as_sent(body).replace("\n", "\r\n")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=150))
def test_an_honest_subject_arrives_as_it_is(subject: str) -> None:
    assert decoded(headers_of(build(envelope(subject=subject), at(3)))["subject"]) == subject


def test_identifiers_are_deterministic_and_ours() -> None:
    first = message_id_for(BOX, "a@b.cn", "DJ003")
    assert first == message_id_for(BOX, "a@b.cn", "DJ003")
    assert OWN_MESSAGE_ID.fullmatch(first)
    assert first.endswith("@example.cn>")
    assert (
        len({first, message_id_for(BOX, "a@b.cn", "DJ004"), message_id_for(BOX, "c@b.cn", "")}) == 3
    )
