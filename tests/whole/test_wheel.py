"""A wheel built from the tree carries its rules and migrations and works from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # off-line: what builds it is pinned in the lock and installed already
    command = [*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, TREE], check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content alone; its dependencies come from this environment."""
    target = tmp_path_factory.mktemp("installed")
    command = [*PIP, "install", "--no-deps", "--no-index", "--quiet", "--target", target, wheel]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture
def ingest(installed: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("INGEST_")}
    environment |= {"PYTHONPATH": str(installed), "INGEST_HOME": str(tmp_path / "home")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, installed / "bin" / "ingest", *arguments],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_wheel_holds_every_rule_and_migration_of_the_tree(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("rules", "migrations"):
        for path in (TREE / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"inbox_ingest/{path.relative_to(TREE).as_posix()}" in names


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"inbox_ingest", "inbox_ingest-0.1.0.dist-info"}


def test_the_installed_program_is_the_one_that_is_tried(installed: Path, tmp_path: Path) -> None:
    code = "import inbox_ingest.campaign_files as c; print(c.__file__); print(c.shipped_campaign())"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    for line in result.stdout.splitlines():
        assert Path(line).is_relative_to(installed)
        assert Path(line).is_file()


def test_its_campaign_file_is_found_good(installed: Path, ingest) -> None:
    campaign = installed / "inbox_ingest" / "rules" / "2025-dangjian" / "campaign.toml"
    result = ingest("rules", "check", str(campaign))
    assert result.returncode == 0, result.stderr


def test_it_files_a_mail_and_tells_of_it_from_another_folder(ingest) -> None:
    mail = TREE / "samples" / "06-form-only-from-163.eml"
    done = ingest("run", "--source", f"eml:{mail}")
    assert done.returncode == 0, done.stderr
    status = ingest("status", "--json")
    assert status.returncode == 0, status.stderr
    told = json.loads(status.stdout)
    assert told["cases"]["total"] == 1
    assert told["messages"]["submission"] == 1
