"""Small things that the tests of IMAP sources share."""

from __future__ import annotations

from collections.abc import Sequence

from inbox_ingest.inbox.imap import ImapSource
from inbox_ingest.inbox.source import Fetched, FetchFailure
from inbox_ingest.inbox.urls import ImapAddress, parse_source
from inbox_ingest.inbox.wire import Patience

# Short enough for tests, long enough for a busy machine.
HASTY = Patience(connect=5.0, silence=1.5, grace=3.0, slowest=8192, attempts=3, pauses=())


def imap_source(
    url: str, password: str, *, folders: Sequence[str] = (), patience: Patience = HASTY
) -> ImapSource:
    address = parse_source(url)
    assert isinstance(address, ImapAddress)
    return ImapSource(address, password, folders=folders, patience=patience)


def wanted(source: ImapSource, folder: str = "INBOX") -> list[tuple[str, int]]:
    """All messages of a folder as (uid, size)."""
    uids = source.list_uids(folder)
    return [(each.uid, each.size) for each in source.describe(folder, uids)]


def fetch_all(source: ImapSource, folder: str = "INBOX") -> dict[str, bytes | FetchFailure]:
    """All messages of a folder, in the order in which they came."""
    return collect(source, wanted(source, folder), folder)


def collect(
    source: ImapSource, pairs: Sequence[tuple[str, int]], folder: str = "INBOX"
) -> dict[str, bytes | FetchFailure]:
    found: dict[str, bytes | FetchFailure] = {}
    for result in source.fetch(folder, pairs):
        assert result.uid not in found
        found[result.uid] = b"".join(result.chunks()) if isinstance(result, Fetched) else result
    return found


def mail(number: int, size: int = 2000) -> bytes:
    """A mail of about `size` bytes whose every part depends on `number`."""
    head = f"Message-ID: <{number}@example.com>\r\nSubject: mail {number}\r\n\r\n".encode()
    line = f"{number:08}-".encode() * 7 + b"\r\n"
    return head + line * max(1, (size - len(head)) // len(line))
