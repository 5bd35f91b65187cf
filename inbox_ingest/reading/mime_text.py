"""The words a sender wrote: HTML to text, and the quoted history of the correspondence cut off.

History is told by what senders' mail programs put before it (QQ, Foxmail, 163, Outlook, Apple
Mail, Thunderbird), by `>` at the beginning of lines, and in HTML by the elements that wrap it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inbox_ingest.reading.charsets import clean

LONGEST_TEXT = 5000  # characters of own words that are kept
_LONGEST_HTML = 2 << 20  # characters that are parsed; a letter has a few thousand
_MOST_NODES = 200_000


def own_words(text: str) -> str:
    """`text` without quoted history, bounded: what the sender wrote this time."""
    start = history_start(text)
    own = text if start is None else text[:start]
    lines = [line.rstrip() for line in own.split("\n") if not line.lstrip().startswith(">")]
    own = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return own[:LONGEST_TEXT]


# --- where history begins -----------------------------------------------------------------------

_RULED = re.compile(
    r"^[ \t]*+[-_—=*]{2,}+[ \t]*+"
    r"(?:原始?(?:邮|信)件|回复的原邮件|邮件原件|转发(?:的)?邮件(?:信息)?|已转发邮件"
    r"|original(?:[ ]message)?|replied[ ]message|(?:begin[ ])?forwarded[ ](?:message|mail)[^\n]{0,20})"
    r"[ \t]*[-_—=*]{2,}",
    re.IGNORECASE | re.MULTILINE,
)
_WROTE = re.compile(r"(?:写道|寫道|\bwrote)[ \t]*[:：][ \t]*$", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(
    r"^[ \t>*]*+(?:发件人|寄件人|发件者|寄件者|發件人|from)[ \t*]*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER_HEADER = re.compile(
    r"(?:发送时间|发送日期|寄件日期|日期|时间|收件人|收件者|主题|主旨|抄送"
    r"|\b(?:sent|date|to|subject|cc))[ \t*]*[:：]",
    re.IGNORECASE,
)


def history_start(text: str) -> int | None:
    """Where the quoted history of the correspondence begins in `text`, or None."""
    starts = [found.start() for found in (_RULED.search(text),) if found is not None]
    starts += [start for start in (_attribution(text), _header_block(text)) if start is not None]
    return min(starts, default=None)


def _attribution(text: str) -> int | None:
    """The line, or two, that end in 写道： and name a date or an address."""
    for found in _WROTE.finditer(text):
        line = text.rfind("\n", 0, found.start()) + 1
        before = text.rfind("\n", 0, max(0, line - 1)) + 1
        for start in (line, before):
            words = text[start : found.end()]
            if len(words) < 300 and re.search(r"\d{4}|@|\d月", words):
                rest = text[found.end() :].lstrip()
                # Lines with > are dropped one by one: answers may stand between them.
                return None if rest.startswith(">") else start
    return None


def _header_block(text: str) -> int | None:
    """The first of the lines 发件人 / 发送时间 / 收件人 / 主题 that Outlook and Foxmail copy."""
    for found in _FROM.finditer(text):
        following = text[found.end() : found.end() + 800].split("\n")[:8]
        if sum(len(_OTHER_HEADER.findall(line)) for line in following) >= 2:
            return found.start()
    return None


_FORWARDED = re.compile(r"^\s*(?:fwd?|转发|转寄|轉寄|轉發)\s*[:：]", re.IGNORECASE)
_FORWARD_RULE = re.compile(
    r"(?<![-—=])[-—=]{2,}+[ \t]*+(?:转发|已转发|(?:begin )?forwarded)", re.IGNORECASE
)


def is_forward(subject: str | None, text: str) -> bool:
    """Whether the history in this mail was sent on, and so is what the mail is about."""
    return bool(_FORWARDED.match(subject or "") or _FORWARD_RULE.search(text))


# --- format=flowed --------------------------------------------------------------------------------


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 §4)."""
    out: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ") if depth or line.startswith(" ") else words
        soft = words.endswith(" ") and words != "-- "
        kept = words[:-1] if soft and delete_space else words
        if open_depth == depth:
            out[-1].append(kept)
        else:
            out.append([">" * depth + (" " if depth else ""), kept])
        open_depth = depth if soft else None
    return "\n".join("".join(pieces) for pieces in out)


# --- HTML -----------------------------------------------------------------------------------------

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6"
        " header hr li main ol p pre section table tbody tr ul",
    )
)
_END_TAGS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_UNSEEN = frozenset(
    ("head", "style", "script", "title", "noscript", "template", "select", "object")
)
# These elements hold the history …
_WRAPS_HISTORY = re.compile(
    r"isReplyContent|gmail_quote|ntes-mailmaster-quote|yahoo_quoted|protonmail_quote|foxmail_quote"
    r"|lark-mail-quote|history-quote|OLK_SRC_BODY|mail-editor-reference-message",
    re.IGNORECASE,
)
# … and after these everything is history.
_BEFORE_HISTORY = re.compile(
    r"divRplyFwdMsg|appendonsend|moz-cite-prefix|OutlookMessageHeader", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Link:
    """An `<a href>` in an HTML body: where its text begins in the flat text, and its element."""

    href: str
    element: Any
    offset: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class FlatHtml:
    """An HTML body in reading order: the text of its own words and of everything, and its links.

    `all_text` holds history too; link offsets count in it. A link is `quoted` where an element
    marks it as history, or text before it does.
    """

    own_text: str
    all_text: str
    links: tuple[Link, ...]


def flatten(html: str) -> FlatHtml:
    """The visible text and links of an HTML body; empty where nothing can be made of it."""
    tree = parse_html(html)
    if tree is None:
        return FlatHtml("", "", ())
    all_text: list[str] = []
    own_text: list[str] = []
    found: list[tuple[str, Any, int, bool]] = []
    length = 0
    for text, quoted, element in _walk(tree):
        if element is not None:
            found.append((element.get("href") or "", element, length, quoted))
            continue
        all_text.append(text)
        length += len(text)
        if not quoted:
            own_text.append(text)
    whole = "".join(all_text)
    start = history_start(whole)
    links = tuple(
        Link(href, element, offset, quoted or (start is not None and offset >= start))
        for href, element, offset, quoted in found
    )
    return FlatHtml(_tidy("".join(own_text)), whole, links)


def html_to_text(html: str) -> str:
    """The visible text of an HTML body, a line for each block; marked history left out."""
    return flatten(html).own_text


def parse_html(html: str) -> Any:
    """The tree of an HTML text, or None where nothing can be made of it. Comments are dropped."""
    from lxml import html as lxml_html
    from lxml.etree import LxmlError

    # Browsers show what follows the end of the document, where mail programs put their blocks.
    text = _END_TAGS.sub(" ", clean(html[:_LONGEST_HTML]))
    if not text.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (LxmlError, ValueError, AssertionError):
        return None


def _walk(tree: Any) -> Iterator[tuple[str, bool, Any]]:
    """(text, quoted, None) and ("", quoted, a-element) in reading order, without recursion."""
    from lxml.etree import iterwalk

    quotes = 0  # open elements that hold history
    sticky = False  # a mark was passed after which all is history
    unseen = 0
    walk = iterwalk(tree, events=("start", "end"))
    for number, (event, element) in enumerate(walk):
        if number > _MOST_NODES:
            return
        tag = element.tag if isinstance(element.tag, str) else ""
        marks = f"{element.get('id') or ''} {element.get('class') or ''}" if element.attrib else ""
        wraps = bool(marks.strip() and _WRAPS_HISTORY.search(marks)) or (
            tag == "blockquote" and (element.get("type") or "").lower() == "cite"
        )
        step = 1 if event == "start" else -1
        if event == "start":
            sticky = sticky or bool(marks.strip() and _BEFORE_HISTORY.search(marks))
        quotes += step * wraps
        unseen += step * (tag in _UNSEEN)
        quoted = sticky or quotes > 0
        if unseen == 0 and (tag in _BLOCKS or (tag == "br" and event == "start")):
            yield "\n", quoted, None
        if unseen == 0 and tag in ("td", "th") and event == "end":
            yield "\t", quoted, None
        if event == "start" and unseen == 0:
            if tag == "a" and element.get("href"):
                yield "", quoted, element
            if element.text:
                yield _spaces(element.text, tag), quoted, None
        elif event == "end" and unseen == 0 and element.tail:
            yield _spaces(element.tail, ""), quoted, None


def _spaces(text: str, tag: str) -> str:
    return text if tag == "pre" else re.sub(r"[ \t\r\n\xa0]+", " ", text)


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
