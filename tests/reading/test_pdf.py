"""PDFs: text in reading order, tick boxes, seals laid over text, pages that are pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import pdfplumber
import pytest
from PIL import Image

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import MemoryContent, NothingDerived
from inbox_ingest.reading.document import Document, Table
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.parsed import Parsed, parsed
from inbox_ingest.reading.pdf import read_pdf
from inbox_ingest.reading.pdf_text import read_page
from inbox_ingest.reading.table_grid import Area
from inbox_ingest.records import EMPTY_BOX, TICKED, IssueCode, Problem
from tests import scans
from tests.pdf_files import PdfPage, pdf


def read(data: bytes) -> Finding:
    return read_pdf(MemoryContent(data), NothingDerived())


def document(data: bytes) -> Document:
    found = read(data).document
    assert found is not None
    return found


def table_rows(table: Table) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    return list(rows.values())


def scanned(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PDF", resolution=150)
    return stream.getvalue()


def form() -> PdfPage:
    page = PdfPage().text(150, 60, "征集活动申报表", 18)
    page.table([60, 160, 520], [90, 120, 150, 180])
    page.text(70, 110, "案例名称").text(170, 110, "红色驿站点亮回家路")
    page.text(70, 140, "申报单位").text(170, 140, "清江市公路运输集团有限公司")
    page.text(70, 170, "申报类型").text(195, 170, "行业党建").text(315, 170, "行业思政")
    return page


# --- text -------------------------------------------------------------------------------------


def test_lines_that_fill_the_page_run_on_in_one_paragraph() -> None:
    page = PdfPage()
    page.text(84, 100, "党" * 37).text(60, 120, "建" * 39).text(60, 140, "强国。")
    page.text(84, 160, "第二段从这里开始，前面空两格。")
    paragraphs = [paragraph.text for paragraph in document(pdf(page)).paragraphs()]
    assert paragraphs == ["党" * 37 + "建" * 39 + "强国。", "第二段从这里开始，前面空两格。"]


def test_a_short_line_ends_its_paragraph() -> None:
    page = PdfPage().text(60, 100, "一、背景介绍").text(60, 120, "文" * 38)
    assert [p.text for p in document(pdf(page)).paragraphs()] == ["一、背景介绍", "文" * 38]


def test_a_paragraph_ends_before_a_table_and_text_after_it_stays_after_it() -> None:
    page = form().text(60, 240, "表后的说明文字在这里。")
    kinds = [type(block).__name__ for block in document(pdf(page)).blocks]
    assert kinds == ["Paragraph", "Table", "Paragraph"]


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    table = next(b for b in document(pdf(form())).blocks if isinstance(b, Table))
    assert table_rows(table) == [
        ["案例名称", "红色驿站点亮回家路"],
        ["申报单位", "清江市公路运输集团有限公司"],
        ["申报类型", "行业党建 行业思政"],
    ]


def test_a_table_that_goes_on_over_the_page_end_is_one_table() -> None:
    first = PdfPage().table([60, 160, 520], [700, 730, 800])
    first.text(70, 720, "案例名称").text(170, 720, "题目")
    first.text(70, 760, "案例概要").text(170, 760, "概要的前一半，")
    second = PdfPage().table([60, 160, 520], [60, 100, 140])
    second.text(170, 85, "概要的后一半。").text(70, 125, "单位意见")
    tables = [b for b in document(pdf(first, second)).blocks if isinstance(b, Table)]
    assert len(tables) == 1
    assert ["案例概要", "概要的前一半，\n概要的后一半。"] in table_rows(tables[0])


def test_page_numbers_and_repeated_headers_are_left_out() -> None:
    pages = [
        PdfPage()
        .text(200, 40, "清江市公路运输集团有限公司")
        .text(60, 200, f"正文第{number}页的内容在这里。")
        .text(290, 810, f"- {number} -")
        for number in (1, 2, 3)
    ]
    assert document(pdf(*pages)).text == "\n".join(f"正文第{n}页的内容在这里。" for n in (1, 2, 3))


def test_what_was_typed_into_form_fields_is_read() -> None:
    page = PdfPage().table([60, 160, 520], [90, 120, 150])
    page.text(70, 110, "案例名称").text_field(170, 110, "红色驿站")
    page.text(70, 140, "申报单位").text_field(170, 140, "清江港航中心")
    table = next(b for b in document(pdf(page)).blocks if isinstance(b, Table))
    assert table_rows(table) == [["案例名称", "红色驿站"], ["申报单位", "清江港航中心"]]


@pytest.mark.parametrize("ticked", [0, 1])
def test_boxes_drawn_with_lines_are_told_by_the_ink_in_them(ticked: int) -> None:
    page = form().box(178, 160, 12, ticked == 0).box(298, 160, 12, ticked == 1)
    marks = (TICKED, EMPTY_BOX) if ticked == 0 else (EMPTY_BOX, TICKED)
    text = document(pdf(page)).text.replace(" ", "")
    assert f"{marks[0]}行业党建{marks[1]}行业思政" in text


@pytest.mark.parametrize(("other", "read"), [("same", "□√"), ("nothing", "⍰⍰"), ("☑", "⍰⍰")])
def test_tick_boxes_are_believed_where_two_readers_see_the_same(other: str, read: str) -> None:
    data = pdf(PdfPage().text(60, 100, "□√"))
    with pdfplumber.open(io.BytesIO(data)) as plumber:
        page = plumber.pages[0]

        def second(area: Area) -> str:
            if other == "same":
                near = page.within_bbox((area.left, area.top, area.right, area.bottom))
                return str(near.extract_text())
            return other if other != "nothing" else ""

        found = read_page(page, 1, second, lambda squares: [])
    assert "".join(line.text for line in found.lines) == read


# --- seals ------------------------------------------------------------------------------------


def test_a_text_pdf_without_a_seal_is_no_scan() -> None:
    assert read(pdf(form())).scan is None


def test_a_signature_that_shows_is_an_electronic_seal() -> None:
    scan = read(pdf(form().signature("1 0 0 RG 4 w 10 10 100 100 re S"))).scan
    assert scan is not None
    assert (scan.seal, scan.electronic) == ("present", True)


@pytest.mark.parametrize(
    "page",
    [
        form().signature(None),
        form().signature("q Q"),
        form().signature("1 0 0 RG 4 w 0 0 9 9 re S", side=3),
    ],
    ids=["no appearance", "appearance draws nothing", "too small to be seen"],
)
def test_a_signature_that_nobody_sees_is_no_seal(page: PdfPage) -> None:
    assert read(pdf(page)).scan is None


def test_a_red_seal_laid_over_text_is_seen() -> None:
    stamp = scans.stamped(scans.blank_paper(72)).image
    page = form().picture(stamp.width, stamp.height, stamp.tobytes())
    finding = read(pdf(page))
    assert finding.scan is not None and finding.scan.seal == "present"
    assert finding.document is not None and "案例名称" in finding.document.text
    assert finding.wants == ()


def ring(page: PdfPage, x: float, y: float, radius: float) -> PdfPage:
    """A seal drawn with lines: a red ring, a star of lines, characters around it."""
    low, k = 842 - y, 0.5523 * radius
    page.drawing.append(
        f"q 0.86 0.1 0.15 RG 3 w {x + radius} {low} m "
        f"{x + radius} {low + k} {x + k} {low + radius} {x} {low + radius} c "
        f"{x - k} {low + radius} {x - radius} {low + k} {x - radius} {low} c "
        f"{x - radius} {low - k} {x - k} {low - radius} {x} {low - radius} c "
        f"{x + k} {low - radius} {x + radius} {low - k} {x + radius} {low} c S Q"
    )
    for place, character in enumerate("清江市公路运输集团有限公司"):
        angle = math.radians(-115 + 230 * (place + 0.5) / 13)
        at = (x + 0.76 * radius * math.sin(angle), low + 0.76 * radius * math.cos(angle))
        cosine, sine = math.cos(-angle), math.sin(-angle)
        turned = f"{cosine:.3f} {sine:.3f} {-sine:.3f} {cosine:.3f}"
        code = character.encode("utf-16-be").hex()
        page.drawing.append(
            f"q 0.86 0.1 0.15 rg BT /F1 11 Tf {turned} {at[0]:.1f} {at[1]:.1f} Tm <{code}> Tj ET Q"
        )
    return page


def test_a_seal_drawn_with_lines_is_seen() -> None:
    finding = read(pdf(ring(form(), 430, 590, 58)))
    assert finding.scan is not None
    assert (finding.scan.seal, finding.scan.electronic) == ("present", True)


def test_a_seal_drawn_on_the_last_of_many_pages_is_seen() -> None:
    pages = [ring(PdfPage().text(60, 100, f"正文第{n}页的内容"), 300, 400, 6) for n in range(9)]
    finding = read(pdf(*pages, ring(form(), 430, 590, 58)))
    assert finding.scan is not None and finding.scan.seal == "present"


# --- pages that are pictures ------------------------------------------------------------------


def test_a_scanned_form_waits_for_ocr_and_its_seal_is_known_before() -> None:
    data = scanned(scans.stamped(scans.form_page(dpi=110)).image)
    finding = read(data)
    assert [want.kind for want in finding.wants] == ["ocr"]
    assert finding.wants[0].sha256 == MemoryContent(data).sha256
    assert finding.scan is not None and finding.scan.seal == "present"
    assert finding.document is None


def test_before_ocr_a_seal_is_never_called_absent() -> None:
    scan = read(scanned(scans.form_page(dpi=110).image)).scan
    assert scan is not None and scan.seal == "unverified"


def test_a_grey_scan_in_a_pdf_has_no_colour_though_it_is_rendered_in_colour() -> None:
    scan = read(scanned(scans.form_page(dpi=110).image.convert("L"))).scan
    assert scan is not None and (scan.seal, scan.colour) == ("unverified", False)


def test_text_that_a_scanner_laid_invisibly_over_its_picture_is_not_believed() -> None:
    picture = scans.form_page(dpi=72).image
    page = PdfPage().picture(picture.width, picture.height, picture.tobytes())
    page.text(100, 100, "扫描软件自己识别出来的一行文字", mode=3)
    finding = read(pdf(page))
    assert finding.document is None
    assert [want.kind for want in finding.wants] == ["ocr"]


def test_text_pages_are_read_while_scanned_pages_of_the_same_file_wait() -> None:
    picture = scans.stamped(scans.form_page(dpi=100)).image
    scan = PdfPage().picture(picture.width, picture.height, picture.tobytes())
    finding = read(pdf(PdfPage().text(60, 100, "案例正文在第一页，是真正的文字。"), scan))
    assert finding.document is not None and "案例正文" in finding.document.text
    assert [want.kind for want in finding.wants] == ["ocr"]
    assert finding.pages == 2


class Recognised:
    """OCR results that are already there."""

    def __init__(self, *pages: ocr.PageResult) -> None:
        self.result = ocr.OcrResult(pages=pages)

    def converted(self, sha256: str) -> None:
        return None

    def recognised(self, sha256: str) -> bytes:
        return self.result.model_dump_json().encode()


def lines(texts: Sequence[str]) -> tuple[ocr.Line, ...]:
    return tuple(
        ocr.Line(box=(100, 100 + 60 * n, 400, 130 + 60 * n), text=text, score=0.97)
        for n, text in enumerate(texts)
    )


def test_recognised_pages_stand_in_their_place_among_text_pages() -> None:
    picture = scans.form_page(dpi=72).image
    scan = PdfPage().picture(picture.width, picture.height, picture.tobytes())
    data = pdf(
        PdfPage().text(60, 100, "前面一页的文字内容"),
        scan,
        PdfPage().text(60, 100, "最后一页的文字内容"),
    )
    page = ocr.PageResult(number=2, width=1100, height=1600, lines=lines(["中间扫描页"]))
    finding = read_pdf(MemoryContent(data), Recognised(page))
    assert finding.document is not None
    assert finding.document.text.split("\n") == [
        "前面一页的文字内容",
        "中间扫描页",
        "最后一页的文字内容",
    ]
    assert finding.document.means == "ocr"
    assert finding.wants == ()


def mixed(*texts: str, **changes: Any) -> Parsed:
    """A form in real text, then a scanned page on which these lines were read."""
    picture = scans.form_page(dpi=72).image
    scan = PdfPage().picture(picture.width, picture.height, picture.tobytes())
    usual: dict[str, Any] = {"width": 1100, "height": 1600, "seal": "absent", "colour": True}
    page = ocr.PageResult(number=2, lines=lines(texts), **{**usual, **changes})
    finding = read_pdf(MemoryContent(pdf(form(), scan)), Recognised(page))
    return parsed(finding, load_campaign(shipped_campaign()), "材料.pdf")


SCANNED_FORM = ("征集活动申报表", "案例名称：红色驿站", "申报单位：清江公司", "联系人：沈向阳")
CERTIFICATE = ("荣誉证书", "授予清江市公路运输集团有限公司先进称号", "2024年7月1日", "特发此证")


def test_a_form_in_real_text_is_read_as_text_though_its_scan_follows() -> None:
    both = mixed(*SCANNED_FORM, seal="present")
    assert both.form is not None
    assert {value.evidence.means for value in both.form.fields.values()} == {"text"}
    assert both.scan is not None and both.scan.seal == "present"


def test_a_scanned_page_of_something_else_is_no_scan_of_the_form() -> None:
    other = mixed(*CERTIFICATE)
    assert other.form is not None
    assert other.scan is None


def test_a_scanned_page_that_may_be_of_the_form_is_asked_of_a_person() -> None:
    last = mixed("同意推荐，请予审核", "单位意见（盖章）", "2025年5月20日", seal="unverified")
    assert last.scan is not None and last.scan.seal == "unverified"


class NoOcr(NothingDerived):
    def recognised(self, sha256: str) -> Problem:
        return Problem(code=IssueCode.READER_MISSING, detail="本机未安装")


def test_without_ocr_the_reason_is_kept_and_nothing_waits_for_ever() -> None:
    data = scanned(scans.form_page(dpi=100).image)
    finding = read_pdf(MemoryContent(data), NoOcr())
    assert finding.wants == ()
    assert [problem.code for problem in finding.problems] == [IssueCode.READER_MISSING]
    assert finding.scan is not None and finding.scan.seal == "unverified"


# --- bad files --------------------------------------------------------------------------------


def test_a_damaged_pdf_is_unreadable() -> None:
    data = pdf(form())
    for broken in (b"%PDF-1.7\n", b"%PDF-1.4 nothing in it" * 40, data[:200]):
        finding = read(broken)
        assert [problem.code for problem in finding.problems] == [IssueCode.FILE_UNREADABLE]
        assert finding.document is None


def test_a_pdf_with_a_password_says_so() -> None:
    data = pdf(form()).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 "
        b"/O <" + b"28" * 32 + b"> /U <" + b"11" * 32 + b"> >>",
    )
    problems = read(data).problems
    assert [problem.code for problem in problems] == [IssueCode.FILE_UNREADABLE]
    assert "密码" in problems[0].detail


def test_more_on_a_page_than_can_be_read_is_left_to_a_person_and_never_dropped() -> None:
    crowded = PdfPage()
    for y in range(40):
        crowded.text(1, 20 + 20 * y, "案" * 800, 0.7)
    hatched = form()
    strokes = "".join(f"{x % 590} 5 m {x % 590} 9 l " for x in range(3100))
    hatched.drawing.append(f"0.1 w {strokes} S")
    for page in (crowded, hatched):
        finding = read(pdf(page))
        assert [problem.code for problem in finding.problems] == [IssueCode.READER_MISSING]
        assert finding.document is not None and finding.document.blocks


def test_a_picture_of_absurd_size_inside_a_pdf_is_not_decoded() -> None:
    page = PdfPage().picture(60_000, 60_000, b"\0" * 1000)
    problems = read(pdf(page)).problems
    assert [problem.code for problem in problems] == [IssueCode.SUSPICIOUS_FILE]


def test_an_empty_page_is_no_content() -> None:
    assert [p.code for p in read(pdf(PdfPage())).problems] == [IssueCode.FILE_UNREADABLE]
