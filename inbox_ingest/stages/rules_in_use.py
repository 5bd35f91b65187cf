"""Keeps a pass from judging by the shipped rules what was judged by a campaign file so far.

The configuration is looked for in the current folder. Called from another one, without
INGEST_CONFIG, the program would find none and quietly go back to the shipped campaign.
"""

from __future__ import annotations

from pathlib import Path

from inbox_ingest.campaign_files import campaign_sha256, issue_texts, shipped_campaign
from inbox_ingest.casebook.glance_opening import campaign_path
from inbox_ingest.errors import ConfigurationError, IngestError
from inbox_ingest.settings import Settings


def keep_to_the_rules(settings: Settings) -> None:
    """Refuse the shipped campaign where the casebook was made by a configured one.

    Only what is surely meant otherwise is refused: the file used so far is there, is no shipped one
    of this or another installation, and differs.

    Raises:
        ConfigurationError: names the campaign file, and what to do.
    """
    used = _configured(settings)
    if used is not None and _differs(used):
        _refuse(settings, used)


def keep_to_the_configuration(settings: Settings) -> None:
    """As `keep_to_the_rules`, also where the rules are equal: it says in whose name is decided.

    Raises:
        ConfigurationError: names the campaign file, and what to do.
    """
    used = _configured(settings)
    if used is not None and (_differs(used) or (settings.config is None and _is_there(used))):
        _refuse(settings, used)


def _configured(settings: Settings) -> Path | None:
    """The campaign file that the casebook was made by, where none is named now and it was no

    shipped one.
    """
    if settings.campaign is not None or settings.database is not None:
        return None
    used = _campaign_of(settings.casebook)
    return None if used is None or _shipped(used) else used


def _refuse(settings: Settings, used: Path) -> None:
    remedy = "请到配置文件所在的文件夹运行，或设置 INGEST_CONFIG。"
    if settings.config is not None:
        remedy = f"请在 {settings.config} 开头写上 campaign，指向这个活动文件。"
    raise ConfigurationError(
        f"这些数据是按 {used} 处理的，现在却没有指明活动文件；没有改动任何数据。", remedy=remedy
    )


def _campaign_of(casebook: Path) -> Path | None:
    try:
        used = campaign_path(casebook)
    except IngestError:  # it cannot be read: the pass itself tells of it
        return None
    return None if used is None else Path(used)


def _shipped(used: Path) -> bool:
    """The rules of this or another installation: an upgrade, a moved checkout."""
    try:
        return used == shipped_campaign() or (used.parent.parent / issue_texts().name).exists()
    except OSError:
        return True  # cannot be looked at any more


def _differs(used: Path) -> bool:
    try:
        return _is_there(used) and campaign_sha256(used) != campaign_sha256(shipped_campaign())
    except (OSError, IngestError):  # cannot be read any more
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
