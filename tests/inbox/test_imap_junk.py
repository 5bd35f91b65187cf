"""What a server may say that no real server should: scripted, byte by byte."""

from __future__ import annotations

import contextlib
import imaplib
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.errors import ConfigurationError, LoginRefused, MailboxUnreachable
from inbox_ingest.inbox import connection, failures
from inbox_ingest.inbox import imap as imap_module
from inbox_ingest.inbox.source import FetchFailure
from tests.inbox.support import collect, imap_source, wanted
from tests.servers.scripted import CLOSE, ScriptedServer

OK = b"{tag} OK done\r\n"
DATE = b'INTERNALDATE " 6-May-2025 12:00:00 +0800"'


def one(number: int, uid: int, body: bytes) -> bytes:
    return b"* %d FETCH (UID %d %s BODY[] {%d}\r\n%s)\r\n" % (number, uid, DATE, len(body), body)


def chunk(uid: int, offset: int, body: bytes) -> bytes:
    return b"* 1 FETCH (UID %d %s BODY[]<%d> {%d}\r\n%s)\r\n" % (uid, DATE, offset, len(body), body)


def fetch(server: ScriptedServer, *uids: str, size: int = 10) -> dict[str, bytes | FetchFailure]:
    return collect(imap_source(server.url, "x"), [(uid, size) for uid in uids])


# --- answers to FETCH -----------------------------------------------------------------------------


def test_an_answer_without_uid_is_never_taken_for_the_message_of_that_number() -> None:
    junk = b"* 7 FETCH (%s BODY[] {5}\r\nwrong)\r\n" % DATE
    replies = {"UID FETCH": [junk + one(8, 8, b"eight") + OK, chunk(7, 0, b"seven-----") + OK]}
    with ScriptedServer(replies) as server:
        assert fetch(server, "7", "8") == {"8": b"eight", "7": b"seven-----"}


def test_an_answer_for_a_message_that_nobody_asked_for_is_dropped() -> None:
    with ScriptedServer(
        {"UID FETCH": one(1, 99, b"x") + one(2, 7, b"y") + one(3, 8, b"z") + OK}
    ) as s:
        assert fetch(s, "7", "8") == {"7": b"y", "8": b"z"}


def test_messages_that_share_a_number_after_an_expunge_are_kept_apart() -> None:
    reply = one(1, 7, b"seven") + b"* 1 EXPUNGE\r\n" + one(1, 8, b"eight") + OK
    with ScriptedServer({"UID FETCH": reply}) as server:
        assert fetch(server, "7", "8") == {"7": b"seven", "8": b"eight"}


def test_flags_told_in_between_disturb_nothing() -> None:
    flags = b"* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n"
    reply = flags + one(1, 7, b"seven") + flags + one(2, 8, b"eight") + flags + OK
    with ScriptedServer({"UID FETCH": reply}) as server:
        assert fetch(server, "7", "8") == {"7": b"seven", "8": b"eight"}


def test_a_body_in_quotes_is_a_body() -> None:
    reply = b'* 1 FETCH (UID 7 %s BODY[] "a \\"b\\" c")\r\n' % DATE + one(2, 8, b"eight") + OK
    with ScriptedServer({"UID FETCH": reply}) as server:
        assert fetch(server, "7", "8")["7"] == b'a "b" c'


def test_nil_for_a_body_is_asked_again_and_never_taken_for_an_empty_mail() -> None:
    nil = b"* 1 FETCH (UID 7 %s BODY[] NIL)\r\n" % DATE
    replies = {"UID FETCH": [nil + one(2, 8, b"eight") + OK, chunk(7, 0, b"seven-----") + OK]}
    with ScriptedServer(replies) as server:
        assert fetch(server, "7", "8") == {"8": b"eight", "7": b"seven-----"}


def test_a_server_that_keeps_saying_nil_for_a_mail_it_lists_is_a_failure_for_later() -> None:
    nil = b"* 1 FETCH (UID 7 %s BODY[]<0> NIL)\r\n" % DATE + OK
    with ScriptedServer({"UID FETCH": nil}) as server:
        (lost,) = fetch(server, "7").values()
    assert isinstance(lost, FetchFailure)
    assert not lost.vanished
    assert "不给内容" in lost.reason


def test_ok_without_data_for_a_mail_that_is_gone_means_vanished() -> None:
    with ScriptedServer({"UID FETCH": OK}) as server:
        (lost,) = fetch(server, "7").values()
        assert "NOOP" in " ".join(server.heard)
    assert isinstance(lost, FetchFailure)
    assert lost.vanished


def test_an_empty_mail_of_size_zero_is_an_empty_mail() -> None:
    with ScriptedServer({"UID FETCH": chunk(7, 0, b"") + OK}) as server:
        assert fetch(server, "7", size=0) == {"7": b""}


def test_a_mail_larger_than_announced_is_fetched_whole() -> None:
    body = b"x" * 3_000_000

    def reply(tag: str, arguments: str) -> bytes:
        offset = int(arguments.partition("<")[2].partition(".")[0])
        return chunk(7, offset, body[offset : offset + (1 << 20)]) + f"{tag} OK done\r\n".encode()

    with ScriptedServer({"UID FETCH": reply}) as server:
        assert fetch(server, "7", size=1_000_000) == {"7": body}


def test_a_mail_cut_short_by_the_server_is_a_failure_and_no_short_mail() -> None:
    def reply(tag: str, arguments: str) -> bytes:
        offset = int(arguments.partition("<")[2].partition(".")[0] or "0")
        return chunk(7, offset, (b"x" * 100)[offset:]) + f"{tag} OK done\r\n".encode()

    with ScriptedServer({"UID FETCH": reply}) as server:
        (lost,) = fetch(server, "7", size=5_000_000).values()
    assert isinstance(lost, FetchFailure)


@pytest.mark.parametrize(
    "junk",
    [
        b"* 1 FETCH (UID 7 BODY[] {100000000000}\r\nabc",
        b"* 1 FETCH (UID 7 BODY[] {99999999999999999999999}\r\nabc",
        b"* 1 FETCH " + b"(" * 100_000 + b"\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 7 BODY[]\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID x)\r\n* x FETCH y\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 7 BODY[] {3}\r\nabc\r\n{tag} OK done\r\n",
        b"\x00\xff\xfe\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"* BYE going down\r\n",
        b"X999 OK somebody else's tag\r\n",
        b"* 1 FETCH (" + b"A " * 600_000 + b")\r\n{tag} OK done\r\n",
        CLOSE,
    ],
    ids=lambda junk: repr(junk[:28]),
)
def test_after_junk_the_next_connection_brings_the_mail(junk: bytes) -> None:
    replies = {"UID FETCH": [junk, one(1, 7, b"seven") + one(2, 8, b"eight") + OK]}
    with ScriptedServer(replies) as server:
        assert fetch(server, "7", "8") == {"7": b"seven", "8": b"eight"}
        assert server.connections == 2


def test_a_literal_that_claims_a_hundred_gigabytes_is_not_allocated() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    junk = b"* 1 FETCH (UID 7 BODY[] {100000000000}\r\nabc"
    with ScriptedServer({"UID FETCH": junk}) as server:
        (lost,) = fetch(server, "7").values()
    assert isinstance(lost, FetchFailure)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def test_an_answer_without_end_is_not_read_for_ever() -> None:
    flood = b"* 1 FETCH (UID 7 FLAGS ())\r\n" * 400_000  # 11 MB for a mail of 10 bytes
    replies = {"UID FETCH": [flood, one(1, 7, b"seven") + one(2, 8, b"eight") + OK]}
    with ScriptedServer(replies) as server:
        assert fetch(server, "7", "8") == {"7": b"seven", "8": b"eight"}


def test_a_command_refused_because_of_one_message_brings_all_the_others() -> None:
    def reply(tag: str, arguments: str) -> bytes:
        uids, _, items = arguments.partition(" ")
        low, _, high = uids.partition(":")
        numbers = range(int(low), int(high or low) + 1)
        if 13 in numbers:
            return f"{tag} NO [CANNOT] message 13 is damaged\r\n".encode()
        if "<" in items:
            return chunk(numbers[0], 0, b"body-----%d" % numbers[0]) + f"{tag} OK done\r\n".encode()
        bodies = b"".join(one(n, n, b"body-----%d" % n) for n in numbers)
        return bodies + f"{tag} OK done\r\n".encode()

    with ScriptedServer({"UID FETCH": reply}) as server:
        found = fetch(server, *map(str, range(1, 101)))
    lost = found.pop("13")
    assert isinstance(lost, FetchFailure)
    assert "damaged" in lost.reason
    assert found == {str(n): b"body-----%d" % n for n in range(1, 101) if n != 13}


def test_a_passing_refusal_is_tried_again() -> None:
    busy = b"{tag} NO [UNAVAILABLE] try later\r\n"
    replies = {"UID FETCH": [busy, one(1, 7, b"seven") + one(2, 8, b"eight") + OK]}
    with ScriptedServer(replies) as server:
        assert fetch(server, "7", "8") == {"7": b"seven", "8": b"eight"}


PIECES = st.lists(
    st.sampled_from(
        [
            b"(",
            b")",
            b"[",
            b"]",
            b"{3}",
            b'"',
            b"\\",
            b" ",
            b"1",
            b"UID ",
            b"BODY[] ",
            b"NIL",
            b"\xff",
        ]
    ),
    max_size=25,
).map(b"".join)


@given(st.lists(st.one_of(PIECES, st.tuples(PIECES.map(lambda text: text + b"{3}"), PIECES))))
def test_whatever_the_parser_is_given_ends_in_answers_or_in_a_known_kind_of_failure(
    data: list[object],
) -> None:
    with contextlib.suppress(imaplib.IMAP4.error, *failures.PARSER_ERRORS):
        assert all(uid.isdigit() for uid in connection._by_uid(data))


# --- getting in -----------------------------------------------------------------------------------


def test_a_busy_server_at_login_is_no_refusal() -> None:
    with ScriptedServer({"LOGIN": [b"{tag} NO [UNAVAILABLE] system busy\r\n", OK]}) as server:
        assert imap_source(server.url, "x").open("INBOX").exists == 3


def test_a_server_that_stays_busy_is_a_matter_for_the_next_pass() -> None:
    replies = {"LOGIN": b"{tag} NO [INUSE] too many connections\r\n"}
    with ScriptedServer(replies) as server, pytest.raises(MailboxUnreachable) as caught:
        imap_source(server.url, "x").open("INBOX")
    assert caught.value.exit_code == 75


@pytest.mark.parametrize(
    "answer", [b"NO LOGIN Login error or password error", b"BAD LOGIN what", b"NO [EXPIRED] old"]
)
def test_a_refused_login_is_a_persons_job(answer: bytes) -> None:
    with ScriptedServer({"LOGIN": b"{tag} " + answer + b"\r\n"}) as server:
        with pytest.raises(LoginRefused) as caught:
            imap_source(server.url, "x").open("INBOX")
        assert sum("LOGIN" in line for line in server.heard) == 1
    assert caught.value.exit_code == 77


def test_a_server_that_repeats_the_password_does_not_make_us_repeat_it() -> None:
    def reply(tag: str, arguments: str) -> bytes:
        return f"{tag} NO cannot do LOGIN {arguments}\r\n".encode()

    with ScriptedServer({"LOGIN": reply}) as server, pytest.raises(LoginRefused) as caught:
        imap_source(server.url, "hush-hush").open("INBOX")
    assert "hush-hush" not in caught.value.message


def test_a_server_that_forbids_login_in_plain_text_is_a_matter_of_configuration() -> None:
    capability = b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n" + OK
    with ScriptedServer({"CAPABILITY": capability}) as server:
        with pytest.raises(ConfigurationError, match="未加密"):
            imap_source(server.url, "x").open("INBOX")
        assert not any("LOGIN" in line for line in server.heard)


def test_a_server_without_id_is_not_asked_for_it() -> None:
    with ScriptedServer({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n" + OK}) as server:
        imap_source(server.url, "x").open("INBOX")
        assert not any(" ID " in line for line in server.heard)


def test_a_server_that_stumbles_over_id_is_used_all_the_same() -> None:
    with ScriptedServer({"ID": b"{tag} BAD Parse command error\r\n"}) as server:
        assert imap_source(server.url, "x").open("INBOX").exists == 3


def test_id_is_sent_after_login_without_a_space_behind_the_bracket() -> None:
    with ScriptedServer() as server:
        imap_source(server.url, "x").open("INBOX")
        said = [line.partition(" ")[2] for line in server.heard]
    assert [line.split()[0] for line in said] == ["CAPABILITY", "LOGIN", "ID", "EXAMINE"]
    assert said[2].startswith('ID ("name" "inbox-ingest"')


@pytest.mark.parametrize("greeting", [b"* BYE too busy\r\n", b"220 smtp ready\r\n", b"\xff\r\n"])
def test_a_greeting_that_is_none_ends_in_a_clear_refusal(greeting: bytes) -> None:
    with ScriptedServer(greeting=greeting) as server, pytest.raises(MailboxUnreachable):
        imap_source(server.url, "x").open("INBOX")


def test_a_server_that_never_says_good_bye_is_left_all_the_same() -> None:
    with ScriptedServer({"LOGOUT": b""}) as server:
        source = imap_source(server.url, "x")
        source.open("INBOX")
        source.close()
        assert server.heard[-1].endswith("LOGOUT")


def test_unsafe_login_is_known_in_whatever_answer_it_comes() -> None:
    refusal = b"{tag} NO LIST Unsafe Login. Please contact kefu@188.com for help\r\n"
    with ScriptedServer({"LIST": refusal}) as server, pytest.raises(LoginRefused, match="Unsafe"):
        imap_source(server.url, "x").folders()


# --- looking --------------------------------------------------------------------------------------


def test_a_folder_state_without_uidvalidity_and_uidnext_is_enough() -> None:
    with ScriptedServer({"EXAMINE": b"* 2 EXISTS\r\n" + OK}) as server:
        state = imap_source(server.url, "x").open("INBOX")
    assert (state.uidvalidity, state.exists) == (0, 2)


def test_search_names_no_charset() -> None:
    with ScriptedServer({"UID SEARCH": b"* SEARCH 1 2 3\r\n" + OK}) as server:
        source = imap_source(server.url, "x")
        assert source.list_uids("INBOX") == ["1", "2", "3"]
        source.newer_than("INBOX", "3")
        assert not any("CHARSET" in line.upper() for line in server.heard)


def test_search_answers_over_several_lines_with_extras_are_read() -> None:
    reply = b"* SEARCH 5 7\r\n* SEARCH 9 (MODSEQ 123)\r\n" + OK
    with ScriptedServer({"UID SEARCH": reply}) as server:
        assert imap_source(server.url, "x").list_uids("INBOX") == ["5", "7", "9"]


def test_what_search_leaves_out_is_found_by_place() -> None:
    replies = {
        "UID SEARCH": b"* SEARCH 5\r\n" + OK,
        "FETCH": b"* 1 FETCH (UID 5)\r\n* 2 FETCH (UID 7)\r\n* 3 FETCH (UID 9)\r\n" + OK,
    }
    with ScriptedServer(replies) as server:
        assert sorted(imap_source(server.url, "x").list_uids("INBOX")) == ["5", "7", "9"]


def test_two_hundred_thousand_mails_are_listed_in_ranges_below_the_longest_line() -> None:
    first = 4_000_000_000  # ten digits each

    def reply(tag: str, arguments: str) -> bytes:
        low, _, high = arguments.partition(":")
        uids = b" ".join(b"%d" % (first + n) for n in range(int(low), int(high) + 1))
        assert len(uids) < 1_000_000
        return b"* SEARCH " + uids + f"\r\n{tag} OK done\r\n".encode()

    replies = {"EXAMINE": b"* 200000 EXISTS\r\n" + OK, "UID SEARCH": reply}
    with ScriptedServer(replies) as server:
        uids = imap_source(server.url, "x").list_uids("INBOX")
    assert len(set(uids)) == 200_000


def test_a_mail_expunged_between_two_ranges_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_module, "_AT_ONCE", 2)
    box = [10, 20, 30, 40]

    def reply(tag: str, arguments: str) -> bytes:
        low, _, high = arguments.partition(":")
        found = box[int(low) - 1 : int(high)]
        if 40 in found:
            box.remove(40)
            box.remove(10)  # expunged now: all others move down
        return f"* SEARCH {' '.join(map(str, found))}\r\n{tag} OK done\r\n".encode()

    with ScriptedServer({"EXAMINE": b"* 4 EXISTS\r\n" + OK, "UID SEARCH": reply}) as server:
        uids = imap_source(server.url, "x").list_uids("INBOX")
    assert {"20", "30"} <= set(uids)


def test_a_mail_without_a_readable_time_of_receipt_is_listed_with_a_notice() -> None:
    reply = b'* 1 FETCH (UID 7 RFC822.SIZE 10 INTERNALDATE "soon")\r\n' + OK
    replies = {"EXAMINE": b"* 1 EXISTS\r\n" + OK, "UID SEARCH": b"* SEARCH 7\r\n" + OK}
    with ScriptedServer({**replies, "UID FETCH": reply, "FETCH": OK}) as server:
        source = imap_source(server.url, "x")
        assert [uid for uid, _ in wanted(source)] == ["7"]
    assert any("UID 7" in notice for notice in source.notices)


def test_folder_names_in_every_shape_are_read_and_a_broken_one_spoils_nothing() -> None:
    reply = (
        b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
        b'* LIST (\\HasNoChildren \\Junk) "/" "&V4NXPpCuTvY-"\r\n'
        b'* LIST (\\Noselect) "/" "Junk"\r\n'
        b'* LIST () "/" {15}\r\n&Xn9USpCuTvY-/a\r\n'
        b'* LIST () "/" 2025\r\n'
        b'* LIST () "/" "&broken\xff"\r\n'
        b'* LIST () NIL "archive/Spam"\r\n' + OK
    )
    with ScriptedServer({"LIST": reply}) as server:
        source = imap_source(server.url, "x")
        names = [folder.name for folder in source.listing()]
        assert "垃圾邮件" in names
        assert "2025" in names
        assert "广告邮件/a" in names
        assert source.folders() == ("INBOX", "垃圾邮件", "archive/Spam")


def test_the_words_of_a_server_are_shown_short_and_harmless() -> None:
    evil = b"\x1b[31m" + b"A" * 5000
    replies = {"LOGIN": b"{tag} NO " + evil + b"\r\n"}
    with ScriptedServer(replies) as server, pytest.raises(LoginRefused) as caught:
        imap_source(server.url, "x").open("INBOX")
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 400
