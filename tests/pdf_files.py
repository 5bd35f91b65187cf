"""PDF files made by hand, so that each test says exactly what is in them.

Text uses the CJK font every reader knows by name (Adobe's STSong-Light with UniGB-UCS2-H), so that
nothing has to be embedded. Places are in points from the top left, as people think of a page.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 595, 842


@dataclass
class PdfPage:
    """One page, drawn piece by piece."""

    drawing: list[str] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    image: tuple[int, int, bytes, str] | None = None

    def text(self, x: float, y: float, text: str, size: float = 12, mode: int = 0) -> PdfPage:
        """A line of text; `mode` 3 is invisible, as scanners lay it over a picture."""
        code = text.encode("utf-16-be").hex()
        place = f"1 0 0 1 {x} {HEIGHT - y}"
        self.drawing.append(f"BT /F1 {size} Tf {mode} Tr {place} Tm <{code}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> PdfPage:
        """A thin straight line."""
        self.drawing.append(f"0.8 w {x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S")
        return self

    def box(self, x: float, y: float, size: float, ticked: bool = False) -> PdfPage:
        """A tick box drawn with lines."""
        self.drawing.append(f"0.9 w {x} {HEIGHT - y - size} {size} {size} re S")
        if ticked:
            low, high = HEIGHT - y - size, HEIGHT - y
            self.drawing.append(
                f"1.8 w {x + 1} {low + size / 2} m {x + size * 0.4} {low + 1} l {x + size} {high} l S"
            )
        return self

    def table(self, xs: Sequence[float], ys: Sequence[float]) -> PdfPage:
        """A ruled grid."""
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        return self

    def picture(
        self, width: int, height: int, pixels: bytes, colours: str = "DeviceRGB"
    ) -> PdfPage:
        """A picture over the whole page."""
        self.image = (width, height, pixels, colours)
        self.drawing.insert(0, f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im1 Do Q")
        return self

    def signature(
        self, appearance: str | None, *, side: float = 120, signed: bool = True
    ) -> PdfPage:
        """A signature field; `appearance` is the content stream that shows it."""
        value = "/V << /Type /Sig /Filter /Adobe.PPKLite >>" if signed else ""
        shown = f"/AP << /N {{appearance:{appearance}}} >>" if appearance is not None else ""
        self.annotations.append(
            f"<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) {value} {shown} "
            f"/Rect [300 100 {300 + side} {100 + side}] >>"
        )
        return self

    def text_field(self, x: float, y: float, value: str) -> PdfPage:
        """A filled-in text field of a PDF form."""
        code = ("\ufeff" + value).encode("utf-16-be").hex()
        self.annotations.append(
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (t{len(self.annotations)}) /V <{code}> "
            f"/Rect [{x} {HEIGHT - y - 4} {x + 200} {HEIGHT - y + 12}] >>"
        )
        return self


def pdf(*pages: PdfPage) -> bytes:
    """The file."""
    objects: list[bytes] = [b"", b""]

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(entries: str, data: bytes) -> int:
        packed = zlib.compress(data)
        head = f"<< {entries} /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        return add(head + packed + b"\nendstream")

    font = add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 "
        b"/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 "
        b"/StemV 93 >> >>] >>"
    )
    kids, fields = [], []
    for page in pages:
        content = stream("", "\n".join(page.drawing).encode())
        resources = f"/Font << /F1 {font} 0 R >>"
        if page.image is not None:
            width, height, pixels, colours = page.image
            entries = (
                f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
                f"/ColorSpace /{colours} /BitsPerComponent 8"
            )
            resources += f" /XObject << /Im1 {stream(entries, pixels)} 0 R >>"
        annotations = []
        for annotation in page.annotations:
            before, mark, rest = annotation.partition("{appearance:")
            drawing, _, after = rest.partition("}")
            if mark:
                form = stream("/Type /XObject /Subtype /Form /BBox [0 0 120 120]", drawing.encode())
                before = f"{before}{form} 0 R{after}"
            annotations.append(add(before.encode()))
        fields += annotations
        listed = " ".join(f"{number} 0 R" for number in annotations)
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {content} "
                f"0 R /Resources << {resources} >> /Annots [{listed}] >>".encode()
            )
        )
    listed = " ".join(f"{number} 0 R" for number in fields)
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{listed}] >> >>".encode()
    kid_list = " ".join(f"{number} 0 R" for number in kids)
    objects[1] = f"<< /Type /Pages /Kids [{kid_list}] /Count {len(kids)} >>".encode()
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return data + (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
