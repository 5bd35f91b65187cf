"""The vocabulary: what the stages hand to each other, as frozen pydantic models.

A mail becomes a `Reading` (envelope, attachments with what was read in them, cloud links).
Readings with their times of receipt become `Case`s; a case and a campaign give `Issue`s.
Nothing here does any work; nothing here imports more than pydantic.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

Role = Literal[
    "form",
    "form_scan",
    "case_text",
    "template",
    "photo",
    "video",
    "media_report",
    "archive",
    "inline",
    "other",
]
ROLES: tuple[Role, ...] = get_args(Role)

Disposition = Literal[
    "submission", "supplement", "duplicate", "unrelated", "automatic", "quarantined"
]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)

Status = Literal["incomplete", "review", "complete"]
STATUSES: tuple[Status, ...] = get_args(Status)

Audience = Literal["sender", "organiser"]
Severity = Literal["error", "warning"]
Stage = Literal["listed", "archived", "read", "filed"]

# Every tick box, however it was drawn, reaches the form reader as one of these.
TICKED = "☑"
EMPTY_BOX = "☐"
UNSURE_BOX = "⍰"


class IssueCode(StrEnum):
    """The issue codes of contract §6."""

    FORM_MISSING = "form-missing"
    SCAN_MISSING = "scan-missing"
    CASE_TEXT_MISSING = "case-text-missing"
    FIELD_MISSING = "field-missing"
    TYPE_AMBIGUOUS = "type-ambiguous"
    PHONE_INVALID = "phone-invalid"
    SUMMARY_TOO_LONG = "summary-too-long"
    BODY_TOO_LONG = "body-too-long"
    SECTION_MISSING = "section-missing"
    SECTION_EMPTY = "section-empty"
    SECTION_ORDER = "section-order"
    SEAL_MISSING = "seal-missing"
    FILE_UNREADABLE = "file-unreadable"
    CLOUD_ATTACHMENT = "cloud-attachment"
    TEMPLATE_BLANK = "template-blank"
    SEAL_UNVERIFIED = "seal-unverified"
    RECEIVED_LATE = "received-late"
    CORRECTION_LATE = "correction-late"
    TITLE_MISMATCH = "title-mismatch"
    UNIT_MISMATCH = "unit-mismatch"
    POSSIBLE_DUPLICATE = "possible-duplicate"
    ASSEMBLY_UNSURE = "assembly-unsure"
    READER_MISSING = "reader-missing"
    LOW_CONFIDENCE = "low-confidence"
    SUSPICIOUS_FILE = "suspicious-file"


class Frozen(BaseModel):
    """A value: compared by content, never changed, refusing keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- a mail -----------------------------------------------------------------------------------


class Address(Frozen):
    """A bare address (`addr-spec` of RFC 5322 §3.4.1, as written) and the decoded display name."""

    address: str
    name: str | None = None


class AutomaticSigns(Frozen):
    """Header values that say a machine wrote the mail (RFC 3834 §5); lower-cased, decoded.

    A header that stands there twice has both values, with a comma between.
    """

    auto_submitted: str | None = None
    precedence: str | None = None
    list_headers: tuple[str, ...] = ()
    auto_response_suppress: str | None = None
    auto_reply_headers: tuple[str, ...] = ()
    null_return_path: bool = False
    delivery_report: bool = False  # multipart/report; report-type=delivery-status (RFC 3464)
    disposition_notification: bool = False  # RFC 8098 read receipt


class Message(Frozen):
    """The headers of one mail, decoded; control characters removed from every text."""

    message_id: str | None
    subject: str | None
    sender: Address | None  # From, the first address
    other_senders: tuple[Address, ...] = ()  # further addresses of From, and those of Sender
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    resent_to: tuple[Address, ...] = ()  # Resent-To, Resent-Cc, Resent-Bcc
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None  # the sender's Date header: shown, never judged by
    received: datetime | None = None  # newest Received: header's date, for file sources
    signs: AutomaticSigns = AutomaticSigns()


class Problem(Frozen):
    """What went wrong with one file or mail, as a value: a code and a Chinese sentence."""

    code: IssueCode
    detail: str


class Evidence(Frozen):
    """Where a value was found: the file, the place in it, by which means, how sure (0 to 1)."""

    file: str | None
    where: str
    means: Literal["text", "ocr", "ink", "person"] = "text"
    confidence: float = 1.0


class FieldValue(Frozen):
    """One field of a form as read. `value` is None where the cell is empty.

    For a choice field `ticked` are the options whose box is ticked, and `sure` is False where a box
    could not be told ticked from empty. `count` is the contract's 字 count of the value.
    """

    value: str | None
    ticked: tuple[str, ...] = ()
    sure: bool = True
    count: int = 0
    evidence: Evidence


class FormRecord(Frozen):
    """An application form as read: a value for each campaign field whose label was found.

    `fields` is keyed by the Chinese field name of the campaign file. `blank` says that nothing was
    filled in at all (a template sent back). `doubts` say in Chinese what could not be told: a person
    looks.
    """

    fields: dict[str, FieldValue]
    blank: bool = False
    doubts: tuple[str, ...] = ()


class SectionRecord(Frozen):
    """One section heading found in a case text: canonical name, 字 under it, place."""

    name: str
    count: int
    empty: bool
    where: str


class CaseText(Frozen):
    """A case text as read. Counts follow contract §2; `sections` are in order of appearance.

    `text_sha256` is over the text without white space: two files with the same text share it.
    `signature` is a min-hash of the body for near-duplicate search, empty where there is no body.
    `doubts` say in Chinese what of the text could not be told: a person looks. `possible` are names of
    sections without a heading, each with the headings of the writer's own under which it may stand.
    `either_count` 字 of the body stand right after the 摘要, and may as well belong to it.
    """

    title: str | None
    unit: str | None
    abstract_count: int | None
    body_count: int
    either_count: int = 0
    sections: tuple[SectionRecord, ...]
    text_sha256: str
    signature: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    possible: dict[str, str] = {}
    evidence: Evidence


SealVerdict = Literal["present", "absent", "unverified"]


class ScanRecord(Frozen):
    """A stamped copy as seen: the seal, whether the page has colour, what OCR could read.

    `seal` is absent only when a colour page was searched and surely has none. `seal_text` hints.
    """

    seal: SealVerdict
    colour: bool
    over_opinion: bool | None = None
    seal_text: str | None = None
    electronic: bool = False
    note: str | None = None


class Attachment(Frozen):
    """One file of a mail, at whatever depth, with what was read in it.

    `filename` is what the sender called it, decoded, without folders and control characters.
    `part` is its stable place: MIME part path, then member indexes inside containers (`2/1/3`).
    `container` names the archive or nested mail it came out of, `group` the folder inside it.
    `kind` is the format by content (`docx`, `doc`, `pdf`, `jpeg`, `zip` … `unknown`).
    `lost` names (in Chinese) what of the file nobody read: what is missing elsewhere may be there.
    `unopened` are the names of all files that an archive lists and that did not come out of it; empty
    too where its list could not be read to the end.
    """

    filename: str | None
    size: int
    sha256: str
    declared_type: str
    kind: str
    part: str
    role: Role
    role_reason: str = ""
    container: str | None = None
    group: str | None = None
    form: FormRecord | None = None
    case_text: CaseText | None = None
    scan: ScanRecord | None = None
    problems: tuple[Problem, ...] = ()
    unopened: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class CloudLink(Frozen):
    """A file that was sent as a download link (facts §3): never fetched."""

    filename: str | None
    url: str
    provider: str
    size_text: str | None = None
    expires: datetime | None = None


class Want(Frozen):
    """Work that a reading is waiting for, done in batches outside the pure reader.

    `convert` turns a file into .docx with LibreOffice; `ocr` recognises one picture. The result is
    kept under the content's SHA-256, and the mail is read again.
    """

    kind: Literal["convert", "ocr"]
    sha256: str


class Reading(Frozen):
    """Everything that was read in one mail, with the versions that read it.

    `problem` is set where the mail as a whole could not be read (disposition `quarantined`).
    `text` is the sender's own words, without quoted history, cut at a few thousand characters.
    """

    raw_sha256: str
    reader_version: str
    campaign_sha256: str
    message: Message
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    links: tuple[CloudLink, ...] = ()
    wants: tuple[Want, ...] = ()
    problem: str | None = None


# --- a case -----------------------------------------------------------------------------------


class Received(Frozen):
    """A reading with what only the server knows: time of receipt (INTERNALDATE) and folder."""

    received_at: datetime
    folder: str
    reading: Reading


class Material(Frozen):
    """An attachment as part of a case: which mail brought it, when, from whom."""

    attachment: Attachment
    raw_sha256: str
    message_id: str | None
    sender: str | None
    received_at: datetime | None


class Reason(Frozen):
    """Why the program joined a mail to a case: a short code for machines, a sentence for people."""

    raw_sha256: str
    code: str
    text: str


class Issue(Frozen):
    """One finding of contract §6, stamped with audience and severity by the checking engine."""

    code: IssueCode
    field: str | None
    audience: Audience
    severity: Severity
    measured: int | None = None
    limit: int | None = None
    expires: datetime | None = None
    text: str


class Case(Frozen):
    """A case as assembled: its current documents and the values read from them.

    `values` is keyed by campaign field name, already chosen by contract §9 (form, else scan, else
    case text). `documents` are current, in order of role and receipt; `superseded` the older ones.
    `anchor` (raw SHA-256 and part of the first material) identifies it across rereadings.
    `waived_before` are those of `waived` since whose waiving documents came that nobody looked at.
    `revision` counts the mails that changed the case and the decisions about it: it depends on
    neither the number of passes nor the order of storing; where people decided, it never falls.
    `late` says that the first material came after the window closed; `late_corrections` that
    documents did which changed a case begun in time. `unsure` are doubts in words; documents of
    `doubtful_roles` may lie in another case, so nobody is told that they are missing. Of `undecided`
    roles several versions came together: nothing in the one shown is held against the sender.
    """

    anchor: str
    case_no: str | None
    documents: tuple[Material, ...]
    superseded: tuple[Material, ...] = ()
    links: tuple[CloudLink, ...] = ()
    values: dict[str, FieldValue]
    case_text: CaseText | None = None
    message_sha256s: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    received_at: datetime | None = None
    updated_at: datetime | None = None
    revision: int = 1
    late: bool = False
    late_corrections: bool = False
    unsure: tuple[str, ...] = ()
    doubtful_roles: tuple[Role, ...] = ()
    undecided: tuple[Role, ...] = ()
    duplicates_of: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    waived_before: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


def status_of(issues: tuple[Issue, ...]) -> Status:
    """Return the status of a case with these open issues (contract §5)."""
    if any(issue.audience == "sender" and issue.severity == "error" for issue in issues):
        return "incomplete"
    if any(issue.audience == "organiser" for issue in issues):
        return "review"
    return "complete"
