"""`栏目=内容` as a person types it: the field that is meant, and a value that it can have."""

from __future__ import annotations

import unicodedata
from typing import Any

from inbox_ingest.campaigns import Campaign, FormField, squeeze
from inbox_ingest.checking.phones import dialable
from inbox_ingest.errors import UsageError
from inbox_ingest.reading.counting import count_characters

# Control characters, lone surrogates, private use, not assigned.
_NOBODY_TYPES = ("Cc", "Cs", "Co", "Cn")


def field_called(campaign: Campaign, name: str) -> FormField | None:
    """The field with this Chinese name, alias or key; spaces in it do not matter."""
    wanted = _plain(name)
    for form_field in campaign.form.fields:
        if wanted in (form_field.key, *map(_plain, form_field.labels)):
            return form_field
    return None


def field_value(campaign: Campaign, assignment: str) -> dict[str, Any]:
    """field, value, ticked and count, as a `fix` keeps them.

    Raises:
        UsageError: there is no such field, or it cannot hold that value.
    """
    name, separator, value = assignment.replace("＝", "=", 1).partition("=")
    if not separator:
        raise UsageError(
            f"“{assignment}”须写成 栏目=内容，如 电话=13900000000。",
            remedy='含空格或括号的内容请用引号括起来，如 "联系人=张三 李四"。',
        )
    form_field = field_called(campaign, name)
    if form_field is None:
        names = "、".join(known.name for known in campaign.form.fields)
        raise UsageError(f"申报表没有“{name.strip()}”这一栏。", remedy=f"可用的栏目：{names}。")
    text = _clean(value)
    if form_field.kind in ("phone", "email"):
        text = unicodedata.normalize("NFKC", text)  # contract §9: digits of half width
    if not text:
        raise UsageError(
            f"“{form_field.name}”的内容是空的。", remedy="要收回先前的改正，请用 ingest undo。"
        )
    ticked: tuple[str, ...] = ()
    if form_field.kind == "choice":
        text = _option(form_field, text)
        ticked = (text,)
    elif form_field.kind == "phone" and not dialable(text):
        raise UsageError(
            f"“{text}”不像能拨通的电话。",
            remedy="请写手机号、带区号的座机或集团短号，如 13900000000、025-84200000。",
        )
    elif form_field.kind == "email" and not _is_address(text):
        raise UsageError(f"“{text}”不像邮箱地址。", remedy="请写成 name@example.com 的样子。")
    count = count_characters(text)
    return {"field": form_field.name, "value": text, "ticked": ticked, "count": count}


def _plain(text: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", text))


def _clean(value: str) -> str:
    return "".join(c for c in value if unicodedata.category(c) not in _NOBODY_TYPES).strip()


def _option(form_field: FormField, text: str) -> str:
    for option in form_field.options:
        if _plain(option) == _plain(text):
            return option
    raise UsageError(
        f"“{form_field.name}”没有“{text}”这一项。", remedy=f"可选 {'、'.join(form_field.options)}。"
    )


def _is_address(text: str) -> bool:
    local, separator, domain = text.partition("@")
    return bool(local and separator and "." in domain) and not any(c.isspace() for c in text)
