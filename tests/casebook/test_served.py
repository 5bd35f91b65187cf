"""A sender of several units: no piece that names nothing slips into one of them in silence."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Attachment, Case, Received
from tests.casebook.mails import CAMPAIGN, case_text, form, mail, scan, story_of

JIANGNING, PUKOU = "江宁区交通运输局", "浦口区交通运输局"
HOME, GUARD = "金牌驿站暖心路", "浦口先锋护畅行"
NANJING, NANTONG = "南京市公路事业发展中心", "南通市公路事业发展中心"
PHONES = {JIANGNING: "13911110001", PUKOU: "13911110002", NANJING: "13911110003"}
BUREAU = "jtj@example.cn"


def fold(*mails: Received) -> Assembled:
    return assemble(mails, CAMPAIGN, next_sequence=1)


def told(case: Case) -> list[str]:
    """What the sender would be told."""
    return [issue.code.value for issue in check(case, CAMPAIGN) if issue.audience == "sender"]


def shas(case: Case) -> set[str]:
    return {material.attachment.sha256 for material in case.documents}


def nameless(unit: str, filename: str = "正文.docx", **more: Any) -> Attachment:
    """The text of a unit's case without title and unit."""
    signature = tuple(map(ord, story_of(unit)))
    return case_text(None, version=unit, filename=filename, signature=signature, **more)


def one(unit: str) -> Attachment:
    return form(HOME if unit == JIANGNING else GUARD, unit, phone=PHONES[unit], contact=unit)


def sent(*files: Attachment, hours: float, **more: Any) -> Received:
    return mail(*files, hours=hours, **{"sender": BUREAU, **more})


CALLED: list[dict[str, str]] = [
    {"filename": "浦口正文.docx"},
    {"filename": "案例正文（浦口区）.docx"},
    {"filename": "南京市浦口局案例正文.docx"},
    {"subject": "浦口局正文"},
    {"subject": "浦口区的案例正文"},
    {"subject": f"《{GUARD}》正文"},
    {"subject": f"{GUARD}正文"},
    {"text": "附件是浦口局的案例正文，请查收。"},
    {"text": "浦口的正文先发来，申报表随后。"},
    {"text": f"附件为《{GUARD}》一文。"},
]


@pytest.mark.parametrize("threaded", [False, True])
@pytest.mark.parametrize("how", CALLED, ids=lambda how: next(iter(how.values())))
def test_a_text_whose_mail_names_the_unit_is_that_units_whatever_came_first(
    how: dict[str, str], threaded: bool
) -> None:
    more = dict(how)
    text = nameless(PUKOU, more.pop("filename", "正文.docx"))
    for order in itertools.permutations(range(3)):
        first = sent(one(JIANGNING), hours=order[0])
        answers = {"answers": first} if threaded else {}
        mails = [first, sent(text, hours=order[1], **more, **answers)]
        mails.append(sent(one(PUKOU), hours=order[2], **answers))
        cases = {case.values["申报单位"].value: case for case in fold(*mails).cases}
        assert shas(cases[JIANGNING]) == {one(JIANGNING).sha256}
        assert shas(cases[PUKOU]) == {one(PUKOU).sha256, text.sha256}
        assert not any(case.unsure for case in cases.values())
        assert "case-text-missing" not in told(cases[PUKOU])


def test_a_text_that_nothing_names_is_a_doubt_on_every_unit_of_the_sender_in_any_order() -> None:
    text = nameless(PUKOU)
    for order in itertools.permutations(range(3)):
        files = [one(JIANGNING), text, one(PUKOU)]
        mails = [
            sent(file, hours=hour, name=str(hour)) for file, hour in zip(files, order, strict=True)
        ]
        cases = fold(*mails).cases
        assert sorted(len(case.documents) for case in cases) == [1, 1, 1]
        assert all(case.unsure for case in cases)
        assert not any("case-text-missing" in told(case) for case in cases)
        for case in cases:
            if "申报单位" in case.values:
                assert told(case) == ["scan-missing"]  # this one lies nowhere else


def test_a_second_case_of_the_same_unit_makes_a_nameless_text_doubtful_too() -> None:
    second = form(GUARD, JIANGNING)
    cases = fold(
        sent(one(JIANGNING), hours=0), sent(nameless(PUKOU), hours=1), sent(second, hours=2)
    ).cases
    assert [len(case.documents) for case in cases] == [1, 1, 1]
    assert all(case.unsure for case in cases)


def test_who_sends_for_one_unit_in_these_days_needs_no_name_on_the_text() -> None:
    for later in (73, 300):
        cases = fold(
            sent(one(JIANGNING), hours=0),
            sent(nameless(JIANGNING), hours=1),
            sent(one(PUKOU), hours=1 + later),
        ).cases
        assert [len(case.documents) for case in cases] == [2, 1]
        assert not any(case.unsure for case in cases)


def test_a_unit_with_a_text_of_its_own_does_not_miss_a_nameless_one() -> None:
    cases = fold(
        sent(one(JIANGNING), hours=0),
        sent(nameless(JIANGNING), hours=1),
        sent(one(PUKOU), nameless(PUKOU), hours=2),
    ).cases
    assert [len(case.documents) for case in cases] == [2, 2]
    assert not any(case.unsure for case in cases)


def test_each_units_own_thread_tells_whose_a_nameless_text_is() -> None:
    forms = [sent(one(unit), hours=hour) for hour, unit in enumerate((JIANGNING, PUKOU))]
    texts = [
        sent(nameless(unit), hours=5 + hour, answers=forms[hour])
        for hour, unit in enumerate((JIANGNING, PUKOU))
    ]
    cases = fold(*forms, *reversed(texts)).cases
    assert [len(case.documents) for case in cases] == [2, 2]
    assert not any(case.unsure for case in cases)


def test_one_thread_for_several_units_tells_nothing() -> None:
    first = sent(one(JIANGNING), hours=0)
    text = sent(nameless(PUKOU), hours=1, answers=first)
    second = sent(one(PUKOU), hours=2, answers=first)
    cases = fold(first, text, second).cases
    assert [len(case.documents) for case in cases] == [1, 1, 1]
    assert all(case.unsure for case in cases)
    assert not any("case-text-missing" in told(case) for case in cases)


def test_an_answer_to_our_letter_about_one_case_is_about_that_case() -> None:
    first, second = sent(one(JIANGNING), hours=0), sent(one(PUKOU), hours=1)
    answer = sent(nameless(JIANGNING), hours=9, answers="<ours@example.cn>")
    assembled = assemble(
        [first, answer, second], CAMPAIGN, sent={"<ours@example.cn>": ("DJ001",)}, next_sequence=1
    )
    # No number is known in the first fold; with the cases filed it is.
    assert sum(len(case.documents) for case in assembled.cases) == 3


def test_a_corrected_title_makes_no_second_unit_of_the_sender() -> None:
    renamed = form(GUARD, JIANGNING, filename="申报表（更正）.docx", contact=JIANGNING)
    cases = fold(
        sent(one(JIANGNING), hours=0), sent(nameless(JIANGNING), hours=1), sent(renamed, hours=2)
    ).cases
    assert [len(case.documents) for case in cases] == [2]
    assert not any(case.unsure for case in cases)


def test_a_text_named_after_the_unit_takes_no_other_text_of_it_away_without_a_question() -> None:
    whole = sent(one(PUKOU), nameless(PUKOU), hours=1)
    strange = nameless(JIANGNING, "浦口.docx")
    cases = fold(sent(one(JIANGNING), hours=0), whole, sent(strange, hours=2)).cases
    pukou = next(case for case in cases if case.values.get("申报单位", one(PUKOU)).value == PUKOU)
    assert nameless(PUKOU).sha256 in shas(pukou)
    assert pukou.unsure


def test_a_text_called_after_a_unit_that_sends_for_itself_is_no_gap_of_the_senders_own() -> None:
    mails = [
        sent(one(JIANGNING), hours=0),
        sent(nameless(PUKOU), hours=1, subject="转报浦口局正文"),
        sent(one(PUKOU), hours=2, sender="pukou@example.cn"),
    ]
    cases = fold(*mails).cases
    assert [len(case.documents) for case in cases] == [1, 1, 1]
    assert cases[0].unsure
    assert "case-text-missing" not in told(cases[0])


# --- one title, two units ---------------------------------------------------------------------

TITLE = "党旗红公路畅"


@pytest.mark.parametrize("named", [True, False])
def test_the_sender_of_the_one_units_form_sends_its_text_and_no_doubt_stays(named: bool) -> None:
    def text(unit: str) -> Attachment:
        return case_text(
            TITLE, unit if named else None, version=unit, signature=tuple(map(ord, story_of(unit)))
        )

    def filled(unit: str) -> Attachment:
        return form(TITLE, unit, phone=PHONES.get(unit, "13911110004"), contact=unit)

    mails = [
        mail(filled(NANJING), sender="a@nj.cn", hours=0),
        mail(text(NANTONG), sender="b@nt.cn", hours=24),
        mail(filled(NANTONG), sender="b@nt.cn", hours=48),
        mail(text(NANJING), sender="a@nj.cn", hours=72),
    ]
    cases = fold(*mails).cases
    assert [shas(case) for case in cases] == [
        {filled(NANJING).sha256, text(NANJING).sha256},
        {filled(NANTONG).sha256, text(NANTONG).sha256},
    ]
    assert not any(case.unsure for case in cases)
    assert [told(case) for case in cases] == [["scan-missing"], ["scan-missing"]]


@pytest.mark.parametrize("pair", [("金陵市港航事业发展中心", "金陵市港航事业发展中兴")])
def test_a_doubt_between_units_is_over_once_each_has_its_own_form_and_text(
    pair: tuple[str, str],
) -> None:
    """One character apart: while a text is missing it may be a slip, then they are two."""

    def files(unit: str) -> tuple[Attachment, Attachment]:
        text = case_text(TITLE, unit, version=unit, signature=tuple(map(ord, story_of(unit))))
        return form(TITLE, unit, phone=f"139{pair.index(unit)}0000000", contact=unit), text

    (own, mine), (other, theirs) = files(pair[0]), files(pair[1])
    mails = [
        mail(own, sender="a@nj.cn", hours=0),
        mail(theirs, sender="b@nt.cn", hours=24),
        mail(other, sender="b@nt.cn", hours=48),
        mail(mine, sender="a@nj.cn", hours=72),
    ]
    before, after = fold(*mails[:3]).cases, fold(*mails).cases
    assert all(case.unsure for case in before)
    assert not any("case-text-missing" in told(case) for case in before)
    assert [shas(case) for case in after] == [
        {own.sha256, mine.sha256},
        {other.sha256, theirs.sha256},
    ]
    assert not any(case.unsure for case in after)
    assert [told(case) for case in after] == [["scan-missing"], ["scan-missing"]]


# --- properties -------------------------------------------------------------------------------


@st.composite
def bureaus(draw: st.DrawFn) -> list[Received]:
    """Mails of one bureau for two units, each document alone, some called after their unit."""
    mails: list[Received] = []
    one_thread = draw(st.booleans())
    for unit in (JIANGNING, PUKOU):
        thread: list[Received] = mails if one_thread else []
        called = draw(st.sampled_from(["正文.docx", f"{unit[:2]}正文.docx"]))
        for file in (one(unit), nameless(unit, called), scan("扫描.jpg", version=unit)):
            if draw(st.integers(0, 4)):
                parent = draw(st.sampled_from(thread)) if thread else None
                hours = draw(st.integers(0, 90))
                item = sent(file, hours=hours, name=str(len(mails)), answers=parent)
                mails.append(item)
                if thread is not mails and draw(st.booleans()):
                    thread.append(item)
    return mails


@given(bureaus())
@settings(max_examples=200, deadline=None)
def test_two_units_of_a_bureau_are_never_mixed_without_a_question(mails: list[Received]) -> None:
    forms = {one(unit).sha256 for unit in (JIANGNING, PUKOU)}
    if not forms <= {a.sha256 for item in mails for a in item.reading.attachments}:
        return  # one unit alone was named: nobody could know of the other
    if max(m.received_at for m in mails) - min(m.received_at for m in mails) > _LIMIT:
        return
    for case in fold(*mails).cases:
        units = {
            unit
            for unit in (JIANGNING, PUKOU)
            for file in (one(unit), *_texts(unit), scan("扫描.jpg", version=unit))
            if file.sha256 in shas(case)
        }
        assert len(units) < 2 or case.unsure


_LIMIT = mail(hours=72).received_at - mail(hours=0).received_at


def _texts(unit: str) -> list[Attachment]:
    return [nameless(unit), nameless(unit, f"{unit[:2]}正文.docx")]


@given(bureaus(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_storing_does_not_matter(mails: list[Received], shuffler: Any) -> None:
    shuffled = list(mails)
    shuffler.shuffle(shuffled)
    assert fold(*mails) == fold(*shuffled)
