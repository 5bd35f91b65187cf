"""What people wrote into a form, without what the form itself prints there."""

from __future__ import annotations

import re
from functools import lru_cache

from inbox_ingest.campaigns import FormField, squeeze

_RULED = re.compile(r"[_＿﹍▁]{2,}|[＿﹍]")
_NOTE = r"[（(【\[][^（）()【】\[\]\n]{0,40}[）)】\]]"
_LIMIT_NOTE = re.compile(
    rf"^\s*(?=[（(【\[][^）)】\]]{{0,30}}\d{{1,5}}\s*字)(?:{_NOTE})[：:\s]*|\s*(?=[（(【\[][^）)】\]]{{0,30}}\d{{1,5}}\s*字)(?:{_NOTE})\s*$"
)
_PROMPT = re.compile(
    r"^[（(【\[<《〈“]?(?:"
    r"请(?:填|输|选|在|勾|注|简|用|按|如实|于|打|写|认真|控制)|(?:单击|点击|轻触|双击|此处|在此|在这里)"
    r"|(?:click|tap)|(?:必填|选填|填写|限填|键入|输入)|(?:限|不超过|不少于|约)\d+字"
    r").{0,40}$",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^[\W_]*$|^[xX×＊*○〇]+$")
_STAMP_WORDS = re.compile(
    r"[（(]?(?:加?盖\s*公?\s*章|签\s*章|公\s*章|签字|盖章处)[）)]?|\d{0,4}\s{0,9}[年月日]|\s"
)
_OTHER_LABEL = re.compile(r"(?:(?<=[ \u3000]{2})|\t)[\u3400-\u9fff]{2,8}[:：]")
_PHONE_WORDS = re.compile(r"手机|电话|座机|固话|办公|移动|短号|小号|总机|分机")
_NOT_WORD = re.compile(r"[\W_]+")
_FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_NAME_WITH_SPACE = re.compile(r"^[\u3400-\u9fff]\s+[\u3400-\u9fff]$")
_EAST = r"[\u2e80-\u9fff\uff01-\uff60“”‘’—·]"
_BROKEN_LINE = re.compile(rf"(?<={_EAST})[ \t\u3000]*\n\s*(?={_EAST})")


def cleaned(text: str, field: FormField) -> str | None:
    """`text` as the answer to `field`, None where it is no answer.

    Rulings, printed hints and prompts are taken off; a value that is nothing else is none.
    """
    text = _RULED.sub(" ", text)
    text = "\n".join(line.strip() for line in text.split("\n")).strip()
    text = _LIMIT_NOTE.sub("", _LIMIT_NOTE.sub("", text)).strip()
    text = _without_hints(text, field)
    if field.kind not in ("stamped", "choice") and field.limit is None:
        text = _before_other_label(text, field)
    if not text or _NOTHING.match(text) or is_prompt(text, field):
        return None
    if not _STAMP_WORDS.sub("", text).strip("：: 　"):
        return None
    return text if field.limit is not None else _on_one_line(text, field)


def _before_other_label(text: str, field: FormField) -> str:
    """`text` up to another label behind a gap; 手机： behind the first number is none."""
    for found in _OTHER_LABEL.finditer(text):
        if field.kind != "phone" or not _PHONE_WORDS.search(found.group()):
            return text[: found.start()].strip()
    return text


def is_prompt(text: str, field: FormField) -> bool:
    """Whether `text` only says what to write there."""
    bare = squeeze(text)
    plain = _NOT_WORD.sub("", bare)
    return plain in _printed(field.hints, field.labels) or (
        len(bare) <= 45 and _PROMPT.match(bare) is not None
    )


@lru_cache(maxsize=256)
def _printed(hints: tuple[str, ...], labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_NOT_WORD.sub("", squeeze(word)) for word in (*hints, *labels))


def phone_digits(text: str) -> str:
    """`text` with full-width digits made half-width (contract §9)."""
    return text.translate(_FULL_WIDTH_DIGITS)


def _without_hints(text: str, field: FormField) -> str:
    """Hints that stand as a line of their own before or after the answer."""
    lines = text.split("\n")
    while lines and is_prompt(lines[0], field):
        lines.pop(0)
    while lines and is_prompt(lines[-1], field):
        lines.pop()
    return "\n".join(lines).strip()


def _on_one_line(text: str, field: FormField) -> str:
    if field.kind == "phone":
        return re.sub(r"\s*[\n\t]\s*", " ", phone_digits(text))
    if field.key == "contact":
        lines = [re.sub(r"\s", "", x) if _NAME_WITH_SPACE.match(x) else x for x in text.split("\n")]
        return " ".join(line for line in lines if line)
    return re.sub(r"\s*\n\s*", " ", _BROKEN_LINE.sub("", text))
