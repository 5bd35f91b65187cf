"""Mails become cases: what is current, what is late, what is no submission."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox_ingest.casebook.assemble import assemble
from inbox_ingest.records import (
    Attachment,
    AutomaticSigns,
    CloudLink,
    IssueCode,
    Problem,
    Role,
)
from tests.casebook.folds import (
    dispositions,
    fold,
    roles,
)
from tests.casebook.mails import (
    CAMPAIGN,
    MONDAY,
    attachment,
    case_text,
    form,
    mail,
    scan,
    text_record,
)

# --- revisions --------------------------------------------------------------------------------


def test_a_newer_form_replaces_the_older_one() -> None:
    mails = [
        mail(form(), scan(), case_text()),
        mail(form(version="2", phone="13900000002"), hours=100),
    ]
    assembled = fold(*mails)
    case = assembled.cases[0]
    assert case.values["电话"].value == "13900000002"
    assert len(case.superseded) == 1
    assert dispositions(assembled, mails) == ["submission", "supplement"]


def test_the_same_mail_again_is_a_duplicate_and_changes_nothing() -> None:
    first = mail(form(), scan(), case_text())
    again = mail(form(), scan(), case_text(), hours=2, name="again")
    assembled = fold(first, again)
    assert dispositions(assembled, [first, again]) == ["submission", "duplicate"]
    assert assembled.cases[0].updated_at == MONDAY + timedelta(hours=2)  # the newest mail's receipt
    assert assembled.cases[0].documents == fold(first).cases[0].documents


def test_a_stranger_who_sends_what_is_there_does_not_join_the_senders() -> None:
    again = mail(form(), case_text(), sender="bureau@example.cn", hours=2)
    assert fold(mail(form(), case_text()), again).cases[0].senders == ("liwen@example.cn",)


def test_a_text_saved_anew_with_the_same_words_brings_nothing() -> None:
    first = mail(form(), case_text())
    again = mail(case_text(resaved="by WPS"), hours=3)
    assert dispositions(fold(first, again), [first, again]) == ["submission", "duplicate"]


def test_an_old_text_saved_anew_does_not_come_back_in_place_of_the_newer_one() -> None:
    old, new = case_text(version="1"), case_text(version="2")
    again = mail(case_text(version="1", resaved="by WPS"), hours=20)
    mails = [mail(form(), old), mail(new, hours=10), again]
    assembled = fold(*mails)
    assert dispositions(assembled, mails) == ["submission", "supplement", "duplicate"]
    assert [m.attachment.sha256 for m in assembled.cases[0].documents][1] == new.sha256


def test_superseded_bytes_that_come_again_bring_nothing_back() -> None:
    old, new = form(), form(phone="13900000002")
    mails = [mail(old), mail(new, hours=1), mail(old, hours=2, name="old again")]
    assembled = fold(*mails)
    assert dispositions(assembled, mails) == ["submission", "supplement", "duplicate"]
    assert assembled.cases[0].values["电话"].value == "13900000002"


def test_current_is_the_newest_by_receipt_in_whatever_order_mails_are_stored() -> None:
    mails = [mail(form()), mail(form(phone="13900000002"), hours=5)]
    assert fold(*mails).cases == fold(*reversed(mails)).cases


@pytest.mark.parametrize(
    ("filename", "kind", "disposition"),
    [
        ("材料.zip", "zip", "submission"),  # a bomb beside documents, boxes in boxes
        ("申报表.png", "png", "submission"),
        ("查看.exe", "exe", "unrelated"),
        ("打开.bat", "text", "unrelated"),
    ],
)
def test_a_suspicious_file_may_be_a_submission_unless_it_is_a_program(
    filename: str, kind: str, disposition: str
) -> None:
    problem = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="未展开")
    role: Role = "archive" if kind == "zip" else "other"
    assembled = assemble(
        [mail(attachment(filename, role, kind=kind, problems=[problem]))], CAMPAIGN
    )
    assert [outcome.disposition for outcome in assembled.outcomes] == [disposition]


def test_a_readable_file_takes_the_place_of_an_unreadable_one() -> None:
    broken = attachment(
        "申报表.docx",
        "form",
        "broken",
        problems=[Problem(code=IssueCode.FILE_UNREADABLE, detail="有密码")],
    )
    mails = [mail(broken, case_text()), mail(form(), hours=4)]
    case = fold(*mails).cases[0]
    assert roles(case) == ["form", "case_text"]
    assert not any(material.attachment.problems for material in case.documents)


def test_a_form_file_that_also_holds_the_text_is_form_and_text() -> None:
    case = fold(mail(form(text=text_record()), scan())).cases[0]
    assert case.case_text is not None
    assert roles(case) == ["form", "form_scan"]


# --- time -------------------------------------------------------------------------------------

AFTER = (CAMPAIGN.window.ends_at() - MONDAY) / timedelta(hours=1)


def test_the_last_second_of_the_window_is_in_time_and_midnight_is_late() -> None:
    in_time = fold(mail(form(), hours=AFTER - 1 / 3600)).cases[0]
    late = fold(mail(form(), hours=AFTER)).cases[0]
    assert (in_time.late, late.late) == (False, True)


def test_a_late_missing_document_is_a_late_correction_but_a_late_photo_is_not() -> None:
    start = mail(form(), case_text())
    with_scan = fold(start, mail(scan(), hours=AFTER + 1)).cases[0]
    with_photo = fold(
        start, mail(attachment("现场.jpg", "photo", kind="jpeg"), hours=AFTER + 1)
    ).cases[0]
    assert (with_scan.late, with_scan.late_corrections) == (False, True)
    assert (with_photo.late, with_photo.late_corrections) == (False, False)


# --- what is no submission --------------------------------------------------------------------


def test_a_question_is_unrelated_and_waits_for_a_person() -> None:
    assembled = fold(mail(text="请问案例可以报两个吗？", subject="咨询"))
    assert [(o.disposition, o.waits_for_person) for o in assembled.outcomes] == [
        ("unrelated", True)
    ]
    assert assembled.cases == ()


def test_a_bounce_is_automatic_even_if_it_carries_the_form_back() -> None:
    report = mail(form(), signs=AutomaticSigns(delivery_report=True), subject="系统退信")
    assert fold(report).outcomes[0].disposition == "automatic"


def test_a_form_sent_through_a_mailing_list_is_a_submission() -> None:
    listed = mail(form(), signs=AutomaticSigns(list_headers=("list-id",), precedence="list"))
    assert fold(listed).outcomes[0].disposition == "submission"


def test_a_mail_that_could_not_be_read_is_quarantined_with_its_reason() -> None:
    outcome = fold(mail(problem="邮件结构损坏")).outcomes[0]
    assert (outcome.disposition, outcome.problem, outcome.waits_for_person) == (
        "quarantined",
        "邮件结构损坏",
        True,
    )


def test_a_mail_with_nothing_but_a_cloud_link_is_a_submission() -> None:
    link = CloudLink(filename="申报材料.zip", url="https://example.invalid/x", provider="163")
    assembled = fold(mail(links=[link]))
    assert assembled.outcomes[0].disposition == "submission"
    assert assembled.cases[0].links == (link,)


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("申报表盖章扫描件.pdf", scan("IMG_0003.jpg")),
        ("现场照片.zip", attachment("现场照片.zip", "archive", kind="zip")),
    ],
)
def test_a_link_whose_file_came_since_asks_for_nothing(link: str, file: Attachment) -> None:
    cloud = CloudLink(filename=link, url="https://example.invalid/x", provider="163")
    if file.role == "archive":
        damage = Problem(code=IssueCode.FILE_UNREADABLE, detail="打不开")
        file = file.model_copy(update={"problems": (damage,)})
    first = mail(form(), case_text(), links=[cloud])
    assert fold(first).cases[0].links == (cloud,)
    assert fold(first, mail(file, hours=2, answers=first)).cases[0].links == ()


def test_a_mail_with_only_the_blank_template_is_a_submission() -> None:
    assert fold(mail(attachment("附件1.doc", "template"))).outcomes[0].disposition == "submission"


def test_photos_from_nobody_known_are_no_submission_but_join_a_known_case() -> None:
    photo = attachment("现场.jpg", "photo", kind="jpeg")
    assert fold(mail(photo)).outcomes[0].disposition == "unrelated"
    mails = [mail(form(), case_text()), mail(photo, hours=30)]
    assert dispositions(fold(*mails), mails) == ["submission", "supplement"]
