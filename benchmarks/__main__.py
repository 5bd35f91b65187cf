"""`make bench`: prints the table of contract figures. Options: names of rows (fetch run poll …).

usage: python -m benchmarks [--quick] [--work FOLDER] [NAME ...]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import rows
from benchmarks.measuring import HEADING, Failed
from tests.servers.dovecot import DovecotMissing


def main() -> int:
    """Run the chosen comparisons; leave with 1 where one could not be made."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(rows.ALL))
    parser.add_argument("--quick", action="store_true", help="a tenth of the mail, fewer rounds")
    parser.add_argument("--work", type=Path, help="folder for mailboxes; kept, and used again")
    options = parser.parse_args()
    unknown = set(options.names) - set(rows.ALL)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    work = options.work or Path(tempfile.mkdtemp(prefix="ingest-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    work.chmod(0o755)  # Dovecot is not root and has to walk through
    print(HEADING, flush=True)
    wrong = 0
    try:
        for name in options.names or rows.ALL:
            try:
                for row in rows.ALL[name](rows.Plan(work.resolve(), quick=options.quick)):
                    print(row, flush=True)
            except (Failed, DovecotMissing) as reason:
                wrong += 1
                print(f"{name}: not measured: {reason}", file=sys.stderr, flush=True)
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
