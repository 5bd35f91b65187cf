"""Runs the command line from a checkout."""

from inbox_ingest.cli import main

raise SystemExit(main())
