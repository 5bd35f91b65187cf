"""Commands that survive their connection: connect again, open the folder again, try again.

Every loop here is bounded: `Patience.attempts` failures in a row end in `MailboxUnreachable`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from inbox_ingest.errors import IngestError, MailboxUnreachable
from inbox_ingest.inbox import failures
from inbox_ingest.inbox.connection import Connection
from inbox_ingest.inbox.failures import Fault
from inbox_ingest.inbox.source import FolderState
from inbox_ingest.inbox.urls import ImapAddress
from inbox_ingest.inbox.wire import Patience

T = TypeVar("T")


class Session:
    """One account, reached over as many connections as it takes, one at a time."""

    def __init__(
        self,
        address: ImapAddress,
        password: str,
        ca_file: Path | None,
        patience: Patience,
        *,
        password_from: str | None = None,
    ) -> None:
        self.address = address
        self.patience = patience
        self._password = password
        self._password_from = password_from
        self._ca_file = ca_file
        self._connection: Connection | None = None
        self._validity: dict[str, int] = {}

    def run(self, folder: str | None, work: Callable[[Connection], T]) -> T:
        """Do `work` on a connection with `folder` open (None: any), again where it breaks."""
        failed = 0
        while True:
            try:
                return self.once(folder, work)
            except Fault as fault:
                failed += 1
                self.give_up_after(failed, fault)

    def once(self, folder: str | None, work: Callable[[Connection], T]) -> T:
        """Do `work` once; whatever breaks it costs the connection. Raises `Fault`."""
        connection = self._connected(folder)
        try:
            return work(connection)
        except IngestError:
            raise  # said in good order: the connection is sound
        except BaseException:
            self.drop()
            raise

    def open(self, folder: str) -> FolderState:
        """EXAMINE, afresh; its UIDVALIDITY is what later reconnections must find."""
        state = self.run(None, lambda connection: connection.examine(folder))
        self._validity[folder] = state.uidvalidity
        return state

    def give_up_after(self, failed: int, fault: Fault) -> None:
        """Pause before another try, or raise `MailboxUnreachable` where that was the last."""
        if failed >= self.patience.attempts:
            raise failures.unreachable(self.address.host, fault) from fault
        self.patience.pause(failed)

    def drop(self) -> None:
        """Throw the connection away."""
        if self._connection is not None:
            self._connection.drop()
            self._connection = None

    def close(self) -> None:
        """LOGOUT, where there is still somebody to say it to."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self, folder: str | None) -> Connection:
        failed = 0
        while True:
            try:
                connection = self._connection
                if connection is None:
                    connection = self._connection = Connection(
                        self.address,
                        self._password,
                        ca_file=self._ca_file,
                        patience=self.patience,
                        password_from=self._password_from,
                    )
                if folder is not None and connection.folder != folder:
                    self._reopen(connection, folder)
            except Fault as fault:
                self.drop()
                failed += 1
                self.give_up_after(failed, fault)
            else:
                return connection

    def _reopen(self, connection: Connection, folder: str) -> None:
        found = connection.examine(folder).uidvalidity
        if self._validity.setdefault(folder, found) != found:
            del self._validity[folder]
            raise MailboxUnreachable(
                f"文件夹“{folder}”在读取途中被服务器重建（UIDVALIDITY 变了），这一次先停下。",
                remedy="下一次运行会重新核对全部邮件，不会漏收，也不会重复。",
            )
