"""SMTP answers and what they mean: facts §2 as a table, then what other servers say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inbox_ingest.replies.outcomes import Outcome, Phase, Verdict, lost, next_try, outcome_of
from tests.replies.values import ZONE, at

ANSWERS: list[tuple[str, Phase, Verdict]] = [
    # 126.com
    ("421 HL:REP 163 smtp8", "open", "later"),
    ("421 HL:ICC 163 smtp8", "mail", "later"),
    ("450 MI:DMC 163 smtp8", "recipient", "later"),
    ("451 MI:DMC 163 smtp8", "mail", "later"),
    ("451 MI:SFQ 163 smtp8", "mail", "later"),
    ("451 DT:SPM , please try again", "end", "later"),
    ("550 MI:STC 163 smtp8", "mail", "tomorrow"),
    ("554 MI:STC 163 smtp8", "recipient", "tomorrow"),
    ("550 RP:TRC 163 smtp8", "recipient", "tomorrow"),
    ("550 DT:SPM 163 smtp8", "end", "never"),
    ("554 DT:SPM 163 smtp8", "end", "never"),
    ("550 RP:RCL 163 smtp8", "recipient", "never"),
    ("550 Invalid User", "recipient", "never"),
    ("552 Illegal Attachment", "end", "never"),
    ("553 Mail from must equal authorized user", "mail", "person"),
    ("554 DT:SUM Envelope sender mismatch with header from", "end", "person"),
    ("535 Error: authentication failed", "login", "person"),
    ("550 User has no permission", "login", "person"),
    ("550 User has no permission", "mail", "person"),
    # others
    ("250 2.0.0 Ok: queued as 4F1", "end", "sent"),
    ("454 4.7.0 Temporary authentication failure", "login", "later"),
    ("530 5.7.0 Must issue a STARTTLS command first", "mail", "person"),
    ("554 5.7.1 Client host blocked", "open", "person"),
    ("450 4.2.0 Greylisted", "recipient", "later"),
    ("452 4.3.1 Insufficient system storage", "mail", "later"),
    ("550 5.1.1 User unknown", "recipient", "never"),
    ("550 5.1.1 User unknown", "end", "never"),
    ("552 5.2.2 Mailbox full", "recipient", "tomorrow"),
    ("550 5.7.1 Rejected by policy", "recipient", "never"),
    ("550 5.7.1 Service unavailable, client host [10.5.1.1] blocked", "recipient", "never"),
    ("554 5.7.1 Relay access denied", "recipient", "never"),
    ("550 RP:SPF 163 smtp8", "recipient", "never"),
    ("550 blocked temporarily, frequency limited MI:LMC", "recipient", "tomorrow"),
    ("554 5.6.0 Message rejected", "end", "never"),
    ("252 Cannot verify", "recipient", "later"),
    ("250 odd", "data", "later"),
    ("-1 ???", "end", "unknown"),
    ("354 go on", "end", "unknown"),
    ("-1 ???", "mail", "later"),
]


@pytest.mark.parametrize(("answer", "phase", "verdict"), ANSWERS)
def test_answers(answer: str, phase: Phase, verdict: Verdict) -> None:
    code, _, words = answer.partition(" ")
    outcome = outcome_of(int(code), words.encode(), phase)
    assert outcome.verdict == verdict
    assert outcome.reason
    assert outcome.answer == answer
    assert (outcome.wait_seconds > 0) == (
        verdict == "later" or (verdict == "never" and outcome.stops)
    )


@pytest.mark.parametrize(
    ("answer", "stops"),
    [
        ("451 MI:SFQ", True),
        ("550 MI:STC", True),
        ("421 HL:REP", True),
        ("553 Mail from must equal authorized user", True),
        ("451 MI:DMC", False),
        ("550 RP:TRC", False),
        ("550 Invalid User", False),
    ],
)
def test_limits_of_the_account_stop_the_round_and_others_do_not(answer: str, stops: bool) -> None:
    code, _, words = answer.partition(" ")
    assert outcome_of(int(code), words, "recipient").stops is stops


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 <x@y.cn>", True),
        ("550 5.1.10 RecipientNotFound", True),
        ("550 User not found: x@y.cn", True),
        ("550 Invalid User", True),
        ("550 User unknown", True),
        ("550 收件人不存在", True),
        ("554 host 10.5.1.1 says no", False),
        ("550 5.7.1 Service unavailable, client host [1.2.3.4] blocked using Spamhaus", False),
        ("554 5.7.1 Relay access denied", False),
        ("550 RP:SPF", False),
        ("550 RP:RCL", False),
        ("550 Mailbox has been blocked temporarily, frequency limited MI:LMC", False),
        ("550 5.1.0 Sender denied", False),
        ("550 Domain of sender not found", False),
        ("550 no", False),
    ],
)
def test_dead_is_an_address_only_where_the_server_says_that_it_is_wrong(
    answer: str, dead: bool
) -> None:
    code, _, words = answer.partition(" ")
    assert outcome_of(int(code), words, "recipient").dead is dead


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.7.1 client host [1.2.3.4] blocked",
        "554 5.7.1 Relay access denied",
        "550 RP:SPF",
        "550 frequency limited MI:LMC",
    ],
)
def test_where_we_are_refused_the_letters_after_this_one_are_spared_it(answer: str) -> None:
    code, _, words = answer.partition(" ")
    assert outcome_of(int(code), words, "recipient").stops


def test_a_lost_connection_is_doubtful_only_after_the_text() -> None:
    before = [
        lost(phase, "超时").verdict for phase in ("open", "login", "mail", "recipient", "data")
    ]
    assert set(before) == {"later"}
    assert lost("end", "超时").verdict == "unknown"


def test_the_quota_of_a_quarter_of_an_hour_is_waited_out() -> None:
    outcome = outcome_of(451, "MI:SFQ", "mail")
    assert next_try(outcome, 1, at(3), ZONE) == at(3) + timedelta(minutes=15)


def test_waits_double_and_end_at_four_hours() -> None:
    outcome = Outcome(verdict="later", reason="x", wait_seconds=900)
    waits = [next_try(outcome, n, at(3), ZONE) - at(3) for n in range(1, 12)]
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert max(waits) == waits[-1] == timedelta(hours=4)


def test_tomorrow_is_the_next_morning_of_the_campaigns_time_zone() -> None:
    outcome = outcome_of(550, "MI:STC", "mail")
    assert next_try(outcome, 3, at(3, 23, 59), ZONE) == at(4, 8)
