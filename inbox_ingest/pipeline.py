"""The order of the stages, as a literal table, and the pass that goes through them.

    collect → read → file → reply

This is the only file that knows all stages. A pass takes the lock, has a quick look whether there
is anything to do at all (standard library and IMAP only: cron asks every few minutes), and only
then opens the casebook for writing. Each stage leaves what it did in the database, so a pass that
dies anywhere is finished by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox_ingest.campaign_files import campaign_sha256
from inbox_ingest.errors import CampaignError, DatabaseTooOld, ExitCode, IngestError
from inbox_ingest.stages.lock import only_pass
from inbox_ingest.stages.poll import Look, look
from inbox_ingest.stages.request import PassOutcome, Request, StageName
from inbox_ingest.stages.rules_in_use import keep_to_the_rules
from inbox_ingest.stages.sources import open_source

if TYPE_CHECKING:
    from inbox_ingest.archive import Archive
    from inbox_ingest.campaigns import Campaign
    from inbox_ingest.casebook.changes import Filed
    from inbox_ingest.casebook.glance import Glance
    from inbox_ingest.casebook.store import Casebook
    from inbox_ingest.inbox.source import Source
    from inbox_ingest.stages.read import ReadingStage

# Waiting work (`PollGlance.waiting`) that a pass up to this stage would do.
_WORK_OF: dict[StageName, set[str]] = {
    "collect": {"places"},
    "read": {"places", "messages"},
    "file": {"places", "messages", "decisions"},
    "reply": {"places", "messages", "decisions", "dues", "interrupted"},
}


@dataclass(slots=True)
class Pass:
    """What the stages of one pass share."""

    request: Request
    source: Source
    look: Look
    book: Casebook
    archive: Archive
    campaign: Campaign
    outcome: PassOutcome


def run_pass(request: Request, source_url: str | None = None) -> PassOutcome:
    """One pass, as cron runs it: everything up to and including the stage `until`.

    Raises:
        LockHeld: another pass is running.
        MailboxUnreachable, LoginRefused, ConfigurationError, TryLater: what stopped the pass; what
            was done before stays done, and the casebook knows why it stopped.
    """
    with only_pass(request.settings.home):
        keep_to_the_rules(request.settings)
        source = open_source(request.settings, source_url)
        try:
            return _run(request, source)
        finally:
            source.close()


def _run(request: Request, source: Source) -> PassOutcome:
    failure: IngestError | None = None
    seen = Look()
    try:
        seen = _quick_look(request, source)
        if not seen.changed and _nothing_waits(request, source):
            from inbox_ingest.casebook.heartbeat import looked

            path = request.settings.casebook
            looked(path, source.account, seen.unchanged, request.clock())
            return PassOutcome(nothing_new=True, notices=list(source.notices))
    except IngestError as error:
        failure = error  # written down below, so that `status` tells of it
    with _opened(request, source, seen) as this:
        for name, stage in STAGES:
            if name != "collect":
                stage(this)
            elif failure is None:
                # A mailbox that cannot be reached keeps nobody from reading what is here already.
                failure = _failure_of(stage, this)
            if name == request.until:
                break
        if failure is not None:
            raise failure
        return this.outcome


def _failure_of(stage: Callable[[Pass], None], this: Pass) -> IngestError | None:
    try:
        stage(this)
    except IngestError as error:
        return error
    return None


@contextmanager
def _looking(request: Request) -> Iterator[Glance | None]:
    """The casebook for a quick look; None where there is none to look into.

    That is so where none was made yet, it is not in a file, or this pass will upgrade it first.
    """
    from inbox_ingest.casebook.glance import Glance

    try:
        glance = Glance.open(request.settings.casebook) if not request.settings.database else None
    except DatabaseTooOld:
        glance = None
    try:
        yield glance
    finally:
        if glance is not None:
            glance.close()


def _quick_look(request: Request, source: Source) -> Look:
    with _looking(request) as glance:
        return look(source, glance, request.clock())


def _nothing_waits(request: Request, source: Source) -> bool:
    with _looking(request) as glance:
        if glance is None:
            return False
        poll = glance.poll(source.account, request.clock())
    mine = _WORK_OF[request.until] | ({"replies"} if request.send else set())
    return not (poll.waiting & mine) and poll.campaign_sha256 == campaign_sha256(
        request.campaign_path
    )


@contextmanager
def _opened(request: Request, source: Source, seen: Look) -> Iterator[Pass]:
    """The casebook opened, the run written down at its beginning and, however it ends, at its end."""
    from inbox_ingest.archive import Archive
    from inbox_ingest.casebook.store import open_casebook

    settings, clock = request.settings, request.clock
    campaign = _campaign(request)
    archive = Archive(settings.archive_folder)
    archive.sweep()
    outcome = PassOutcome()
    with open_casebook(settings.database or settings.casebook) as book:
        book.runs.remember_campaign(campaign, request.campaign_path, clock())
        run_id = book.runs.start(clock())
        try:
            yield Pass(request, source, seen, book, archive, campaign, outcome)
        except Exception as error:
            code, words = _told(error)
            book.runs.finish(
                run_id,
                clock(),
                outcome="failed",
                exit_code=code,
                counts=outcome.counts,
                error=words,
            )
            raise
        book.runs.finish(
            run_id, clock(), outcome="done", exit_code=ExitCode.OK, counts=outcome.counts
        )


def _told(error: Exception) -> tuple[ExitCode, str]:
    """What stopped a pass, for `status`: a fault of ours is not a process that was killed."""
    if isinstance(error, IngestError):
        return error.exit_code, error.message
    return ExitCode.SOFTWARE, f"程序出错（{type(error).__name__}）"


def _campaign(request: Request) -> Campaign:
    """The campaign; where its file is wrong, `status` is to tell why nothing is fetched any more."""
    from inbox_ingest.campaigns import load_campaign

    try:
        return load_campaign(request.campaign_path)
    except CampaignError as error:
        from inbox_ingest.casebook.heartbeat import refused

        if not request.settings.database:
            path = request.settings.casebook
            refused(path, error.exit_code, error.message, request.clock())
        raise


# --- the stages -------------------------------------------------------------------------------


def _collect(this: Pass) -> None:
    from inbox_ingest.stages.collect import Batches, Collector

    fetch = this.request.settings.fetch
    collector = Collector(
        book=this.book,
        archive=this.archive,
        source=this.source,
        collect_from=this.campaign.window.starts_at(),
        clock=this.request.clock,
        unchanged=this.look.unchanged,
        batches=Batches(fetch.batch_bytes, fetch.batch_messages, fetch.largest_message),
    )
    folders = [name for name in this.source.folders() if name not in this.look.unchanged]
    try:
        collector.list_folders(folders, this.look.compared)
        due = collector.due()
        this.request.progress.begin("collect", len(due))
        for count in collector.fetch(due):
            this.request.progress.advance(count)
    finally:
        result = collector.result
        this.outcome.counts |= {
            "new": result.new,
            "archived": result.archived,
            "postponed": result.postponed,
            "out_of_scope": result.out_of_scope,
            "gone": result.gone,
        }
        this.outcome.notices.extend([*result.notices, *this.source.notices])


def _read(this: Pass) -> None:
    stage = reading_stage(this.request, this.book, this.archive, this.campaign)
    mails = stage.waiting()
    if mails:
        this.request.progress.begin("read", len(mails))
        for count in stage.read(mails):
            this.request.progress.advance(count)
    this.outcome.counts |= {"read": len(mails), "quarantined": stage.quarantined}


def _file(this: Pass) -> None:
    from inbox_ingest.stages.file import file_mail

    filed: Filed = file_mail(this.book, this.campaign, this.request.clock)
    this.outcome.counts |= {"new_cases": filed.new, "revised_cases": filed.revised}


def _reply(this: Pass) -> None:
    from inbox_ingest.stages.reply import reply_to_senders

    sent = reply_to_senders(
        this.book, this.campaign, this.request.settings, this.request.clock, send=this.request.send
    )
    this.outcome.counts |= sent.counts
    this.outcome.notices.extend(sent.notices)


STAGES: tuple[tuple[StageName, Callable[[Pass], None]], ...] = (
    ("collect", _collect),
    ("read", _read),
    ("file", _file),
    ("reply", _reply),
)


def reading_stage(
    request: Request, book: Casebook, archive: Archive, campaign: Campaign
) -> ReadingStage:
    """The reading stage with the executors that the configuration names (also for `reread`)."""
    from inbox_ingest.stages.read import ReadingStage
    from inbox_ingest.stages.tools import installed_tools
    from inbox_ingest.stages.workers import make_readers, make_recognisers

    executor = request.settings.executor
    return ReadingStage(
        book=book,
        archive=archive,
        campaign=request.campaign_path,
        campaign_sha256=campaign.sha256,
        tools=installed_tools(),
        readers=make_readers(executor.name, executor.workers or None),
        recognisers=make_recognisers(executor.name),
        clock=request.clock,
    )
