"""The house keeps its direction, and what is called pure touches no clock, network or terminal."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent
PACKAGE = TREE / "inbox_ingest"
PURE = [
    *sorted((PACKAGE / "reading").glob("*.py")),
    *sorted((PACKAGE / "checking").glob("*.py")),
    PACKAGE / "casebook" / "assemble.py",
    PACKAGE / "casebook" / "folding.py",
    PACKAGE / "casebook" / "deciding.py",
    PACKAGE / "replies" / "compose.py",
]
CLOCKS = {"now", "utcnow", "today", "time.time", "time.localtime", "time.gmtime"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [program, "--config", TREE / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_runs_downwards() -> None:
    result = lint_imports(TREE)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("records.py", "import inbox_ingest.campaigns"),
        ("checking/engine.py", "import sqlite3"),
        ("reading/counting.py", "import inbox_ingest.casebook.assemble"),
        ("casebook/assemble.py", "import rich"),
    ],
)
def test_an_import_that_runs_upwards_or_outwards_is_noticed(
    tmp_path: Path, file: str, line: str
) -> None:
    shutil.copytree(
        PACKAGE, tmp_path / "inbox_ingest", ignore=shutil.ignore_patterns("__pycache__")
    )
    with (tmp_path / "inbox_ingest" / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_every_room_has_its_floor() -> None:
    """A new top-level module must be given a layer, or the contract would not see it."""
    config = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [c for c in config["tool"]["importlinter"]["contracts"] if c["id"] == "layers"]
    placed = {
        name.strip(" ()")
        for layer in contract["layers"]
        for name in layer.replace(":", "|").split("|")
    }
    rooms = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    assert rooms - {"__init__", "__main__"} <= placed


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            module = f"{owner.id}." if isinstance(owner, ast.Name) else ""
            yield node.lineno, module + node.func.attr


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_pure_code_asks_no_clock(path: Path) -> None:
    asked = [
        f"line {line}: {name}"
        for line, name in calls(path)
        if name in CLOCKS or name.split(".")[-1] in CLOCKS
    ]
    assert asked == []


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_every_file_says_its_job_first(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    first = (ast.get_docstring(tree) or "").strip().splitlines()
    assert first, "no docstring"
    if path.name == "__init__.py" and path.parent.name != "cli":
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert all(getattr(node, "module", None) == "__future__" for node in imports), (
            "a package's __init__ stays free of imports: status must not load what it does not use"
        )


# Distributions whose modules are called otherwise.
MODULES = {
    "mail-parser": "mailparser",
    "msdoc2docx": "doc2docx",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "pdfminer.six": "pdfminer",
    "pydantic-core": "pydantic_core",
    "python-docx": "docx",
}
NOT_IMPORTED = {
    "tzdata",  # zoneinfo reads it where the system has no time zones
    "onnxruntime",  # rapidocr runs on it without asking for it
}


def imported() -> set[str]:
    names = set()
    for folder in (PACKAGE, TREE / "migrations"):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"inbox_ingest", "_typeshed"}


def declared() -> set[str]:
    config = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
    return {re.split(r"[<>=!~ ]", name)[0] for name in config["project"]["dependencies"]}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    modules = {MODULES.get(name, name) for name in declared() - NOT_IMPORTED}
    assert imported() - NOT_IMPORTED == modules


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_with_hashes_and_names_no_host(lock: str) -> None:
    text = (TREE / lock).read_text(encoding="utf-8")
    requirements = re.findall(r"^(\S+?)==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(requirements) == len(lines)
    assert {name.replace(".", "-") for name in declared()} <= set(requirements)
    assert "://" not in text
    assert " @ " not in text
