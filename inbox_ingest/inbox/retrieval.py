"""Fetching messages through whatever goes wrong: batches, and one message at a time in chunks.

A batch that breaks keeps what had arrived, and the rest is asked for again. A batch that the server
refuses is halved. A batch that breaks twice without bringing anything gives up its first message,
which is then asked for alone. So one message on which a server chokes is found, reported, and holds
nobody else up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from inbox_ingest.errors import TryLater, system_words
from inbox_ingest.inbox import failures, fetching
from inbox_ingest.inbox.connection import Answer, Connection
from inbox_ingest.inbox.failures import Fault
from inbox_ingest.inbox.fetching import Wanted
from inbox_ingest.inbox.session import Session
from inbox_ingest.inbox.source import CHUNK_SIZE, Fetched, FetchFailure

_STUCK = 2  # breaks without progress, after which the first message is taken out
_TRIES = 3  # breaks of one message alone
_LOST_IN_A_ROW = 3  # messages given up one after the other: then it is not the messages
_FAR_TOO_LONG = 64 << 20  # bytes beyond twice the announced size


class Retrieval:
    """The fetching of one folder."""

    def __init__(self, session: Session, folder: str) -> None:
        self._session = session
        self._folder = folder
        self._lost: list[Fault] = []

    def fetch(self, wanted: Sequence[Wanted]) -> Iterator[Fetched | FetchFailure]:
        """One answer for each `(uid, size)`. Raises `MailboxUnreachable`."""
        for batch in fetching.batches(dict(wanted).items()):
            for result in self._fetch_batch(batch):
                yield result
                if isinstance(result, Fetched):
                    result.close()

    def _fetch_batch(self, batch: list[Wanted]) -> Iterator[Fetched | FetchFailure]:
        left = dict(batch)
        stuck = 0
        while len(left) > 1:
            answers, fault = self._ask(list(left.items()))
            before = len(left)
            for uid in list(answers):
                message = _whole(uid, answers.pop(uid), left.get(uid))
                if message is not None:
                    del left[uid]
                    self._lost.clear()
                    yield message
            if fault is None:
                break
            if fault.refused:
                yield from self._halved(list(left.items()))
                return
            stuck = 0 if len(left) < before else stuck + 1
            self._session.patience.pause(stuck + 1)
            if stuck == _STUCK:
                first = min(left, key=int)
                yield self._fetch_alone(first, left.pop(first))
                stuck = 0
        for uid, size in left.items():
            yield self._fetch_alone(uid, size)

    def _halved(self, batch: list[Wanted]) -> Iterator[Fetched | FetchFailure]:
        middle = (len(batch) + 1) // 2
        yield from self._fetch_batch(batch[:middle])
        yield from self._fetch_batch(batch[middle:])

    def _ask(self, batch: list[Wanted]) -> tuple[dict[str, Answer], Fault | None]:
        uids = fetching.uid_set([uid for uid, _ in batch])
        budget = fetching.budget(batch)
        try:
            answers = self._session.once(
                self._folder, lambda connection: connection.fetch(uids, fetching.BODY, budget)
            )
        except Fault as fault:
            return fault.arrived, fault
        return answers, None

    # --- one message alone ------------------------------------------------------------------------

    def _fetch_alone(self, uid: str, size: int) -> Fetched | FetchFailure:
        if len(self._lost) >= _LOST_IN_A_ROW:
            raise failures.unreachable(self._session.address.host, self._lost[-1])
        spool = cast(BinaryIO, SpooledTemporaryFile(max_size=fetching.LARGE))  # noqa: SIM115
        result: Fetched | FetchFailure | None = None
        try:
            result = self._collect(uid, size, spool)
        except OSError as error:
            raise TryLater(
                f"临时目录写不下一封大邮件（{system_words(error)}）。",
                remedy="请腾出磁盘空间，或用 TMPDIR 指定别的临时目录。",
            ) from error
        finally:
            if not isinstance(result, Fetched):
                spool.close()
        return result

    def _collect(self, uid: str, size: int, spool: BinaryIO) -> Fetched | FetchFailure:
        """Chunk by chunk into `spool`; a break resumes at the byte where it happened."""
        offset = tries = 0
        moment: datetime | None = None
        while True:
            try:
                chunk, received = self._chunk(uid, offset)
            except Fault as fault:
                tries += 1
                if tries >= _TRIES:
                    return self._given_up(uid, fault)
                self._session.patience.pause(tries)
                continue
            moment = moment or received
            if chunk:
                spool.write(chunk)
                offset += len(chunk)
                tries = 0
                if offset > 2 * size + _FAR_TOO_LONG:
                    return self._given_up(uid, Fault("邮件比服务器所说的大得多"))
            at_end = offset >= size and offset > 0
            if at_end and (chunk is None or len(chunk) < CHUNK_SIZE):
                break
            if not chunk:
                tries += 1
                if tries >= _TRIES:
                    if chunk is not None and _nearly(offset, size):
                        break
                    return self._gone_or_given_up(uid)
                self._session.patience.pause(tries)
        spool.seek(0)
        self._lost.clear()
        return Fetched(uid, moment, offset, spool)

    def _chunk(self, uid: str, offset: int) -> tuple[bytes | None, datetime | None]:
        items = fetching.chunk_items(offset)
        budget = fetching.budget([(uid, CHUNK_SIZE)])
        answers = self._session.once(self._folder, lambda c: c.fetch(uid, items, budget))
        answer = answers.get(uid, {})
        return fetching.chunk_of(answer, offset), fetching.received_at(answer)

    def _gone_or_given_up(self, uid: str) -> FetchFailure:
        """Nothing came in good order: the message was expunged meanwhile, or the server hides it."""

        def is_there(connection: Connection) -> bool:
            connection.settle()
            return uid in connection.fetch(uid, "(UID)")

        if self._session.run(self._folder, is_there):
            return self._given_up(uid, Fault("服务器列出了这封邮件，却不给内容"))
        return FetchFailure(uid, "邮件已不在服务器上。", vanished=True)

    def _given_up(self, uid: str, fault: Fault) -> FetchFailure:
        self._lost.append(fault)
        return FetchFailure(uid, f"{fault.reason}。")


def _whole(uid: str, answer: Answer, size: int | None) -> Fetched | None:
    """A message out of a batch; None for one not asked for, and for one without its body."""
    body = fetching.body_of(answer)
    if size is None or not body:
        return None
    return Fetched(uid, fetching.received_at(answer), len(body), body)


def _nearly(offset: int, size: int) -> bool:
    """Announced sizes are a little wrong on some servers: line ends counted otherwise."""
    return offset >= 0.9 * size
