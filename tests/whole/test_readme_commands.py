"""Every command that README.zh-CN.md tells an organiser to type exists, with the options it is given."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from inbox_ingest.cli.application import application

README = Path(__file__).parents[2] / "README.zh-CN.md"


def commands() -> list[list[str]]:
    """What stands after `ingest` in code, without the remark behind two blanks."""
    text = README.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```\n(.*?)```", text, re.DOTALL))
    lines = re.findall(r"^ingest (.*)$", blocks, re.MULTILINE)
    lines += re.findall(r"`ingest ([^`]*)`", text)
    found = [shlex.split(re.split(r" {2,}|　|  ", line)[0]) for line in lines]
    return [words for words in found if words]


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) > 20


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_the_command_can_be_called_so(words: list[str]) -> None:
    command = typer.main.get_command(application(words[0]))
    context = command.make_context("ingest", [], resilient_parsing=True)
    rest = list(words)
    while rest and hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    given = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert given <= known, context.command_path
    if not rest or any("邮件号" in word or "…" in word for word in words):
        return
    needed = [p for p in command.params if p.required and p.param_type_name == "argument"]
    plain = [word for word in rest if not word.startswith("-")]
    assert len(plain) >= len(needed)
