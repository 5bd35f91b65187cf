"""An office with an empty casebook, a mail server for it, and the commands over real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_ingest.casebook.store import open_casebook
from inbox_ingest.cli import main
from tests.replies.front_door import Ingest
from tests.replies.office import Office
from tests.servers.mailbox import PymapServer
from tests.servers.smtp import PASSWORD, USER, SmtpServer


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_casebook(tmp_path / "home" / "casebook.sqlite3") as book:
        yield Office(book)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(tmp_path) as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[PymapServer]:
    folders = ("垃圾邮件", "已发送")
    with PymapServer(gate=True, folders=folders, user=USER, password=PASSWORD) as running:
        yield running


@pytest.fixture
def ingest(
    tmp_path: Path,
    mailbox: PymapServer,
    server: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Ingest:
    """Run one command that must succeed; its output."""
    config = tmp_path / "ingest.toml"
    config.write_text(
        f"""
        [mailbox]
        server = "127.0.0.1"
        port = {mailbox.port}
        user = "{USER}"
        security = "plain"
        [smtp]
        server = "127.0.0.1"
        port = {server.port}
        security = "plain"
        [executor]
        name = "serial"
        """,
        encoding="utf-8",
    )
    monkeypatch.setenv("INGEST_CONFIG", str(config))
    monkeypatch.setenv("INGEST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INGEST_IMAP_PASSWORD", PASSWORD)

    def run(*arguments: str, code: int = 0) -> str:
        left = main(arguments)
        told = capfd.readouterr()
        assert left == code, told
        return told.out + told.err

    return run


@pytest.fixture
def form_file(tmp_path: Path) -> Path:
    from docx import Document

    document = Document()
    document.add_heading("“交通先行·党建赋能”党建创新典型案例征集活动申报表")
    table = document.add_table(rows=6, cols=2)
    rows = [
        ("案例名称", "红色驿站进服务区"),
        ("申报单位", "望江市交通运输局"),
        ("申报类型", "☑行业党建　□行业思政"),
        ("联系人", "沈知远"),
        ("电话", "13900000001"),
        ("案例概要和创新之处", "以党建带动服务区志愿服务。"),
    ]
    for row, (label, value) in zip(table.rows, rows, strict=True):
        row.cells[0].text, row.cells[1].text = label, value
    path = tmp_path / "申报表.docx"
    document.save(str(path))
    return path


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    from docx import Document

    document = Document()
    document.add_paragraph("红色驿站进服务区")
    for heading in ("背景介绍", "主要做法", "工作成效", "经验总结", "附录"):
        document.add_heading(heading)
        document.add_paragraph("服务区党支部开展志愿服务，效果良好。")
    path = tmp_path / "案例正文.docx"
    document.save(str(path))
    return path
