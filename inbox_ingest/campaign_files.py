"""Where campaign files lie, and their hash: standard library only, for a poll asks at every start."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inbox_ingest.errors import CampaignError, Mistake, why_unreadable


def rules_folder() -> Path:
    """The shipped `rules/`: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def shipped_campaign() -> Path:
    """The campaign file that is used where no configuration names one."""
    return rules_folder() / "2025-dangjian" / "campaign.toml"


def issue_texts() -> Path:
    """The issue codes of contract §6 with audience, severity and wording, shared by all campaigns."""
    return rules_folder() / "issues.toml"


def campaign_sha256(path: Path) -> str:
    """Hash of all that decides how mail is read and judged: the file and the shared issue texts.

    Raises:
        CampaignError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for part in (path, issue_texts()):
        digest.update(hashlib.sha256(bytes_of(part)).digest())
    return digest.hexdigest()


def bytes_of(path: Path) -> bytes:
    """The bytes of a campaign file. Raises `CampaignError` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CampaignError(path, [Mistake("文件", why_unreadable(error))]) from error
