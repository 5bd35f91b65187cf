"""The rules that `roles` asks in turn: each answers with a role and its reason, or passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from inbox_ingest.campaigns import squeeze
from inbox_ingest.reading.call_for_papers import find_call
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.document import Document, Paragraph
from inbox_ingest.reading.exhibit import CAPTION, Exhibit, named_roles
from inbox_ingest.reading.form_region import find_form
from inbox_ingest.reading.form_traces import is_end_of_form
from inbox_ingest.reading.formats import CONTAINERS, PICTURES, PROGRAMS, SOUNDS, VIDEOS
from inbox_ingest.reading.unpack import is_rubbish
from inbox_ingest.records import Role

_MEDIA_WORDS = ("报道", "媒体", "新闻", "宣传稿", "推文", "公众号", "报纸", "见报", "刊发", "简报")
_PHOTO_WORDS = ("照片", "图片", "相片", "图集", "影像", "配图", "组图")
_NEWS_WORDS = ("本报讯", "本网讯", "通讯员", "记者", "来源：", "编辑：", "责编")
_NOTICE_WORDS = ("通知", "方案", "函")
_PAGES = frozenset({"pdf", "ofd"})
_LONG = 800  # 字: so long a text that is nothing else is taken for the case text
_FEW = 10  # 字: no form and no case text, whatever the name
_TEXT_OF_NOTICE = 400  # 字 beside a blank form
_SCANNED_PAGES = 3
_ICON_PIXELS = 160
_ICON_BYTES = 6_000
_PAGE_RATIO = (1.38, 1.45)  # A4 is 1.414; cameras take 4:3 and 16:9
_PAGE_PIXELS = 1000


class Verdict(NamedTuple):
    """A role, and in Chinese why."""

    role: Role
    reason: str


def is_left_behind(kind: str, filename: str | None) -> bool:
    """Whether a file is what an open Word or an operating system left beside the real ones: ~$….docx.

    The name alone does not tell: whoever gives a document such a name still sent a document.
    """
    return kind in ("unknown", "empty") and is_rubbish(filename or "")


def _by_kind(exhibit: Exhibit) -> Verdict | None:
    if is_left_behind(exhibit.kind, exhibit.filename):
        return Verdict("other", "软件或系统留下的临时文件")
    if exhibit.kind in PROGRAMS:
        return Verdict("other", "可执行程序")
    if exhibit.kind in CONTAINERS:
        return Verdict("archive", "压缩包或内含其他文件")
    if exhibit.kind in VIDEOS:
        return Verdict("video", "视频")
    if exhibit.kind in SOUNDS:
        return Verdict("other", "音频")
    return None


def _recognised_picture(exhibit: Exhibit) -> Verdict | None:
    if exhibit.kind in PICTURES and exhibit.form is not None:
        return Verdict("form_scan", "图上识别出申报表")
    return None


def _icon(exhibit: Exhibit) -> Verdict | None:
    """A picture that the mail's own text shows, or one too small to be material."""
    if exhibit.kind not in PICTURES:
        return None
    named = named_roles(exhibit.filename, exhibit.campaign)
    small = 0 < exhibit.size <= _ICON_BYTES and not named  # damaged, perhaps, and no decoration
    if exhibit.pixels is not None:
        small = max(exhibit.pixels) <= _ICON_PIXELS
    return Verdict("inline", "邮件正文中的图标或插图") if small or exhibit.inline else None


def _scanned_picture(exhibit: Exhibit) -> Verdict | None:
    if exhibit.kind not in PICTURES or not _wants_scan(exhibit) or exhibit.called(_MEDIA_WORDS):
        return None
    if exhibit.named("form_scan") or exhibit.named("form"):
        if exhibit.reads_otherwise:
            return Verdict("other", "图上的文字不是申报表")
        return Verdict("form_scan", "文件名是申报表扫描件")
    named_else = exhibit.called(_PHOTO_WORDS) or exhibit.called_appendix
    if exhibit.scan is None and _page_shaped(exhibit) and not named_else:
        return Verdict("form_scan", "整页扫描的图片，未经识别")
    return None


def _end_of_form(exhibit: Exhibit) -> Verdict | None:
    document, scan = exhibit.document, exhibit.scan
    if exhibit.kind not in PICTURES or document is None or scan is None:
        return None
    if not _wants_scan(exhibit) or exhibit.called(_MEDIA_WORDS):
        return None
    if is_end_of_form(document, sealed=scan.seal == "present"):
        return Verdict("form_scan", "申报表的盖章页")
    return None


def _photo(exhibit: Exhibit) -> Verdict | None:
    if exhibit.kind not in PICTURES:
        return None
    if exhibit.called(_MEDIA_WORDS):
        return Verdict("media_report", "文件名是媒体报道")
    if exhibit.sections >= 2:
        return Verdict("other", "案例正文的图片")
    return Verdict("photo", "图片")


def _page_shaped(exhibit: Exhibit) -> bool:
    if exhibit.pixels is None or min(exhibit.pixels) < _PAGE_PIXELS:
        return False
    return _PAGE_RATIO[0] <= max(exhibit.pixels) / min(exhibit.pixels) <= _PAGE_RATIO[1]


def _blank_form(exhibit: Exhibit) -> Verdict | None:
    if exhibit.form is None or not exhibit.form.blank:
        return None
    if exhibit.sections >= 2:
        return Verdict("case_text", "案例正文（文件中的申报表是空白的）")
    if _text_beside_form(exhibit) >= _TEXT_OF_NOTICE:
        return Verdict("other", "征集通知本身")
    return Verdict("template", "空白的申报表")


def _filled_form(exhibit: Exhibit) -> Verdict | None:
    if exhibit.form is None:
        return None
    values = exhibit.form.fields.values()
    if values and not any(value.evidence.means == "text" for value in values):
        return Verdict("form_scan", "页面上识别出申报表")
    if exhibit.kind in _PAGES and exhibit.scan is not None:
        sealed = exhibit.scan.seal == "present"
        return Verdict("form_scan", "盖章的申报表" if sealed else "申报表和它的扫描页")
    both = exhibit.sections >= 2
    return Verdict("form", "申报表和案例正文在同一个文件中" if both else "申报表")


def _text_beside_form(exhibit: Exhibit) -> int:
    if exhibit.document is None:
        return 0
    region = find_form(exhibit.document, exhibit.campaign)
    return sum(
        count_characters(block.text)
        for place, block in enumerate(exhibit.document.blocks)
        if isinstance(block, Paragraph)
        and (region is None or not region.start <= place < region.end)
    )


def _case_text(exhibit: Exhibit) -> Verdict | None:
    if exhibit.sections >= 2:
        return Verdict("case_text", "有案例正文的章节")
    return None


def _pictures_only(exhibit: Exhibit) -> Verdict | None:
    """A document of pictures and next to no text: a pasted scan, photos, cuttings."""
    document = exhibit.document
    if document is None or not document.pictures or count_characters(document.text) > CAPTION:
        return None
    if exhibit.called(_MEDIA_WORDS):
        return Verdict("media_report", "文件名是媒体报道")
    if max(picture.size for picture in document.pictures) <= _ICON_BYTES:
        return None
    if _may_be_scan(exhibit, len(document.pictures)):
        return Verdict("form_scan", "文档中只有贴入的扫描图")
    return Verdict("photo", "只有图片的文档")


def _may_be_scan(exhibit: Exhibit, pictures: int) -> bool:
    if not _wants_scan(exhibit) or exhibit.called(_PHOTO_WORDS):
        return False
    if exhibit.named("form") or exhibit.named("form_scan"):
        return True
    if exhibit.named("case_text") or exhibit.called_appendix:
        return False
    return pictures <= _SCANNED_PAGES


def _printed_only(exhibit: Exhibit) -> Verdict | None:
    """Nothing but what the notice itself prints above the case text: 附件2, 案例正文."""
    document = exhibit.document
    if document is None or document.pictures:
        return None
    bare = squeeze(document.text).rstrip("：:")
    titles = sorted((squeeze(title) for title in exhibit.campaign.text.titles), key=len)
    for title in reversed(titles):
        if bare.endswith(title) and len(bare) - len(title) <= 5:
            return Verdict("template", "空白的案例正文页")
    return None


def _unread_pages(exhibit: Exhibit) -> Verdict | None:
    """A PDF or OFD without text that nobody has recognised."""
    if exhibit.kind not in _PAGES or exhibit.called(_MEDIA_WORDS) or not _wants_scan(exhibit):
        return None
    text = 0 if exhibit.document is None else count_characters(exhibit.document.text)
    if text > CAPTION:
        return None
    if exhibit.named("form_scan") or exhibit.named("form"):
        return Verdict("form_scan", "文件名是申报表扫描件")
    if exhibit.named("case_text") or exhibit.called(_PHOTO_WORDS) or exhibit.scan is not None:
        return None
    if exhibit.called_appendix:
        return None
    return Verdict("form_scan", "只有图像的页面，未经识别")


def _report(exhibit: Exhibit) -> Verdict | None:
    if exhibit.called(_MEDIA_WORDS):
        return Verdict("media_report", "文件名是媒体报道")
    if exhibit.document is None or exhibit.named("case_text"):
        return None
    start = exhibit.document.text[:400]
    if any(word in start for word in _NEWS_WORDS):
        return Verdict("media_report", "新闻稿的写法")
    return None


def _notice(exhibit: Exhibit) -> Verdict | None:
    """The call for papers itself, or another official letter; not a text that was put behind it."""
    if exhibit.document is None or _text_behind_call(exhibit.document, exhibit):
        return None
    text = squeeze(exhibit.document.text)
    first = squeeze(next((p.text for p in exhibit.document.paragraphs()), ""))
    if squeeze(exhibit.campaign.title) in text and squeeze(exhibit.campaign.organiser) in text:
        return Verdict("other", "征集通知本身")
    if first.endswith(_NOTICE_WORDS) and not exhibit.named("case_text"):
        return Verdict("other", "通知或公函")
    return None


def _text_behind_call(document: Document, exhibit: Exhibit) -> bool:
    region = find_form(document, exhibit.campaign)
    called = exhibit.case_text is not None and find_call(document, region, exhibit.campaign)
    return bool(called)


def _by_name(exhibit: Exhibit) -> Verdict | None:
    """What the content does not tell the name may."""
    if _empty(exhibit):
        return Verdict("other", "空白文档，或只有几个字")
    a_form = exhibit.named("form") and not exhibit.reads_otherwise
    a_scan = exhibit.named("form_scan") and not exhibit.reads_otherwise
    if a_scan and exhibit.kind in _PAGES:
        return Verdict("form_scan", "文件名是申报表扫描件")
    if exhibit.named("case_text") and not (a_form and exhibit.case_text is None):
        return Verdict("case_text", "文件名是案例正文")
    if a_form or a_scan:
        role: Role = "form" if a_form else "form_scan"
        return Verdict(role, "文件名是申报表" if a_form else "文件名是申报表扫描件")
    return None


def _empty(exhibit: Exhibit) -> bool:
    document = exhibit.document
    if document is None or document.pictures or document.lost:
        return False
    few = 0 if document.means == "ocr" else _FEW
    return count_characters(document.text) <= few


def _long_text(exhibit: Exhibit) -> Verdict | None:
    case_text = exhibit.case_text
    if case_text is None or exhibit.called_appendix:
        return None
    if case_text.body_count >= _LONG or (exhibit.sections and case_text.body_count >= _LONG // 2):
        return Verdict("case_text", "篇幅如正文，且不是其他材料")
    return None


def _wants_scan(exhibit: Exhibit) -> bool:
    return exhibit.campaign.requires("form_scan")


RULES: tuple[Callable[[Exhibit], Verdict | None], ...] = (
    _by_kind,
    _recognised_picture,
    _icon,
    _scanned_picture,
    _end_of_form,
    _photo,
    _blank_form,
    _filled_form,
    _case_text,
    _pictures_only,
    _printed_only,
    _unread_pages,
    _report,
    _notice,
    _by_name,
    _long_text,
)
