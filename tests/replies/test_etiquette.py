"""Whom not to answer: every rule with mails that it refuses, and people whom no rule refuses."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from inbox_ingest.reading.content import MemoryContent, MemorySink
from inbox_ingest.reading.message import take_apart
from inbox_ingest.records import Message
from inbox_ingest.replies.etiquette import (
    RULES,
    cap_reached,
    ping_pong,
    recipient_of,
    refusal,
    valid_address,
)
from tests.replies.values import BOX, at, message

OWN = frozenset({BOX, "zhengji@alias.example.cn"})


def code_for(mail: Message, text: str = "您好，请查收。", to: str | None = "") -> str | None:
    address = recipient_of(mail, OWN) if to == "" else to
    found = refusal(mail, text, address, OWN)
    return None if found is None else found.code


REFUSED = [
    ("no-address", message(sender=None)),
    ("bad-address", message(sender="shen@localhost")),
    ("bad-address", message(sender="shen@@wangjiang.example.cn")),
    ("bad-address", message(sender="shen wang@example.cn")),
    ("bad-address", message(sender="沈@example.cn")),
    ("bad-address", message(sender="a@b.invalid")),
    ("bad-address", message(sender="x" * 65 + "@example.cn")),
    ("bad-address", message(sender="a@example.cn\nBcc: b@example.cn")),
    ("own-address", message(sender=BOX.upper())),
    ("own-address", message(sender="zhengji+x@example.cn")),
    ("own-mail", message(name="m").model_copy(update={"message_id": f"<ingest.{'0' * 32}@q.cn>"})),
    ("null-sender", message(null_return_path=True)),
    ("delivery-report", message("系统退信", "Postmaster@126.com")),
    ("delivery-report", message(delivery_report=True)),
    ("read-receipt", message(disposition_notification=True)),
    ("machine-address", message(sender="postmaster@danwei.example.cn")),
    ("machine-address", message(sender="no-reply@danwei.example.cn")),
    ("machine-address", message(sender="donotreply@danwei.example.cn")),
    ("machine-address", message(sender="oa_noreply@danwei.example.cn")),
    ("machine-address", message(sender="oa.no-reply@danwei.example.cn")),
    ("machine-address", message(sender="mail-noreply@danwei.example.cn")),
    ("machine-address", message(sender="Please-Do-Not-Reply@danwei.example.cn")),
    ("machine-address", message(sender="x@noreply.danwei.example.cn")),
    ("machine-address", message(sender="x@bounces.danwei.example.cn")),
    ("machine-address", message(sender="LISTSERV@danwei.example.cn")),
    ("machine-address", message(sender="majordomo@danwei.example.cn")),
    ("machine-address", message(sender="owner-news@danwei.example.cn")),
    ("machine-address", message(sender="news-request@danwei.example.cn")),
    ("machine-address", message(sender="mailer-daemon+1@danwei.example.cn")),
    ("machine-address", message(sender="postmaster+x@danwei.example.cn")),
    ("machine-address", message(sender="news-bounces+me=x@danwei.example.cn")),
    ("machine-address", message(sender="autoreply@danwei.example.cn")),
    ("machine-address", message(sender="auto-reply@danwei.example.cn")),
    ("list-header", message(list_headers=("list-unsubscribe",))),
    ("auto-submitted", message(auto_submitted="auto-replied")),
    ("auto-submitted", message(auto_submitted="auto-generated; x=y")),
    ("precedence", message(precedence="BULK")),
    ("precedence", message(precedence=" list ")),
    ("precedence", message(precedence="junk")),
    ("suppressed", message(auto_response_suppress="All")),
    ("suppressed", message(auto_response_suppress="dr, oof")),
    ("auto-reply-header", message(auto_reply_headers=("x-autoreply",))),
    ("automatic-words", message("自动回复：申报材料")),
    ("automatic-words", message("已读：申报材料")),
    ("not-to-us", message(to=("other@example.cn",))),
    ("not-to-us", message(to=(), cc=())),
]


@pytest.mark.parametrize(("code", "mail"), REFUSED)
def test_each_kind_of_mail_is_refused_for_its_own_reason(code: str, mail: Message) -> None:
    assert code_for(mail) == code


def test_every_rule_has_a_case_and_a_reason_in_words() -> None:
    # own-sender cannot be met alone with From: the form's e-mail has to be answered for it.
    assert {code for code, _ in REFUSED} | {"own-sender"} == {rule.code for rule in RULES}
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in rule.reason) for rule in RULES)


def test_own_mail_is_not_answered_even_at_another_address() -> None:
    assert code_for(message(sender=BOX), to="form@danwei.example.cn") == "own-sender"


def test_words_in_the_mail_itself_can_be_a_machines() -> None:
    assert code_for(message("Re: 材料"), "这是一封自动回复邮件，我正在休假。") == "automatic-words"


FROM_PERSON = "From: shen@wangjiang.example.cn"
# Header lines as they come over the wire, read by the reader that the pass uses.
RAW_MACHINES = [
    ("auto-submitted", (FROM_PERSON, "Auto-Submitted: no", "Auto-Submitted: auto-replied")),
    ("auto-submitted", (FROM_PERSON, 'Auto-Submitted: "auto-generated"')),
    ("auto-submitted", (FROM_PERSON, "AUTO-SUBMITTED:\r\n\tAuto-Generated (vacation)")),
    ("precedence", (FROM_PERSON, "Precedence: normal", "Precedence: bulk")),
    ("precedence", (FROM_PERSON, "Precedence: bulk (mass)")),
    ("precedence", (FROM_PERSON, "Precedence: bulk;")),
    (
        "suppressed",
        (FROM_PERSON, "X-Auto-Response-Suppress: None", "X-Auto-Response-Suppress: All"),
    ),
    ("null-sender", (FROM_PERSON, "Return-Path: < >")),
    ("null-sender", (FROM_PERSON, "Return-Path: <> (null)")),
    ("list-header", (FROM_PERSON, "List-Id : <news.example.cn>")),
    ("own-sender", (FROM_PERSON + f", {BOX}",)),
    ("own-sender", (FROM_PERSON, f"Sender: {BOX}")),
    ("machine-address", (FROM_PERSON + ", noreply@wangjiang.example.cn",)),
    ("machine-address", (FROM_PERSON, "From: noreply@wangjiang.example.cn")),
    ("no-address", ()),
]
RAW_PEOPLE = [
    (FROM_PERSON,),
    (FROM_PERSON, "Auto-Submitted: no", "Auto-Submitted: No (typed by (a) person)"),
    (FROM_PERSON, "Precedence: first-class"),
    (FROM_PERSON, "X-Auto-Response-Suppress: DR, RN"),
    (FROM_PERSON, "Return-Path: <shen@wangjiang.example.cn>"),
    (FROM_PERSON, "Sender: zhou@wangjiang.example.cn"),
]


def raw_code(lines: tuple[str, ...]) -> str | None:
    head = (*lines, f"To: {BOX}", "Subject: x", "Message-ID: <q@wangjiang.example.cn>")
    raw = "\r\n".join((*head, "", "ok", "")).encode()
    return code_for(take_apart(MemoryContent(raw), MemorySink()).message)


@pytest.mark.parametrize(("code", "lines"), RAW_MACHINES)
def test_a_machine_is_known_by_any_of_its_headers(code: str, lines: tuple[str, ...]) -> None:
    assert raw_code(lines) == code


@pytest.mark.parametrize("lines", RAW_PEOPLE)
def test_a_person_is_not_taken_for_one(lines: tuple[str, ...]) -> None:
    assert raw_code(lines) is None


PEOPLE = [
    message(),
    message(sender="shen.zhiyuan+dangjian@jt.wangjiang.gov.cn"),
    message(auto_submitted="no"),
    message(precedence="normal"),
    message(auto_response_suppress="none"),
    message(auto_response_suppress="dr"),
    message(to=("all@danwei.example.cn", BOX.upper())),
    message(to=("x@example.cn",), cc=(BOX,)),
    message(to=("x@example.cn",), resent_to=(BOX,)),
    message(to=("zhengji@alias.example.cn",)),
    message("回复：自动回复：申报材料"),
    message("关于系统退信的说明"),
    message(sender="root.zhang@danwei.example.cn"),
    message(sender="requests@danwei.example.cn"),
    message(sender="listing@danwei.example.cn"),
    message(sender="reply@danwei.example.cn"),
    message(sender="northreply@bouncestreet.example.cn"),
]


@pytest.mark.parametrize("mail", PEOPLE)
def test_people_are_answered(mail: Message) -> None:
    assert code_for(mail) is None


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("a@b.cn", True),
        ("a.b-c_d@x-y.com.cn", True),
        ("a@xn--fiqs8s.xn--55qx5d", True),
        ("a..b@b.cn", False),
        (".a@b.cn", False),
        ("a@b", False),
        ("a@[1.2.3.4]", False),
        ("a@-b.cn", False),
        ('"a b"@b.cn', False),
        ("<a@b.cn>", False),
        ("a@b.cn,c@d.cn", False),
        ("", False),
        (None, False),
    ],
)
def test_addresses_that_can_be_written_to(address: str | None, valid: bool) -> None:
    assert valid_address(address) is valid


class TestRecipient:
    """Reply-To is followed only where it cannot point our letter at a stranger."""

    def test_the_sender(self) -> None:
        assert recipient_of(message(), OWN) == "shen@wangjiang.example.cn"

    @pytest.mark.parametrize("domain", ["jtj.wangjiang.gov.cn", "WJXY.edu.cn", "yjs.ac.cn"])
    def test_reply_to_a_colleague_in_the_same_institution(self, domain: str) -> None:
        mail = message(sender=f"shen@{domain}", reply_to=(f"office@{domain}",))
        assert recipient_of(mail, OWN) == f"office@{domain}"
        machine = message(sender=f"shen@{domain}", reply_to=(f"noreply@{domain}",))
        assert recipient_of(machine, OWN) == f"shen@{domain}"
        elsewhere = message(sender=f"shen@{domain}", reply_to=("office@other.gov.cn",))
        assert recipient_of(elsewhere, OWN) == f"shen@{domain}"

    def test_reply_to_elsewhere_is_not_followed(self) -> None:
        assert (
            recipient_of(message(reply_to=("victim@example.org",)), OWN)
            == "shen@wangjiang.example.cn"
        )

    @pytest.mark.parametrize(
        "domain", ["qq.com", "QQ.COM", "163.net", "yahoo.com.hk", "sogou.com", "gongsi.example.cn"]
    )
    def test_where_anybody_may_have_an_address_a_neighbour_is_a_stranger(self, domain: str) -> None:
        mail = message(sender=f"1@{domain}", reply_to=(f"2@{domain}",))
        assert recipient_of(mail, OWN) == f"1@{domain}"
        known = recipient_of(mail, OWN, known_senders=(f"2@{domain.lower()}",))
        assert known == f"2@{domain}"

    def test_reply_to_somebody_who_sent_material_for_the_case(self) -> None:
        mail = message(reply_to=("shen@qq.example.com",))
        known = ("SHEN@qq.example.com",)
        assert recipient_of(mail, OWN, known_senders=known) == "shen@qq.example.com"

    @pytest.mark.parametrize("reply_to", [(BOX,), ("a@b.cn", "c@b.cn"), ("junk",)])
    def test_useless_reply_to_is_not_followed(self, reply_to: tuple[str, ...]) -> None:
        mail = message(reply_to=reply_to)
        assert recipient_of(mail, OWN) == "shen@wangjiang.example.cn"

    def test_the_forms_own_address_where_the_campaign_says_so(self) -> None:
        assert recipient_of(message(), OWN, form_email="lianxi@dw.cn") == "lianxi@dw.cn"
        assert recipient_of(message(), OWN, form_email="无") == "shen@wangjiang.example.cn"


def test_caps_count_a_day_and_loops_an_hour() -> None:
    now = at(10)
    day = [now - timedelta(hours=hours) for hours in (1, 5, 9, 20, 25)]
    assert cap_reached(day, now, per_recipient_per_day=5) is None
    assert cap_reached(day, now, per_recipient_per_day=4) is not None
    quick = [now - timedelta(minutes=minutes) for minutes in (5, 20, 40)]
    assert ping_pong(quick, now) is None
    assert ping_pong([*quick, now - timedelta(minutes=59)], now) is not None
    assert ping_pong([*quick, now - timedelta(minutes=61)], now) is None


def test_a_noisy_afternoon_of_five_hundred_mails() -> None:
    """Machines in every disguise among people: no machine is answered, and no person is refused."""
    order = random.Random(20250603)
    machines = [mail for _, mail in REFUSED]
    pile = [(mail, False) for mail in order.choices(machines, k=400)]
    pile += [(mail, True) for mail in order.choices(PEOPLE, k=100)]
    order.shuffle(pile)
    answered = [person for mail, person in pile if code_for(mail) is None]
    assert len(answered) == 100
    assert all(answered)
