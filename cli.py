"""Runs the command line from a checkout."""

from inbox_ingest.cli import main

if __name__ == "__main__":  # workers import this file again
    raise SystemExit(main())
