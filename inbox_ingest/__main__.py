"""Runs the command line: `python -m inbox_ingest`."""

from inbox_ingest.cli import main

raise SystemExit(main())
