"""The organiser's word in the fold: it does what it says, outlives later mail, and can be undone."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.casebook.changes import Decision, KnownCase
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Case, Received, Role
from tests.casebook.mails import CAMPAIGN, MONDAY, attachment, case_text, form, mail, scan
from tests.casebook.test_assemble_properties import boxes

LATER = MONDAY + timedelta(days=30)


class Desk:
    """A casebook without a database: folds, keeps what is known, takes decisions and takes them back."""

    def __init__(self, *mails: Received) -> None:
        self.mails = list(mails)
        self.decisions: list[Decision] = []
        self.known: list[KnownCase] = []
        self.now = self.fold()

    def fold(self) -> Assembled:
        """File: closed cases stay known under number and anchor, as the store keeps them."""
        first = 1 + max((case.sequence for case in self.known), default=0)
        self.now = assemble(
            self.mails,
            CAMPAIGN,
            known=sorted(self.known, key=lambda case: (not case.closed, case.sequence)),
            decisions=self.decisions,
            next_sequence=first,
        )
        before = {case.case_no: case for case in self.known}
        present = {case.case_no: case for case in self.now.cases}
        assert len(present) == len(self.now.cases)
        assert len({case.anchor for case in self.now.cases}) == len(self.now.cases)
        for number in dict.fromkeys([*before, *map(str, present)]):
            case = present.get(number)
            if case is not None:
                sequence = before[number].sequence if number in before else len(before) + 1
                before[number] = known_case(case, sequence)
            else:
                into = self.now.merged.get(number)
                assert into or number in self.now.dropped
                before[number] = replace(
                    before[number], closed=True, merged_into=into, message_sha256s=frozenset()
                )
        self.known = list(before.values())
        return self.now

    def receive(self, *mails: Received) -> None:
        self.mails.extend(mails)
        self.fold()

    def decide(
        self, kind: Any, case_no: str | None = None, raw_sha256: str | None = None, **payload: Any
    ) -> int:
        number = len(self.decisions) + 1
        anchor = next((case.anchor for case in self.now.cases if case.case_no == case_no), None)
        self.decisions.append(
            Decision(
                number, LATER, "袁广如", None, kind, case_no, anchor, raw_sha256, payload, LATER
            )
        )
        self.fold()
        return number

    def undo(self, number: int) -> None:
        """Take a decision back."""
        place = number - 1
        self.decisions[place] = replace(
            self.decisions[place], undone_at=LATER, undone_by="张成林", changed_at=LATER
        )
        self.fold()

    # what a person at the desk would point at

    def fix(self, case_no: str, name: str, value: str, *ticked: str) -> int:
        seen = files(self.case(case_no))
        return self.decide("fix", case_no, field=name, value=value, ticked=ticked, seen=seen)

    def split(self, case_no: str, *sha256s: str) -> int:
        kept = [file for file in files(self.case(case_no)) if file not in sha256s]
        elsewhere = self.elsewhere(case_no, sha256s)
        return self.decide("split", case_no, sha256s=sha256s, keeps=kept, elsewhere=elsewhere)

    def assign(self, sha256: str, to: str | None, role: Role | None = None) -> int:
        homes = [case for case in self.now.cases if sha256 in files(case)]
        source = homes[0] if homes else None
        payload: dict[str, Any] = {"sha256": sha256, "role": role}
        if source is not None:
            payload["from"] = source.case_no
            payload["keeps"] = [file for file in files(source) if file != sha256]
            payload["elsewhere"] = self.elsewhere(str(source.case_no), [sha256])
            payload["stays"] = source.case_no == to
        return self.decide("assign", to, **payload)

    def merge(self, source: str, into: str) -> int:
        return self.decide("merge", into, **{"from": source})

    def elsewhere(self, case_no: str, sha256s: Sequence[str]) -> dict[str, str]:
        return {
            f"{material.raw_sha256}:{material.attachment.part}": str(case.case_no)
            for case in self.now.cases
            if case.case_no != case_no
            for material in (*case.documents, *case.superseded)
            if material.attachment.sha256 in sha256s
        }

    def case(self, case_no: str) -> Case:
        return next(case for case in self.now.cases if case.case_no == case_no)

    @property
    def numbers(self) -> list[str | None]:
        return sorted(case.case_no or "" for case in self.now.cases)


def known_case(case: Case, sequence: int) -> KnownCase:
    return KnownCase(
        case_no=str(case.case_no),
        sequence=sequence,
        anchor=case.anchor,
        revision=1,
        status="incomplete",
        message_sha256s=frozenset(case.message_sha256s),
        closed=False,
        merged_into=None,
    )


def files(case: Case) -> list[str]:
    """Everything that a case holds, current or not."""
    return [m.attachment.sha256 for m in (*case.documents, *case.superseded)]


def bare(assembled: Assembled) -> list[str]:
    """Cases without what tells only of the way they went."""
    idle: dict[str, Any] = {
        "case_no": None,
        "duplicates_of": (),
        "updated_at": None,
        "revision": 1,
    }
    return sorted(case.model_copy(update=idle).model_dump_json() for case in assembled.cases)


def numbered(assembled: Assembled) -> list[Case]:
    """Cases without the count and the time of the decisions about them, which an undoing adds to."""
    idle: dict[str, Any] = {"updated_at": None, "revision": 1}
    return [case.model_copy(update=idle) for case in assembled.cases]


def disposition(desk: Desk, item: Received) -> str:
    return next(
        outcome.disposition
        for outcome in desk.now.outcomes
        if outcome.raw_sha256 == item.reading.raw_sha256
    )


TRUCKS = "党建引领货车司机之家建设"
BUSES = "红色公交线路品牌创建"
HARBOUR, BUS = "金陵市港航事业发展中心", "云水县公交公司"


# --- fix --------------------------------------------------------------------------------------


def test_a_fixed_value_stands_whatever_comes_later_and_the_contradiction_is_said() -> None:
    desk = Desk(mail(form(phone="1390000"), scan(), case_text()))
    desk.fix("DJ001", "电话", "13900000009")
    desk.receive(mail(form(phone="13900000005", version="2"), hours=5, name="b"))
    case = desk.case("DJ001")
    assert case.values["电话"].value == "13900000009"
    assert case.values["电话"].evidence.means == "person"
    assert any("电话" in doubt and "13900000005" in doubt for doubt in case.unsure)


def test_a_later_form_that_agrees_but_for_spacing_is_no_contradiction() -> None:
    desk = Desk(mail(form("党建引领货车司机之家"), scan(), case_text("党建引领货车司机之家")))
    desk.fix("DJ001", "案例名称", TRUCKS)
    later = form("党建引领 货车司机之家建设", version="2")
    desk.receive(mail(later, hours=5, answers=desk.mails[0]))
    assert desk.numbers == ["DJ001"]
    assert desk.case("DJ001").unsure == ()


def test_what_the_organiser_had_before_him_does_not_contradict_him() -> None:
    desk = Desk(mail(form(phone="1390000"), scan(), case_text()))
    desk.fix("DJ001", "电话", "13900000009")
    assert desk.case("DJ001").unsure == ()


def test_a_mail_received_before_but_fetched_after_the_decision_can_contradict_it() -> None:
    desk = Desk(mail(form(phone="1390000"), scan(), case_text(), hours=5))
    desk.fix("DJ001", "电话", "13900000009")
    desk.receive(mail(form(phone="13900000005", version="2"), hours=6, name="late to be fetched"))
    assert desk.case("DJ001").unsure != ()


def test_a_fixed_choice_holds_against_a_later_form_with_both_boxes_ticked() -> None:
    desk = Desk(mail(form(ticked=()), scan(), case_text()))
    desk.fix("DJ001", "申报类型", "行业党建", "行业党建")
    assert desk.case("DJ001").values["申报类型"].ticked == ("行业党建",)
    both = form(ticked=("行业党建", "行业思政"), version="2")
    desk.receive(mail(both, hours=5, answers=desk.mails[0]))
    assert desk.case("DJ001").values["申报类型"].value == "行业党建"
    assert any("申报类型" in doubt for doubt in desk.case("DJ001").unsure)


def test_taking_a_word_back_is_a_revision_and_news_of_its_own() -> None:
    first, second = mail(form()), mail(scan(), case_text(), hours=1)
    desk = Desk(first, second)
    seen = [desk.case("DJ001").revision]
    fixed = desk.fix("DJ001", "电话", "13900000009")
    seen.append(desk.case("DJ001").revision)
    desk.decide("note", "DJ001")
    seen.append(desk.case("DJ001").revision)
    desk.undo(fixed)
    seen.append(desk.case("DJ001").revision)
    assert seen == sorted(set(seen))
    assert desk.case("DJ001").updated_at == LATER


def test_the_last_word_on_a_field_counts_and_ends_the_doubt() -> None:
    desk = Desk(mail(form(phone="1390000"), scan(), case_text()))
    first = desk.fix("DJ001", "电话", "13900000009")
    desk.receive(mail(form(phone="13900000005", version="2"), hours=5, name="b"))
    second = desk.fix("DJ001", "电话", "13900000005")
    assert desk.case("DJ001").values["电话"].value == "13900000005"
    assert desk.case("DJ001").unsure == ()
    desk.undo(second)
    assert desk.case("DJ001").values["电话"].value == "13900000009"
    desk.undo(first)
    assert desk.case("DJ001").values["电话"].evidence.means == "text"


def test_a_case_is_known_by_the_title_and_the_unit_that_a_person_gave_it() -> None:
    slip = "金陵市港航事业发展中兴"
    desk = Desk(mail(form(TRUCKS, slip), case_text(TRUCKS), scan()))
    desk.fix("DJ001", "申报单位", HARBOUR)
    desk.receive(mail(form(TRUCKS, HARBOUR, version="2"), sender="b@example.cn", hours=9))
    assert desk.numbers == ["DJ001"]
    desk.fix("DJ001", "案例名称", "红色驿站暖人心")
    desk.receive(
        mail(
            form("红色驿站暖人心", HARBOUR, version="3"),
            case_text("红色驿站暖人心", version="3"),
            sender="b@example.cn",
            hours=90,
        )
    )
    assert desk.numbers == ["DJ001"]


def test_a_title_that_a_person_gave_one_case_takes_no_other_filed_case_in() -> None:
    desk = Desk(
        mail(form(TRUCKS, HARBOUR), case_text(TRUCKS)),
        mail(form(BUSES, HARBOUR, filename="表2.docx"), case_text(BUSES), hours=1),
    )
    assert desk.numbers == ["DJ001", "DJ002"]
    desk.fix("DJ001", "案例名称", BUSES)
    assert desk.numbers == ["DJ001", "DJ002"]


# --- assign -----------------------------------------------------------------------------------


def two_cases(*extra: Received) -> Desk:
    return Desk(
        mail(form(TRUCKS, HARBOUR), case_text(TRUCKS), sender="a@example.cn"),
        mail(
            form(BUSES, BUS, filename="表2.docx"),
            case_text(BUSES, filename="正文2.docx"),
            sender="b@example.cn",
            hours=1,
        ),
        *extra,
    )


def test_an_assigned_file_goes_to_its_case_in_its_role_and_leaves_the_other() -> None:
    picture = attachment("IMG_1.jpg", "photo", kind="jpeg")
    desk = two_cases(mail(picture, sender="a@example.cn", hours=2))
    assert picture.sha256 in files(desk.case("DJ001"))
    number = desk.assign(picture.sha256, "DJ002", "form_scan")
    assert picture.sha256 not in files(desk.case("DJ001"))
    moved = [m for m in desk.case("DJ002").documents if m.attachment.sha256 == picture.sha256]
    assert [m.attachment.role for m in moved] == ["form_scan"]
    desk.undo(number)
    assert picture.sha256 in files(desk.case("DJ001"))
    assert picture.sha256 not in files(desk.case("DJ002"))


def test_the_first_file_of_a_case_assigned_elsewhere_does_not_take_its_number_along() -> None:
    desk = two_cases()
    before = bare(desk.now)
    first = desk.mails[0].reading.attachments[0].sha256
    number = desk.assign(first, "DJ002")
    assert desk.numbers == ["DJ001", "DJ002"]
    assert files(desk.case("DJ001")) == [desk.mails[0].reading.attachments[1].sha256]
    assert first in files(desk.case("DJ002"))
    desk.fold()
    assert desk.numbers == ["DJ001", "DJ002"]
    desk.undo(number)
    assert desk.numbers == ["DJ001", "DJ002"]
    assert bare(desk.now) == before


def test_a_name_that_came_with_an_assigned_file_does_not_draw_the_rest_after_it() -> None:
    desk = two_cases()
    desk.assign(desk.mails[0].reading.attachments[0].sha256, "DJ002")
    desk.receive(mail(scan(f"{TRUCKS}盖章.jpg"), sender="a@example.cn", hours=9))
    assert "form_scan" in [m.attachment.role for m in desk.case("DJ001").documents]


def test_a_doubtful_scan_assigned_by_a_person_leaves_no_doubt() -> None:
    pages = [form(TRUCKS, HARBOUR), form(BUSES, HARBOUR, filename="表2.docx")]
    texts = [case_text(TRUCKS), case_text(BUSES, filename="正文2.docx")]
    stamped = scan("扫描.jpg")
    desk = Desk(mail(*pages, *texts, stamped))
    assert any(case.unsure for case in desk.now.cases)
    home = next(c for c in desk.now.cases if c.values.get("案例名称", None) is not None)
    desk.assign(stamped.sha256, home.case_no)
    assert not any(case.unsure for case in desk.now.cases)
    assert len(desk.now.cases) == 2


def test_a_file_that_was_only_given_a_role_stays_where_it_is() -> None:
    unknown = attachment("材料.docx", "other")
    desk = Desk(mail(form(), scan(), unknown))
    number = desk.assign(unknown.sha256, "DJ001", "case_text")
    assert desk.numbers == ["DJ001"]
    assert "case_text" in [m.attachment.role for m in desk.case("DJ001").documents]
    desk.undo(number)
    assert "case_text" not in [m.attachment.role for m in desk.case("DJ001").documents]


def test_a_file_that_no_case_wanted_can_begin_one() -> None:
    unknown = attachment("材料.docx", "other")
    question = mail(unknown, sender="new@example.cn", subject="您好", text="见附件")
    desk = Desk(question)
    assert desk.now.cases == ()
    desk.assign(unknown.sha256, None, "form")
    assert desk.numbers == ["DJ001"]
    assert disposition(desk, question) == "submission"
    desk.fold()
    assert desk.numbers == ["DJ001"]


# --- merge ------------------------------------------------------------------------------------


def test_a_merged_case_has_all_material_and_the_number_it_was_merged_into() -> None:
    desk = two_cases()
    everything = {file for case in desk.now.cases for file in files(case)}
    desk.merge("DJ001", "DJ002")
    assert desk.numbers == ["DJ002"]
    assert set(files(desk.case("DJ002"))) == everything
    assert desk.now.merged == {"DJ001": "DJ002"}


def test_undoing_a_merger_brings_both_cases_back_under_their_numbers() -> None:
    desk = two_cases()
    before = numbered(desk.now)
    number = desk.merge("DJ001", "DJ002")
    desk.fold()
    desk.undo(number)
    assert numbered(desk.now) == before


def test_mergers_in_a_row_end_in_the_last_number() -> None:
    desk = two_cases(mail(form("智慧航道先锋岗", "航道处"), sender="c@example.cn", hours=2))
    desk.merge("DJ001", "DJ002")
    desk.merge("DJ002", "DJ003")
    assert desk.numbers == ["DJ003"]
    assert desk.now.merged == {"DJ001": "DJ003", "DJ002": "DJ003"}


def test_earlier_mail_of_a_merged_case_that_is_fetched_later_follows_it() -> None:
    desk = two_cases()
    desk.merge("DJ001", "DJ002")
    desk.receive(
        mail(form(TRUCKS, HARBOUR, version="0"), sender="a@example.cn", hours=-3, name="early")
    )
    assert desk.numbers == ["DJ002"]


def test_what_was_said_of_a_merged_case_still_holds() -> None:
    desk = two_cases()
    desk.decide("waive", "DJ001", code="scan-missing")
    desk.merge("DJ001", "DJ002")
    assert "scan-missing" in desk.case("DJ002").waived


def doubtful_pair() -> Desk:
    """A case, and a text that differs from it by a slip in the unit's name: two, each in doubt."""
    desk = Desk(
        mail(form(TRUCKS, HARBOUR), scan(), sender="a@example.cn"),
        mail(case_text(TRUCKS, "金陵市港航事业发展中兴"), sender="b@example.cn", hours=9),
    )
    assert [bool(case.unsure) for case in desk.now.cases] == [True, True]
    return desk


@pytest.mark.parametrize(("gone", "stays"), [("DJ001", "DJ002"), ("DJ002", "DJ001")])
def test_a_merger_of_doubtful_cases_leaves_no_doubt(gone: str, stays: str) -> None:
    desk = doubtful_pair()
    desk.decide("merge", stays, **{"from": gone})
    [case] = desk.now.cases
    assert case.unsure == ()
    assert case.doubtful_roles == ()


def test_who_waives_the_doubt_misses_what_each_case_lacks_again() -> None:
    desk = doubtful_pair()
    assert desk.case("DJ002").doubtful_roles
    desk.decide("waive", "DJ002", code="assembly-unsure", seen=files(desk.case("DJ002")))
    assert desk.case("DJ002").doubtful_roles == ()
    assert desk.case("DJ001").doubtful_roles == ("case_text",)


# --- split ------------------------------------------------------------------------------------


def test_split_files_are_a_case_of_their_own_and_the_rest_keeps_the_number() -> None:
    desk = Desk(mail(form(), case_text()), mail(scan(), hours=2, name="b"))
    stamped = desk.mails[1].reading.attachments[0].sha256
    before = numbered(desk.now)
    number = desk.split("DJ001", stamped)
    assert desk.numbers == ["DJ001", "DJ002"]
    assert files(desk.case("DJ002")) == [stamped]
    assert stamped not in files(desk.case("DJ001"))
    desk.undo(number)
    assert numbered(desk.now) == before


def test_splitting_off_the_beginning_leaves_number_and_rest_where_they_were() -> None:
    desk = Desk(mail(form(), scan()), mail(case_text(), hours=2, name="b"))
    first = [file.sha256 for file in desk.mails[0].reading.attachments]
    before = numbered(desk.now)
    number = desk.split("DJ001", *first)
    assert files(desk.case("DJ001")) == [desk.mails[1].reading.attachments[0].sha256]
    assert set(files(desk.case("DJ002"))) == set(first)
    desk.fold()
    assert desk.numbers == ["DJ001", "DJ002"]
    desk.undo(number)
    assert numbered(desk.now) == before


def test_files_of_two_mails_that_are_split_together_are_one_case() -> None:
    desk = Desk(
        mail(form(), case_text()),
        mail(form(version="2"), hours=2, name="b"),
        mail(scan(), hours=3, name="c"),
    )
    newest = desk.mails[1].reading.attachments[0].sha256
    stamped = desk.mails[2].reading.attachments[0].sha256
    desk.split("DJ001", newest, stamped)
    assert desk.numbers == ["DJ001", "DJ002"]
    assert set(files(desk.case("DJ002"))) == {newest, stamped}


def test_the_same_mail_again_does_not_split_once_more() -> None:
    first = mail(form(), case_text(), scan())
    desk = Desk(first)
    desk.split("DJ001", first.reading.attachments[0].sha256)
    again = mail(form(), case_text(), scan(), hours=50, name="again")
    desk.receive(again)
    assert desk.numbers == ["DJ001", "DJ002"]
    assert disposition(desk, again) == "duplicate"


def test_a_corrected_form_of_a_split_case_goes_to_it_and_not_back() -> None:
    """Two cases came as one, because the second form was taken for a correction."""
    first = mail(form(TRUCKS, HARBOUR), case_text(TRUCKS))
    second = mail(form(BUSES, HARBOUR, filename="更正表.docx"), hours=2, answers=first)
    desk = Desk(first, second)
    assert desk.numbers == ["DJ001"]
    desk.split("DJ001", second.reading.attachments[0].sha256)
    corrected = form(BUSES, HARBOUR, filename="表2改.docx", version="2")
    desk.receive(mail(corrected, hours=9, answers=second))
    assert corrected.sha256 in files(desk.case("DJ002"))
    assert files(desk.case("DJ001")) == [a.sha256 for a in first.reading.attachments]


def test_after_a_split_mail_goes_to_the_unit_that_it_names_and_to_who_sends_it() -> None:
    """Two units came as one: an office and what may be short for it, with one telephone."""
    above, short = "金陵市港航事业发展中心", "市港航中心"
    first = mail(form(TRUCKS, above), case_text(TRUCKS, above), sender="a@example.cn")
    second = mail(
        form(TRUCKS, short, version="2"),
        case_text(TRUCKS, short, version="2"),
        sender="b@example.cn",
        hours=2,
    )
    desk = Desk(first, second)
    assert desk.numbers == ["DJ001"]
    desk.split("DJ001", *(a.sha256 for a in second.reading.attachments))
    named = form(TRUCKS, short, version="3")
    silent = scan("IMG_0001.jpg")
    others = form(TRUCKS, above, version="4")
    desk.receive(mail(named, sender="c@example.cn", hours=9))
    desk.receive(mail(silent, sender="b@example.cn", hours=10))
    desk.receive(mail(others, sender="d@example.cn", hours=11))
    assert {named.sha256, silent.sha256} <= set(files(desk.case("DJ002")))
    assert others.sha256 in files(desk.case("DJ001"))
    assert silent.sha256 not in files(desk.case("DJ001"))


def test_an_answer_to_our_letter_about_a_split_case_goes_to_it() -> None:
    first = mail(form(TRUCKS, HARBOUR), case_text(TRUCKS))
    second = mail(form(BUSES, HARBOUR, filename="表2.docx"), hours=2, answers=first)
    desk = Desk(first, second)
    desk.split("DJ001", second.reading.attachments[0].sha256)
    stamped = scan("扫描件.jpg")
    desk.receive(mail(stamped, hours=9, subject="答复：DJ002 补正", name="c"))
    assert stamped.sha256 in files(desk.case("DJ002"))


def test_a_file_that_two_cases_share_is_split_off_the_one_that_was_named() -> None:
    shared = scan("合影盖章.jpg")
    desk = two_cases(
        mail(shared, sender="a@example.cn", hours=2),
        mail(form(BUSES, BUS, version="2"), shared, sender="b@example.cn", hours=3),
    )
    assert shared.sha256 in files(desk.case("DJ002"))
    desk.split("DJ001", shared.sha256)
    assert shared.sha256 not in files(desk.case("DJ001"))
    assert shared.sha256 in files(desk.case("DJ002"))


# --- waive, dispose, handle -------------------------------------------------------------------


def test_a_waiver_holds_until_it_is_taken_back() -> None:
    desk = Desk(mail(form(), case_text()))
    number = desk.decide("waive", "DJ001", code="seal-unverified", field=None)
    desk.receive(mail(scan(seal="unverified"), hours=3, name="b"))
    assert desk.case("DJ001").waived == ("seal-unverified",)
    desk.undo(number)
    assert desk.case("DJ001").waived == ()


def waive(desk: Desk, case_no: str, code: str) -> int:
    seen = files(desk.case(case_no))
    return desk.decide("waive", case_no, code=code, field=None, seen=seen)


def codes(desk: Desk, case_no: str) -> list[str]:
    return [issue.code.value for issue in check(desk.case(case_no), CAMPAIGN)]


def test_a_waiver_does_not_cover_what_nobody_has_looked_at() -> None:
    """The organiser looked at the first scan; the next one is grey again."""
    desk = Desk(mail(form(), case_text(), scan(seal="unverified")))
    assert codes(desk, "DJ001") == ["seal-unverified"]
    waive(desk, "DJ001", "seal-unverified")
    assert codes(desk, "DJ001") == []
    desk.receive(mail(scan("新扫描.jpg", version="2", seal="unverified"), hours=3, name="b"))
    assert codes(desk, "DJ001") == ["assembly-unsure"]
    again = waive(desk, "DJ001", "seal-unverified")
    assert codes(desk, "DJ001") == []
    desk.undo(again)
    assert codes(desk, "DJ001") == ["assembly-unsure"]


def test_what_was_waived_of_the_sender_is_never_asked_of_him_again() -> None:
    desk = Desk(mail(form(phone="转三"), scan(), case_text()))
    waive(desk, "DJ001", "phone-invalid")
    desk.receive(mail(form(phone="转四", version="2"), hours=3, name="b"))
    assert codes(desk, "DJ001") == ["assembly-unsure"]


def test_a_waiver_of_what_is_missing_or_late_holds_whatever_else_comes() -> None:
    late = 24 * 60
    desk = Desk(mail(form(), case_text(), hours=late))
    waive(desk, "DJ001", "received-late")
    waive(desk, "DJ001", "scan-missing")
    desk.receive(mail(form(version="2"), hours=late + 5, name="b"))
    assert codes(desk, "DJ001") == []


def test_a_photo_reopens_no_waiver() -> None:
    desk = Desk(mail(form(), case_text(), scan(seal="unverified")))
    waive(desk, "DJ001", "seal-unverified")
    desk.receive(mail(attachment("a.jpg", "photo", kind="jpeg"), hours=3, name="b"))
    assert codes(desk, "DJ001") == []


def test_a_mail_called_unrelated_brings_nothing_and_the_case_lives_on_without_it() -> None:
    first, second = mail(form(), scan()), mail(case_text(), hours=2, name="b")
    desk = Desk(first, second)
    before = desk.now.cases
    number = desk.decide("dispose", None, first.reading.raw_sha256, disposition="unrelated")
    assert desk.numbers == ["DJ001"]
    assert files(desk.case("DJ001")) == [second.reading.attachments[0].sha256]
    assert disposition(desk, first) == "unrelated"
    desk.undo(number)
    assert desk.now.cases == before


def test_the_later_of_two_words_on_a_mail_and_its_file_counts() -> None:
    picture = attachment("IMG_1.jpg", "photo", kind="jpeg")
    odd = mail(picture, sender="x@example.cn", hours=2)
    desk = two_cases(odd)
    desk.assign(picture.sha256, "DJ001", "form_scan")
    assert disposition(desk, odd) == "supplement"
    number = desk.decide("dispose", None, odd.reading.raw_sha256, disposition="unrelated")
    assert picture.sha256 not in files(desk.case("DJ001"))
    desk.undo(number)
    assert picture.sha256 in files(desk.case("DJ001"))


def test_a_handled_question_waits_no_longer() -> None:
    question = mail(subject="请问", text="何时截止？")
    desk = Desk(question)
    assert desk.now.outcomes[0].waits_for_person
    number = desk.decide("handle", None, question.reading.raw_sha256)
    assert not desk.now.outcomes[0].waits_for_person
    desk.undo(number)
    assert desk.now.outcomes[0].waits_for_person


# --- whatever the mails -----------------------------------------------------------------------

Word = Callable[[Desk], int]


@st.composite
def words(draw: st.DrawFn, desk: Desk) -> int | None:
    """Any one thing that a person can say at this desk now; None where there is nothing to say."""
    number = draw(_words(desk))
    if number is not None:
        decision = desk.decisions[number - 1]
        note(
            f"{number} {decision.kind} {decision.case_no} {decision.raw_sha256} {decision.payload}"
        )
    return number


@st.composite
def _words(draw: st.DrawFn, desk: Desk) -> int | None:
    if not desk.now.cases:
        return None
    case = draw(st.sampled_from(desk.now.cases))
    number = str(case.case_no)
    other = str(draw(st.sampled_from(desk.now.cases)).case_no)
    held = list(dict.fromkeys(files(case)))
    file = draw(st.sampled_from(held))
    kind = draw(st.sampled_from(["fix", "assign", "merge", "split", "waive", "dispose"]))
    if kind == "fix":
        return desk.fix(number, "电话", "13900000009")
    if kind == "waive":
        return desk.decide("waive", number, code="scan-missing")
    if kind == "dispose":
        raw = draw(st.sampled_from(case.message_sha256s))
        return desk.decide("dispose", None, raw, disposition="unrelated")
    if kind == "merge" and other != number:
        return desk.merge(number, other)
    if kind == "assign" and (len(held) > 1 or other == number):
        return desk.assign(file, other, draw(st.sampled_from([None, "photo", "form"])))
    if kind == "split" and len(held) > 1:
        return desk.split(number, file)
    return None


@given(boxes(), st.data(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_with_decisions_too_the_order_of_storing_does_not_matter(
    mails: list[Received], data: st.DataObject, shuffler: random.Random
) -> None:
    desk = Desk(*mails)
    for _ in range(3):
        data.draw(words(desk))
    before = desk.now
    shuffler.shuffle(desk.mails)
    assert desk.fold().cases == before.cases


@given(boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_with_decisions_too_filing_again_changes_nothing(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    for _ in range(3):
        data.draw(words(desk))
    before = desk.now
    assert desk.fold().cases == before.cases


@given(boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_decision_undone_is_as_if_it_had_not_been_made(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    before = desk.now
    number = data.draw(words(desk))
    if number is not None:
        desk.fold()
        desk.undo(number)
    assert numbered(desk.now) == numbered(before)


@given(boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_all_decisions_undone_in_any_order_give_the_former_cases(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    before = desk.now
    made = [number for _ in range(3) if (number := data.draw(words(desk))) is not None]
    for number in data.draw(st.permutations(made)):
        desk.undo(number)
    assert bare(desk.now) == bare(before)


@given(boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_no_document_is_lost_by_a_decision_that_moves_files(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    before = {file for case in desk.now.cases for file in files(case)}
    for _ in range(3):
        data.draw(words(desk))
    if any(decision.kind == "dispose" for decision in desk.decisions):
        return
    assert {file for case in desk.now.cases for file in files(case)} >= before


@given(boxes(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_decision_moves_nothing_but_what_it_names(
    mails: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    before = {str(case.case_no): set(files(case)) for case in desk.now.cases}
    number = data.draw(words(desk))
    if number is None:
        return
    decision = desk.decisions[number - 1]
    payload = decision.payload
    named = {payload.get("sha256"), *payload.get("sha256s", ())}
    if decision.kind == "dispose":
        (gone,) = [m for m in mails if m.reading.raw_sha256 == decision.raw_sha256]
        named = {file.sha256 for file in gone.reading.attachments}
    after = {str(case.case_no): set(files(case)) for case in desk.now.cases}
    for case_no, held in before.items():
        home = desk.now.merged.get(case_no, case_no)
        assert held - named <= after.get(home, set())


@given(boxes(), boxes(), st.data())
@settings(max_examples=40, deadline=None)
def test_mail_that_comes_after_decisions_gives_the_same_cases_in_one_pass_or_many(
    mails: list[Received], more: list[Received], data: st.DataObject
) -> None:
    desk = Desk(*mails)
    for _ in range(2):
        data.draw(words(desk))
    known = {item.reading.raw_sha256 for item in mails}
    later = [
        Received(
            received_at=item.received_at + timedelta(days=20),
            folder=item.folder,
            reading=item.reading,
        )
        for item in more
        if item.reading.raw_sha256 not in known
    ]
    at_once = Desk()
    at_once.mails, at_once.known = list(desk.mails), list(desk.known)
    at_once.decisions = list(desk.decisions)
    at_once.receive(*later)
    for item in later:
        desk.receive(item)
    assert bare(desk.now) == bare(at_once.now)
