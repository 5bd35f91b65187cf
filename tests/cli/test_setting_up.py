"""init, doctor and rules check: from nothing to a mailbox that is read every ten minutes."""

from __future__ import annotations

import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from inbox_ingest import diagnosis, installed_readers
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.setting_checks import TABLES
from inbox_ingest.settings import load_settings
from inbox_ingest.setup_files import Answers, crontab_line, servers_of
from tests.cli.conftest import Ingest

# --- init -------------------------------------------------------------------------------------


def test_init_writes_a_configuration_that_is_valid_and_private(
    ingest: Ingest, tmp_path: Path, home: Path
) -> None:
    called = ingest("init", "--user", "tougao@163.com", "--who", "王一")
    assert called.code == 0
    config = tmp_path / "ingest.toml"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    settings = load_settings()
    assert settings.config == config
    assert settings.mailbox.user == "tougao@163.com"
    assert settings.mailbox.server == "imap.163.com"
    assert settings.smtp.server == "smtp.163.com"
    assert settings.who == "王一"
    assert settings.campaign == tmp_path / "2025-dangjian" / "campaign.toml"
    assert settings.campaign.read_bytes() == shipped_campaign().read_bytes()
    assert (settings.campaign.parent / "replies").is_dir()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_init_takes_the_mailbox_of_the_campaign_where_none_is_named(ingest: Ingest) -> None:
    assert ingest("init").code == 0
    mailbox = load_settings().mailbox
    assert (mailbox.user, mailbox.server) == ("jtzyh2007@126.com", "imap.126.com")


def test_init_says_what_comes_next(ingest: Ingest, tmp_path: Path) -> None:
    out = ingest("init").out
    assert f"*/10 * * * * INGEST_CONFIG={tmp_path}/ingest.toml" in out
    assert "授权码" in out
    assert "INGEST_IMAP_PASSWORD" in out
    assert "password_command" in out
    assert "ingest doctor" in out


def test_init_never_overwrites_unless_told_to(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "ingest.toml").write_text("# mine", encoding="utf-8")
    called = ingest("init")
    assert called.code == 64
    assert "--force" in called.err
    assert (tmp_path / "ingest.toml").read_text("utf-8") == "# mine"
    assert not (tmp_path / "2025-dangjian").exists()
    assert ingest("init", "--force").code == 0
    assert load_settings().mailbox.user == "jtzyh2007@126.com"


def test_init_needs_to_know_the_server_of_an_unknown_domain(ingest: Ingest) -> None:
    called = ingest("init", "--user", "a@unit.example")
    assert called.code == 64
    assert "--server" in called.err
    assert ingest("init", "--user", "a@unit.example", "--server", "mail.unit.example").code == 0
    assert load_settings().smtp.server is None  # nothing to send with: drafts only


def test_init_refuses_a_wrong_campaign_and_writes_nothing(ingest: Ingest, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('id = "x"', encoding="utf-8")
    assert ingest("init", "--campaign", str(wrong), "--folder", "neu").code == 78
    assert not (tmp_path / "neu").exists()


def test_init_copies_a_campaign_of_ones_own(ingest: Ingest, tmp_path: Path) -> None:
    own = Path(__file__).resolve().parents[1] / "campaigns" / "2026-duanpian" / "campaign.toml"
    called = ingest("init", "--campaign", str(own), "--user", "a@qq.com", "--home", "daten")
    assert called.code == 0
    settings = load_settings({"HOME": "/"}, tmp_path)
    assert settings.campaign == tmp_path / "2026-duanpian" / "campaign.toml"
    assert settings.home == tmp_path / "daten"


def test_the_written_file_names_every_key_there_is(ingest: Ingest, tmp_path: Path) -> None:
    ingest("init")
    text = (tmp_path / "ingest.toml").read_text("utf-8")
    for table, keys in TABLES.items():
        if table:
            assert f"[{table}]" in text
        for key in keys:
            if key != "password" and (table, key) not in {
                ("smtp", "ca_file"),
                ("smtp", "password_command"),
            }:
                assert f"{key} = " in text, f"{table}.{key}"


def test_uncommenting_any_line_of_the_written_file_leaves_it_valid_toml(
    ingest: Ingest, tmp_path: Path
) -> None:
    ingest("init")
    lines = (tmp_path / "ingest.toml").read_text("utf-8").splitlines()
    settings = [n for n, line in enumerate(lines) if line.startswith("# ") and " = " in line]
    assert len(settings) > 15
    for number in settings:
        changed = [*lines[:number], lines[number][2:], *lines[number + 1 :]]
        tomllib.loads("\n".join(changed))


def test_hostile_answers_cannot_break_out_of_the_file(ingest: Ingest) -> None:
    ingest("init", "--user", 'a"#[x]@126.com', "--who", "\\\x7f\n'")
    assert load_settings().mailbox.user == 'a"#[x]@126.com'


def test_a_crontab_line_survives_spaces_and_percent_signs() -> None:
    line = crontab_line(Path("/home/li wen/100%/ingest.toml"), ["/opt/in gest/ingest"], send=False)
    assert line == (
        "*/10 * * * * INGEST_CONFIG='/home/li wen/100\\%/ingest.toml' '/opt/in gest/ingest' run"
    )


def test_cron_sends_what_was_approved_where_a_server_for_sending_is_known(ingest: Ingest) -> None:
    assert "run --send\n" in ingest("init", "--user", "a@126.com", "--who", "张三").out
    line = crontab_line(Path("/a/ingest.toml"), ["/opt/ingest"], send=True)
    assert line.endswith(" /opt/ingest run --send")


def test_servers_are_known_by_domain_whatever_its_case() -> None:
    assert servers_of("A@126.COM") == ("imap.126.com", "smtp.126.com")
    assert servers_of("a@unit.example") is None


def test_answers_name_the_copy_after_the_campaigns_folder() -> None:
    answers = Answers(Path("/x"), Path("/rules/2025/campaign.toml"), "a@b", "c")
    assert answers.campaign_folder == Path("/x/2025")


def test_on_a_terminal_init_asks_and_takes_defaults(home: Path, tmp_path: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "inbox_ingest", "init"],
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=child,
        cwd=tmp_path,
    )
    os.close(child)
    os.write(parent, "abc@126.com\n\n王一\n".encode())
    out, _ = process.communicate(timeout=60)
    asked = b""
    while select.select([parent], [], [], 0)[0]:
        try:
            asked += os.read(parent, 4096)
        except OSError:
            break
    os.close(parent)
    assert process.returncode == 0, asked.decode()
    assert "收稿邮箱" in asked.decode()
    assert "crontab" in out.decode()
    settings = load_settings()
    assert (settings.mailbox.user, settings.mailbox.server) == ("abc@126.com", "imap.126.com")
    assert settings.who == "王一"


def test_on_a_terminal_init_asks_again_for_what_cannot_be_right(home: Path, tmp_path: Path) -> None:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "inbox_ingest", "init"],
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    os.close(child)
    os.write(parent, b"abc\nabc@example.cn\nimaps://mail:993\nmail.example.cn\n\n")
    _, err = process.communicate(timeout=60)
    os.close(parent)
    assert process.returncode == 0, err.decode()
    assert err.decode().count("请重新输入") == 2
    assert "[]" not in err.decode()
    settings = load_settings()
    assert (settings.mailbox.user, settings.mailbox.server) == ("abc@example.cn", "mail.example.cn")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--user", "abc"),
        ("--user", "张三@126.com"),
        ("--user", "a b@126.com"),
        ("--user", "a@126"),
        ("--server", "imaps://imap.126.com"),
        ("--server", "imap.126.com:993"),
        ("--server", "imap 126"),
        ("--smtp-server", "smtp://smtp.126.com"),
    ],
)
def test_init_refuses_what_cannot_be_right_and_writes_nothing(
    ingest: Ingest, option: str, value: str
) -> None:
    called = ingest("init", "--user", "a@126.com", option, value)
    assert called.code == 64
    assert option in called.err
    assert not Path("ingest.toml").exists()


def test_init_says_where_an_address_that_nobody_gave_came_from(ingest: Ingest) -> None:
    assert "（取自活动文件" in ingest("init").out
    assert "取自活动文件" not in ingest("init", "--user", "a@126.com", "--force").out


def test_what_init_prints_to_be_typed_survives_a_space(ingest: Ingest, tmp_path: Path) -> None:
    out = ingest("init", "--folder", "我的 征集").out
    assert f"export INGEST_CONFIG='{tmp_path}/我的 征集/ingest.toml'" in out


# --- rules check ------------------------------------------------------------------------------


@pytest.fixture
def campaign_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "征集"
    shutil.copytree(shipped_campaign().parent, folder)
    return folder


@pytest.mark.parametrize("named", [".", "replies", "campaign.toml"])
def test_rules_check_finds_a_mistake_in_a_letter_template(
    ingest: Ingest, campaign_folder: Path, named: str
) -> None:
    (campaign_folder / "replies" / "missing.txt.j2").write_text("{% if letter %}\n{% endfi %}")
    called = ingest("rules", "check", str(campaign_folder / named))
    assert called.code == 78
    assert "missing.txt.j2 第2行" in called.err
    assert "没有错误" not in called.out


def test_rules_check_takes_a_folder_for_the_campaign_file_in_it(
    ingest: Ingest, campaign_folder: Path
) -> None:
    assert ingest("rules", "check", str(campaign_folder)).code == 0


def test_rules_check_of_a_right_file(ingest: Ingest) -> None:
    called = ingest("rules", "check", str(shipped_campaign()))
    assert called.code == 0
    assert "没有错误" in called.out


def test_rules_check_of_a_wrong_file_is_78_with_every_mistake(
    ingest: Ingest, tmp_path: Path
) -> None:
    path = tmp_path / "x.toml"
    path.write_text("id = 3\ntitel = 'x'", encoding="utf-8")
    called = ingest("rules", "check", str(path))
    assert called.code == 78
    assert called.out == ""
    for key in ("id：", "titel：", "window：", "form："):
        assert key in called.err


# --- doctor -----------------------------------------------------------------------------------


@pytest.fixture
def all_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every reader were installed."""
    monkeypatch.setattr(diagnosis, "READERS", ())


def test_doctor_without_a_mailbox_is_content(ingest: Ingest, all_readers: None) -> None:
    called = ingest("doctor")
    assert called.code == 0
    assert "没有配置邮箱" in called.out
    # Nothing is wrong, and not all is well: no configuration, no mailbox.
    assert "一切就绪" not in called.out
    assert "没有错误，有 2 处请留意" in called.out


def test_a_missing_reader_is_69_with_its_remedy(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = installed_readers.Reader("旧纸带", ("no_such_module",), "pip install tape")
    monkeypatch.setattr(diagnosis, "READERS", (missing,))
    called = ingest("doctor")
    assert called.code == 69
    assert "旧纸带：不能读取" in called.out
    assert "→ pip install tape" in called.out


def test_a_reader_that_is_there_and_does_not_work_is_69(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "soffice"  # LibreOffice without Writer: it ends well and writes nothing
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    called = ingest("doctor")
    assert called.code == 69
    assert "WPS、RTF、ODT（LibreOffice）：已安装，但试用没有成功" in called.out
    assert "→ 安装 LibreOffice" in called.out


def test_doctor_warns_of_what_others_can_read(
    ingest: Ingest, all_readers: None, home: Path
) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    config = Path("ingest.toml")
    config.write_text('[mailbox]\npassword_command = ["echo", "x"]\n', encoding="utf-8")
    config.chmod(0o644)
    called = ingest("doctor")
    assert called.code == 0
    assert "chmod 600" in called.out
    assert "chmod 700" in called.out


def test_doctor_goes_on_looking_after_a_wrong_configuration(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = installed_readers.Reader("旧纸带", ("no_such_module",), "pip install tape")
    monkeypatch.setattr(diagnosis, "READERS", (missing,))
    Path("ingest.toml").write_text("[mailbox]\nport = 0\n", encoding="utf-8")
    called = ingest("doctor")
    assert called.code == 78  # more urgent than the reader
    assert "mailbox.port" in called.out
    assert "旧纸带" in called.out


def test_doctor_refuses_a_database_that_is_not_ours(
    ingest: Ingest, all_readers: None, home: Path
) -> None:
    home.mkdir(mode=0o700)
    (home / "casebook.sqlite3").write_bytes(b"this is no database" * 100)
    called = ingest("doctor")
    assert called.code == 78
    assert "→" in called.out


def test_doctor_misses_mails_that_are_not_in_the_archive(
    ingest: Ingest, all_readers: None, casebook: Path
) -> None:
    called = ingest("doctor")
    assert called.code == 65
    assert "缺少 5 封信的原件" in called.out
    assert str(casebook / "archive" / "raw") in called.out.replace("\n", "").replace(" ", "")
    assert "从备份恢复" in called.out


def test_doctor_logs_in_and_looks_at_every_folder(
    ingest: Ingest, all_readers: None, monkeypatch: pytest.MonkeyPatch, pymap_server: object
) -> None:
    configure(pymap_server)
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", pymap_server.password)  # type: ignore[attr-defined]
    called = ingest("doctor")
    assert called.code == 0, called.out
    assert "已声明客户端身份（ID）" in called.out
    assert "INBOX：0 封" in called.out
    assert "垃圾邮件：0 封" in called.out
    assert "已发送" in called.out
    assert "环境变量 INGEST_IMAP_PASSWORD" in called.out


def test_doctor_lists_the_folders_there_are_where_a_configured_one_is_not(
    ingest: Ingest, all_readers: None, monkeypatch: pytest.MonkeyPatch, pymap_server: object
) -> None:
    configure(pymap_server)
    with Path("ingest.toml").open("a", encoding="utf-8") as stream:
        stream.write("folders = ['INBOX', '投稿']\n")
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", pymap_server.password)  # type: ignore[attr-defined]
    called = ingest("doctor")
    assert called.code == 78
    assert "邮箱里没有文件夹“投稿”" in called.out
    listed = called.out.partition("邮箱里的文件夹有：")[2]
    assert "INBOX" in listed
    assert "垃圾邮件" in listed


def test_a_refused_login_is_77(
    ingest: Ingest, all_readers: None, monkeypatch: pytest.MonkeyPatch, pymap_server: object
) -> None:
    configure(pymap_server)
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", "wrong")
    called = ingest("doctor")
    assert called.code == 77
    assert "授权码" in called.out
    assert "wrong" not in called.out
    assert "取自环境变量 INGEST_IMAP_PASSWORD" in called.out


def test_no_password_is_78(ingest: Ingest, all_readers: None, pymap_server: object) -> None:
    configure(pymap_server)
    assert ingest("doctor").code == 78


def test_a_server_that_is_not_there_is_75(
    ingest: Ingest, all_readers: None, monkeypatch: pytest.MonkeyPatch, pymap_server: object
) -> None:
    configure(pymap_server, port=1)
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", "x")
    assert ingest("doctor").code == 75


def configure(server: object, port: int | None = None) -> None:
    Path("ingest.toml").write_text(
        "[mailbox]\nserver = '127.0.0.1'\nsecurity = 'plain'\nkeyring = false\n"
        f"user = '{server.user}'\nport = {port or server.port}\n",  # type: ignore[attr-defined]
        encoding="utf-8",
    )
