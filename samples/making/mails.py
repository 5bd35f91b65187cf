"""Raw mails as Chinese mail clients write them: header by header, byte by byte.

Nothing here uses a mail library: libraries write what is right, and clients write what they write.
"""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

MAILBOX = "jtzyh2007@126.com"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
Client = Literal["qq", "foxmail", "163", "outlook", "master", "apple", "raw"]


@dataclass(frozen=True)
class File:
    """A file to attach: its name, bytes, true MIME type; `inline` is a picture shown in the text."""

    name: str
    data: bytes
    type: str = DOCX
    inline: bool = False


@dataclass(frozen=True)
class Letter:
    """What the sender meant to send, before a client turned it into bytes.

    `sent` is the time of the Date header and of the receipt (aware). `headers` come on top of the
    client's own. `html` replaces the HTML part that the client would make from `text`.
    """

    sender: str
    name: str
    subject: str
    text: str
    sent: datetime
    files: tuple[File, ...] = ()
    html: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    to: str = MAILBOX

    @property
    def mark(self) -> str:
        """Hexadecimal digits of this letter's own, for identifiers and boundaries."""
        seed = f"{self.sender}|{self.subject}|{self.sent.isoformat()}"
        return hashlib.sha256(seed.encode()).hexdigest().upper()

    @property
    def guid(self) -> str:
        """A GUID of this letter's own."""
        m = self.mark
        return f"{m[:8]}-{m[8:12]}-{m[12:16]}-{m[16:20]}-{m[20:32]}"

    @property
    def host(self) -> str:
        """The domain of the sender's address."""
        return self.sender.rpartition("@")[2]


def written(letter: Letter, client: Client) -> bytes:
    """The mail as `client` writes it and the mailbox's server received it."""
    body = _CLIENTS[client](letter)
    return received(letter) + b"\r\n".join(body) + b"\r\n"


def received(letter: Letter) -> bytes:
    """The headers that the receiving server puts on top: the time of receipt comes from here."""
    return (
        f"Received: from mail.{letter.host} (unknown [198.51.100.24])\r\n"
        f"\tby mx24 (Coremail) with SMTP id {letter.mark[:16]}--.{letter.mark[16:21]}S2;\r\n"
        f"\t{format_datetime(letter.sent)} (CST)\r\n"
    ).encode()


# --- pieces -----------------------------------------------------------------------------------


def in_charset(text: str, label: str) -> bytes:
    """The text's bytes as clients label them: what they call gb2312 is GBK in truth."""
    codec = "gb18030" if label.lower() in ("gb2312", "gbk") else label
    return text.encode(codec, "xmlcharrefreplace")


def encoded_word(text: str, charset: str, how: Literal["B", "Q"] = "B") -> str:
    """The whole text as one RFC 2047 word, however long, as Chinese clients do."""
    if text.isascii():
        return text
    raw = in_charset(text, charset)
    if how == "B":
        return f"=?{charset}?B?{base64.b64encode(raw).decode()}?="
    quoted = "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"={byte:02X}" for byte in raw
    )
    return f"=?{charset}?Q?{quoted}?="


def split_encoded_words(text: str, charset: str, size: int) -> str:
    """RFC 2047 words cut every `size` bytes, in the middle of a character where it so happens."""
    raw = in_charset(text, charset)
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    return "\r\n ".join(f"=?{charset}?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)


def in_base64(data: bytes, width: int = 76) -> bytes:
    """Base64 in lines of `width` characters, CRLF between them."""
    text = base64.b64encode(data)
    return b"\r\n".join(text[start : start + width] for start in range(0, len(text), width))


def multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> list[bytes]:
    """A multipart body with its own Content-Type header line."""
    lines = [f'Content-Type: multipart/{kind};\r\n\tboundary="{boundary}"'.encode(), b""]
    lines.append(b"This is a multi-part message in MIME format.\r\n")
    for part in parts:
        lines += [f"--{boundary}".encode(), part]
    lines.append(f"--{boundary}--\r\n".encode())
    return lines


def part(headers: str, body: bytes) -> bytes:
    """One body part: header lines, an empty line, the body."""
    return headers.encode() + b"\r\n\r\n" + body


def as_html(text: str) -> str:
    """What a rich-text editor makes of plain lines."""
    lines = "".join(f"<div>{line or '<br>'}</div>" for line in text.split("\n"))
    return f"<html><head></head><body>{lines}</body></html>"


def _text_parts(letter: Letter, charset: str, how: Literal["base64", "quoted-printable"]) -> bytes:
    """multipart/alternative of the plain text and its HTML."""
    boundary = f"----=_Alt_{letter.mark[8:24]}"
    html = letter.html if letter.html is not None else as_html(letter.text)
    parts = []
    for kind, text in (("plain", letter.text), ("html", html)):
        raw = in_charset(text.replace("\n", "\r\n"), charset)
        body = in_base64(raw) if how == "base64" else quopri.encodestring(raw).rstrip(b"\n")
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head = f'Content-Type: text/{kind};\r\n\tcharset="{charset}"\r\nContent-Transfer-Encoding: {how}'
        parts.append(part(head, body + b"\r\n"))
    return b"\r\n".join(multipart("alternative", boundary, parts))


def _head(*lines: str | bytes) -> list[bytes]:
    return [line if isinstance(line, bytes) else line.encode() for line in lines]


def _more(letter: Letter) -> list[bytes]:
    return [f"{name}: {value}".encode() for name, value in letter.headers]


def _attached(
    letter: Letter, content_type: Callable[[File], str], disposition: Callable[[File], str]
) -> list[bytes]:
    parts = []
    for number, file in enumerate(letter.files):
        head = f"{content_type(file)}\r\nContent-Transfer-Encoding: base64\r\n"
        if file.inline:
            head += f"Content-ID: <image{number:03d}.png@{letter.mark[:8]}.{letter.mark[8:16]}>\r\n"
        parts.append(part(head + disposition(file), in_base64(file.data) + b"\r\n"))
    return parts


# --- clients ----------------------------------------------------------------------------------


def _qq(letter: Letter) -> list[bytes]:
    """QQ Mail: everything gb18030, every attachment application/octet-stream with a charset."""
    charset = "gb18030"
    name = encoded_word(letter.name, charset)
    head = _head(
        f'From: "{name}" <{letter.sender}>',
        f'To: "{encoded_word("案例征集", charset)}" <{letter.to}>',
        f"Subject: {encoded_word(letter.subject, charset)}",
        "Mime-Version: 1.0",
        f"Date: {format_datetime(letter.sent)}",
        "X-Priority: 3",
        f"Message-ID: <tencent_{letter.mark[:32]}@qq.com>",
        "X-QQ-MIME: TCMime 1.0 by Tencent",
        "X-Mailer: QQMail 2.x",
        "X-QQ-Mailer: QQMail 2.x",
        *_more(letter),
        "Content-Transfer-Encoding: 8Bit",
    )
    files = _attached(
        letter,
        lambda file: (
            f'Content-Type: application/octet-stream;\r\n\tcharset="{charset}";\r\n'
            f'\tname="{encoded_word(file.name, charset)}"'
        ),
        lambda file: (
            f'Content-Disposition: attachment; filename="{encoded_word(file.name, charset)}"'
        ),
    )
    return head + multipart(
        "mixed",
        f"----=_NextPart_{letter.mark[:8]}_{letter.mark[8:16]}_{letter.mark[16:24]}",
        [_text_parts(letter, charset, "base64"), *files],
    )


def _foxmail(letter: Letter) -> list[bytes]:
    """Foxmail 7.2: GB2312 labels, names in encoded words inside quotes."""
    charset = "GB2312"
    head = _head(
        f"Date: {format_datetime(letter.sent)}",
        f"From: {encoded_word(letter.name, charset)} <{letter.sender}>",
        f"To: {letter.to.partition('@')[0]} <{letter.to}>",
        f"Subject: {encoded_word(letter.subject, charset)}",
        "X-Priority: 3",
        f"X-GUID: {letter.mark[:8]}-{letter.mark[8:12]}-{letter.mark[12:16]}",
        "X-Has-Attach: yes" if letter.files else "X-Has-Attach: no",
        "X-Mailer: Foxmail 7.2.25.375[cn]",
        "Mime-Version: 1.0",
        f"Message-ID: <{letter.sent:%Y%m%d%H%M%S}{letter.mark[:10]}@{letter.host}>",
        *_more(letter),
    )
    files = _attached(
        letter,
        lambda file: (
            "Content-Type: application/octet-stream;\r\n"
            f'\tname="{encoded_word(file.name, charset)}"'
        ),
        lambda file: (
            f'Content-Disposition: attachment;\r\n\tfilename="{encoded_word(file.name, charset)}"'
        ),
    )
    return head + multipart(
        "mixed",
        f"----=_001_NextPart{int(letter.mark[:9], 16)}_=----",
        [_text_parts(letter, charset, "base64"), *files],
    )


def _163(letter: Letter) -> list[bytes]:
    """Webmail of 163 and 126 (Coremail): GBK, file names as one Q word."""
    charset = "GBK"
    head = _head(
        f"Date: {format_datetime(letter.sent)}",
        f"From: {encoded_word(letter.name, charset)} <{letter.sender}>",
        f"To: {letter.to}",
        f"Subject: {encoded_word(letter.subject, charset)}",
        "X-Priority: 3",
        "X-Mailer: Coremail Webmail Server Version XT5.0.14 build\r\n"
        " 20240801(9da12a7b) Copyright (c) 2002-2025 www.mailtech.cn 163com",
        *_more(letter),
        "MIME-Version: 1.0",
        f"Message-ID: <{letter.mark[:8].lower()}.19655c0f122.Coremail.{letter.sender}>",
    )
    files = _attached(
        letter,
        lambda file: (
            f'Content-Type: {file.type};\r\n\tname="{encoded_word(file.name, charset, "Q")}"'
        ),
        lambda file: (
            "Content-Disposition: attachment;\r\n"
            f'\tfilename="{encoded_word(file.name, charset, "Q")}"'
        ),
    )
    return head + multipart(
        "mixed",
        f"----=_Part_{int(letter.mark[:4], 16)}_{int(letter.mark[4:11], 16)}.1745284494321",
        [_text_parts(letter, charset, "base64"), *files],
    )


def _outlook(letter: Letter) -> list[bytes]:
    """Outlook: gb2312, true types, pictures of the signature as related parts of the text."""
    charset = "gb2312"
    head = _head(
        f"From: {encoded_word(letter.name, charset)} <{letter.sender}>",
        f"To: <{letter.to}>",
        f"Subject: {encoded_word(letter.subject, charset)}",
        f"Date: {format_datetime(letter.sent)}",
        f"Message-ID: <{letter.mark[:6].lower()}01dbb36a${letter.mark[6:14].lower()}$@{letter.host}>",
        *_more(letter),
        "MIME-Version: 1.0",
        "X-Mailer: Microsoft Outlook 16.0",
        f"Thread-Index: {base64.b64encode(letter.mark[:22].encode()).decode()}",
        "Content-Language: zh-cn",
    )

    def kind(file: File) -> str:
        return f'Content-Type: {file.type};\r\n\tname="{encoded_word(file.name, charset)}"'

    def disposition(file: File) -> str:
        how = "inline" if file.inline else "attachment"
        return f'Content-Disposition: {how};\r\n\tfilename="{encoded_word(file.name, charset)}"'

    parts = _attached(letter, kind, disposition)
    pictures = [p for p, file in zip(parts, letter.files, strict=True) if file.inline]
    others = [p for p, file in zip(parts, letter.files, strict=True) if not file.inline]
    text = _text_parts(letter, charset, "quoted-printable")
    stem = f"01DBB36A.{letter.mark[:8]}"
    if pictures:
        text = b"\r\n".join(
            multipart("related", f"----=_NextPart_001_0013_{stem}", [text, *pictures])
        )
    return head + multipart("mixed", f"----=_NextPart_000_0012_{stem}", [text, *others])


def _master(letter: Letter) -> list[bytes]:
    """网易邮箱大师 on a phone: UTF-8, generic types for what it does not know."""
    charset = "UTF-8"
    head = _head(
        f"Date: {format_datetime(letter.sent)}",
        f"From: {encoded_word(letter.name, charset)} <{letter.sender}>",
        f'To: "{letter.to}" <{letter.to}>',
        f"Message-ID: <{letter.guid}@{letter.host}>",
        f"Subject: {encoded_word(letter.subject, charset)}",
        "X-CUSTOM-MAIL-MASTER-SENT-ID: " + letter.mark[:32],
        *_more(letter),
        "MIME-Version: 1.0",
    )
    files = _attached(
        letter,
        lambda file: (
            f'Content-Type: application/octet-stream; name="{encoded_word(file.name, charset)}"'
        ),
        lambda file: (
            f'Content-Disposition: attachment; filename="{encoded_word(file.name, charset)}"'
        ),
    )
    return head + multipart(
        "mixed",
        f"__MESSAGE__ID__{letter.mark[:12]}",
        [_text_parts(letter, charset, "base64"), *files],
    )


def _apple(letter: Letter) -> list[bytes]:
    """Apple Mail: UTF-8, names by RFC 2231, percent-encoded."""
    charset = "utf-8"
    head = _head(
        f"From: {encoded_word(letter.name, charset)} <{letter.sender}>",
        "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.500.181.1.5\\))",
        f"Subject: {split_encoded_words(letter.subject, charset, 39)}",
        f"Message-Id: <{letter.guid}@{letter.host}>",
        f"Date: {format_datetime(letter.sent)}",
        f"To: {letter.to}",
        *_more(letter),
        "X-Mailer: Apple Mail (2.3826.500.181.1.5)",
    )
    files = _attached(
        letter,
        lambda file: (
            f"Content-Type: {file.type};\r\n\tx-unix-mode=0644;\r\n"
            f'\tname="{encoded_word(file.name, charset)}"'
        ),
        lambda file: (
            f"Content-Disposition: attachment;\r\n\tfilename*=utf-8''{quote(file.name, safe='')}"
        ),
    )
    boundary = f"Apple-Mail=_{letter.mark[:8]}-{letter.mark[8:12]}-4{letter.mark[12:15]}"
    return head + multipart(
        "mixed", boundary, [_text_parts(letter, charset, "quoted-printable"), *files]
    )


def _raw(letter: Letter) -> list[bytes]:
    """An old office system's mailer: 8-bit GBK in headers and names, nothing encoded, nothing said."""
    gbk = "gbk"

    def attached(file: File) -> bytes:
        head = b'Content-Type: application/msword;\r\n\tname="' + file.name.encode(gbk) + b'"\r\n'
        head += b"Content-Transfer-Encoding: base64\r\n"
        head += b'Content-Disposition: attachment;\r\n\tfilename="' + file.name.encode(gbk) + b'"'
        return head + b"\r\n\r\n" + in_base64(file.data) + b"\r\n"

    text = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    text += letter.text.replace("\n", "\r\n").encode(gbk) + b"\r\n"
    head = [
        b"From: " + letter.name.encode(gbk) + f" <{letter.sender}>".encode(),
        f"To: {letter.to}".encode(),
        b"Subject: " + letter.subject.encode(gbk),
        f"Date: {format_datetime(letter.sent)}".encode(),
        f"Message-ID: <{letter.mark[:20]}@{letter.host}>".encode(),
        b"X-Mailer: OA Mail 3.1",
        b"MIME-Version: 1.0",
    ]
    return head + multipart("mixed", f"OA_{letter.mark[:16]}", [text, *map(attached, letter.files)])


_CLIENTS: dict[Client, Callable[[Letter], list[bytes]]] = {
    "qq": _qq,
    "foxmail": _foxmail,
    "163": _163,
    "outlook": _outlook,
    "master": _master,
    "apple": _apple,
    "raw": _raw,
}
