"""What is said of a picture before OCR and after it, and when nothing is said to the sender."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import MemoryContent, NothingDerived
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.scan import read_picture, recognised_scan
from inbox_ingest.records import IssueCode, Problem, ScanRecord
from tests import scans
from tests.reading.test_scan_page import held_up


def read(page: scans.Page | Image.Image, derived: Any = None, kind: str = "JPEG") -> Finding:
    content = MemoryContent(scans.encoded(page, kind))
    return read_picture(content, kind.lower(), derived or NothingDerived())


# --- before OCR -------------------------------------------------------------------------------


def test_a_page_waits_for_ocr_and_its_seal_is_seen_at_once() -> None:
    finding = read(scans.noisy(scans.stamped(scans.form_page(dpi=110))))
    assert finding.picture == "page"
    assert [want.kind for want in finding.wants] == ["ocr"]
    assert finding.scan is not None and finding.scan.seal == "present"


def test_before_ocr_a_missing_seal_is_not_stated() -> None:
    finding = read(scans.noisy(scans.form_page(dpi=110)))
    assert finding.scan is not None
    assert finding.scan.seal == "unverified" and finding.scan.note


def test_a_photo_in_which_a_sheet_may_be_seen_is_read_only_if_nothing_else_answers() -> None:
    finding = read(held_up())
    assert (finding.picture, finding.wants, finding.scan) == ("photo", (), None)
    assert finding.lost and [want.kind for want in finding.spare] == ["ocr"]
    unreadable_here = read(held_up(), NoOcr())
    assert unreadable_here.lost and not unreadable_here.spare


def test_a_photo_that_was_read_after_all_is_still_a_photo_and_nothing_of_it_is_lost() -> None:
    kept = ocr.OcrResult(pages=(page(lines=(line("热烈庆祝", 100),)),), photo=True)
    finding = recognised_scan(kept)
    assert (finding.picture, finding.lost) == ("photo", ())
    assert finding.document is not None and not finding.document.lost


def test_a_page_of_which_nothing_could_be_read_is_lost() -> None:
    finding = recognised_scan(ocr.OcrResult(pages=(page(lines=()),)))
    assert finding.document is not None and finding.document.lost


def test_a_photo_and_a_logo_never_wait_for_ocr() -> None:
    wall = Image.new("RGB", (900, 700), (90, 120, 160))
    for picture, kind in ((wall, "photo"), (Image.new("RGB", (120, 40), "white"), "logo")):
        finding = read(picture)
        assert (finding.picture, finding.wants, finding.scan) == (kind, (), None)


def test_a_damaged_picture_is_the_file_s_fault_and_a_bomb_is_suspicious() -> None:
    broken = read_picture(
        MemoryContent(b"\xff\xd8\xff\xe0" + b"\0" * 500), "jpeg", NothingDerived()
    )
    assert [problem.code for problem in broken.problems] == [IssueCode.FILE_UNREADABLE]


class NoOcr(NothingDerived):
    def recognised(self, sha256: str) -> Problem:
        return Problem(code=IssueCode.READER_MISSING, detail="本机未安装")


def test_without_ocr_the_organiser_is_told_and_nothing_waits() -> None:
    finding = read(scans.noisy(scans.form_page(dpi=110)), NoOcr())
    assert finding.wants == ()
    assert [problem.code for problem in finding.problems] == [IssueCode.READER_MISSING]
    assert finding.scan is not None and finding.scan.seal == "unverified"


# --- after OCR --------------------------------------------------------------------------------


class Recognised(NothingDerived):
    def __init__(self, kept: bytes) -> None:
        self.kept = kept

    def recognised(self, sha256: str) -> bytes:
        return self.kept


def line(text: str, top: int, score: float = 0.98) -> ocr.Line:
    return ocr.Line(box=(200, top, 200 + 30 * len(text), top + 30), text=text, score=score)


FORM_LINES = (
    line("征集活动申报表", 100),
    line("案例名称", 300),
    line("申报单位意见", 1100),
    line("盖章", 1300),
)
OPINION_CELL = (150, 1000, 900, 1400)


def page(**changes: Any) -> ocr.PageResult:
    usual: dict[str, Any] = {
        "number": 1,
        "width": 1100,
        "height": 1600,
        "lines": FORM_LINES,
        "cells": (OPINION_CELL,),
        "seal": "absent",
        "colour": True,
    }
    return ocr.PageResult(**{**usual, **changes})


def record(*pages: ocr.PageResult, unread: tuple[int, ...] = (), more: bool = False) -> ScanRecord:
    scan = recognised_scan(ocr.OcrResult(pages=pages, unread=unread, more=more)).scan
    assert scan is not None
    return scan


def test_the_kept_result_is_enough_the_picture_is_not_opened_again() -> None:
    kept = ocr.OcrResult(pages=(page(),)).model_dump_json().encode()
    finding = read_picture(MemoryContent(b"no picture at all"), "jpeg", Recognised(kept))
    assert finding.wants == () and finding.problems == ()
    assert finding.document is not None and "案例名称" in finding.document.text


def test_a_result_of_another_version_is_made_again() -> None:
    kept = b'{"version": 0, "pages": []}'
    finding = read(scans.noisy(scans.form_page(dpi=110)), Recognised(kept))
    assert [want.kind for want in finding.wants] == ["ocr"]


def test_a_colour_form_without_any_seal_surely_has_none() -> None:
    assert record(page()).seal == "absent"


@pytest.mark.parametrize(
    "pages",
    [
        (page(lines=FORM_LINES[:2]),),
        (page(lines=(*FORM_LINES[:2], line("2025年5月20日", 1100))),),
        (page(lines=FORM_LINES[:3]),),
        (page(lines=(*FORM_LINES[:3], line("同意", 1300))),),
        (page(lines=(*FORM_LINES[:3], line("我们于2025年5月20日成立", 500))),),
        (page(cells=()),),
        (page(seal="unverified", seal_note="灰度"),),
        (page(), page(number=2, seal="unverified", seal_note="灰度")),
        (page(lines=(*FORM_LINES, line("看不清的字", 500, 0.3), line("也看不清", 600, 0.4))),),
        (),
    ],
    ids=[
        "the place for the seal is not in the picture",
        "a date alone is no place for a seal",
        "the opinion's row may go on over the page",
        "what is agreed to is no place for a seal",
        "a date in a sentence is no place for a seal",
        "the field for the seal may go on below the picture",
        "the page has no colour",
        "one page of two has no colour",
        "hardly legible",
        "nothing was read",
    ],
)
def test_in_any_doubt_a_person_looks(pages: tuple[ocr.PageResult, ...]) -> None:
    scan = record(*pages)
    assert scan.seal == "unverified" and scan.note


def test_pages_that_nobody_looked_at_may_bear_the_seal() -> None:
    assert record(page(), more=True).seal == "unverified"
    assert record(page(), unread=(9, 10)).seal == "unverified"


def test_what_nobody_read_is_named() -> None:
    blurred = page(number=2, lines=tuple(line(f"第{n}行看不清", 100 * n, 0.4) for n in range(4)))
    result = ocr.OcrResult(pages=(page(), blurred), unread=(9, 10), more=True)
    document = recognised_scan(result).document
    assert document is not None
    assert document.lost == ("第9、10页未识别", "第2页不清", "后面的页未查看")
    clear = recognised_scan(ocr.OcrResult(pages=(page(),))).document
    assert clear is not None and clear.lost == ()


def test_a_seal_on_any_page_is_a_seal() -> None:
    scan = record(page(), page(number=2, seal="present", seal_text="清江市公路运输"))
    assert (scan.seal, scan.seal_text) == ("present", "清江市公路运输")


@pytest.mark.parametrize(
    ("circle", "over"),
    [((350.0, 1150.0, 100.0), True), ((700.0, 400.0, 100.0), False)],
    ids=["on the opinion", "high above it"],
)
def test_whether_the_seal_lies_on_the_opinion(
    circle: tuple[float, float, float], over: bool
) -> None:
    assert record(page(seal="present", seal_circle=circle)).over_opinion is over


def test_anywhere_in_the_opinion_s_row_of_the_table_is_on_the_opinion() -> None:
    cells = ((100, 1000, 300, 1400), (305, 1000, 1000, 1400))
    scan = record(page(seal="present", seal_circle=(800.0, 1300.0, 100.0), cells=cells))
    assert scan.over_opinion is True


def test_without_an_opinion_field_nobody_knows_what_the_seal_lies_on() -> None:
    scan = record(page(seal="present", seal_circle=(1.0, 1.0, 9.0), lines=FORM_LINES[:2]))
    assert scan.over_opinion is None
