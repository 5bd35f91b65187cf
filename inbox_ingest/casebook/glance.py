"""A quick look into the casebook with the bare sqlite3 module: no ORM, no pydantic, read-only.

    glance = Glance.open(home / "casebook.sqlite3")     # None where there is no casebook yet
    glance.status(now)  glance.cases(...)  glance.case("DJ012")  glance.poll(account, now)

Times come as ISO 8601 with offset in the campaign's zone. A casebook on a server of its own
(PostgreSQL) has no glance; its `status` is the price of the bare module.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Literal, Self

from inbox_ingest.casebook.glance_opening import is_current, is_there, read_only
from inbox_ingest.casebook.sqlite_words import said_in_words


@dataclass(frozen=True, slots=True)
class FolderGlance:
    """What is known of a folder since its last full listing. Times are UTC."""

    uidvalidity: int
    exists: int
    highest_uid: int | None
    listed_at: datetime
    compared_at: datetime | None


@dataclass(frozen=True, slots=True)
class PollGlance:
    """What an empty poll needs: the folders, which work is waiting, the campaign's hash.

    `waiting` holds any of `places` (to fetch now), `messages` (to read or file), `decisions` (to
    file), `dues` (answers to compose), `replies` (to send), `interrupted` (replies found in
    `sending`: whether they went out has to be asked).
    """

    folders: dict[str, FolderGlance]
    waiting: frozenset[str]
    campaign_sha256: str | None


class Glance:
    """An open, read-only casebook; rows come as plain dicts in the shapes of contract §8."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.zone = self._zone()

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """Open for looking; None where there is no casebook yet.

        Raises:
            DatabaseTooOld: an older version of this program wrote it; a pass upgrades it.
            DatabaseTooNew: a newer one did.
            ConfigurationError: it is no casebook, or belongs to another user.
            TryLater: it cannot be read now.
        """
        if not is_there(path):
            return None
        with said_in_words(path):
            connection = read_only(path)
            try:
                connection.row_factory = sqlite3.Row
                if not is_current(connection, path):
                    connection.close()
                    return None
                return cls(connection, path)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with said_in_words(self.path):
            return self.connection.execute(sql, values).fetchall()

    def local(self, text: str | None) -> str | None:
        """A stored time in the campaign's zone."""
        return (
            None if text is None else datetime.fromisoformat(text).astimezone(self.zone).isoformat()
        )

    # --- status -------------------------------------------------------------------------------

    def status(self, now: datetime) -> dict[str, Any]:
        """`status --json` of contract §8, and `failed_runs` since the last that was done.

        `for_a_person` counts what `for_a_person()` lists.
        """
        from inbox_ingest.casebook.glance_status import status

        return status(self, now)

    # --- the poll -----------------------------------------------------------------------------

    def poll(self, account: str, now: datetime) -> PollGlance:
        """What is known of this account's folders, and which work is waiting.

        Mails that better readers might read are not among it: asking for the readers' version costs
        an empty poll its speed, and the full pass of each hour takes them up.
        """
        folders = {
            row["folder"]: FolderGlance(
                row["uidvalidity"],
                row["present"],
                row["highest_uid"],
                datetime.fromisoformat(row["listed_at"]),
                datetime.fromisoformat(row["compared_at"]) if row["compared_at"] else None,
            )
            for row in self.rows("SELECT * FROM folders WHERE account = ?", account)
        }
        when = now.astimezone(UTC).isoformat(timespec="microseconds")
        waiting = {name for name, sql, values in _work(when) if self.rows(sql, *values)}
        campaign = self.rows("SELECT sha256 FROM campaigns")
        return PollGlance(folders, frozenset(waiting), campaign[0][0] if campaign else None)

    # --- cases, lists, exports ----------------------------------------------------------------

    def cases(
        self,
        *,
        status: str | None = None,
        type: str | Collection[str] | None = None,
        city: str | Collection[str] | None = None,
        unit: str | None = None,
        code: str | None = None,
        since: datetime | None = None,
        waiting: bool = False,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Open cases that fit every filter, by number.

        `type` and `city` may be `unknown`, or several; `unit` is a part of the name; `code` an open issue's;
        `since` a time that `updated_at` is not before; `waiting`: an issue for the organiser is
        open. Keys: case_no, status, title, unit, type, city, received_at, updated_at, completed_at,
        revision, codes (open issue codes, once each), open_issues (how many).
        """
        from inbox_ingest.casebook.glance_cases import list_cases

        return list_cases(
            self,
            equal={"status": status, "type": type, "city": city},
            unit=unit,
            code=code,
            since=since,
            waiting=waiting,
            limit=limit,
        )

    def case(self, case_no: str) -> dict[str, Any] | None:
        """Everything about one case, closed ones too; None where there is none.

        The keys of contract §8, and: city, anchor, completed_at, closed_at, merged_into, merged_from,
        values (field → FieldValue), links, superseded (documents), late, unsure, duplicates_of, waived,
        reasons, issue_history, messages, revisions (with the `case` as it was), decisions, replies.
        Records stand as `inbox_ingest.records` has them.
        """
        from inbox_ingest.casebook.glance_cases import one_case

        return one_case(self, case_no)

    def case_number(self, written: str) -> dict[str, Any] | None:
        """case_no, closed_at, merged_into of the case meant by what a person typed."""
        from inbox_ingest.casebook.case_numbers import find_case

        return find_case(self, written)

    def decisions(self, case_no: str | None = None) -> list[dict[str, Any]]:
        """Every decision, or those that have to do with one case; see `glance_files.decisions`."""
        from inbox_ingest.casebook.glance_files import decisions

        return decisions(self, case_no)

    def for_a_person(self) -> list[dict[str, Any]]:
        """What waits for the organiser: kind, reference, since, subject, reason, address; oldest first.

        Kinds: `case` (an open case with an open issue for the organiser), `question` (a person's
        mail that waits), `quarantined` (not dealt with yet), `reply` (could not be sent or came
        back), `refused` (a letter that the program itself will not send), `fetch` (a mail that
        could not be fetched five times). Drafts that wait for approval are not among them:
        `replies` of the status counts them.
        """
        rows = self.rows("SELECT * FROM for_a_person ORDER BY since, kind, reference")
        return [dict(row) | {"since": self.local(row["since"])} for row in rows]

    def export(self, what: Literal["cases", "messages", "replies"]) -> Iterator[dict[str, Any]]:
        """The lines of contract §8: cases by number, messages by receipt, replies as made."""
        from inbox_ingest.casebook import glance_lines

        if what == "cases":
            return glance_lines.cases(self)
        return glance_lines.messages(self) if what == "messages" else glance_lines.replies(self)

    def _zone(self) -> tzinfo:
        row = self.rows("SELECT timezone FROM campaigns")
        if not row:
            return timezone(timedelta(hours=8))
        from zoneinfo import ZoneInfo

        return ZoneInfo(row[0][0])


def _work(when: str) -> Iterator[tuple[str, str, tuple[object, ...]]]:
    """A query for each kind of waiting work, each answered from a small index."""
    yield (
        "places",
        "SELECT 1 FROM places WHERE state = 'listed' AND gone_at IS NULL"
        " AND (next_try_at IS NULL OR next_try_at <= ?) LIMIT 1",
        (when,),
    )
    yield "messages", "SELECT 1 FROM messages WHERE stage <> 'filed' LIMIT 1", ()
    yield "decisions", "SELECT 1 FROM decisions WHERE applied_at IS NULL LIMIT 1", ()
    yield (
        "dues",
        "SELECT 1 FROM reply_dues"
        " WHERE reply_id IS NULL AND settled_at IS NULL AND held IS NULL LIMIT 1",
        (),
    )
    # A mended template heals the letters that it failed.
    yield "dues", "SELECT 1 FROM replies WHERE state = 'failed' AND verdict IS NULL LIMIT 1", ()
    yield (
        # Letters that wait and may no longer be true are drafted anew.
        "dues",
        "SELECT 1 FROM replies JOIN reply_cases ON reply_cases.reply_id = replies.id"
        " JOIN cases ON cases.id = case_id WHERE replies.state IN ('draft', 'approved')"
        " AND (cases.revision <> reply_cases.revision OR closed_at IS NOT NULL) LIMIT 1",
        (),
    )
    yield (
        "replies",
        "SELECT 1 FROM replies WHERE state = 'approved'"
        " AND (next_try_at IS NULL OR next_try_at <= ?) LIMIT 1",
        (when,),
    )
    yield "interrupted", "SELECT 1 FROM replies WHERE state = 'sending' LIMIT 1", ()
