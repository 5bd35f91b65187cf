"""An IMAP mailbox as a source, against pymap with the manners of 126.com."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox_ingest.errors import LoginRefused, MailboxUnreachable
from inbox_ingest.inbox import connection as connection_module
from inbox_ingest.inbox import imap as imap_module
from inbox_ingest.inbox.source import Fetched, FolderMissing
from tests.inbox.support import collect, fetch_all, imap_source, mail, wanted
from tests.servers.mailbox import PASSWORD, PymapServer


def test_mail_arrives_byte_for_byte_with_its_time_of_receipt(pymap_server: PymapServer) -> None:
    when = datetime(2025, 5, 6, 12, 0, tzinfo=UTC)
    raws = [mail(1), b"Subject: \xb0\xb8\xc0\xfd\r\n\r\n\x00\xff )\r\n* 1 FETCH (UID 9)\r\n", b"x"]
    uids = [pymap_server.deliver(raw, when) for raw in raws]
    source = imap_source(pymap_server.url, PASSWORD)
    listed = list(source.describe("INBOX", source.list_uids("INBOX")))
    assert [each.uid for each in listed] == uids
    assert [each.size for each in listed] == [len(raw) for raw in raws]
    assert {each.internaldate for each in listed} == {when}
    results = source.fetch("INBOX", [(each.uid, each.size) for each in listed])
    fetched = {}
    for result in results:
        assert isinstance(result, Fetched)
        assert result.internaldate == when
        fetched[result.uid] = b"".join(result.chunks())
    assert fetched == dict(zip(uids, raws, strict=True))


def test_the_gate_of_126_stays_shut_without_id(
    pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module.Connection, "_identify", lambda self: None)
    with pytest.raises(LoginRefused) as caught:
        imap_source(pymap_server.url, PASSWORD).open("INBOX")
    assert "Unsafe Login" in caught.value.message
    assert "kefu@188.com" in (caught.value.remedy or "")
    assert caught.value.exit_code == 77
    assert pymap_server.commands.count("LOGIN") == 1  # no hammering


def test_the_gate_of_126_opens_after_id_on_every_connection(pymap_server: PymapServer) -> None:
    pymap_server.deliver(mail(1))
    source = imap_source(pymap_server.url, PASSWORD)
    assert source.open("INBOX").exists == 1
    source._session.drop()
    assert source.open("INBOX").exists == 1
    assert pymap_server.commands[-4:] == ["CAPABILITY", "LOGIN", "ID", "EXAMINE"]
    assert len(pymap_server.identities) == 2
    assert pymap_server.identities[0]["support-email"] == pymap_server.user


def test_reading_changes_no_flag_and_opens_nothing_for_writing(pymap_server: PymapServer) -> None:
    pymap_server.deliver(mail(1))
    pymap_server.deliver(mail(2), seen=True)
    before = pymap_server.flags()
    source = imap_source(pymap_server.url, PASSWORD)
    assert len(fetch_all(source)) == 2
    source.close()
    assert pymap_server.flags() == before
    assert "SELECT" not in pymap_server.commands
    assert pymap_server.commands[-1] == "LOGOUT"


def test_inbox_and_the_folders_of_the_spam_filter_are_polled(pymap_server: PymapServer) -> None:
    source = imap_source(pymap_server.url, PASSWORD)
    assert sorted(source.folders()) == sorted(
        ["INBOX", "垃圾邮件", "广告邮件", "订阅邮件", "病毒邮件"]
    )
    assert source.folders()[0] == "INBOX"
    assert source.open("垃圾邮件").special_use == "\\Junk"
    assert source.sent_folder() == "已发送"


def test_mail_in_a_chinese_folder_is_found(pymap_server: PymapServer) -> None:
    uid = pymap_server.deliver(mail(7), folder="广告邮件")
    assert fetch_all(imap_source(pymap_server.url, PASSWORD), "广告邮件") == {uid: mail(7)}


def test_configured_folders_are_polled_without_asking_for_a_list(pymap_server: PymapServer) -> None:
    source = imap_source(pymap_server.url, PASSWORD, folders=["INBOX", "草稿箱"])
    assert source.folders() == ("INBOX", "草稿箱")
    source.open("草稿箱")
    assert "LIST" not in pymap_server.commands


def test_the_folder_of_the_url_goes_before_the_configured_ones(pymap_server: PymapServer) -> None:
    url = f"{pymap_server.url}/广告邮件"
    assert imap_source(url, PASSWORD, folders=["INBOX"]).folders() == ("广告邮件",)


def test_a_folder_that_is_not_there_is_named_and_the_others_go_on(
    pymap_server: PymapServer,
) -> None:
    source = imap_source(pymap_server.url, PASSWORD)
    with pytest.raises(FolderMissing) as caught:
        source.open("征文")
    assert "征文" in caught.value.message
    assert caught.value.exit_code == 78
    source.open("INBOX")
    assert pymap_server.commands.count("LOGIN") == 1


def test_a_wrong_password_is_a_persons_job_and_is_never_repeated(pymap_server: PymapServer) -> None:
    source = imap_source(pymap_server.url, "wrong-secret-123")
    with pytest.raises(LoginRefused) as caught:
        source.open("INBOX")
    assert caught.value.exit_code == 77
    assert "授权码" in (caught.value.remedy or "")
    assert "wrong-secret-123" not in caught.value.message
    assert pymap_server.commands.count("LOGIN") == 1


@pytest.mark.parametrize("password", ["", "密码", "two\r\nA1 LOGOUT", "tab\there"])
def test_a_password_that_login_cannot_carry_is_refused_here(
    pymap_server: PymapServer, password: str
) -> None:
    with pytest.raises(LoginRefused, match="不能传送"):
        imap_source(pymap_server.url, password).open("INBOX")
    assert "LOGIN" not in pymap_server.commands


def test_a_password_with_quotes_and_spaces_is_carried() -> None:
    password = 'a "b" \\c'
    with PymapServer(password=password) as server:
        assert imap_source(server.url, password).open("INBOX").exists == 0


def test_the_cheap_look_shows_only_what_is_newer(pymap_server: PymapServer) -> None:
    first, second = pymap_server.deliver(mail(1)), pymap_server.deliver(mail(2))
    source = imap_source(pymap_server.url, PASSWORD)
    assert source.newer_than("INBOX", first) == [second]
    assert source.newer_than("INBOX", second) == []  # though n:* names the last message
    assert source.newer_than("INBOX", "") == [first, second]


def test_an_empty_poll_takes_few_words(pymap_server: PymapServer) -> None:
    uid = pymap_server.deliver(mail(1))
    source = imap_source(pymap_server.url, PASSWORD, folders=["INBOX"])
    source.open("INBOX")
    source.newer_than("INBOX", uid)
    source.close()
    assert pymap_server.commands == [
        *("CAPABILITY", "LOGIN", "ID", "EXAMINE"),
        *("UID SEARCH", "LOGOUT"),
    ]


def test_where_the_server_tells_the_next_uid_an_empty_poll_asks_for_nothing_more() -> None:
    with PymapServer() as server:
        first = server.deliver(mail(1))
        source = imap_source(server.url, PASSWORD)
        source.open("INBOX")
        assert source.newer_than("INBOX", first) == []
        assert "UID SEARCH" not in server.commands
        source.newer_than("INBOX", first)
        assert "UID SEARCH" in server.commands  # what EXAMINE told is used once
        second = server.deliver(mail(2))
        source.open("INBOX")
        assert source.newer_than("INBOX", first) == [second]


def test_an_empty_folder_is_listed_as_empty(pymap_server: PymapServer) -> None:
    source = imap_source(pymap_server.url, PASSWORD)
    assert source.list_uids("INBOX") == []
    assert list(source.describe("INBOX", [])) == []
    assert list(source.fetch("INBOX", [])) == []


def test_a_box_too_large_for_one_line_is_listed_in_ranges(
    pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_module, "_AT_ONCE", 3)
    uids = [pymap_server.deliver(mail(number)) for number in range(8)]
    pymap_server.expunge(uids.pop(2))
    source = imap_source(pymap_server.url, PASSWORD)
    assert sorted(source.list_uids("INBOX")) == uids
    assert pymap_server.commands.count("UID SEARCH") == 3


def test_a_message_expunged_before_it_was_fetched_is_reported_as_vanished(
    pymap_server: PymapServer,
) -> None:
    uids = [pymap_server.deliver(mail(number)) for number in range(3)]
    source = imap_source(pymap_server.url, PASSWORD)
    pairs = wanted(source)
    pymap_server.expunge(uids[1])
    source._session.drop()  # an open connection of pymap still sees it
    found = collect(source, pairs)
    assert found[uids[0]] == mail(0)
    assert found[uids[2]] == mail(2)
    assert getattr(found[uids[1]], "vanished", None) is True


def test_a_large_message_comes_in_chunks_and_whole(pymap_server: PymapServer) -> None:
    raw = mail(1, 5 << 20)
    uid = pymap_server.deliver(raw)
    source = imap_source(pymap_server.url, PASSWORD)
    pairs = wanted(source)
    pymap_server.commands.clear()
    assert collect(source, pairs) == {uid: raw}
    assert pymap_server.commands.count("UID FETCH") >= 5


def test_many_messages_take_few_commands(pymap_server: PymapServer) -> None:
    for number in range(100):
        pymap_server.deliver(mail(number))
    source = imap_source(pymap_server.url, PASSWORD)
    pairs = wanted(source)
    pymap_server.commands.clear()
    assert len(collect(source, pairs)) == 100
    assert pymap_server.commands == ["UID FETCH"]


def test_only_what_was_asked_for_is_fetched(pymap_server: PymapServer) -> None:
    uids = [pymap_server.deliver(mail(number)) for number in range(5)]
    source = imap_source(pymap_server.url, PASSWORD)
    pairs = [pair for pair in wanted(source) if pair[0] in (uids[1], uids[3])]
    assert collect(source, pairs) == {uids[1]: mail(1), uids[3]: mail(3)}


def test_a_mailbox_rebuilt_in_the_middle_of_a_pass_stops_the_pass(
    pymap_server: PymapServer,
) -> None:
    pymap_server.deliver(mail(1))
    source = imap_source(pymap_server.url, PASSWORD)
    pairs = wanted(source)
    pymap_server.set_uidvalidity(77)
    source._session.drop()
    with pytest.raises(MailboxUnreachable, match="重建"):
        list(source.fetch("INBOX", pairs))
    assert source.open("INBOX").uidvalidity == 77
    assert len(fetch_all(source)) == 1


def test_a_sent_mail_is_found_by_its_message_id(pymap_server: PymapServer) -> None:
    source = imap_source(pymap_server.url, PASSWORD)
    assert source.find_message_id("已发送", "<3@example.com>") is None  # empty: cannot be told
    for number in range(5):
        pymap_server.deliver(mail(number), folder="已发送")
    pymap_server.deliver(b"message-id:\r\n <folded@example.com>\r\n\r\n", folder="已发送")
    assert source.find_message_id("已发送", "<3@example.com>") is True
    assert source.find_message_id("已发送", "folded@example.com") is True
    assert source.find_message_id("已发送", "<33@example.com>") is False
    assert not any(pymap_server.flags(folder="已发送").values())


@pytest.mark.parametrize(("days", "warned"), [(10, False), (30, True), (60, False)])
def test_an_oldest_mail_of_thirty_days_raises_the_suspicion_that_older_ones_are_hidden(
    pymap_server: PymapServer, days: int, warned: bool
) -> None:
    pymap_server.deliver(mail(1), datetime.now(UTC) - timedelta(days=days))
    pymap_server.deliver(mail(2), datetime.now(UTC))
    source = imap_source(pymap_server.url, PASSWORD)
    source.list_uids("INBOX")
    assert any("收取最近30天邮件" in notice for notice in source.notices) is warned


def test_whole_messages_are_never_formatted_for_a_log(
    pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # imapclient sets `debug` to 5, at which imaplib formats every literal with %r, read or not.
    pymap_server.deliver(mail(1))
    source = imap_source(pymap_server.url, PASSWORD)
    wire = source._session._connected(None)._wire
    said: list[str] = []
    monkeypatch.setattr(wire, "_mesg", lambda text, *_: said.append(text), raising=True)
    fetch_all(source)
    assert wire.debug == 0
    assert said == []


def test_id_tells_the_version_of_the_program() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert connection_module.IDENTITY["version"] == project["project"]["version"]


def test_a_server_that_is_not_there_is_told_in_words() -> None:
    source = imap_source("imap://u@127.0.0.1:1", "x")
    with pytest.raises(MailboxUnreachable) as caught:
        source.open("INBOX")
    assert caught.value.exit_code == 75
    assert "拒绝连接" in caught.value.message


def test_a_host_that_does_not_exist_is_told_in_words() -> None:
    source = imap_source("imaps://u@no-such-host.invalid", "x")
    with pytest.raises(MailboxUnreachable, match="查不到主机地址"):
        source.open("INBOX")


def test_the_protocol_and_the_urls_need_no_imapclient() -> None:
    code = (
        "import sys, inbox_ingest.inbox.source, inbox_ingest.inbox.urls, inbox_ingest.inbox.folder;"
        "print([name for name in ('imapclient', 'pydantic', 'typer') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_imap_poll_imports_neither_models_nor_terminal() -> None:
    code = (
        "import sys, inbox_ingest.inbox.imap;"
        "print([n for n in ('pydantic', 'typer', 'rich', 'sqlalchemy') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
