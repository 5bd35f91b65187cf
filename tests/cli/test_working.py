"""check, run and reread on real sample mails, through the front door."""

from __future__ import annotations

import email
import email.policy
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Ingest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SECTION_MISSING = SAMPLES / "11-section-missing-from-foxmail.eml"
TWO_CASES = SAMPLES / "17-two-cases-in-a-zip-from-qq.eml"


@pytest.fixture(autouse=True)
def in_this_process(home: Path) -> None:
    """Workers cost a second each; what they do is tested elsewhere."""
    Path("ingest.toml").write_text('[executor]\nname = "serial"\n', encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Form and case text of a sample, as files in a folder."""
    folder = tmp_path / "材料"
    folder.mkdir()
    message = email.message_from_bytes(SECTION_MISSING.read_bytes(), policy=email.policy.default)
    paths = []
    for part in message.iter_attachments():
        path = folder / str(part.get_filename())
        path.write_bytes(part.get_content())
        paths.append(str(path))
    assert len(paths) == 2
    return paths


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def codes(case: dict[str, object]) -> set[object]:
    issues = case["issues"]
    assert isinstance(issues, list)
    return {issue["code"] for issue in issues}


# --- check ------------------------------------------------------------------------------------


def test_check_tells_the_verdict_that_a_mail_with_the_files_would_get(
    ingest: Ingest, files: list[str]
) -> None:
    called = ingest("check", *files)
    assert called.code == 0  # what was found in files is no error of the program
    assert "待补正" in called.out
    assert "货车司机的红色港湾" in called.out
    assert "案例正文中未找到“经验总结”部分" in called.out
    assert "未收到加盖公章的申报表扫描件" in called.out
    assert "首次收到" not in called.out


def test_check_leaves_the_store_alone(ingest: Ingest, files: list[str], home: Path) -> None:
    ingest("check", *files)
    assert not home.exists()


def test_check_as_json_knows_no_time_sender_or_number(ingest: Ingest, files: list[str]) -> None:
    (case,) = lines(ingest("check", *files, "--json").out)
    assert codes(case) == {"scan-missing", "section-missing"}
    assert case["case_no"] is case["received_at"] is case["updated_at"] is None
    assert case["senders"] == []
    documents = case["documents"]
    assert isinstance(documents, list)
    assert {document["role"] for document in documents} == {"form", "case_text"}
    assert {document["filename"] for document in documents} == {Path(file).name for file in files}


def test_a_folder_stands_for_its_files_and_a_mail_for_its_attachments(
    ingest: Ingest, files: list[str]
) -> None:
    (by_files,) = lines(ingest("check", *files, "--json").out)
    (by_folder,) = lines(ingest("check", str(Path(files[0]).parent), "--json").out)
    (by_mail,) = lines(ingest("check", str(SECTION_MISSING), "--json").out)
    assert by_folder == by_files
    ignored = {"documents"}  # those of the mail name it
    assert {k: v for k, v in by_mail.items() if k not in ignored} == {
        k: v for k, v in by_files.items() if k not in ignored
    }


def test_check_of_what_came_late_says_nothing_of_the_window(ingest: Ingest) -> None:
    (late,) = lines(ingest("check", str(SAMPLES / "20-late-from-foxmail.eml"), "--json").out)
    assert "received-late" not in codes(late)


def test_check_prints_what_export_prints_for_the_same_mail(ingest: Ingest, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.mkdir()
    shutil.copy(SECTION_MISSING, box)
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0
    (exported,) = lines(ingest("export", "cases").out)
    (checked,) = lines(ingest("check", str(SECTION_MISSING), "--json").out)
    only_mail = {"case_no", "received_at", "updated_at", "senders", "revision"}
    assert {k: v for k, v in checked.items() if k not in only_mail} == {
        k: v for k, v in exported.items() if k not in only_mail
    }


def test_check_of_a_file_that_is_not_there_is_65(ingest: Ingest) -> None:
    called = ingest("check", "没有.docx")
    assert called.code == 65
    assert "没有.docx：文件不存在" in called.err
    assert "办法：" in called.err
    assert called.out == ""


def test_check_of_a_file_that_cannot_be_read_is_no_error_of_the_program(
    ingest: Ingest, files: list[str]
) -> None:
    broken = Path(files[0])
    broken.write_bytes(broken.read_bytes()[:2000])
    called = ingest("check", *files, "--json")
    assert called.code == 0
    (case,) = lines(called.out)
    assert "file-unreadable" in codes(case)


def test_check_of_files_that_are_no_material_says_so(ingest: Ingest, tmp_path: Path) -> None:
    picture = tmp_path / "logo.gif"
    picture.write_bytes(b"GIF89a" + b"\0" * 40)
    called = ingest("check", str(picture))
    assert called.code == 0
    assert "没有申报材料" in called.out
    assert "logo.gif：邮件正文中的图标或插图" in called.out
    assert ingest("check", str(picture), "--json").out == ""


def test_check_of_a_damaged_file_of_no_case_says_what_is_wrong_with_it(
    ingest: Ingest, tmp_path: Path
) -> None:
    (tmp_path / "附图.docx").write_bytes(b"\x01\x02\xff" * 700)
    called = ingest("check", "附图.docx")
    assert called.code == 0
    assert "看不出是什么格式，可能已损坏" in called.out


def test_check_of_a_pipe_waits_for_nobody(ingest: Ingest, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.docx")
    called = ingest("check", "管道.docx")
    assert called.code == 65
    assert "不是文件" in called.err


def test_check_of_an_empty_folder_is_65(ingest: Ingest, tmp_path: Path) -> None:
    empty = tmp_path / "空"
    empty.mkdir()
    assert ingest("check", str(empty)).code == 65


# --- run --------------------------------------------------------------------------------------


@pytest.fixture
def box(tmp_path: Path) -> Path:
    box = tmp_path / "box"
    box.mkdir()
    shutil.copy(SECTION_MISSING, box)
    return box


def test_a_run_says_in_a_line_what_it_did_and_nothing_for_nothing(
    ingest: Ingest, box: Path
) -> None:
    first = ingest("run", "--source", f"eml:{box}", "--until", "file")
    assert (first.code, first.out) == (0, "收到 1 封新邮件，新增案例 1 件。\n")
    second = ingest("run", "--source", f"eml:{box}", "--until", "file")
    assert second == (0, "", "")
    assert len(lines(ingest("export", "cases").out)) == 1


def test_a_run_can_stop_after_collecting(ingest: Ingest, box: Path) -> None:
    assert ingest("run", "--source", f"eml:{box}", "--until", "collect").code == 0
    status = json.loads(ingest("status", "--json").out)
    assert status["cases"]["total"] == 0
    assert status["balance"][0]["waiting"] == 1
    ingest("run", "--source", f"eml:{box}", "--until", "file")
    assert json.loads(ingest("status", "--json").out)["cases"]["total"] == 1


def test_a_run_without_a_mailbox_says_how_to_name_one(ingest: Ingest) -> None:
    Path("ingest.toml").unlink()
    called = ingest("run")
    assert called.code == 78
    assert "ingest init" in called.err
    # Often there is a configuration, only not here.
    assert str(Path.cwd()) in called.err
    assert "INGEST_CONFIG" in called.err


def test_a_configuration_without_a_mailbox_says_what_to_add(ingest: Ingest) -> None:
    Path("ingest.toml").write_text("")
    called = ingest("run")
    assert called.code == 78
    assert "[mailbox]" in called.err
    assert "ingest init" not in called.err


def test_a_source_that_is_not_there_is_65(ingest: Ingest) -> None:
    assert ingest("run", "--source", "eml:/no/such/folder").code == 65


# --- reread -----------------------------------------------------------------------------------


def edited_campaign() -> None:
    """The shipped campaign without the section that the sample lacks."""
    shutil.copytree(SAMPLES.parent / "rules" / "2025-dangjian", "campaign")
    path = Path("campaign/campaign.toml")
    text = path.read_text("utf-8").replace(
        'name = "经验总结"', 'name = "经验总结"\nrequired = false'
    )
    path.write_text(text, "utf-8")
    with Path("ingest.toml").open("r+", encoding="utf-8") as stream:
        rest = stream.read()
        stream.seek(0)
        stream.write(f'campaign = "campaign/campaign.toml"\n{rest}')


def test_a_dry_run_shows_what_would_change_and_changes_nothing(ingest: Ingest, box: Path) -> None:
    ingest("run", "--source", f"eml:{box}", "--until", "file")
    before = ingest("export", "cases").out
    edited_campaign()
    called = ingest("reread", "--dry-run")
    assert called.code == 0
    assert "不再有：案例正文中未找到“经验总结”部分" in called.out
    assert "答复尚未发出、按新的结论重新拟写的发件人 1 位" in called.out  # never answered yet
    assert "同意" not in called.out
    assert "没有改动任何数据" in called.out
    assert ingest("export", "cases").out == before
    assert [
        path for path in Path(os.environ["INGEST_HOME"]).iterdir() if "reread" in path.name
    ] == []


def test_rereading_does_what_the_dry_run_showed_and_keeps_the_number(
    ingest: Ingest, box: Path
) -> None:
    ingest("run", "--source", f"eml:{box}", "--until", "file")
    edited_campaign()
    shown = ingest("reread", "--dry-run").out
    done = ingest("reread").out
    assert shown.splitlines()[:-1] == done.splitlines()[:-1]
    (case,) = lines(ingest("export", "cases").out)
    assert case["case_no"] == "DJ001"
    assert codes(case) == {"scan-missing"}
    assert "0 件案例会有变化" in ingest("reread", "--dry-run").out


def test_rereading_before_the_first_pass_is_told(ingest: Ingest) -> None:
    assert ingest("reread").code == 69


# --- the rules in use -------------------------------------------------------------------------


@pytest.fixture
def judged_by_an_edited_campaign(ingest: Ingest, box: Path) -> str:
    """A casebook made by a configured campaign; its export."""
    edited_campaign()
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0
    return ingest("export", "cases").out


@pytest.mark.usefixtures("judged_by_an_edited_campaign")
@pytest.mark.parametrize(
    "command", ["run", "reread", "reread --dry-run", "run --source eml:../box"]
)
def test_from_another_folder_the_shipped_rules_replace_nobodys(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    before = ingest("export", "cases").out
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    called = ingest(*command.split())
    assert called.code == 78
    assert str(tmp_path / "campaign" / "campaign.toml") in called.err
    assert "INGEST_CONFIG" in called.err
    assert ingest("export", "cases").out == before
    monkeypatch.setenv("INGEST_CONFIG", str(tmp_path / "ingest.toml"))
    assert "0 件案例会有变化" in ingest("reread", "--dry-run").out


@pytest.mark.usefixtures("judged_by_an_edited_campaign")
def test_the_shipped_rules_are_used_where_the_old_file_is_gone(
    ingest: Ingest, tmp_path: Path
) -> None:
    shutil.rmtree("campaign")
    Path("ingest.toml").unlink()
    assert ingest("reread", "--dry-run").code == 0


def test_the_shipped_rules_of_an_older_installation_give_way_to_newer_ones(
    ingest: Ingest, box: Path, tmp_path: Path
) -> None:
    edited_campaign()
    Path("rules").mkdir()
    Path("campaign").rename("rules/2025-dangjian")
    shutil.copy(SAMPLES.parent / "rules" / "issues.toml", "rules")
    text = Path("ingest.toml").read_text("utf-8")
    Path("ingest.toml").write_text(text.replace('"campaign/', '"rules/2025-dangjian/'), "utf-8")
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0
    Path("ingest.toml").unlink()
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0


def test_an_unchanged_copy_of_the_shipped_campaign_is_no_other(
    ingest: Ingest, box: Path, tmp_path: Path
) -> None:
    edited_campaign()
    shutil.copy(SAMPLES.parent / "rules" / "2025-dangjian" / "campaign.toml", "campaign")
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0
    Path("ingest.toml").unlink()
    assert ingest("run", "--source", f"eml:{box}", "--until", "file").code == 0
