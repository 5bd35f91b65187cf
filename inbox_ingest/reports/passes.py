"""What a pass did, in one line."""

from __future__ import annotations

from collections.abc import Mapping

# Count → phrase, in the order in which a person wants to hear of them. Others are for the database.
_PHRASES = (
    ("archived", "收到 {} 封新邮件"),
    ("new_cases", "新增案例 {} 件"),
    ("revised_cases", "更新案例 {} 件"),
    ("quarantined", "{} 封邮件无法读取"),
    ("postponed", "{} 封邮件暂未收下，下次再试"),
    ("gone", "{} 封邮件已从服务器移走"),
    ("drafted", "拟好答复 {} 封"),
    ("sent", "发出答复 {} 封"),
    ("failed", "答复未能发出 {} 封"),
)


def pass_words(counts: Mapping[str, int]) -> str:
    """The phrases of what is not 0; empty where nothing was done."""
    phrases = [phrase.format(counts[key]) for key, phrase in _PHRASES if counts.get(key)]
    return "，".join(phrases) + "。" if phrases else ""
