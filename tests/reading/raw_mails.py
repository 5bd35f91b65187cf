"""Builds raw mails byte by byte, so that a test says exactly what stands in them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word(text: str, codec: str = "gb18030") -> bytes:
    """An RFC 2047 word."""
    return b"=?%s?B?%s?=" % (codec.encode(), base64.b64encode(text.encode(codec)))


def part(
    body: bytes,
    content_type: str | bytes = "text/plain; charset=utf-8",
    *headers: bytes,
    encoding: str | None = "base64",
) -> bytes:
    """A part with its headers; `body` is encoded here where `encoding` is base64."""
    kind = content_type if isinstance(content_type, bytes) else content_type.encode()
    lines = [b"Content-Type: " + kind, *headers]
    if encoding is not None:
        lines.append(b"Content-Transfer-Encoding: " + encoding.encode())
    coded = base64.encodebytes(body).replace(b"\n", b"\r\n") if encoding == "base64" else body
    return b"\r\n".join(lines) + b"\r\n\r\n" + coded


def attachment(body: bytes, name: str | bytes, *headers: bytes) -> bytes:
    """A part as QQ sends it: octet-stream, the name in an encoded word."""
    shown = name if isinstance(name, bytes) else word(name)
    kind = b'application/octet-stream; charset="gb18030"; name="' + shown + b'"'
    how = b'Content-Disposition: attachment; filename="' + shown + b'"'
    return part(body, kind, *(headers or (how,)))


def multipart(parts: Sequence[bytes], kind: str = "mixed", boundary: str = "=_b") -> bytes:
    """A multipart with its header line."""
    edge = b"--" + boundary.encode()
    body = b"".join(edge + b"\r\n" + one.rstrip(b"\r\n") + b"\r\n" for one in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + body + edge + b"--\r\n"


HEAD = (
    b"From: " + word("张三") + b" <zs@126.com>\r\n"
    b"To: jtzyh2007@126.com\r\n"
    b"Subject: " + word("案例报送") + b"\r\n"
    b"Date: Tue, 06 May 2025 09:12:33 +0800\r\n"
    b"Message-ID: <1@126.com>\r\n"
    b"MIME-Version: 1.0\r\n"
)


def mail(*parts: bytes, head: bytes = HEAD) -> bytes:
    """A mail: one part, or several in a multipart/mixed."""
    return head + (parts[0] if len(parts) == 1 else multipart(parts))
