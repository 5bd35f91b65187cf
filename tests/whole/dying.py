"""Runs `ingest run` and dies by SIGKILL at a chosen moment: `python -m tests.whole.dying MOMENT URL`.

A moment is `before:NAME:N` or `after:NAME:N`: the N-th call of one of the steps below. The program
itself has no such switch; the steps are wrapped here.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from inbox_ingest.archive import Batch
from inbox_ingest.casebook.store_cases import CaseStore
from inbox_ingest.casebook.store_collect import PlaceStore
from inbox_ingest.casebook.store_readings import ReadingStore
from inbox_ingest.casebook.store_runs import RunStore

# What a pass does that lasts, in order: (class, method).
STEPS: dict[str, tuple[type, str]] = {
    "listing": (PlaceStore, "record_listing"),
    "synced": (Batch, "finish"),
    "archived": (PlaceStore, "archived"),
    "saved": (ReadingStore, "save"),
    "filed": (CaseStore, "file"),
    "finished": (RunStore, "finish"),
}
MOMENTS = [f"{when}:{name}:{n}" for name in STEPS for when in ("before", "after") for n in (1, 2)]


def die_at(moment: str) -> None:
    """Wrap the step so that its N-th call kills this process."""
    when, name, number = moment.split(":")
    owner, method = STEPS[name]
    original: Callable[..., Any] = getattr(owner, method)
    calls = 0

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == int(number) and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, method, wrapped)


if __name__ == "__main__":
    from inbox_ingest.cli import main

    die_at(sys.argv[1])
    sys.argv = ["ingest", "run", "--source", sys.argv[2], "--until", "file"]
    main()
