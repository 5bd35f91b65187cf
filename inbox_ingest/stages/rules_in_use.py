"""Keeps a pass from judging by the shipped rules what was judged by a campaign file so far.

The configuration is looked for in the current folder. Called from another one, without
INGEST_CONFIG, the program would find none and quietly go back to the shipped campaign.
"""

from __future__ import annotations

from pathlib import Path

from inbox_ingest.campaign_files import campaign_sha256, issue_texts, shipped_campaign
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.errors import ConfigurationError, IngestError
from inbox_ingest.settings import Settings


def keep_to_the_rules(settings: Settings) -> None:
    """Refuse the shipped campaign where the casebook was made by a configured one.

    Only what is surely meant otherwise is refused: the file used so far is there, is no shipped one
    of this or another installation, and differs.

    Raises:
        ConfigurationError: names the campaign file, and what to do.
    """
    if settings.campaign is not None or settings.database is not None:
        return
    used = _campaign_of(settings.casebook)
    if used is None or not _differs(used):
        return
    remedy = "请到配置文件所在的文件夹运行，或设置 INGEST_CONFIG。"
    if settings.config is not None:
        remedy = f"请在 {settings.config} 开头写上 campaign，指向这个活动文件。"
    raise ConfigurationError(
        f"这些数据是按 {used} 处理的，现在却没有指明活动文件；没有改动任何数据。", remedy=remedy
    )


def _campaign_of(casebook: Path) -> Path | None:
    try:
        glance = Glance.open(casebook)
    except IngestError:  # one to be upgraded, or unreadable: the pass itself tells of it
        return None
    if glance is None:
        return None
    try:
        rows = glance.rows("SELECT path FROM campaigns")
    finally:
        glance.close()
    return Path(rows[0][0]) if rows else None


def _differs(used: Path) -> bool:
    shipped = shipped_campaign()
    if used == shipped:
        return False
    try:
        if (used.parent.parent / issue_texts().name).exists():
            return False  # the shipped rules of another installation: an upgrade, a moved checkout
        return used.is_file() and campaign_sha256(used) != campaign_sha256(shipped)
    except (OSError, IngestError):  # cannot be read any more
        return False
