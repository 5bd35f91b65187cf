"""Reads all mail again from the archive and tells which verdicts change: `ingest reread`.

A dry run does exactly the same on a copy of the casebook, which is thrown away: what it shows is
what would happen. People's decisions are in the casebook and hold for the new readings too. The
answers that changed verdicts call for are held until a person agrees (`stages/file.py`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inbox_ingest.archive import Archive
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.errors import CampaignError, ConfigurationError, ServiceMissing
from inbox_ingest.pipeline import reading_stage
from inbox_ingest.replies.audience import Audience
from inbox_ingest.replies.desk import Desk, own_addresses
from inbox_ingest.stages.file import file_mail
from inbox_ingest.stages.lock import only_pass
from inbox_ingest.stages.request import Request
from inbox_ingest.stages.rules_in_use import keep_to_the_rules

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose line differs: None before for a new case, None after for one that is no more."""

    case_no: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class Reread:
    """How many mails were read again, the cases that differ, by number, and the senders to be told.

    `told` are the addresses that would get a letter for it, with or without a person's agreement;
    None where a wrong letter template (`mistake`) keeps all letters from being written. `renewed`
    are unsent letters written anew because the campaign has another deadline, contact or signature.
    """

    mails: int
    differences: tuple[Difference, ...]
    told: Audience | None = None
    renewed: int = 0
    mistake: CampaignError | None = None


def reread(request: Request, *, dry_run: bool) -> Reread:
    """Read and judge everything again; with `dry_run` nothing is kept.

    Raises:
        LockHeld: a pass is running.
        ServiceMissing: there is no casebook yet.
        ConfigurationError: the casebook is not in a file, or was made by other rules than these.
    """
    settings = request.settings
    if settings.database is not None:
        raise ConfigurationError(
            "重新读取目前只支持数据目录里的 SQLite 数据库。", remedy="请去掉配置中的 database。"
        )
    with only_pass(settings.home):
        keep_to_the_rules(settings)
        before = _lines(settings.casebook)
        if before is None:
            raise ServiceMissing("还没有数据，无需重新读取。", remedy="先运行 ingest run。")
        with _casebook(settings.casebook, dry_run) as path:
            mails = _read_again(request, path)
            after = _lines(path) or {}
            differences = tuple(_differences(before, after))
            return _with_letters(request, path, Reread(mails, differences))


def _with_letters(request: Request, casebook: Path, done: Reread) -> Reread:
    """Who would get another letter, and how many unsent ones get other words.

    Asked of the desk that writes them, so both say the same.
    """
    campaign = load_campaign(request.campaign_path)
    own = own_addresses(request.settings, campaign)
    with open_casebook(casebook) as book:
        desk = Desk(book, campaign, request.campaign_path, own, request.clock)
        renewed = desk.outlived()
        try:
            told = Audience()
            if done.differences:
                told = desk.would_tell({change.case_no for change in done.differences})
            if renewed:
                desk.draft()
        except CampaignError as error:
            return replace(done, told=None, renewed=0, mistake=error)
    return replace(done, told=told, renewed=renewed)


def _read_again(request: Request, casebook: Path) -> int:
    campaign = load_campaign(request.campaign_path)
    archive = Archive(request.settings.archive_folder)
    with open_casebook(casebook) as book:
        book.runs.remember_campaign(campaign, request.campaign_path, request.clock())
        stage = reading_stage(request, book, archive, campaign)
        mails = stage.waiting(everything=True)
        request.progress.begin("read", len(mails))
        for count in stage.read(mails):
            request.progress.advance(count)
        file_mail(book, campaign, request.clock, everything=True)
    return len(mails)


@contextmanager
def _casebook(path: Path, dry_run: bool) -> Iterator[Path]:
    """The casebook itself, or a copy beside it that is removed afterwards."""
    if not dry_run:
        yield path
        return
    with TemporaryDirectory(prefix=".reread-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        yield copy


def _lines(casebook: Path) -> dict[str, Line] | None:
    glance = Glance.open(casebook)
    if glance is None:
        return None
    try:
        return {line["case_no"]: line for line in glance.export("cases")}
    finally:
        glance.close()


def _differences(before: Mapping[str, Line], after: Mapping[str, Line]) -> Iterator[Difference]:
    for case_no in dict.fromkeys((*before, *after)):
        old, new = before.get(case_no), after.get(case_no)
        if _content(old) != _content(new):
            yield Difference(case_no, old, new)


def _content(line: Line | None) -> dict[str, Any] | None:
    """A line without its revision number, which tells nobody anything."""
    return None if line is None else {k: v for k, v in line.items() if k != "revision"}
