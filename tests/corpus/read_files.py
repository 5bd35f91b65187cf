"""Reads the files named on standard input one after another; a JSON line before and after each."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from inbox_ingest.reading.content import MemoryContent, MemorySink, NothingDerived
from inbox_ingest.reading.document import Unreadable
from inbox_ingest.reading.finding import Finding
from inbox_ingest.reading.formats import kind_of
from inbox_ingest.reading.readers import READERS, Inputs
from inbox_ingest.records import Problem


def outcome(finding: Finding) -> str:
    """The one word that says most of a finding."""
    if finding.problems:
        return finding.problems[0].code.value
    if finding.wants:
        return f"wants {finding.wants[0].kind}"
    if finding.document is not None:
        return "text"
    return finding.picture or "nothing"


def peak() -> int:
    """Greatest resident size of this process so far, in KiB (Linux)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1])


def main() -> None:
    """Read what standard input names."""
    for name in sys.stdin.read().splitlines():
        say({"file": name, "state": "begun"})
        content = MemoryContent(Path(name).read_bytes())
        started = time.perf_counter()
        kind = kind_of(content)
        reader = READERS.get(kind)
        try:
            inputs = Inputs(content, kind, MemorySink(), NothingDerived())
            result = outcome(reader(inputs)) if reader else "no reader"
        except Unreadable as unreadable:
            result = outcome(
                Finding(problems=(Problem(code=unreadable.code, detail=unreadable.detail),))
            )
        except Exception as error:
            result = f"CRASH {type(error).__name__}: {error}"[:200]
        seconds = time.perf_counter() - started
        state = {"file": name, "state": "done", "kind": kind, "outcome": result}
        say({**state, "seconds": round(seconds, 2), "peak": peak()})


def say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
