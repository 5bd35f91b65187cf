"""Maildirs of made-up mail, filled fast and always alike: large ones, complete ones, many."""

from __future__ import annotations

import base64
import io
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from samples.making import documents, mails
from samples.making.mails import File, Letter
from samples.making.texts import CaseStory, prose, story

_CHINA = timezone(timedelta(hours=8))
_OPENS = datetime(2025, 4, 12, 8, 0, tzinfo=_CHINA)
_MARKS = ("案例名称之处", "申报单位之处", "联系人之处", "13900000000")


class Maildir:
    """A Maildir being filled. A mail's time of receipt is its file's time, as Dovecot reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("cur", "new", "tmp"):
            (path / name).mkdir(parents=True, exist_ok=True)
        self._number = 0

    def add(self, raw: bytes, received: datetime) -> None:
        """Deliver one mail."""
        self._number += 1
        stamp = received.timestamp()
        file = self.path / "cur" / f"{int(stamp)}.M{self._number:06d}.bench:2,"
        file.write_bytes(raw)
        os.utime(file, (stamp, stamp))


def received(number: int) -> datetime:
    """When mail `number` came: inside the window, a minute after the one before."""
    return _OPENS + timedelta(minutes=number)


def filled(path: Path, count: int, make: Callable[[int], bytes]) -> Path:
    """A folder for Dovecot whose Maildir `mail` holds `count` mails made by `make(number)`.

    Made once, kept for the next run.
    """
    done = path / "complete"
    if done.is_file() and done.read_text() == str(count):
        return path
    box = Maildir(path / "mail")
    for number in range(count):
        box.add(make(number), received(number))
    done.write_text(str(count))
    return path


def ordinary(number: int) -> bytes:
    """A mail of 20 to 280 KB: a covering letter and an attachment of noise, as mbsync sees mail."""
    noise = random.Random(number)
    letter = Letter(
        f"unit{number}@example.com",
        "报送单位",
        f"案例材料 {number}",
        "材料见附件。\n",
        received(number),
        (File(f"材料{number}.bin", noise.randbytes(noise.randrange(14_000, 204_000))),),
    )
    return mails.written(letter, "foxmail")


def tiny(number: int) -> bytes:
    """A question of a few lines: for boxes where the number of mails is what counts."""
    when = format_datetime(received(number))
    return (
        f"From: person{number}@example.com\r\nTo: {mails.MAILBOX}\r\nDate: {when}\r\n"
        f"Message-ID: <q{number}@example.com>\r\nSubject: question {number}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"请问第{number}号会员单位能否参加？\r\n"
    ).encode()


def submission(number: int) -> bytes:
    """A submission by .docx: the form filled in, a case text of its own of some 2,400 字."""
    told = case(number)
    letter = Letter(
        f"unit{number}@example.com",
        told.contact,
        f"{told.unit}案例报送",
        "现报送我单位案例，请查收。\n",
        received(number),
        (
            File("附件1：案例征集申报表.docx", _form(told)),
            File("附件2：案例正文.docx", _text(told)),
        ),
    )
    return mails.written(letter, ("qq", "foxmail", "163", "master")[number % 4])


def case(number: int) -> CaseStory:
    """The invented case number `number`; no two have unit, title or text in common."""
    return story(
        unit=f"第{number}公路养护中心",
        title=f"第{number}道班红旗红",
        contact=f"甲{number}",
        phone=f"139{number:08d}",
        place=f"第{number}站",
        summary_length=320,
        body_length=2400,
        abstract_length=200,
    )


@cache
def _form_model() -> bytes:
    """A form made by python-docx once; the others are made by changing its text."""
    title, unit, contact, phone = _MARKS
    return documents.form(CaseStory(unit, title, contact, phone, summary="概要之处"))


def _form(told: CaseStory) -> bytes:
    values = (told.title, told.unit, told.contact, told.phone)
    changes = dict(zip(_MARKS, values, strict=True)) | {"概要之处": told.summary}

    def filled_in(name: str, data: bytes) -> bytes:
        if name != "word/document.xml":
            return data
        for old, new in changes.items():
            data = data.replace(f">{old}<".encode(), f">{new}<".encode())
        return data

    return documents.rezipped(_form_model(), filled_in)


@cache
def _text_model() -> bytes:
    return documents.case_text(CaseStory("单位", "题目", "", ""))


def _text(told: CaseStory) -> bytes:
    lines = [told.title, told.unit, f"摘要：{told.abstract}"]
    for section in told.sections:
        lines += [section.heading, *section.paragraphs]
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)

    def written(name: str, data: bytes) -> bytes:
        if name != "word/document.xml":
            return data
        start, end = data.index(b"<w:body>") + 8, data.index(b"<w:sectPr")
        return data[:start] + body.encode() + data[end:]

    return documents.rezipped(_text_model(), written)


def huge(size: int) -> bytes:
    """A submission with a video of `size` bytes beside its documents."""
    told = case(0)
    letter = Letter(
        "video@example.com",
        "影像",
        "案例视频",
        prose("视频", "我站", 60),
        received(0),
        (
            File("附件1：案例征集申报表.docx", _form(told)),
            File("附件2：案例正文.docx", _text(told)),
        ),
    )
    raw = mails.written(letter, "qq")
    cut = raw.rindex(b"--", 0, raw.rindex(b"--"))  # before the closing boundary
    boundary = raw[raw.rindex(b"\r\n", 0, cut) + 2 :].strip().removesuffix(b"--")
    video = io.BytesIO(b"\0\0\0\x20ftypisom" + random.Random(1).randbytes(size - 12))
    out = [raw[: raw.rindex(boundary)], boundary]
    out.append(
        b'\r\nContent-Type: video/mp4; name="video.mp4"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="video.mp4"\r\n\r\n'
    )
    while block := video.read(57 * 4096):
        out.append(base64.encodebytes(block).replace(b"\n", b"\r\n"))
    return b"".join([*out, boundary, b"--\r\n"])
