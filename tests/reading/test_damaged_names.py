"""What a name promises and the bytes do not keep has to be sent again; it is never taken for nothing."""

from __future__ import annotations

import io
import random
import zipfile
from email.message import EmailMessage

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.reading.content import Content, MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_files, read_mail
from inbox_ingest.records import Attachment, IssueCode, Reading
from tests.word_files import docx

NOISE = random.Random(7).randbytes(4000)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign(shipped_campaign())


def file(campaign: Campaign, name: str, data: bytes) -> Attachment:
    reading = read_files([(name, MemoryContent(data))], campaign, MemorySink(), NothingDerived())
    (attachment,) = reading.attachments
    return attachment


class Converted(NothingDerived):
    """LibreOffice made this of every file."""

    def __init__(self, data: bytes) -> None:
        self.made = MemoryContent(data)

    def converted(self, sha256: str) -> Content:
        return self.made


def page(campaign: Campaign, name: str, *lines: str) -> Attachment:
    """An HTML file of this name, with these lines in it."""
    data = f"<html><body>{'<br>'.join(lines)}</body></html>".encode()
    reading = read_files(
        [(name, MemoryContent(data))], campaign, MemorySink(), Converted(docx(*lines))
    )
    (attachment,) = reading.attachments
    return attachment


def slides(*names: str) -> bytes:
    """A presentation with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in names:
            package.writestr(name, "<p/>")
    return target.getvalue()


def mail(campaign: Campaign, name: str, data: bytes, disposition: str = "attachment") -> Reading:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.cn", "申报"
    message["Message-ID"] = "<1@example.cn>"
    message.set_content("请查收。")
    message.add_attachment(
        data, maintype="image", subtype="jpeg", filename=name, disposition=disposition
    )
    raw = MemoryContent(message.as_bytes())
    return read_mail(raw, campaign, MemorySink(), NothingDerived())


@pytest.mark.parametrize("suffix", ["docx", "DOC", "wps", "pdf", "jpg", "zip"])
def test_a_form_of_no_known_bytes_has_to_be_sent_again(campaign: Campaign, suffix: str) -> None:
    found = file(campaign, f"申报表.{suffix}", NOISE)
    assert [problem.code for problem in found.problems] == [IssueCode.FILE_UNREADABLE]
    assert found.problems[0].detail == "看不出是什么格式，可能已损坏"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("申报表.doc", b"\xdb\xa5\x2d\0" + NOISE),  # Word 2
        ("申报表扫描件.jpg", b"\0\0\0\x0cJXL \r\n\x87\n" + NOISE),  # JPEG XL
        ("申报表.dwg", NOISE),
    ],
)
def test_a_rare_format_is_ours_to_look_at_and_no_fault_of_the_sender(
    campaign: Campaign, name: str, data: bytes
) -> None:
    assert [problem.code for problem in file(campaign, name, data).problems] == [
        IssueCode.READER_MISSING
    ]


@pytest.mark.parametrize(
    "name", ["申报表.docx", "申报表.doc", "案例正文.wps", "现场照片.jpg", "材料.zip"]
)
def test_a_page_that_a_site_sent_for_a_file_has_to_be_sent_again(
    campaign: Campaign, name: str
) -> None:
    found = page(campaign, name, "404 Not Found", "文件已过期")
    assert [problem.code for problem in found.problems] == [IssueCode.FILE_UNREADABLE]
    assert "网页" in found.problems[0].detail


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("报送说明.doc", "现将材料报上，请查收。"),  # Word writes HTML, too
        ("申报表.doc", "活动开展情况如下。" * 60),
        ("申报表.html", "文件已过期"),  # sent as what it is
    ],
)
def test_a_document_that_was_saved_as_a_page_is_whole(
    campaign: Campaign, name: str, line: str
) -> None:
    assert page(campaign, name, line).problems == ()


@pytest.mark.parametrize(
    "parts",
    [
        ("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml", "ppt/slides/slide1.xml"),
        ("ppt/presentation.xml", "ppt/slides/slide1.xml"),  # its list of contents is lost
    ],
)
def test_slides_whole_or_damaged_are_looked_at_by_a_person(
    campaign: Campaign, parts: tuple[str, ...]
) -> None:
    for end in (None, -40):  # the end of a zip is its directory
        found = file(campaign, "案例正文.pptx", slides(*parts)[:end])
        assert [problem.code for problem in found.problems] == [IssueCode.READER_MISSING]


def test_what_an_open_word_leaves_behind_is_not_asked_for(campaign: Campaign) -> None:
    assert file(campaign, "~$申报表.docx", b"\x05" + NOISE[:161]).problems == ()


@pytest.mark.parametrize("disposition", ["attachment", "inline"])
def test_a_damaged_picture_of_the_form_is_no_decoration(
    campaign: Campaign, disposition: str
) -> None:
    reading = mail(campaign, "申报表.jpg", b"\xff\xd8\xff\xe0" + NOISE, disposition)
    (found,) = reading.attachments
    assert found.role == "form_scan"
    assert [problem.code for problem in found.problems] == [IssueCode.FILE_UNREADABLE]


def test_a_damaged_logo_stays_one(campaign: Campaign) -> None:
    (found,) = mail(campaign, "image001.jpg", b"\xff\xd8\xff\xe0" + NOISE, "inline").attachments
    assert (found.role, found.problems) == ("inline", ())
