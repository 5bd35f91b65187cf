"""May a document that does not say what it is about join a case, or take a readable one's place?

Filling a gap is fine. Taking something away needs more than a sender who has no other case: a bureau
sends its next unit's text, too. What names another unit or title goes nowhere without a person.
"""

from __future__ import annotations

from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import Index, cases_of_sender
from inbox_ingest.casebook.likeness import likeness
from inbox_ingest.casebook.naming import names_in_file_name
from inbox_ingest.casebook.pointing import names_another, said_outside
from inbox_ingest.casebook.proof import belongs
from inbox_ingest.checking.materials import readable
from inbox_ingest.records import Attachment, Material, Received

_BY_SENDER = frozenset({"complementary", "only-case"})
_SAID = frozenset({"thread", "number", "file-name", "correction"})


def may_join(
    index: Index,
    case: DraftCase,
    bundle: Bundle,
    received: Received,
    *,
    code: str,
    corrects: bool,
) -> bool:
    """Whether nothing speaks against what a clue (`code`) found, for documents without a title.

    `corrects`: the mail says that something is to be replaced.
    """
    if (bundle.name.title and bundle.lent != "name") or code == "same-bytes":
        return True  # its own words decide, or what it repeats
    replacing = _replaced(case, bundle, received)
    if not replacing and (code not in _BY_SENDER or bundle.lent == "name"):
        return True
    files = [file for file in bundle.attachments if file.role in CORE_ROLES]
    alike = likeness([m.attachment for m in replacing], files, index.campaign)
    if alike.same:
        return True
    outside = said_outside(bundle, received, index.campaign)
    if bundle.lent != "name" and (
        names_another(outside, case.names, index.titles, index.units, index.campaign)
        or index.served.calls_another(bundle, received, case.names)
    ):
        return False
    called = any(names_in_file_name(file, name) for file in files for name in case.names)
    if replacing and not belongs(case, received):
        return called
    # Another text altogether: a thread or a number says of which mail it is, not of which case.
    said = (code in _SAID or bundle.lent == "name") and (called or not alike.differs)
    return not replacing or corrects or said


def may_be_anothers(
    index: Index, case: DraftCase, bundle: Bundle, received: Received, *, code: str
) -> bool:
    """Whether one side names nothing, and it may be of another case of the same sender.

    An answer to his own letter says of which thread it is, not of which case in it; one to our
    letter about a case is about that.
    """
    thread = code == "thread"
    ours = any(one in index.sent for one in received.reading.message.in_reply_to)
    if code not in (*_BY_SENDER, "thread") or (thread and ours):
        return False
    known = [name for name in case.names if name.known]
    if bundle.name.known and known:
        return False
    files = bundle.attachments if known else case.attachments
    brought = bundle.roles if known else {role for role in CORE_ROLES if case.holds(role)}
    return index.served.may_be_anothers(
        files,
        received,
        known or [bundle.name],
        settled=[
            other
            for other in cases_of_sender(index, bundle, received)
            if other is not case and all(other.holds(role) for role in brought)
        ],
        thread=thread,
    )


def _replaced(case: DraftCase, bundle: Bundle, received: Received) -> list[Material]:
    """Readable documents that would be taken away; a scan without a sure seal is a gap."""
    return [
        material
        for file in bundle.attachments
        if file.role in CORE_ROLES and not case.knows(file)
        for material in case.replaced_by(file, received.reading.raw_sha256)
        if not _gap(material.attachment)
    ]


def _gap(file: Attachment) -> bool:
    sealless = file.scan is not None and file.scan.seal != "present"
    return not readable(file) or sealless or file.role == "template"
