"""Are the mails in the archive still the bytes that came? Asked by `ingest doctor`.

Every mail on record is looked for. Hashing all of them would read gigabytes, so it is done for the
newest and for the oldest of those that wait: their bytes are what will be read next.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inbox_ingest.archive import Archive
from inbox_ingest.casebook.glance import Glance

HASHED = 200  # of the newest, and as many that wait: some seconds with scans in every mail
REMEDY = "请从备份恢复这些文件；信还在邮箱里时，也可换一个 INGEST_HOME 重新收取，再复制同名文件。"
_SHOWN = 5

_KNOWN = "SELECT raw_sha256 FROM messages ORDER BY received_at DESC, raw_sha256"
_WAITING = (
    "SELECT raw_sha256 FROM messages"
    " WHERE stage <> 'filed' OR (waits_for_person = 1 AND handled = 0)"
    " ORDER BY received_at, raw_sha256 LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Integrity:
    """How many mails are on record, how many were hashed, and where bytes are missing or changed."""

    known: int
    hashed: int
    missing: tuple[Path, ...]
    damaged: tuple[Path, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing amiss was found."""
        return not self.missing and not self.damaged

    def text(self) -> str:
        """The finding in words, with the names of the first files that are amiss."""
        if self.whole:
            return f"{self.known} 封信的原件都在，核对了其中 {self.hashed} 封，内容完好。"
        parts = [f"缺少 {len(self.missing)} 封信的原件"] if self.missing else []
        parts += [f"有 {len(self.damaged)} 封信的原件已损坏"] if self.damaged else []
        amiss = [str(path) for path in (*self.missing, *self.damaged)]
        more = [f"……共 {len(amiss)} 个文件"] if len(amiss) > _SHOWN else []
        return "\n".join([f"{'，'.join(parts)}：", *amiss[:_SHOWN], *more])


def look_through(glance: Glance, archive: Archive) -> Integrity:
    """Look for every mail on record and hash some of them.

    Raises:
        TryLater: the casebook cannot be read now.
    """
    known = [row[0] for row in glance.rows(_KNOWN)]
    missing = [sha256 for sha256 in known if not archive.has(sha256)]
    waiting = [row[0] for row in glance.rows(_WAITING, HASHED)]
    hashed = dict.fromkeys([*known[:HASHED], *waiting]).keys() - set(missing)
    damaged = [sha256 for sha256 in known if sha256 in hashed and not _intact(archive, sha256)]
    return Integrity(
        len(known),
        len(hashed),
        tuple(_place(archive, sha256) for sha256 in missing),
        tuple(_place(archive, sha256) for sha256 in damaged),
    )


def _intact(archive: Archive, sha256: str) -> bool:
    try:
        return archive.intact(sha256)
    except OSError:
        return False  # a bad sector, or a file that another user wrote


def _place(archive: Archive, sha256: str) -> Path:
    return archive.root / "raw" / sha256[:2] / sha256[2:]
