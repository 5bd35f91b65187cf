"""Mails as Outlook stores them give their files, whatever codepage wrote their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.unpack import Budget
from inbox_ingest.reading.unpack_mail import OutlookMail, open_msg, open_tnef
from inbox_ingest.records import IssueCode
from tests.reading.outlook_files import msg, msg_in_msg, winmail

FILES = [("附件1：申报表.docx", b"form" * 40), ("正文.docx", b"text")]


def of_msg(data: bytes) -> OutlookMail:
    return open_msg(MemoryContent(data), MemorySink(), Budget())


def of_tnef(data: bytes) -> OutlookMail:
    return open_tnef(MemoryContent(data), MemorySink(), Budget())


def held(mail: OutlookMail) -> list[tuple[str, bytes]]:
    return [(member.path, member.content.read()) for member in mail.members]


@pytest.mark.parametrize("ansi", [False, True])
def test_msg(ansi: bool) -> None:
    data = msg("转来材料", FILES, body="见附件", ansi=ansi)
    assert kind_of(MemoryContent(data)) == "msg"
    mail = of_msg(data)
    assert mail.subject == "转来材料"
    assert mail.bodies[0].plain == "见附件"
    assert held(mail) == FILES
    assert mail.problems == []


def test_a_mail_inside_a_msg_gives_its_files() -> None:
    assert held(of_msg(msg_in_msg("outer", FILES))) == FILES


@pytest.mark.parametrize("codec", ["gbk", "utf-8"])
def test_winmail_with_names_that_the_library_cannot_decode(codec: str) -> None:
    data = winmail([(name.encode(codec), body) for name, body in FILES])
    assert kind_of(MemoryContent(data)) == "tnef"
    assert held(of_tnef(data)) == FILES


def test_damaged_ones_are_told() -> None:
    for broken in (of_msg(msg("x", FILES)[:700]), of_tnef(winmail([(b"a", b"b")])[:9])):
        assert [problem.code for problem in broken.problems] == [IssueCode.FILE_UNREADABLE]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_winmail_that_breaks_off_is_told(share: float) -> None:
    whole = winmail([(name.encode("gbk"), body) for name, body in FILES])
    problems = of_tnef(whole[: int(len(whole) * share)]).problems
    assert [problem.code for problem in problems] == [IssueCode.FILE_UNREADABLE]


@given(st.data())
def test_flipped_bytes_never_raise(data: st.DataObject) -> None:
    for whole, opener in ((MSG, of_msg), (WINMAIL, of_tnef)):
        broken = bytearray(whole)
        for place in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=8)):
            broken[place] ^= data.draw(st.integers(1, 255))
        opener(bytes(broken))


MSG = msg("x", FILES)
WINMAIL = winmail([("表.docx".encode("gbk"), b"data")])
