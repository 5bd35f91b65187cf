"""Near titles, old threads, quoted numbers: what joins, what is a case of its own, what is asked."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.checking.engine import check
from inbox_ingest.records import Attachment, Case, Received
from tests.casebook.mails import CAMPAIGN, as_known, case_text, form, mail, scan, story_of
from tests.casebook.test_verdicts import Desk

HARBOUR, ROADS = "金陵市港航事业发展中心", "云水县公路事业发展中心"
TRUCKS, BOATS = "党建引领货车司机之家建设", "智慧航道党员先锋岗"
LINE = "地铁{}号线红色驿站的创新与实践"


def fold(*mails: Received) -> Assembled:
    return assemble(mails, CAMPAIGN, next_sequence=1)


def signature(what: str) -> tuple[int, ...]:
    """The signature of a text that shares nothing with any other."""
    return tuple(map(ord, story_of(what)))


def text(
    title: str | None, unit: str | None = HARBOUR, *, nameless: bool = False, **more: Any
) -> Attachment:
    """The text of this unit's case of this title; `nameless`: it does not say whose."""
    what = f"{unit} {title}"
    named = None if nameless else unit
    return case_text(title, named, version=what, signature=signature(what), **more)


def files(title: str, unit: str = HARBOUR) -> list[Attachment]:
    return [form(title, unit), scan(version=f"{title}{unit}"), text(title, unit)]


def roles(case: Case) -> list[str]:
    return [material.attachment.role for material in case.documents]


def told(case: Case) -> list[str]:
    """What the sender would be told."""
    return [issue.code.value for issue in check(case, CAMPAIGN) if issue.audience == "sender"]


def sentences(assembled: Assembled) -> list[str]:
    return [reason.text for case in assembled.cases for reason in case.reasons]


def sure(assembled: Assembled) -> bool:
    return not any(case.unsure for case in assembled.cases)


WHOLE = ["form", "form_scan", "case_text"]

# --- near titles of one unit ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LINE.format(3), LINE.format(4)),
        ("以党建引领网约车司机群体融入基层治理的实践", "以党建引领货车司机群体融入基层治理的实践"),
        ("党建引领公路养护", "党建引领公路养护数字化建设"),
        ("红色驿站建设（上篇）", "红色驿站建设（下篇）"),
        ("红色驿站一期建设", "红色驿站二期建设"),
    ],
)
@pytest.mark.parametrize("sender", ["liwen@example.cn", "zhao@example.cn"])
def test_two_whole_cases_of_a_unit_with_near_titles_are_two(
    first: str, second: str, sender: str
) -> None:
    assembled = fold(mail(*files(first)), mail(*files(second), sender=sender, hours=50))
    assert [roles(case) for case in assembled.cases] == [WHOLE, WHOLE]
    assert not any(case.superseded for case in assembled.cases)
    assert sure(assembled)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"subject": "更正申报表"}, "来信说明是更正"),
        ({"answers": True}, "往来邮件"),
        ({"same": True}, "内容与已有的材料基本相同"),
    ],
)
def test_a_nearly_equal_title_joins_where_something_else_says_so(
    how: dict[str, Any], why: str
) -> None:
    first = mail(*files("党建引领公路养护"))
    summary = story_of(f"{HARBOUR} 党建引领公路养护") if how.pop("same", False) else None
    more = {**how, "answers": first} if "answers" in how else how
    renamed = form("党建引领公路养护数字化建设", HARBOUR, summary=summary)
    assembled = fold(first, mail(renamed, sender="zhao@example.cn", hours=50, **more))
    assert [roles(case) for case in assembled.cases] == [WHOLE]
    assert any("案例名称相近" in said and why in said for said in sentences(assembled))
    assert not any("名称相同" in said for said in sentences(assembled))


def test_a_near_title_that_nothing_supports_is_a_doubt_on_both_and_accuses_nobody() -> None:
    renamed = mail(form("党建引领公路养护数字化建设"), sender="zhao@example.cn", hours=50)
    assembled = fold(mail(*files("党建引领公路养护")), renamed)
    assert [roles(case) for case in assembled.cases] == [WHOLE, ["form"]]
    assert all(case.unsure for case in assembled.cases)
    assert [told(case) for case in assembled.cases] == [[], []]


def test_a_person_who_says_that_it_is_a_case_of_its_own_ends_the_doubt_on_both() -> None:
    renamed = form("党建引领公路养护数字化建设")
    desk = Desk(mail(*files("党建引领公路养护")), mail(renamed, sender="zhao@example.cn", hours=50))
    desk.assign(renamed.sha256, "DJ002")
    assert sure(desk.now)
    assert [told(case) for case in desk.now.cases] == [[], ["scan-missing", "case-text-missing"]]


def test_a_person_who_merges_a_doubtful_correction_ends_the_doubt() -> None:
    renamed = form("党建引领公路养护数字化建设")
    desk = Desk(mail(*files("党建引领公路养护")), mail(renamed, sender="zhao@example.cn", hours=50))
    desk.merge("DJ002", "DJ001")
    assert [roles(case) for case in desk.now.cases] == [WHOLE]
    assert sure(desk.now)


def test_a_text_with_a_subtitle_fills_the_gap_of_its_form() -> None:
    later = mail(text(f"{TRUCKS}——以金陵港为例"), sender="wang@example.cn", hours=24)
    assembled = fold(mail(form(TRUCKS), scan()), later)
    assert [roles(case) for case in assembled.cases] == [WHOLE]
    assert any("正好补齐所缺的材料" in said for said in sentences(assembled))


def test_a_number_in_the_title_changes_only_with_a_correction_that_tells_the_same_story() -> None:
    first = mail(*files(LINE.format(3)))
    summary = story_of(f"{HARBOUR} {LINE.format(3)}")
    same, other = form(LINE.format(4), summary=summary), form(LINE.format(4))
    corrected = fold(first, mail(same, hours=9, answers=first, subject="更正申报表"))
    doubted = fold(first, mail(other, hours=9, answers=first, subject="更正申报表"))
    assert len(corrected.cases) == 1
    assert len(doubted.cases) == 2
    assert all(case.unsure and not told(case) for case in doubted.cases)


def test_a_scan_called_after_a_sibling_does_not_take_the_place_of_the_first_ones() -> None:
    first = mail(form(LINE.format(3)), text(LINE.format(3)))
    assembled = fold(first, mail(scan(f"{LINE.format(4)}盖章.jpg"), hours=5))
    assert roles(assembled.cases[0]) == ["form", "case_text"]
    assert [told(case) for case in assembled.cases] == [[], []]


# --- old threads and own numbers --------------------------------------------------------------


@pytest.mark.parametrize("title_of_the_text", [BOATS, None])
def test_a_second_case_in_pieces_in_an_old_thread_is_a_case_of_its_own(
    title_of_the_text: str | None,
) -> None:
    first = mail(*files(TRUCKS))
    second = mail(
        form(BOATS),
        scan(version="2"),
        hours=160,
        answers=first,
        text="另报一个案例，先发申报表。",
    )
    third = mail(text(title_of_the_text), hours=190, answers=first, text="第二个案例的正文。")
    assembled = fold(first, second, third)
    assert [roles(case) for case in assembled.cases] == [WHOLE, WHOLE]
    assert assembled.cases[0].documents == fold(first).cases[0].documents
    assert sure(assembled)


def test_another_title_and_story_in_a_thread_without_a_word_is_a_doubt_on_both() -> None:
    first = mail(*files(TRUCKS))
    assembled = fold(first, mail(form(BOATS), scan(version="2"), hours=50, answers=first))
    assert [roles(case) for case in assembled.cases] == [WHOLE, ["form", "form_scan"]]
    assert all(case.unsure for case in assembled.cases)
    assert [told(case) for case in assembled.cases] == [[], []]


def test_a_second_case_under_the_first_ones_number_is_a_case_of_its_own() -> None:
    first = mail(*files(TRUCKS))
    second = mail(form(BOATS), scan(version="2"), hours=50, subject="DJ001 另报一个案例")
    assembled = assemble([first, second], CAMPAIGN, known=as_known(fold(first)), next_sequence=2)
    assert [roles(case) for case in assembled.cases] == [WHOLE, ["form", "form_scan"]]
    assert sure(assembled)


def test_an_untitled_text_under_the_first_ones_number_may_be_of_either_case() -> None:
    first = mail(*files(TRUCKS))
    second = mail(form(BOATS), scan(version="2"), hours=50, subject="DJ001 另报一个案例")
    third = mail(text(None, None), hours=60, subject="DJ001 正文")
    known = as_known(fold(first))
    assembled = assemble([first, second, third], CAMPAIGN, known=known, next_sequence=2)
    assert [roles(case) for case in assembled.cases] == [
        WHOLE,
        ["form", "form_scan"],
        ["case_text"],
    ]
    assert all(case.unsure and not told(case) for case in assembled.cases)


def test_a_whole_submission_of_another_story_is_doubted_though_it_calls_itself_a_correction() -> (
    None
):
    first = mail(*files(TRUCKS))
    second = mail(*files(BOATS), hours=50, answers=first, subject="更正：案例申报")
    assembled = fold(first, second)
    assert [roles(case) for case in assembled.cases] == [WHOLE, WHOLE]
    assert all(case.unsure for case in assembled.cases)


def test_the_subject_of_an_answer_is_no_word_of_who_answers() -> None:
    first = mail(form(TRUCKS), subject="更正申报表")
    second = mail(form(BOATS), hours=50, answers=first, subject="回复：更正申报表")
    assert len(fold(first, second).cases) == 2


OF_ANOTHER = {"phone": "13911112222", "contact": "王五"}


@pytest.mark.parametrize("near", [False, True])
@pytest.mark.parametrize(
    ("filename", "said"),
    [("申报表（修改稿）.docx", "请查收。"), ("申报表.docx", "这是修改后的申报表，请查收。")],
)
def test_another_cases_form_that_calls_itself_amended_swallows_no_case(
    filename: str, said: str, near: bool
) -> None:
    """Another title, another story, another person: a second case whose form went back and forth."""
    title = f"{TRUCKS}数字化" if near else BOATS
    first = mail(form(TRUCKS), text(TRUCKS))
    second = mail(form(title, filename=filename, **OF_ANOTHER), hours=50, text=said)  # type: ignore[arg-type]
    assembled = fold(first, second)
    assert [roles(case) for case in assembled.cases] == [["form", "case_text"], ["form"]]
    assert not any(case.superseded for case in assembled.cases)
    assert all(case.unsure for case in assembled.cases)
    assert "form-missing" not in told(assembled.cases[0])
    assert told(assembled.cases[1]) == []


@pytest.mark.parametrize(
    "same",
    [
        {"phone": "13900000001", "contact": "王五"},
        {"phone": "13911112222", "contact": "李文"},
        {**OF_ANOTHER, "summary": story_of(f"{HARBOUR} {TRUCKS}")},
    ],
    ids=["phone", "contact", "summary"],
)
def test_a_correction_that_changes_the_title_says_why_it_is_the_same_case(
    same: dict[str, Any],
) -> None:
    renamed = form(BOATS, filename="申报表（更正）.docx", **same)
    assembled = fold(mail(*files(TRUCKS)), mail(renamed, hours=50))
    assert [roles(case) for case in assembled.cases] == [WHOLE]
    assert any("申报单位相同；案例名称不同，但" in said for said in sentences(assembled))
    assert not any("名称相同" in said for said in sentences(assembled))


def test_an_amended_text_of_another_title_and_story_swallows_no_text() -> None:
    first = mail(form(TRUCKS), text(TRUCKS))
    second = mail(text(BOATS, filename=f"{BOATS}（修改后）.docx"), hours=50)
    assembled = fold(first, second)
    assert [roles(case) for case in assembled.cases] == [["form", "case_text"], ["case_text"]]
    assert all(case.unsure for case in assembled.cases)


# --- corrections and numbers that fit no case -------------------------------------------------


def test_a_bureaus_newest_text_of_another_unit_is_no_correction() -> None:
    first = mail(*files(TRUCKS), sender="bureau@example.cn")
    strange = text(BOATS, None)
    second = mail(
        strange, sender="bureau@example.cn", hours=190, subject="最新收到的云水局案例正文"
    )
    third = mail(form(BOATS, ROADS), scan(version="2"), sender="bureau@example.cn", hours=196)
    assembled = fold(first, second, third)
    assert assembled.cases[0].documents == fold(first).cases[0].documents
    assert [roles(case) for case in assembled.cases] == [WHOLE, WHOLE]


def test_a_silent_text_in_a_mail_that_names_another_unit_fills_no_gap() -> None:
    first = mail(form(TRUCKS), scan(), sender="bureau@example.cn")
    words = "转报云水县公路中心的案例正文。"
    second = mail(text(None, None), sender="bureau@example.cn", hours=9, text=words)
    assembled = fold(first, second)
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan"], ["case_text"]]
    assert [told(case) for case in assembled.cases] == [[], []]


def test_a_bureaus_own_signature_names_no_other_unit() -> None:
    signed = "请查收。\n云水县交通运输局政治处"
    first = mail(form(TRUCKS), scan(), sender="bureau@example.cn", text=signed)
    second = mail(text(None, None), sender="bureau@example.cn", hours=9, text=signed)
    assert [roles(case) for case in fold(first, second).cases] == [WHOLE]


def test_a_correction_that_fits_none_of_a_senders_cases_asks_the_organiser() -> None:
    cases = [mail(*files(f"党建引领公路养护{word}建设")) for word in ("标准化", "数字化")]
    mails = [*cases, mail(text("党建引领公路养护建设"), hours=300, subject="更正正文")]
    assembled = fold(*mails)
    assert [roles(case) for case in assembled.cases] == [WHOLE, WHOLE, ["case_text"]]
    assert all(case.unsure for case in assembled.cases)
    assert [told(case) for case in assembled.cases] == [[], [], []]


def test_a_number_quoted_by_a_stranger_in_vain_is_said_and_accuses_nobody() -> None:
    first = mail(*files(TRUCKS))
    quoting = mail(text(None, None), sender="k@example.org", hours=9, subject="DJ001 正文")
    known = as_known(fold(first))
    assembled = assemble([first, quoting], CAMPAIGN, known=known, next_sequence=2)
    mine, strange = assembled.cases
    assert mine.documents == fold(first).cases[0].documents
    assert not mine.unsure  # a stranger's word about what it has raises no question
    assert told(strange) == []
    assert strange.unsure
    assert any(
        "DJ001" in reason.text and "未按编号归入" in reason.text for reason in strange.reasons
    )


def test_what_a_stranger_sends_under_a_number_may_be_what_that_case_lacks() -> None:
    first = mail(form(TRUCKS), scan())
    quoting = mail(text(None, None), sender="k@example.org", hours=9, subject="DJ001 正文")
    known = as_known(fold(first))
    assembled = assemble([first, quoting], CAMPAIGN, known=known, next_sequence=2)
    assert len(assembled.cases) == 2
    assert all(case.unsure and not told(case) for case in assembled.cases)


# --- one title, two units ---------------------------------------------------------------------

TITLE = "党旗在一线高高飘扬"


def test_a_text_tied_by_title_alone_is_nobodys_where_two_units_bear_the_title() -> None:
    mails = [
        mail(form(TITLE, HARBOUR), scan(), sender="a@example.cn"),
        mail(text(TITLE, None, filename="正文.docx"), sender="mei@example.org", hours=24),
        mail(form(TITLE, ROADS), scan(version="2"), sender="b@example.cn", hours=30),
    ]
    for order in itertools.permutations(range(3)):
        moved = [
            mails[place].model_copy(update={"received_at": mails[turn].received_at})
            for turn, place in enumerate(order)
        ]
        cases = fold(*moved).cases
        assert sorted(map(roles, cases)) == [["case_text"]] + [["form", "form_scan"]] * 2
        assert all(case.unsure and not told(case) for case in cases)


def test_a_units_own_text_joins_whoever_else_bears_the_title() -> None:
    assembled = fold(
        mail(form(TITLE, HARBOUR), scan(), sender="a@example.cn"),
        mail(form(TITLE, ROADS), scan(version="2"), sender="b@example.cn", hours=3),
        mail(text(TITLE, None), sender="b@example.cn", hours=30),
    )
    assert [roles(case) for case in assembled.cases] == [["form", "form_scan"], WHOLE]


def test_a_text_by_title_alone_gives_way_to_the_units_own_and_comes_not_back() -> None:
    mails = [
        mail(form(TITLE, HARBOUR), scan(), sender="a@example.cn"),
        mail(text(TITLE, None, filename="外来.docx"), sender="mei@example.org", hours=24),
        mail(text(TITLE, HARBOUR, filename="自报.docx"), sender="a@example.cn", hours=30),
        mail(case_text(TITLE, version="3"), sender="mei2@example.org", hours=40),
    ]
    assembled = fold(*mails)
    own = assembled.cases[0].documents[-1].attachment.filename
    assert own == "自报.docx"
    assert assembled.cases[0].unsure


# --- properties -------------------------------------------------------------------------------


def parts(title: str, unit: str, nameless: bool) -> dict[str, Attachment]:
    return {
        "form": form(title, unit, filename="申报表.docx"),
        "text": text(title, unit, nameless=nameless),
        "scan": scan(f"{title}盖章.jpg", version=f"{unit}{title}"),
    }


@st.composite
def two_cases(draw: st.DrawFn) -> tuple[list[Received], list[set[str]]]:
    """Mails of two cases that are easily taken for one, and the documents of each."""
    if draw(st.booleans()):
        numbers = draw(st.sampled_from([("3", "4"), ("一", "二"), ("东", "西"), ("2023", "2024")]))
        named = [(LINE.format(number), HARBOUR) for number in numbers]
    else:
        named = [(TITLE, HARBOUR), (TITLE, ROADS)]
    mails: list[Received] = []
    owned: list[set[str]] = []
    for place, (title, unit) in enumerate(named):
        documents = parts(title, unit, nameless=draw(st.booleans()))
        if unit == ROADS or title == TITLE:
            del documents["scan"]  # its name would tell no unit
        owned.append({file.sha256 for file in documents.values()})
        own, others = f"own{place}@x.cn", ["bureau@x.cn"] if title != TITLE else []
        first = draw(st.sets(st.sampled_from(sorted(documents)), min_size=1))
        for chosen in (first, set(documents) - first):
            strangers = ["mei@x.org"] if chosen == {"text"} else []
            if chosen:
                mails.append(
                    mail(
                        *(documents[name] for name in sorted(chosen)),
                        sender=draw(st.sampled_from([own, *others, *strangers])),
                        hours=draw(st.integers(0, 100)),
                        name=f"{place} {sorted(chosen)}",
                    )
                )
    answers = draw(st.sampled_from([None, *mails]))
    if answers is not None:
        last = mails[-1].reading
        answer = last.message.model_copy(
            update={"in_reply_to": (answers.reading.message.message_id,)}
        )
        mails[-1] = mails[-1].model_copy(
            update={"reading": last.model_copy(update={"message": answer})}
        )
    return mails, owned


@given(two_cases())
@settings(max_examples=300, deadline=None)
def test_no_document_of_a_likely_twin_is_current_in_the_other_without_a_question(
    drawn: tuple[list[Received], list[set[str]]],
) -> None:
    mails, (first, second) = drawn
    for case in fold(*mails).cases:
        current = {material.attachment.sha256 for material in case.documents}
        assert case.unsure or not (current & first and current & second)


@given(two_cases())
@settings(max_examples=150, deadline=None)
def test_neither_of_two_likely_twins_is_ever_swallowed(
    drawn: tuple[list[Received], list[set[str]]],
) -> None:
    mails, owned = drawn
    current = {
        material.attachment.sha256 for case in fold(*mails).cases for material in case.documents
    }
    assert set().union(*owned) <= current
