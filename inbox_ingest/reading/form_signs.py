"""The signs and options in the text of a choice, and whether anything else is written there.

What a sign means is told by its shape: a tick, a box with a tick or a cross in it, a filled shape, an
empty one. A sign that is in no list is left as it is: whoever reads the choice sees that something
is written there which nobody here understands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal

from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

# A mark is a bare tick; a cross may mean yes or no, in a box it means yes unless a tick stands
# elsewhere; a filled shape may be a bullet.
Sign = Literal["ticked", "crossed", "filled", "empty", "unsure", "mark", "cross"]
Kind = Literal["option", "ticked", "crossed", "filled", "empty", "unsure", "mark", "cross"]

_SIGNS: dict[Sign, str] = {
    "ticked": f"{TICKED}🗹✅",
    "crossed": "☒⊠⛝🗷🗵❎",
    "filled": "■●◉⦿▣◼⬛◆◎⊙⚫⬤🔘◾▪█▇▉▓★⊡⚈",
    "empty": f"{EMPTY_BOX}□▢◻⬜◽▫○◯〇⚪❑❏❒❍◇☆",
    "unsure": UNSURE_BOX,
    "mark": "√✓✔🗸∨⋁Ⅴⅴνˇレ",
    "cross": "×✗✘✕✖╳☓⨯ㄨ〤乄❌",
}
_SIGN_OF: dict[str, Sign] = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}
_ROUND = "○◯〇⚪❍"  # inside brackets some write a circle for yes
_SHAPES = {**dict.fromkeys(f"{EMPTY_BOX}□▢◻⬜◽▫❑❏❒", "square"), **dict.fromkeys(_ROUND, "round")}
BOXES: tuple[Kind, ...] = ("ticked", "crossed", "filled", "empty", "unsure")
_SIGN = "[" + "".join(_SIGN_OF) + "]"
_YES = ("勾选", "已选", "选中", "选", "勾", "是", "对", "yes", "y")
_NO = ("不选", "否", "no", "n")
_WORD = "|".join((*_YES, *_NO))
_BRACKET = (
    r"[（(\[【〔［]\s*"
    rf"(?P<held>(?i:{_WORD})|[vVxXＶＸ]|{_SIGN}\ufe0f?|[^\w\s）)\]】〕］]|)"
    r"\s*[)）\]】〕］]"
)
_LETTER = r"(?<![A-Za-z])[vVxXＶＸ](?![A-Za-z])"
_LOST = r"[\ue000-\uf8ff]|(?<![A-Za-z])[R£þ¨](?![A-Za-z])"  # a symbol font's letters without it
_ANSWER = r"(?P<answer>[:：]\s*[是否])"

# 请在□内打“√”, （单选，打√）, （二选一）: the form's own words, not a tick. `（选行业思政）` is an answer.
_TICK = r"(?:[“\"「‘']?\s*[√✓✔☑]\s*[”\"」’']?|勾|钩|对号)"
_ASKS = rf"请|[单多]选|[二两2]选[一1]|[一1][项种个类]|(?:可|必)选|选填|必填|[打划画]\s*{_TICK}"
_INSTRUCTION = re.compile(
    rf"(?P<bracket>[（(][^（）()\n]{{0,40}}(?:{_ASKS})[^（）()\n]{{0,40}}[）)])"
    rf"|(?:请\s*)?在[^，。；\n]{{0,15}}[打划画填]\s*{_TICK}"
    rf"|请[^，。；\n]{{0,10}}[打划画]\s*{_TICK}"
    r"|请(?:选择|勾选)|[二两2]选[一1]|单选题?|(?:[限只仅任可](?:能)?)?(?:勾选|选择|选)其?[一1][项种个类]"
)
_PRINTED = r"类别|类型|案例|类|项|注"
_WITHIN = r"[\s\ufe0e\ufe0f\u200b：:（）()\[\]【】〔〕]"  # may stand between an option and its sign
_BETWEEN = (
    rf"{_WITHIN}|[、，,；;。.|｜/／—–\-_…·]"  # may stand between two options with their signs
)


@dataclass(slots=True)
class Token:
    """An option, by its number, or a sign; `bracket` says that the sign is a bracket.

    `shape` is what it looks like: a circle where the other option has a square is no empty box.
    """

    kind: Kind
    start: int
    end: int
    option: int | None = None
    bracket: bool = False
    shape: str = ""


def without_instructions(text: str, options: Sequence[str]) -> str:
    """`text` without what the form itself says about how to choose."""
    names = [re.sub(r"\s", "", name) for name in (*options, *_short_forms(tuple(options)))]

    def kept(match: re.Match[str]) -> str:
        words = re.sub(r"\s", "", match.group())
        said = match.group("bracket") and ("已" in words or any(name in words for name in names))
        return match.group() if said else ""

    return _INSTRUCTION.sub(kept, text)


def tokens_of(text: str, options: tuple[str, ...]) -> list[Token]:
    """The options and signs in `text`, in order; 党建 stands for 行业党建 where that is missing."""
    found = list(_scan(text, tuple((name,) for name in options)))
    if {token.option for token in found} >= set(range(len(options))):
        return found
    short = _short_forms(options)
    return _scan(text, tuple(zip(options, short, strict=True)))


def unexplained(
    text: str, tokens: Sequence[Token], owners: Sequence[int | None], labels: Sequence[str]
) -> bool:
    """Whether anything is written there beyond options, their signs, labels and punctuation.

    `owners` holds the option that each token belongs to. Between an option and its own sign less
    may stand than between two options: a stroke there may be the tick.
    """
    words = _printed(tuple(labels))
    starts = [0, *(token.end for token in tokens)]
    ends = [*(token.start for token in tokens), len(text)]
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        inside = 0 < place < len(tokens) and owners[place - 1] == owners[place]
        quiet = _WITHIN if inside else _BETWEEN
        if re.sub(quiet, "", words.sub("", text[start:end])):
            return True
    return False


@lru_cache(maxsize=64)
def _printed(labels: tuple[str, ...]) -> re.Pattern[str]:
    names = [r"\s*".join(map(re.escape, re.sub(r"\s", "", label))) for label in labels]
    return re.compile("|".join((*sorted(names, key=len, reverse=True), _PRINTED)))


def _scan(text: str, options: tuple[tuple[str, ...], ...]) -> list[Token]:
    tokens: list[Token] = []
    for match in _pattern(options).finditer(text):
        group = match.lastgroup or ""
        if group.startswith("o"):
            number = int(group[1:].partition("_")[0])
            tokens.append(Token("option", match.start(), match.end(), number))
        elif group == "answer":
            if tokens and tokens[-1].kind == "option" and tokens[-1].end == match.start():
                kind: Kind = "ticked" if match.group().endswith("是") else "empty"
                tokens.append(Token(kind, match.start(), match.end()))
        else:
            bracket = group == "held"
            shape = "bracket" if bracket else _SHAPES.get(match.group(), match.group())
            tokens.append(Token(_kind(match), *match.span(), bracket=bracket, shape=shape))
    return tokens


def _kind(match: re.Match[str]) -> Kind:
    if match.lastgroup == "held":
        return _kind_in_bracket(match.group("held"), square=match.group().startswith("["))
    sign = match.group()
    if sign in "vVＶ":
        return "mark"
    return "cross" if sign in "xXＸ" else _SIGN_OF.get(sign, "unsure")


def _kind_in_bracket(held: str, *, square: bool) -> Kind:
    """A bracket is a box; `[x]` ticks, as everywhere in plain text, where `（x）` may mean no."""
    held = held.rstrip("\ufe0f").lower()
    if not held or held in _NO:
        return "empty"
    if held in _YES or held in "vｖ" or _SIGN_OF.get(held) == "mark":
        return "ticked"
    if held in "xｘ":
        return "crossed" if square else "cross"
    return "unsure" if held in _ROUND else _SIGN_OF.get(held, "unsure")


@lru_cache(maxsize=64)
def _pattern(options: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    names = sorted(
        {(re.sub(r"\s", "", name), place) for place, forms in enumerate(options) for name in forms},
        key=lambda named: (-len(named[0]), named),
    )
    parts = [
        rf"(?P<o{place}_{number}>" + r"\s*".join(map(re.escape, name)) + ")"
        for number, (name, place) in enumerate(names)
        if name
    ]
    parts += [_BRACKET, _ANSWER, rf"(?P<sign>{_SIGN}|{_LETTER}|{_LOST})"]
    return re.compile("|".join(parts))


@lru_cache(maxsize=64)
def _short_forms(options: tuple[str, ...]) -> tuple[str, ...]:
    """The options without what they have in common: 行业党建, 行业思政 → 党建, 思政."""
    start = _shared(options)
    end = _shared([option[start:][::-1] for option in options])
    short = tuple(option[start : len(option) - end] for option in options)
    return short if all(len(name) >= 2 for name in short) else options


def _shared(texts: Sequence[str]) -> int:
    """How many characters all these texts begin with."""
    return sum(
        1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False))
    )
