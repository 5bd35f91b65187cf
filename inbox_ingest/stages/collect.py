"""Stage 1: list the UIDs, write a row for each unknown one, fetch, archive, and only then say so.

Guarantee: a place is `archived` only after the raw bytes are on disk and synced. Until then the
server still has the mail, for nothing is ever changed there. A killed pass fetches again at most
the batch it was in; a lost connection keeps what had arrived of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inbox_ingest.archive import Archive
from inbox_ingest.casebook.changes import Archived, Folder, Listed, Place
from inbox_ingest.casebook.store import Casebook
from inbox_ingest.errors import IngestError
from inbox_ingest.inbox.source import Fetched, FetchFailure, FolderMissing, FolderState, Source
from inbox_ingest.stages.poll import COMPARISON_EVERY


@dataclass(frozen=True, slots=True)
class Batches:
    """Bounds of what is archived in one go: bytes of mail and number of mails."""

    most_bytes: int = 32 << 20
    most_messages: int = 200
    largest_message: int = 200 << 20


@dataclass(slots=True)
class Collected:
    """What one pass collected; `notices` are Chinese sentences for the organiser."""

    new: int = 0
    out_of_scope: int = 0
    gone: int = 0
    archived: int = 0
    postponed: int = 0
    notices: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Collector:
    """Brings the mail of one source into archive and casebook."""

    book: Casebook
    archive: Archive
    source: Source
    collect_from: datetime
    clock: Callable[[], datetime]
    unchanged: Collection[str] = ()  # folders that the quick look has found as they were
    batches: Batches = field(default_factory=Batches)
    result: Collected = field(default_factory=Collected)

    def list_folders(self, folders: Iterable[str], compared: Mapping[str, datetime | None]) -> None:
        """Make a full listing of each folder; once a day compare what is known with the server.

        `compared` tells when each folder was last compared. A folder that is not there is a notice,
        unless there is no other.

        Raises:
            FolderMissing: none of the folders is there.
        """
        missing: list[FolderMissing] = []
        listed = 0
        for name in folders:
            try:
                state = self.source.open(name)
            except FolderMissing as error:
                missing.append(error)
                self.result.notices.append(error.message)
                continue
            self._list(name, state, compared.get(name))
            listed += 1
        if missing and not (listed or self.unchanged):
            raise missing[0]

    def _list(self, name: str, state: FolderState, compared_at: datetime | None) -> None:
        now = self.clock()
        places = self.book.places
        folder = Folder(self.source.account, name, state.uidvalidity)
        known = places.known_uids(folder)
        if compared_at is None or now - compared_at >= COMPARISON_EVERY:
            found = {d.uid: (d.size, d.internaldate) for d in self._described(name, sorted(known))}
            places.compare(folder, found, now, collect_from=self.collect_from)
        present = self.source.list_uids(name)
        unknown = [uid for uid in present if uid not in known]
        listing = places.record_listing(
            folder,
            present,
            self._described(name, unknown),
            exists=state.exists,
            collect_from=self.collect_from,
            now=now,
        )
        if not known:
            places.compare(folder, {}, now)  # fresh: there was nothing to compare
        self.result.new += listing.new
        self.result.out_of_scope += listing.out_of_scope
        self.result.gone += listing.gone

    def _described(self, name: str, uids: Sequence[str]) -> list[Listed]:
        if not uids:
            return []
        return [
            Listed(described.uid, described.size or None, described.internaldate)
            for described in self.source.describe(name, uids)
        ]

    def due(self) -> list[Place]:
        """The places of this account whose time to be fetched has come, oldest receipt first."""
        places = self.book.places.due(self.clock())
        return [place for place in places if place.account == self.source.account]

    def fetch(self, due: Sequence[Place]) -> Iterator[int]:
        """Fetch places batch by batch; yields how many mails each batch has dealt with."""
        fetchable = []
        for place in due:
            if (place.size or 0) <= self.batches.largest_message:
                fetchable.append(place)
                continue
            # Kept waiting and shown with its reason: a person can raise the limit.
            self.book.places.postpone(place.id, "邮件太大，超过了配置的上限", self.clock())
            self.result.postponed += 1
        for batch in in_batches(fetchable, self.batches):
            self._fetch_batch(batch)
            yield len(batch)

    def _fetch_batch(self, places: Sequence[Place]) -> None:
        by_uid = {place.uid: place for place in places}
        archived: list[Archived] = []
        failures: list[FetchFailure] = []
        lost: IngestError | None = None
        with self.archive.batch() as batch:
            try:
                for answer in self._answers(places):
                    if isinstance(answer, FetchFailure):
                        failures.append(answer)
                        continue
                    place = by_uid[answer.uid]
                    received = place.internaldate or answer.internaldate or self.clock()
                    content = batch.put(answer.chunks())
                    archived.append(Archived(place.id, content.sha256, content.size, received))
            except IngestError as error:
                lost = error  # what had arrived is worth keeping
        # Only now: the block above ended with every byte and every name synced.
        self.book.places.archived(archived, self.clock())
        self.result.archived += len(archived)
        self._note_failures([(by_uid[failure.uid], failure) for failure in failures])
        if lost is not None:
            raise lost

    def _answers(self, places: Sequence[Place]) -> Iterator[Fetched | FetchFailure]:
        folder = places[0].folder
        self.source.open(folder)
        return self.source.fetch(folder, [(place.uid, place.size or 0) for place in places])

    def _note_failures(self, failures: Sequence[tuple[Place, FetchFailure]]) -> None:
        vanished = [place.id for place, failure in failures if failure.vanished]
        if vanished:
            self.book.places.vanished(vanished, self.clock())
        for place, failure in failures:
            if not failure.vanished:
                self.book.places.postpone(place.id, failure.reason, self.clock())
                self.result.postponed += 1


def in_batches(places: Sequence[Place], batches: Batches) -> Iterator[list[Place]]:
    """Places of one folder together, oldest first, bounded in bytes and number."""
    by_folder: dict[str, list[Place]] = {}
    for place in places:
        by_folder.setdefault(place.folder, []).append(place)
    for group in by_folder.values():
        batch: list[Place] = []
        size = 0
        for place in group:
            weight = place.size or 0
            full = size + weight > batches.most_bytes or len(batch) >= batches.most_messages
            if batch and full:
                yield batch
                batch, size = [], 0
            batch.append(place)
            size += weight
        yield batch
