"""A file's role comes from what is in it; its name counts only where that tells nothing."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading.case_text import parse_case_text
from inbox_ingest.reading.content import MemorySink
from inbox_ingest.reading.document import Document, Paragraph
from inbox_ingest.reading.form import parse_form
from inbox_ingest.reading.roles import named_roles, role_of
from inbox_ingest.records import Role, ScanRecord, SealVerdict
from tests.reading.test_case_text import BODY, written
from tests.reading.test_form import BLANK, OFFICIAL, TITLE, official
from tests.word_files import Block, docx, read

CAMPAIGN = load_campaign(shipped_campaign())
TEXT = written("一、背景介绍", "二、主要做法", "三、工作成效")
NOTICE: list[Block] = [
    f"关于开展{CAMPAIGN.title}的通知",
    "各会员单位及有关单位：",
    *(
        "近年来，全省各级交通运输主管部门不断探索创新党建工作新路径，现将相关事项通知如下。"
        for _ in range(12)
    ),
    CAMPAIGN.organiser,
    "2025年4月10日",
]


def png(width: int, height: int) -> bytes:
    """A real PNG whose noise does not compress."""
    stream = io.BytesIO()
    Image.frombytes("L", (width, height), os.urandom(width * height)).save(stream, "PNG")
    return stream.getvalue()


def role(name: str, *blocks: Block, kind: str = "docx", picture: bytes | None = None) -> Role:
    document = read(docx(*blocks, picture=picture), MemorySink())
    verdict = role_of(
        kind,
        name,
        CAMPAIGN,
        document=document,
        form=parse_form(document, CAMPAIGN, name),
        case_text=parse_case_text(document, CAMPAIGN, name),
    )
    assert verdict.reason
    return verdict.role


@pytest.mark.parametrize(
    "name", ["申报表.docx", "案例正文.docx", "1.docx", "扫描件.docx", "新闻报道.docx"]
)
def test_a_filled_form_is_the_form_whatever_its_name(name: str) -> None:
    assert role(name, TITLE, OFFICIAL) == "form"


@pytest.mark.parametrize("name", ["案例正文.docx", "申报表.docx", "1.docx", "媒体报道.docx"])
def test_a_text_with_sections_is_the_case_text_whatever_its_name(name: str) -> None:
    assert role(name, *TEXT) == "case_text"


def test_form_and_text_in_one_file_is_the_form() -> None:
    assert role("材料.docx", TITLE, OFFICIAL, *TEXT) == "form"
    assert role("材料.docx", *TEXT, TITLE, OFFICIAL) == "form"


def test_a_blank_form_is_the_template() -> None:
    assert role("申报表.docx", TITLE, official(**BLANK)) == "template"


def test_a_blank_form_before_a_written_text_does_not_hide_the_text() -> None:
    assert role("材料.docx", TITLE, official(**BLANK), *TEXT) == "case_text"


def test_a_form_with_nothing_but_a_title_is_a_form() -> None:
    assert role("申报表.docx", TITLE, official(**{**BLANK, "title": "红色引擎"})) == "form"


def test_the_blank_page_for_the_case_text_is_the_template() -> None:
    assert role("附件2.docx", "附件2", "案例正文") == "template"


def test_the_notice_is_neither_form_nor_text() -> None:
    blank: list[Block] = ["附件1", TITLE, official(**BLANK), "附件2", "案例正文"]
    assert role("通知.docx", *NOTICE, *blank) == "other"
    assert role("通知.docx", *NOTICE) == "other"


def test_a_text_without_sections_that_was_put_behind_the_notice_is_the_case_text() -> None:
    text = ["附件2", "案例正文", "红色引擎", *("一、立足实际", BODY * 60, "二、多措并举", BODY)]
    assert role("通知.docx", *NOTICE, *text) == "case_text"


def test_a_word_file_with_nothing_but_a_pasted_scan_is_the_scan() -> None:
    assert role("申报表（盖章）.docx", picture=png(200, 300)) == "form_scan"
    assert role("1.docx", picture=png(200, 300)) == "form_scan"


def test_a_word_file_of_photos_is_photos() -> None:
    assert role("活动照片.docx", "图1 活动现场", picture=png(200, 300)) == "photo"


def test_a_news_report_by_name_or_by_its_words() -> None:
    assert role("媒体报道.docx", *(BODY for _ in range(30))) == "media_report"
    assert (
        role("1.docx", "本报讯（记者 李四）" + BODY, *(BODY for _ in range(30))) == "media_report"
    )


def test_a_long_text_that_is_nothing_else_is_the_case_text() -> None:
    assert role("红色引擎.docx", "红色引擎", *(BODY * 4 for _ in range(20))) == "case_text"


def test_a_short_text_is_something_else() -> None:
    assert role("说明.docx", "材料共三份，请查收。") == "other"


def test_an_appendix_of_its_own_is_no_case_text() -> None:
    assert role("附录.docx", *(BODY * 4 for _ in range(20))) == "other"


def test_an_appendix_of_pictures_is_no_scan_of_the_form() -> None:
    assert role("附录.docx", picture=png(200, 300)) == "photo"


def test_a_document_that_was_not_read_goes_by_its_name() -> None:
    assert role_of("doc", "附件1：申报表.doc", CAMPAIGN).role == "form"
    assert role_of("doc", "附件2 案例正文.doc", CAMPAIGN).role == "case_text"
    assert role_of("doc", "无题.doc", CAMPAIGN).role == "other"


@pytest.mark.parametrize(
    ("kind", "name", "pixels", "size", "expected"),
    [
        ("jpeg", "申报表盖章扫描件.jpg", (1653, 2339), 500_000, "form_scan"),
        ("jpeg", "IMG_0001.jpg", (4032, 3024), 3_000_000, "photo"),
        ("png", "image001.png", (120, 40), 9_000, "inline"),
        ("gif", "x.gif", None, 900, "inline"),
        ("jpeg", "0001.jpg", (2480, 3508), 900_000, "form_scan"),
        ("jpeg", "活动照片.jpg", (2480, 3508), 900_000, "photo"),
        ("png", "新华日报报道.png", (1200, 3000), 900_000, "media_report"),
        ("mp4", "宣传片.mp4", None, 9_000_000, "video"),
        ("zip", "材料.zip", None, 9_000_000, "archive"),
        ("exe", "申报表.exe", None, 90_000, "other"),
        ("pdf", "申报表（盖章）.pdf", None, 900_000, "form_scan"),
        ("pdf", "20250520.pdf", None, 900_000, "form_scan"),
        ("pdf", "媒体报道.pdf", None, 900_000, "media_report"),
        ("pdf", "附录.pdf", None, 900_000, "other"),
        ("jpeg", "附录.jpg", (2480, 3508), 900_000, "photo"),
        ("xlsx", "统计.xlsx", None, 9_000, "other"),
    ],
)
def test_what_was_not_recognised_goes_by_kind_name_and_shape(
    kind: str, name: str, pixels: tuple[int, int] | None, size: int, expected: Role
) -> None:
    assert role_of(kind, name, CAMPAIGN, pixels=pixels, size=size).role == expected


def test_a_picture_shown_in_the_mail_itself_is_inline() -> None:
    verdict = role_of("png", "image.png", CAMPAIGN, pixels=(600, 200), size=90_000, inline=True)
    assert verdict.role == "inline"


def test_a_sealed_pdf_of_the_form_is_the_scan_an_unsealed_one_the_form() -> None:
    document = read(docx(TITLE, OFFICIAL))
    form = parse_form(document, CAMPAIGN, "1.pdf")
    sealed = ScanRecord(seal="present", colour=True)
    assert (
        role_of("pdf", "1.pdf", CAMPAIGN, document=document, form=form, scan=sealed).role
        == "form_scan"
    )
    assert role_of("pdf", "1.pdf", CAMPAIGN, document=document, form=form).role == "form"


def test_a_form_recognised_on_a_photo_is_the_scan() -> None:
    document = read(docx(TITLE, OFFICIAL))
    form = parse_form(document, CAMPAIGN, "1.jpg")
    assert role_of("jpeg", "1.jpg", CAMPAIGN, form=form, pixels=(4032, 3024)).role == "form_scan"


def recognised(name: str, kind: str, *lines: str, lost: tuple[str, ...] = ()) -> Role:
    blocks = tuple(Paragraph(text=line, where="第1页") for line in lines)
    document = Document(blocks=blocks, means="ocr", lost=lost)
    scan = ScanRecord(seal="absent", colour=True)
    pixels = (1653, 2339)
    return role_of(kind, name, CAMPAIGN, document=document, scan=scan, pixels=pixels).role


CERTIFICATE = ("荣誉证书", "授予清江市公路运输集团有限公司先进基层党组织称号。" * 3, "2024年7月1日")


@pytest.mark.parametrize("kind", ["jpeg", "pdf"])
@pytest.mark.parametrize("name", ["荣誉证书扫描件", "申报表扫描件", "申报表"])
def test_a_page_that_reads_as_something_else_is_no_form_whatever_its_name(
    kind: str, name: str
) -> None:
    assert recognised(f"{name}.{kind}", kind, *CERTIFICATE) == "other"


@pytest.mark.parametrize("kind", ["jpeg", "pdf"])
def test_in_doubt_the_name_makes_a_page_the_scan(kind: str) -> None:
    name = f"申报表扫描件.{kind}"
    assert recognised(name, kind, *CERTIFICATE, lost=("第1页不清",)) == "form_scan"
    assert recognised(name, kind, "同意推荐。", "2025年5月20日") == "form_scan"
    assert recognised(name, kind, *CERTIFICATE, "申报单位意见") == "form_scan"
    assert (
        recognised(name, kind, *CERTIFICATE, "案例名称 红色驿站", "申报单位 某公司") == "form_scan"
    )


@pytest.mark.parametrize(
    ("lines", "seal", "expected"),
    [
        (("盖章", "2025年5月20日"), "present", "form_scan"),
        (("同意申报。", "（盖 章）", "年 月 日"), "absent", "form_scan"),
        (("2025 年 5 月 20 日",), "present", "form_scan"),
        (("2025年5月20日",), "absent", "photo"),
        (("荣誉证书", "授予某某公司先进集体称号", "（盖章）", "2025年5月20日"), "present", "photo"),
        (("热烈庆祝支部成立",), "unverified", "photo"),
    ],
)
def test_the_end_of_a_form_on_a_second_picture_is_part_of_the_scan(
    lines: tuple[str, ...], seal: SealVerdict, expected: Role
) -> None:
    document = Document(
        blocks=tuple(Paragraph(text=text, where="第1页") for text in lines), means="ocr"
    )
    seen = ScanRecord(seal=seal, colour=True)
    verdict = role_of("jpeg", "2.jpg", CAMPAIGN, document=document, scan=seen, size=90_000)
    assert verdict.role == expected


def test_names_point_to_roles_by_the_campaigns_words() -> None:
    assert named_roles("附件 1 申报表 扫描件.pdf", CAMPAIGN) == {"form", "form_scan"}
    assert named_roles(None, CAMPAIGN) == frozenset()
