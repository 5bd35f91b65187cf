"""Which options of a choice are ticked, from the text of its cell and how it looks.

People tick with a box before or after the option, with a tick laid over the box or typed beside it,
by striking out or deleting what they do not mean, or by typing the option alone. What cannot be told
apart is said to be unsure, never guessed; that nothing is ticked is sure only where every option has
an empty box and nothing else is written there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from inbox_ingest.reading.document import Paragraph
from inbox_ingest.reading.form_signs import (
    BOXES,
    Kind,
    Token,
    tokens_of,
    unexplained,
    without_instructions,
)

_MANY = 100  # signs and options: nobody ticks so many boxes in one cell
_LINE_GAP = 20  # another line is farther than any space within one
_DENIAL = re.compile(r"[非不否无未]")


class Choice(NamedTuple):
    """The options that are ticked, in the campaign's order, and whether all could be told."""

    ticked: tuple[str, ...]
    sure: bool


class _Signs(NamedTuple):
    """The signs of each option, their shapes, whether all have an owner, and whether more is written."""

    kinds: dict[int, list[Kind]]
    shapes: dict[int, list[str]]
    sure: bool
    more: bool


Side = Literal["before", "after", None]


def read_choice(
    paragraphs: Sequence[Paragraph],
    text: str,
    options: Sequence[str],
    labels: Sequence[str] = (),
) -> Choice:
    """Read the choice in `text`; `paragraphs` it came from tell what is struck out or stands out.

    `labels` are the form's own words that may stand beside the options.
    """
    text = without_instructions(text, options)
    tokens = tokens_of(text, tuple(options))
    if len(tokens) > _MANY:
        return Choice((), sure=False)
    named = [token.option for token in tokens if token.option is not None]
    present = sorted(set(named))
    if not present:
        return Choice((), sure=not text.strip())
    struck = _said_in(paragraphs, "struck", options)
    kept = [option for option in present if option not in struck]
    if struck and len(kept) == 1:
        return Choice((options[kept[0]],), sure=True)
    signs = _signs_by_option(text, tokens, labels)
    if len(present) == 1:
        return _only_option(present[0], signs, text, options)
    chosen, told = _judge(present, signs.kinds)
    again = signs.more and len(named) > len(present)  # `☐甲 ☑乙 选甲`
    if chosen or not told:
        sure = signs.sure and told and not again
        return Choice(tuple(options[option] for option in sorted(chosen)), sure=sure)
    boxes = [signs.shapes.get(option) for option in range(len(options))]
    every = len(named) == len(options) and bool(boxes[0]) and boxes.count(boxes[0]) == len(boxes)
    return _by_looks(paragraphs, options, sure=signs.sure and every and not signs.more)


def _only_option(option: int, signs: _Signs, text: str, options: Sequence[str]) -> Choice:
    """Only one option stands there: the others were deleted, or it was typed."""
    found = signs.kinds.get(option, [])
    ticked = any(kind in ("ticked", "crossed", "filled", "mark") for kind in found)
    agreed = not _DENIAL.search(text)
    if found:
        agreed = ticked and not (signs.more and "empty" in found)  # `☐甲 ☑其他`
    return Choice((options[option],), sure=signs.sure and agreed)


def _by_looks(paragraphs: Sequence[Paragraph], options: Sequence[str], *, sure: bool) -> Choice:
    """No box is ticked: an option may have been underlined, coloured or circled instead."""
    marked = _said_in(paragraphs, "marked", options)
    if len(marked) == 1:
        return Choice((options[marked[0]],), sure=False)
    plain = all(
        not any(getattr(paragraph, look) for paragraph in paragraphs)
        or len(_said_in(paragraphs, look, options)) == len(options)
        for look in ("marked", "struck")
    )
    drawn = any(paragraph.drawn for paragraph in paragraphs)
    return Choice((), sure=sure and plain and not drawn)


def _judge(present: Sequence[int], signs: dict[int, list[Kind]]) -> tuple[list[int], bool]:
    """The options with a tick, and whether that can be told."""

    def with_any(*kinds: Kind) -> list[int]:
        return [option for option in present if set(kinds) & set(signs.get(option, []))]

    plain, filled = with_any("ticked", "mark"), with_any("filled")
    crossed = [option for option in with_any("crossed") if option not in plain]
    if plain and crossed:
        return plain, False  # a cross beside a tick may mean no
    ticked = sorted({*plain, *filled, *crossed})
    bare = [option for option in with_any("cross") if option not in ticked]
    if not ticked and bare:
        return [], False  # a cross alone: chosen or struck out?
    bullets = [option for option in filled if option not in plain]
    if len(ticked) > 1 and bullets:
        return ticked, False  # bullets before the options, or ticks?
    return ticked, not [option for option in with_any("unsure") if option not in ticked]


def _said_in(paragraphs: Sequence[Paragraph], look: str, options: Sequence[str]) -> list[int]:
    """The options whose every character lies in stretches of this look."""
    said = "".join(re.sub(r"\s", "", part) for p in paragraphs for part in getattr(p, look))
    names = [re.sub(r"\s", "", option) for option in options]
    return [place for place, name in enumerate(names) if name in said] if said else []


# --- which sign belongs to which option -------------------------------------------------------


def _signs_by_option(text: str, tokens: list[Token], labels: Sequence[str]) -> _Signs:
    tokens, sure = _laid_together(text, tokens)
    bare = _side(tokens, brackets=False)
    bracketed = _side(tokens, brackets=True)
    signs: dict[int, list[Kind]] = {}
    shapes: dict[int, list[str]] = {}
    owners: list[int | None] = []
    for place, token in enumerate(tokens):
        if token.kind == "option":
            owners.append(token.option)
            continue
        if token.bracket and bracketed is None and bare == "before":
            # `☐甲（√） ☐乙`: the boxes stand before, so a bracket is a word on what it follows.
            owner = _owner(text, tokens, place, None, tie="after")
        else:
            side = bracketed if token.bracket and bracketed is not None else bare
            owner = _owner(text, tokens, place, side, tie=side)
        owners.append(owner)
        if owner is None:
            sure = False
        else:
            signs.setdefault(owner, []).append(token.kind)
            shapes.setdefault(owner, []).append(token.shape)
    return _Signs(signs, shapes, sure, unexplained(text, tokens, owners, labels))


def _side(tokens: Sequence[Token], *, brackets: bool) -> Side:
    """Whether the boxes (those in brackets, or the others) stand before their options or after."""
    kinds = [token.kind for token in tokens if token.kind == "option" or token.bracket == brackets]
    first, last = kinds.index("option"), len(kinds) - 1 - kinds[::-1].index("option")
    before = any(kind in BOXES for kind in kinds[:first])
    after = any(kind in BOXES for kind in kinds[last + 1 :])
    if before == after:
        return None
    return "before" if before else "after"


def _owner(text: str, tokens: Sequence[Token], place: int, side: Side, tie: Side) -> int | None:
    """The option that the sign at `place` belongs to, None where it could be either.

    `tie` decides where it is as near to the option before it as to what follows.
    """
    left = next((t for t in reversed(tokens[:place]) if t.kind == "option"), None)
    right = next((t for t in tokens[place + 1 :] if t.kind == "option"), None)
    if left is None or right is None:
        owner = left or right
        return None if owner is None else owner.option
    if side is not None and tokens[place].kind in BOXES:
        return right.option if side == "before" else left.option
    gap_left = _gap(text, tokens[place - 1].end, tokens[place].start)
    gap_right = _gap(text, tokens[place].end, tokens[place + 1].start)
    if gap_left != gap_right:
        nearer = tokens[place - 1] if gap_left < gap_right else tokens[place + 1]
        if nearer.kind == "option":
            return nearer.option
        return left.option if nearer is tokens[place - 1] and side == "after" else right.option
    if tie == "after":
        return left.option
    return right.option if tie == "before" and tokens[place + 1].kind == "option" else None


def _laid_together(text: str, tokens: list[Token]) -> tuple[list[Token], bool]:
    """A tick typed right beside an empty box is a ticked box."""
    joined: list[Token] = []
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
            joined[-1] = Token("ticked", last.start, token.end)
    return joined, sure


def _gap_outside(text: str, tokens: Sequence[Token], place: int) -> int | None:
    """The distance from the sign before `place` to an option before that, None where there is none."""
    if place < 2 or tokens[place - 2].kind != "option":
        return None
    return _gap(text, tokens[place - 2].end, tokens[place - 1].start)


def _gap(text: str, start: int, end: int) -> int:
    between = text[start:end]
    return len(between) + _LINE_GAP * between.count("\n")
