"""What stands before the first section: title, unit, author, date, 摘要, key words, introduction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from inbox_ingest.campaigns import Campaign, squeeze
from inbox_ingest.reading.case_text_headings import SectionNames, split_number
from inbox_ingest.reading.case_text_lines import Line
from inbox_ingest.reading.counting import count_characters
from inbox_ingest.reading.form_labels import labels_of

_ANNEX = re.compile(r"^附件\s*[\d一二三四五六七八九十]*\s*[:：]?\s*")
_PROSE = re.compile(r"[。；]|[，,].*[，,].*[，,]")
_DATE = re.compile(r"^[（(]?\s*\d{2,4}\s*[年./-]|^[（(]?\s*[二〇○零一]{4}年")
_KEYWORDS = re.compile(r"^\s*[【\[（(]?\s*关\s*键\s*[词字]\s*[】\]）)]?\s*(?:[:：]|\s|$)")
_NAMED = re.compile(
    r"^\s*[【\[（(]?\s*(?:(?P<title>(?:案\s*例\s*)?(?:题\s*目|标\s*题|名\s*称)|案\s*例)|"
    r"(?P<unit>(?:申报|报送|推荐|选送|所在|作者|完成|撰稿|供稿|工作)?\s*单\s*位(?:名称)?)|"
    r"(?P<other>作\s*者|撰\s*稿(?:人)?|执\s*笔(?:人)?|供\s*稿|联\s*系\s*人|日\s*期|时\s*间|电\s*话|"
    r"审\s*核|课题组|主\s*创(?:人员)?|类\s*[型别]))\s*[】\]]?\s*[:：]\s*(?P<rest>.*)$"
)
_ORGANISATION = re.compile(
    r"(?:公司|集团|局|厅|委|委员会|办|办公室|中心|站|所|院|处|科|队|支部|总支|党委|党组|工委|协会|学会|"
    r"研究会|联合会|商会|学校|学院|大学|医院|港|码头|项目部|分部|段|场|厂|社|馆|部|室|工会|团委|政府|街道|"
    r"服务区|枢纽|单位)$"
)
_SURE_ORGANISATION = re.compile(
    r"(?:公司|集团|局|厅|委员会|党委|党组|协会|研究会|中心|支队|大队|总队|学院)$"
)
_TITLE_LINES = 14
_TITLE_LENGTH = 60


@dataclass(slots=True)
class Front:
    """The parts of the front; `body` are the lines of it that belong to the 正文.

    Those of them that may as well belong to the 摘要 are in `either` too.
    """

    title: str | None = None
    unit: str | None = None
    abstract: str | None = None
    body: list[Line] = field(default_factory=list)
    either: list[Line] = field(default_factory=list)


def read_front(lines: Sequence[Line], campaign: Campaign, names: SectionNames) -> Front:
    """Read the lines before the first section heading."""
    front = Front()
    block: list[Line] = []
    heads = True
    place = 0
    while place < len(lines):
        line = lines[place]
        if front.abstract is None and names.abstract(line.text) is not None:
            place = _take_abstract(lines, place, front, campaign, names)
            continue
        place += 1
        if _KEYWORDS.match(line.text) or _is_marker(line.text, campaign):
            continue
        if heads and len(block) < _TITLE_LINES and _heads(line.text):
            block.append(line)
        else:
            heads = False
            front.body.append(line)
    front.title, front.unit = _title_and_unit(block, campaign)
    return front


def is_of_front(lines: Sequence[Line], place: int, front: Front, campaign: Campaign) -> bool:
    """Whether a line is the title, the unit, a label, key words, a date or a word of the notice.

    So is what stands alone below a label: `关键词`, and the words in the next line.
    """
    text = lines[place].text.strip()
    bare = squeeze(text)
    title = squeeze(front.title or "")
    if title and (title.startswith(bare) or title.endswith(bare)):
        return True
    if bare == squeeze(front.unit or "") or text.startswith(("—", "--", "－－", "─")):
        return True
    if place and _is_bare_label(lines[place - 1].text, campaign):
        return True
    labelled = _labelled(text.strip("（）()"), campaign)[0] is not None
    noted = _KEYWORDS.match(text) or _DATE.match(text) or _is_marker(text, campaign)
    return labelled or bool(noted)


def names_organisation(text: str) -> bool:
    """Whether a line by itself may well be the name of a unit."""
    return _organisation(text) is not None


def _is_bare_label(text: str, campaign: Campaign) -> bool:
    words = _KEYWORDS.match(text)
    if words is not None:
        return not text[words.end() :].strip(" 　】])）:：")
    kind, value = _labelled(text, campaign)
    return kind is not None and value is None


def _heads(text: str) -> bool:
    """Whether a line may be part of the title block: short, and no prose."""
    bare = text.strip()
    if _NAMED.match(bare):
        return len(bare) <= 2 * _TITLE_LENGTH
    return len(bare) <= _TITLE_LENGTH and _PROSE.search(bare) is None


def _is_marker(text: str, campaign: Campaign) -> bool:
    """附件2, 案例正文, 正文: words of the notice, not of the sender."""
    bare = _ANNEX.sub("", text.strip()).strip("：: 　")
    if bare == "":
        return True
    printed = {squeeze(word) for word in (*campaign.text.titles, campaign.text.body_name)}
    return squeeze(bare).strip("（）()【】[]：:") in printed


def _take_abstract(
    lines: Sequence[Line], place: int, front: Front, campaign: Campaign, names: SectionNames
) -> int:
    """Take the abstract whose heading is the line at `place`; returns the place after it.

    What stands between it and the key words, or the word for the body, is the abstract. Where only a
    heading ends it, the introduction may have begun: paragraphs that take it past its limit are put
    to the body. Under a heading of its own nobody can tell them from the abstract (`either`).
    """
    limit = campaign.text.abstract_limit
    rest = names.abstract(lines[place].text) or ""
    start = place + 1
    end = start
    while end < len(lines) and not _ends_abstract(lines[end], campaign, names):
        end += 1
    closed = end < len(lines) and _closes_abstract(lines[end], campaign)
    texts = [rest] if rest else [line.text for line in lines[start : start + (start < end)]]
    taken = start + len(texts) - bool(rest)
    count = sum(map(count_characters, texts))
    while taken < end:
        count += count_characters(lines[taken].text)
        if not closed and limit is not None and count > limit:
            break
        texts.append(lines[taken].text)
        taken += 1
    front.abstract = "\n".join(texts)
    if rest:
        return taken
    front.body += lines[taken:end]
    front.either += lines[taken:end]
    return end


def _closes_abstract(line: Line, campaign: Campaign) -> bool:
    """Whether a line can only stand behind an abstract: key words, the word for the body."""
    return _KEYWORDS.match(line.text) is not None or _is_marker(line.text, campaign)


def _ends_abstract(line: Line, campaign: Campaign, names: SectionNames) -> bool:
    if _closes_abstract(line, campaign):
        return True
    if names.abstract(line.text) is not None or line.outline_level is not None:
        return True
    numbering, core = split_number(line.text)
    short = len(core) <= _TITLE_LENGTH // 2 and _PROSE.search(core) is None
    return short and (numbering in ("part", "chinese") or line.numbered or line.bold)


# --- title and unit ---------------------------------------------------------------------------


def _title_and_unit(block: Sequence[Line], campaign: Campaign) -> tuple[str | None, str | None]:
    title: str | None = None
    unit: str | None = None
    plain: list[Line] = []
    for line in block:
        kind, value = _labelled(line.text, campaign)
        if kind == "title":
            title = title or value
        elif kind == "unit":
            unit = unit or value
        elif kind is None and not _DATE.match(line.text.strip()):
            plain.append(line)
    if title is None and plain:
        start = 1 if _unit_stands_first(plain) else 0
        title, plain = _title(plain, start)
    if unit is None:
        unit = next((found for x in plain if (found := _organisation(x.text)) is not None), None)
    return title, unit


def _labelled(text: str, campaign: Campaign) -> tuple[str | None, str | None]:
    found = labels_of(campaign.form).match(text)
    if found is not None and found.setting in ("colon", "alone"):
        keys = {form_field.key for form_field in found.fields}
        kind = next((key for key in ("title", "unit") if key in keys), "other")
        return kind, found.rest or None
    named = _NAMED.match(text)
    if named is None:
        return None, None
    kind = next(key for key in ("title", "unit", "other") if named.group(key) is not None)
    return kind, named.group("rest").strip().rstrip("）)") or None


def _unit_stands_first(plain: Sequence[Line]) -> bool:
    if len(plain) < 2:
        return False
    first, second = plain[0].text.strip(), plain[1].text.strip()
    return (
        _SURE_ORGANISATION.search(first) is not None
        and len(second) >= 6
        and not second.startswith(("—", "-", "（", "("))
        and _ORGANISATION.search(second) is None
    )


def _title(plain: Sequence[Line], start: int) -> tuple[str, list[Line]]:
    """The title with its subtitle, and the lines that are left."""
    end = start + 1
    text = _ANNEX.sub("", plain[start].text.strip()).strip()
    while end < len(plain):
        more = plain[end].text.strip()
        same_style = (
            plain[end].style is not None
            and plain[end].style == plain[start].style
            and re.search(r"title|标题", plain[end].style or "", re.IGNORECASE)
            and _organisation(more) is None
        )
        if not more.startswith(("—", "--", "－－", "─")) and not same_style:
            break
        text += more
        end += 1
    return text, [*plain[:start], *plain[end:]]


def _organisation(text: str) -> str | None:
    bare = text.strip().strip("（）()【】[] 　")
    for candidate in (bare, *re.split(r"[\s\u3000]+", bare)[:1]):
        if 4 <= len(candidate) <= 40 and _ORGANISATION.search(candidate):
            return candidate
    return None
