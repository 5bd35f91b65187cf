"""Invented cases: units, people, forms and case texts whose 字 counts are known by construction.

Every text is made of East Asian characters and marks alone, so that its 字 count (contract §2) is its
number of characters, and no counting program is needed to say what a reader must find.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

SECTIONS = ("背景介绍", "主要做法", "工作成效", "经验总结", "附录")
_NUMERALS = "一二三四五六"

_TIMES = (
    "去年以来",
    "今年年初",
    "近两年",
    "入春之后",
    "主汛期前",
    "国庆假期里",
    "换届之后",
    "试点期间",
    "春运四十天里",
    "雨雪冰冻天气中",
    "航道疏浚期间",
    "夜间施工时段",
    "新线开通前夕",
    "台账整改阶段",
)
_WHO = (
    "支部委员会",
    "党员先锋岗",
    "青年突击队",
    "退休老党员",
    "一线班组长",
    "船员流动党小组",
    "货车司机党支部",
    "网约车驿站管家",
    "收费站值班长",
    "养护道班",
    "渡口守护人",
    "联合党委",
    "宣讲小分队",
    "纪检委员",
)
_DID = (
    "把组织生活搬到",
    "把服务清单贴到",
    "把议事长桌摆到",
    "把谈心谈话做到",
    "把安全课堂开到",
    "把流动红旗插到",
    "把意见信箱挂到",
    "把技能比武办到",
    "把结对帮扶落到",
    "把先锋档案建到",
    "把微型党课送到",
    "把应急物资备到",
    "把心理疏导带到",
    "把家属开放日请到",
)
_WHERE = (
    "货运停车场",
    "内河码头",
    "公交首末站",
    "桥梁养护工地",
    "高速服务区",
    "轮渡候船厅",
    "物流园分拣线",
    "航标维护船",
    "治超检测点",
    "村口招呼站",
    "枢纽换乘厅",
    "水上加油站",
    "充电站休息室",
    "港区闸口",
)
_THEN = (
    "先后听取意见三百余条并逐条回复", "让迟到半年的难题当月有了着落", "换来投诉量连续五个季度下降",
    "使新入职员工一周便能独立顶岗", "帮助四十多户家庭解决接送难", "把等候时间压缩到十分钟以内",
    "带动六家协作单位主动加入", "促成两项制度在全系统推开", "让夜班师傅喝上一口热汤",
    "使隐患整改从月结变为日清", "让沉默的群聊变成议事的平台", "推动旧站房改成了共享书屋",
    "减少空驶里程一万多公里", "使师徒结对覆盖所有岗位",
)  # fmt: skip


def _pick(seed: str, bank: Sequence[str]) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
    return bank[number % len(bank)]


def sentence(seed: str, place: str) -> str:
    """One sentence of its own for every seed; it never names a section of a case text."""
    return (
        f"{_pick(seed + '1', _TIMES)}，{place}{_pick(seed + '2', _WHO)}"
        f"{_pick(seed + '3', _DID)}{_pick(seed + '4', _WHERE)}，{_pick(seed + '5', _THEN)}。"
    )


def prose(seed: str, place: str, length: int) -> str:
    """Sentences of exactly `length` characters in all; the last is cut and closed by 。"""
    text = ""
    number = 0
    while len(text) < length:
        text += sentence(f"{seed}/{number}", place)
        number += 1
    if len(text) == length:
        return text
    cut = text[: length - 1].rstrip("，。")
    return cut + "等" * (length - 1 - len(cut)) + "。"


@dataclass(frozen=True)
class Section:
    """A heading as the author typed it and the paragraphs under it."""

    heading: str
    paragraphs: tuple[str, ...]

    @property
    def count(self) -> int:
        """字 of the heading and what stands under it."""
        return len(self.heading) + sum(len(paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True)
class CaseStory:
    """One invented case: what its form and its case text say.

    `ticked` are the boxes that are ticked on the form. `sections` are in the author's order, the
    appendix among them; `abstract` is the 摘要, None where there is none.
    """

    unit: str
    title: str
    contact: str
    phone: str
    ticked: tuple[str, ...] = ("行业党建",)
    summary: str = ""
    abstract: str | None = None
    sections: tuple[Section, ...] = field(default=())

    @property
    def body_count(self) -> int:
        """字 of the 正文: every section with its heading, but for the appendix (contract §2)."""
        return sum(s.count for s in self.sections if not s.heading.endswith("附录"))

    def but(self, **changes: object) -> CaseStory:
        """The same case with something changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def story(
    unit: str,
    title: str,
    contact: str,
    phone: str,
    *,
    ticked: tuple[str, ...] = ("行业党建",),
    place: str = "我市",
    summary_length: int = 168,
    body_length: int = 900,
    abstract_length: int | None = None,
    headings: Sequence[str] = SECTIONS,
    numbered: bool = True,
) -> CaseStory:
    """A complete case whose summary and 正文 have exactly the lengths asked for."""
    typed = [f"{_NUMERALS[i]}、{name}" if numbered else name for i, name in enumerate(headings)]
    body = [heading for heading in typed if not heading.endswith("附录")]
    rest = body_length - sum(len(heading) for heading in body)
    share = rest // len(body)
    sections = []
    for index, heading in enumerate(typed):
        if heading.endswith("附录"):
            paragraphs: tuple[str, ...] = (
                f"{place}党员先锋岗轮值表、服务承诺书样式、媒体报道目录。",
            )
        else:
            last = heading == body[-1]
            length = rest - share * (len(body) - 1) if last else share
            half = length // 2
            paragraphs = (
                prose(f"{title}{index}a", place, half),
                prose(f"{title}{index}b", place, length - half),
            )
        sections.append(Section(heading, paragraphs))
    abstract = None if abstract_length is None else prose(f"{title}摘", place, abstract_length)
    return CaseStory(
        unit=unit,
        title=title,
        contact=contact,
        phone=phone,
        ticked=ticked,
        summary=prose(f"{title}概要", place, summary_length),
        abstract=abstract,
        sections=tuple(sections),
    )
