"""Which options of a choice are ticked, from the text of its cell and how it looks.

People tick with a box before or after the option, with a tick laid over the box or typed beside it,
by striking out or deleting what they do not mean, or by typing the option alone. What cannot be told
apart is said to be unsure, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal, NamedTuple

from inbox_ingest.reading.document import Paragraph
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

# A mark is a bare tick, a cross may mean yes or no, a filled shape may be a bullet.
Sign = Literal["ticked", "filled", "empty", "unsure", "mark", "cross"]
Kind = Literal["option", "ticked", "filled", "empty", "unsure", "mark", "cross"]

_SIGNS: dict[Sign, str] = {
    "ticked": f"{TICKED}☒🗹🗷🗵✅",
    "filled": "■●◉⦿▣◼⬛◆",
    "empty": f"{EMPTY_BOX}□▢◻⬜○◯〇❑❏❒❍◇",
    "unsure": UNSURE_BOX,
    "mark": "√✓✔🗸∨",
    "cross": "×✗✘✕✖",
}
_SIGN_OF: dict[str, Sign] = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}
_BOXES: tuple[Kind, ...] = ("ticked", "filled", "empty", "unsure")
_BRACKET = r"[（(\[【〔［]\s*(?P<held>[√✓✔🗸∨☑☒■●×✗✘✕✖☐□是否对vVxXＶＸ]?)\s*[)）\]】〕］]"
_SIGN = "[" + "".join(_SIGN_OF) + "]"
_LETTER = r"(?<![A-Za-z])[vVxXＶＸ](?![A-Za-z])"
# 请在□内打“√”, （单选，打√）: the form's own words, not a tick.
_INSTRUCTION = re.compile(
    r"[（(][^（）()\n]{0,30}(?:打|划|画|勾|选|填)[^（）()\n]{0,30}[）)]"
    r"|(?:请\s*)?在[^，。；\n]{0,15}[打划画填]\s*[“\"「‘']?\s*[√✓✔☑]\s*[”\"」’']?"
    r"|请[^，。；\n]{0,10}[打划画]\s*[“\"「‘']?\s*[√✓✔☑]\s*[”\"」’']?"
)
_LOST = r"[\ue000-\uf8ff]|(?<![A-Za-z])[R£þ¨](?![A-Za-z])"  # a symbol font's letters without it
_YES_NO = r"(?P<answer>[:：]\s*[是否])"
_MANY = 100  # signs and options: nobody ticks so many boxes in one cell
_LINE_GAP = 20  # another line is farther than any space within one


class Choice(NamedTuple):
    """The options that are ticked, in the campaign's order, and whether all could be told."""

    ticked: tuple[str, ...]
    sure: bool


@dataclass(slots=True)
class _Token:
    kind: Kind
    start: int
    end: int
    option: int | None = None


def read_choice(paragraphs: Sequence[Paragraph], text: str, options: Sequence[str]) -> Choice:
    """Read the choice in `text`; `paragraphs` it came from tell what is struck out or stands out."""
    text = _INSTRUCTION.sub("", text)
    tokens = _tokens(text, tuple(options))
    if len(tokens) > _MANY:
        return Choice((), sure=False)
    present = sorted({token.option for token in tokens if token.option is not None})
    if not present:
        return Choice((), sure=not text.strip())
    struck = _said_in(paragraphs, "struck", options)
    kept = [option for option in present if option not in struck]
    if struck and len(kept) == 1:
        return _named(kept, options)
    signs, sure = _signs_by_option(text, tokens)
    if len(present) == 1:
        return _only_option(present[0], signs, sure, options)
    chosen, told = _judge(present, signs)
    if chosen or not told:
        return Choice(tuple(options[option] for option in sorted(chosen)), sure=sure and told)
    return _by_looks(paragraphs, signs, sure, options)


def _only_option(
    option: int, signs: dict[int, list[Kind]], sure: bool, options: Sequence[str]
) -> Choice:
    """Only one option stands there: the others were deleted, or it was typed."""
    found = signs.get(option, [])
    agreed = not found or any(kind in ("ticked", "filled", "mark") for kind in found)
    return Choice((options[option],), sure=sure and agreed)


def _by_looks(
    paragraphs: Sequence[Paragraph],
    signs: dict[int, list[Kind]],
    sure: bool,
    options: Sequence[str],
) -> Choice:
    """No box is ticked: an option may have been underlined, coloured or circled instead."""
    marked = _said_in(paragraphs, "marked", options)
    if len(marked) == 1:
        return Choice((options[marked[0]],), sure=False)
    drawn = any(paragraph.drawn for paragraph in paragraphs)
    return Choice((), sure=sure and not drawn and bool(signs))


def _judge(present: Sequence[int], signs: dict[int, list[Kind]]) -> tuple[list[int], bool]:
    ticked = [o for o in present if {"ticked", "filled", "mark"} & set(signs.get(o, []))]
    crossed = [o for o in present if o not in ticked and "cross" in signs.get(o, [])]
    unsure = [o for o in present if o not in ticked and "unsure" in signs.get(o, [])]
    filled = [o for o in ticked if set(signs[o]) <= {"filled", "empty"}]
    if len(ticked) > 1 and len(filled) == len(ticked):
        return ticked, False  # the same bullet before every option
    if not ticked and crossed:
        return [], False  # a cross alone: chosen or struck out?
    return ticked, not unsure


def _named(chosen: Sequence[int], options: Sequence[str]) -> Choice:
    return Choice(tuple(options[option] for option in chosen), sure=True)


def _said_in(paragraphs: Sequence[Paragraph], look: str, options: Sequence[str]) -> list[int]:
    """The options whose every character lies in stretches of this look."""
    said = "".join(re.sub(r"\s", "", part) for p in paragraphs for part in getattr(p, look))
    names = [re.sub(r"\s", "", option) for option in options]
    return [place for place, name in enumerate(names) if name in said] if said else []


# --- which sign belongs to which option -------------------------------------------------------


def _signs_by_option(text: str, tokens: list[_Token]) -> tuple[dict[int, list[Kind]], bool]:
    tokens, sure = _laid_together(text, tokens)
    side = _side(tokens)
    signs: dict[int, list[Kind]] = {}
    for place, token in enumerate(tokens):
        if token.kind == "option":
            continue
        owner = _owner(text, tokens, place, side)
        if owner is None:
            sure = False
        else:
            signs.setdefault(owner, []).append(token.kind)
    return signs, sure


def _side(tokens: Sequence[_Token]) -> Literal["before", "after", None]:
    """Whether the boxes stand before their options or after them."""
    kinds = [token.kind for token in tokens]
    first, last = kinds.index("option"), len(kinds) - 1 - kinds[::-1].index("option")
    before = any(kind in _BOXES for kind in kinds[:first])
    after = any(kind in _BOXES for kind in kinds[last + 1 :])
    if before == after:
        return None
    return "before" if before else "after"


def _owner(
    text: str, tokens: Sequence[_Token], place: int, side: Literal["before", "after", None]
) -> int | None:
    """The option that the sign at `place` belongs to, None where it could be either."""
    left = next((t for t in reversed(tokens[:place]) if t.kind == "option"), None)
    right = next((t for t in tokens[place + 1 :] if t.kind == "option"), None)
    if left is None or right is None:
        owner = left or right
        return None if owner is None else owner.option
    if side is not None and tokens[place].kind in _BOXES:
        return right.option if side == "before" else left.option
    gap_left = _gap(text, tokens[place - 1].end, tokens[place].start)
    gap_right = _gap(text, tokens[place].end, tokens[place + 1].start)
    if gap_left != gap_right:
        nearer = tokens[place - 1] if gap_left < gap_right else tokens[place + 1]
        if nearer.kind == "option":
            return nearer.option
        return left.option if nearer is tokens[place - 1] and side == "after" else right.option
    if side == "after":
        return left.option
    return right.option if side == "before" and tokens[place + 1].kind == "option" else None


def _laid_together(text: str, tokens: list[_Token]) -> tuple[list[_Token], bool]:
    """A tick typed right beside an empty box is a ticked box."""
    joined: list[_Token] = []
    sure = True
    for place, token in enumerate(tokens):
        last = joined[-1] if joined else None
        if last is None or {last.kind, token.kind} != {"empty", "mark"}:
            joined.append(token)
            continue
        gap = _gap(text, last.end, token.start)
        other = _gap_outside(text, tokens, place)
        if gap > 1 or (last.kind == "mark" and other is not None and other < gap):
            joined.append(token)
        else:
            if last.kind == "mark" and other is not None and other == gap:
                sure = False  # `甲√□乙`: is it 甲's tick, or the tick of 乙's box?
            joined[-1] = _Token("ticked", last.start, token.end)
    return joined, sure


def _gap_outside(text: str, tokens: Sequence[_Token], place: int) -> int | None:
    """The distance from the sign before `place` to an option before that, None where there is none."""
    if place < 2 or tokens[place - 2].kind != "option":
        return None
    return _gap(text, tokens[place - 2].end, tokens[place - 1].start)


def _gap(text: str, start: int, end: int) -> int:
    between = text[start:end]
    return len(between) + _LINE_GAP * between.count("\n")


# --- tokens -----------------------------------------------------------------------------------


def _tokens(text: str, options: tuple[str, ...]) -> list[_Token]:
    found = list(_scan(text, options))
    if any(token.kind == "option" for token in found):
        return found
    return list(_scan(text, _short_forms(options)))


def _scan(text: str, options: tuple[str, ...]) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _pattern(options).finditer(text):
        group = match.lastgroup or ""
        if group.startswith("o"):
            tokens.append(_Token("option", match.start(), match.end(), int(group[1:])))
        elif group == "answer":
            if tokens and tokens[-1].kind == "option" and tokens[-1].end == match.start():
                kind: Kind = "ticked" if match.group().endswith("是") else "empty"
                tokens.append(_Token(kind, match.start(), match.end()))
        else:
            tokens.append(_Token(_kind(match), match.start(), match.end()))
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
    if not held or held == "否":
        return "empty"
    if held in "是对vVＶ" or _SIGN_OF.get(held) == "mark":
        return "ticked"
    if held in "xXＸ":
        return "ticked" if square else "cross"
    return _SIGN_OF[held]


@lru_cache(maxsize=64)
def _pattern(options: tuple[str, ...]) -> re.Pattern[str]:
    order = sorted(range(len(options)), key=lambda place: -len(options[place]))
    names = [
        rf"(?P<o{place}>" + r"\s*".join(map(re.escape, re.sub(r"\s", "", options[place]))) + ")"
        for place in order
        if options[place].strip()
    ]
    parts = [*names, _BRACKET, _YES_NO, rf"(?P<sign>{_SIGN}|{_LETTER}|{_LOST})"]
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
