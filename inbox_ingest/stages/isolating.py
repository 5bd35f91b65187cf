"""A mail whose reading died is read again without the file it died in: one file is lost, not the mail.

A file that takes for ever or ends the process tells of itself only by where the reading was, which
the worker writes down before each file (`reading_job.py`). A person is asked about that file; its
sender is not accused.
"""

from __future__ import annotations

from typing import Final

from inbox_ingest.executor import Executor, Failure, FailureKind
from inbox_ingest.records import Message, Reading
from inbox_ingest.stages.reading_job import EVERY_PART, ReadingTask, read_envelope, read_one

MOST_SUSPECTS = 4  # files of one mail that are left alone; each may have cost the whole time limit
_OF_A_FILE: Final[dict[FailureKind, str]] = {
    "timed-out": "此文件读取用时过长，已中止，需人工查看",
    "died": "读取此文件时占用内存过多或程序中止，需人工查看",
    "crashed": "读取此文件时程序出错，需人工查看",
}
_OF_A_MAIL: Final[dict[FailureKind, str]] = {
    "timed-out": "读取用时过长，已中止",
    "died": "读取时占用内存过多或程序异常中止",
    "crashed": "读取时程序出错",
}


def read_apart(readers: Executor, task: ReadingTask, failure: Failure) -> Reading:
    """Read a mail that failed; where that cannot be done, a reading with its headers and `problem`."""
    if failure.kind != "timed-out":
        # Once more as it is: what the worker had read before may have taken its memory.
        result = _alone(readers, task)
        if not isinstance(result, Failure):
            return result
        failure = result
    for _ in range(MOST_SUSPECTS):
        part = _place(task)
        if not part or part in dict(task.left_alone):
            return _unreadable(readers, task, failure)
        why = (part, _OF_A_FILE[failure.kind])
        task = task._replace(left_alone=(*task.left_alone, why))
        result = _alone(readers, task)
        if not isinstance(result, Failure):
            return result
        failure = result
    # Its words, links and the names of its files, if nothing more.
    task = task._replace(left_alone=((EVERY_PART, _OF_A_FILE[failure.kind]),))
    result = _alone(readers, task)
    return _unreadable(readers, task, result) if isinstance(result, Failure) else result


def _alone(readers: Executor, task: ReadingTask) -> Reading | Failure:
    task.marker.unlink(missing_ok=True)
    (done,) = readers.map(read_one, [task])
    if isinstance(done.result, Failure):
        return done.result
    return Reading.model_validate_json(done.result)


def _place(task: ReadingTask) -> str:
    try:
        return task.marker.read_text(encoding="utf-8")
    except OSError:
        return ""


def _unreadable(readers: Executor, task: ReadingTask, failure: Failure) -> Reading:
    (done,) = readers.map(read_envelope, [task])
    message = Message(message_id=None, subject=None, sender=None)
    if not isinstance(done.result, Failure):
        message = Message.model_validate_json(done.result)
    return Reading(
        raw_sha256=task.raw_sha256,
        reader_version=task.tools.reader_version,
        campaign_sha256=task.campaign_sha256,
        message=message,
        problem=f"{_OF_A_MAIL[failure.kind]}（{failure.detail[:200]}）",
    )
