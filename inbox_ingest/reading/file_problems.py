"""What is wrong with one file, in the order in which a person would want to hear of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inbox_ingest.campaigns import Campaign
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.exhibit import named_roles
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import PROGRAM_NAMES, PROGRAMS
from inbox_ingest.reading.mail_files import Item
from inbox_ingest.reading.message import UNFINISHED
from inbox_ingest.records import IssueCode, Problem

# Kinds that a case never needs, unless their name says otherwise.
_UNREAD_KINDS = frozenset(
    ("xls", "xlsx", "ppt", "pptx", "ods", "odp", "epub", "ole", "xml", "cab", "psd", "unknown")
)
_SUMMED = frozenset(("docx", "docm", "zip"))
_MACROS = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="文件带有宏（已读取内容，宏未运行）")
_PROGRAM = Problem(code=IssueCode.SUSPICIOUS_FILE, detail="可执行程序（已原样保存，未打开）")
_EMPTY = Problem(code=IssueCode.FILE_UNREADABLE, detail="文件是空的（0 字节）")
_GARBLED = Problem(code=IssueCode.FILE_UNREADABLE, detail="看不出是什么格式，可能已损坏")
_WEB_PAGE = Problem(
    code=IssueCode.FILE_UNREADABLE, detail="里面是一个网页，不是文件本身，可能下载时出了错"
)
_NO_READER = Problem(
    code=IssueCode.READER_MISSING, detail="本机没有读取这种格式的组件，或文件已损坏，请人工核对"
)

# Endings of formats that are told by their first bytes: without these, such a file is damaged.
_TELLING_NAMES = frozenset(
    re.findall(
        r"\w+",
        "docx docm doc wps wpt rtf odt pdf xls xlsx ppt pptx"
        " jpg jpeg png gif bmp tif tiff webp heic zip rar 7z",
    )
)
_MAY_BE_TEXT = frozenset(("doc", "wps", "wpt", "rtf", "xls"))  # programs open text of these names
_WORD_NAMES = frozenset(("docx", "docm", "doc", "wps", "wpt", "rtf", "odt"))
_MESSAGE = 300  # 字: a page that says why there is no file has fewer, a document has more
# Rare and old formats that go by the same names and that nothing here reads: Word for DOS and
# Word 2, WordPerfect, JPEG 2000, JPEG XL.
_RARE = (b"1\xbe", b"\xdb\xa5", b"\xffWPC", b"\0\0\0\x0cjP", b"\0\0\0\x0cJXL", b"\xff\x0a")
_SCRIPTED = frozenset(("text", "unknown", "html", "xml"))


def problems_of(
    item: Item, finding: Finding, campaign: Campaign, *, read: bool
) -> Iterator[Problem]:
    """What is wrong with a file; `read` says that a form or a case text was read in it."""
    yield from item.problems
    if item.kind in PROGRAMS or (suffix_of(item) in PROGRAM_NAMES and item.kind in _SCRIPTED):
        yield _PROGRAM
    if item.kind == "empty":
        yield _EMPTY
        return
    unreadable = any(p.code == IssueCode.FILE_UNREADABLE for p in finding.problems)
    if item.damage is not None and not _is_whole(item, finding):
        yield Problem(code=IssueCode.FILE_UNREADABLE, detail=item.damage)
        unreadable = True
    for problem in finding.problems:
        if not (item.damage and unreadable and problem.code == IssueCode.FILE_UNREADABLE):
            yield problem
    if finding.document is not None and finding.document.macros:
        yield _MACROS
    if not (unreadable or finding.problems or finding.wants or read):
        yield from _no_reader(item, finding, campaign)


def suffix_of(item: Item) -> str:
    """The ending of the file's name in lower case, empty where there is none."""
    return (item.filename or "").rpartition(".")[2].lower()


def _no_reader(item: Item, finding: Finding, campaign: Campaign) -> Iterator[Problem]:
    """A kind without a reader: a person has to look where the name says that it matters."""
    named = named_roles(item.filename, campaign)
    if _is_garbled(item):
        yield _GARBLED
    elif _is_web_page(item, finding, named=bool(named)):
        yield _WEB_PAGE
    elif (named and item.kind in _UNREAD_KINDS) or item.kind == "iwork":
        yield _NO_READER  # a Pages file is a text, whatever it is called


def _is_web_page(item: Item, finding: Finding, *, named: bool) -> bool:
    """Whether a site sent its own page (不存在, 已过期, 请登录) instead of the file of this name.

    Word and others write documents as HTML, too; what is called a form and says next to nothing is
    none of these.
    """
    suffix = suffix_of(item)
    if item.kind != "html" or suffix not in _TELLING_NAMES or finding.document is None:
        return False
    short = count_characters(finding.document.text) < _MESSAGE and not finding.document.pictures
    return short and (named or suffix not in _WORD_NAMES)


def _is_garbled(item: Item) -> bool:
    """Whether the name promises a format and the bytes are of none: broken, or locked elsewhere."""
    promised = _TELLING_NAMES - _MAY_BE_TEXT if item.kind == "text" else _TELLING_NAMES
    return (
        item.kind in ("unknown", "text")
        and suffix_of(item) in promised
        and not item.problems
        and not item.content.head.startswith(_RARE)
    )


_ENDS = {"jpeg": b"\xff\xd9", "png": b"IEND", "pdf": b"%%EOF", "gif": b";"}


def _is_whole(item: Item, finding: Finding) -> bool:
    """Whether the file itself shows that nothing is missing, whatever its encoding looked like.

    A zip that was read was checked against its sums. Others show only that their end is there, which
    is enough where the encoding was sloppy, and not where letters in it were wrong.
    """
    if item.kind in _SUMMED and not item.problems and not finding.problems:
        return item.kind == "zip" or finding.document is not None
    end = _ENDS.get(item.kind)
    if item.damage != UNFINISHED or end is None:
        return False
    with item.content.open() as stream:
        stream.seek(max(0, item.content.size - 1024))
        return end in stream.read()
