"""Lays out the hand-over: a folder a case, files named by role, the 汇总表 on top, checksums.

    行业党建/DJ001-某某市港航中心-党建引领货运/申报表.docx
    汇总表.xlsx   说明.txt   SHA256SUMS

Written beside its place under another name and renamed when it is whole. Nothing that was there is
ever deleted. What could not be put in is said, in 说明.txt and to whoever asked.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.glance_files import case_body
from inbox_ingest.errors import UsageError
from inbox_ingest.reading.formats import PROGRAMS
from inbox_ingest.reports.ledger import write_xlsx
from inbox_ingest.reports.pack_names import file_names, folder_name, safe_name
from inbox_ingest.reports.words import NO_TYPE, ROLE_WORDS, STATUS_WORDS

Locate = Callable[[str], Path | None]
LEDGER, SUMS, NOTES = "汇总表.xlsx", "SHA256SUMS", "说明.txt"
_BLIND_ROLES = frozenset({"case_text", "photo", "video"})
_BLOCK = 1 << 20
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PackedCase:
    """A case to hand over: its line (contract §8), and its current documents with their kinds."""

    line: Mapping[str, Any]
    documents: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Packed:
    """What was laid out. `missing` files should be in the archive and are not, or are damaged;

    `left_out` were left out on purpose. Both are Chinese sentences; `moved` is where what stood
    there before has gone; `unsettled` counts cases that are not complete, by status.
    """

    cases: int = 0
    files: int = 0
    unsettled: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    moved: Path | None = None


def cases_to_pack(
    glance: Glance, *, numbers: Sequence[str] = (), status: str | None = None
) -> Iterator[PackedCase]:
    """Open cases, all or those with these numbers, and of this status.

    Raises:
        UsageError: there is no open case with one of the numbers.
    """
    wanted = []
    for number in numbers:
        known = glance.case_number(number)
        if known is None or known["closed_at"]:
            raise UsageError(
                f"没有编号为 {number} 的案例。", remedy="用 ingest list 查看全部编号。"
            )
        wanted.append(known["case_no"])
    for line in glance.export("cases"):
        if (wanted and line["case_no"] not in wanted) or (status and line["status"] != status):
            continue
        documents = [m["attachment"] for m in case_body(glance, line["case_no"])["documents"]]
        yield PackedCase(line, documents)


def write_pack(
    cases: Iterable[PackedCase],
    locate: Locate,
    out: Path,
    *,
    blind: bool,
    force: bool,
    now: datetime,
) -> Packed:
    """Lay out `cases` under `out`. `locate` tells where the archive keeps a file.

    Raises:
        UsageError: `out` is there and not empty, without `force`, or is no folder.
        OSError: it cannot be written; nothing is left behind.
    """
    with _whole(out, force, now) as (folder, packed):
        layout = _Layout(folder, locate, blind, packed)
        lines = [layout.add(case) for case in cases]
        with (folder / LEDGER).open("wb") as stream:
            write_xlsx("cases", lines, stream, blind=blind, folders=layout.folders)
        (folder / NOTES).write_text(_notes(packed, blind, now), encoding="utf-8")
        layout.sums[LEDGER] = _hash(folder / LEDGER)
        layout.sums[NOTES] = _hash(folder / NOTES)
        listing = "".join(f"{sha}  {name}\n" for name, sha in sorted(layout.sums.items()))
        (folder / SUMS).write_text(listing, encoding="utf-8")
    return packed


@dataclass(slots=True)
class _Layout:
    """The folder being filled."""

    root: Path
    locate: Locate
    blind: bool
    packed: Packed
    folders: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)

    def add(self, case: PackedCase) -> Mapping[str, Any]:
        line = case.line
        kind = safe_name(line["type"], 20) or NO_TYPE
        place = f"{kind}/{folder_name(line, blind=self.blind)}"
        folder = self.root / place
        folder.mkdir(parents=True)
        self.folders[line["case_no"]] = place
        self.packed.cases += 1
        if line["status"] != "complete":
            counts = self.packed.unsettled
            counts[line["status"]] = counts.get(line["status"], 0) + 1
        wanted = [document for document in case.documents if self._wanted(document, line)]
        if self.blind and not any(document["role"] == "case_text" for document in wanted):
            self.packed.left_out.append(f"{line['case_no']} 没有单独的正文文件，盲审包中没有正文")
        for document, name in zip(wanted, file_names(wanted), strict=True):
            self._copy(document, f"{place}/{name}", line)
        return line

    def _wanted(self, document: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
        if document["kind"] in PROGRAMS:
            self.packed.left_out.append(
                f"{line['case_no']} 的“{_called(document)}”是程序，没有放入"
            )
            return False
        role: str = document["role"]
        if self.blind:
            return role in _BLIND_ROLES and document.get("form") is None
        return role != "inline"

    def _copy(self, document: Mapping[str, Any], name: str, line: Mapping[str, Any]) -> None:
        """Copy out of the archive, and see that the bytes are those that were received."""
        target = self.root / name
        source = self.locate(document["sha256"])
        found = None if source is None else _copied(source, target)
        if found is not None and found == document["sha256"]:
            self.sums[name] = found
            self.packed.files += 1
            return
        target.unlink(missing_ok=True)
        what = "不在数据目录中" if found is None else "在数据目录中已损坏"
        role = ROLE_WORDS.get(document["role"], document["role"])
        called = role if self.blind else f"{role}“{_called(document)}”"
        self.packed.missing.append(f"{line['case_no']} 的{called}{what}")


def _called(document: Mapping[str, Any]) -> str:
    return safe_name(document["filename"], 60) or "（无名）"


def _copied(source: Path, target: Path) -> str | None:
    """Copy, and return the hash of what was copied; None where the source cannot be read."""
    digest = hashlib.sha256()
    try:
        stream = source.open("rb")
    except OSError:
        return None
    with stream, target.open("wb") as copy:
        while block := stream.read(_BLOCK):
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _whole(out: Path, force: bool, now: datetime) -> Iterator[tuple[Path, Packed]]:
    """A folder beside `out` that takes its name when all is written; else it is removed."""
    packed = Packed()
    occupied = _occupied(out, force)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        folder.chmod(0o755)
        yield folder, packed
        if occupied:
            packed.moved = _aside(out, now)
            out.rename(packed.moved)
        elif out.exists():
            out.rmdir()
        folder.rename(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _occupied(out: Path, force: bool) -> bool:
    if not out.exists() and not out.is_symlink():
        return False
    if out.is_symlink() or not out.is_dir():
        raise UsageError(f"{out} 已存在，且不是文件夹。", remedy="请换一个名字。")
    if not any(out.iterdir()):
        return False
    if not force:
        raise UsageError(
            f"{out} 里已有内容，没有改动。", remedy="请换一个名字；或加 --force，原有的会改名保留。"
        )
    return True


def _aside(out: Path, now: datetime) -> Path:
    """A free name for what stood there before."""
    stem = f"{out.name}-原{now:%Y%m%d-%H%M%S}"
    names = (out.with_name(stem if n == 0 else f"{stem}-{n}") for n in range(1000))
    return next(name for name in names if not name.exists())


def _notes(packed: Packed, blind: bool, now: datetime) -> str:
    parts = [
        f"本文件夹于 {now:%Y-%m-%d %H:%M} 导出，共 {packed.cases} 件案例、{packed.files} 个文件。"
    ]
    parts.append("核对文件是否完整：在本文件夹中运行 sha256sum -c SHA256SUMS。")
    if packed.unsettled:
        parts.append(unsettled_words(packed.unsettled))
    if blind:
        parts.append(BLIND_WARNING)
    for heading, sentences in (
        ("下列文件应有而没有放入，请核对数据目录：", packed.missing),
        ("下列内容没有放入：", packed.left_out),
    ):
        if sentences:
            parts.append("\n".join([heading, *(f"  {sentence}" for sentence in sentences)]))
    return "\n\n".join(parts) + "\n"


BLIND_WARNING = (
    "盲审包：没有放入申报表、盖章扫描件、媒体报道和其他材料，汇总表和文件夹名中没有单位、联系人和"
    "发件人。但是案例名称、概要、正文、图片和文件属性里仍可能写有单位名称，程序没有改动这些内容，"
    "交给评审前请逐件看过。"
)


def unsettled_words(counts: Mapping[str, int]) -> str:
    """How many of the cases are not complete."""
    known = [f"{counts[key]} 件{word}" for key, word in STATUS_WORDS.items() if counts.get(key)]
    return f"其中有 {'、'.join(known)}的案例，尚不齐全；只要齐全的请加 --status 齐全。"


def told(sentences: Sequence[str]) -> list[str]:
    """The first of many sentences, and how many there are."""
    more = [f"……共 {len(sentences)} 条，全部见 {NOTES}"] if len(sentences) > _SHOWN else []
    return [*sentences[:_SHOWN], *more]
