"""Source URLs as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inbox_ingest.errors import UsageError
from inbox_ingest.inbox.urls import FileAddress, ImapAddress, parse_source


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "imaps://call%40126.com@imap.126.com/INBOX",
            ImapAddress("imap.126.com", 993, "call@126.com", "tls", "INBOX"),
        ),
        (
            "imaps://call@126.com@imap.126.com",
            ImapAddress("imap.126.com", 993, "call@126.com", "tls", None),
        ),
        (
            "IMAPS://call@IMAP.126.com:9993/",
            ImapAddress("imap.126.com", 9993, "call", "tls", None),
        ),
        (
            "imaps://u@h/%E5%9E%83%E5%9C%BE%E9%82%AE%E4%BB%B6",
            ImapAddress("h", 993, "u", "tls", "垃圾邮件"),
        ),
        ("imaps://u@h/垃圾邮件", ImapAddress("h", 993, "u", "tls", "垃圾邮件")),
        ("imaps://u@h/inbox", ImapAddress("h", 993, "u", "tls", "INBOX")),
        ("imaps://u@h/a/b", ImapAddress("h", 993, "u", "tls", "a/b")),
        ("imap+starttls://u@h", ImapAddress("h", 143, "u", "starttls", None)),
        ("imap://u@127.0.0.1:1143/X", ImapAddress("127.0.0.1", 1143, "u", "plain", "X")),
        ("imap://u@localhost", ImapAddress("localhost", 143, "u", "plain", None)),
        ("imap://u@[::1]:1143", ImapAddress("::1", 1143, "u", "plain", None)),
    ],
)
def test_a_mailbox_is_read_from_its_url(url: str, address: ImapAddress) -> None:
    assert parse_source(url) == address


@pytest.mark.parametrize(
    ("url", "kind", "path"),
    [
        ("eml:samples", "eml", "samples"),
        ("eml:/var/mail/a b.eml", "eml", "/var/mail/a b.eml"),
        ("mbox:///var/mail/call", "mbox", "/var/mail/call"),
        ("maildir:~/Maildir", "maildir", str(Path.home() / "Maildir")),
    ],
)
def test_a_file_source_is_read_from_its_url(url: str, kind: str, path: str) -> None:
    address = parse_source(url)
    assert isinstance(address, FileAddress)
    assert (address.kind, str(address.path)) == (kind, path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "看不懂"),
        ("imap.126.com", "看不懂"),
        ("pop3://u@h", "看不懂"),
        ("imaps:u@h", "双斜杠"),
        ("imaps://imap.126.com/INBOX", "用户名"),
        ("imaps://u@", "主机名"),
        ("imaps://u@h:99999", "端口"),
        ("imaps://u@h:x", "端口"),
        ("imaps://u@h/%FF", "UTF-8"),
        ("imaps://u%0d%0aX@h", "控制字符"),
        ("imaps://u:secret@h/INBOX", "密码"),
        ("imap://u@mail.example.com/INBOX", "明文"),
        ("imap://u@10.0.0.1", "明文"),
        ("maildir:", "路径"),
    ],
)
def test_a_mistake_is_told_in_words(url: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_source(url)
    assert says in caught.value.message
    assert caught.value.exit_code == 64


@pytest.mark.parametrize("url", ["imaps://u:secret@h/X", "imapz://u:secret@h", "imaps:u:secret@h"])
def test_a_password_in_a_url_is_never_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_source(url)
    assert "secret" not in caught.value.message


def test_the_account_names_the_mailbox_and_nothing_secret_or_passing() -> None:
    plain = parse_source("imaps://call%40126.com@imap.126.com/INBOX")
    other_folder = parse_source("imaps://call@126.com@imap.126.com:993/垃圾邮件")
    assert isinstance(plain, ImapAddress)
    assert isinstance(other_folder, ImapAddress)
    assert plain.account == other_folder.account == "imaps://call@126.com@imap.126.com"
    unusual = parse_source("imap://u@[::1]:1143")
    assert isinstance(unusual, ImapAddress)
    assert unusual.account == "imap://u@[::1]:1143"
