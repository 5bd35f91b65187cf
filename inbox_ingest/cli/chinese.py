"""Help and usage errors in Chinese: typer's own words are English and fixed."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from inbox_ingest.cli.coercion import without_pydantic
from inbox_ingest.reports.screen import WIDTH, width, wrap

_HELP_WORDS = (
    ("Usage:", "用法："),
    ("Options:", "选项："),
    ("Arguments:", "参数："),
    ("Commands:", "命令："),
    ("Show this message and exit.", "显示本说明。"),
    ("[default: ", "[默认 "),
    ("[required]", "[必填]"),
    ("; required]", "；必填]"),
)

# The Python type that typer puts behind an argument's name.
_TYPES = re.compile(r" <(?:str|int|float|bool|Path|list\[\w+\])>(?:\.\.\.)?")

# typer's sentence → ours. The first that fits is taken; an unknown sentence is shown as it is.
_SENTENCES = (
    (r"No such option: (?P<a>\S+)(?: \(Possible options: (?P<b>.*)\))?.*", "没有选项 {a}{b}"),
    (r"No such command '(?P<a>.*?)'\.?(?:.*Did you mean (?P<b>.*)\?)?.*", "没有命令 {a}{b}"),
    (r"Missing command\.?", "请写明要用的命令"),
    (r"Missing argument '(?P<a>.*?)'.*", "缺少参数 {a}"),
    (r"Missing (?:option|parameter) '(?P<a>.*?)'.*", "缺少选项 {a}"),
    (r"Missing parameter: (?P<a>\S+).*", "缺少参数 {a}"),
    (r"Got unexpected extra argument(?:\(?s\)?)? \((?P<a>.*)\)", "多余的参数 {a}"),
    (r"Option '?(?P<a>\S+?)'? requires an argument\.?", "选项 {a} 后面要写一个值"),
    (r"Option '?(?P<a>\S+?)'? does not take a value\.?", "选项 {a} 后面不能写值"),
    (r"Invalid value for '(?P<a>.*?)': .*?not (?:one of|in) (?P<c>.*?)\.?", "{a} 须是 {c} 之一"),
    (r"Invalid value for '(?P<a>.*?)': .*does not exist\.?", "{a} 所指的文件不存在"),
    (r"Invalid value for '(?P<a>.*?)': (?P<c>须.*)", "{a} {c}"),
    (r"Invalid value for '(?P<a>.*?)': (?P<c>.*)", "{a} 的值不对：{c}"),
)


class _ChineseHelp:
    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, `--help` among them, ready to be read without pydantic."""
        parameters: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        without_pydantic(parameters)
        return parameters

    def get_help(self, ctx: Any) -> str:
        """The help text with typer's own words put into Chinese."""
        text = str(super().get_help(ctx))  # type: ignore[misc]
        for english, chinese in _HELP_WORDS:
            text = text.replace(english, chinese)
        text = _TYPES.sub("", text)
        return "\n".join(piece for line in text.splitlines() for piece in _aligned(line))


def _aligned(line: str) -> list[str]:
    """A line of help as lines whose second column starts where it should, none wider than a screen.

    typer counts characters; each Chinese one takes two columns and pushes the rest to the right.
    """
    found = re.fullmatch(r"(  \S.*?\S)( {2,})(\S.*)", line)
    if found:
        term, gap, text = found.groups()
        head = f"{term}{' ' * max(2, len(gap) - (width(term) - len(term)))}"
    else:
        text = line.lstrip(" ")
        head = " " * (len(line) - len(text))
    if width(head + text) <= WIDTH:
        return [head + text]
    return wrap(text, indent=head, hanging=" " * width(head))


class ChineseCommand(_ChineseHelp, TyperCommand):
    """A command whose help is Chinese."""


class ChineseGroup(_ChineseHelp, TyperGroup):
    """A group of commands whose help is Chinese."""


def usage_sentence(error: typer.TyperException) -> str:
    """What was wrong with the call, in Chinese."""
    text = " ".join(error.format_message().split())
    for pattern, sentence in _SENTENCES:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            words = {"b": "", "c": "", **found.groupdict(default="")}
            listed = {key: word.replace("'", "").replace(", ", "、") for key, word in words.items()}
            hint = f"。是否想写 {listed['b']}" if listed["b"] else ""
            return sentence.format(**{**listed, "b": hint})
    return text
