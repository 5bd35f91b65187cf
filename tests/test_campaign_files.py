"""The hash of a campaign: it moves with the file."""

from __future__ import annotations

from pathlib import Path

from inbox_ingest.campaign_files import campaign_sha256, shipped_campaign
from inbox_ingest.campaigns import load_campaign


def test_the_hash_moves_with_the_file_and_with_nothing_else(tmp_path: Path) -> None:
    shipped = load_campaign(shipped_campaign()).sha256
    copy = tmp_path / "campaign.toml"
    copy.write_bytes(shipped_campaign().read_bytes())
    assert campaign_sha256(copy) == shipped
    copy.write_bytes(copy.read_bytes() + b"\n# seen\n")
    assert campaign_sha256(copy) != shipped
