"""What pydantic finds wrong in a campaign file becomes a Chinese sentence with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError

from inbox_ingest.errors import Mistake, as_written

ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
KEY_PATTERN = r"^[a-z][a-z0-9_]*$"

_PATTERNS = {
    ID_PATTERN: "只能用小写字母、数字和连字符，如 2025-dangjian",
    KEY_PATTERN: "只能用小写字母、数字和下划线，以字母开头，如 title",
}
_EXPECTED = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个键，请检查拼写",
    "string_type": "须是字符串（加引号）",
    "int_type": "须是整数",
    "int_parsing": "须是整数",
    "int_from_float": "须是整数",
    "float_type": "须是数字",
    "bool_type": "须是 true 或 false",
    "bool_parsing": "须是 true 或 false",
    "tuple_type": "须是数组 […]",
    "dict_type": "须是一张表",
    "model_type": "须是一张表",
    "date_type": "须是日期，如 2025-04-10",
    "date_parsing": "须是日期，如 2025-04-10",
    "date_from_datetime_parsing": "须是日期，如 2025-04-10",
    "date_from_datetime_inexact": "须是日期，不带时刻",
    "too_short": "至少要有一项",
    "string_too_short": "不能为空",
}


def told(error: ValidationError) -> Iterator[Mistake]:
    """Each mistake that pydantic found, in words, under its dotted key (`form.fields[2].limit`)."""
    items = error.errors(include_url=False)
    for item in items:
        if item["type"] == "too_short" and any(
            _within(item["loc"], other["loc"]) for other in items
        ):
            continue  # its entries are there, but wrong: they are told below it
        context = item.get("ctx", {})
        kind = item["type"]
        if kind == "value_error":
            expected = str(context.get("error", item["msg"]))
        elif kind in ("literal_error", "enum"):
            choices = re.findall(r"'([^']*)'", str(context.get("expected")))
            expected = f"须是 {'、'.join(choices)} 之一"
        elif kind in ("greater_than", "greater_than_equal", "less_than_equal", "less_than"):
            bound = next(iter(context.values()))
            sign = {"greater_than": "大于", "greater_than_equal": "不小于"}.get(kind, "不大于")
            expected = f"须{sign} {bound}"
        elif kind == "string_pattern_mismatch":
            pattern = str(context.get("pattern"))
            expected = _PATTERNS.get(pattern, f"须符合 {pattern}")
        else:
            expected = _EXPECTED.get(kind, item["msg"])
        found = item["input"]
        shown = None if kind in ("missing", "value_error") else as_written(found)
        yield Mistake(_dotted(item["loc"]), expected, shown)


def _within(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _dotted(place: tuple[int | str, ...]) -> str:
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".") or "整个文件"
