"""The whole matrix of scans through the real OCR: a table of found and missed, and no false blame.

Takes some minutes. Run by `make corpus`; the table is printed and written where INGEST_CORPUS_TABLE
says.
"""

from __future__ import annotations

import os
import sys
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import load_campaign
from inbox_ingest.reading import ocr
from inbox_ingest.reading.content import MemoryContent
from inbox_ingest.reading.form import parse_form
from inbox_ingest.reading.scan import recognised_scan
from tests.corpus.scan_matrix import EXPECTED, Sample, read_values, samples

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.ocr,
    pytest.mark.skipif(not os.environ.get("INGEST_CORPUS"), reason="minutes: make corpus"),
]
_SHORT = dict(zip(EXPECTED, ("名称", "单位", "类型", "联系人", "电话", "概要"), strict=True))
_LEAST_FOUND = 0.95  # of all fields; what is not found is asked of a person, never of the sender


def judged(sample: Sample) -> tuple[str, dict[str, str]]:
    """The seal's verdict, and for each field `ok`, `~` (a character off), `?` or `WRONG`."""
    result = ocr.load(ocr.recognise(MemoryContent(sample.data()), sample.kind.lower()))
    assert isinstance(result, ocr.OcrResult), result
    finding = recognised_scan(result)
    assert finding.scan is not None and finding.document is not None
    form = parse_form(finding.document, load_campaign(shipped_campaign()), "扫描件.jpg")
    found = read_values(form) if form is not None else dict.fromkeys(EXPECTED)
    marks = {}
    for name, expected in EXPECTED.items():
        value = "".join((found[name] or "").split())
        marks[name] = _mark(value, "".join(expected.split()))
    return finding.scan.seal, marks


def _mark(value: str, expected: str) -> str:
    if value == expected:
        return "ok"
    if not value:
        return "?"
    # In a hundred characters one may be mistaken for its neighbour; it is still the same summary.
    alike = SequenceMatcher(None, value, expected, autojunk=False).ratio()
    return "~" if len(expected) > 30 and alike > 0.97 else "WRONG"


def test_scans(capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["| scan | seal | " + " | ".join(_SHORT.values()) + " |", "|---" * 8 + "|"]
    false_absent, false_present, missed_seals, wrong_ticks, fields_ok, fields = [], [], [], [], 0, 0
    for sample in samples():
        verdict, marks = judged(sample)
        rows.append(f"| {sample.name} | {verdict} | " + " | ".join(marks.values()) + " |")
        with capsys.disabled():
            sys.stdout.write(rows[-1] + "\n")
        if verdict == "absent" and (sample.sealed or not sample.colour):
            false_absent.append(sample.name)
        if verdict == "present" and not sample.sealed:
            false_present.append(sample.name)
        if sample.sealed and sample.colour and verdict != "present":
            missed_seals.append(sample.name)
        if marks["申报类型"] == "WRONG":
            wrong_ticks.append(sample.name)
        fields += len(marks)
        fields_ok += sum(mark in ("ok", "~") for mark in marks.values())
    rows.append(f"\nfields read right: {fields_ok} of {fields}; seals missed: {len(missed_seals)}")
    with capsys.disabled():
        sys.stdout.write(rows[-1] + "\n")
    place = os.environ.get("INGEST_CORPUS_TABLE")
    if place:
        Path(place).write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert not false_absent, "said to have no seal"
    assert not false_present, "said to have a seal"
    assert not wrong_ticks, "the wrong option ticked"
    assert not missed_seals
    assert fields_ok >= _LEAST_FOUND * fields
