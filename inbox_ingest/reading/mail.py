"""A mail, or files sent together, → `Reading`: the front door of the readers.

Pure: bytes, a campaign and the results of earlier batch work in, a value out. Whatever goes wrong
with one file becomes a problem of that file; a mail that cannot be taken apart at all becomes a
reading with a `problem`. Nothing is raised for what a sender sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inbox_ingest.campaigns import Campaign
from inbox_ingest.errors import IngestError
from inbox_ingest.reading.cloud_link_identity import each_once
from inbox_ingest.reading.cloud_links import Body, cloud_links
from inbox_ingest.reading.content import Content, Derived, Sink
from inbox_ingest.reading.envelope import NOTHING, envelope_of
from inbox_ingest.reading.file_reader import FileReader
from inbox_ingest.reading.mail_files import Item, MailFiles
from inbox_ingest.reading.message import MailParts, TooComplex, take_apart
from inbox_ingest.reading.mime_text import is_forward, own_words
from inbox_ingest.reading.version import READER_VERSION
from inbox_ingest.reading.watching import Unwatched, Watch
from inbox_ingest.records import Attachment, CloudLink, Reading, Want

_UNWATCHED = Unwatched()


def read_mail(
    raw: Content,
    campaign: Campaign,
    sink: Sink,
    derived: Derived,
    watch: Watch = _UNWATCHED,
) -> Reading:
    """Read one raw mail: its headers, words, links, and every file in it with what it says.

    `watch` is told of each file before it is opened.

    Raises:
        IngestError: the sink cannot keep a file (a full disk), so nothing can be said about it.
    """
    try:
        parts = take_apart(raw, sink)
        files = MailFiles(sink, watch)
        files.add(parts.files)
    except TooComplex as error:
        return _quarantined(raw, campaign, str(error))
    except IngestError:
        raise
    except Exception as error:  # noqa: BLE001 - the mail is kept and shown, whatever it broke
        return _quarantined(raw, campaign, f"邮件无法解析（{type(error).__name__}）")
    if _is_no_mail(parts):
        return _quarantined(
            raw, campaign, "内容为空" if raw.size == 0 else "不是一封邮件：没有任何邮件头"
        )
    attachments, wants = _read_all(files.items, FileReader(campaign, sink, derived, watch))
    return Reading(
        raw_sha256=raw.sha256,
        reader_version=READER_VERSION,
        campaign_sha256=campaign.sha256,
        message=parts.message,
        text=own_words(parts.text),
        attachments=attachments,
        links=_links(parts, files.bodies),
        wants=wants,
    )


def read_files(
    files: Sequence[tuple[str, Content]],
    campaign: Campaign,
    sink: Sink,
    derived: Derived,
    watch: Watch = _UNWATCHED,
) -> Reading:
    """Read local files as if they had been sent together: a reading without a mail around it.

    `raw_sha256` is that of the first file, or of nothing where there is none.

    Raises:
        IngestError: the sink cannot keep a file.
    """
    collected = MailFiles(sink, watch)
    collected.add_files(files)
    attachments, wants = _read_all(collected.items, FileReader(campaign, sink, derived, watch))
    return Reading(
        raw_sha256=files[0][1].sha256 if files else "",
        reader_version=READER_VERSION,
        campaign_sha256=campaign.sha256,
        message=NOTHING,
        attachments=attachments,
        links=cloud_links(collected.bodies, forward=True),
        wants=wants,
    )


def _read_all(
    items: Iterable[Item], reader: FileReader
) -> tuple[tuple[Attachment, ...], tuple[Want, ...]]:
    attachments = [attachment for item in items for attachment in reader.read(item)]
    reader.want_photos(attachments)
    return tuple(attachments), tuple(dict.fromkeys(reader.wants))


def _links(parts: MailParts, nested: Sequence[Body]) -> tuple[CloudLink, ...]:
    forward = is_forward(parts.message.subject, parts.text)
    own = cloud_links(parts.bodies, forward=forward)
    # What a mail inside the mail says in its own words was sent on with it.
    return each_once((*own, *cloud_links(nested, forward=False)))


def _is_no_mail(parts: MailParts) -> bool:
    """Whether nothing in it says that this is a mail: no header that any mail has, and no file."""
    message = parts.message
    told = (message.message_id, message.subject, message.sender, message.to, message.cc)
    return not (any(told) or message.date or message.received or parts.files)


def _quarantined(raw: Content, campaign: Campaign, why: str) -> Reading:
    return Reading(
        raw_sha256=raw.sha256,
        reader_version=READER_VERSION,
        campaign_sha256=campaign.sha256,
        message=envelope_of(raw),
        problem=why,
    )
