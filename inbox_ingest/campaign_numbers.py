"""How the cases of a campaign are numbered, and how a number is found in what people write."""

from __future__ import annotations

import re
import unicodedata

from pydantic import field_validator

from inbox_ingest.records import Frozen


class CaseNumbers(Frozen):
    """How case numbers look. `pattern` is a format string over `sequence`, spoken on the phone."""

    pattern: str = "{sequence:03d}"

    @field_validator("pattern")
    @classmethod
    def _numbers_differ(cls, value: str) -> str:
        try:
            first, second = value.format(sequence=1), value.format(sequence=2)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError('只能含 {sequence}，如 "DJ{sequence:03d}"') from error
        if first == second:
            raise ValueError("须含 {sequence}")
        if not re.fullmatch(r"[A-Za-z0-9\u4e00-\u9fff-]{1,16}", first):
            raise ValueError("编号只能由字母、数字、汉字和连字符组成，至多16个字符")
        return value

    def number(self, sequence: int) -> str:
        """The case number for this place in the sequence (from 1)."""
        return self.pattern.format(sequence=sequence)

    def quoted_in(self, text: str) -> tuple[str, ...]:
        """Every case number of this pattern that stands in `text`, in order, once each.

        Small letters, full-width forms, a space or a hyphen, zeros left out (`dj 1` for DJ001) are
        what people type for what they were told over the phone. Where no Latin letter stands before
        the number, any number would be one: there only the whole form counts.
        """
        before, *rest = re.split(r"\{sequence[^}]*\}", self.pattern)
        width = max(1, len(self.number(1)) - len(before) - len("".join(rest)))
        number = rf"(\d{{{width},}})"
        if before[-1:].isascii() and before[-1:].isalpha():
            number = r"[\s\-‐‑–—_]{0,3}(\d{1,9})"
        body = re.escape(before) + number + number.join(re.escape(piece) for piece in rest)
        found = re.finditer(
            rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])",
            unicodedata.normalize("NFKC", text),
            re.IGNORECASE,
        )
        return tuple(dict.fromkeys(self.number(int(match[1])) for match in found))
