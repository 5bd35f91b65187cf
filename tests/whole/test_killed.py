"""Two hundred mails through Dovecot while the process is killed and the connection is cut.

After the last run the exports are those of an undisturbed run, and nothing remains in the balance.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mailboxes import received, submission
from tests.servers.dovecot import DovecotMissing, DovecotServer
from tests.servers.line import Line
from tests.whole.dying import MOMENTS

pytestmark = pytest.mark.dovecot

MAILS = 200
ROOT = Path(__file__).resolve().parents[2]
# Small batches, so that there is something between the first and the last.
CONFIGURATION = "[fetch]\nbatch_messages = 30\n[executor]\nworkers = 2\n"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[DovecotServer]:
    try:
        server = DovecotServer()
    except DovecotMissing as error:
        pytest.skip(str(error))
    with server:
        for number in range(MAILS):
            server.deliver(submission(number), received(number))
        yield server


def environment(home: Path) -> dict[str, str]:
    home.mkdir(mode=0o700, exist_ok=True)
    configuration = home / "ingest.toml"
    configuration.write_text(CONFIGURATION)
    return {
        **os.environ,
        "INGEST_HOME": str(home),
        "INGEST_CONFIG": str(configuration),
        "INGEST_IMAP_PASSWORD": "secret",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "inbox_ingest", *arguments]


def ingest(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def exports(home: Path) -> tuple[list[Any], list[Any]]:
    """Cases and messages, without case numbers, in an order of their own."""

    def lines(what: str) -> list[dict[str, Any]]:
        done = ingest(home, "export", what, "--format", "jsonl")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    cases = [{**line, "case_no": None} for line in lines("cases")]
    messages = [{**line, "case_nos": len(line["case_nos"])} for line in lines("messages")]
    key = lambda line: json.dumps(line, sort_keys=True, ensure_ascii=False)  # noqa: E731
    return sorted(cases, key=key), sorted(messages, key=key)


def balance(home: Path) -> dict[str, int]:
    status = json.loads(ingest(home, "status", "--json").stdout)
    return next(line for line in status["balance"] if line["folder"] == "INBOX")


@pytest.fixture(scope="module")
def undisturbed(
    mailbox: DovecotServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Any], list[Any]]:
    home = tmp_path_factory.mktemp("undisturbed")
    done = ingest(home, "run", "--source", mailbox.url + "/INBOX", "--until", "file")
    assert done.returncode == 0, done.stderr
    return exports(home)


def test_killed_at_every_step_and_at_random_moments(
    mailbox: DovecotServer, undisturbed: tuple[list[Any], list[Any]], tmp_path: Path
) -> None:
    home = tmp_path / "disturbed"
    url = mailbox.url + "/INBOX"
    for moment in MOMENTS:
        died = subprocess.run(
            [sys.executable, "-m", "tests.whole.dying", moment, url],
            env=environment(home),
            cwd=ROOT,
            capture_output=True,
            timeout=300,
            check=False,
        )
        assert died.returncode in (-signal.SIGKILL, 0), died.stderr.decode()
    _kill_at_random(home, url, random.Random(20250411), 6)
    done = ingest(home, "run", "--source", url, "--until", "file")
    assert done.returncode == 0, done.stderr
    found = balance(home)
    assert (found["on_server"], found["filed"]) == (MAILS, MAILS)
    assert (found["waiting"], found["quarantined"], found["out_of_scope"]) == (0, 0, 0)
    assert exports(home) == undisturbed


def _kill_at_random(home: Path, url: str, moments: random.Random, times: int) -> None:
    for _ in range(times):
        process = subprocess.Popen(
            command("run", "--source", url, "--until", "file"),
            env=environment(home),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.2, 3.5))
        process.kill()
        process.wait()


def test_a_first_pass_killed_anywhere_ends_like_an_undisturbed_one(
    mailbox: DovecotServer, undisturbed: tuple[list[Any], list[Any]], tmp_path: Path
) -> None:
    """Each round begins with an empty home, so that every stage is hit while it has work."""
    moments = random.Random(5)
    url = mailbox.url + "/INBOX"
    for number in range(3):
        home = tmp_path / f"round{number}"
        _kill_at_random(home, url, moments, 4)
        done = ingest(home, "run", "--source", url, "--until", "file")
        assert done.returncode == 0, done.stderr
        assert exports(home) == undisturbed


def test_a_connection_cut_inside_literals_loses_nothing(
    mailbox: DovecotServer, undisturbed: tuple[list[Any], list[Any]], tmp_path: Path
) -> None:
    home = tmp_path / "cut"
    with Line(mailbox.port) as line:
        line.cut_after(1_000_000, every=True)
        url = f"imap://call@127.0.0.1:{line.port}/INBOX"
        for _ in range(40):
            if ingest(home, "run", "--source", url, "--until", "file").returncode == 0:
                break
    assert exports(home) == undisturbed
