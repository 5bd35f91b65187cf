"""A form written as plain lines (`案例名称：…`) → the answer to each label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from inbox_ingest.campaigns import FormField
from inbox_ingest.reading.document import Paragraph
from inbox_ingest.reading.form_labels import Labels
from inbox_ingest.reading.form_tables import Answer
from inbox_ingest.reading.form_values import cleaned

_OTHER_LABEL = re.compile(
    r"^[（(]?[一二三四五六七八九十\d]{0,2}[）)、．.]?\s*[\u3400-\u9fff\s]{2,12}[:：]"
)
_STAMPED_LINES = 6  # 同意申报, 盖章, date: what follows is no longer the opinion


@dataclass(slots=True)
class _Open:
    """An answer that may go on in the next paragraphs."""

    fields: tuple[FormField, ...]
    texts: list[str]
    paragraphs: list[Paragraph] = field(default_factory=list)
    part: int | None = None

    def takes(self, text: str, labels: Labels) -> bool:
        """Whether a paragraph without a label of its own still belongs to this answer."""
        last = self.fields[-1]
        if last.kind == "stamped":
            return len(self.texts) < _STAMPED_LINES and len(text) < 60
        if last.limit is not None:
            return True
        if last.kind == "choice":
            return any(option in text for option in last.options)
        if _OTHER_LABEL.match(text) is not None:
            return False
        return len(self.texts) < _STAMPED_LINES and cleaned("\n".join(self.texts), last) is None

    def answer(self) -> Answer:
        """The answer as it now stands."""
        text = "\n".join(self.texts)
        return Answer(
            self.fields, text, tuple(self.paragraphs), self.paragraphs[0].where, self.part
        )


def line_answers(paragraphs: Sequence[Paragraph], labels: Labels) -> Iterator[Answer]:
    """The answers in these paragraphs; a paragraph without a label goes on with the one before."""
    open_answer: _Open | None = None
    for paragraph in paragraphs:
        begun = _begun(paragraph.text, labels)
        label = labels.match(paragraph.text)
        if not begun and open_answer is not None and open_answer.part is not None:
            label = labels.part(paragraph.text)
            if label is not None and label.fields == open_answer.fields:
                begun = [(label.fields, label.rest)]
        if not begun:
            if open_answer is not None:
                if open_answer.takes(paragraph.text, labels):
                    open_answer.texts.append(paragraph.text)
                    open_answer.paragraphs.append(paragraph)
                else:
                    yield open_answer.answer()
                    open_answer = None
            continue
        if open_answer is not None:
            yield open_answer.answer()
        *done, last = begun
        for fields, text in done:
            yield Answer(fields, text, (paragraph,), paragraph.where)
        open_answer = _Open(last[0], [last[1]], [paragraph], label.part if label else None)
    if open_answer is not None:
        yield open_answer.answer()


def begins_with_label(text: str, labels: Labels) -> tuple[FormField, ...]:
    """The fields whose labels stand in this line, set off by a colon or alone."""
    return tuple(field for fields, _ in _begun(text, labels) for field in fields)


def _begun(text: str, labels: Labels) -> list[tuple[tuple[FormField, ...], str]]:
    found = labels.match(text)
    if found is not None and found.setting in ("alone", "line"):
        return [(found.fields, found.rest)]
    segments = labels.segments(text)
    if found is not None and found.setting == "colon":
        first = found.fields
        if len(first) > 1 or first[0].limit is not None or first[0].kind == "stamped":
            return [(first, found.rest)]
        if not segments or segments[0][0] not in first:
            segments = [(first[0], found.rest), *segments]
        return [((field,), value) for field, value in segments]
    if found is not None and found.setting == "joined" and _spaced_out(text):
        return [(found.fields, found.rest)]
    return [((field,), value) for field, value in segments] if len(segments) > 1 else []


def _spaced_out(text: str) -> bool:
    """`案例名称    红色引擎`: a tab or several spaces stand where others write a colon."""
    return re.match(r"^\s*\S{2,16}(?:\t|[ \u3000]{2,})\s*\S", text) is not None
