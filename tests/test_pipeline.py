"""A pass from a mailbox to filed cases, with a real IMAP server, and what stops it."""

from __future__ import annotations

import dataclasses
import errno
import fcntl
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mailboxes import received, submission
from inbox_ingest import archive as archive_module
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.errors import CampaignError, LockHeld, LoginRefused, MailboxUnreachable, TryLater
from inbox_ingest.inbox.source import FolderMissing
from inbox_ingest.pipeline import STAGES, run_pass
from inbox_ingest.settings import ExecutorSettings, MailboxSettings, Settings
from inbox_ingest.stages import file as file_stage
from inbox_ingest.stages.request import PassOutcome, Request
from tests.casebook.test_database import made_by_first_revision
from tests.servers.mailbox import PASSWORD, USER, PymapServer

NOW = datetime(2025, 5, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", PASSWORD)
    return Settings(home=tmp_path / "home", executor=ExecutorSettings(name="serial"))


def url(server: PymapServer) -> str:
    return f"imap://{USER}@127.0.0.1:{server.port}"


def ingest(
    settings: Settings, source: str, now: datetime = NOW, until: str = "file"
) -> PassOutcome:
    return run_pass(Request(settings, until=until, clock=lambda: now), source)  # type: ignore[arg-type]


def status(settings: Settings, now: datetime = NOW) -> dict[str, Any]:
    glance = Glance.open(settings.casebook)
    assert glance is not None
    try:
        return glance.status(now)
    finally:
        glance.close()


def test_mail_of_all_folders_becomes_cases(settings: Settings, pymap_server: PymapServer) -> None:
    pymap_server.deliver(submission(0), received(0))
    pymap_server.deliver(submission(1), received(1), folder="垃圾邮件")
    outcome = ingest(settings, url(pymap_server))
    assert outcome.counts["archived"] == 2
    assert outcome.counts["new_cases"] == 2
    assert status(settings)["cases"]["total"] == 2


def test_an_unchanged_box_files_nothing_and_changes_nothing(
    settings: Settings, pymap_server: PymapServer
) -> None:
    pymap_server.deliver(submission(0), received(0))
    ingest(settings, url(pymap_server))
    before = status(settings)
    again = ingest(settings, url(pymap_server), NOW + timedelta(minutes=5))
    assert again.nothing_new
    after = status(settings)
    assert {**after, "last_fetch": None} == {**before, "last_fetch": None}


def test_mail_from_before_the_call_is_listed_and_never_fetched(
    settings: Settings, pymap_server: PymapServer
) -> None:
    pymap_server.deliver(submission(0), datetime(2025, 4, 9, 12, tzinfo=UTC))
    assert ingest(settings, url(pymap_server)).counts["archived"] == 0
    inbox = next(line for line in status(settings)["balance"] if line["folder"] == "INBOX")
    assert (inbox["on_server"], inbox["out_of_scope"]) == (1, 1)


def test_a_stage_that_is_not_asked_for_is_done_by_the_next_pass(
    settings: Settings, pymap_server: PymapServer
) -> None:
    pymap_server.deliver(submission(0), received(0))
    ingest(settings, url(pymap_server), until="collect")
    assert status(settings)["cases"]["total"] == 0
    ingest(settings, url(pymap_server), until="read")
    assert status(settings)["cases"]["total"] == 0
    ingest(settings, url(pymap_server))
    assert status(settings)["cases"]["total"] == 1


def test_a_second_pass_beside_a_running_one_is_refused_at_once(
    settings: Settings, pymap_server: PymapServer
) -> None:
    settings.home.mkdir()
    with (settings.home / "lock").open("w") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        with pytest.raises(LockHeld) as refusal:
            ingest(settings, url(pymap_server))
    assert refusal.value.exit_code == 75


def test_a_wrong_password_is_a_persons_job_and_the_casebook_knows(
    settings: Settings, pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", "wrong")
    with pytest.raises(LoginRefused) as refusal:
        ingest(settings, url(pymap_server))
    assert refusal.value.exit_code == 77
    assert status(settings)["last_fetch"] is None


def test_a_campaign_file_gone_wrong_stops_the_pass_and_the_casebook_knows(
    settings: Settings, pymap_server: PymapServer, tmp_path: Path
) -> None:
    rules = tmp_path / "rules" / "campaign.toml"
    shutil.copytree(shipped_campaign().parent, rules.parent)
    settings = dataclasses.replace(settings, campaign=rules)
    ingest(settings, url(pymap_server))
    rules.write_text(rules.read_text() + "\n[issues.no-such-code]\ntext = '？'\n")
    with pytest.raises(CampaignError):
        ingest(settings, url(pymap_server), NOW + timedelta(minutes=10))
    failed = status(settings)["failed_runs"][0]
    assert failed["exit_code"] == 78
    assert str(rules) in failed["error"]


def test_a_fault_of_ours_is_not_told_as_a_process_that_was_killed(
    settings: Settings, pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(file_stage, "file_mail", broken)
    with pytest.raises(ZeroDivisionError):
        ingest(settings, url(pymap_server))
    failed = status(settings)["failed_runs"][0]
    assert (failed["outcome"], failed["exit_code"]) == ("failed", 70)
    assert "ZeroDivisionError" in failed["error"]


def test_the_first_pass_after_an_upgrade_upgrades_the_casebook_and_collects_at_once(
    settings: Settings, pymap_server: PymapServer
) -> None:
    made_by_first_revision(settings.casebook)
    pymap_server.deliver(submission(0), received(0))
    assert ingest(settings, url(pymap_server)).counts["archived"] == 1
    assert len(status(settings)["balance"]) >= 1


def test_a_folder_that_is_not_there_is_told_at_every_pass(
    settings: Settings, pymap_server: PymapServer
) -> None:
    for _ in range(3):
        with pytest.raises(FolderMissing) as failure:
            ingest(settings, url(pymap_server) + "/NoSuch")
        assert failure.value.exit_code == 78


def test_one_missing_folder_among_several_is_a_notice_at_every_pass(
    settings: Settings, pymap_server: PymapServer
) -> None:
    mailbox = MailboxSettings(folders=("INBOX", "没有的文件夹"))
    settings = dataclasses.replace(settings, mailbox=mailbox)
    for _ in range(2):
        notices = ingest(settings, url(pymap_server)).notices
        assert any("没有的文件夹" in notice for notice in notices)


def test_what_is_archived_is_read_and_filed_though_the_mailbox_is_away(
    settings: Settings, pymap_server: PymapServer
) -> None:
    pymap_server.deliver(submission(0), received(0))
    ingest(settings, url(pymap_server), until="collect")
    with pytest.raises(MailboxUnreachable) as failure:
        ingest(settings, "imap://call@127.0.0.1:1/INBOX")
    assert failure.value.exit_code == 75
    assert status(settings)["cases"]["total"] == 1


def test_a_full_disk_stops_the_pass_and_the_next_one_goes_on(
    settings: Settings, pymap_server: PymapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        pymap_server.deliver(submission(number), received(number))
    real = os.fsync
    calls = 0

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(archive_module.os, "fsync", full)
    with pytest.raises(TryLater, match="磁盘已满"):
        ingest(settings, url(pymap_server))
    assert status(settings)["cases"]["total"] == 0
    monkeypatch.undo()
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", PASSWORD)
    ingest(settings, url(pymap_server))
    assert status(settings)["cases"]["total"] == 3


def test_the_stages_are_those_of_the_command_line_in_their_order() -> None:
    assert [name for name, _ in STAGES] == ["collect", "read", "file", "reply"]
