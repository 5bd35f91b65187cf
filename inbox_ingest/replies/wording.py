"""Make strangers' words fit to be repeated in a letter, and dates and sizes fit to be read.

Names, titles and subjects come out of mails that anybody can send. What is repeated here goes to an
address that may be forged, so it carries no control characters, no invisible or bidirectional
marks, no links, and never more than a line.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from inbox_ingest.reading.correspondence import bare_subject
from inbox_ingest.records import Role

UNNAMED: Final = "（未命名文件）"
# Controls, invisible and direction marks, surrogates, private use, unassigned, line separators.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINK = re.compile(r"[a-z][a-z0-9+.-]{1,11}://|\bwww\.|\S@\S+\.\S", re.IGNORECASE)
_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_IN_BRACKETS = re.compile(r" ?[（(【\[][^（()）【】\[\]]*[）)】\]]?")
_BEHIND_A_NAME = re.compile(
    r"[\s,，、;；:：/|-]*(?:(?:电话|手机|联系电话|tel)[:：]?)?[\s\d+-]*$", re.IGNORECASE
)
# What people write where no name is: nobody is called 无, and an office is no comrade.
_NO_NAME = re.compile(
    r"(?:暂)?(?:无|没有|缺|空)|同[上前左下]|(?:详)?见.*|[略空]|(?:待|未)(?:定|填|补)|不详|本人|联系人|负责人"
    r"|.*(?:[办科处部室局委站队组厅院系]|中心|公司|支部|单位|协会|工会|集团)|n/?a|none|x+",
    re.IGNORECASE,
)
_LONGEST_FIELD = 1_000
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,240}>")

ROLE_NAMES: Final[dict[Role, str]] = {
    "form": "申报表电子版",
    "form_scan": "申报表扫描件",
    "case_text": "案例正文",
    "photo": "图片",
    "video": "视频",
    "media_report": "媒体报道",
    "other": "其他材料",
}


def clean(text: str | None, longest: int) -> str:
    """Return `text` on one line, printable, without outer space, at most `longest` characters."""
    spaced = re.sub(r"\s+", " ", text or "")
    kept = "".join(c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE)
    kept = re.sub(r" {2,}", " ", kept).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def name_or_none(text: str | None, longest: int) -> str | None:
    """Return a name fit for greeting; None where there is none, it carries a link, or is too long.

    Nobody is greeted by half a name.
    """
    name = clean(text, _LONGEST_FIELD)
    return None if not name or len(name) > longest or _LINK.search(name) else name


def person_or_none(text: str | None, longest: int) -> str | None:
    """As `name_or_none` for a person: remarks in brackets and a number behind the name are left out.

    None too where the field says that there is nobody, or names an office: see `_NO_NAME`.
    """
    if name_or_none(text, _LONGEST_FIELD) is None:
        return None
    bare = _BEHIND_A_NAME.sub("", _IN_BRACKETS.sub("", clean(text, 200)))
    if sum(map(str.isalpha, bare)) < 2 or _NO_NAME.fullmatch(bare.replace(" ", "")):
        return None
    return name_or_none(bare, longest)


def without_links(text: str) -> str:
    """Return `text` with every link broken, so that no mail program makes it clickable."""
    broken = re.sub(r"(?i)([a-z][a-z0-9+.-]{1,11}):(?=//)", r"\1：", text)
    return re.sub(r"(?i)\bwww\.", "www．", broken)


def short_filename(name: str | None, longest: int = 48) -> str:
    """Return a file name of at most `longest` characters that keeps its beginning and its ending."""
    shown = without_links(clean(name, 10_000))
    if not shown:
        return UNNAMED
    if len(shown) <= longest:
        return shown
    stem, dot, ending = shown.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) <= 8 else ""
    return f"{shown[: longest - len(tail) - 1].rstrip()}…{tail}"


def bare_title(title: str | None, longest: int = 60) -> str | None:
    """Return a case title without the 《》 that the letter itself puts around it."""
    shown = without_links(clean(title, longest)).strip()
    if shown.startswith("《") and shown.endswith("》") and shown.count("《") == 1:
        shown = shown[1:-1].strip()
    return shown or None


def size_in_words(size: int) -> str:
    """Return a size as people read it: bytes below 1 KB, then KB, then MB with one decimal."""
    if size < 1024:
        return f"{size} 字节"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def day_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return the day of `moment`: 6月3日."""
    local = moment.astimezone(zone)
    return f"{local.month}月{local.day}日"


def date_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return the date of `moment`: 2025年6月3日."""
    return f"{moment.astimezone(zone).year}年{day_in_words(moment, zone)}"


def under_date(body: str, moment: datetime, zone: ZoneInfo) -> str:
    """Return a letter under the date of `moment`, where its last line is a date and nothing else."""
    text, newline, last = body.rstrip("\n").rpartition("\n")
    if _DATE.fullmatch(last) is None:
        return body
    return f"{text}{newline}{date_in_words(moment, zone)}\n"


def time_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return date and time of `moment`: 2025年6月3日 14:05."""
    return f"{date_in_words(moment, zone)} {moment.astimezone(zone):%H:%M}"


def message_id_or_none(text: str | None) -> str | None:
    """Return a Message-ID in its angle brackets, or None where it is no ASCII msg-id of sane length."""
    bare = (text or "").strip()
    bracketed = bare if bare.startswith("<") else f"<{bare}>"
    return bracketed if _MESSAGE_ID.fullmatch(bracketed) else None


def references_for(references: tuple[str, ...], answered: str | None) -> tuple[str, ...]:
    """Return the References of an answer (RFC 5322 §3.6.4): the first, the newest nine, the answered."""
    known = [found for raw in references if (found := message_id_or_none(raw)) is not None]
    chain = list(dict.fromkeys(known))
    parent = message_id_or_none(answered)
    if parent is not None:
        chain = [*(item for item in chain if item != parent), parent]
    return tuple(chain if len(chain) <= 10 else [chain[0], *chain[-9:]])


def subject_for(original: str | None, case_nos: tuple[str, ...], otherwise: str) -> str:
    """Return the subject of an answer: `Re: 原主题 [DJ003]`.

    Chinese mail programs thread by References and by the subject without its answer prefix; one
    `Re: ` is known to all of them. A number that the sender already kept is not put there twice.
    """
    bare = clean(bare_subject(original), 80)
    if not bare or _LINK.search(bare):
        bare = otherwise
    new = [number for number in case_nos if not _stands_in(number, bare)]
    if not new:
        return f"Re: {bare}"
    numbers = "、".join(new[:3]) + (f" 等{len(new)}件" if len(new) > 3 else "")
    return f"Re: {bare} [{numbers}]"


def _stands_in(number: str, text: str) -> bool:
    """Whether a case number stands in a text as a word of its own: DJ001 is not in DJ0012."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(number)}(?!\d)", text) is not None
