"""One file → `Attachment`: what its reader found, the records in it, its role, its problems.

A reader's crash is a problem of that file, and ours (`reader-missing`), because a reader says by
itself when a file is at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inbox_ingest.campaigns import Campaign
from inbox_ingest.errors import IngestError
from inbox_ingest.reading.content import Content, Derived, Sink
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Unreadable
from inbox_ingest.reading.exhibit import named_roles
from inbox_ingest.reading.file_problems import problems_of, suffix_of
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import PICTURES
from inbox_ingest.reading.mail_files import Item
from inbox_ingest.reading.picture_size import picture_size
from inbox_ingest.reading.readers import READERS, Inputs
from inbox_ingest.reading.spare_photos import Photo, to_read
from inbox_ingest.reading.watching import Watch
from inbox_ingest.records import (
    Attachment,
    CaseText,
    FormRecord,
    IssueCode,
    Problem,
    Want,
)

if TYPE_CHECKING:
    from inbox_ingest.reading.parsed import Parsed

_NO_TEXT = 40  # 字: fewer beside pictures are a caption
_WORD_NAMES = frozenset(("doc", "dot", "wps", "wpt"))

# A picture shown in the letter is a logo unless it is large enough to be a page or a photo.
_LOGO_SIDE = 320
_LOGO_AREA = 250_000
_LOGO_BYTES = 20_000
MOST_RECOGNISED = 40  # pages of one mail that OCR is asked for: some two minutes
_MOST_PASTED = 12  # pasted pictures that are looked at: the pages of a form and a text, no album


class FileReader:
    """Reads the files of one mail; `wants` is the batch work that came up."""

    def __init__(self, campaign: Campaign, sink: Sink, derived: Derived, watch: Watch) -> None:
        self.wants: list[Want] = []
        self._pages_left = MOST_RECOGNISED
        self._photos: list[Photo] = []
        self._campaign = campaign
        self._sink = sink
        self._derived = derived
        self._watch = watch

    def read(self, item: Item) -> list[Attachment]:
        """The attachment for this file; after it those for scans pasted into a document."""
        left_alone = self._watch.begin(item.part)
        if left_alone is not None:
            item.problems.append(left_alone)
            return [self._attachment(item, Finding(), None, None)]
        pixels = picture_size(item.content, item.kind)
        named = pixels is None and named_roles(item.filename, self._campaign)
        if item.embedded and item.kind in PICTURES and not named and _is_logo(item, pixels):
            return [self._attachment(item, Finding(), None, None, pixels=pixels, inline=True)]
        keeper = _Remembering(self._sink)
        finding = self._find(item, keeper)
        finding = self._within_budget(finding)
        self._note_photo(item, finding, pixels)
        form, case_text, scan = self._parsed(item, finding)
        finding = finding.model_copy(update={"scan": scan})
        pasted = list(self._pasted(item, finding, form, keeper))
        if _has_too_many_pictures(finding, form):
            finding = finding.model_copy(update={"lost": (*finding.lost, "贴入的图片过多")})
        if form is None and pasted and _is_pictures_only(finding):
            finding, form = self._with_pages(item, finding, pasted)
            pasted = []
        attachment = self._attachment(item, finding, form, case_text, pixels=pixels)
        return [attachment, *(self._page(item, number, page) for number, page in pasted)]

    def _find(self, item: Item, sink: Sink) -> Finding:
        kind = item.kind
        if kind == "ole" and suffix_of(item) in _WORD_NAMES:
            kind = "doc"  # whose list of parts is broken: perhaps LibreOffice can
        reader = READERS.get(kind)
        if reader is None or item.problems:
            return Finding()
        try:
            return reader(Inputs(item.content, kind, sink, self._derived))
        except Unreadable as unreadable:
            return _failed(unreadable.code, unreadable.detail)
        except IngestError:
            raise
        except ImportError as error:
            return _failed(IssueCode.READER_MISSING, f"本机缺少组件 {error.name or '（不详）'}")
        except Exception as error:  # noqa: BLE001 - a reader's crash costs one file, never the mail
            return _failed(IssueCode.READER_MISSING, f"读取程序出错（{type(error).__name__}）")

    def _attachment(
        self,
        item: Item,
        finding: Finding,
        form: FormRecord | None,
        case_text: CaseText | None,
        *,
        pixels: tuple[int, int] | None = None,
        inline: bool = False,
    ) -> Attachment:
        from inbox_ingest.reading.role_rules import is_left_behind
        from inbox_ingest.reading.roles import role_of

        document = finding.document
        verdict = role_of(
            item.kind,
            item.filename,
            self._campaign,
            document=document,
            form=form,
            case_text=case_text,
            scan=finding.scan,
            size=item.content.size,
            pixels=pixels,
            inline=inline,
        )
        ours = verdict.role != "inline" and not is_left_behind(item.kind, item.filename)
        read = form is not None or case_text is not None
        problems = problems_of(item, finding, self._campaign, read=read) if ours else ()
        return Attachment(
            filename=item.filename,
            size=item.content.size,
            sha256=item.content.sha256,
            declared_type=item.declared_type,
            kind=item.kind,
            part=item.part,
            role=verdict.role,
            role_reason=verdict.reason,
            container=item.container,
            group=item.group,
            form=form,
            case_text=case_text,
            scan=finding.scan,
            problems=tuple(dict.fromkeys(problems)),
            unopened=tuple(name for name in item.unopened if name),
            lost=finding.lost if document is None else (*document.lost, *finding.lost),
        )

    def _within_budget(self, finding: Finding) -> Finding:
        """Note what has to be recognised, up to `MOST_RECOGNISED` pages of a mail.

        Pages that were recognised before count as well, so that reading a mail again asks for no more.
        """
        from inbox_ingest.reading.ocr import MOST_READ

        if finding.picture == "page" and not finding.problems:
            self._pages_left -= min(finding.pages, MOST_READ)
        wants_ocr = any(want.kind == "ocr" for want in finding.wants)
        if wants_ocr and self._pages_left < 0:
            lost = (*finding.lost, "邮件中扫描页过多，未识别")
            return finding.model_copy(update={"wants": (), "lost": lost})
        self.wants += finding.wants
        return finding

    def _note_photo(self, item: Item, finding: Finding, pixels: tuple[int, int] | None) -> None:
        if finding.picture == "photo" and (finding.spare or finding.document is not None):
            area = pixels[0] * pixels[1] if pixels else 0
            self._photos.append(Photo(area, item.part, finding.spare))

    def want_photos(self, attachments: Sequence[Attachment]) -> None:
        """Want photos to be read where, all pages being read, the scan or its seal is missing."""
        if not self.wants and self._campaign.requires("form_scan"):
            self.wants += to_read(self._photos, attachments)

    def _parsed(self, item: Item, finding: Finding) -> Parsed:
        from inbox_ingest.reading.parsed import parsed

        return parsed(finding, self._campaign, item.filename)

    # --- scans pasted into documents ----------------------------------------------------------

    def _pasted(
        self, item: Item, finding: Finding, form: FormRecord | None, kept: _Remembering
    ) -> Iterator[tuple[int, _Page]]:
        """The pages among the pictures of a document that holds a form, or nothing but pictures."""
        document = finding.document
        if document is None or not _may_hold_pages(finding, form):
            return
        looked_at = 0
        for number, picture in enumerate(document.pictures, 1):
            content = kept.contents.get(picture.sha256)
            if content is None or picture.kind not in PICTURES or picture.size < _LOGO_BYTES:
                continue
            looked_at += 1
            if looked_at > _MOST_PASTED:
                return
            seen = self._find(replace(item, content=content, kind=picture.kind), self._sink)
            if seen.picture == "page":
                seen = self._within_budget(seen)
                yield number, _Page(content, picture.kind, seen)

    def _page(self, item: Item, number: int, page: _Page) -> Attachment:
        """A pasted page as a file of its own, named after the document that it stands in."""
        part = replace(
            item,
            content=page.content,
            kind=page.kind,
            part=f"{item.part}.{number}",
            container=item.filename or item.container,
            damage=None,
        )
        form, case_text, _ = self._parsed(part, page.finding)
        return self._attachment(part, page.finding, form, case_text)

    def _with_pages(
        self, item: Item, finding: Finding, pages: list[tuple[int, _Page]]
    ) -> tuple[Finding, FormRecord | None]:
        """A document that is nothing but pasted pages: what they say is what it says."""
        forms = [(self._parsed(item, page.finding).form, page.finding) for _, page in pages]
        form, best = next((pair for pair in forms if pair[0] is not None), forms[0])
        seals = [page.finding.scan for _, page in pages if page.finding.scan is not None]
        sealed = next((scan for scan in seals if scan.seal == "present"), None)
        merged = {
            "document": best.document if form is not None else finding.document,
            "scan": sealed or best.scan,
            "lost": (*finding.lost, *(w for _, page in pages for w in page.finding.lost)),
            "problems": (
                *finding.problems,
                *(p for _, page in pages for p in page.finding.problems),
            ),
        }
        return finding.model_copy(update=merged), form


@dataclass(frozen=True, slots=True)
class _Page:
    content: Content
    kind: str
    finding: Finding


class _Remembering:
    """A sink that hands out again what one reader put into it: pictures have only a hash."""

    def __init__(self, sink: Sink) -> None:
        self.contents: dict[str, Content] = {}
        self._sink = sink

    def put(self, chunks: Iterable[bytes]) -> Content:
        """Keep the chunks, and remember the content."""
        content = self._sink.put(chunks)
        self.contents[content.sha256] = content
        return content


def _failed(code: IssueCode, detail: str) -> Finding:
    return Finding(problems=(Problem(code=code, detail=detail),))


def _is_logo(item: Item, pixels: tuple[int, int] | None) -> bool:
    """Whether a picture in the letter is decoration: too small or narrow for a page or a photo."""
    if pixels is None:
        return item.content.size < _LOGO_BYTES
    return min(pixels) < _LOGO_SIDE or pixels[0] * pixels[1] < _LOGO_AREA


def _may_hold_pages(finding: Finding, form: FormRecord | None) -> bool:
    return form is not None or _is_pictures_only(finding)


def _has_too_many_pictures(finding: Finding, form: FormRecord | None) -> bool:
    """Whether a scanned page may be pasted in where nobody looks any more."""
    pictures = finding.document.pictures if finding.document is not None else ()
    large = sum(picture.size >= _LOGO_BYTES for picture in pictures)
    return large > _MOST_PASTED and _may_hold_pages(finding, form)


def _is_pictures_only(finding: Finding) -> bool:
    document = finding.document
    return (
        document is not None
        and bool(document.pictures)
        and count_characters(document.text) <= _NO_TEXT
    )
