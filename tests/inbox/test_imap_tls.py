"""TLS: verified or refused, and never left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.errors import ConfigurationError, MailboxUnreachable
from inbox_ingest.inbox.imap import ImapSource
from inbox_ingest.inbox.urls import ImapAddress, parse_source
from tests.inbox.support import HASTY
from tests.servers.certificates import make_authority, server_context
from tests.servers.mailbox import PASSWORD, PymapServer
from tests.servers.scripted import ScriptedServer

OK = b"{tag} OK done\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return make_authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=[False, True], ids=["imaps", "starttls"])
def server(
    request: pytest.FixtureRequest, authority: tuple[Path, Path, Path]
) -> Iterator[PymapServer]:
    context = server_context(authority[1], authority[2])
    with PymapServer(gate=True, tls=context, starttls=request.param) as server:
        yield server


def source(url: str, ca_file: Path | None) -> ImapSource:
    address = parse_source(url)
    assert isinstance(address, ImapAddress)
    return ImapSource(address, PASSWORD, ca_file=ca_file, patience=HASTY)


def test_a_server_whose_authority_is_known_is_spoken_to(
    server: PymapServer, authority: tuple[Path, Path, Path]
) -> None:
    uid = server.deliver(b"Subject: x\r\n\r\n")
    assert source(server.url, authority[0]).list_uids("INBOX") == [uid]


def test_a_server_whose_authority_is_unknown_never_hears_the_password(server: PymapServer) -> None:
    with pytest.raises(MailboxUnreachable, match="证书未通过验证") as caught:
        source(server.url, None).open("INBOX")
    assert caught.value.exit_code == 75
    assert "LOGIN" not in server.commands


def test_a_certificate_for_another_host_is_refused(
    server: PymapServer, authority: tuple[Path, Path, Path]
) -> None:
    with pytest.raises(MailboxUnreachable, match="证书未通过验证"):
        source(server.url.replace("localhost", "127.0.0.1"), authority[0]).open("INBOX")
    assert "LOGIN" not in server.commands


def test_starttls_that_is_not_offered_is_not_done_without() -> None:
    with ScriptedServer() as server:
        with pytest.raises(ConfigurationError, match="STARTTLS"):
            source(f"imap+starttls://u@localhost:{server.port}", None).open("INBOX")
        assert not any("LOGIN" in line for line in server.heard)


def test_starttls_is_insisted_on_where_somebody_claims_that_we_are_logged_in() -> None:
    capability = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + OK
    with ScriptedServer({"CAPABILITY": capability}, greeting=b"* PREAUTH hello\r\n") as server:
        with pytest.raises(ConfigurationError, match="STARTTLS"):
            source(f"imap+starttls://u@localhost:{server.port}", None).open("INBOX")
        assert not any("EXAMINE" in line for line in server.heard)


def test_starttls_that_fails_ends_the_conversation() -> None:
    replies = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + OK,
        "STARTTLS": b"{tag} NO not now\r\n",
    }
    with ScriptedServer(replies) as server:
        with pytest.raises(MailboxUnreachable):
            source(f"imap+starttls://u@localhost:{server.port}", None).open("INBOX")
        assert not any("LOGIN" in line for line in server.heard)


def test_a_port_without_tls_is_told_in_words() -> None:
    with ScriptedServer() as server, pytest.raises(MailboxUnreachable, match="TLS 握手失败"):
        source(f"imaps://u@localhost:{server.port}", None).open("INBOX")


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_an_authority_file_that_cannot_be_used_is_a_matter_of_configuration(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="CA 证书文件"):
        source("imaps://u@localhost:1", path).open("INBOX")
