"""The hand-over: a folder a case, files by role, the 汇总表 on top, checksums, nothing overwritten."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.archive import Archive
from inbox_ingest.errors import UsageError
from inbox_ingest.reports.pack import PackedCase, write_pack
from inbox_ingest.reports.pack_names import file_names, folder_name, safe_name, suffix_for

NOW = datetime(2025, 7, 1, 9, 0).astimezone()
UNIT = "金陵市港航事业发展中心"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def held(
    archive: Archive, role: str, filename: str | None, kind: str = "docx", **more: Any
) -> dict[str, Any]:
    content = archive.put([f"{role} {filename}".encode()])
    return {"role": role, "filename": filename, "kind": kind, "sha256": content.sha256, **more}


def case(number: str, *documents: dict[str, Any], **more: Any) -> PackedCase:
    line: dict[str, Any] = {
        "case_no": number,
        "status": "complete",
        "title": "党建引领货车司机之家",
        "unit": UNIT,
        "type": "行业党建",
        "contact": "李文",
        "phone": "13900000001",
        "summary": "以党建带动服务",
        "summary_count": 7,
        "body_count": 2400,
        "sections": ["背景介绍"],
        "received_at": "2025-05-12T09:00:00+08:00",
        "updated_at": "2025-05-12T09:00:00+08:00",
        "senders": ["liwen@example.cn"],
        "revision": 1,
        "documents": [
            {key: document[key] for key in ("role", "filename", "sha256")} for document in documents
        ],
        "issues": [],
    }
    return PackedCase(line | more, documents)


def pack(archive: Archive, out: Path, *cases: PackedCase, **more: Any) -> Any:
    def locate(sha256: str) -> Path | None:
        return archive.get(sha256).path if archive.has(sha256) else None

    options = {"blind": False, "force": False, "now": NOW, **more}
    return write_pack(cases, locate, out, **options)


def inside(out: Path) -> set[str]:
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


def whole(archive: Archive) -> list[PackedCase]:
    return [
        case(
            "DJ001",
            held(archive, "form", "附件1（定稿）.docx"),
            held(archive, "form_scan", "IMG_1.JPG", "jpeg"),
            held(archive, "case_text", "正文.doc", "doc"),
            held(archive, "photo", "a.png", "png"),
            held(archive, "photo", "b", "jpeg"),
        ),
        case("DJ002", held(archive, "case_text", "x.docx"), title="水运联盟", type="行业思政"),
        case("DJ003", title=None, unit=None, type=None, documents=[]),
    ]


def test_files_lie_by_type_and_case_under_the_name_of_their_role(
    archive: Archive, tmp_path: Path
) -> None:
    packed = pack(archive, tmp_path / "移交", *whole(archive))
    first = f"行业党建/DJ001-{UNIT}-党建引领货车司机之家"
    assert inside(tmp_path / "移交") == {
        "汇总表.xlsx",
        "说明.txt",
        "SHA256SUMS",
        f"{first}/申报表.docx",
        f"{first}/盖章扫描件.jpg",
        f"{first}/案例正文.doc",
        f"{first}/图片1.png",
        f"{first}/图片2.jpg",
        f"行业思政/DJ002-{UNIT}-水运联盟/案例正文.docx",
    }
    assert (tmp_path / "移交" / "类型未定" / "DJ003-单位未知-名称未知").is_dir()
    assert (packed.cases, packed.files, packed.missing) == (3, 6, [])


def test_cases_that_are_not_complete_are_counted_and_said(archive: Archive, tmp_path: Path) -> None:
    cases = [
        case("DJ001", status="complete"),
        case("DJ002", status="incomplete"),
        case("DJ003", status="incomplete"),
        case("DJ004", status="review"),
    ]
    packed = pack(archive, tmp_path / "移交", *cases)
    assert packed.unsettled == {"incomplete": 2, "review": 1}
    notes = (tmp_path / "移交" / "说明.txt").read_text(encoding="utf-8")
    assert "其中有 2 件待补正、1 件待核对的案例，尚不齐全" in notes
    assert pack(archive, tmp_path / "齐全", cases[0]).unsettled == {}


def test_the_checksums_hold(archive: Archive, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pack(archive, out, *whole(archive))
    command = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=out, check=False, capture_output=True).returncode == 0
    next(out.rglob("案例正文.doc")).write_bytes(b"changed")
    assert subprocess.run(command, cwd=out, check=False, capture_output=True).returncode == 1


def test_the_ledger_tells_where_a_cases_files_lie(archive: Archive, tmp_path: Path) -> None:
    pack(archive, tmp_path / "out", *whole(archive))
    sheet = openpyxl.load_workbook(tmp_path / "out" / "汇总表.xlsx").active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.rows]
    assert rows[0][-1] == "文件夹"
    assert [row[0] for row in rows[1:]] == ["DJ001", "DJ002", "DJ003"]
    for row in rows[1:]:
        assert (tmp_path / "out" / str(row[-1])).is_dir()


def test_a_blind_pack_names_no_unit_and_warns_of_what_it_cannot_see(
    archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    report = held(archive, "media_report", f"{UNIT}报道.pdf", "pdf")
    both = held(archive, "form", "合一.docx")
    packed = pack(
        archive,
        out,
        case("DJ001", *whole(archive)[0].documents, report, summary="概要"),
        case("DJ002", both),
        blind=True,
    )
    names = inside(out)
    assert {Path(name).name for name in names} == {
        "汇总表.xlsx",
        "说明.txt",
        "SHA256SUMS",
        "案例正文.doc",
        "图片1.png",
        "图片2.jpg",
    }
    everything = " ".join(names) + (out / "说明.txt").read_text() + (out / "SHA256SUMS").read_text()
    sheet = openpyxl.load_workbook(out / "汇总表.xlsx").active
    assert sheet is not None
    everything += " ".join(str(cell.value) for row in sheet.rows for cell in row)
    for secret in (UNIT, "李文", "13900000001", "liwen@example.cn"):
        assert secret not in everything
    assert "仍可能写有单位名称" in (out / "说明.txt").read_text()
    assert any("DJ002 没有单独的正文文件" in sentence for sentence in packed.left_out)


def test_what_is_there_is_never_overwritten_and_never_deleted(
    archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "我的笔记.txt").write_text("重要")
    with pytest.raises(UsageError, match="已有内容"):
        pack(archive, out, *whole(archive))
    assert inside(out) == {"我的笔记.txt"}
    packed = pack(archive, out, *whole(archive), force=True)
    assert "我的笔记.txt" not in inside(out)
    assert packed.moved is not None
    assert (packed.moved / "我的笔记.txt").read_text() == "重要"


@pytest.mark.parametrize("force", [False, True])
def test_a_file_or_a_link_of_that_name_is_left_alone(
    archive: Archive, tmp_path: Path, force: bool
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(UsageError, match="不是文件夹"):
            pack(archive, tmp_path / name, *whole(archive), force=force)


def test_an_empty_folder_will_do(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert pack(archive, tmp_path / "out", *whole(archive)).cases == 3


def test_when_it_breaks_off_nothing_is_left_behind(archive: Archive, tmp_path: Path) -> None:
    first = whole(archive)[0]

    def broken() -> Any:
        yield first
        raise OSError(28, "No space left on device")

    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="No space"):
        write_pack(broken(), lambda _: None, tmp_path / "out", blind=False, force=False, now=NOW)
    assert set(tmp_path.iterdir()) == before


def test_a_file_that_the_archive_lacks_or_has_spoiled_is_said(
    archive: Archive, tmp_path: Path
) -> None:
    lost, spoiled = held(archive, "form", "丢失.docx"), held(archive, "case_text", "坏.docx")
    archive.get(lost["sha256"]).path.unlink()
    path = archive.get(spoiled["sha256"]).path
    path.chmod(0o600)
    path.write_bytes(b"other bytes")
    packed = pack(archive, tmp_path / "out", case("DJ001", lost, spoiled))
    assert packed.missing == [
        "DJ001 的申报表“丢失.docx”不在数据目录中",
        "DJ001 的案例正文“坏.docx”在数据目录中已损坏",
    ]
    assert packed.files == 0
    assert "丢失.docx" in (tmp_path / "out" / "说明.txt").read_text()


def test_a_program_is_not_handed_to_the_jury(archive: Archive, tmp_path: Path) -> None:
    program = held(archive, "other", "照片.jpg.exe", "exe")
    packed = pack(archive, tmp_path / "out", case("DJ001", program))
    assert packed.files == 0
    assert "是程序" in packed.left_out[0]


# --- hostile names ----------------------------------------------------------------------------

HOSTILE = [
    "../../etc/passwd",
    "..",
    "/",
    "a\x00b\n\r\t\x1b[2J",
    "\u202egpj.exe",
    "名" * 500,
    'con:|<>?*\\"',
    " .隐藏. ",
    "",
    "\ud800",
    "🙂" * 100,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_unit_or_file_name_stays_inside_and_short(
    archive: Archive, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    bad = held(archive, "form", None) | {"filename": name}
    packed = pack(archive, out, case("DJ001", bad, title=name, unit=name, type=name))
    assert packed.files == 1
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "out"}
    for path in out.rglob("*"):
        assert len(os.fsencode(path.name)) <= 255
        assert path.name == path.name.strip(" .")
        assert path.name.isprintable()
    command = ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=out, check=False, capture_output=True).returncode == 0


@given(st.text(), st.integers(1, 40))
def test_a_safe_name_is_short_and_goes_nowhere(text: str, longest: int) -> None:
    name = safe_name(text, longest)
    assert len(name) <= longest
    assert not set(name) & set('<>:"/\\|?*')
    assert name == name.strip(" .")
    assert safe_name(name, longest) == name


@given(st.text(), st.text(), st.text())
def test_cases_never_share_a_folder(title: str, unit: str, other: str) -> None:
    one = folder_name({"case_no": "DJ001", "title": title, "unit": unit}, blind=False)
    two = folder_name({"case_no": "DJ002", "title": other, "unit": unit}, blind=False)
    assert one != two


@pytest.mark.parametrize(
    ("kind", "filename", "expected"),
    [
        ("docx", "a.docx", "docx"),
        ("docx", "a.pdf", "docx"),
        ("jpeg", "A.JPEG", "jpeg"),
        ("jpeg", "a.exe", "jpg"),
        ("doc", "a.wps", "wps"),
        ("unknown", "a.dat", "dat"),
        ("unknown", "a.exe", "bin"),
        ("unknown", "a.vbs", "bin"),
        ("unknown", "a.文档", "bin"),
        ("unknown", None, "bin"),
        ("ole", "a.xls", "xls"),
    ],
)
def test_the_ending_is_that_of_the_content(kind: str, filename: str | None, expected: str) -> None:
    assert suffix_for(kind, filename) == expected


def test_only_several_of_a_role_are_numbered() -> None:
    documents = [
        {"role": role, "kind": "docx", "filename": None}
        for role in ("form", "case_text", "case_text", "unheard-of")
    ]
    assert file_names(documents) == ["申报表.docx", "案例正文1.docx", "案例正文2.docx", "其他.docx"]
