"""A casebook with a few cases, made the way a pass makes it but without mail servers and readers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.casebook.changes import Archived, Folder, Listed
from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.records import Received
from inbox_ingest.stages.file import file_mail
from tests.casebook.mails import CAMPAIGN, MONDAY, case_text, form, mail, scan

NOW = datetime(2025, 5, 20, 1, 0, tzinfo=UTC)
INBOX = Folder("imaps://call@126.com@imap.126.com", "INBOX", 1)


def filed(home: Path, mails: list[Received]) -> None:
    """Put `mails` into the casebook of `home` and file them."""
    with open_casebook(home / "casebook.sqlite3") as book:
        book.runs.remember_campaign(CAMPAIGN, shipped_campaign(), NOW)
        run = book.runs.start(NOW)
        details = [Listed(str(uid), 1000, item.received_at) for uid, item in enumerate(mails, 1)]
        book.places.record_listing(
            INBOX,
            [listed.uid for listed in details],
            details,
            exists=len(mails),
            collect_from=CAMPAIGN.window.starts_at(),
            now=NOW,
        )
        places = {place.uid: place.id for place in book.places.due(NOW)}
        book.places.archived(
            [
                Archived(places[str(uid)], item.reading.raw_sha256, 1000, item.received_at)
                for uid, item in enumerate(mails, 1)
            ],
            NOW,
        )
        book.readings.save([item.reading for item in mails], NOW)
        file_mail(book, CAMPAIGN, lambda: NOW)
        book.runs.finish(run, NOW, outcome="done", exit_code=0)


def small(home: Path) -> None:
    """One complete case in two mails, one that lacks its text, a question, a mail nobody can read."""
    first = mail(form(), case_text(), sender="liwen@example.cn", name="a")
    filed(
        home,
        [
            first,
            mail(scan(), sender="liwen@example.cn", hours=3, answers=first, name="b"),
            mail(
                form(
                    "水运党建联盟",
                    "某某市航道管理处",
                    ticked=("行业思政",),
                    filename="申报表2.docx",
                ),
                scan("盖章2.jpg", version="2"),
                sender="wang@example.cn",
                hours=30,
                subject="\x1b[31m申报\x1b[0m",
                name="c",
            ),
            mail(
                sender="zhao@example.cn",
                hours=40,
                subject="请问截止时间",
                text="请问何时截止？",
                name="d",
            ),
            mail(sender="bad@example.cn", hours=50, subject="坏邮件", problem="嵌套过深", name="e"),
        ],
    )


__all__ = ["MONDAY", "NOW", "filed", "small"]
