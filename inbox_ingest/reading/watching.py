"""Lets whoever runs a reading know which file it is in, and have files left alone.

A file that kills the process it is read in, or takes for ever, can only be told by where it was: the
reading says so before it begins with each file.
"""

from __future__ import annotations

from typing import Protocol

from inbox_ingest.records import Problem


class Watch(Protocol):
    """Is told of each file before it is opened."""

    def begin(self, part: str) -> Problem | None:
        """The reading comes to the file at this part; a problem says why to leave it alone."""
        ...


class Unwatched:
    """Nobody watches, every file is read."""

    def begin(self, part: str) -> Problem | None:
        """Always None."""
        del part
        return None
