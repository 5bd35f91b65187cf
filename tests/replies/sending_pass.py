"""A pass that sends, in a process of its own, for tests that kill it: CASEBOOK PORT."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.replies.sending import send_approved
from inbox_ingest.replies.smtp import SmtpServer, SmtpSession
from tests.replies.values import CAMPAIGN, at
from tests.servers.smtp import PASSWORD, USER


def main(casebook: str, port: str) -> None:
    where = SmtpServer(
        host="localhost", port=int(port), user=USER, security="plain", timeout=30, deadline=60
    )

    def clock() -> datetime:
        return at(3, 12)

    with open_casebook(Path(casebook)) as book:
        send_approved(
            book.replies,
            lambda: SmtpSession(where, PASSWORD),
            account=USER,
            campaign=CAMPAIGN,
            clock=clock,
            sleep=lambda _: None,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
