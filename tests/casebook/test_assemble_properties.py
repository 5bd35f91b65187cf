"""Invariants of assembling, whatever the mails and their order."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.casebook.changes import KnownCase
from inbox_ingest.records import Attachment, Case, Received
from tests.casebook.mails import CAMPAIGN, as_known, case_text, form, mail, scan

TITLES = ["党建引领货车司机之家建设", "智慧航道党员先锋岗", "红色公交线路品牌创建"]
# A unit, the ones below it, one beside it that differs by a character, and one quite different.
UNITS = [
    "金陵市港航事业发展中心",
    "金陵市港航事业发展中心江宁分中心",
    "金陵市江宁区港航事业发展中心",
    "金陵市第二港航事业发展中心",
    "云水县交通运输局",
]
SILENT = "正文.docx"  # a text without title and unit
SENDERS = ["a@example.cn", "b@example.cn"]


@st.composite
def files(draw: st.DrawFn) -> list[Attachment]:
    """Documents of one case; some name nothing, some are called after nothing."""
    title, unit = draw(st.sampled_from(TITLES)), draw(st.sampled_from(UNITS))
    version = draw(st.sampled_from(["", "2"]))
    chosen = draw(st.sets(st.sampled_from(["form", "scan", "text", "silent"]), min_size=1))
    made = {
        "form": form(title, unit, version=version),
        "scan": scan(
            draw(st.sampled_from([f"{title}盖章.jpg", f"{unit}.jpg", "1.jpg"])),
            version=title + unit + version,
        ),
        "silent": case_text(None, None, version=title + unit + version, filename=SILENT),
        "text": case_text(title, unit, version=unit + version),
    }
    return [made[name] for name in sorted(chosen)]


@st.composite
def archives(draw: st.DrawFn) -> list[Attachment]:
    """A bureau's archive with a folder for each unit."""
    units = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=3, unique=True))
    placed = [(unit, file) for unit in units for file in draw(files())]
    return [
        file.model_copy(update={"container": "材料.zip", "group": unit, "part": f"2/{place}"})
        for place, (unit, file) in enumerate(placed)
    ]


@st.composite
def boxes(draw: st.DrawFn, *, threads: bool = True) -> list[Received]:
    """A handful of mails of a few units, corrections and repeats among them."""
    mails = []
    for place in range(draw(st.integers(1, 7))):
        parent = draw(st.sampled_from([None, *mails])) if mails and threads else None
        mails.append(
            mail(
                *draw(st.one_of(files(), archives())),
                sender=draw(st.sampled_from(SENDERS)),
                hours=draw(st.integers(0, 200)),
                name=str(place),
                answers=parent,
            )
        )
    return mails


def fold(mails: list[Received], known: list[KnownCase] | None = None) -> Assembled:
    first = 1 + max((case.sequence for case in known or []), default=0)
    return assemble(mails, CAMPAIGN, known=known or [], next_sequence=first)


@given(boxes(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_in_which_mails_are_stored_does_not_matter(
    mails: list[Received], shuffler: random.Random
) -> None:
    shuffled = list(mails)
    shuffler.shuffle(shuffled)
    assert fold(mails) == fold(shuffled)


@given(boxes())
@settings(max_examples=100, deadline=None)
def test_filing_again_from_all_readings_keeps_cases_and_numbers(mails: list[Received]) -> None:
    first = fold(mails)
    again = fold(mails, as_known(first))
    assert again.cases == first.cases
    assert not again.merged
    assert not again.dropped


@given(boxes(), st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_filing_in_two_passes_gives_the_cases_of_one(mails: list[Received], cut: int) -> None:
    whole = fold(mails)
    halfway = fold(mails[:cut])
    after = fold(mails, as_known(halfway))
    assert _bare(after) == _bare(whole)


@given(boxes())
@settings(max_examples=100, deadline=None)
def test_every_mail_again_changes_no_case(mails: list[Received]) -> None:
    last = max(mails, key=lambda m: m.received_at).received_at
    copies = [
        Received(
            received_at=last + (item.received_at - mails[0].received_at).__class__(days=30),
            folder=item.folder,
            reading=item.reading.model_copy(update={"raw_sha256": item.reading.raw_sha256[::-1]}),
        )
        for item in mails
    ]
    whole = fold([*mails, *copies])
    found = {outcome.raw_sha256: outcome.disposition for outcome in whole.outcomes}
    assert {found[copy.reading.raw_sha256] for copy in copies} == {"duplicate"}
    assert [case.documents for case in whole.cases] == [
        case.documents for case in fold(mails).cases
    ]


@given(boxes())
@settings(max_examples=150, deadline=None)
def test_two_units_are_never_one_case(mails: list[Received]) -> None:
    for case in fold(mails).cases:
        assert len(_units(case)) <= 1


@given(boxes(threads=False))
@settings(max_examples=150, deadline=None)
def test_a_text_that_names_nothing_replaces_none_unasked(mails: list[Received]) -> None:
    """It came alone, in a mail that answers none and does not call itself a correction."""
    alone = {
        item.reading.raw_sha256
        for item in mails
        if all(file.filename == SILENT for file in item.reading.attachments)
    }
    for case in fold(mails).cases:
        texts = [m for m in case.documents if m.attachment.role == "case_text"]
        if any(material.raw_sha256 in alone for material in texts):
            assert not any(m.attachment.role == "case_text" for m in case.superseded)


@given(boxes())
@settings(max_examples=100, deadline=None)
def test_every_mail_has_exactly_one_disposition_and_no_document_is_lost(
    mails: list[Received],
) -> None:
    assembled = fold(mails)
    assert sorted(o.raw_sha256 for o in assembled.outcomes) == sorted(
        m.reading.raw_sha256 for m in mails
    )
    kept = {
        material.attachment.sha256
        for case in assembled.cases
        for material in (*case.documents, *case.superseded)
    }
    sent = {a.sha256 for item in mails for a in item.reading.attachments if a.role == "form_scan"}
    assert sent <= kept


def _units(case: Case) -> set[str]:
    """The units that its documents name, current or not."""
    files = [material.attachment for material in (*case.documents, *case.superseded)]
    forms = {file.form.fields["申报单位"].value for file in files if file.form}
    texts = {file.case_text.unit for file in files if file.case_text and file.case_text.unit}
    return {str(unit) for unit in forms} | texts


def _bare(assembled: Assembled) -> list[object]:
    """Cases apart from their numbers, which follow the order of filing."""
    return sorted(
        case.model_copy(update={"case_no": None, "duplicates_of": ()}).model_dump_json()
        for case in assembled.cases
    )
