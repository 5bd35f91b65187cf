"""Configuration: where it is found, what it may hold, and how all its mistakes are told at once."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from inbox_ingest.credentials import imap_password, password_source, smtp_password
from inbox_ingest.errors import ConfigurationError, ExitCode
from inbox_ingest.settings import MailboxSettings, Settings, load_settings


def written(folder: Path, text: str, name: str = "ingest.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mistakes_in(folder: Path, text: str) -> str:
    written(folder, text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"INGEST_HOME": str(folder / "home")}, folder)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    return caught.value.message


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({"INGEST_HOME": "here"}, tmp_path)
    assert settings.home == tmp_path / "here"
    assert settings.config is None
    assert settings.campaign is None  # the shipped one
    assert settings.mailbox.server is None
    assert settings.mailbox.folders == ()  # INBOX and the spam-like folders the server names


def test_home_defaults_to_the_users_data_folder(tmp_path: Path) -> None:
    assert load_settings({"HOME": "/home/li"}, tmp_path).home == Path(
        "/home/li/.local/share/inbox-ingest"
    )
    assert load_settings({"XDG_DATA_HOME": "/data"}, tmp_path).home == Path("/data/inbox-ingest")


def test_the_file_is_looked_for_in_three_places(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    named = written(tmp_path, '[organiser]\nwho = "named"', "other.toml")
    written(here, '[organiser]\nwho = "here"')
    written(home, '[organiser]\nwho = "home"')
    environment = {"INGEST_HOME": str(home)}
    assert load_settings({**environment, "INGEST_CONFIG": str(named)}, here).who == "named"
    assert load_settings(environment, here).who == "here"
    assert load_settings(environment, tmp_path).who == "home"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="INGEST_CONFIG"):
        load_settings({"INGEST_CONFIG": "nowhere.toml", "HOME": "/"}, tmp_path)


def test_paths_are_relative_to_the_file_not_to_the_working_folder(tmp_path: Path) -> None:
    config = written(
        tmp_path / "etc", 'campaign = "rules/campaign.toml"\nhome = "../data"\n', "x.toml"
    )
    campaign = written(tmp_path / "etc" / "rules", "", "campaign.toml")
    settings = load_settings({"INGEST_CONFIG": str(config), "HOME": "/"}, tmp_path)
    assert settings.campaign == campaign
    assert settings.home == tmp_path / "data"
    assert settings.casebook == tmp_path / "data" / "casebook.sqlite3"


def test_environment_home_outranks_the_file(tmp_path: Path) -> None:
    written(tmp_path, 'home = "from-file"')
    assert load_settings({"INGEST_HOME": "/elsewhere"}, tmp_path).home == Path("/elsewhere")


def test_every_value_arrives(tmp_path: Path) -> None:
    written(
        tmp_path,
        """
        database = "postgresql+psycopg://ingest@db/cases"
        archive = "file:///srv/mail"
        [mailbox]
        server = "imap.126.com"
        user = "someone@126.com"
        security = "starttls"
        folders = ["INBOX", "投稿"]
        connect_timeout = 5
        timeout = 7.5
        deadline = 60
        password_command = ["pass", "show", "mail/126"]
        keyring = false
        [smtp]
        server = "smtp.126.com"
        [organiser]
        who = "王一"
        [fetch]
        batch_megabytes = 2
        batch_messages = 9
        largest_megabytes = 40
        [executor]
        name = "serial"
        workers = 3
        """,
    )
    settings = load_settings({"HOME": "/"}, tmp_path)
    assert settings.database == "postgresql+psycopg://ingest@db/cases"
    assert settings.archive == "file:///srv/mail"
    mailbox = settings.mailbox
    assert (mailbox.server, mailbox.port, mailbox.user) == ("imap.126.com", 143, "someone@126.com")
    assert mailbox.folders == ("INBOX", "投稿")
    assert (mailbox.connect_timeout, mailbox.timeout, mailbox.deadline) == (5.0, 7.5, 60.0)
    assert mailbox.password_command == ("pass", "show", "mail/126")
    assert mailbox.keyring is None
    assert (settings.smtp.server, settings.smtp.port) == ("smtp.126.com", 465)
    assert settings.who == "王一"
    fetch = settings.fetch
    assert (fetch.batch_bytes, fetch.batch_messages) == (2 * 1024 * 1024, 9)
    assert fetch.largest_message == 40 * 1024 * 1024
    assert (settings.executor.name, settings.executor.workers) == ("serial", 3)


def test_all_mistakes_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    message = mistakes_in(
        tmp_path,
        """
        campaign = "absent.toml"
        databse = "sqlite:///x"
        mailbocks = 1
        [mailbox]
        server = "imap.126.com"
        port = "993"
        folders = "INBOX"
        timeout = 0
        usr = "a@126.com"
        [smtp]
        folders = ["INBOX"]
        [executor]
        name = "cluster"
        workers = true
        """,
    )
    assert str(tmp_path / "ingest.toml") in message
    lines = {line.strip().partition("：")[0]: line for line in message.splitlines()[1:]}
    assert set(lines) == {
        "campaign",
        "databse",
        "mailbocks",
        "mailbox.port",
        "mailbox.folders",
        "mailbox.timeout",
        "mailbox.usr",
        "mailbox.user",
        "smtp.folders",
        "executor.name",
        "executor.workers",
    }
    assert "11 处错误" in message
    assert "是否想写 database" in lines["databse"]
    assert "是否想写 mailbox" in lines["mailbocks"]
    assert "是否想写 user" in lines["mailbox.usr"]
    assert "应写在 [mailbox]" in lines["smtp.folders"]
    assert '"993"' in lines["mailbox.port"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mailbox = 3", "[mailbox]"),
        ("[mailbox]\nport = 70000", "65535"),
        ("[mailbox]\npassword_command = 'pass show x'", "数组"),
        ("[mailbox]\nfolders = []", "至少一项"),
        ("[mailbox]\nfolders = ['INBOX', 3]", "非空字符串"),
        ("[mailbox]\nkeyring = true", "服务名"),
        ("[mailbox]\nca_file = 'none.pem'", "证书文件"),
        ("[organiser]\nwho = ' '", "非空字符串"),
        ("archive = 's3://bucket'", "file:"),
        ("database = 'mysql://x'", "sqlite:"),
        ("who = '王一'", "[organiser]"),
        ("[mailbox]\nhome = 'x'", "所有 [表] 之前"),
        ("not toml", "TOML"),
    ],
)
def test_a_mistake_says_what_was_expected(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in mistakes_in(tmp_path, text)


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    message = mistakes_in(tmp_path, "[mailbox]\npassword = 'ABCDEFGHIJKLMNOP'")
    assert "INGEST_IMAP_PASSWORD" in message
    assert "ABCDEFGHIJKLMNOP" not in message


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ingest.toml").write_bytes('[organiser]\nwho = "王"'.encode("gb18030"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings({"HOME": "/"}, tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "ingest.toml").write_bytes(b"\xef\xbb\xbf" + '[organiser]\nwho = "王"'.encode())
    assert load_settings({"HOME": "/"}, tmp_path).who == "王"


def test_a_folder_that_may_not_be_searched_has_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_file", refused)
    assert load_settings({"HOME": "/"}, tmp_path).config is None


def test_a_folder_named_as_the_configuration_is_told_with_the_file_to_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({"HOME": "/", "INGEST_CONFIG": str(tmp_path)}, tmp_path)
    assert "是文件夹" in caught.value.message
    assert str(tmp_path / "ingest.toml") in (caught.value.remedy or "")


# --- the password -----------------------------------------------------------------------------


def with_command(*command: str) -> Settings:
    return Settings(
        home=Path("/nowhere"), mailbox=MailboxSettings(password_command=command, keyring=None)
    )


def test_the_environment_outranks_the_command() -> None:
    settings = with_command(sys.executable, "-c", "print('from command')")
    assert imap_password(settings, "a@b", {"INGEST_IMAP_PASSWORD": "given"}) == "given"
    assert imap_password(settings, "a@b", {}) == "from command"
    assert password_source(settings, {}) == f"命令 {sys.executable}"


def test_sending_uses_the_mailbox_password_unless_it_has_its_own() -> None:
    settings = with_command(sys.executable, "-c", "print('mailbox')")
    assert smtp_password(settings, "a@b", {}) == "mailbox"
    assert smtp_password(settings, "a@b", {"INGEST_SMTP_PASSWORD": "own"}) == "own"


@pytest.mark.parametrize(
    "command",
    [
        ("/no/such/program",),
        (sys.executable, "-c", "print('SECRET'); raise SystemExit(3)"),
        (sys.executable, "-c", "pass"),
    ],
)
def test_a_failing_command_is_a_configuration_mistake_that_shows_no_secret(
    command: tuple[str, ...],
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        imap_password(with_command(*command), "a@b", {})
    assert "SECRET" not in f"{caught.value.message}{caught.value.remedy}"
    assert "password_command" in (caught.value.remedy or "")


def test_no_password_anywhere_tells_every_way_to_give_one() -> None:
    settings = Settings(home=Path("/nowhere"), mailbox=MailboxSettings(keyring=None))
    assert password_source(settings, {}) is None
    with pytest.raises(ConfigurationError) as caught:
        imap_password(settings, "a@b", {})
    remedy = caught.value.remedy or ""
    assert all(word in remedy for word in ("INGEST_IMAP_PASSWORD", "password_command", "keyring"))
    assert "授权码" in remedy


def test_a_file_with_a_command_or_database_login_counts_as_holding_secrets() -> None:
    assert with_command("pass").holds_secrets
    assert Settings(home=Path("/x"), database="postgresql://u:p@h/d").holds_secrets
    assert not Settings(home=Path("/x"), database="sqlite:////srv/x.sqlite3").holds_secrets
