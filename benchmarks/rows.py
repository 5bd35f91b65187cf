"""The comparisons themselves: each prepares its mail, measures both sides, and gives its row."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import mailboxes
from benchmarks.measuring import (
    INGEST,
    PYTHON,
    TREE,
    Failed,
    Measured,
    Row,
    at_most,
    in_turn,
    run,
    times_as_fast,
)
from tests.servers.dovecot import PASSWORD, USER, DovecotServer

MEMORY_LIMIT = 150  # MiB

BARE_IMAP = """
import os, sys
from imapclient import IMAPClient
server = IMAPClient("127.0.0.1", port=int(sys.argv[1]), ssl=False)
server.login(sys.argv[2], os.environ["INGEST_IMAP_PASSWORD"])
server.select_folder("INBOX", readonly=True)
server.logout()
"""


@dataclass(frozen=True)
class Plan:
    """Where mailboxes are kept, and whether a tenth of the mail will do."""

    work: Path
    quick: bool

    def count(self, whole: int) -> int:
        """How many mails to use."""
        return whole // 10 if self.quick else whole

    def rounds(self, whole: int) -> int:
        """How many measured rounds."""
        return 3 if self.quick else whole

    def fresh(self, name: str) -> Path:
        """An empty folder, whatever was there."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _ingest(home: Path, *arguments: str | Path) -> Measured:
    return run([INGEST, *arguments], home=home, INGEST_IMAP_PASSWORD=PASSWORD)


def _filed(home: Path) -> int:
    """How many cases the casebook of this INGEST_HOME holds."""
    return int(json.loads(run([INGEST, "status", "--json"], home=home).output)["cases"]["total"])


def fetch(plan: Plan) -> Iterator[Row]:
    """(a) 2,000 mails of 20–280 KB from Dovecot into the synced archive, beside mbsync."""
    count = plan.count(2000)
    box = mailboxes.filled(plan.work / f"ordinary-{count}", count, mailboxes.ordinary)

    with DovecotServer(box) as server:
        synced = _mbsync_configuration(plan, server)

        def ours() -> Measured:
            return _ingest(
                plan.fresh("home"), "run", "--source", f"{server.url}/INBOX", "--until", "collect"
            )

        def yardstick() -> Measured:
            plan.fresh("mirror")
            return run(["mbsync", "-q", "-c", synced, "bench"])

        one, other = in_turn(ours, yardstick, rounds=plan.rounds(5))
        got = len([p for p in (plan.work / "home" / "archive" / "raw").rglob("*") if p.is_file()])
        if got != count:
            raise Failed(f"{got} of {count} mails are in the archive")
    yield at_most(f"fetch {count:,} mails, archived and synced : mbsync", one, other, 1.0)


def _mbsync_configuration(plan: Plan, server: DovecotServer) -> Path:
    path = plan.work / "mbsyncrc"
    path.write_text(
        "FSync yes\n"  # as it comes; said aloud because ours syncs too
        f"IMAPAccount bench\nHost 127.0.0.1\nPort {server.port}\nUser {USER}\nPass {PASSWORD}\n"
        "SSLType None\nAuthMechs LOGIN\n\n"
        "IMAPStore remote\nAccount bench\n\n"
        f"MaildirStore local\nPath {plan.work}/mirror/\nInbox {plan.work}/mirror/INBOX\n\n"
        "Channel bench\nFar :remote:\nNear :local:\nPatterns INBOX\nSync Pull\nCreate Near\n"
        "SyncState *\n"
    )
    return path


def whole_run(plan: Plan) -> Iterator[Row]:
    """(b) `ingest run` over 1,000 .docx submissions, beside the script a capable user would write."""
    count = plan.count(1000)
    box = mailboxes.filled(plan.work / f"submissions-{count}", count, mailboxes.submission)
    with DovecotServer(box) as server:

        def ours() -> Measured:
            return _ingest(plan.fresh("home"), "run", "--source", f"{server.url}/INBOX")

        def yardstick() -> Measured:
            database = plan.fresh("naive") / "cases.sqlite3"
            account = ("127.0.0.1", str(server.port), USER, PASSWORD)
            script = [PYTHON, "-m", "benchmarks.naive", *account, database]
            done = run(script, PYTHONPATH=str(TREE))
            if int(done.output) != count:
                raise Failed(f"the script filed {done.output.strip()} of {count}")
            return done

        one, other = in_turn(ours, yardstick, rounds=plan.rounds(3))
        filed = _filed(plan.work / "home")
        if filed != count:
            raise Failed(f"{filed} of {count} cases were filed")
    yield times_as_fast(f"run over {count:,} .docx submissions : naive script", one, other, 4.0)


def poll(plan: Plan) -> Iterator[Row]:
    """(c) a poll that finds nothing new among 50,000 mails, beside a bare imapclient process."""
    count = plan.count(50_000)
    box = mailboxes.filled(plan.work / f"tiny-{count}", count, mailboxes.tiny)
    with DovecotServer(box) as server:
        home = plan.fresh("home")
        _ingest(home, "run", "--source", f"{server.url}/INBOX")

        def ours() -> Measured:
            return _ingest(home, "run", "--source", f"{server.url}/INBOX")

        def yardstick() -> Measured:
            command = [PYTHON, "-c", BARE_IMAP, str(server.port), USER]
            return run(command, INGEST_IMAP_PASSWORD=PASSWORD)

        one, other = in_turn(ours, yardstick, rounds=plan.rounds(9))
    yield at_most(f"poll, nothing new among {count:,} : bare imapclient", one, other, 1.5)


def memory(plan: Plan) -> Iterator[Row]:
    """(d) peak memory of all processes together with a 40-MiB attachment."""
    box = mailboxes.filled(plan.work / "huge", 1, lambda _: mailboxes.huge(40 * 2**20))
    peaks = []
    with DovecotServer(box) as server:
        for _ in range(plan.rounds(3)):
            done = run(
                [INGEST, "run", "--source", f"{server.url}/INBOX"],
                home=plan.fresh("home"),
                watch_memory=True,
                INGEST_IMAP_PASSWORD=PASSWORD,
            )
            peaks.append(done.peak)
    peak = statistics.median(peaks)
    yield Row(
        "peak memory with a 40-MiB attachment (all processes)",
        f"{peak:,.0f} MiB",
        "-",
        "-",
        f"≤ {MEMORY_LIMIT} MiB",
        peak <= MEMORY_LIMIT,
    )


def status(plan: Plan) -> Iterator[Row]:
    """(e) `status` with 10,000 cases, beside importing typer and rich."""
    count = plan.count(10_000)
    from benchmarks import casebooks

    home = casebooks.with_cases(plan.work / f"casebook-{count}", count)
    one, other = in_turn(
        lambda: _ingest(home, "status"),
        lambda: run([PYTHON, "-c", "import typer, rich"]),
        rounds=plan.rounds(11),
    )
    yield at_most(f"status with {count:,} cases : import typer, rich", one, other, 2.0)


def desk(plan: Plan) -> Iterator[Row]:
    """(f) what an organiser looks at all day, with 10,000 cases beside the same with 100."""
    from benchmarks import casebooks

    count = plan.count(10_000)
    large = casebooks.with_cases(plan.work / f"casebook-{count}", count)
    small = casebooks.with_cases(plan.work / "casebook-100", 100)
    for command in (["status"], ["list"], ["list", "--waiting"], ["show", "DJ050"]):
        one, other = in_turn(
            lambda command=command: _ingest(large, *command),
            lambda command=command: _ingest(small, *command),
            rounds=plan.rounds(11),
        )
        name = " ".join(command)
        yield at_most(f"{name}, {count:,} cases : 100 cases", one, other, 1.5)


ALL: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "fetch": fetch,
    "run": whole_run,
    "poll": poll,
    "memory": memory,
    "status": status,
    "desk": desk,
}
