"""Write-once storage of bytes by their SHA-256: raw mail (synced), files, and derived results.

    raw/ab/cdef…              mails as received: durable before anybody is told that they are there
    files/ab/cdef…            attachments: can be made again from raw mail, so never synced
    derived/<tool>/ab/cdef…   what LibreOffice and OCR made (`derived.py`)
    tmp/                      unfinished files; what a killed process left is removed by `sweep`

Guarantees: a name under `raw` or `files` appears only when all its bytes are written (temporary
file, then rename); folders are 0700 and files 0600; nothing is ever overwritten with other bytes.
A batch of raw mails returns only after every file and every folder entry is on the disk.

Each file is synced by a small pool of threads while the next one is being fetched: waiting for the
disk overlaps with the network, and file systems with a journal join the waiting syncs into one
commit. Standard library only, cheap to import.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from inbox_ingest.archive_files import StoredContent, Unfinished, disk_errors, sync_folder
from inbox_ingest.reading.content import HEAD_SIZE

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_SYNC_THREADS = 8
_WAITING_SYNCS = 64  # files open and not yet synced: far below any limit on open files
_IN_MEMORY = 1 << 20  # up to here a file is hashed first, and not written where it is known
_STALE_SECONDS = 24 * 3600.0
_HASH = re.compile(r"[0-9a-f]{64}")


class Archive:
    """The archive under one folder. Making one touches no disk; the first write makes the folders.

    Safe for several processes at once: equal bytes written twice end as one file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, chunks: Iterable[bytes]) -> StoredContent:
        """Keep the bytes of an attachment, not synced.

        Raises:
            TryLater: the disk is full or failing; nothing is left behind.
            ConfigurationError: the folder may not be written.
        """
        early, rest = _first(chunks, _IN_MEMORY)
        if rest is None:
            sha256 = hashlib.sha256(early).hexdigest()
            known = self._known("files", sha256, len(early), early[:HEAD_SIZE])
            if known is not None:
                return known
        unfinished = self._begin()
        with unfinished.discarded_on_error():
            unfinished.fill(chain((early,), rest or ()))
            with disk_errors(self.root):
                unfinished.close()
                return self._publish(unfinished, "files")

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Keep raw mails; on leaving the block all of them are synced, then given their names.

        Where the block is left by an exception nothing of the batch is kept.

        Raises:
            TryLater: the disk is full or failing; nothing is left behind.
            ConfigurationError: the folder may not be written.
        """
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(_SYNC_THREADS, "archive-sync") as pool:
            batch = Batch(self, pool)
            try:
                yield batch
                with disk_errors(self.root):
                    batch.finish()
            finally:
                batch.discard()

    def has(self, sha256: str) -> bool:
        """Whether these bytes are kept, as raw mail or as a file."""
        return self._find(sha256) is not None

    def get(self, sha256: str) -> StoredContent:
        """The bytes with this hash.

        Raises:
            KeyError: they are not kept here.
        """
        content = self._find(sha256)
        if content is None:
            raise KeyError(sha256)
        return content

    def intact(self, sha256: str) -> bool:
        """Whether the kept bytes still have the hash they are stored under; False where not kept."""
        content = self._find(sha256)
        if content is None:
            return False
        with content.open() as stream:
            digest = hashlib.sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
            return digest.hexdigest() == sha256

    def derived_path(self, tool: str, sha256: str) -> Path:
        """Where results of this tool for this file lie; the caller adds a suffix."""
        return self._path(f"derived/{safe_name(tool)}", sha256)

    def keep_derived(self, tool: str, sha256: str, suffix: str, data: bytes) -> None:
        """Keep a result of this tool, synced: unlike an attachment, a torn one would be believed.

        Raises:
            TryLater: the disk is full or failing; nothing is left behind.
            ConfigurationError: the folder may not be written.
        """
        unfinished = self._begin()
        with unfinished.discarded_on_error():
            unfinished.fill((data,))
            with disk_errors(self.root):
                unfinished.sync_and_close()
                self._folder("derived", safe_name(tool), sha256[:2])
                unfinished.path.rename(self.derived_path(tool, sha256).with_suffix(suffix))

    def sweep(self) -> int:
        """Remove unfinished files a day old, left by a process that was killed; return how many."""
        removed = 0
        oldest = time.time() - _STALE_SECONDS
        with suppress(FileNotFoundError):
            for entry in os.scandir(self.root / "tmp"):
                with suppress(FileNotFoundError):
                    if entry.stat(follow_symlinks=False).st_mtime < oldest:
                        Path(entry.path).unlink()
                        removed += 1
        return removed

    def _begin(self) -> Unfinished:
        with disk_errors(self.root):
            return Unfinished(self._folder("tmp"), self.root)

    def _path(self, area: str, sha256: str) -> Path:
        return self.root / area / sha256[:2] / sha256[2:]

    def _find(self, sha256: str) -> StoredContent | None:
        if not _HASH.fullmatch(sha256):
            return None
        for area in ("raw", "files"):
            path = self._path(area, sha256)
            with suppress(FileNotFoundError):
                return StoredContent(path, sha256, path.stat().st_size)
        return None

    def _known(self, area: str, sha256: str, size: int, head: bytes) -> StoredContent | None:
        # A file of another size is what a power cut left of an unsynced one: it is written again.
        path = self._path(area, sha256)
        with suppress(FileNotFoundError):
            if path.stat().st_size == size:
                return StoredContent(path, sha256, size, head)
        return None

    def _folder(self, *names: str) -> Path:
        folder = self.root.joinpath(*names)
        if not folder.is_dir():
            for level in reversed([folder, *folder.parents]):
                if not level.is_dir():
                    with suppress(FileExistsError):
                        level.mkdir(mode=0o700)
        return folder

    def _publish(self, unfinished: Unfinished, area: str) -> StoredContent:
        sha256, size, head = unfinished.sha256, unfinished.size, unfinished.head
        known = self._known(area, sha256, size, head)
        if known is not None:
            unfinished.discard()
            return known
        path = self._path(area, sha256)
        self._folder(area, sha256[:2])
        unfinished.path.rename(path)
        return StoredContent(path, sha256, size, head)


class Batch:
    """Raw mails on their way to the disk together; made by `Archive.batch`."""

    def __init__(self, archive: Archive, pool: ThreadPoolExecutor) -> None:
        self._archive = archive
        self._pool = pool
        self._unfinished: list[tuple[Unfinished, Future[None]]] = []

    def put(self, chunks: Iterable[bytes]) -> StoredContent:
        """Take one mail. The content that comes back can be read once the batch is over.

        Where `chunks` raises, nothing of this mail is kept and the batch stays usable.

        Raises:
            TryLater: the disk is full or failing.
            ConfigurationError: the folder may not be written.
        """
        unfinished = self._archive._begin()
        with unfinished.discarded_on_error():
            unfinished.fill(chunks)
            future = self._pool.submit(unfinished.sync_and_close)
        self._unfinished.append((unfinished, future))
        if len(self._unfinished) > _WAITING_SYNCS:
            with disk_errors(self._archive.root):
                self._unfinished[-_WAITING_SYNCS - 1][1].result()
        path = self._archive._path("raw", unfinished.sha256)
        return StoredContent(path, unfinished.sha256, unfinished.size, unfinished.head)

    def finish(self) -> None:
        """Wait for the syncs, give every file its name, sync the folders those names stand in."""
        for _, future in self._unfinished:
            future.result()
        touched: set[Path] = set()
        for unfinished, _ in self._unfinished:
            # Known mail too: its name may come from a pass that died before syncing the folder.
            touched.add(self._archive._publish(unfinished, "raw").path.parent)
        if touched:
            raw = self._archive._folder("raw")
            # In the pool: each sync waits for the disk, and those that wait together share a commit.
            list(self._pool.map(sync_folder, sorted(touched)))
            for folder in (raw, raw.parent, raw.parent.parent):
                sync_folder(folder)
        self._unfinished.clear()

    def discard(self) -> None:
        """Remove what was not finished; nothing after `finish`."""
        for unfinished, future in self._unfinished:
            if not future.cancel():
                future.exception()
            unfinished.discard()
        self._unfinished.clear()


def _first(chunks: Iterable[bytes], limit: int) -> tuple[bytes, Iterator[bytes] | None]:
    """The beginning of `chunks` up to about `limit` bytes; the rest, or None where that was all."""
    iterator = iter(chunks)
    taken: list[bytes] = []
    size = 0
    for chunk in iterator:
        taken.append(chunk)
        size += len(chunk)
        if size > limit:
            return b"".join(taken), iterator
    return b"".join(taken), None


def safe_name(tool: str) -> str:
    """A tool's name and version as the name of a folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", tool).lstrip(".") or "unknown"
