"""Document → `FormRecord`: the answer to each field of the campaign's form, with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from inbox_ingest.campaigns import Campaign, FormField, squeeze
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Document, Paragraph, Table
from inbox_ingest.reading.form_choice import read_choice
from inbox_ingest.reading.form_labels import labels_of
from inbox_ingest.reading.form_lines import line_answers
from inbox_ingest.reading.form_region import FormRegion, find_form, is_form_title
from inbox_ingest.reading.form_tables import Answer, FormTable
from inbox_ingest.reading.form_values import cleaned, is_prompt, phone_digits
from inbox_ingest.records import Evidence, FieldValue, FormRecord

_NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[-— ]?\d{7,8}|\d{7,8})(?!\d)")
_AROUND = " 　\n,，;；、/()（）:："
_PHONE_WORDS = re.compile(
    r"(?:联系)?(?:电话|手机)(?:号码?)?|座机|固话|号码|联系人|姓名|微信|同号|同步"
)
_NAME = re.compile(
    r"[\u3400-\u9fff]{2,4}(?:(?:副?(?:主任|科长|处长|书记|经理|部长|局长))|同志|先生|女士|老师)?|[\u3400-\u9fff]+·[\u3400-\u9fff]+"
)
# What stands beside numbers and is nobody's name: an office, a way of dialling.
_NO_NAME = re.compile(
    r"^(?:详?见|同上|暂?无)|(?:办|室|科|处|部|局|中心|司|站|所|队|组|台|传真|短号|小号|总机|分机|内线|转|办公|移动|电信|联通)$"
)
_LEFT_OVER = 12  # 字: a longer text in a cell that is no label is something a person wrote


def parse_form(document: Document, campaign: Campaign, filename: str | None) -> FormRecord | None:
    """Read the form in a document; None where there is none.

    A document is a form where the campaign's title of the form and two of its labels stand in it,
    or most of the labels. `blank` is set where nothing at all was filled in.
    """
    region = find_form(document, campaign)
    return None if region is None else read_form(document, region, campaign, filename)


def read_form(
    document: Document, region: FormRegion, campaign: Campaign, filename: str | None
) -> FormRecord:
    """Read the form that `find_form` has found in a document."""
    reader = _Reader(document, campaign, filename)
    for answer in _answers(document, region, campaign):
        reader.take(answer)
    reader.mend(region)
    values = {
        form_field.name: reader.values[form_field.name]
        for form_field in campaign.form.fields
        if form_field.name in reader.values
    }
    return FormRecord(
        fields=values, blank=_blank(values, region, campaign), doubts=tuple(_doubts(region))
    )


def _doubts(region: FormRegion) -> Iterator[str]:
    """What a person has to look at, once the answers were read."""
    further = sum(table.further_rows for table in region.tables)
    if further:
        yield f"一张申报表中像列有{further + 1}个案例，只读取了第一个"


def _answers(document: Document, region: FormRegion, campaign: Campaign) -> Iterator[Answer]:
    for table in region.tables:
        for answer in table.answers():
            yield _with_nested(answer, document)
    paragraphs = [
        block
        for block in document.blocks[region.start : region.end]
        if isinstance(block, Paragraph)
    ]
    yield from line_answers(paragraphs, labels_of(campaign.form))


def _with_nested(answer: Answer, document: Document) -> Answer:
    """An empty answer whose cell holds a table: the table is the answer (pasted from elsewhere)."""
    if answer.text.strip():
        return answer
    for block in document.blocks:
        if isinstance(block, Table) and block.inside == answer.where:
            paragraphs = tuple(p for cell in block.cells for p in cell.paragraphs)
            text = "\n".join(paragraph.text for paragraph in paragraphs)
            return replace(answer, text=text, paragraphs=paragraphs)
    return answer


@dataclass(slots=True)
class _Reader:
    """Collects the values; the first answer that says something stands."""

    document: Document
    campaign: Campaign
    filename: str | None
    values: dict[str, FieldValue] = field(default_factory=dict)
    parts: dict[str, set[int]] = field(default_factory=dict)  # of labels, that were answered

    def take(self, answer: Answer) -> None:
        """Take an answer into the values of its fields."""
        for form_field, text in _divided(answer):
            value = self._value(form_field, text, answer)
            known = self.values.get(form_field.name)
            parts = self.parts.setdefault(form_field.name, set())
            if known is None or (_empty(known) and not _empty(value)):
                self.values[form_field.name] = value
            elif answer.part is None or _empty(value) or not parts or answer.part in parts:
                continue
            else:  # 案例概要 and 创新之处 in rows of their own are one answer
                self.values[form_field.name] = _both(known, value, form_field)
            if answer.part is not None and not _empty(value):
                parts.add(answer.part)

    def mend(self, region: FormRegion) -> None:
        """Find what stands in another place than its label promises."""
        for form_field in self.campaign.form.fields:
            known = self.values.get(form_field.name)
            if known is not None and not _empty(known):
                continue
            if form_field.kind == "choice":
                self._find_choice(form_field, region)
            elif form_field.kind == "phone":
                self._find_phone(form_field)
            elif form_field.key == "contact":
                self._find_contact(form_field)

    def _value(self, form_field: FormField, text: str, answer: Answer) -> FieldValue:
        if form_field.kind == "choice":
            choice = read_choice(answer.paragraphs, text, form_field.options, form_field.labels)
            value = choice.ticked[0] if len(choice.ticked) == 1 else None
            evidence = self._evidence(answer.where, sure=choice.sure)
            return FieldValue(
                value=value,
                ticked=choice.ticked,
                sure=choice.sure,
                count=count_characters(value or ""),
                evidence=evidence,
            )
        value = cleaned(text, form_field)
        return FieldValue(
            value=value,
            count=count_characters(value or ""),
            evidence=self._evidence(answer.where, sure=True),
        )

    def _evidence(self, where: str, *, sure: bool) -> Evidence:
        confidence = self.document.confidence if sure else min(0.5, self.document.confidence)
        return Evidence(
            file=self.filename, where=where, means=self.document.means, confidence=confidence
        )

    def _find_choice(self, form_field: FormField, region: FormRegion) -> None:
        """A choice whose label people changed: any cell or line that holds its options."""
        for where, paragraphs, text in _places(self.document, region):
            if sum(squeeze(option) in squeeze(text) for option in form_field.options) > 1:
                answer = Answer((form_field,), text, tuple(paragraphs), where)
                self.values[form_field.name] = self._value(form_field, text, answer)
                if not _empty(self.values[form_field.name]):
                    return

    def _find_phone(self, form_field: FormField) -> None:
        """A number that was written behind a name: `张三 138…` in the field for the person."""
        for other in self.campaign.form.fields:
            known = self.values.get(other.name)
            if other.key != "contact" or known is None or known.value is None:
                continue
            found = [match.group() for match in _NUMBER.finditer(phone_digits(known.value))]
            if not found:
                continue
            self.values[form_field.name] = FieldValue(
                value=" ".join(found), count=len(found), evidence=known.evidence
            )
            name = _NUMBER.sub("", phone_digits(known.value)).strip(_AROUND)
            if name:
                update = {"value": name, "count": count_characters(name)}
                self.values[other.name] = known.model_copy(update=update)

    def _find_contact(self, form_field: FormField) -> None:
        """A name that was written beside the number, in the field for it: `张三 138…`."""
        for other in self.campaign.form.fields:
            known = self.values.get(other.name)
            if other.kind != "phone" or known is None or known.value is None:
                continue
            names = _names_beside_numbers(known.value)
            if not names:
                continue
            value = "、".join(names)
            self.values[form_field.name] = FieldValue(
                value=value, count=count_characters(value), evidence=known.evidence
            )
            number = re.sub("|".join(names), " ", known.value)
            number = re.sub(r"[（(]\s*[)）]|\s+", " ", number).strip(_AROUND)
            update = {"value": number, "count": count_characters(number)}
            self.values[other.name] = known.model_copy(update=update)
            return


def _divided(answer: Answer) -> Iterator[tuple[FormField, str]]:
    """`联系人及电话`: numbers go to the field for numbers, the rest to the other."""
    phones = [form_field for form_field in answer.fields if form_field.kind == "phone"]
    if len(answer.fields) == 1 or not phones:
        for form_field in answer.fields:
            yield form_field, answer.text
        return
    text = phone_digits(answer.text)
    numbers = [match.group() for match in _NUMBER.finditer(text)]
    rest = _NUMBER.sub(" ", text)
    for form_field in answer.fields:
        if form_field.kind == "phone":
            yield form_field, " ".join(numbers)
        else:
            yield form_field, rest.strip(_AROUND)


def _places(
    document: Document, region: FormRegion
) -> Iterator[tuple[str, Sequence[Paragraph], str]]:
    for table in region.tables:
        for cell in table.table.cells:
            yield table.place(cell), cell.paragraphs, cell.text
    for block in document.blocks[region.start : region.end]:
        if isinstance(block, Paragraph):
            yield block.where, (block,), block.text


def _names_beside_numbers(text: str) -> list[str]:
    """The names in a text with telephone numbers; none where anything else stands there too."""
    if not _NUMBER.search(text):
        return []
    words = re.findall(r"[\u3400-\u9fff·]+", _PHONE_WORDS.sub(" ", _NUMBER.sub(" ", text)))
    named = all(_NAME.fullmatch(word) and not _NO_NAME.search(word) for word in words)
    return words if named else []


def _both(first: FieldValue, second: FieldValue, form_field: FormField) -> FieldValue:
    """The answers to two parts of a field's label as one, in the order in which they stand."""
    between = " " if form_field.limit is None else "\n"
    text = f"{first.value}{between}{second.value}"
    return first.model_copy(update={"value": text, "count": first.count + second.count})


def _empty(value: FieldValue) -> bool:
    return value.value is None and not value.ticked


def _blank(values: dict[str, FieldValue], region: FormRegion, campaign: Campaign) -> bool:
    """Whether nobody filled anything in: no answer, and no other text of any length in a cell."""
    for form_field in campaign.form.fields:
        value = values.get(form_field.name)
        if value is not None and form_field.kind != "stamped" and not _empty(value):
            return False
    return not any(_written(table, campaign) for table in region.tables)


def _written(table: FormTable, campaign: Campaign) -> bool:
    for cell in table.left_over():
        text = cell.text.strip()
        if is_form_title(text, campaign.form) or any(
            is_prompt(text, form_field) for form_field in campaign.form.fields
        ):
            continue
        if count_characters(text) > _LEFT_OVER or _NUMBER.search(text):
            return True
    return False
