"""Split archives: joined where all their pieces came, and never called damaged."""

from __future__ import annotations

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_files
from inbox_ingest.reading.volumes import volumes_among
from inbox_ingest.records import Attachment, IssueCode
from tests.reading.archives import rar_of, zip_of
from tests.reading.test_unpack import seven_zip
from tests.word_files import docx

FILES = [
    ("申报表.docx", docx("案例名称：红色驿站")),
    ("正文.docx", docx("一、背景介绍", "二、主要做法")),
]


def read(files: list[tuple[str, bytes]]) -> tuple[Attachment, ...]:
    campaign = load_campaign(shipped_campaign())
    contents = [(name, MemoryContent(data)) for name, data in files]
    return read_files(contents, campaign, MemorySink(), NothingDerived()).attachments


def problems(found: tuple[Attachment, ...]) -> set[IssueCode]:
    return {problem.code for attachment in found for problem in attachment.problems}


def pieces(data: bytes, name: str, count: int = 3) -> list[tuple[str, bytes]]:
    size = len(data) // count + 1
    return [
        (f"{name}.{number + 1:03d}", data[number * size : (number + 1) * size])
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("data", "name"),
    [(zip_of(FILES), "材料.zip"), (seven_zip(FILES), "材料.7z"), (rar_of(FILES), "材料.rar")],
)
def test_pieces_that_all_came_are_joined(data: bytes, name: str) -> None:
    found = read(pieces(data, name))
    assert problems(found) == set()
    assert {(each.filename, each.container) for each in found if each.kind == "docx"} == {
        ("申报表.docx", name),
        ("正文.docx", name),
    }
    assert all(each.role == "archive" for each in found if each.kind != "docx")


def test_the_order_of_the_attachments_does_not_matter() -> None:
    found = read(pieces(zip_of(FILES), "材料.zip")[::-1])
    assert {each.filename for each in found if each.kind == "docx"} == {"申报表.docx", "正文.docx"}


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_piece_is_asked_of_a_person(missing: int) -> None:
    came = pieces(seven_zip(FILES), "材料.7z")
    del came[missing]
    assert problems(read(came)) == {IssueCode.READER_MISSING}


def test_volumes_with_heads_of_their_own_are_asked_of_a_person() -> None:
    whole = rar_of(FILES)
    came = [
        ("材料.part1.rar", whole[:-3000]),
        ("材料.part2.rar", b"Rar!\x1a\x07\0" + whole[-3000:]),
    ]
    assert problems(read(came)) == {IssueCode.READER_MISSING}
    assert problems(read(came[:1])) == {IssueCode.READER_MISSING}
    whole = zip_of(FILES)
    came = [("材料.z01", whole[:3000]), ("材料.zip", whole[3000:])]
    assert problems(read(came)) == {IssueCode.READER_MISSING}


def test_an_archive_that_only_has_such_a_name_is_opened() -> None:
    found = read([("申报材料.part1.rar", rar_of(FILES))])
    assert problems(found) == set()
    assert {each.filename for each in found if each.kind == "docx"} == {"申报表.docx", "正文.docx"}


def test_a_document_with_such_a_name_is_a_document() -> None:
    found = read([("申报材料.zip.001", docx("案例名称：红色驿站"))])
    assert [each.kind for each in found] == ["docx"]


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        (["a.7z.001", "a.7z.002"], [True]),
        (["a.7z.002", "a.7z.001"], [True]),
        (["a.7z.001", "a.7z.003"], [False]),
        (["a.7z.002"], [False]),
        (["a.7z.001", "b.7z.001"], [True, True]),
        (["a.part01.rar", "a.part02.rar"], [True]),
        (["a.z01", "A.ZIP"], [True]),
        (["a.r00"], [False]),
        (["报告.001", "第1.5版.docx", None], []),
    ],
)
def test_names_of_volumes(names: list[str | None], whole: list[bool]) -> None:
    assert [found.whole for found in volumes_among(names)] == whole


def test_the_members_of_a_zip_in_a_zip_are_joined_too() -> None:
    outer = zip_of(pieces(zip_of(FILES), "材料.zip"))
    found = read([("全部.zip", outer)])
    assert problems(found) == set()
    assert {each.filename for each in found if each.kind == "docx"} == {"申报表.docx", "正文.docx"}
