"""A quick look into the casebook with the bare sqlite3 module: no ORM, no pydantic, read-only.

    glance = Glance.open(home / "casebook.sqlite3")     # None where there is no casebook yet
    glance.status(now)  glance.cases(...)  glance.case("DJ012")  glance.poll(account, now)

Times come as ISO 8601 with offset in the campaign's zone. A casebook on a server of its own
(PostgreSQL) has no glance; its `status` is the price of the bare module.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Literal, Self

from inbox_ingest.casebook.schema import HEAD, REVISIONS
from inbox_ingest.casebook.sqlite_words import said_in_words
from inbox_ingest.errors import ConfigurationError, DatabaseTooNew

_BUSY_SECONDS = 5.0
_FAILED_RUNS_SHOWN = 3
UNKNOWN = "unknown"  # the key for cases without a type: JSON keys cannot be null

# Spelt out rather than imported: `records` would bring pydantic along. A test compares them.
STATUSES = ("incomplete", "review", "complete")
DISPOSITIONS = (
    "submission",
    "supplement",
    "duplicate",
    "unrelated",
    "automatic",
    "quarantined",
)
REPLY_STATES = ("draft", "approved", "sending", "sent", "failed", "withheld")


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
    file), `dues` (answers to compose), `replies` (to send).
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
            DatabaseTooNew: a newer version of this program wrote it.
            ConfigurationError: an older one did (a pass upgrades it), it is no casebook, or
                belongs to another user.
            TryLater: it cannot be read now.
        """
        if not _is_there(path):
            return None
        with said_in_words(path):
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS
            )
            try:
                connection.row_factory = sqlite3.Row
                if not _is_current(connection, path):
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
        campaign = next(iter(self.rows("SELECT * FROM campaigns")), None)
        looked = self.rows("SELECT max(looked_at) FROM folders")[0][0]
        replies = self.rows("SELECT state, count(*) FROM replies GROUP BY state")
        messages = self.rows(
            "SELECT disposition, count(*) FROM messages"
            " WHERE disposition IS NOT NULL GROUP BY disposition"
        )
        issues = self.rows(
            "SELECT code, count(*) AS open FROM issues WHERE closed_revision IS NULL"
            " GROUP BY code ORDER BY open DESC, code"
        )
        return {
            "campaign": campaign and campaign["title"],
            "window": self._window(campaign, now),
            "last_fetch": self.local(looked),
            "balance": [
                dict(row) for row in self.rows("SELECT * FROM balance ORDER BY account, folder")
            ],
            "cases": self._cases_counted(campaign),
            "messages": dict.fromkeys(DISPOSITIONS, 0) | {row[0]: row[1] for row in messages},
            "issues": {row[0]: row[1] for row in issues},
            "for_a_person": self.rows("SELECT count(*) FROM for_a_person")[0][0],
            "replies": dict.fromkeys(REPLY_STATES, 0) | {row[0]: row[1] for row in replies},
            "failed_runs": self._failed_runs(),
        }

    def _window(self, campaign: sqlite3.Row | None, now: datetime) -> dict[str, Any]:
        if campaign is None:
            return {"opens": None, "closes": None, "days_left": None}
        last_day = datetime.fromisoformat(campaign["closes"]).date()
        left = (last_day - now.astimezone(self.zone).date()).days
        return {"opens": campaign["opens"], "closes": campaign["closes"], "days_left": left}

    def _cases_counted(self, campaign: sqlite3.Row | None) -> dict[str, Any]:
        import json

        rows = self.rows(
            "SELECT status, type, count(*) FROM cases WHERE closed_at IS NULL GROUP BY status, type"
        )
        by_status = dict.fromkeys(STATUSES, 0)
        types = json.loads(campaign["types"]) if campaign is not None else []
        by_type: dict[str, int] = dict.fromkeys(types, 0)
        for status, kind, count in rows:
            by_status[status] += count
            by_type[kind or UNKNOWN] = by_type.get(kind or UNKNOWN, 0) + count
        return {"total": sum(by_status.values()), "by_status": by_status, "by_type": by_type}

    def _failed_runs(self) -> list[dict[str, Any]]:
        rows = self.rows(
            "SELECT started_at, ended_at, outcome, exit_code, error FROM runs"
            " WHERE outcome IN ('failed', 'died')"
            " AND id > coalesce((SELECT max(id) FROM runs WHERE outcome = 'done'), 0)"
            " ORDER BY id DESC LIMIT ?",
            _FAILED_RUNS_SHOWN,
        )
        times = ("started_at", "ended_at")
        return [dict(row) | {name: self.local(row[name]) for name in times} for row in rows]

    # --- the poll -----------------------------------------------------------------------------

    def poll(self, account: str, now: datetime, *, reader_version: str | None = None) -> PollGlance:
        """What is known of this account's folders, and which work is waiting.

        With `reader_version`, mails that another version could not read count as waiting.
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
        waiting = {
            name for name, sql, values in _work(when, reader_version) if self.rows(sql, *values)
        }
        campaign = self.rows("SELECT sha256 FROM campaigns")
        return PollGlance(folders, frozenset(waiting), campaign[0][0] if campaign else None)

    def known_uids(self, account: str, folder: str, uidvalidity: int) -> set[str]:
        """UIDs on record that were on the server at the last listing."""
        rows = self.rows(
            "SELECT uid FROM places"
            " WHERE account = ? AND folder = ? AND uidvalidity = ? AND gone_at IS NULL",
            account,
            folder,
            uidvalidity,
        )
        return {row[0] for row in rows}

    # --- cases, lists, exports ----------------------------------------------------------------

    def cases(
        self,
        *,
        status: str | None = None,
        type: str | None = None,
        city: str | None = None,
        unit: str | None = None,
        code: str | None = None,
        since: datetime | None = None,
        waiting: bool = False,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Open cases that fit every filter, by number.

        `type` and `city` may be `unknown`; `unit` is a part of the name; `code` an open issue's;
        `since` a time that `updated_at` is not before; `waiting`: an issue for the organiser is
        open. Keys: case_no, status, title, unit, type, city, received_at, updated_at, completed_at,
        revision, codes (open issue codes, once each).
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
        """case_no, closed_at, merged_into of the case with this number, whatever its letters' size."""
        rows = self.rows(
            "SELECT cases.case_no, cases.closed_at, other.case_no AS merged_into FROM cases"
            " LEFT JOIN cases AS other ON other.id = cases.merged_into"
            " WHERE cases.case_no IN (?, upper(?)) ORDER BY cases.case_no = ? DESC",
            written,
            written,
            written,
        )
        return dict(rows[0]) if rows else None

    def decisions(self, case_no: str | None = None) -> list[dict[str, Any]]:
        """Every decision, or those that have to do with one case; see `glance_files.decisions`."""
        from inbox_ingest.casebook.glance_files import decisions

        return decisions(self, case_no)

    def for_a_person(self) -> list[dict[str, Any]]:
        """What waits for the organiser: kind, reference, since, subject, reason; oldest first.

        Kinds: `case` (an open case with an open issue for the organiser), `question` (a person's
        mail that waits), `quarantined` (not dealt with yet), `reply` (could not be sent or came
        back), `fetch` (a mail that could not be fetched five times). Drafts that wait for approval
        are not among them: `replies` of the status counts them.
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


def _is_there(path: Path) -> bool:
    """Whether there is a casebook that this user may look into.

    Raises:
        ConfigurationError: there is one and it may not be read, or its place can have none.
    """
    remedy = "请用原来的用户运行，或改正 INGEST_HOME 的位置或权限。"
    try:
        if path.stat().st_size == 0:
            return False
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        raise ConfigurationError(
            f"数据目录 {path.parent} 不是文件夹。", remedy="请改正 INGEST_HOME。"
        ) from error
    except PermissionError as error:
        raise ConfigurationError(f"没有权限读取数据目录 {path.parent}。", remedy=remedy) from error
    if not os.access(path, os.R_OK):
        raise ConfigurationError(f"没有权限读取数据库 {path}。", remedy=remedy)
    return True


def _is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the tables are ours and of this version; False where there are none yet."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not names:
        return False
    rows = (
        connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if "alembic_version" in names
        else []
    )
    if not rows:
        raise ConfigurationError(
            f"{path} 是别的程序的数据库",
            remedy="请让 INGEST_HOME 指向一个空文件夹，或移走这个文件。",
        )
    version = rows[0][0]
    if version == HEAD:
        return True
    if version in REVISIONS:
        raise ConfigurationError(
            f"数据库 {path} 由旧版本写成，尚未升级", remedy="运行一次 ingest run，会自动升级。"
        )
    raise DatabaseTooNew(
        f"数据库 {path} 由更新的版本写成（{version}），本程序只认得到 {HEAD}",
        remedy="请升级本程序；或从 backups 文件夹恢复旧备份。",
    )


def _work(when: str, reader_version: str | None) -> Iterator[tuple[str, str, tuple[object, ...]]]:
    """A query for each kind of waiting work, each answered from a small index."""
    yield (
        "places",
        "SELECT 1 FROM places WHERE state = 'listed' AND gone_at IS NULL"
        " AND (next_try_at IS NULL OR next_try_at <= ?) LIMIT 1",
        (when,),
    )
    yield "messages", "SELECT 1 FROM messages WHERE stage <> 'filed' LIMIT 1", ()
    if reader_version is not None:
        yield (
            "messages",
            "SELECT 1 FROM messages JOIN readings USING (raw_sha256)"
            " WHERE unsettled = 1 AND reader_version <> ? LIMIT 1",
            (reader_version,),
        )
    yield "decisions", "SELECT 1 FROM decisions WHERE applied_at IS NULL LIMIT 1", ()
    yield (
        "dues",
        "SELECT 1 FROM reply_dues"
        " WHERE reply_id IS NULL AND settled_at IS NULL AND held IS NULL LIMIT 1",
        (),
    )
    yield (
        "replies",
        "SELECT 1 FROM replies WHERE state = 'sending'"
        " OR (state = 'approved' AND (next_try_at IS NULL OR next_try_at <= ?)) LIMIT 1",
        (when,),
    )
