"""Several versions in one mail: the last one counts where the names say it, else nobody is accused."""

from __future__ import annotations

from functools import cache

import pytest

from inbox_ingest.casebook.assemble import assemble
from inbox_ingest.casebook.lines import case_line
from inbox_ingest.checking.engine import check
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_files
from inbox_ingest.records import Attachment, Case, Received
from samples.making import documents
from samples.making.texts import CaseStory, story
from tests import libreoffice_files
from tests.casebook.mails import CAMPAIGN, mail, scan
from tests.casebook.test_verdicts import Desk, files

GOOD = story(
    "金陵市港航事业发展中心", "党建引领货车司机之家建设", "李文", "13900000001", body_length=2400
)
DRAFT = GOOD.but(contact="", phone="1390000")  # nobody to call, and two faults to be told
TOO_LONG = story(GOOD.unit, GOOD.title, GOOD.contact, GOOD.phone, body_length=3800)
ASKED = ("assembly-unsure", None)


@cache
def form(case: CaseStory) -> bytes:
    return documents.form(case)


@cache
def text(case: CaseStory) -> bytes:
    return documents.case_text(case)


@cache
def read(name: str, data: bytes) -> Attachment:
    reading = read_files([(name, MemoryContent(data))], CAMPAIGN, MemorySink(), NothingDerived())
    assert reading.wants == ()
    return reading.attachments[0].model_copy(update={"part": ""})


def sent(files: dict[str, bytes], hours: float = 0) -> Received:
    """A mail with a stamped copy and these files."""
    return mail(*(read(name, data) for name, data in files.items()), scan(), hours=hours)


def the_case(*mails: Received) -> Case:
    (case,) = assemble(mails, CAMPAIGN).cases
    return case


def told(case: Case) -> set[tuple[str, str | None]]:
    return {(issue.code.value, issue.field) for issue in check(case, CAMPAIGN)}


def exported(case: Case) -> tuple[object, ...]:
    line = case_line(case, check(case, CAMPAIGN), CAMPAIGN)
    return line["contact"], line["phone"], line["body_count"]


def backwards(files: dict[str, bytes]) -> dict[str, bytes]:
    return dict(reversed(files.items()))


@pytest.mark.parametrize(
    ("draft", "final"),
    [
        ("申报表.docx", "申报表（最终版）.docx"),
        ("申报表（旧）.docx", "申报表.docx"),
        ("2申报表（初稿）.docx", "1申报表（定稿）.docx"),
    ],
)
def test_the_form_that_is_called_final_counts_for_all(draft: str, final: str) -> None:
    sources = {draft: form(DRAFT), final: form(GOOD), "案例正文.docx": text(GOOD)}
    for order in (sources, backwards(sources)):
        case = the_case(sent(order))
        assert told(case) == set()
        assert exported(case) == ("李文", "13900000001", 2400)
        assert [m.attachment.filename for m in case.superseded] == [draft]


def test_what_the_final_form_lacks_is_told_and_not_taken_from_the_draft() -> None:
    sources = {"申报表.docx": form(GOOD), "申报表（最终版）.docx": form(DRAFT)}
    case = the_case(sent({**sources, "案例正文.docx": text(GOOD)}))
    assert told(case) == {("field-missing", "联系人"), ("phone-invalid", "电话")}
    assert exported(case) == (None, "1390000", 2400)


def test_while_nobody_knows_which_form_counts_no_cell_is_held_against_the_sender() -> None:
    sources = {
        "申报表.docx": form(DRAFT),
        "申报表 - 副本.docx": form(GOOD),
        "案例正文.docx": text(GOOD),
    }
    for order in (sources, backwards(sources)):
        case = the_case(sent(order))
        assert told(case) == {ASKED}
        assert "“申报表.docx”" in case.unsure[0]
        assert "暂按“申报表 - 副本.docx”登记" in case.unsure[0]
        assert exported(case) == ("李文", "13900000001", 2400)  # the fuller one, whole


def test_a_doubt_that_a_person_waives_leaves_the_form_that_was_shown() -> None:
    overlong = GOOD.but(summary="我" * 501)
    versions = {"申报表a.docx": form(overlong), "申报表b.docx": form(GOOD.but(contact=""))}
    desk = Desk()
    desk.receive(sent({**versions, "案例正文.docx": text(GOOD)}))
    assert told(desk.case("DJ001")) == {ASKED}
    seen = files(desk.case("DJ001"))
    desk.decide("waive", "DJ001", code="assembly-unsure", field=None, seen=seen)
    assert told(desk.case("DJ001")) == {("summary-too-long", "案例概要和创新之处")}


def test_a_person_settles_it_by_saying_that_one_is_no_form() -> None:
    desk = Desk()
    versions = {"表a.docx": form(GOOD), "表b.docx": form(GOOD.but(contact=""))}
    desk.receive(sent({**versions, "案例正文.docx": text(GOOD)}))
    assert told(desk.case("DJ001")) == {ASKED}
    (draft,) = (m for m in desk.case("DJ001").documents if m.attachment.filename == "表a.docx")
    desk.assign(draft.attachment.sha256, "DJ001", "other")
    assert told(desk.case("DJ001")) == {("field-missing", "联系人")}


def test_a_later_mail_replaces_whatever_the_names_say() -> None:
    first = sent({"申报表（最终版）.docx": form(GOOD), "案例正文.docx": text(GOOD)})
    later = mail(read("申报表.docx", form(DRAFT)), hours=1, answers=first)
    case = the_case(first, later)
    assert told(case) == {("field-missing", "联系人"), ("phone-invalid", "电话")}
    assert exported(case) == (None, "1390000", 2400)


def test_a_later_form_ends_the_doubt() -> None:
    first = sent({"申报表.docx": form(DRAFT), "表.docx": form(GOOD), "案例正文.docx": text(GOOD)})
    settled = form(GOOD.but(contact="王海燕"))
    later = mail(read("申报表.docx", settled), hours=1, answers=first)
    case = the_case(first, later)
    assert told(case) == set()
    assert exported(case)[0] == "王海燕"


def test_a_final_form_alone_leaves_the_text_of_the_file_with_both() -> None:
    both = documents.form_and_text(DRAFT)
    sources = {"申报材料.docx": both, "申报表（最终版）.docx": form(GOOD)}
    for order in (sources, backwards(sources)):
        case = the_case(sent(order))
        assert told(case) == set()
        assert exported(case) == ("李文", "13900000001", 2400)


def test_a_draft_is_not_judged_where_the_final_version_cannot_be_opened() -> None:
    sources = {
        "申报表.docx": form(DRAFT),
        "申报表（最终版）.docx": form(GOOD)[:5000],
        "案例正文.docx": text(GOOD),
    }
    assert told(the_case(sent(sources))) == {("file-unreadable", "申报表（最终版）.docx")}


def test_the_text_that_is_called_amended_counts() -> None:
    sources = {
        "案例正文.docx": text(TOO_LONG),
        "案例正文（修改稿）.docx": text(GOOD),
        "申报表.docx": form(GOOD),
    }
    for order in (sources, backwards(sources)):
        case = the_case(sent(order))
        assert told(case) == set()
        assert exported(case)[2] == 2400


def test_while_nobody_knows_which_text_counts_no_length_or_section_is_told() -> None:
    lacking = TOO_LONG.but(sections=TOO_LONG.sections[1::-1])
    sources = {
        "正文1.docx": text(lacking),
        "正文2.docx": text(GOOD),
        "申报表.docx": form(GOOD),
    }
    cases = [the_case(sent(order)) for order in (sources, backwards(sources))]
    assert [told(case) for case in cases] == [{ASKED}] * 2
    assert cases[0].case_text == cases[1].case_text


@pytest.mark.skipif(not libreoffice_files.installed(), reason="LibreOffice is not installed")
def test_one_form_and_one_text_in_several_formats_are_no_doubt() -> None:
    sources = {"申报表.docx": form(GOOD), "案例正文.docx": text(TOO_LONG)}
    for kind in ("doc", "pdf"):
        others = libreoffice_files.made_all(tuple(sources.values()), kind)
        sources |= {f"申报表.{kind}": others[0], f"案例正文.{kind}": others[1]}
    case = the_case(sent(dict(sorted(sources.items()))))
    assert told(case) == {("body-too-long", "正文")}
    assert exported(case) == ("李文", "13900000001", 3800)
