"""Scans pasted into Word files count as the scans they are, and only pages are looked at."""

from __future__ import annotations

import io
from functools import cache

import docx
import pytest
from PIL import Image

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.reading.content import Content, MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.file_reader import MOST_RECOGNISED
from inbox_ingest.reading.mail import read_files
from inbox_ingest.reading.ocr import Line, OcrResult, PageResult
from inbox_ingest.records import IssueCode, Problem, Reading
from tests.scans import SERIF, encoded, form_page, stamped

pytestmark = pytest.mark.skipif(not SERIF.exists(), reason="needs fonts-noto-cjk from apt")


@cache
def campaign() -> Campaign:
    return load_campaign(shipped_campaign())


@cache
def scan() -> bytes:
    return encoded(stamped(form_page()))


@cache
def photo() -> bytes:
    target = io.BytesIO()
    Image.effect_noise((800, 600), 90).convert("RGB").save(target, "JPEG")
    return target.getvalue()


def word(*pictures: bytes, form: bool = False, text: str = "") -> bytes:
    document = docx.Document()
    if form:
        document.add_paragraph("“交通先行·党建赋能”党建创新典型案例征集活动申报表")
        table = document.add_table(rows=4, cols=2)
        rows = [
            ("案例名称", "红色驿站"),
            ("申报单位", "某公司"),
            ("联系人", "张三"),
            ("电话", "139"),
        ]
        for row, (label, value) in enumerate(rows):
            table.cell(row, 0).text, table.cell(row, 1).text = label, value
    if text:
        document.add_paragraph(text)
    for picture in pictures:
        document.add_picture(io.BytesIO(picture))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


class Recognised(NothingDerived):
    """Every picture is said to show these lines."""

    def __init__(self, result: bytes | Problem) -> None:
        self.result = result

    def recognised(self, sha256: str) -> bytes | Problem | None:
        return self.result


def read(data: bytes, derived: NothingDerived | None = None) -> Reading:
    content: Content = MemoryContent(data)
    return read_files(
        [("申报表盖章.docx", content)], campaign(), MemorySink(), derived or NothingDerived()
    )


def lines(*texts: str) -> bytes:
    found = tuple(
        Line(text=text, score=0.97, box=(100, 100 + 60 * n, 700, 140 + 60 * n))
        for n, text in enumerate(texts)
    )
    page = PageResult(number=1, width=1240, height=1754, lines=found, seal="present", colour=True)
    return OcrResult(pages=(page,)).model_dump_json().encode()


FORM_LINES = (
    "党建创新典型案例征集活动申报表",
    "案例名称：红色驿站",
    "申报单位：某公司",
    "联系人：张三",
)


def test_a_word_file_of_nothing_but_a_pasted_scan_is_the_scan_and_wants_ocr() -> None:
    reading = read(word(scan()))
    (found,) = reading.attachments
    assert found.role == "form_scan"
    assert found.scan is not None
    assert found.scan.seal == "present"
    assert [want.kind for want in reading.wants] == ["ocr"]


def test_after_ocr_its_fields_are_those_of_the_pasted_page() -> None:
    (found,) = read(word(scan()), Recognised(lines(*FORM_LINES))).attachments
    assert found.role == "form_scan"
    assert found.form is not None
    assert found.form.fields["申报单位"].value == "某公司"
    assert found.form.fields["申报单位"].evidence.means == "ocr"


def test_a_form_with_its_stamped_page_pasted_below_is_both() -> None:
    form, page = read(word(scan(), form=True), Recognised(lines(*FORM_LINES))).attachments
    assert (form.role, page.role) == ("form", "form_scan")
    assert page.part == "1.1"
    assert page.container == "申报表盖章.docx"
    assert page.scan is not None


def test_photos_in_a_form_are_not_listed_and_want_nothing() -> None:
    reading = read(word(photo(), form=True))
    assert [a.role for a in reading.attachments] == ["form"]
    assert reading.wants == ()


def test_pictures_of_a_text_are_not_looked_at() -> None:
    reading = read(word(scan(), text="正文很长。" * 100))
    assert len(reading.attachments) == 1
    assert reading.wants == ()


def test_without_ocr_a_pasted_scan_is_handed_to_the_organiser() -> None:
    missing = Problem(code=IssueCode.READER_MISSING, detail="本机未安装文字识别组件")
    (found,) = read(word(scan()), Recognised(missing)).attachments
    assert found.role == "form_scan"
    assert found.problems == (missing,)


class FirstRecognised(NothingDerived):
    """The first files of the mail were recognised in an earlier round."""

    def __init__(self, *sha256s: str) -> None:
        self.done = frozenset(sha256s)

    def recognised(self, sha256: str) -> bytes | None:
        return lines(*FORM_LINES) if sha256 in self.done else None


@pytest.mark.parametrize("done", [0, 3])
def test_a_mail_asks_for_a_bounded_number_of_pages_and_names_the_rest(done: int) -> None:
    pages = [MemoryContent(scan() + bytes([n])) for n in range(MOST_RECOGNISED + 2)]
    files = [(f"IMG_{n}.jpg", page) for n, page in enumerate(pages)]
    derived = FirstRecognised(*(page.sha256 for page in pages[:done]))
    reading = read_files(files, campaign(), MemorySink(), derived)
    assert len(reading.wants) == MOST_RECOGNISED - done
    read_or_asked = [not file.lost for file in reading.attachments]
    assert read_or_asked == [True] * MOST_RECOGNISED + [False] * 2
