"""Reads local files as if they had been sent together, and judges them; the store is not touched.

The same readers, the same fold and the same rules as for mail; what only a mailbox can tell (time,
sender, number) is unknown, and nothing about the window is raised (contract §8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from inbox_ingest.archive import Archive
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.casebook.assemble import assemble
from inbox_ingest.casebook.lines import case_line
from inbox_ingest.checking.engine import check
from inbox_ingest.errors import InputError, why_unreadable
from inbox_ingest.executor import Executor, Failure
from inbox_ingest.reading.content import Content
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.records import Attachment, Case, Message, Reading, Received
from inbox_ingest.settings import ExecutorSettings
from inbox_ingest.stages.batch_work import ROUNDS, fulfil
from inbox_ingest.stages.isolating import read_apart
from inbox_ingest.stages.reading_job import ReadingTask, read_one
from inbox_ingest.stages.tools import installed_tools
from inbox_ingest.stages.workers import make_readers, make_recognisers

_BLOCK = 1 << 20


class Unused(NamedTuple):
    """A file that belongs to no case, and in Chinese why it is none of the material."""

    filename: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the files amount to: a line and the values read for each case, and files of no case."""

    lines: tuple[dict[str, Any], ...]
    values: tuple[dict[str, Any], ...]
    unused: tuple[Unused, ...]
    problem: str | None = None


def check_files(paths: Sequence[Path], campaign_path: Path, executor: ExecutorSettings) -> Checked:
    """Read and judge local files by this campaign; folders stand for the files in them.

    They are read in workers, within the limits of a pass: a file that somebody sent is no safer here.

    Raises:
        InputError: a file is not there or cannot be read, or there are only empty folders.
    """
    files = list(_files_in(paths))
    if not files:
        raise InputError("所给的文件夹里没有文件。", remedy="请写明要检查的文件。")
    campaign = load_campaign(campaign_path)
    with TemporaryDirectory(prefix="ingest-check-") as folder:
        archive = Archive(Path(folder, "archive"))
        kept = [(path.name, archive.put(_blocks(path))) for path in files]
        tools = installed_tools()
        task = ReadingTask(
            archive.root, "", campaign_path, campaign.sha256, tools, Path(folder, "marker")
        )
        reading = _read_together(kept, task, executor)
    return _judged(reading, campaign)


def _files_in(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = (file for file in sorted(path.rglob("*")) if file.is_file())
            yield from (file for file in found if not file.name.startswith("."))
        elif path.exists() and not path.is_file():
            raise InputError(f"{path} 是设备或管道，不是文件。", remedy="请先存成文件再检查。")
        else:
            yield path


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block
    except OSError as error:
        raise InputError(
            f"{path}：{why_unreadable(error)}。",
            remedy="请核对文件名和路径；相对路径从当前文件夹算起。",
        ) from error


def _read_together(
    files: Sequence[tuple[str, Content]], task: ReadingTask, executor: ExecutorSettings
) -> Reading:
    """One reading of everything; conversion and OCR are done as they are asked for."""
    readers = make_readers(executor.name, 1)
    tasks = [
        task._replace(raw_sha256=content.sha256)
        for name, content in files
        if _is_mail(name, content)
    ]
    others = tuple((name, c.sha256) for name, c in files if not _is_mail(name, c))
    if others:
        tasks.append(task._replace(raw_sha256=others[0][1], files=others))
    for _ in range(ROUNDS):
        joined = _joined([_reading(readers, each) for each in tasks])
        if not joined.wants:
            break
        recognisers = make_recognisers(executor.name)
        fulfil(joined.wants, Archive(task.archive), task.tools, recognisers)
    return joined


def _reading(readers: Executor, task: ReadingTask) -> Reading:
    (done,) = readers.map(read_one, [task])
    if isinstance(done.result, Failure):
        return read_apart(readers, task, done.result)
    return Reading.model_validate_json(done.result)


def _is_mail(name: str, content: Content) -> bool:
    return name.casefold().endswith(".eml") or kind_of(content) == "eml"


def _joined(readings: Sequence[Reading]) -> Reading:
    """Several readings as one mail that brought all their files."""
    if len(readings) == 1:
        return readings[0]
    attachments = [
        attachment.model_copy(update={"part": f"{place}/{attachment.part}"})
        for place, reading in enumerate(readings, start=1)
        for attachment in reading.attachments
    ]
    problems = [reading.problem for reading in readings if reading.problem]
    return readings[0].model_copy(
        update={
            "message": Message(message_id=None, subject=None, sender=None),
            "text": "",
            "attachments": tuple(attachments),
            "links": tuple(link for reading in readings for link in reading.links),
            "wants": tuple(want for reading in readings for want in reading.wants),
            "problem": "；".join(problems) if problems and not attachments else None,
        }
    )


def _judged(reading: Reading, campaign: Campaign) -> Checked:
    opens = datetime.combine(campaign.window.opens, datetime.min.time(), campaign.window.zone)
    assembled = assemble([Received(received_at=opens, folder="", reading=reading)], campaign)
    cases = [_timeless(case) for case in assembled.cases]
    judged = [(case, check(case, campaign)) for case in cases]
    used = {m.attachment.part for case in cases for m in (*case.documents, *case.superseded)}
    unused = [a for a in reading.attachments if a.part not in used and a.role != "archive"]
    return Checked(
        lines=tuple(case_line(case, issues, campaign) for case, issues in judged),
        values=tuple(
            {name: value.model_dump(mode="json") for name, value in case.values.items()}
            for case in cases
        ),
        unused=tuple(_unused(attachment) for attachment in unused),
        problem=reading.problem,
    )


def _unused(attachment: Attachment) -> Unused:
    details = [problem.detail for problem in attachment.problems if problem.detail]
    reason = "；".join(details) or attachment.role_reason
    return Unused(attachment.filename or "（无名）", reason)


def _timeless(case: Case) -> Case:
    unknown = {"case_no": None, "received_at": None, "updated_at": None, "senders": ()}
    return case.model_copy(update={**unknown, "late": False, "late_corrections": False})
