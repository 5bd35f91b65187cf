"""Makes the source of a pass from the configuration, or from a URL on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from inbox_ingest.credentials import imap_password, password_source
from inbox_ingest.errors import ConfigurationError
from inbox_ingest.inbox.urls import FileAddress, ImapAddress, Security, parse_source
from inbox_ingest.settings import CONFIG_NAME, Settings

if TYPE_CHECKING:
    from inbox_ingest.inbox.source import Source


def open_source(settings: Settings, url: str | None = None) -> Source:
    """The mailbox of the configuration, or what `url` names. Connects to nothing yet.

    Raises:
        ConfigurationError: no mailbox is configured, or its password is nowhere to be found.
        UsageError: the URL is not one that can be read.
        InputError: the file or folder is not there.
    """
    address = parse_source(url) if url is not None else configured_address(settings)
    if isinstance(address, FileAddress):
        from inbox_ingest.inbox.folder import open_files

        return open_files(address)
    from inbox_ingest.inbox.imap import ImapSource
    from inbox_ingest.inbox.wire import Patience

    mailbox = settings.mailbox
    return ImapSource(
        address,
        imap_password(settings, address.user),
        folders=(address.folder,) if address.folder else mailbox.folders,
        ca_file=mailbox.ca_file,
        password_from=password_source(settings),
        patience=Patience(
            connect=mailbox.connect_timeout, silence=mailbox.timeout, grace=mailbox.deadline
        ),
    )


def configured_address(settings: Settings) -> ImapAddress:
    """The mailbox that the configuration names.

    Raises:
        ConfigurationError: it names none.
    """
    mailbox = settings.mailbox
    if mailbox.server is None or mailbox.user is None:
        raise _no_mailbox(settings)
    security = cast(Security, mailbox.security)
    return ImapAddress(mailbox.server, mailbox.port, mailbox.user, security)


def _no_mailbox(settings: Settings) -> ConfigurationError:
    """Says where the configuration was looked for: often it is only in another folder."""
    if settings.config is not None:
        return ConfigurationError(
            f"配置文件 {settings.config} 里没有写邮箱。",
            remedy="请加上 [mailbox]，写明 server 和 user；或用 --source 指明邮箱或邮件文件夹。",
        )
    return ConfigurationError(
        f"还没有配置邮箱：{Path.cwd()} 里没有 {CONFIG_NAME}。",
        remedy=(
            "到配置文件所在的文件夹运行，或设置 INGEST_CONFIG；还没有配置文件时运行 ingest init，"
            "或用 --source 指明邮箱或邮件文件夹。"
        ),
    )
