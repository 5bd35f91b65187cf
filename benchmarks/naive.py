"""The yardstick of (b): the script a capable user would write in an afternoon.

imapclient as installed, mail-parser, python-docx, one mail after the other, into SQLite. It finds
less than the program does (no text boxes, no symbols, no cases of several mails): that is its right.

usage: python -m benchmarks.naive HOST PORT USER PASSWORD DATABASE
"""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import sys

import mailparser
from docx import Document
from imapclient import IMAPClient

FIELDS = ("案例名称", "申报单位", "申报类型", "联系人", "电话")
SECTIONS = ("背景介绍", "主要做法", "工作成效", "经验总结", "附录")


def read_form(document) -> dict[str, str]:
    fields = {}
    for table in document.tables:
        for row in table.rows:
            cells = [cell.text.strip() for cell in row.cells]
            for position, label in enumerate(cells[:-1]):
                name = re.sub(r"\s", "", label)
                if name in FIELDS and name not in fields:
                    fields[name] = cells[position + 1]
            if cells and cells[0].startswith("案例概要"):
                fields["案例概要"] = cells[0].partition("\n")[2]
    return fields


def read_text(document) -> tuple[list[str], int]:
    sections, words = [], 0
    for paragraph in document.paragraphs:
        text = paragraph.text.strip()
        words += len(re.findall(r"[一-鿿，。、；：“”]|[^\s一-鿿，。、；：“”]+", text))
        name = re.sub(r"^[一二三四五六]、", "", text)
        if name in SECTIONS:
            sections.append(name)
    return sections, words


def main(host: str, port: str, user: str, password: str, path: str) -> None:
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE IF NOT EXISTS cases"
        " (uid INTEGER PRIMARY KEY, sender, subject, title, unit, kind, contact, phone, summary,"
        "  summary_count, sections, words, problems)"
    )
    server = IMAPClient(host, port=int(port), ssl=False)
    server.login(user, password)
    server.select_folder("INBOX", readonly=True)
    for uid in server.search("ALL"):
        raw = server.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
        mail = mailparser.parse_from_bytes(raw)
        fields: dict[str, str] = {}
        sections: list[str] = []
        words = 0
        for attachment in mail.attachments:
            data = base64.b64decode(attachment["payload"])
            if not data.startswith(b"PK"):
                continue
            document = Document(io.BytesIO(data))
            found = read_form(document)
            if "案例名称" in found:
                fields = found
            else:
                sections, words = read_text(document)
        problems = [name for name in FIELDS if not fields.get(name)]
        problems += [name for name in SECTIONS if name not in sections]
        if words > 3000:
            problems.append("too long")
        summary = fields.get("案例概要", "")
        database.execute(
            "INSERT OR REPLACE INTO cases VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                uid,
                str(mail.from_),
                mail.subject,
                *(fields.get(name) for name in FIELDS),
                summary,
                len(summary),
                ",".join(sections),
                words,
                ",".join(problems),
            ),
        )
        database.commit()
    server.logout()
    (count,) = database.execute("SELECT count(*) FROM cases WHERE title IS NOT NULL").fetchone()
    print(count)


if __name__ == "__main__":
    main(*sys.argv[1:])
