"""Several forms, or texts, in one mail: which counts? Contents and file names say, else a person.

A later mail replaces what came before; within one mail nothing tells the order but the names. What is
not decided is held against nobody (contract §6: the worst error is a false accusation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from inbox_ingest.casebook.version_names import latest
from inbox_ingest.checking.materials import readable
from inbox_ingest.checking.sameness import normal_form
from inbox_ingest.reading.similarity import similarity
from inbox_ingest.records import Attachment, CaseText, FieldValue, FormRecord, Material, Role

WORD_KINDS = ("docx", "docm", "doc", "wps", "rtf", "odt")
_SAME_PRINT = 0.9  # of a text and its own PDF: page numbers, broken lines

_Same = Callable[[Attachment, Attachment], bool]


class Versions(NamedTuple):
    """What became of documents that claim to be the same thing.

    `counting` all say one thing, the one to read first in front; `outdated` are earlier versions of
    it by their names. `rivals` is not empty where nobody can tell: `counting` is then but a guess.
    """

    counting: tuple[Material, ...]
    outdated: tuple[Material, ...] = ()
    rivals: tuple[Material, ...] = ()

    def doubt(self, what: str) -> str:
        """The doubt in words for the organiser, about `what` (申报表, 正文)."""
        names = "、".join(f"“{_called(material)}”" for material in self.rivals)
        return (
            f"有几份不同的{what}：{names}，不能确定以哪份为准，"
            f"暂按“{_called(self.counting[0])}”登记"
        )


def forms_among(documents: Sequence[Material]) -> Versions:
    """Which of the forms counts: of those that came with the newest mail, whatever their order."""
    forms = [m for m in documents if m.attachment.role == "form" and m.attachment.form is not None]
    newest = max((_receipt(material) for material in forms), default=None)
    together = [material for material in forms if _receipt(material) == newest]
    return _settled(together, _same_form, weight=_filled)


def texts_among(together: Sequence[Material]) -> Versions:
    """Which of the texts of one mail counts, where they are no pieces of one."""
    return _settled(together, _same_text)


def undecided(role: Role, versions: Versions, documents: Sequence[Material]) -> bool:
    """Whether what counts is a guess, or is by its name an earlier version of a file nobody could open.

    Nothing in it is held against the sender then.
    """
    names = [_path(material.attachment) for material in versions.counting]
    closed = (
        material.attachment
        for material in documents
        if material.attachment.role == role
        and not readable(material.attachment)
        and any(_receipt(material) == _receipt(read) for read in versions.counting)
    )
    return bool(versions.rivals) or any(latest([names, [_path(file)]]) == 1 for file in closed)


def _settled(
    together: Sequence[Material],
    same: _Same,
    *,
    weight: Callable[[Attachment], int] = lambda _: 0,
) -> Versions:
    """What counts among documents of one mail; where it is a guess, what has the greater `weight`."""
    ordered = sorted(together, key=_by_itself)
    versions: list[list[Material]] = []
    for material in ordered:
        for version in versions:
            if same(version[0].attachment, material.attachment):
                version.append(material)
                break
        else:
            versions.append([material])
    if len(versions) < 2:
        return Versions(tuple(ordered))
    place = latest([[_path(m.attachment) for m in version] for version in versions])
    if place is not None and _editable(versions[place]) >= max(map(_editable, versions)):
        counting = versions[place]
        return Versions(tuple(counting), tuple(m for m in ordered if m not in counting))
    guess = max(versions, key=lambda version: (_editable(version), weight(version[0].attachment)))
    return Versions(tuple(guess), rivals=tuple(ordered))


def _receipt(material: Material) -> tuple[float, str]:
    when = material.received_at.timestamp() if material.received_at else 0.0
    return when, material.raw_sha256


def _same_text(one: Attachment, other: Attachment) -> bool:
    """Whether two files hold one text: saved anew, or printed to PDF."""
    first, second = one.case_text, other.case_text
    if first is None or second is None or first.text_sha256 == second.text_sha256:
        return True
    printed = (one.kind == "pdf") != (other.kind == "pdf")
    return printed and _one_print(first, second)


def _one_print(first: CaseText, second: CaseText) -> bool:
    counts = sorted((first.body_count, second.body_count))
    alike = similarity(first.signature, second.signature) >= _SAME_PRINT
    return alike and counts[0] >= counts[1] * _SAME_PRINT


def _same_form(one: Attachment, other: Attachment) -> bool:
    """Whether nothing that two forms surely say differs."""
    first, second = one.form, other.form
    if first is None or second is None:
        return False
    printed = "pdf" in (one.kind, other.kind)
    whole = _whole(one), _whole(other)
    return all(
        _agree(first.fields[name], second.fields[name], whole=whole, printed=printed)
        for name in first.fields.keys() & second.fields.keys()
    )


def _agree(
    first: FieldValue, second: FieldValue, *, whole: tuple[bool, bool], printed: bool
) -> bool:
    if not (first.sure and second.sure):
        return True
    if first.ticked or second.ticked:
        return set(first.ticked) == set(second.ticked)
    one, other = normal_form(first.value), normal_form(second.value)
    if not one or not other:  # an empty cell differs, unless the file was not read to its end
        return one == other or not (whole[0] if not one else whole[1])
    if one == other:
        return True
    return printed and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME_PRINT


def _whole(attachment: Attachment) -> bool:
    return not attachment.lost and not attachment.problems


def _filled(attachment: Attachment) -> int:
    form = attachment.form or FormRecord(fields={})
    return sum(bool(value.value or value.ticked) for value in form.fields.values())


def _editable(version: Iterable[Material]) -> bool:
    """Whether it came as a Word file, which is what the call asks for; a PDF only stands in."""
    return any(material.attachment.kind != "pdf" for material in version)


def _by_itself(material: Material) -> tuple[int, str, str]:
    """An order that does not depend on the place in the mail."""
    attachment = material.attachment
    kind = attachment.kind
    word = WORD_KINDS.index(kind) if kind in WORD_KINDS else len(WORD_KINDS)
    return word, _path(attachment), attachment.sha256


def _path(attachment: Attachment) -> str:
    return f"{attachment.group or ''}/{attachment.filename or ''}"


def _called(material: Material) -> str:
    return material.attachment.filename or "未命名文件"
