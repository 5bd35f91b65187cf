"""Fixtures that several parts of the tests share: the mail servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def pymap_server() -> Iterator[object]:
    """A fresh `tests.servers.mailbox.PymapServer` with the gate of 126.com and its folders."""
    from tests.servers.mailbox import PymapServer

    folders = ("垃圾邮件", "广告邮件", "订阅邮件", "病毒邮件", "已发送", "草稿箱")
    with PymapServer(gate=True, folders=folders) as server:
        yield server


@pytest.fixture
def dovecot_server() -> Iterator[object]:
    """A fresh `tests.servers.dovecot.DovecotServer`; skips where Dovecot is not installed."""
    from tests.servers.dovecot import DovecotMissing, DovecotServer

    try:
        server = DovecotServer()
    except DovecotMissing as error:
        pytest.skip(str(error))
    with server:
        yield server
