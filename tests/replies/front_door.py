"""What comes in through the front door: submissions as senders mail them."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from tests.servers.smtp import USER

SENDER = "shen@wangjiang.example.cn"
Ingest = Callable[..., str]


def submission(*files: Path, subject: str, name: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = f"沈知远 <{SENDER}>"
    mail["To"] = USER
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{name}@wangjiang.example.cn>"
    for header, value in headers.items():
        mail[header.replace("_", "-")] = value
    mail.set_content("请查收。")
    for file in files:
        mail.add_attachment(
            file.read_bytes(), maintype="application", subtype="octet-stream", filename=file.name
        )
    return mail.as_bytes()
