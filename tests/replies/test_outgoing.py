"""The mail on the wire, looked at by parsers that share nothing with the one that wrote it."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.errors import UsageError
from inbox_ingest.replies.etiquette import OWN_MESSAGE_ID
from inbox_ingest.replies.outgoing import Envelope, build, message_id_for
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


@given(
    subject=st.text(max_size=120),
    name=st.text(max_size=60),
    body=st.text(max_size=300),
    reference=st.text(max_size=40),
)
def test_whatever_stands_in_it_no_header_is_added(
    subject: str, name: str, body: str, reference: str
) -> None:
    plain = set(headers_of(build(envelope(), at(3))))
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
    assert set(headers_of(raw)) <= plain
    raw.decode("ascii")
    assert headers_of(raw)["from"].endswith(f"<{BOX}>") or headers_of(raw)["from"] == BOX
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_identifiers_are_deterministic_and_ours() -> None:
    first = message_id_for(BOX, "a@b.cn", "DJ003")
    assert first == message_id_for(BOX, "a@b.cn", "DJ003")
    assert OWN_MESSAGE_ID.fullmatch(first)
    assert first.endswith("@example.cn>")
    assert (
        len({first, message_id_for(BOX, "a@b.cn", "DJ004"), message_id_for(BOX, "c@b.cn", "")}) == 3
    )
