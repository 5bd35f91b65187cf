"""Tables of a form → the answer to each label, whichever way people laid the table out.

The answer stands to the right of its label, under it, or in the same cell; a label may span several
rows of answers. Where both right and below are possible, the reading that makes sense for more
labels of the row wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inbox_ingest.campaigns import FormField, squeeze
from inbox_ingest.reading.document import Cell, Paragraph, Table
from inbox_ingest.reading.form_labels import Labelled, Labels
from inbox_ingest.reading.form_sense import only_prompts, says_something, sense_of
from inbox_ingest.reading.form_values import cleaned
from inbox_ingest.records import EMPTY_BOX

_WORDS = 6  # 字 that may stand behind a label without being its answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The raw text given for some fields (several where their labels are joined), and its place.

    `part` is set where it answers only a part of the field's label.
    """

    fields: tuple[FormField, ...]
    text: str
    paragraphs: tuple[Paragraph, ...]
    where: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A cell that begins with a label."""

    cell: Cell
    found: Labelled

    @property
    def alone(self) -> bool:
        """Whether the cell holds nothing but the label."""
        return self.found.setting == "alone"


class FormTable:
    """One table read as (part of) a form."""

    def __init__(self, table: Table, labels: Labels) -> None:
        self.table = table
        self._labels = labels
        self._at: dict[tuple[int, int], Cell] = {}
        for cell in table.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self._at.setdefault((row, column), cell)
        self._found: dict[int, Label] = {}
        self._endings: list[Label] = []
        for cell in table.cells:
            found = labels.match(cell.text) or labels.part(cell.text)
            if found is not None:
                self._found[id(cell)] = Label(cell, found)
            if found is None or found.setting == "joined":
                ending = labels.ending(cell.text)
                if ending is not None:
                    self._endings.append(Label(cell, ending))
        self._used: set[int] = set()
        # Cases in a list of several beyond the first, which alone is read; known after `answers`.
        self.further_rows = 0

    @property
    def fields(self) -> set[str]:
        """The names of the fields whose labels stand in cells of their own, or before a colon."""
        strong = [label for label in self._found.values() if label.found.setting != "joined"]
        return {field.name for label in strong for field in label.found.fields}

    @property
    def loose_fields(self) -> set[str]:
        """The names of all fields, those too whose labels run into their answers."""
        return {field.name for label in self._found.values() for field in label.found.fields}

    def answers(self) -> Iterator[Answer]:
        """The answers: plain labels in reading order, then labels that run into their answers, then
        cells that only end with a label. Whoever takes them keeps the first that says something.
        """
        self._used = {id(label.cell) for label in self._found.values() if label.alone}
        late: list[Label] = []
        for row in self._rows():
            alone = [
                self._found[id(cell)]
                for cell in row
                if (label := self._found.get(id(cell))) is not None and label.alone
            ]
            below = self._below_reads_better(alone)
            further = self._further_rows(alone) if below else 0
            self.further_rows = max(self.further_rows, further)
            for cell in row:
                label = self._found.get(id(cell))
                if label is None or (not label.alone and id(cell) in self._used):
                    continue
                if label.found.setting == "joined":
                    late.append(label)
                elif label.alone:
                    yield self._beside(label, below=below)
                else:
                    yield from self._within(label)
        for label in late:
            if id(label.cell) in self._used:
                continue
            if self._heads(label):
                yield self._beside(label, below=False)
            else:
                yield from self._within(label)
        for label in self._endings:
            if id(label.cell) not in self._used:
                yield self._beside(label, below=False)

    def left_over(self) -> Iterator[Cell]:
        """The cells that are neither label nor answer, once `answers` has run."""
        for cell in self.table.cells:
            if id(cell) not in self._used and cell.text.strip():
                yield cell

    def place(self, cell: Cell) -> str:
        """Where a cell is, for people."""
        return f"{self.table.where} 第{cell.row + 1}行第{cell.column + 1}列"

    # --- one label --------------------------------------------------------------------------

    def _within(self, label: Label) -> Iterator[Answer]:
        """Label and answer in one cell, perhaps with further labels and answers behind."""
        self._used.add(id(label.cell))
        text, where = label.cell.text, self.place(label.cell)
        segments = self._labels.segments(text)
        if label.found.setting == "colon" and len({field.name for field, _ in segments}) > 1:
            fields = label.found.fields
            if len(fields) == 1 and fields[0].limit is None and fields[0].kind != "stamped":
                for field, value in segments:
                    yield Answer((field,), value, label.cell.paragraphs, where)
                return
        rest = label.found.rest
        if all(cleaned(rest, field) is None for field in label.found.fields):
            beside = self._beside(label, below=False)
            if beside.text.strip():
                yield beside
                return
        yield Answer(label.found.fields, rest, label.cell.paragraphs, where, label.found.part)

    def _heads(self, label: Label) -> bool:
        """Whether a label with a few more words (联系人及职务) is the label of the next cell."""
        if len(squeeze(label.found.rest)) > _WORDS:
            return False
        cells = self._right_of(label)
        unlabelled = all(self._found.get(id(cell)) is None for cell in cells)
        said = unlabelled and says_something(cells, label.found.fields)
        return said or re.match(r"[及和与、/／（(]", label.found.rest) is not None

    def _beside(self, label: Label, *, below: bool) -> Answer:
        fields = label.found.fields
        cells = [] if below else self._right_of(label)
        if not says_something(cells, fields):
            under = self._under(label)
            if below or says_something(under, fields) or not cells:
                cells = under or cells
        for cell in cells:
            self._used.add(id(cell))
        where = self.place(cells[0] if cells else label.cell)
        paragraphs = tuple(paragraph for cell in cells for paragraph in cell.paragraphs)
        return Answer(fields, self._joined(cells, fields), paragraphs, where, label.found.part)

    def _joined(self, cells: Sequence[Cell], fields: Sequence[FormField]) -> str:
        """The texts of the cells, one a line.

        Where options and their ticks have cells of their own, an empty one is an empty box.
        """
        options = [squeeze(option) for field in fields for option in field.options]
        text = "\n".join(cell.text.strip() for cell in cells)
        if sum(option in squeeze(text) for option in options) > 1:
            return "\n".join(cell.text.strip() or EMPTY_BOX for cell in cells)
        values = dict.fromkeys(cell.text.strip() for cell in cells)
        return "\n".join(self._unlabelled(value, fields) for value in values if value)

    def _unlabelled(self, text: str, fields: Sequence[FormField]) -> str:
        """An answer that repeats its own label."""
        again = self._labels.match(text)
        if again is None or again.setting not in ("colon", "line"):
            return text
        same = len(fields) == 1 and again.fields == tuple(fields) and fields[0].limit is None
        if (
            same and fields[0].kind == "phone"
        ):  # 手机： beside 电话 tells which, and stays as written
            same = squeeze(fields[0].name) in squeeze(text[: len(text) - len(again.rest)])
        return again.rest if same else text

    # --- neighbours -------------------------------------------------------------------------

    def _right_of(self, label: Label) -> list[Cell]:
        """The cells of the answer: the next one in each row that the label spans; for a choice all."""
        cell, fields = label.cell, label.found.fields
        cells: list[Cell] = []
        for row in range(cell.row, cell.row + cell.row_span):
            line = list(self._until_label(cell, row, fields))
            while len(line) > 1 and only_prompts(line[0], fields):
                line.pop(0)
            if len(line) > 1 and not any(field.kind == "choice" for field in fields):
                said = [other for other in line if other.text.strip(" \t\n:：")]
                line = said if len(line) == 2 and line[0] not in said else line[:1]
            cells += [other for other in line if other not in cells]
        return cells

    def _until_label(self, cell: Cell, row: int, fields: Sequence[FormField]) -> Iterator[Cell]:
        column = cell.column + cell.column_span
        seen: set[int] = set()
        while (other := self._at.get((row, column))) is not None:
            found = self._found.get(id(other))
            if found is not None and found.found.setting != "joined":
                own = len(fields) == 1 and found.found.fields == tuple(fields)
                if not own or found.alone:
                    return
            if id(other) not in seen:
                seen.add(id(other))
                yield other
            column = other.column + other.column_span

    def _under(self, label: Label) -> list[Cell]:
        """The cell of the answer below; one that only says what to write is passed over."""
        cell = label.cell
        other = self._below(cell)
        if other is not None and only_prompts(other, label.found.fields):
            other = self._below(other) or other
        return [] if other is None else [other]

    def _below(self, cell: Cell) -> Cell | None:
        other = self._at.get((cell.row + cell.row_span, cell.column))
        if other is None or other.column != cell.column or id(other) in self._used:
            return None
        found = self._found.get(id(other))
        return None if found is not None and found.found.setting != "joined" else other

    def _below_reads_better(self, labels: Sequence[Label]) -> bool:
        """Whether this row is a line of headings with its answers in the next row."""
        if not labels or any(not self._under(label) for label in labels):
            return False
        right = [self._right_of(label) for label in labels]
        if len(labels) > 1 and not all(right):
            return True
        return sum(sense_of(self._under(x), x.found.fields) for x in labels) > sum(
            sense_of(cells, x.found.fields) for cells, x in zip(right, labels, strict=True)
        )

    def _further_rows(self, labels: Sequence[Label]) -> int:
        """How many rows under a line of headings and its answers name a case and answer most headings."""
        further = 0
        row = max(_end(cell) for label in labels for cell in self._under(label))
        while True:
            said = [
                (cell, label.found.fields)
                for label in labels
                if (cell := self._at.get((row, label.cell.column))) is not None
                and cell.row == row
                and id(cell) not in self._found
                and says_something([cell], label.found.fields)
            ]
            named = any(field.key == "title" for _, fields in said for field in fields)
            if not named or len(said) <= len(labels) / 2:
                return further
            further += 1
            row = max(_end(cell) for cell, _ in said)

    def _rows(self) -> Iterable[list[Cell]]:
        rows: dict[int, list[Cell]] = {}
        for cell in self.table.cells:
            rows.setdefault(cell.row, []).append(cell)
        return rows.values()


def _end(cell: Cell) -> int:
    """The row after a cell."""
    return cell.row + cell.row_span
