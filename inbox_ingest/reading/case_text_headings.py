"""What a line of a case text says as a heading: its numbering, the sections it names, how plainly.

Nothing is decided here about the text as a whole: `case_text_cover` picks, among all lines that may
be headings, those that are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from inbox_ingest.campaigns import Text, squeeze

Numbering = Literal[
    "part", "roman", "chinese", "chinese-bracket", "digit", "decimal", "digit-bracket", "circle",
    "letter", "bullet",
]  # fmt: skip

# How plainly a line names a section, and no more.
EXACT = 5  # the name, or several names joined
QUALIFIED = 4  # with words that add nothing: 案例背景介绍, 取得的主要成效
MENTION = 2  # as a part of a longer heading: 三、真抓实干，工作成效凸显
_HEADING_LENGTH = 30  # 字: longer ones are sentences

_CHINESE = "一二三四五六七八九十"
_DASHED_ONE = r"[-—–―－ー](?=\s*、)"  # —、 is how 一、 looks where a dash was typed for it
_NUMBER = re.compile(
    rf"""\s*(?:
      (?P<part>第\s*(?:[{_CHINESE}]|\d){{1,3}}\s*(?:部分|章|节|篇|板块|编))[、：:.．,，\s]*
    | (?P<chinese_bracket>[（(]\s*[{_CHINESE}]{{1,3}}\s*[)）]|[㈠-㈩㊀-㊉])[、.．\s]*
    | (?P<chinese>[{_CHINESE}]{{1,3}}|{_DASHED_ONE})(?:\s*[、.．,，:：·]\s*|\s+|(?=[^{_CHINESE}、]))
    | (?P<digit_bracket>[（(]\s*\d{{1,2}}\s*[)）]|[⑴-⒇])[、.．\s]*
    | (?P<decimal>\d{{1,2}}(?:[.．]\d{{1,2}})+)[、.．\s]*
    | (?P<digit>\d{{1,2}}(?:\s*[、.．,，)）:：]|(?=\s|[^\d\s.．%％年月日个名]))|[⒈-⒛])\s*
    | (?P<circle>[①-⑳❶-❿])[、.．\s]*
    | (?P<roman>[Ⅰ-Ⅻⅰ-ⅻ]|[IVX]{{1,4}}(?=[、.．\s]))[、.．\s]*
    | (?P<letter>[A-Ha-h])[、.．)）]\s*
    | (?P<bullet>[●■◆★▲▶►➢※◇○□•·*§❖➤☆▪]+)\s*
    )""",
    re.VERBOSE,
)
_OPEN, _CLOSE = '【[〔［「『《<〈“"', '】]〕］」』》>〉”"'
_STOP = re.compile(
    r"[:：。；;\n\t】\]〕］」』》〉]|[—–]{1,2}|[ \u3000]{2,}|(?<=[\u3400-\u9fff])[ \u3000]"
)
# Words that add nothing to a section's name.
_NEUTRAL = re.compile(
    r"(?:本|该|此|的|和|与|及|以及|暨|、|/|案例|项目|活动|工作|课题|单位|主要|基本|具体|相关|有关|总体|"
    r"取得|获得|所|情况|介绍|概述|概况|概要|简介|简述|说明|内容|部分|方面|如下|以下|几点|一些|若干|思考|体会|建议|展望|反响|阐述|分析|篇|章|"
    r"实施|开展|推进|创新|特色|典型|实践|探索)*"
)
_END_NOTE = re.compile(r"[（(]([^（）()]{1,30})[）)][：:]?$")
_JOIN = re.compile(r"(?:和|与|及|以及|暨|、|/|／|&|＆|\+|＋|·|，|,)?")
_ORDINAL = rf"[\d{_CHINESE}]{{0,2}}"
# What may follow the name of an appendix: 附录2, 附录之一, 附录资料汇编.
_AFTER_APPENDIX = re.compile(
    rf"{_ORDINAL}|(?:之|资|材|图|表|文|照|清|名|统|相|活|汇|集|选)\S{{0,8}}"
)
_LOOSE_APPENDIX = re.compile(
    rf"^\s*[{re.escape(_OPEN)}（(]?附\s*(?:件|图|表|录)?\s*{_ORDINAL}\s*"
    rf"(?:[:：.、（(\s{re.escape(_CLOSE)}）)]|$)"
)
_OTHER_APPENDIX = re.compile(
    r"^(?:相关|有关|佐证|支撑|证明|辅助|参考|其他|活动|案例)*"
    r"(?:材料|资料|图片|照片|影像|媒体报道|媒体链接|报道)+(?:链接|目录|清单|展示)?$"
)


@dataclass(frozen=True, slots=True)
class Naming:
    """A line read as the heading of `sections` (places in the campaign's list).

    `inline` is text of the section that stands in the heading's own line.
    """

    sections: tuple[int, ...]
    plainness: int
    numbering: Numbering | None
    inline: str


class SectionNames:
    """The section names of one campaign, compiled."""

    def __init__(self, rules: Text) -> None:
        self._of = {
            squeeze(label): place
            for place, section in enumerate(rules.sections)
            for label in section.labels
        }
        names = sorted(self._of, key=len, reverse=True)
        self._label = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        self._appendices = frozenset(
            place for place, section in enumerate(rules.sections) if section.appendix
        )
        abstract = sorted({*map(squeeze, (rules.abstract_name, *rules.abstract_aliases))}, key=len)
        spaced = "|".join(r"\s*".join(map(re.escape, name)) for name in reversed(abstract))
        self._abstract = re.compile(
            rf"^\s*[{re.escape(_OPEN)}（(]?\s*(?:{spaced})\s*(?:[（(][^）)]{{0,20}}[）)])?\s*"
            rf"(?:[{re.escape(_CLOSE)}）)]\s*[:：]?|[:：]|\s{{1,}}|$)\s*"
        )

    def naming(self, text: str) -> Naming | None:
        """Read a line as a heading; None where it names no section."""
        if self._label.search(squeeze(text[:120])) is None:
            return None
        numbering, core = split_number(text)
        stop = _STOP.search(core)
        candidates = [(core, "")] if stop is None else [
            (core[: stop.start()], core[stop.end() :].strip(_CLOSE + "：:—– \t\u3000\n")),
            (core, ""),
        ]  # fmt: skip
        read = (self._named(head, inline, numbering) for head, inline in candidates)
        short = len(squeeze(text)) <= _HEADING_LENGTH
        found = [x for x in read if x is not None]
        fitting = [x for x in found if short or not x.inline or x.plainness >= QUALIFIED]
        return max(fitting, key=lambda x: x.plainness, default=None)

    def _named(self, head: str, inline: str, numbering: Numbering | None) -> Naming | None:
        bare = squeeze(head)
        note = _END_NOTE.search(bare)
        found = self._read(_END_NOTE.sub("", bare).strip(_OPEN + _CLOSE + "（）()：:。，,、."))
        if found is None:
            return None
        sections, plainness = found
        if note is not None and not inline and set(sections) <= self._appendices:
            inline = note.group(1)  # 附录（略）: all that some have to say
        return Naming(sections, plainness, numbering, inline)

    def abstract(self, text: str) -> str | None:
        """The text after an abstract's heading in this line, `` alone; None where there is none."""
        _, core = split_number(text)
        found = self._abstract.match(core)
        return None if found is None else core[found.end() :].strip()

    def loose_appendix(self, text: str) -> bool:
        """Whether the line begins an appendix by another word (附件1：…, 附：, 五、佐证材料)."""
        if not self._appendices:
            return False
        numbering, core = split_number(text)
        bare = squeeze(core).strip(_OPEN + _CLOSE + "（）()：:")
        other = len(bare) <= 12 and _OTHER_APPENDIX.match(bare) is not None
        return _LOOSE_APPENDIX.match(text) is not None or (other and numbering is not None)

    @property
    def appendices(self) -> frozenset[int]:
        """The places of the sections that are appendices."""
        return self._appendices

    def _read(self, head: str) -> tuple[tuple[int, ...], int] | None:
        if not head or len(head) > _HEADING_LENGTH:
            return None
        found = list(self._label.finditer(head))
        if not found:
            return None
        sections = tuple(dict.fromkeys(self._of[match.group()] for match in found))
        before, after = head[: found[0].start()], head[found[-1].end() :]
        between = [head[first.end() : second.start()] for first, second in pairwise(found)]
        if sections[-1] in self._appendices and _AFTER_APPENDIX.fullmatch(after):
            after = ""
        if not before and not after and all(_JOIN.fullmatch(piece) for piece in between):
            return sections, EXACT
        if all(_NEUTRAL.fullmatch(piece) for piece in (before, after, *between)):
            return sections, QUALIFIED
        if re.search(r"[。；;！？!?]", head):
            return None
        return sections, MENTION


@lru_cache(maxsize=8)
def names_of(rules: Text) -> SectionNames:
    """The compiled section names of a campaign."""
    return SectionNames(rules)


def split_number(text: str) -> tuple[Numbering | None, str]:
    """The kind of number (or bullet) before a heading, and the rest."""
    core = text.strip().lstrip(_OPEN)
    found = _NUMBER.match(core)
    if found is None or found.end() == 0:
        return None, core
    numbering: Numbering = (found.lastgroup or "").replace("_", "-")  # type: ignore[assignment]
    return numbering, core[found.end() :].lstrip(_OPEN)


def is_plain_heading(text: str, rules: Text) -> bool:
    """Whether a line, by itself, can hardly be anything but a heading of a section or the 摘要."""
    names = names_of(rules)
    if names.abstract(text) is not None:
        return True
    found = names.naming(text) if len(text) < 60 else None
    return found is not None and found.plainness == EXACT and not found.inline
