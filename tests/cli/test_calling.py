"""How the program may be called, what it says when called wrongly, and how it ends."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

from inbox_ingest import errors
from inbox_ingest.cli import main
from inbox_ingest.cli.application import COMMANDS
from inbox_ingest.cli.failures import leave_with
from inbox_ingest.cli.passes import Options, plain_options
from tests.cli.conftest import Ingest

TREE = Path(__file__).resolve().parents[2]


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "inbox_ingest", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def test_help_lists_every_command_in_chinese(ingest: Ingest) -> None:
    called = ingest("--help")
    assert called.code == 0
    listed = called.out.partition("命令：")[2]
    assert [line.split()[0] for line in listed.strip().splitlines()] == list(COMMANDS)
    assert "Options" not in called.out
    assert "Usage" not in called.out


@pytest.mark.parametrize("command", [*COMMANDS, "rules check"])
def test_every_command_explains_itself_within_eighty_columns(ingest: Ingest, command: str) -> None:
    called = ingest(*command.split(), "--help")
    assert called.code == 0
    assert "显示本说明。" in called.out
    assert [line for line in called.out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("command", [*COMMANDS, "rules check", "replies show"])
def test_help_shows_no_types_of_the_program(ingest: Ingest, command: str) -> None:
    assert not re.search(r"<(?:str|int|Path|list)", ingest(*command.split(), "--help").out)


@pytest.mark.parametrize("command", ["", "list", "rules check"])
def test_help_may_be_asked_for_in_short(ingest: Ingest, command: str) -> None:
    assert ingest(*command.split(), "-h") == ingest(*command.split(), "--help")


def test_the_descriptions_of_options_line_up(ingest: Ingest) -> None:
    lines = ingest("list", "--help").out.splitlines()
    options = [line for line in lines if line.startswith("  --type") or line.startswith("  --json")]
    starts = {cell_len(line) - cell_len(line.split("  ")[-1].strip()) for line in options}
    assert len(options) == 2
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats"], "没有命令 stats。是否想写 status"),
        (["run", "--sorce", "x"], "没有选项 --sorce"),
        (["run", "--until", "later"], "须是 collect、read、file、reply 之一"),
        (["show"], "缺少参数 编号"),
        (["check"], "缺少参数 文件…"),
        (["export", "cases", "again"], "多余的参数 again"),
        (["list", "--since"], "--since 后面要写一个值"),
        (["rules", "chek"], "没有命令 chek"),
        (["run", "--source", "ftp://x"], "看不懂邮件来源"),
        (["run", "--source", "imaps://a@b:secret@host"], "不能写密码"),
    ],
)
def test_a_wrong_call_is_64_and_told_in_chinese(
    ingest: Ingest, arguments: list[str], said: str
) -> None:
    called = ingest(*arguments)
    assert called.code == 64
    assert called.out == ""
    assert called.err.startswith("错误：")
    assert said in called.err
    assert "办法：" in called.err
    assert "secret" not in called.err


def test_a_bare_call_is_a_usage_error_that_shows_the_help(ingest: Ingest) -> None:
    called = ingest()
    assert (called.code, called.out) == (64, "")
    assert "ingest init" in called.err


def test_version(ingest: Ingest) -> None:
    called = ingest("--version")
    assert called.code == 0
    assert called.out.startswith("ingest ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("a"), 64),
        (errors.InputError("a"), 65),
        (errors.ServiceMissing("a"), 69),
        (errors.MailboxUnreachable("a"), 75),
        (errors.LockHeld("a"), 75),
        (errors.LoginRefused("a", remedy="换授权码"), 77),
        (errors.DatabaseTooNew("a"), 78),
        (errors.DatabaseTooOld("a"), 78),
        (OSError(errno.ENOSPC, "No space left on device"), 75),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 78),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (typer.Abort(), 130),
    ],
)
def test_every_end_has_its_exit_code_and_no_traceback(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
) -> None:
    monkeypatch.setattr("inbox_ingest.cli.failures._discard_output", lambda: None)

    def raising() -> int:
        raise error

    assert leave_with(raising) == code
    told = capsys.readouterr().err
    assert "Traceback" not in told
    if isinstance(error, errors.IngestError) and error.remedy:
        assert told == "错误：a\n办法：换授权码\n"


def test_a_fault_of_ours_is_told_in_a_sentence_and_kept_privately(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> int:
        return {}["what the mail said"]  # type: ignore[no-any-return]

    assert leave_with(broken) == 70
    told = capsys.readouterr().err
    log = home / "log" / "errors.log"
    assert str(log) in told
    assert "what the mail said" not in told
    assert "KeyError: 'what the mail said'" in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_messages_carry_no_escape_sequence_to_the_terminal(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising() -> int:
        raise errors.InputError("文件 \x1b[2J.eml 坏了")

    leave_with(raising)
    assert "\x1b" not in capsys.readouterr().err


def test_all_mistakes_of_the_configuration_end_any_command_with_78(
    home: Path, ingest: Ingest
) -> None:
    Path("ingest.toml").write_text("[mailbox]\nport = 0\nsevrer = 'x'\n", encoding="utf-8")
    for command in (["status"], ["run"], ["list"], ["doctor"], ["rules", "check"]):
        called = ingest(*command)
        assert called.code == 78, command
        said = called.err + called.out
        assert "mailbox.port" in said
        assert "server" in said


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (["--send"], Options(send=True)),
        (["--source", "eml:/x", "--until", "file"], Options("eml:/x", "file")),
        (["--until", "read", "--send", "--source", "mbox:y"], Options("mbox:y", "read", True)),
        (["--source", ""], Options("")),
    ],
)
def test_the_short_way_to_a_pass_reads_options_as_typer_does(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, arguments: list[str], options: Options
) -> None:
    seen: list[Options] = []
    monkeypatch.setattr("inbox_ingest.cli.passes.make_pass", seen.append)
    monkeypatch.setattr("inbox_ingest.cli.run.make_pass", seen.append)
    assert plain_options(arguments) == options
    assert ingest("run", *arguments).code == 0
    monkeypatch.setattr("inbox_ingest.cli.passes.plain_options", lambda _arguments: None)
    assert ingest("run", *arguments).code == 0
    assert seen == [options, options]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--source"], ["--until", "later"], ["x"], ["--source=x"], ["--until", "--send"]],
)
def test_what_is_not_plain_is_left_to_typer(arguments: list[str]) -> None:
    assert plain_options(arguments) is None


# --- as a process -----------------------------------------------------------------------------


def loaded_by(*arguments: str) -> set[str]:
    """The modules a call has loaded when it ends."""
    script = (
        "import sys, json; from inbox_ingest.cli import main; main(sys.argv[1:]);"
        " print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


HEAVY = {
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
    "alembic",
    "docx",
    "lxml",
    "pdfplumber",
    "mailparser",
    "rapidocr",
    "onnxruntime",
    "cv2",
    "openpyxl",
    "jinja2",
    "rich.console",
}


@pytest.mark.parametrize(
    "arguments", [["status"], ["status", "--json"], ["list"], ["show", "DJ001"]]
)
def test_commands_that_only_look_load_nothing_heavy(casebook: Path, arguments: list[str]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_a_run_loads_nothing_heavy_before_it_has_looked_at_its_source(home: Path) -> None:
    loaded = loaded_by("run", "--source", "eml:/no/such/folder", "--until", "file")
    assert loaded & (HEAVY | {"typer"}) == set()


def test_the_three_ways_of_calling_it_are_one(home: Path) -> None:
    program = subprocess.run(
        [sys.executable, str(TREE / "cli.py"), "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.stdout == process("--version").stdout
    assert (TREE / "cli.py").read_text("utf-8").count("\n") <= 6


def test_a_reader_that_has_seen_enough_is_no_traceback(casebook: Path) -> None:
    command = f"{sys.executable} -m inbox_ingest export messages | head -c 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "{"


def test_output_survives_a_terminal_that_cannot_show_chinese(casebook: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    done = process("status", env=environment)
    assert done.returncode == 0
    assert "DJ" not in done.stderr
    export = subprocess.run(
        [sys.executable, "-m", "inbox_ingest", "export", "cases"],
        capture_output=True,
        check=True,
        env=environment,
    )
    assert "党建" in export.stdout.decode("utf-8")


def test_json_of_status_is_utf8_whatever_the_terminal(casebook: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "inbox_ingest", "status", "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert "党建" in json.loads(done.stdout.decode("utf-8"))["campaign"]


def test_main_returns_rather_than_exits(home: Path) -> None:
    call: Callable[..., int] = main
    assert call(["--version"]) == 0
