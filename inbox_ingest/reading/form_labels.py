"""The labels of a campaign's form as people write them: spaced out, numbered, annotated, joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from inbox_ingest.campaigns import Form, FormField, squeeze

# How the text after a label is set off from it; `joined` is by nothing at all.
Setting = Literal["alone", "colon", "line", "joined"]

_SPACE = r"[\s\u3000]{0,40}"  # bounded: what senders write must not cost us more than its length
_NUMBER = r"(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、．.]\s*|[*＊●■◆★▲·]\s*)?"
_NOTE = r"[（(【\[](?![\s√✓✔☑☒□☐×]*[）)】\]])[^（）()【】\[\]]{0,60}[）)】\]]"
_LONGEST_ENDING = 10
_BRACKETS = re.compile(r"[（(][^）)]*[）)]$")
_AND = r"(?:及|和|与|、|/|／|，|,|;|；|或|\s)"
_BETWEEN_PARTS = re.compile(r"以及|[和与及、/／]")
_COLON = "[：:﹕︰]"
_FOLD = {"（": "[（(]", "）": "[）)]", "(": "[（(]", ")": "[）)]", "：": _COLON, ":": _COLON}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text that begins with a label: its fields (several where labels are joined), the rest.

    `notes` is what stands in brackets between label and rest. `part` is set where the label is only a
    part of its field's (创新之处 of 案例概要和创新之处): its place in it.
    """

    fields: tuple[FormField, ...]
    rest: str
    setting: Setting
    notes: str = ""
    part: int | None = None


class Labels:
    """All labels of one form, compiled."""

    def __init__(self, form: Form) -> None:
        self._fields = {squeeze(label): field for field in form.fields for label in field.labels}
        for label, field in list(self._fields.items()):
            bare = _BRACKETS.sub("", label)
            other = self._fields.get(bare)
            if field.kind == "stamped" and bare != label and other is not None and other != field:
                del self._fields[label]  # 单位（盖章）: the unit's own cell as often as the seal's
        self._parts = _parts_of(self._fields)
        label = _any_of(self._fields)
        hints = sorted({squeeze(hint) for field in form.fields for hint in field.hints}, key=len)
        hint = "|".join(_spaced(name) for name in reversed(hints)) or r"(?!)"
        notes = rf"(?P<notes>(?:{_SPACE}(?:{_NOTE}|(?:{hint})(?=\s|$|[：:])))*)"
        joined = rf"(?P<labels>(?:{label})(?:{_SPACE}{_AND}{_SPACE}(?:{label})(?![\w]))*)"
        before = rf"^{_SPACE}[“\"【\[《]?{_NUMBER}"
        after = rf"[”\"】\]》]?{notes}(?P<set>{_SPACE}{_COLON}|[ \t\u3000]*\n|{_SPACE}$)"
        self._start = re.compile(f"{before}{joined}{after}?")
        self._start_of_part = re.compile(f"{before}(?P<labels>{_any_of(self._parts)}){after}")
        self._single = re.compile(label)
        self._within = re.compile(
            rf"(?:(?<=^)|(?<=[\s\u3000；;，,。]))(?P<labels>{label}){notes}{_SPACE}{_COLON}",
            re.MULTILINE,
        )

    def match(self, text: str) -> Labelled | None:
        """The label that `text` begins with, None where it begins with none."""
        found = self._start.match(text)
        return None if found is None else self._labelled(found, text)

    def part(self, text: str) -> Labelled | None:
        """The part of a label that `text` begins with, alone or set off; None where it does not."""
        found = self._start_of_part.match(text)
        return None if found is None else self._labelled(found, text)

    def _labelled(self, found: re.Match[str], text: str) -> Labelled:
        label = squeeze(found.group("labels"))
        field, part = self._parts.get(label, (None, None))
        fields = self._fields_of(label) if field is None else (field,)
        rest, notes = text[found.end() :].strip(), found.group("notes").strip()
        mark = found.group("set")
        if any(option in notes for field in fields for option in field.options):
            rest, notes = f"{notes[1:-1]} {rest}".strip(), ""  # 申报类型（☑甲 □乙）
        if not rest:
            return Labelled(fields, "", "alone", notes, part)
        if mark is None:
            return Labelled(fields, rest, "joined", notes, part)
        setting: Setting = "line" if mark.endswith("\n") else "colon"
        return Labelled(fields, rest, setting, notes, part)

    def ending(self, text: str) -> Labelled | None:
        """A short text that ends with a label: 办公电话, 单位联系人."""
        bare = squeeze(_BRACKETS.sub("", squeeze(text).rstrip("：:")))
        if not 2 < len(bare) <= _LONGEST_ENDING:
            return None
        field = next((f for label, f in self._fields.items() if bare.endswith(label)), None)
        return None if field is None else Labelled((field,), "", "alone")

    def segments(self, text: str) -> list[tuple[FormField, str]]:
        """`联系人：张三  电话：138…` → each label that has a colon, with the text up to the next."""
        found = list(self._within.finditer(text))
        ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
        return [
            (self._fields[squeeze(match.group("labels"))], text[match.end() : end].strip())
            for match, end in zip(found, ends, strict=True)
        ]

    def _fields_of(self, labels: str) -> tuple[FormField, ...]:
        whole = self._fields.get(squeeze(labels))
        if whole is not None:
            return (whole,)
        names = (squeeze(match.group()) for match in self._single.finditer(labels))
        return tuple(dict.fromkeys(self._fields[name] for name in names))


@lru_cache(maxsize=8)
def labels_of(form: Form) -> Labels:
    """The compiled labels of a form."""
    return Labels(form)


def _any_of(labels: Iterable[str]) -> str:
    """A pattern for any of these, the longest first."""
    return "|".join(map(_spaced, sorted(labels, key=len, reverse=True))) or r"(?!)"


def _parts_of(fields: Mapping[str, FormField]) -> dict[str, tuple[FormField, int]]:
    """The parts of labels that ask for several things in one field, each with its place there.

    What is a label of another field, or a part of one's label, is nobody's part.
    """
    parts: dict[str, tuple[FormField, int]] = {}
    shared: set[str] = set()
    for label, field in fields.items():
        pieces = _BETWEEN_PARTS.split(_BRACKETS.sub("", label))
        if field.kind != "text" or len(pieces) < 2 or min(map(len, pieces)) < 2:
            continue
        for place, piece in enumerate(pieces):
            owner = parts.setdefault(piece, (field, place))[0]
            if owner != field or fields.get(piece, field) != field:
                shared.add(piece)
    return {piece: owned for piece, owned in parts.items() if piece not in shared}


def _spaced(label: str) -> str:
    return _SPACE.join(_FOLD.get(character) or re.escape(character) for character in label)
