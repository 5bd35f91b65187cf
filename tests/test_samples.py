"""Every sample mail is read, assembled and judged as the expectation beside it says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.casebook.assemble import Assembled, assemble
from inbox_ingest.casebook.lines import case_line
from inbox_ingest.checking.engine import check
from inbox_ingest.inbox.receipt import received_at
from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.mail import read_mail
from inbox_ingest.records import Received

FOLDER = Path(__file__).resolve().parent.parent / "samples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def expected(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))


@cache
def campaign() -> Campaign:
    return load_campaign(shipped_campaign())


@cache
def received(name: str) -> Received:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    reading = read_mail(MemoryContent(raw), campaign(), MemorySink(), NothingDerived())
    return Received(
        received_at=received_at(raw.partition(b"\r\n\r\n")[0], 0.0), folder="INBOX", reading=reading
    )


@cache
def assembled(name: str) -> Assembled:
    return assemble([received(other) for other in (*expected(name)["after"], name)], campaign())


def test_every_mail_has_its_expectation_and_the_other_way_round() -> None:
    assert len(NAMES) >= 15
    expectations = FOLDER.glob("*.expected.json")
    assert sorted(path.name.removesuffix(".expected.json") for path in expectations) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_came_with_the_mail(name: str) -> None:
    reading = received(name).reading
    assert reading.problem is None
    assert reading.message.sender is not None
    assert reading.message.sender.address == expected(name)["from"]
    found = [(a.filename, a.role, a.container) for a in reading.attachments]
    wanted = [(a["filename"], a["role"], a["container"]) for a in expected(name)["attachments"]]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    links = [
        {"filename": link.filename, "expires": link.expires and link.expires.isoformat()}
        for link in reading.links
    ]
    assert links == expected(name)["links"]


@pytest.mark.parametrize("name", NAMES)
def test_what_became_of_the_mail(name: str) -> None:
    outcomes = {outcome.raw_sha256: outcome for outcome in assembled(name).outcomes}
    outcome = outcomes[received(name).reading.raw_sha256]
    assert outcome.disposition == expected(name)["disposition"]
    assert len(outcome.anchors) == len(expected(name)["cases"])


@pytest.mark.parametrize("name", [name for name in NAMES if expected(name)["cases"]])
def test_what_the_case_says_and_lacks(name: str) -> None:
    found = []
    for case in assembled(name).cases:
        issues = check(case, campaign())
        line = case_line(case, issues, campaign())
        codes = sorted(
            f"{issue.code.value}:{issue.field}" if issue.field else issue.code.value
            for issue in issues
        )
        found.append({**line, "issues": codes})
    wanted = expected(name)["cases"]
    assert [{key: case[key] for key in wanted[0]} for case in found] == wanted
