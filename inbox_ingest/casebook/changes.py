"""The values that go into the casebook and come out of it; plain data, no SQL, no work.

Times are aware datetimes; the casebook keeps them in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from inbox_ingest.records import Case, Disposition, Issue, Reason, Status

PlaceState = Literal["listed", "archived", "out_of_scope"]
RunOutcome = Literal["running", "done", "failed", "died"]
ReplyKind = Literal["receipt", "missing", "reminder"]
ReplyState = Literal["draft", "approved", "sending", "sent", "failed", "withheld"]
DecisionKind = Literal[
    "fix", "assign", "merge", "split", "waive", "dispose", "note", "handle", "agree"
]


# Rows in casebooks carry these words; other words would make their doubt forgotten.
IN_DOUBT = "不能确定是否已寄出：请在“已发送”中核对，再用 ingest replies settle 说明"


# --- collect ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a mailbox as the server names it now. `uidvalidity` is 0 for file sources."""

    account: str
    folder: str
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing tells of one message: `uid` as text, `size` in bytes, the INTERNALDATE."""

    uid: str
    size: int | None
    internaldate: datetime | None


@dataclass(frozen=True, slots=True)
class ListingResult:
    """How many places a listing added, took away, and found again."""

    new: int = 0
    out_of_scope: int = 0
    gone: int = 0
    back: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place whose mail is to be fetched. `id` is what `archived` and `postpone` want back."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    uid: str
    size: int | None
    internaldate: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Archived:
    """A fetched mail whose raw bytes are on disk and synced. `size` is that of the raw bytes.

    `internaldate` is the time of receipt (never None here: file sources have found one).
    """

    place_id: int
    raw_sha256: str
    size: int
    internaldate: datetime
    message_id: str | None = None


# --- read -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToRead:
    """A mail in the archive that has to be read (again). `attempts` have failed before."""

    raw_sha256: str
    received_at: datetime
    size: int
    attempts: int


# --- file -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case as the casebook holds it. `body` is what `Case.model_dump_json()` gives, and
    `body_sha256` its hash (`revising.body_mark`), which tells without the body whether it changed.

    `closed` cases were merged (`merged_into` names the case that took them over) or have lost all
    their material; they keep number and anchor, so that they come back under the old number.
    """

    case_no: str
    sequence: int
    anchor: str
    revision: int
    status: Status
    message_sha256s: frozenset[str]
    closed: bool
    merged_into: str | None
    body: str = ""
    body_sha256: str = ""

    def case(self) -> Case:
        """The case of the newest revision."""
        return Case.model_validate_json(self.body)


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A case as it was between two mails that one filing brings; `cause` is a raw SHA-256."""

    case: Case
    issues: tuple[Issue, ...]
    cause: str


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case that assembly made or changed, judged.

    `case.case_no` is that of the known case it continues. None, or a number that is not in the
    casebook yet, makes a new case: the numbers of new cases must be those that
    `campaign.numbers.number(...)` gives from `CaseStore.next_sequence()` on, in the order of the
    filing, and the store gives them itself where they are None. A case without number whose anchor
    an open case already has is that case.

    `cause` says what made the revision: a raw SHA-256, `decision:<id>`, `reread`, `others` (mail of
    another case). `reply_due` leaves a row for the sender's answer if a revision is made;
    `reply_held`, a Chinese sentence, keeps that answer back until a person agrees (a verdict changed
    by rereading), and leaves none where the sender would be told nothing else.
    `earlier` are the revisions that come before this one, oldest first.
    """

    case: Case
    issues: tuple[Issue, ...]
    cause: str
    city: str | None = None
    reply_due: bool = False
    reply_held: str | None = None
    earlier: tuple[EarlierVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: its disposition and the cases it has to do with, by their anchors."""

    raw_sha256: str
    disposition: Disposition
    anchors: tuple[str, ...] = ()
    problem: str | None = None
    waits_for_person: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word. `anchor` is that of the case when the person spoke; `case_no` is fixed.

    `changed_at` moves when it is undone; `undone_at` is None while it is in force. `applied` says
    that a filing has seen it as it is now.
    """

    id: int
    made_at: datetime
    who: str
    why: str | None
    kind: DecisionKind
    case_no: str | None
    anchor: str | None
    raw_sha256: str | None
    payload: dict[str, Any]
    changed_at: datetime
    undone_at: datetime | None = None
    undone_by: str | None = None
    applied: bool = False

    @property
    def in_force(self) -> bool:
        """Whether nobody has taken it back."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class Filing:
    """Everything one filing writes, in one transaction.

    `merged` maps the number of a case that is no more to the case that took it over, `dropped`
    names cases that have lost all their material. `decisions` are those the fold has seen, undone
    ones included: they are marked as applied, unless a person changed them meanwhile.
    """

    cases: tuple[CaseChange, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    merged: dict[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """What a filing wrote. `numbers` gives the case number under each anchor of the filing."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    closed: int = 0
    outcomes: int = 0
    numbers: dict[str, str] = field(default_factory=dict)


# --- replies ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyDue:
    """A revision whose senders have not been told yet; `held` says why a person must agree first."""

    id: int
    case_no: str
    revision: int
    created_at: datetime
    held: str | None


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply as composed. `cases` are (case number, revision told); `dues` the rows it answers.

    `verdict` is a fingerprint of what it tells: the same verdict is not told twice. `replaces` are
    unsent replies that this one makes void: they are withheld in the same transaction.
    `answered_at`, `terms` and `held` as in `Reply`.
    """

    to: str
    subject: str
    body: str
    kind: ReplyKind
    message_id: str
    cases: tuple[tuple[str, int], ...] = ()
    dues: tuple[int, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    verdict: str | None = None
    state: ReplyState = "draft"
    reason: str | None = None
    not_before: datetime | None = None
    replaces: tuple[int, ...] = ()
    answered_at: datetime | None = None
    terms: str | None = None
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as the casebook holds it.

    `edited_at`: when a person last changed its words. `answered_at`: the newest mail written by hand
    for which it was withheld; a person who takes it up again has overruled that mail.
    `undeliverable`: why nothing can be delivered to this address, where that is what became of it.
    `terms`: a fingerprint of what it says of the campaign; None in letters of older programs.
    `held`: why a person must see it whatever becomes of its cases; whatever takes its place inherits it.
    """

    id: int
    to: str
    subject: str
    body: str
    kind: ReplyKind
    state: ReplyState
    reason: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    message_id: str
    verdict: str | None
    created_at: datetime
    changed_at: datetime
    approved_by: str | None
    next_try_at: datetime | None
    attempts: int
    smtp_reply: str | None
    sent_at: datetime | None
    cases: tuple[tuple[str, int], ...] = ()
    edited_at: datetime | None = None
    answered_at: datetime | None = None
    undeliverable: str | None = None
    terms: str | None = None
    held: str | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows if it went out: only a person's word leads on from here."""
        return self.state == "failed" and self.reason == IN_DOUBT

    @property
    def unwritten(self) -> bool:
        """Whether a template error left this row without a letter."""
        return self.state == "failed" and self.verdict is None
