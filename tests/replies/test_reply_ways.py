"""A letter that failed or was withheld gets out after all, whatever a person decided meanwhile."""

from __future__ import annotations

import pytest

from inbox_ingest.casebook.changes import IN_DOUBT, Reply
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.errors import UsageError
from tests.casebook.mails import case_text, form, scan
from tests.replies.office import SENDER, Office
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


def waived(office: Office, code: str = "scan-missing") -> None:
    office.book.decisions.add(
        "waive", who="张", now=office.now, case_no="DJ001", payload={"code": code}
    )
    office.file()


def drafted(office: Office) -> None:
    office.receive(form())
    office.draft()
    office.later(minutes=20)


def went_out(office: Office, server: SmtpServer) -> Reply:
    """The person approves the letter that was written anew, and it is sent: the only one."""
    assert office.draft() == 1
    (letter,) = office.replies("draft")
    assert "扫描件" not in letter.body
    assert "案例正文电子版" in letter.body
    office.book.replies.approve(letter.id, office.now, "张")
    office.later(minutes=20)
    assert office.send(server).sent == [letter.id]
    assert office.draft() == 0
    return letter


class TestTakenUpAgain:
    def test_refused_by_the_server(self, office: Office, server: SmtpServer) -> None:
        drafted(office)
        server.faults.answers["end"].append("554 DT:SPM")
        office.approve_all()
        assert office.send(server).failed == [1]
        waived(office)
        assert office.draft() == 0  # nobody has asked for it
        with pytest.raises(UsageError, match="案例情况已变"):
            office.book.replies.approve(1, office.now, "张")
        letter = went_out(office, server)
        assert "人工批准过的第 1 号" in (letter.reason or "")

    def test_withheld_by_a_person_who_thinks_better_of_it(
        self, office: Office, server: SmtpServer
    ) -> None:
        drafted(office)
        office.book.replies.withhold(1, office.now, "工作人员决定不发")
        waived(office)
        with pytest.raises(UsageError):
            office.book.replies.approve(1, office.now, "张")
        assert "工作人员决定不发" in (office.replies()[0].reason or "")
        went_out(office, server)

    def test_edited_its_words_are_kept_and_named(self, office: Office, server: SmtpServer) -> None:
        drafted(office)
        office.book.replies.withhold(1, office.now, "工作人员决定不发")
        waived(office)
        office.book.replies.edit(1, office.now, subject="Re: 申报材料", body="人改过的话\n")
        letter = went_out(office, server)
        assert "人工修改过的第 1 号" in (letter.reason or "")
        assert office.replies()[0].body == "人改过的话\n"

    @pytest.mark.parametrize("state", ["sending", "failed"])
    def test_in_doubt_and_found_not_sent(
        self, office: Office, server: SmtpServer, state: str
    ) -> None:
        drafted(office)
        office.approve_all()
        office.book.replies.begin_sending(1, office.now)
        if state == "failed":
            office.book.replies.move(1, "failed", office.now, reason=IN_DOUBT, expected=["sending"])
        waived(office)
        office.book.replies.resolve(1, office.now, "张", sent=False)
        went_out(office, server)

    def test_not_where_a_newer_letter_says_it_all(self, office: Office) -> None:
        drafted(office)
        office.book.replies.withhold(1, office.now, "工作人员决定不发")
        office.receive(scan())
        office.draft()
        with pytest.raises(UsageError, match="已另有答复"):
            office.book.replies.approve(1, office.now, "张")
        assert [reply.state for reply in office.replies()] == ["withheld", "draft"]

    def test_only_with_what_no_newer_letter_says(self, office: Office) -> None:
        """One letter of two cases failed; a newer one speaks of the first of them."""
        office.receive(form("甲单位党建品牌创建案例"))
        office.receive(form("乙车站思政课堂建设案例"))
        office.draft()
        office.book.replies.withhold(1, office.now, "工作人员决定不发")
        office.later(minutes=20)
        title = "甲单位党建品牌创建案例"
        office.receive(case_text(title), subject="Re: 申报材料 [DJ001]")
        office.draft()
        with pytest.raises(UsageError):
            office.book.replies.approve(1, office.now, "张")
        office.draft()
        waiting = office.replies("draft", "approved")
        assert [r.to for r in waiting] == [SENDER] * len(waiting)
        told = [number for reply in waiting for number, _ in reply.cases]
        assert sorted(told) == ["DJ001", "DJ002"]


def test_what_waits_for_an_address_found_dead_is_put_before_the_organiser(
    office: Office, server: SmtpServer
) -> None:
    office.receive(form("甲单位党建品牌创建案例"))
    office.draft()
    office.approve_all()
    office.later(minutes=20)
    office.send(server)
    office.receive(form("乙车站思政课堂建设案例"))
    office.draft()
    office.later(minutes=5)
    office.approve_all()
    office.book.replies.fail(
        1, office.now, "收件地址不存在", expected="sent", undeliverable="收件地址不存在"
    )
    assert waiting(office) == [("refused", "2"), ("reply", "1")]
    office.book.replies.withhold(2, office.now, "已电话联系")
    assert waiting(office) == [("reply", "1")]


def waiting(office: Office) -> list[tuple[str, str]]:
    path = office.book.database.file
    assert path is not None
    glance = Glance.open(path)
    assert glance is not None
    try:
        found = glance.for_a_person()
    finally:
        glance.close()
    return sorted((e["kind"], e["reference"]) for e in found if e["kind"] != "case")
