"""Files sent as download links instead of attachments: found, named, dated, never fetched.

The shapes are those of facts §3: blocks that webmail programs put into HTML, lines they put into
text parts. A share link of a public cloud disk that the sender pasted counts too, because a file
evidently went that way; only links to a *shared file* do (`pan.baidu.com/s/…`), not a disk's pages.

Links count where they are elements or words of this mail: not in style sheets or comments, not in
quoted history (unless the mail forwards it), not in advertisements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from inbox_ingest.reading.charsets import clean_line
from inbox_ingest.reading.cloud_link_identity import each_once, same_address
from inbox_ingest.reading.mime_names import safe_name
from inbox_ingest.reading.mime_text import flatten, history_start
from inbox_ingest.records import CloudLink

MOST_LINKS = 100
_LONGEST_URL = 2000
_LONGEST_CONTEXT = 600  # characters around a link that may be about it
_CHINA = ZoneInfo("Asia/Shanghai")

# (who keeps the file, pattern of host and path without scheme)
_PROVIDERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "网易邮箱",
            r"(?:[\w-]+\.)?mail\.(?:163|126|yeah|188)\.(?:com|net)/large-attachment-download/",
        ),
        ("网易邮箱大师", r"dashi\.163\.com/html/cloud-attachment-download/"),
        ("网易企业邮箱", r"edisk\.qiye\.163\.com/api/biz/attachment/download"),
        ("QQ邮箱", r"(?:[\w-]+\.)*(?:ex)?mail\.qq\.com/(?:cgi-bin/ftn|ftn/)"),
        ("新浪邮箱", r"(?:[\w-]+\.)*mail\.sina\.com(?:\.cn)?/filecenter/download"),
        ("189邮箱", r"download\.cloud\.189\.cn/file/downloadFile"),
        ("百度网盘", r"(?:pan|yun)\.baidu\.com/(?:s/|share/|wap/init|link\?)"),
        ("阿里云盘", r"(?:www\.)?(?:aliyundrive|alipan)\.com/(?:s|t)/"),
        ("夸克网盘", r"pan\.quark\.cn/s/"),
        ("腾讯微云", r"share\.weiyun\.com/\w"),
        ("天翼云盘", r"cloud\.189\.cn/(?:t/|web/share)"),
        ("迅雷云盘", r"pan\.xunlei\.com/s/"),
        ("123云盘", r"(?:www\.)?123\d*(?:pan)?\.(?:com|cn)/s/"),
        ("蓝奏云", r"(?:[\w-]+\.)*lanzou\w{0,2}\.com/\w"),
        ("115网盘", r"(?:www\.)?115(?:cdn)?\.com/s/"),
        ("奶牛快传", r"(?:[\w-]+\.)?cowtransfer\.com/s/"),
        ("文叔叔", r"(?:www\.)?wenshushu\.cn/[fk]/"),
        ("和彩云", r"(?:caiyun|yun)\.139\.com/(?:m/i|link|shareweb|w/i)"),
    )
)
_ADVERTISING = re.compile(r"(?:u|vip|mail)\.163\.com/?(?:[\w-]*$|\?)", re.IGNORECASE)
_HOSTS = re.compile(
    r"163\.com|126\.com|188\.com|yeah\.net|mail\.qq\.com|sina\.com|189\.cn|baidu\.com|aliyundrive"
    r"|alipan|quark\.cn|weiyun|xunlei|123\w*\.c|lanzou|115\w*\.com|cowtransfer|wenshushu|139\.com"
    r"|发来的(?:超大附件|云附件)",
    re.IGNORECASE,
)
# What the webmail programs have in common: 从QQ邮箱发来的超大附件.
_MARKER = re.compile(r"从\s*([^\s从]{1,12}?邮箱?)\s*发来的(?:超大附件|云附件)")
_URL = re.compile(r"https?://[^\s<>\"'\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+", re.IGNORECASE)

_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?\s?(?:[KMGT]i?B?|字节|bytes?))(?![A-Za-z])", re.I)
_DATE = (
    r"(\d{4})\s?[年/.-]\s?(\d{1,2})\s?[月/.-]\s?(\d{1,2})\s?日?"
    r"(?:\s*(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?)?"
)
_EXPIRY = (
    re.compile(_DATE + r"\s*(?:到期|过期|失效|前有效)"),
    re.compile(
        r"(?:(?:到期|过期|失效|有效)(?:时间|日期|期)?(?:到|至)?|有效时间到)\s*[:：]?\s*" + _DATE
    ),
)
_NAME = re.compile(r"[^\s\\/:*?\"<>|：，；（(]{1,120}\.[A-Za-z][A-Za-z0-9]{1,4}(?![\w.])")
_SHARED_NAME = re.compile(r"(?:分享的文件|分享了?文件|文件名?)\s*[:：]\s*([^\n]{1,150})")
_NO_NAMES = re.compile(
    r"^(?:点击|进入|立即|直接|打开|查看|免费|高速|普通|在线)*(?:下载|预览|查看|打开|转存|收藏|保存|页面|附件|文件|全部|链接|此处|这里|到|网盘|邮箱|云|中转站|微云|网页|:|：)*$"
)


@dataclass(frozen=True, slots=True)
class Body:
    """One text of a mail as (plain, html); either may be missing."""

    plain: str | None
    html: str | None


def cloud_links(bodies: Iterable[Body], *, forward: bool) -> tuple[CloudLink, ...]:
    """The files that these bodies give as links, in order, each once.

    `forward`: the history was sent on, so links in it count.
    """
    found: list[CloudLink] = []
    for body in bodies:
        for text, is_html in ((body.html, True), (body.plain, False)):
            if text and _HOSTS.search(text):
                links = _in_html(text, forward) if is_html else _in_text(text, forward)
                found += islice(links, MOST_LINKS * 3)  # several may lead to one file
        if len(found) > MOST_LINKS:
            found = list(each_once(found))
        if len(found) >= MOST_LINKS:
            break
    return each_once(found)[:MOST_LINKS]


def provider_of(url: str) -> str | None:
    """Who keeps the file that this address leads to, None where it leads to no shared file."""
    bare = re.sub(r"^\w+://", "", url.strip())
    return next((name for name, pattern in _PROVIDERS if pattern.match(bare)), None)


# --- HTML -------------------------------------------------------------------------------------


def _in_html(html: str, forward: bool) -> Iterator[CloudLink]:
    flat = flatten(html)
    wanted: dict[str, list[Any]] = {}
    owners: dict[str, str] = {}
    for link in flat.links:
        if link.quoted and not forward:
            continue
        url = _clean_url(link.href)
        if len(wanted) >= MOST_LINKS:
            break
        owner = provider_of(url) or _by_marker(flat.all_text, link.offset, url)
        if owner is not None:
            wanted.setdefault(same_address(url), []).append(link.element)
            owners.setdefault(same_address(url), owner)
    for key, elements in wanted.items():
        url = _clean_url(elements[0].get("href") or "")
        others = set(wanted) - {key}
        context = _context(elements[-1], others) or _context(elements[0], others)
        yield _link(url, owners[key], context, _element_names(elements))
    text = flat.all_text if forward else flat.own_text
    yield from (link for link in _in_text(text, forward) if same_address(link.url) not in wanted)


def _by_marker(text: str, offset: int, url: str) -> str | None:
    """A webmail that is not in the table, told by its heading before and a size beside the link."""
    if not url.startswith("http") or _ADVERTISING.match(re.sub(r"^\w+://", "", url)):
        return None
    before = list(_MARKER.finditer(text, max(0, offset - 2000), offset))
    beside = text[max(0, offset - 120) : offset + 200]
    return before[-1].group(1) if before and _SIZE.search(beside) else None


def _context(element: Any, others: set[str]) -> str:
    """The text around a link that is about it: the smallest block that tells size and expiry.

    Never one that holds a link to another file, nor one long enough to be a letter.
    """
    best = ""
    for block in _ancestors(element):
        # Both looked through only until they say no: a block may hold the whole letter.
        if any(same_address(_clean_url(a.get("href") or "")) in others for a in block.iter("a")):
            break
        text = re.sub(r"\s+", " ", " ".join(islice(block.itertext(), _LONGEST_CONTEXT)))
        if len(text) > _LONGEST_CONTEXT:
            break
        best = text
        if _SIZE.search(text) and (_expiry(text) is not None or "无限期" in text):
            break
    return best


def _ancestors(element: Any) -> Iterator[Any]:
    yield element
    for number, block in enumerate(element.iterancestors()):
        if number >= 8 or block.tag in ("body", "html"):
            return
        yield block


def _element_names(elements: list[Any]) -> Iterator[str]:
    for element in elements:
        yield re.sub(r"\s+", " ", "".join(element.itertext()))
    for element in elements:
        for attribute in ("download", "title", "filename", "data-filename"):
            yield element.get(attribute) or ""


# --- text ---------------------------------------------------------------------------------------


def _in_text(text: str, forward: bool) -> Iterator[CloudLink]:
    if not forward:
        start = history_start(text)
        text = text if start is None else text[:start]
        text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    end_of_last = 0
    urls = list(islice(_URL.finditer(text), MOST_LINKS * 10))
    for number, found in enumerate(urls):
        url = _clean_url(found.group())
        owner = provider_of(url)
        if owner is None:
            continue
        next_url = urls[number + 1].start() if number + 1 < len(urls) else len(text)
        before = "\n".join(text[end_of_last : found.start()].split("\n")[-4:])
        after = "\n".join(text[found.end() : next_url].split("\n")[:3])
        end_of_last = found.end()
        line = before.rpartition("\n")[2]
        # What stands in front on the same line is about this file; else look around.
        context = line if _SIZE.search(line) else f"{before}\n{after}"
        yield _link(url, owner, context, ())


# --- one link -----------------------------------------------------------------------------------


def _link(url: str, provider: str, context: str, names: Iterable[str]) -> CloudLink:
    size = _SIZE.search(context)
    return CloudLink(
        filename=_filename(url, context, names),
        url=url,
        provider=provider,
        size_text=size.group(1) if size else None,
        expires=_expiry(context) or _expiry_in(url),
    )


def _filename(url: str, context: str, names: Iterable[str]) -> str | None:
    shown = [name for name in (safe_name(name) for name in names) if name is not None]
    with_suffix = [found.group() for name in shown if (found := _NAME.search(name)) is not None]
    telling = [name for name in shown if not _NO_NAMES.match(name) and not _URL.match(name)]
    shared = _SHARED_NAME.search(context)
    inside = [] if shared is None else [re.split(r"\s*(?:链接|等\s*\d+\s*个)", shared.group(1))[0]]
    inside += [found.group() for found in _NAME.finditer(_URL.sub(" ", context))]
    asked = parse_qs(urlsplit(url).query)
    inside += [value for key in ("fileName", "filename", "name") for value in asked.get(key, [])]
    whole = [name for name in telling if _NAME.search(name)]
    candidates = [*whole, *with_suffix, *inside, *(name for name in telling if len(name) < 80)]
    return next((name for name in map(safe_name, candidates) if name is not None), None)


def _expiry(text: str) -> datetime | None:
    for pattern in _EXPIRY:
        found = pattern.search(text)
        if found is not None:
            year, month, day, hour, minute = found.groups()
            try:
                return datetime(
                    *(int(year), int(month), int(day)),
                    *((23, 59) if hour is None else (int(hour), int(minute))),
                    tzinfo=_CHINA,
                )
            except ValueError:
                return None
    return None


def _expiry_in(url: str) -> datetime | None:
    """The expiry in the address itself: 189 writes milliseconds since 1970."""
    asked = parse_qs(urlsplit(url).query)
    for value in asked.get("expired", []):
        if re.fullmatch(r"\d{12,13}", value):
            return datetime.fromtimestamp(int(value) / 1000, UTC).astimezone(_CHINA)
    return None


def _clean_url(url: str) -> str:
    return clean_line(url)[:_LONGEST_URL].replace("&amp;", "&").rstrip(".,;)]}")
