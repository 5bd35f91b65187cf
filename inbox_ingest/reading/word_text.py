"""One paragraph of WordprocessingML → its text as it is seen, and what hangs on it.

Inserted text counts, deleted, moved-away and hidden text does not; fields give their result; a
content control its value and not its prompt; symbol fonts are put into Unicode. Drawings are handed
back for the caller, who decides where their text belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

from inbox_ingest.reading.word_fields import Field, drawn_by, form_control
from inbox_ingest.reading.word_looks import Look, look_of, plain_look
from inbox_ingest.reading.word_styles import PLAIN, VAL, Style, Styles, W
from inbox_ingest.reading.word_symbols import spelled, symbol, symbol_font
from inbox_ingest.records import EMPTY_BOX, TICKED, UNSURE_BOX

M, W14 = qn("m:"), qn("w14:")
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
_WIDEST_SPACE = 100  # characters: wider ones say no more, and cost every reader after us
_ENDLESS = re.compile(rf"\s{{{_WIDEST_SPACE},}}")
_PRIVATE = re.compile("[\uf000-\uf0ff]")  # where symbol fonts hide
_CONTROL_BOX = re.compile("checkbox|optionbutton|复选框|选项按钮", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """A paragraph while it is read."""

    pieces: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    plain: bool = False  # some of its text is not bold
    bold: bool = False  # some of its text is
    drawings: list[etree._Element] = field(default_factory=list)
    contents: bool = False  # it belongs to a table of contents

    @property
    def text(self) -> str:
        """The text, without what has no shape on paper, and without endless space."""
        text = _INVISIBLE.sub("", "".join(self.pieces))
        return _ENDLESS.sub(lambda space: space.group()[:_WIDEST_SPACE], text)


class TextReader:
    """Reads the paragraphs of one story (body, footnotes) in order; fields may span several."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[Field] = []
        self._line = Line()
        self._style = PLAIN
        self._look = Look()
        self._plain_look = Look()
        self._handlers: dict[str, Callable[[etree._Element], None]] = {
            W + "r": self._run,
            W + "t": self._text,
            W + "tab": lambda _: self._put("\t"),
            W + "ptab": lambda _: self._put("\t"),
            W + "br": lambda _: self._put("\n"),
            W + "cr": lambda _: self._put("\n"),
            W + "noBreakHyphen": lambda _: self._put("-"),
            W + "sym": self._sym,
            W + "instrText": self._instruction,
            W + "fldChar": self._field_mark,
            W + "fldSimple": self._simple_field,
            W + "drawing": self._drawing,
            W + "pict": self._drawing,
            W + "object": self._object,
            W + "ruby": self._ruby,
            W + "sdt": self._control,
            MC + "AlternateContent": self._alternative,
            M + "oMath": self._children,
            M + "oMathPara": self._children,
            M + "r": self._math_run,
            **dict.fromkeys(
                (W + name for name in ("hyperlink", "smartTag", "ins", "moveTo", "customXml")),
                self._children,
            ),
            **dict.fromkeys((W + name for name in ("dir", "bdo")), self._children),
        }

    def read(self, paragraph: etree._Element, style: Style) -> Line:
        """Read one `w:p`."""
        self._line, self._style = Line(), style
        self._plain_look = plain_look(style)
        self._children(paragraph)
        if self._fields and _draws(self._fields[-1]):
            self._close_field()  # such a field ends with its paragraph, whatever the file forgot
        return self._line

    def _children(self, parent: etree._Element) -> None:
        handlers = self._handlers
        for node in parent:
            handler = handlers.get(node.tag)  # type: ignore[arg-type]
            if handler is not None:
                handler(node)

    # --- runs -------------------------------------------------------------------------------

    def _run(self, run: etree._Element) -> None:
        properties = run.find(W + "rPr")
        self._look = self._plain_look
        if properties is None:
            if self._style.hidden:
                self._marks_only(run)
                return
        else:
            look = look_of(properties, self._style, self._styles)
            if look is None:
                self._marks_only(run)
                return
            self._look = look
        self._children(run)

    def _marks_only(self, run: etree._Element) -> None:
        """Of a hidden run only the beginnings and ends of fields are heeded, to keep the balance."""
        for node in run.findall(W + "fldChar"):
            self._field_mark(node, hidden=True)

    def _put(self, text: str) -> None:
        for open_field in reversed(self._fields):
            if not open_field.in_result:
                open_field.code.append(text)
                return
            open_field.shown = True
        line, look = self._line, self._look
        line.pieces.append(text)
        if text.strip():
            if look.bold:
                line.bold = True
            else:
                line.plain = True
            if look.struck:
                line.struck.append(text)
            if look.marked:
                line.marked.append(text)

    def _text(self, node: etree._Element) -> None:
        text = node.text
        if not text:
            return
        look = self._look
        if look.font is not None or _PRIVATE.search(text):
            text = spelled(text, look.font, letters=look.letters)
        if self._fields and not self._fields[-1].in_result and not _draws(self._fields[-1]):
            # Text never stands in a field's code: the mark that ends the code was lost.
            self._fields[-1].in_result = True
        self._put(text)

    def _sym(self, node: etree._Element) -> None:
        try:
            code = int(node.get(W + "char", ""), 16)
        except ValueError:
            return
        if 0x20 <= code <= 0xFFFF:
            self._put(symbol(symbol_font(node.get(W + "font")), code))

    def _ruby(self, node: etree._Element) -> None:
        base = node.find(W + "rubyBase")
        if base is not None:
            self._children(base)

    def _math_run(self, node: etree._Element) -> None:
        self._look = self._plain_look
        for text in node.iter(M + "t"):
            self._put(text.text or "")

    # --- fields -----------------------------------------------------------------------------

    def _instruction(self, node: etree._Element) -> None:
        if self._fields:
            text = spelled(node.text or "", self._look.font, letters=False)
            self._fields[-1].code.append(text)

    def _field_mark(self, node: etree._Element, *, hidden: bool = False) -> None:
        kind = node.get(W + "fldCharType")
        if kind == "begin":
            shown = None if hidden else form_control(node)
            if shown is not None:
                self._put(shown)
            self._fields.append(Field(shown=shown is not None))
        elif self._fields and kind == "separate":
            self._fields[-1].in_result = True
            if self._fields[-1].instruction.upper().startswith("TOC"):
                self._line.contents = True
        elif self._fields and kind == "end":
            self._close_field()

    def _close_field(self) -> None:
        ended = self._fields.pop()
        if not ended.shown:
            text = drawn_by(ended.instruction)
            if text:
                self._put(text)

    def _simple_field(self, node: etree._Element) -> None:
        before = len(self._line.pieces)
        self._children(node)
        if len(self._line.pieces) == before:
            text = drawn_by(node.get(W + "instr", ""))
            if text:
                self._put(text)

    # --- controls and drawings --------------------------------------------------------------

    def _control(self, node: etree._Element) -> None:
        properties, content = control_parts(node)
        shown = control_text(properties, content, self._styles)
        if shown is not None:
            self._look = self._plain_look
            self._put(shown)
        elif content is not None:
            self._children(content)

    def _alternative(self, node: etree._Element) -> None:
        branch = alternative(node)
        if branch is not None:
            self._children(branch)

    def _drawing(self, node: etree._Element) -> None:
        self._line.drawings.append(node)

    def _object(self, node: etree._Element) -> None:
        control = node.find(W + "control")
        if control is not None and _CONTROL_BOX.search(control.get(W + "name", "")):
            self._put(UNSURE_BOX)  # an ActiveX box: its state lies in a binary part
        self._line.drawings.append(node)


def control_parts(
    control: etree._Element,
) -> tuple[etree._Element | None, etree._Element | None]:
    """The properties and the content of a `w:sdt`."""
    return control.find(W + "sdtPr"), control.find(W + "sdtContent")


def control_text(
    properties: etree._Element | None, content: etree._Element | None, styles: Styles
) -> str | None:
    """What a content control shows where it is not its content: a box's state, nothing for a prompt.

    None where the content is the value.
    """
    if properties is None:
        return None
    box = properties.find(W14 + "checkbox")
    if box is not None:
        state = box.find(W14 + "checked")
        on = state is not None and state.get(W14 + "val", "1").lower() in ("1", "true", "on")
        return TICKED if on else EMPTY_BOX
    if properties.find(W + "showingPlcHdr") is None or content is None:
        return None
    # Programs that fill controls often forget to take the flag away: the runs' style tells.
    looks = [node.get(VAL) for node in content.iter(W + "rStyle")]
    runs = sum(1 for _ in content.iter(W + "t"))
    prompt = runs == 0 or (len(looks) >= runs and all(styles.style(x).placeholder for x in looks))
    return "" if prompt else None


def alternative(node: etree._Element) -> etree._Element | None:
    """The one branch of an mc:AlternateContent to be read: the first choice, else the fallback."""
    choice = node.find(MC + "Choice")
    if choice is not None and len(choice):
        return choice
    return node.find(MC + "Fallback")


def _draws(open_field: Field) -> bool:
    return not open_field.in_result and open_field.instruction[:2].upper() == "EQ"
