"""A campaign file becomes a `Campaign`, or every mistake in it is reported at once with its place.

All that a call for papers fixes is data: window, form fields, documents, sections, limits, issue
texts. `rules/issues.toml` holds the issue codes of contract §6 with their audience, severity and
wording; a campaign file may override any of them under `[issues.<code>]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, cast

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from inbox_ingest.campaign_files import bytes_of, campaign_sha256, issue_texts
from inbox_ingest.campaign_mistakes import ID_PATTERN, KEY_PATTERN, told
from inbox_ingest.campaign_numbers import CaseNumbers
from inbox_ingest.campaign_window import Window
from inbox_ingest.campaign_wording import checked_wording
from inbox_ingest.errors import CampaignError, Mistake, toml_mistake
from inbox_ingest.records import Audience, Frozen, IssueCode, Role, Severity

FieldKind = Literal["text", "choice", "phone", "email", "stamped"]
STANDARD_KEYS = ("title", "unit", "type", "contact", "phone", "summary")


class FormField(Frozen):
    """One field of the form: its Chinese name, the labels people write for it, what it must hold.

    `key` is one of `title unit type contact phone summary` (contract §8), or a name of the
    campaign's own. `limit` is in 字. `stamped` fields are filled on the stamped copy, unchecked.
    """

    name: str = Field(min_length=1)
    key: str = Field(pattern=KEY_PATTERN)
    kind: FieldKind = "text"
    aliases: tuple[str, ...] = ()
    required: bool = True
    options: tuple[str, ...] = Field(default=(), validate_default=True)
    limit: int | None = Field(default=None, gt=0)
    hints: tuple[str, ...] = ()  # printed in the empty cell or beside the label: no answer

    @field_validator("options")
    @classmethod
    def _options_fit_kind(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")  # None where the kind itself is wrong
        if kind == "choice" and len(value) < 2:
            raise ValueError('kind = "choice" 时 options 至少两项')
        if kind not in ("choice", None) and value:
            raise ValueError('options 只用于 kind = "choice"')
        return value

    @property
    def labels(self) -> tuple[str, ...]:
        """The name and every alias."""
        return (self.name, *self.aliases)


def _doubles(values: Sequence[tuple[str, str]]) -> str:
    """Values (each with the name of what it belongs to) that stand twice, and where; else empty."""
    owners: dict[str, list[str]] = {}
    for value, owner in values:
        owners.setdefault(squeeze(value), []).append(owner)
    return "、".join(
        f"{value}（见于{'、'.join(f'“{owner}”' for owner in found)}）"
        for value, found in sorted(owners.items())
        if len(found) > 1
    )


class Form(Frozen):
    """The application form: headings that tell it from other files, and its fields."""

    titles: tuple[str, ...] = Field(min_length=1)
    fields: tuple[FormField, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_doubles(self) -> Self:
        for what, values in (
            ("字段名", [(field.name, field.name) for field in self.fields]),
            ("key", [(field.key, field.name) for field in self.fields]),
            ("标签", [(label, field.name) for field in self.fields for label in field.labels]),
        ):
            doubles = _doubles(values)
            if doubles:
                raise ValueError(f"{what}重复：{doubles}")
        return self

    def by_key(self, key: str) -> FormField | None:
        """The field with this key, or None where the campaign has none."""
        return next((field for field in self.fields if field.key == key), None)

    def by_name(self, name: str) -> FormField | None:
        """The field with this Chinese name, or None."""
        return next((field for field in self.fields if field.name == name), None)


class Section(Frozen):
    """A section that the case text must have. An `appendix` may be a file of its own."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    appendix: bool = False
    required: bool = True

    @property
    def labels(self) -> tuple[str, ...]:
        """The name and every alias."""
        return (self.name, *self.aliases)


class Text(Frozen):
    """The case text: limits in 字, sections in the notice's order, what counts (contract §2)."""

    titles: tuple[str, ...] = ()
    limit: int | None = Field(default=None, gt=0)
    body_name: str = "正文"
    abstract_name: str = "摘要"
    abstract_aliases: tuple[str, ...] = ()
    abstract_limit: int | None = Field(default=None, gt=0)
    sections: tuple[Section, ...] = ()
    ordered: bool = True
    count_headings: bool = True
    count_tables: bool = True
    count_text_boxes: bool = True
    count_abstract: bool = False
    count_appendix: bool = False

    @model_validator(mode="after")
    def _no_doubles(self) -> Self:
        doubles = _doubles(
            [(label, section.name) for section in self.sections for label in section.labels]
        )
        if doubles:
            raise ValueError(f"章节名称或别名重复：{doubles}")
        return self


class RequiredDocument(Frozen):
    """A document every case needs, and the issue raised where it is missing."""

    role: Role
    issue: IssueCode
    names: tuple[str, ...] = ()  # words in file names that point to this role


class Contact(Frozen):
    """An organiser whom senders may ring."""

    name: str
    phone: str


class Assembly(Frozen):
    """How far apart in time files of one sender may be joined by their roles alone."""

    complementary_hours: int = Field(default=72, ge=0)
    title_similarity: float = Field(default=0.92, gt=0.5, le=1.0)
    text_similarity: float = Field(default=0.80, gt=0.5, le=1.0)


class Replies(Frozen):
    """When senders are answered. `mode` is what a person allows: hold, auto, off.

    At most `per_period` letters go out in any `period_minutes`, however many passes there are.
    """

    mode: Literal["hold", "auto", "off"] = "hold"
    quiet_minutes: int = Field(default=10, ge=0)
    reminder_days: int | None = Field(default=None, gt=0)
    to_form_email: bool = False
    per_recipient_per_day: int = Field(default=5, gt=0)
    per_pass: int = Field(default=30, gt=0)
    per_period: int = Field(default=30, gt=0)
    period_minutes: int = Field(default=15, gt=0)
    seconds_between: float = Field(default=5.0, ge=0)


# Contract §6: what only the organiser is told. Said to a sender it would blame them for our own
# doubts, or name what only people here can see. The other way round a campaign may be more careful.
# fmt: off
_ORGANISERS_OWN = frozenset((
    "seal-unverified", "received-late", "correction-late", "title-mismatch", "unit-mismatch",
    "possible-duplicate", "assembly-unsure", "reader-missing", "low-confidence", "suspicious-file",
))
# fmt: on


class IssueRule(Frozen):
    """Audience, severity and wording of one issue code.

    `text` states the finding, `advice` tells the sender how to mend it, `appendix_advice` what else
    may be done where the section is an appendix. Placeholders are
    `{field} {measured} {limit} {expires} {detail}`.
    """

    audience: Audience
    severity: Severity
    text: str = Field(min_length=1)
    advice: str = ""
    appendix_advice: str = ""

    @field_validator("text", "advice", "appendix_advice")
    @classmethod
    def _known_placeholders(cls, value: str) -> str:
        return checked_wording(value)


class Campaign(Frozen):
    """Everything one call for papers fixes. Made by `load_campaign`, never by hand."""

    id: str = Field(pattern=ID_PATTERN)
    title: str = Field(min_length=1)
    organiser: str = Field(min_length=1)
    mailbox: str | None = None
    contacts: tuple[Contact, ...] = ()
    window: Window
    form: Form
    text: Text = Text()
    documents: tuple[RequiredDocument, ...]
    cities: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unit_suffixes: tuple[str, ...] = ()
    confidence_threshold: float = Field(default=0.85, ge=0, le=1)
    numbers: CaseNumbers = CaseNumbers()
    assembly: Assembly = Assembly()
    replies: Replies = Replies()
    issues: dict[IssueCode, IssueRule]
    sha256: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [code.value for code in IssueCode if code not in self.issues]
        if missing:
            raise ValueError(f"缺少问题代码的说明：{'、'.join(missing)}")
        roles = [document.role for document in self.documents]
        if len(set(roles)) != len(roles):
            raise ValueError("documents 中同一 role 出现两次")
        return self

    def requires(self, role: Role) -> bool:
        """Whether every case needs a document of this role."""
        return any(document.role == role for document in self.documents)


def squeeze(text: str) -> str:
    """`text` without any white space: labels are compared so (`联 系 人` is 联系人)."""
    return "".join(text.split())


def load_campaign(path: Path) -> Campaign:
    """Read and check a campaign file.

    Raises:
        CampaignError: with every mistake in the file, each under its dotted key.
    """
    shared = _parse(issue_texts())
    data = _parse(path)
    issues = dict(cast(Mapping[str, Any], shared["issues"]))
    own = data.get("issues", {})
    mistakes: list[Mistake] = []
    if isinstance(own, Mapping):
        for code, change in own.items():
            if code not in issues:
                mistakes.append(Mistake(f"issues.{code}", "不是已知的问题代码"))
            elif isinstance(change, Mapping):
                issues[code] = {**issues[code], **change}
            else:
                mistakes.append(Mistake(f"issues.{code}", "须是一张表"))
    else:
        mistakes.append(Mistake("issues", "须是一张表"))
    mistakes += [
        Mistake(f"issues.{code}.audience", '这类问题只告诉工作人员，须是 "organiser"')
        for code, rule in issues.items()
        if code in _ORGANISERS_OWN and rule.get("audience") == "sender"
    ]
    data = {**data, "issues": issues}
    try:
        campaign = Campaign.model_validate(data)
    except ValidationError as error:
        raise CampaignError(path, [*mistakes, *told(error)]) from error
    if mistakes:
        raise CampaignError(path, mistakes)
    return campaign.model_copy(update={"sha256": campaign_sha256(path)})


def _parse(path: Path) -> dict[str, Any]:
    text = ""
    try:
        text = bytes_of(path).decode("utf-8-sig")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise CampaignError(path, [Mistake("文件", "须以 UTF-8 编码保存")]) from error
    except tomllib.TOMLDecodeError as error:
        raise CampaignError(path, [Mistake("文件", toml_mistake(error, text))]) from error
