"""Word files as member units make them: application forms and case texts, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any, Literal

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from samples.making.texts import CaseStory

FORM_TITLE = "“交通先行·党建赋能”党建创新典型案例征集活动申报表"
TYPES = ("行业党建", "行业思政")
Ticking = Literal["characters", "wingdings", "content-control"]
_FIXED_DATE = (2025, 4, 18, 9, 0, 0)


def saved(document: WordDocument) -> bytes:
    """The file's bytes with every member dated alike: python-docx writes the clock into the zip."""
    raw = io.BytesIO()
    document.save(raw)
    return rezipped(raw.getvalue())


def rezipped(
    archive: bytes, change: Callable[[str, bytes], bytes] | None = None, **more: bytes
) -> bytes:
    """The zip again with fixed dates, members changed by `change`, and the members `more` added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            _add(new, name, change(name, data) if change else data)
        for name, data in more.items():
            _add(new, name, data)
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _FIXED_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def form(
    case: CaseStory | None,
    *,
    ticking: Ticking = "characters",
    one_cell: bool = False,
) -> bytes:
    """附件1 as the notice prints it, filled in from `case`; blank where `case` is None.

    `one_cell` puts label and value into the same cell (案例名称：…), as people do who find the
    official table in the way.
    """
    document = _page()
    write_form(document, case, ticking=ticking, one_cell=one_cell)
    return saved(document)


def write_form(
    document: WordDocument,
    case: CaseStory | None,
    *,
    ticking: Ticking = "characters",
    one_cell: bool = False,
) -> None:
    """Write 附件1 into an open document."""
    document.add_paragraph("附件1")
    _centred(document, FORM_TITLE, bold=True)
    if one_cell:
        _one_cell_table(document, case, ticking)
    else:
        _official_table(document, case, ticking)


def _official_table(document: WordDocument, case: CaseStory | None, ticking: Ticking) -> None:
    table = document.add_table(rows=6, cols=4)
    table.style = "Table Grid"
    for row in (0, 1, 2, 5):
        table.cell(row, 1).merge(table.cell(row, 3))
    table.cell(4, 0).merge(table.cell(4, 3))
    for row, label in enumerate(("案例名称", "申报单位", "申报类型", "联 系 人")):
        table.cell(row, 0).text = label
    table.cell(3, 2).text = "电 话"
    table.cell(5, 0).text = "申报单位意见"
    opinion = table.cell(5, 1)
    opinion.text = ""
    for line in ("", "盖  章", "年   月   日"):
        opinion.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    summary = table.cell(4, 0)
    summary.text = "案例概要和创新之处（500字以内）"
    _write_types(table.cell(2, 1).paragraphs[0], case.ticked if case else (), ticking)
    if case is None:
        for _ in range(3):
            summary.add_paragraph("")
        return
    table.cell(0, 1).text = case.title
    table.cell(1, 1).text = case.unit
    table.cell(3, 1).text = case.contact
    table.cell(3, 3).text = case.phone
    summary.add_paragraph(case.summary)


def _one_cell_table(document: WordDocument, case: CaseStory | None, ticking: Ticking) -> None:
    table = document.add_table(rows=6, cols=1)
    table.style = "Table Grid"
    values = (
        (case.title, case.unit, f"{case.contact}    电话：{case.phone}") if case else ("", "", "")
    )
    for row, (label, value) in enumerate(zip(("案例名称", "申报单位"), values, strict=False)):
        table.cell(row, 0).text = f"{label}：{value}"
    types = table.cell(2, 0).paragraphs[0]
    types.add_run("申报类型：")
    _write_types(types, case.ticked if case else (), ticking)
    table.cell(3, 0).text = f"联系人：{values[2]}"
    table.cell(4, 0).text = "案例概要和创新之处（500字以内）："
    table.cell(4, 0).add_paragraph(case.summary if case else "")
    table.cell(5, 0).text = "申报单位意见（盖章）："


def _write_types(paragraph: Any, ticked: tuple[str, ...], ticking: Ticking) -> None:
    for index, option in enumerate(TYPES):
        if index:
            paragraph.add_run("               ")
        chosen = option in ticked
        if ticking == "characters":
            paragraph.add_run("☑" if chosen else "□")
        elif ticking == "wingdings":
            # As the official form has it: a Wingdings symbol, which no plain text shows.
            code = "F0FE" if chosen else "F0A8"
            paragraph.add_run()._r.append(
                parse_xml(f'<w:sym {nsdecls("w")} w:font="Wingdings" w:char="{code}"/>')
            )
        else:
            paragraph._p.append(_checkbox(checked=chosen))
        paragraph.add_run(option)


def _checkbox(*, checked: bool) -> Any:
    namespace = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    return parse_xml(
        f"<w:sdt {nsdecls('w')} {namespace}><w:sdtPr><w14:checkbox>"
        f'<w14:checked w14:val="{int(checked)}"/>'
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:r><w:t>{'☒' if checked else '☐'}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def case_text(case: CaseStory, *, styled: bool = False) -> bytes:
    """附件2: title, unit, 摘要 where the case has one, and its sections."""
    document = _page()
    write_case_text(document, case, styled=styled)
    return saved(document)


def write_case_text(document: WordDocument, case: CaseStory, *, styled: bool = False) -> None:
    """Write 附件2 into an open document; `styled` uses Word's heading style for the headings."""
    _centred(document, case.title, bold=True, size=18)
    _centred(document, case.unit)
    if case.abstract is not None:
        document.add_paragraph(f"摘要：{case.abstract}")
    for section in case.sections:
        if styled:
            document.add_heading(section.heading, level=1)
        else:
            document.add_paragraph().add_run(section.heading).bold = True
        for paragraph in section.paragraphs:
            document.add_paragraph(paragraph)


def form_and_text(case: CaseStory) -> bytes:
    """One file that holds the form and, on the next page, the case text."""
    document = _page()
    write_form(document, case)
    document.add_page_break()
    document.add_paragraph("附件2")
    write_case_text(document, case)
    return saved(document)


def with_tracked_title(document: bytes, old: str, new: str) -> bytes:
    """The file after somebody corrected a title with 修订 switched on and nobody accepted it."""
    mark = 'w:id="7" w:author="审核" w:date="2025-04-20T10:00:00Z"'
    replacement = (
        f"<w:del {mark}><w:r><w:delText>{old}</w:delText></w:r></w:del>"
        f"<w:ins {mark}><w:r><w:t>{new}</w:t></w:r></w:ins>"
    )

    def corrected(name: str, data: bytes) -> bytes:
        if name != "word/document.xml":
            return data
        return data.replace(f"<w:r><w:t>{old}</w:t></w:r>".encode(), replacement.encode())

    return rezipped(document, corrected)


def with_macro(document: bytes) -> bytes:
    """The file as .docm: declares and carries a (harmless, senseless) VBA project."""

    def declared(name: str, data: bytes) -> bytes:
        if name != "[Content_Types].xml":
            return data
        return data.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        ).replace(
            b"</Types>",
            b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        )

    project = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504
    return rezipped(document, declared, **{"word/vbaProject.bin": project})


def _page() -> WordDocument:
    document = Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.font.name = "Times New Roman"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    return document


def _centred(document: WordDocument, text: str, *, bold: bool = False, size: int = 14) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
