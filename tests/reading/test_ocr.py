"""The real OCR on a handful of pages: seconds each. The whole matrix is in tests/corpus."""

from __future__ import annotations

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.form import parse_form
from inbox_ingest.reading.scan import recognised_scan
from inbox_ingest.records import IssueCode, Problem
from tests import scans
from tests.corpus.scan_matrix import EXPECTED, read_values

pytestmark = pytest.mark.ocr


def recognised(page: scans.Page, kind: str = "JPEG") -> ocr.OcrResult:
    result = ocr.load(ocr.recognise(MemoryContent(scans.encoded(page, kind)), kind.lower()))
    assert isinstance(result, ocr.OcrResult)
    return result


def test_every_field_of_a_stamped_colour_scan() -> None:
    page = scans.noisy(scans.rotated(scans.stamped(scans.form_page(dpi=150)), 3))
    finding = recognised_scan(recognised(page))
    assert finding.scan is not None and finding.document is not None
    assert (finding.scan.seal, finding.scan.over_opinion) == ("present", True)
    assert finding.scan.seal_text == "清江市公路运输集团有限公司"
    assert finding.document.means == "ocr"
    form = parse_form(finding.document, load_campaign(shipped_campaign()), "扫描件.jpg")
    assert form is not None
    assert read_values(form) == EXPECTED


def test_a_page_that_lies_on_its_side_is_turned_and_read() -> None:
    page = scans.turned(scans.stamped(scans.form_page(dpi=110)), 1)
    result = recognised(page)
    assert result.pages[0].height > result.pages[0].width
    assert any(line.text == "红色驿站点亮货车司机回家路" for line in result.pages[0].lines)


def test_a_colour_page_without_a_seal_is_surely_without() -> None:
    scan = recognised_scan(recognised(scans.noisy(scans.form_page(dpi=110)))).scan
    assert scan is not None and (scan.seal, scan.colour) == ("absent", True)


def test_a_form_cut_off_above_the_seal_is_not_called_unstamped() -> None:
    whole = scans.noisy(scans.form_page(dpi=110))
    upper = whole.image.crop((0, 0, whole.image.width, round(whole.px(180))))
    scan = recognised_scan(recognised(scans.Page(upper, 110))).scan
    assert scan is not None and scan.seal == "unverified"


def test_a_damaged_picture_is_a_value() -> None:
    result = ocr.recognise(MemoryContent(b"\xff\xd8\xff\xe0 no picture"), "jpeg")
    assert isinstance(result, Problem) and result.code is IssueCode.FILE_UNREADABLE


def test_a_sealed_sheet_that_takes_up_two_thirds_of_a_phone_s_picture_is_read_whole() -> None:
    page = scans.stamped(scans.form_page(dpi=150))
    finding = recognised_scan(recognised(scans.on_desk(page, 0.65, size=(3000, 2250))))
    assert finding.scan is not None and finding.scan.seal == "present"
    assert finding.document is not None
    form = parse_form(finding.document, load_campaign(shipped_campaign()), "mmexport1.jpg")
    assert form is not None
    assert read_values(form) == EXPECTED
