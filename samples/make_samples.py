"""Writes the sample mails and the expected reading beside each; the same bytes every time.

Run from the checkout: `make samples`. Needs fonts-noto-cjk for the stamped pages.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Write every sample anew and remove those that are no longer in the catalogue."""
    sys.path.insert(0, str(FOLDER.parent))
    from samples.making.catalogue import all_samples

    kept = set()
    for sample in all_samples():
        mail = FOLDER / f"{sample.name}.eml"
        expected = FOLDER / f"{sample.name}.expected.json"
        mail.write_bytes(sample.raw)
        text = json.dumps(sample.expected(), ensure_ascii=False, indent=2)
        expected.write_text(text + "\n", encoding="utf-8")
        kept |= {mail, expected}
        print(f"{len(sample.raw):>9,}  {mail.name}")
    for path in (*FOLDER.glob("*.eml"), *FOLDER.glob("*.expected.json")):
        if path not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
