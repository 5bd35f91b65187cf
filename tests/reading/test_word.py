"""What a Word file says: everything that is seen on paper, once, and nothing else."""

from __future__ import annotations

import io
import zipfile

import docx as python_docx
import pytest

from inbox_ingest.reading.content import MemorySink
from inbox_ingest.reading.document import Table, Unreadable
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX, IssueCode
from tests.word_files import (
    Styled,
    add_style,
    docx,
    lines,
    paragraph,
    part,
    read,
    run,
    saved,
    text_box,
    with_parts,
    xml,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def tables(data: bytes) -> list[Table]:
    return [block for block in read(data).blocks if isinstance(block, Table)]


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "inner", "seen"),
    [
        ("inserted text counts", f"<w:ins>{run('甲')}</w:ins>{run('乙')}", "甲乙"),
        (
            "deleted text does not",
            f"{run('甲')}<w:del><w:r><w:delText>乙</w:delText></w:r></w:del>",
            "甲",
        ),
        ("moved text counts where it went", f"<w:moveTo>{run('甲')}</w:moveTo>", "甲"),
        ("and not where it was", f"<w:moveFrom>{run('甲')}</w:moveFrom>{run('乙')}", "乙"),
        ("hidden text does not", run("甲") + run("乙", "<w:vanish/>"), "甲"),
        ("hidden that is switched off does", run("甲", '<w:vanish w:val="0"/>'), "甲"),
        ("a hyperlink's text counts", f"<w:hyperlink>{run('甲')}</w:hyperlink>", "甲"),
        (
            "a comment of XML in it hides nothing",
            "<w:r><w:t>甲<!-- 注 -->乙<?x y?>丙</w:t></w:r>",
            "甲乙丙",
        ),
        ("spaces stay spaces", f"{run('甲')}<w:r><w:t> </w:t></w:r>{run('乙')}", "甲 乙"),
        ("a smart tag's too", f"<w:smartTag>{run('南京')}</w:smartTag>", "南京"),
        (
            "a content control's value",
            f"<w:sdt><w:sdtContent>{run('甲')}</w:sdtContent></w:sdt>",
            "甲",
        ),
        (
            "a control that forgot that it was filled",
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('甲')}</w:sdtContent></w:sdt>",
            "甲",
        ),
        (
            "a simple field's result",
            f'<w:fldSimple w:instr="DATE">{run("5月")}</w:fldSimple>',
            "5月",
        ),
        (
            "line breaks and tabs",
            "<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r>",
            "甲\n乙\t丙",
        ),
        (
            "a soft hyphen has no shape",
            "<w:r><w:t>inter</w:t><w:softHyphen/><w:t>net</w:t></w:r>",
            "internet",
        ),
        ("nor has a zero-width space", run("甲\u200b乙\ufeff"), "甲乙"),
        (
            "a hyphen that does not break",
            "<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t></w:r>",
            "A-B",
        ),
        (
            "pinyin over a character is no text",
            "<w:r><w:ruby><w:rt><w:r><w:t>zhong</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>中</w:t></w:r></w:rubyBase></w:ruby></w:r>",
            "中",
        ),
        ("a formula's letters", "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>", "x+1"),
        (
            "one branch of alternatives",
            "<w:r><mc:AlternateContent><mc:Choice Requires='w14'><w:t>新</w:t></mc:Choice>"
            "<mc:Fallback><w:t>旧</w:t></mc:Fallback></mc:AlternateContent></w:r>",
            "新",
        ),
    ],
)
def test_a_paragraph_says_what_is_seen(what: str, inner: str, seen: str) -> None:
    assert lines(docx(xml(f"<w:p>{inner}</w:p>"))) == [seen], what


def complex_field(code: str, result: str = "") -> str:
    separated = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run(result) if result else ""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{code}</w:instrText></w:r>{separated}"
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_a_field_gives_its_result_and_not_its_code() -> None:
    assert lines(docx(paragraph("于", complex_field("DATE \\@ yyyy", "2025年"), "止"))) == [
        "于2025年止"
    ]


def test_a_field_inside_a_field_gives_only_the_outer_result() -> None:
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
        + complex_field("PAGE", "3")
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("甲")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert lines(docx(paragraph(nested))) == ["甲"]


def test_a_field_that_is_never_ended_swallows_nothing() -> None:
    broken = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    )
    assert lines(docx(paragraph(broken, "甲"), "乙")) == ["甲", "乙"]


def test_the_prompt_of_an_empty_content_control_is_no_text() -> None:
    document = python_docx.Document()
    style = document.styles.add_style("Placeholder Text", 2)
    prompt = run("单击此处输入文字。", f'<w:rStyle w:val="{style.style_id}"/>')
    control = (
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{prompt}</w:sdtContent></w:sdt>"
    )
    data = saved(document)
    body = part(data, "word/document.xml").decode()
    body = body.replace("<w:body>", f"<w:body><w:p>{run('甲')}{control}</w:p>")
    assert lines(with_parts(data, {"word/document.xml": body.encode()})) == ["甲"]


def test_a_paragraph_whose_mark_was_deleted_goes_on_in_the_next() -> None:
    first = paragraph("甲", properties="<w:rPr><w:del/></w:rPr>")
    assert lines(docx(first, "乙", "丙")) == ["甲乙", "丙"]


def test_text_boxes_are_read_once_though_they_are_written_twice() -> None:
    assert lines(docx(paragraph("前", text_box("框内一", "框内二")), "后")) == [
        "前",
        "框内一",
        "框内二",
        "后",
    ]


def test_text_of_a_text_box_says_that_it_is() -> None:
    origins = [found.origin for found in read(docx(paragraph("前", text_box("框")))).paragraphs()]
    assert origins == ["body", "text_box"]


def test_an_old_text_box_of_vml_is_read() -> None:
    box = f"<w:txbxContent><w:p>{run('框')}</w:p></w:txbxContent>"
    old = f"<w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r>"
    assert lines(docx(paragraph(old))) == ["框"]


def test_headers_and_footnotes_stand_apart() -> None:
    document = python_docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.add_paragraph("正文")
    data = saved(document)
    body = part(data, "word/document.xml").replace(
        "正文".encode(),
        '正文</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>'.encode(),
    )
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="2"><w:p>{run("注释")}</w:p></w:footnote></w:footnotes>'
    )
    relations = part(data, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rIdF" Target="footnotes.xml" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/footnotes"/></Relationships>',
    )
    changed = {
        "word/document.xml": body,
        "word/footnotes.xml": notes.encode(),
        "word/_rels/document.xml.rels": relations,
    }
    document_read = read(with_parts(data, changed))
    assert [found.text for found in document_read.paragraphs()] == ["正文"]
    assert [(note.text, note.origin) for note in document_read.footnotes] == [("注释", "footnote")]


# --- tick boxes -------------------------------------------------------------------------------


def symbol(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def in_font(font: str, text: str) -> str:
    return run(text, f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:hint="default"/>')


def checkbox_control(on: str) -> str:
    return (
        f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{on}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run('☒' if on == '1' else '☐')}</w:sdtContent></w:sdt>"
    )


def form_checkbox(inner: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:sizeAuto/>'
        f"{inner}</w:checkBox></w:ffData></w:fldChar></w:r>"
        "<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        (symbol("Wingdings", "F0FE"), TICKED),
        (symbol("Wingdings", "00FE"), TICKED),
        (symbol("Wingdings", "F0FD"), TICKED),
        (symbol("Wingdings", "F0A8"), EMPTY_BOX),
        (symbol("Wingdings", "F06F"), EMPTY_BOX),
        (symbol("Wingdings", "F0FC"), "✓"),
        (symbol("Wingdings 2", "F052"), TICKED),
        (symbol("Wingdings 2", "F0A3"), EMPTY_BOX),
        (symbol("Wingdings 2", "F050"), "✓"),
        (symbol("Wingdings", "F052"), UNSURE_BOX),
        (symbol("Wingdings", "F0FF"), UNSURE_BOX),
        (symbol("Segoe UI Symbol", "2611"), "☑"),
        (in_font("Wingdings", "þ"), TICKED),
        (in_font("Wingdings", "o"), EMPTY_BOX),
        (in_font("Wingdings 2", "R"), TICKED),
        (in_font("Wingdings 2", "£"), EMPTY_BOX),
        (in_font("Wingdings", "\uf0fe"), TICKED),
        (in_font("Wingdings", "\uf0a8"), EMPTY_BOX),
        (run("\uf0fe"), UNSURE_BOX),
        (in_font("Symbol", "\uf0d6"), "√"),
        (checkbox_control("1"), TICKED),
        (checkbox_control("0"), EMPTY_BOX),
        (form_checkbox("<w:checked/>"), TICKED),
        (form_checkbox('<w:default w:val="0"/><w:checked w:val="1"/>'), TICKED),
        (form_checkbox('<w:default w:val="1"/>'), TICKED),
        (form_checkbox('<w:default w:val="1"/><w:checked w:val="0"/>'), EMPTY_BOX),
        (form_checkbox(""), EMPTY_BOX),
        (complex_field("EQ \\o\\ac(□,√)"), TICKED),
        (complex_field("eq \\o(√,□)"), TICKED),
        (complex_field("EQ \\o(□)"), EMPTY_BOX),
        (complex_field('SYMBOL 254 \\f "Wingdings" \\s 12'), TICKED),
        (complex_field('SYMBOL 163 \\f "Wingdings 2"'), EMPTY_BOX),
        ('<w:r><w:object><w:control w:name="CheckBox1"/></w:object></w:r>', UNSURE_BOX),
    ],
)
def test_every_way_of_drawing_a_tick_box_reaches_the_text(inner: str, seen: str) -> None:
    assert lines(docx(paragraph(inner, "行业党建"))) == [seen + "行业党建"]


def test_chinese_characters_in_a_wingdings_run_stay_what_they_are() -> None:
    assert lines(docx(paragraph(in_font("Wingdings", "þ行业党建")))) == [TICKED + "行业党建"]


def test_a_symbol_font_that_only_the_paragraph_style_names_is_heeded() -> None:
    document = python_docx.Document()
    add_style(document, "框", "Normal")
    document.styles["框"].font.name = "Wingdings"
    document.add_paragraph("þ", style="框")
    assert lines(saved(document)) == [TICKED]


def test_a_control_around_a_whole_paragraph_shows_its_state() -> None:
    box = (
        '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent><w:p>{run('√')}</w:p></w:sdtContent></w:sdt>"
    )
    assert lines(docx(xml(box), "行业党建")) == [TICKED, "行业党建"]


# --- looks ------------------------------------------------------------------------------------


def test_outline_levels_come_from_styles_their_parents_and_their_names() -> None:
    document = python_docx.Document()
    add_style(document, "我的标题", "Heading 2")
    document.styles.add_style("标题 3", 1)
    document.add_heading("一级", 1)
    document.add_paragraph("二级", style="我的标题")
    document.add_paragraph("三级", style="标题 3")
    document.add_paragraph("正文")
    assert [p.outline_level for p in read(saved(document)).paragraphs()] == [0, 1, 2, None]


def test_a_paragraph_may_take_the_level_of_its_style_away() -> None:
    heading = paragraph("甲", properties='<w:pStyle w:val="Heading1"/><w:outlineLvl w:val="9"/>')
    assert [p.outline_level for p in read(docx(heading)).paragraphs()] == [None]


def test_automatic_numbers_are_noted_and_not_text() -> None:
    numbers = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    none = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    document = read(docx(paragraph("甲", properties=numbers), paragraph("乙", properties=none)))
    assert [(p.text, p.numbered) for p in document.paragraphs()] == [("甲", True), ("乙", False)]


def test_bold_means_all_of_the_paragraph() -> None:
    bold = "<w:b/>"
    document = read(
        docx(paragraph(run("甲", bold), run(" ")), paragraph(run("甲", bold), run("乙")))
    )
    assert [p.bold for p in document.paragraphs()] == [True, False]


def test_struck_and_marked_stretches_are_noted() -> None:
    block = paragraph(
        run("甲", "<w:strike/>"), run("乙", '<w:highlight w:val="yellow"/>'), run("丙")
    )
    (found,) = read(docx(block)).paragraphs()
    assert (found.struck, found.marked) == (("甲",), ("乙",))


# --- tables -----------------------------------------------------------------------------------


def test_blocks_keep_the_order_of_the_page() -> None:
    blocks = read(docx("前", [["甲", "乙"]], "后")).blocks
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Table", "Paragraph"]


def test_merged_cells_are_met_once() -> None:
    (table,) = tables(docx([["甲", "<<", "乙"], ["丙", "丁", "^^"]]))
    found = [(c.text, c.row, c.column, c.row_span, c.column_span) for c in table.cells]
    assert found == [("甲", 0, 0, 1, 2), ("乙", 0, 2, 2, 1), ("丙", 1, 0, 1, 1), ("丁", 1, 1, 1, 1)]


def test_old_horizontal_merges_are_met_once() -> None:
    row = (
        f'<w:tr><w:tc><w:tcPr><w:hMerge w:val="restart"/></w:tcPr><w:p>{run("甲")}</w:p></w:tc>'
        "<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>"
        f"<w:tc><w:p>{run('乙')}</w:p></w:tc></w:tr>"
    )
    (table,) = tables(docx(xml(f"<w:tbl>{row}</w:tbl>")))
    assert [(c.text, c.column, c.column_span) for c in table.cells] == [("甲", 0, 2), ("乙", 2, 1)]


def test_a_deleted_row_is_gone() -> None:
    rows = (
        f"<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p>{run('旧')}</w:p></w:tc></w:tr>"
        f"<w:tr><w:tc><w:p>{run('甲')}</w:p></w:tc><w:tc><w:p>{run('乙')}</w:p></w:tc></w:tr>"
    )
    assert lines(docx(xml(f"<w:tbl>{rows}</w:tbl>"))) == ["甲", "乙"]


def test_controls_around_rows_and_cells_are_looked_through() -> None:
    cell = f"<w:sdt><w:sdtContent><w:tc><w:p>{run('甲')}</w:p></w:tc></w:sdtContent></w:sdt>"
    row = f"<w:tr>{cell}<w:tc><w:p>{run('乙')}</w:p></w:tc></w:tr>"
    rows = f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>"
    (table,) = tables(docx(xml(f"<w:tbl>{rows}</w:tbl>")))
    assert [c.text for c in table.cells] == ["甲", "乙"]


def test_a_nested_table_follows_and_says_where_it_lies() -> None:
    cells = "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("子", "丑"))
    inner = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    outer, nested = tables(docx([["甲", xml(inner + "<w:p/>")]]))
    assert [c.text for c in outer.cells] == ["甲", ""]
    assert [c.text for c in nested.cells] == ["子", "丑"]
    assert nested.inside == "表1 第1行第2列"


def test_a_table_of_one_cell_is_a_frame() -> None:
    document = read(docx([["一\n二"]]))
    assert [(p.text, p.origin, p.where) for p in document.paragraphs()] == [
        ("一", "table", "表1 第1行第1列"),
        ("二", "table", "表1 第1行第1列"),
    ]
    assert not [block for block in document.blocks if isinstance(block, Table)]


# --- pictures, macros, packages ---------------------------------------------------------------


def test_pictures_are_kept_and_placed() -> None:
    sink = MemorySink()
    (picture,) = read(docx("前", picture=PNG), sink).pictures
    assert (picture.kind, picture.size, picture.after) == ("png", len(PNG), 1)
    assert sink.kept[picture.sha256].read() == PNG


def test_macros_are_noticed_and_the_text_is_read() -> None:
    data = with_parts(docx("甲"), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    assert read(data).macros
    assert lines(data) == ["甲"]


def test_the_main_part_may_have_another_name() -> None:
    data = docx("甲")
    relations = part(data, "_rels/.rels").replace(b"word/document.xml", b"/word/document2.xml")
    changed = {
        "_rels/.rels": relations,
        "word/document.xml": None,
        "word/document2.xml": part(data, "word/document.xml"),
    }
    assert lines(with_parts(data, changed)) == ["甲"]


def test_strict_open_xml_is_read() -> None:
    data = docx(Styled("甲", "Heading 1"))
    strict = {
        name: part(data, name)
        .replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
            b"http://purl.oclc.org/ooxml/wordprocessingml/",
        )
        .replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/",
            b"http://purl.oclc.org/ooxml/officeDocument/",
        )
        for name in (
            "word/document.xml",
            "word/styles.xml",
            "word/_rels/document.xml.rels",
            "_rels/.rels",
        )
    }
    (found,) = read(with_parts(data, strict)).paragraphs()
    assert (found.text, found.outline_level) == ("甲", 0)


def test_an_embedded_web_page_is_read() -> None:
    data = docx("前", xml('<w:altChunk r:id="rIdC"/>'), "后")
    relations = part(data, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rIdC" Target="chunk.html" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/aFChunk"/></Relationships>',
    )
    table = "<table><tr><td>甲</td><td>乙</td></tr></table>"
    page = f"<html><meta charset=utf-8><body><h1>标题</h1><p>一<b>二</b></p>{table}</body></html>"
    changed = {"word/_rels/document.xml.rels": relations, "word/chunk.html": page.encode()}
    assert lines(with_parts(data, changed)) == ["前", "标题", "一二", "甲", "乙", "后"]


def refused(data: bytes) -> IssueCode:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.detail)
    return caught.value.code


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return stream.getvalue()


def test_what_cannot_be_opened_is_the_files_fault() -> None:
    good = docx("甲")
    assert refused(b"") == IssueCode.FILE_UNREADABLE
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == IssueCode.FILE_UNREADABLE
    assert refused(good[: len(good) // 2]) == IssueCode.FILE_UNREADABLE
    assert refused(zipped(readme=b"hello")) == IssueCode.FILE_UNREADABLE
    assert (
        refused(with_parts(good, {"word/document.xml": b"<w:document"}))
        == IssueCode.FILE_UNREADABLE
    )
    assert refused(with_parts(good, {"word/document.xml": b"<x/>"})) == IssueCode.FILE_UNREADABLE


def test_a_file_built_to_blow_up_is_suspicious() -> None:
    good = docx("甲")
    huge = with_parts(good, {"word/document.xml": None})
    stream = io.BytesIO(huge)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"<a>" + b" " * (17 << 20))
    assert refused(stream.getvalue()) == IssueCode.SUSPICIOUS_FILE


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert refused(with_parts(docx("甲"), {"word/document.xml": bomb})) == IssueCode.SUSPICIOUS_FILE


def test_entities_that_grow_without_end_are_nothing_that_broke_on_the_way() -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{grown}]><x>&e9;</x>'.encode()
    assert refused(with_parts(docx("甲"), {"word/document.xml": bomb})) == IssueCode.SUSPICIOUS_FILE
    loop = b'<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x>&a;</x>'
    assert refused(with_parts(docx("甲"), {"word/document.xml": loop})) == IssueCode.SUSPICIOUS_FILE


def test_a_flood_of_cells_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox_ingest.reading.word._MOST_PARAGRAPHS", 50)
    assert read(docx([["甲"] * 10] * 4)).paragraphs()
    with pytest.raises(Unreadable) as refused:
        read(docx([["甲"] * 10] * 6))
    assert refused.value.code is IssueCode.SUSPICIOUS_FILE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_flood_of_comments_is_refused_before_they_are_taken_out(encoding: str) -> None:
    flood = ("<x>" + "党<!---->" * 20_000 + "</x>").encode(encoding)
    assert refused(with_parts(docx("甲"), {"word/document.xml": flood})) == (
        IssueCode.SUSPICIOUS_FILE
    )


def test_tables_nested_beyond_reason_are_refused_and_do_not_crash() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 200 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 200
    body = part(docx("甲"), "word/document.xml").replace(
        b"<w:sectPr", deep.encode() + b"<w:sectPr", 1
    )
    assert refused(with_parts(docx("甲"), {"word/document.xml": body})) == IssueCode.SUSPICIOUS_FILE


@pytest.mark.parametrize("cut", range(0, 100, 9))
def test_a_file_cut_anywhere_is_refused_or_read(cut: int) -> None:
    data = docx("甲", [["乙", "丙"]])
    kept = data[: len(data) * cut // 100] + b"\0" * 40 + data[len(data) * cut // 100 + 40 :]
    try:
        read(kept)
    except Unreadable as problem:
        assert problem.detail
