"""From an address to a `Source`, importing only what that kind of source needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inbox_ingest.inbox.urls import FileAddress, ImapAddress

if TYPE_CHECKING:
    from inbox_ingest.inbox.source import Source


def open_source(
    address: ImapAddress | FileAddress,
    *,
    password: Callable[[ImapAddress], str],
    folders: Sequence[str] = (),
    ca_file: Path | None = None,
) -> Source:
    """Make the source for `address`.

    `password` is asked only for a mailbox on a server. `folders` are those of the configuration; the
    folder of the URL goes before them. `ca_file` adds a certificate authority of one's own (PEM).
    No connection is made yet. Raises `InputError` where files are missing.
    """
    if isinstance(address, FileAddress):
        from inbox_ingest.inbox.folder import open_files

        return open_files(address)
    from inbox_ingest.inbox.imap import ImapSource

    return ImapSource(address, password(address), folders=folders, ca_file=ca_file)
