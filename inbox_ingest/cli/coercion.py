"""Turns what was typed into values without pydantic, which costs as much as all the rest of a start.

typer makes a pydantic adapter for every option, given or not. This puts a plain conversion in the
slot where typer would keep that adapter. The slot is private; where a typer has none, options are
converted by typer itself, correctly and slower. A test watches that no pydantic is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import typer

_SLOT = "_runtime_param"
Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class PlainValue:
    """What typer asks to convert the value of one parameter."""

    convert: Convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command takes it; None and flags stay what they are."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return [] if several else None
        try:
            if several:
                return [self.convert(item) for item in value]
            return self.convert(value) if isinstance(value, str) else value
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from error


def without_pydantic(parameters: Sequence[Any]) -> None:
    """Give every parameter of a plain type (text, path, flag, choice, lists of them) its conversion."""
    for parameter in parameters:
        descriptor = getattr(parameter, "type_descriptor", None)
        if descriptor is None or getattr(parameter, _SLOT, ...) is not None:
            continue
        convert = _conversion(descriptor.annotation)
        if convert is not None:
            setattr(parameter, _SLOT, PlainValue(convert))


def _conversion(annotation: Any) -> Convert | None:
    """How a type is read from text; None for types that typer has to do itself."""
    if annotation in (str, bool):
        return lambda text: text
    if annotation is Path:
        return Path
    if annotation is int:
        return _whole_number
    choices = get_args(annotation)
    if get_origin(annotation) is Literal:
        return lambda text: _chosen(text, choices)
    real = [choice for choice in choices if choice is not NoneType]
    return _conversion(real[0]) if len(real) == 1 else None


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"须是整数，现为 {text}") from None


def _chosen(text: str, choices: Sequence[str]) -> str:
    if text not in choices:
        raise ValueError(f"须是 {'、'.join(choices)} 之一，现为 {text}")
    return text
