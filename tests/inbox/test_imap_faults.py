"""A line that breaks, stalls and drips between the source and a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from inbox_ingest.errors import MailboxUnreachable
from inbox_ingest.inbox.imap import ImapSource
from inbox_ingest.inbox.source import FetchFailure
from inbox_ingest.inbox.wire import Patience
from tests.inbox.support import HASTY, collect, imap_source, mail, wanted
from tests.servers.line import Line
from tests.servers.mailbox import PASSWORD, PymapServer

IMPATIENT = Patience(connect=5.0, silence=0.4, grace=0.8, slowest=1 << 16, attempts=3, pauses=())


@pytest.fixture
def line(pymap_server: PymapServer) -> Iterator[Line]:
    with Line(pymap_server.port) as line:
        yield line


def source_over(line: Line, server: PymapServer, patience: Patience = HASTY) -> ImapSource:
    url = server.url.replace(str(server.port), str(line.port))
    return imap_source(url, PASSWORD, folders=["INBOX"], patience=patience)


def deliver(server: PymapServer, count: int, size: int = 20_000) -> dict[str, bytes]:
    return {server.deliver(mail(n, size)): mail(n, size) for n in range(count)}


@pytest.mark.parametrize("passed", [0, 10, 300, 700, 5_000, 100_000, 390_000])
def test_a_cut_anywhere_loses_nothing_and_repeats_nothing(
    pymap_server: PymapServer, line: Line, passed: int
) -> None:
    mails = deliver(pymap_server, 20)
    line.cut_after(passed)
    source = source_over(line, pymap_server)
    assert collect(source, wanted(source)) == mails
    assert line.connections == 2


def test_after_a_cut_inside_a_literal_only_the_rest_is_asked_for_again(
    pymap_server: PymapServer, line: Line
) -> None:
    mails = deliver(pymap_server, 20)
    source = source_over(line, pymap_server)
    pairs = wanted(source)
    source.close()
    line.cut_after(205_000)  # in the middle of the eleventh or so
    pymap_server.commands.clear()
    sizes: list[int] = []
    ask = source._session.once

    def counting(folder, work):  # type: ignore[no-untyped-def]
        answers = ask(folder, work)
        sizes.append(len(answers))
        return answers

    source._session.once = counting  # type: ignore[method-assign]
    assert collect(source, pairs) == mails
    assert sum(sizes) < 12  # the first connection had brought the others


def test_a_line_that_breaks_every_time_still_moves_on_as_long_as_it_brings_something(
    pymap_server: PymapServer, line: Line
) -> None:
    mails = deliver(pymap_server, 12)
    source = source_over(line, pymap_server)
    pairs = wanted(source)
    source.close()
    line.cut_after(70_000, every=True)
    assert collect(source, pairs) == mails
    assert line.connections > 4


def test_a_large_message_resumes_at_the_byte_where_it_was_cut(
    pymap_server: PymapServer, line: Line
) -> None:
    raw = mail(1, 5 << 20)
    uid = pymap_server.deliver(raw)
    source = source_over(line, pymap_server)
    pairs = wanted(source)
    source.close()
    for _ in range(3):
        line.cut_after(1_600_000)
    assert collect(source, pairs) == {uid: raw}


def test_a_stall_ends_in_a_fresh_connection_and_not_in_waiting(
    pymap_server: PymapServer, line: Line
) -> None:
    mails = deliver(pymap_server, 5)
    line.stall_after(60_000)
    source = source_over(line, pymap_server, IMPATIENT)
    assert collect(source, wanted(source)) == mails


@pytest.mark.parametrize("passed", [0, 350, 60_000])
def test_a_drip_of_single_bytes_is_cut_off_though_it_is_never_silent(
    pymap_server: PymapServer, line: Line, passed: int
) -> None:
    mails = deliver(pymap_server, 5)
    line.drip_after(passed)
    source = source_over(line, pymap_server, IMPATIENT)
    started = time.monotonic()
    assert collect(source, wanted(source)) == mails
    assert time.monotonic() - started < 60  # the drip alone would take hours


def test_a_server_that_only_stalls_is_given_up_after_a_bound(
    pymap_server: PymapServer, line: Line
) -> None:
    line.stall_after(0, every=True)
    source = source_over(line, pymap_server, IMPATIENT)
    with pytest.raises(MailboxUnreachable, match="迟迟没有回答") as caught:
        source.open("INBOX")
    assert line.connections == IMPATIENT.attempts
    assert caught.value.exit_code == 75


def test_a_server_that_hangs_up_at_once_is_given_up_after_a_bound(
    pymap_server: PymapServer, line: Line
) -> None:
    line.refusing = True
    with pytest.raises(MailboxUnreachable, match="断开"):
        source_over(line, pymap_server).open("INBOX")
    assert line.connections == HASTY.attempts


def test_one_message_on_which_every_connection_dies_is_given_up_and_the_others_arrive(
    pymap_server: PymapServer, line: Line
) -> None:
    small = deliver(pymap_server, 3, 5_000)
    large = pymap_server.deliver(mail(99, 3_000_000))
    more = {pymap_server.deliver(mail(n, 5_000)): mail(n, 5_000) for n in (4, 5)}
    source = source_over(line, pymap_server)
    pairs = wanted(source)
    source.close()
    line.cut_after(500_000, every=True)
    found = collect(source, pairs)
    lost = found.pop(large)
    assert isinstance(lost, FetchFailure)
    assert not lost.vanished
    assert found == {**small, **more}


def test_when_nothing_comes_through_any_more_the_pass_ends(
    pymap_server: PymapServer, line: Line
) -> None:
    deliver(pymap_server, 10, 50_000)
    source = source_over(line, pymap_server)
    pairs = wanted(source)
    source.close()
    line.cut_after(20_000, every=True)
    results: list[object] = []
    with pytest.raises(MailboxUnreachable):
        results.extend(source.fetch("INBOX", pairs))
    assert line.connections < 30


def test_a_slow_server_is_waited_for(pymap_server: PymapServer, line: Line) -> None:
    deliver(pymap_server, 1)
    line.hold_after(400)
    source = source_over(line, pymap_server)
    import threading

    threading.Timer(0.5, line.release).start()
    assert len(wanted(source)) == 1
    assert line.connections == 1
