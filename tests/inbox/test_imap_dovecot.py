"""The source against Dovecot, which many servers are."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.inbox.imap import ImapSource
from inbox_ingest.inbox.source import Fetched
from inbox_ingest.inbox.urls import ImapAddress
from tests.inbox.support import HASTY, collect, fetch_all, imap_source, mail, wanted
from tests.servers.certificates import make_authority
from tests.servers.dovecot import PASSWORD, DovecotMissing, DovecotServer
from tests.servers.line import Line

pytestmark = pytest.mark.dovecot


def organiser(server: DovecotServer) -> imaplib.IMAP4:
    """Somebody else who has the mailbox open, for writing."""
    client = imaplib.IMAP4("127.0.0.1", server.port)
    client.login(server.user, server.password)
    client.select("INBOX")
    return client


def flags(server: DovecotServer) -> bytes:
    client = imaplib.IMAP4("127.0.0.1", server.port)
    client.login(server.user, server.password)
    client.select("INBOX", readonly=True)
    lines = client.uid("FETCH", "1:*", "(FLAGS)")[1]
    client.logout()
    return b"\n".join(line for line in lines if isinstance(line, bytes))


def test_mail_arrives_byte_for_byte_and_stays_unread(dovecot_server: DovecotServer) -> None:
    for number in range(30):
        dovecot_server.deliver(mail(number, 30_000))
    before = flags(dovecot_server)
    source = imap_source(dovecot_server.url, PASSWORD)
    assert list(fetch_all(source).values()) == [mail(number, 30_000) for number in range(30)]
    source.close()
    assert flags(dovecot_server) == before
    assert b"\\Seen" not in before


def test_the_time_of_receipt_is_the_servers(dovecot_server: DovecotServer) -> None:
    from tests.servers.mailbox import NOON

    dovecot_server.deliver(b"Date: Fri, 1 Jan 2021 00:00:00 +0800\r\n\r\n", NOON)
    source = imap_source(dovecot_server.url, PASSWORD)
    (listed,) = source.describe("INBOX", source.list_uids("INBOX"))
    assert listed.internaldate == NOON


def test_a_message_expunged_while_we_read_is_reported_as_vanished(
    dovecot_server: DovecotServer,
) -> None:
    for number in range(6):
        dovecot_server.deliver(mail(number))
    source = imap_source(dovecot_server.url, PASSWORD)
    pairs = wanted(source)
    other = organiser(dovecot_server)
    other.uid("STORE", "2,5", "+FLAGS", "(\\Deleted)")
    other.expunge()
    other.logout()
    found = collect(source, pairs)
    gone = {uid for uid, result in found.items() if getattr(result, "vanished", False)}
    assert gone == {"2", "5"}
    assert [found[uid] for uid in ("1", "3", "4", "6")] == [mail(n) for n in (0, 2, 3, 5)]


def test_a_large_message_comes_whole_without_being_in_memory(dovecot_server: DovecotServer) -> None:
    raw = mail(1, 20 << 20)
    dovecot_server.deliver(raw)
    source = imap_source(dovecot_server.url, PASSWORD)
    (result,) = source.fetch("INBOX", wanted(source))
    assert isinstance(result, Fetched)
    assert result.size == len(raw)


def test_chunks_of_a_large_message_are_small_and_make_up_the_whole(
    dovecot_server: DovecotServer,
) -> None:
    raw = mail(1, 6 << 20)
    dovecot_server.deliver(raw)
    source = imap_source(dovecot_server.url, PASSWORD)
    for result in source.fetch("INBOX", wanted(source)):
        assert isinstance(result, Fetched)
        pieces = list(result.chunks())
        assert b"".join(pieces) == raw
        assert max(len(piece) for piece in pieces) <= 1 << 20


def test_mails_of_a_thousand_uids_with_gaps_are_described(dovecot_server: DovecotServer) -> None:
    for number in range(1200):
        dovecot_server.deliver(b"Subject: %d\r\n\r\n" % number)
    other = organiser(dovecot_server)
    other.uid("STORE", ",".join(str(uid) for uid in range(2, 1200, 2)), "+FLAGS", "(\\Deleted)")
    other.expunge()
    other.logout()
    source = imap_source(dovecot_server.url, PASSWORD)
    uids = source.list_uids("INBOX")
    assert len(uids) == 601
    assert [each.uid for each in source.describe("INBOX", uids)] == uids
    assert source.newer_than("INBOX", uids[-2]) == [uids[-1]]


def test_a_cut_inside_a_literal_loses_nothing(dovecot_server: DovecotServer) -> None:
    raws = [mail(number, 40_000) for number in range(40)]
    for raw in raws:
        dovecot_server.deliver(raw)
    with Line(dovecot_server.port) as line:
        line.cut_after(700_123)
        line.cut_after(300_321)
        source = imap_source(
            dovecot_server.url.replace(str(dovecot_server.port), str(line.port)), PASSWORD
        )
        assert list(fetch_all(source).values()) == raws
        assert line.connections == 3


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[DovecotServer, Path]]:
    authority, certificate, key = make_authority(tmp_path)
    try:
        server = DovecotServer(certificate=certificate, key=key)
    except DovecotMissing as error:
        pytest.skip(str(error))
    with server:
        yield server, authority


def test_imaps_and_starttls_are_spoken(encrypted: tuple[DovecotServer, Path]) -> None:
    server, authority = encrypted
    server.deliver(mail(1, 300_000))
    for address in (
        ImapAddress("localhost", server.tls_port, server.user, "tls"),
        ImapAddress("localhost", server.port, server.user, "starttls"),
    ):
        source = ImapSource(address, PASSWORD, ca_file=authority, patience=HASTY)
        assert list(fetch_all(source).values()) == [mail(1, 300_000)]
        source.close()
