"""A file that kills or holds up its worker costs itself, never the mail that it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inbox_ingest.archive import Archive
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.executor import Done, Executor, Failure, FailureKind, Item, Result
from inbox_ingest.reading import mail as mail_reader
from inbox_ingest.reading import readers as reader_table
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.readers import Inputs
from inbox_ingest.records import IssueCode, Reading
from inbox_ingest.stages.isolating import read_apart
from inbox_ingest.stages.reading_job import ReadingTask, read_one
from inbox_ingest.stages.tools import Tools
from tests.reading.archives import zip_of
from tests.reading.raw_mails import attachment, mail, part
from tests.word_files import docx


class Killed(BaseException):
    """Stands for the end of a worker process: nothing in the reading can catch it."""


class Workers(Executor):
    """Runs jobs here; a reading that is killed comes back as this failure."""

    def __init__(self, kind: FailureKind) -> None:
        self.kind = kind
        self.jobs = 0

    def map(
        self, job: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        for item in items:
            self.jobs += 1
            try:
                yield Done(item, job(item))
            except Killed:
                yield Done(item, Failure(self.kind, "stopped"))


def killing(inputs: Inputs) -> Finding:
    raise Killed


@pytest.fixture(autouse=True)
def killer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(reader_table.READERS, "pdf", killing)


FORM = docx(
    "附件1 案例申报表",
    [["案例名称", "红色驿站"], ["申报单位", "某公司"], ["联系人", "张三"], ["电话", "13900000000"]],
)
PDF = b"%PDF-1.4 x"


def read(folder: Path, workers: Workers, *files: tuple[str, bytes]) -> Reading:
    raw = mail(part("请查收".encode()), *(attachment(body, name) for name, body in files))
    archive = Archive(folder / "archive")
    with archive.batch() as batch:
        content = batch.put([raw])
    campaign = shipped_campaign()
    task = ReadingTask(
        archive.root,
        content.sha256,
        campaign,
        load_campaign(campaign).sha256,
        Tools(None, None),
        folder / "marker",
    )
    (done,) = workers.map(read_one, [task])
    assert isinstance(done.result, Failure)
    return read_apart(workers, task, done.result)


def seen(reading: Reading) -> dict[str | None, list[IssueCode]]:
    return {
        each.filename: [problem.code for problem in each.problems] for each in reading.attachments
    }


@pytest.mark.parametrize(("kind", "jobs"), [("timed-out", 2), ("died", 3), ("crashed", 3)])
def test_the_rest_of_the_mail_is_read(tmp_path: Path, kind: FailureKind, jobs: int) -> None:
    workers = Workers(kind)
    reading = read(tmp_path, workers, ("慢.pdf", PDF), ("申报表.docx", FORM))
    assert reading.problem is None
    assert seen(reading) == {"慢.pdf": [IssueCode.READER_MISSING], "申报表.docx": []}
    assert reading.attachments[1].form is not None
    assert reading.message.sender is not None
    assert workers.jobs == jobs


def test_several_such_files_and_one_inside_an_archive(tmp_path: Path) -> None:
    inside = zip_of([("慢2.pdf", PDF), ("申报表.docx", FORM)])
    reading = read(tmp_path, Workers("timed-out"), ("慢.pdf", PDF), ("材料.zip", inside))
    assert seen(reading) == {
        "慢.pdf": [IssueCode.READER_MISSING],
        "材料.zip": [],
        "慢2.pdf": [IssueCode.READER_MISSING],
        "申报表.docx": [],
    }


def test_a_mail_that_cannot_be_read_at_all_keeps_its_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: Any) -> Any:
        raise Killed

    monkeypatch.setattr(mail_reader, "take_apart", endless)
    reading = read(tmp_path, Workers("timed-out"), ("申报表.docx", FORM))
    assert reading.problem is not None and "用时过长" in reading.problem
    assert reading.message.sender is not None and reading.message.subject


def test_no_more_than_a_few_files_may_cost_the_time_limit(tmp_path: Path) -> None:
    workers = Workers("timed-out")
    reading = read(tmp_path, workers, *((f"{number}.pdf", PDF) for number in range(20)))
    assert reading.problem is None
    assert list(seen(reading).values()) == [[IssueCode.READER_MISSING]] * 20
    assert reading.text == "请查收"
    assert workers.jobs < 10
