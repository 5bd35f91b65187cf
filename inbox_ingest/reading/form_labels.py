"""The labels of a campaign's form as people write them: spaced out, numbered, annotated, joined."""

from __future__ import annotations

import re
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
_COLON = "[：:﹕︰]"
_FOLD = {"（": "[（(]", "）": "[）)]", "(": "[（(]", ")": "[）)]", "：": _COLON, ":": _COLON}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text that begins with a label: its fields (several where labels are joined), the rest.

    `notes` is what stands in brackets between label and rest.
    """

    fields: tuple[FormField, ...]
    rest: str
    setting: Setting
    notes: str = ""


class Labels:
    """All labels of one form, compiled."""

    def __init__(self, form: Form) -> None:
        self._fields = {squeeze(label): field for field in form.fields for label in field.labels}
        for label, field in list(self._fields.items()):
            bare = _BRACKETS.sub("", label)
            other = self._fields.get(bare)
            if field.kind == "stamped" and bare != label and other is not None and other != field:
                del self._fields[label]  # 单位（盖章）: the unit's own cell as often as the seal's
        names = sorted(self._fields, key=len, reverse=True)
        label = "|".join(_spaced(name) for name in names)
        hints = sorted({squeeze(hint) for field in form.fields for hint in field.hints}, key=len)
        hint = "|".join(_spaced(name) for name in reversed(hints)) or r"(?!)"
        notes = rf"(?P<notes>(?:{_SPACE}(?:{_NOTE}|(?:{hint})(?=\s|$|[：:])))*)"
        joined = rf"(?P<labels>(?:{label})(?:{_SPACE}{_AND}{_SPACE}(?:{label})(?![\w]))*)"
        self._start = re.compile(
            rf"^{_SPACE}[“\"【\[《]?{_NUMBER}{joined}[”\"】\]》]?{notes}"
            rf"(?P<set>{_SPACE}{_COLON}|[ \t\u3000]*\n|{_SPACE}$)?"
        )
        self._single = re.compile(label)
        self._within = re.compile(
            rf"(?:(?<=^)|(?<=[\s\u3000；;，,。]))(?P<labels>{label}){notes}{_SPACE}{_COLON}",
            re.MULTILINE,
        )

    def match(self, text: str) -> Labelled | None:
        """The label that `text` begins with, None where it begins with none."""
        found = self._start.match(text)
        if found is None:
            return None
        fields = self._fields_of(found.group("labels"))
        rest, notes = text[found.end() :].strip(), found.group("notes").strip()
        mark = found.group("set")
        if any(option in notes for field in fields for option in field.options):
            rest, notes = f"{notes[1:-1]} {rest}".strip(), ""  # 申报类型（☑甲 □乙）
        if not rest:
            return Labelled(fields, "", "alone", notes)
        if mark is None:
            return Labelled(fields, rest, "joined", notes)
        setting: Setting = "line" if mark.endswith("\n") else "colon"
        return Labelled(fields, rest, setting, notes)

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


def _spaced(label: str) -> str:
    return _SPACE.join(_FOLD.get(character) or re.escape(character) for character in label)
