"""Cases that look like each other's copies."""

from __future__ import annotations

from inbox_ingest.casebook.assemble import assemble
from tests.casebook.mails import CAMPAIGN, case_text, form, mail

ROWS = tuple(range(64))
NEARLY = (*ROWS[:56], *range(900, 908))
HALF = (*ROWS[:32], *range(900, 932))


def fold(*signatures: tuple[int, ...]) -> list[tuple[str, ...]]:
    """A case for each text, all of different units and titles; which of them are twins."""
    mails = [
        mail(
            form(f"第{place}号驿站的故事", f"县{place}交通运输局"),
            case_text(f"第{place}号驿站的故事", version=str(place), signature=signature),
            sender=f"unit{place}@example.cn",
            hours=place / 100,
        )
        for place, signature in enumerate(signatures)
    ]
    return [case.duplicates_of for case in assemble(mails, CAMPAIGN, next_sequence=1).cases]


def test_nearly_the_same_text_is_a_twin_on_both_sides_and_half_of_it_is_none() -> None:
    found = fold(ROWS, NEARLY, HALF)
    assert [len(twins) for twins in found] == [1, 1, 0]
    assert found[0][0].startswith("DJ002")
    assert found[1][0].startswith("DJ001")


def test_however_many_send_one_text_each_has_a_twin() -> None:
    assert all(fold(*[ROWS] * 120))
