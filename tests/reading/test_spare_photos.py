"""Photos are read where the scan, or its seal, is missing: the largest four, and no more."""

from __future__ import annotations

from functools import cache

import pytest
from PIL import Image

from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import Content, MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_files
from inbox_ingest.reading.spare_photos import MOST_SPARE, Photo, to_read
from inbox_ingest.records import Attachment, Reading, Role, ScanRecord, SealVerdict, Want
from tests import scans
from tests.casebook.mails import CAMPAIGN, attachment
from tests.reading.test_form import official
from tests.reading.test_scan_page import held_up, landscape
from tests.word_files import docx


def photos(count: int) -> list[Photo]:
    wants = [Want(kind="ocr", sha256=f"{number:064}") for number in range(count)]
    return [Photo(number, str(number), (want,)) for number, want in enumerate(wants)]


def scan(seal: SealVerdict) -> Attachment:
    seen = ScanRecord(seal=seal, colour=True)
    return attachment(f"{seal}.jpg", "form_scan", kind="jpeg", scan=seen)


def file(role: Role) -> Attachment:
    return attachment(f"{role}.docx", role)


@pytest.mark.parametrize(
    ("attachments", "wanted"),
    [
        ([file("form"), file("case_text")], True),
        ([], True),
        ([file("form"), scan("present")], False),
        ([file("form"), scan("unverified")], False),
        ([file("form"), scan("absent")], True),
        ([file("form"), scan("absent"), scan("present")], False),
        ([file("form"), file("form"), scan("present")], True),
    ],
)
def test_photos_are_read_only_where_a_scan_or_its_seal_is_missing(
    attachments: list[Attachment], *, wanted: bool
) -> None:
    assert bool(to_read(photos(1), attachments)) is wanted


def test_the_largest_are_read_and_those_read_before_count() -> None:
    many = photos(9)
    first = to_read(many, [])
    assert [want.sha256[-1] for want in first] == ["8", "7", "6", "5"]
    again = [photo._replace(wants=()) if photo.area >= 5 else photo for photo in many]
    assert to_read(again, []) == []
    assert len(first) == MOST_SPARE


# --- in a mail --------------------------------------------------------------------------------


@cache
def picture(name: str) -> bytes:
    made = {
        "held up": held_up,
        "landscape": lambda: landscape(3),
        "scan": lambda: scans.noisy(scans.stamped(scans.form_page(dpi=110))).image,
    }
    image: Image.Image = made[name]()
    return scans.encoded(image)


class Recognised(NothingDerived):
    """Every picture was recognised: the scan as a form with a seal, the others as nothing."""

    def recognised(self, sha256: str) -> bytes:
        return ocr.OcrResult(pages=(), photo=True).model_dump_json().encode()


def read(*names: str, derived: NothingDerived | None = None) -> Reading:
    files: list[tuple[str, Content]] = [("申报表.docx", MemoryContent(docx(*official())))]
    files += [(f"{name}.jpg", MemoryContent(picture(name))) for name in names]
    return read_files(files, CAMPAIGN, MemorySink(), derived or NothingDerived())


def test_without_a_scan_what_may_be_one_is_read_and_a_landscape_is_not() -> None:
    reading = read("held up", "landscape")
    assert [want.sha256 for want in reading.wants] == [MemoryContent(picture("held up")).sha256]


def test_beside_a_scan_no_photo_is_read() -> None:
    reading = read("scan", "held up")
    assert [want.sha256 for want in reading.wants] == [MemoryContent(picture("scan")).sha256]


def test_until_it_was_read_it_may_be_what_is_missing_and_then_no_more() -> None:
    waiting = next(a for a in read("held up").attachments if a.kind == "jpeg")
    assert waiting.role == "photo" and waiting.lost
    done = read("held up", derived=Recognised())
    was_read = next(a for a in done.attachments if a.kind == "jpeg")
    assert (was_read.role, was_read.lost, was_read.scan, done.wants) == ("photo", (), None, ())
