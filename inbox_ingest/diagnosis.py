"""What `ingest doctor` looks at: each check answers with findings, never with an exception.

A failed finding carries a remedy and the exit code that scripts know it by (contract §7).
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inbox_ingest.archive import Archive
from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.credentials import imap_password, password_source, smtp_password
from inbox_ingest.errors import ExitCode, IngestError
from inbox_ingest.installed_readers import READERS
from inbox_ingest.integrity import REMEDY, look_through
from inbox_ingest.settings import Settings, load_settings

Verdict = Literal["good", "note", "bad"]
MEBIBYTE = 1024 * 1024
TIGHT = 1024 * MEBIBYTE  # a campaign's scans and pictures take about this much
FULL = 100 * MEBIBYTE

# What is told first to a script when several things are wrong.
_URGENCY = (
    ExitCode.CONFIGURATION,
    ExitCode.PERMISSION,
    ExitCode.DATA,
    ExitCode.UNAVAILABLE,
    ExitCode.TEMPORARY,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `bad` ones have a remedy and an exit code, a `note` fails nothing."""

    verdict: Verdict
    subject: str
    text: str
    remedy: str | None = None
    exit_code: ExitCode = ExitCode.OK


def diagnose() -> Iterator[Finding]:
    """Look at everything, one finding at a time as it is known; the servers come last."""
    try:
        settings = load_settings()
    except IngestError as error:
        yield _bad("配置", error)
        yield from readers()
        return
    yield from configuration(settings)
    yield from storage(settings)
    yield from readers()
    yield from mailbox(settings)
    yield from sending(settings)


def exit_code_of(findings: list[Finding]) -> int:
    """The exit code for all findings together: the most urgent one."""
    codes = {finding.exit_code for finding in findings if finding.verdict == "bad"}
    return int(next((code for code in _URGENCY if code in codes), ExitCode.OK))


def configuration(settings: Settings) -> Iterator[Finding]:
    """The configuration file, who may read it, and the campaign."""
    if settings.config is None:
        yield Finding(
            "note",
            "配置",
            "没有配置文件，使用自带的活动文件和默认设置。",
            remedy="到配置文件所在的文件夹运行，或设置 INGEST_CONFIG；还没有时运行 ingest init。",
        )
    else:
        yield Finding("good", "配置", str(settings.config))
        if settings.holds_secrets and _open_to_others(settings.config):
            yield Finding(
                "note",
                "配置",
                "配置文件里有取密码的命令或数据库密码，而其他用户也能读它。",
                remedy=f"chmod 600 {settings.config}",
            )
    path = settings.campaign or shipped_campaign()
    try:
        campaign = load_campaign(path)
    except IngestError as error:
        yield _bad("活动", error)
        return
    yield Finding("good", "活动", f"{campaign.title}（{path}）")
    if campaign.replies.mode != "off":
        yield from _letters(path, campaign)


def _letters(path: Path, campaign: Campaign) -> Iterator[Finding]:
    """The templates that answers are written from: a mistake in them stops all drafting."""
    from inbox_ingest.replies.templates import load_templates

    try:
        load_templates(path, campaign)
    except IngestError as error:
        yield _bad("答复模板", error)
    else:
        yield Finding("good", "答复模板", "都能写成信")


def storage(settings: Settings) -> Iterator[Finding]:
    """The folder that all is kept in: rights, room, the database and the mails in it."""
    home = settings.home
    existing = next(place for place in (home, *home.parents) if place.exists())
    if not os.access(existing, os.W_OK | os.X_OK) or not existing.is_dir():
        yield Finding(
            "bad",
            "数据",
            f"数据文件夹 {home} 无法写入。",
            remedy="请用原来的用户运行，或改正文件夹的权限。",
            exit_code=ExitCode.CONFIGURATION,
        )
    elif home.exists() and _open_to_others(home):
        yield Finding(
            "note", "数据", f"其他用户也能读数据文件夹 {home}。", remedy=f"chmod 700 {home}"
        )
    else:
        yield Finding("good", "数据", str(home))
    yield _room(existing)
    yield from _database(settings)


def _room(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    text = f"剩余空间 {free / MEBIBYTE / 1024:.1f} GB"
    if free < FULL:
        return Finding(
            "bad", "磁盘", text, remedy="请腾出空间后再收信。", exit_code=ExitCode.TEMPORARY
        )
    if free < TIGHT:
        return Finding("note", "磁盘", text, remedy="空间不多，建议腾出 1 GB 以上。")
    return Finding("good", "磁盘", text)


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database is not None:
        yield Finding("note", "数据库", "使用配置中的数据库，运行时检查版本。")
        return
    try:
        glance = Glance.open(settings.casebook)
        if glance is None:
            yield Finding("good", "数据库", "尚未建立，第一次收信时自动建立。")
            return
        yield Finding("good", "数据库", str(settings.casebook))
        try:
            yield _originals(glance, Archive(settings.archive_folder))
        finally:
            glance.close()
    except IngestError as error:
        yield _bad("数据库", error)


def _originals(glance: Glance, archive: Archive) -> Finding:
    seen = look_through(glance, archive)
    if seen.whole:
        return Finding("good", "原件", seen.text())
    return Finding("bad", "原件", seen.text(), REMEDY, ExitCode.DATA)


def readers() -> Iterator[Finding]:
    """What this installation can read."""
    for reader in READERS:
        absent = reader.missing()
        if absent:
            yield Finding(
                "bad",
                "读取",
                f"{reader.kinds}：不能读取，缺少 {'、'.join(absent)}。",
                remedy=reader.remedy,
                exit_code=ExitCode.UNAVAILABLE,
            )
            continue
        fault = None if reader.fault is None else reader.fault()
        if fault is None:
            yield Finding("good", "读取", reader.kinds)
        else:
            yield Finding(
                "bad",
                "读取",
                f"{reader.kinds}：已安装，但试用没有成功：{fault}。",
                remedy=reader.remedy,
                exit_code=ExitCode.UNAVAILABLE,
            )


def mailbox(settings: Settings) -> Iterator[Finding]:
    """Logs in, looks at the folders; changes nothing."""
    box = settings.mailbox
    if box.server is None or box.user is None:
        yield Finding(
            "note",
            "邮箱",
            "没有配置邮箱，只能用 --source 读取。",
            remedy="运行 ingest init，或在 ingest.toml 写 [mailbox]。",
        )
        return
    try:
        password = imap_password(settings, box.user)
    except IngestError as error:
        yield _bad("密码", error)
        return
    yield Finding("good", "密码", f"取自{password_source(settings)}")
    yield from _conversation(settings, password)


def _conversation(settings: Settings, password: str) -> Iterator[Finding]:
    from inbox_ingest.inbox.imap import ImapSource
    from inbox_ingest.inbox.source import FolderMissing
    from inbox_ingest.inbox.urls import ImapAddress
    from inbox_ingest.inbox.wire import Patience

    box = settings.mailbox
    address = ImapAddress(box.server or "", box.port, box.user or "", box.security)  # type: ignore[arg-type]
    patience = Patience(box.connect_timeout, box.timeout, box.deadline, attempts=1)
    source = ImapSource(
        address,
        password,
        folders=box.folders,
        ca_file=box.ca_file,
        patience=patience,
        password_from=password_source(settings),
    )
    try:
        capabilities = source.capabilities()
        known = (
            "，已声明客户端身份（ID）" if "ID" in capabilities else "，服务器不需要声明身份（ID）"
        )
        yield Finding("good", "登录", f"{box.user} @ {box.server}{known}")
        absent = False
        for folder in source.folders():
            try:
                state = source.open(folder)
            except FolderMissing as error:
                yield _bad("文件夹", error)
                absent = True
                continue
            yield Finding("good", "文件夹", f"{folder}：{state.exists} 封")
        if absent:
            there = "、".join(each.name for each in source.listing() if each.selectable)
            yield Finding("note", "文件夹", f"邮箱里的文件夹有：{there}")
        yield _sent(source.sent_folder())
        for notice in source.notices:
            yield Finding("note", "邮箱", notice)
    except IngestError as error:
        yield _bad("登录", error)
    finally:
        source.close()


def sending(settings: Settings) -> Iterator[Finding]:
    """Logs in where letters are sent, if that is configured; sends nothing."""
    if settings.smtp.server is None:
        if settings.mailbox.server is not None:
            yield Finding(
                "note",
                "发信",
                "没有配置发信服务器，答复只能拟写，不能发出。",
                remedy="要发出答复，请在 ingest.toml 的 [smtp] 写明 server，如 smtp.126.com。",
            )
        return
    from inbox_ingest.replies.smtp import SmtpSession, configured_server

    try:
        server = configured_server(settings)
        with SmtpSession(server, smtp_password(settings, server.user)):
            yield Finding("good", "发信", f"{server.user} @ {server.host}")
    except IngestError as error:
        yield _bad("发信", error)


def _sent(folder: str | None) -> Finding:
    if folder is None:
        return Finding(
            "note",
            "已发送",
            "没有找到“已发送”文件夹，无法核对答复是否已经发出。",
            remedy="请在邮箱网页版的设置里打开“已发送邮件自动保存”。",
        )
    return Finding("good", "已发送", folder)


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _bad(subject: str, error: IngestError) -> Finding:
    return Finding("bad", subject, error.message, error.remedy, error.exit_code)
