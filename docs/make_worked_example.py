"""Write docs/worked-example.md: nine mails, three cases, and the screens that they end in.

    .venv/bin/python docs/make_worked_example.py          writes the page
    .venv/bin/python docs/make_worked_example.py --check  says whether it is up to date

The mails are written to a folder and read by the program itself, as anybody could do; a test
compares the page with what the program shows today. Reads two stamped pages (half a minute).
"""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PAGE = Path(__file__).with_name("worked-example.md")
TREE = PAGE.parent.parent
sys.path.insert(0, str(TREE))

from samples.making import documents, scans  # noqa: E402
from samples.making.catalogue import at  # noqa: E402
from samples.making.containers import zipped  # noqa: E402
from samples.making.mails import Client, File, Letter, written  # noqa: E402
from samples.making.texts import CaseStory, story  # noqa: E402

STATION = story("采石县公路站", "山路弯弯党旗引", "康乐山", "13900002117", place="采石")
NIGHT_BUS = story("流霞区公交分公司", "末班车上的思政课", "尹听雨", "13900002118", place="流霞",
                  ticked=("行业思政",))  # fmt: skip
HARBOUR = story("青岚市港航事业发展中心", "航标灯下的先锋队", "卫青禾", "13900002119", place="青岚")
ARCHIVE = "锦溪市交通局案例材料.zip"
JPEG, ZIP = "image/jpeg", "application/x-zip-compressed"


@dataclass(frozen=True)
class Mail:
    """One of the nine, with what it is in the story; `answers` is the place of another in the list."""

    letter: Letter
    client: Client
    story: str
    answers: int | None = None


def mails() -> list[Mail]:
    """The nine mails in order of receipt."""
    harbour, bureau = "weiqh@qinglan.example.com", "jiaotong@jinxi.example.gov.cn"
    wrong = HARBOUR.but(phone="1390000211")
    long_text = story("流霞区公交分公司", "末班车上的思政课", "尹听雨", "13900002118", place="流霞",
                      ticked=("行业思政",), body_length=3214)  # fmt: skip
    folder = "锦溪市交通局案例材料"
    members = {
        f"{folder}/{told.unit}/{name}": data
        for told in (STATION, long_text)
        for name, data in (
            ("申报表.docx", documents.form(told)),
            ("案例正文.docx", documents.case_text(told)),
        )
    }
    return [
        Mail(
            Letter(harbour, "卫青禾", "青岚市港航中心申报表", "先报送申报表和盖章件。\n",
                   at(12, 9, 5, month=5),
                   (File("附件1：案例征集申报表.docx", documents.form(wrong)),
                    File("申报表（盖章扫描件）.jpg", scans.stamped_form(wrong), JPEG))),
            "foxmail",
            "港航中心星期一先发来申报表和盖章件，电话少写了几位。",
        ),
        Mail(
            Letter("wangzy@qq.com", "王知远", "航标灯下的先锋队", "补上案例正文。\n",
                   at(13, 16, 40, month=5),
                   (File("附件2：案例正文.docx", documents.case_text(HARBOUR)),)),
            "qq",
            "同事星期二从另一个邮箱补来正文，案例名称与申报表相同。",
        ),
        Mail(
            Letter(bureau, "锦溪市交通局", "锦溪市交通局报送案例两个", "请查收。\n",
                   at(14, 14, 40, month=5), (File(ARCHIVE, zipped(members), ZIP),)),
            "qq",
            "市交通局把两个单位的案例合在一个压缩包里转来；公交分公司的正文超了字数。",
        ),
        Mail(
            Letter("wangzy@qq.com", "王知远", "航标灯下的先锋队（再发一次）", "怕没收到，再发一次。\n",
                   at(15, 8, 12, month=5),
                   (File("附件2：案例正文.docx", documents.case_text(HARBOUR)),)),
            "qq",
            "港航中心的同事怕没有收到，又发了一遍。",
        ),
        Mail(
            Letter(harbour, "卫青禾", "回复：申报表更正", "电话已更正。\n", at(16, 10, 30, month=5),
                   (File("附件1：案例征集申报表（更正）.docx", documents.form(HARBOUR)),)),
            "foxmail",
            "港航中心星期五发来更正的申报表。",
            answers=0,
        ),
        Mail(
            Letter("kangls@caishi.example.com", "康乐山", "采石县公路站盖章件", "请查收。\n",
                   at(20, 11, 0, month=5),
                   (File("采石县公路站申报表（盖章扫描件）.jpg", scans.stamped_form(STATION), JPEG),)),
            "master",
            "公路站自己补来盖章扫描件。",
        ),
        Mail(
            Letter("kangls@caishi.example.com", "康乐山", "请问材料齐了吗", "请问我们的材料是否已经齐全？\n",
                   at(22, 9, 20, month=5)),
            "master",
            "公路站来信询问。",
        ),
        Mail(
            Letter(bureau, "锦溪市交通局", "流霞区公交分公司正文（压缩后）", "正文已压缩，请查收。\n",
                   at(3, 15, 5, month=6),
                   (File("流霞区公交分公司案例正文.docx", documents.case_text(NIGHT_BUS)),)),
            "qq",
            "市交通局发来公交分公司压缩后的正文。",
        ),
        Mail(
            Letter(harbour, "卫青禾", "回复：案例正文终稿", "正文改了一处数字。\n",
                   at(2, 9, 45, month=7),
                   (File("附件2：案例正文（终稿）.docx", documents.case_text(_polished(HARBOUR))),)),
            "foxmail",
            "截止之后，港航中心又发来改过的正文。",
            answers=0,
        ),
    ]  # fmt: skip


def _polished(told: CaseStory) -> CaseStory:
    """The same case, its text a little longer."""
    return story(told.unit, told.title, told.contact, told.phone, place="青岚", body_length=930)


def write_mails(folder: Path) -> list[Mail]:
    """Write the nine as `1.eml` … `9.eml`."""
    nine = mails()
    ids: list[str] = []
    for place, mail in enumerate(nine):
        letter = mail.letter
        if mail.answers is not None:
            parent = ids[mail.answers]
            letter = Letter(**{**vars(letter), "headers": (("In-Reply-To", parent),)})
        raw = written(letter, mail.client)
        ids.append(str(email.message_from_bytes(raw)["Message-ID"]))
        (folder / f"{place + 1}.eml").write_bytes(raw)
    return nine


def ingest(home: Path, *arguments: str) -> str:
    """Run the program as a person would; returns what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("INGEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "inbox_ingest", *arguments],
        env=environment | {"INGEST_HOME": str(home), "PYTHONPATH": str(TREE), "COLUMNS": "80"},
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def page() -> str:
    """The whole page as text."""
    with TemporaryDirectory(prefix="worked-example-") as name:
        box, home = Path(name) / "box", Path(name) / "home"
        box.mkdir()
        home.mkdir()
        nine = write_mails(box)
        ingest(home, "run", "--source", f"eml:{box}", "--until", "file")
        filed = {
            line["message_id"]: line
            for line in map(json.loads, ingest(home, "export", "messages").splitlines())
        }
        lines = [filed[_id(box / f"{place}.eml")] for place in range(1, len(nine) + 1)]
        screens = _run(home, *_LOOKING)
        done = _run(
            home,
            f"handle {lines[6]['raw_sha256'][:10]}",
            "waive DJ001 correction-late --why 已核对，只改了一处数字",
            "list --waiting",
        )
        ingest(home, "pack", "移交")
        laid_out = sorted(
            str(path.relative_to(home)) for path in (home / "移交").rglob("*") if path.is_file()
        )
    return "\n".join(
        [
            *_head(),
            *_table(nine, lines),
            *_told(),
            "## 最后的屏幕",
            "",
            *_screens(screens),
            "## 工作人员接着做的",
            "",
            *_screens([*done, ("pack 移交; find 移交 -type f", "\n".join(laid_out))]),
        ]
    )


_LOOKING = (
    "list",
    "list --waiting",
    "show DJ001 --why --history",
    "show DJ002",
    "show DJ003 --history",
)


def _run(home: Path, *commands: str) -> list[tuple[str, str]]:
    return [(command, _readable(ingest(home, *command.split()), home)) for command in commands]


def _id(path: Path) -> str:
    return str(email.message_from_bytes(path.read_bytes())["Message-ID"])


def _readable(text: str, home: Path) -> str:
    """Without what differs from machine to machine: where the files lie."""
    text = re.sub(rf"{re.escape(str(home))}/archive/files/\S+", "…/archive/files/…", text)
    return text.rstrip("\n")


def alike(one: str, other: str) -> bool:
    """Whether two pages say the same, but for what each machine's fonts make of the drawn scans.

    How sure the text recognition is comes of them, and the numbers of the mails that carry them.
    """
    drawn = re.compile(r"把握 \d+%|\b[0-9a-f]{10}\b")
    return drawn.sub("", one) == drawn.sub("", other)


def _head() -> list[str]:
    return [
        "# 一个例子：九封邮件，三件案例",
        "",
        "本页由 `docs/make_worked_example.py` 生成：它写出下面九封邮件，让程序从头到尾读一遍，把屏幕上",
        "的结果抄在这里；测试会核对。单位和人名都是虚构的。",
        "",
        "## 收到的邮件",
        "",
    ]


_WORDS = {
    "submission": "新投稿",
    "supplement": "补充",
    "duplicate": "重复",
    "unrelated": "无关（咨询，等人答复）",
}


def _table(nine: list[Mail], lines: list[dict[str, Any]]) -> list[str]:
    rows = ["| | 收到 | 来信 | 经过 | 结果 |", "|---|---|---|---|---|"]
    for place, (mail, line) in enumerate(zip(nine, lines, strict=True), start=1):
        when = f"{mail.letter.sent:%m-%d %H:%M}"
        cases = "、".join(line["case_nos"]) or "—"
        result = f"{_WORDS[line['disposition']]}：{cases}"
        rows.append(f"| {place} | {when} | {mail.letter.subject} | {mail.story} | {result} |")
    return rows


def _told() -> list[str]:
    return [
        "",
        "- 第 1、2、5 封来自两个邮箱、相隔几天，是同一件案例；更正的申报表代替了旧的，旧的仍可查看。",
        "- 第 3 封的一个压缩包分成了两件，各归各的单位；此后的来信分别归入各自的案例。",
        "- 第 4 封没有带来新东西，不重复计数。",
        "- 第 9 封在截止之后到达，但案例是按时开始的，所以不算逾期，只请工作人员知道（截止后补正）。",
        "- 第 7 封是提问，没有材料，列在“等我处理”里。",
        "",
    ]


def _screens(screens: list[tuple[str, str]]) -> list[str]:
    lines = []
    for command, text in screens:
        lines += ["```text", f"$ ingest {command}", text, "```", ""]
    return lines


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date."""
    text = page()
    if arguments == ["--check"]:
        return 0 if alike(PAGE.read_text(encoding="utf-8"), text) else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
