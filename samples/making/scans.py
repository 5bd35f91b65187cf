"""Stamped pages as a scanner sees them: the form printed, filled in, and sealed in red."""

from __future__ import annotations

import io
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from samples.making.documents import FORM_TITLE, TYPES
from samples.making.texts import CaseStory

_FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
_SIMPLIFIED = 2  # index of the SC face in Noto's collections
_WIDTH, _HEIGHT = 1000, 1414  # A4 at about 120 dpi
_INK = (35, 33, 40)
_RED = (206, 38, 44)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    for path in _FONTS:
        if path.is_file():
            return ImageFont.truetype(str(path), size, index=_SIMPLIFIED)
    raise FileNotFoundError("install fonts-noto-cjk: the stamped pages are drawn with it")


def stamped_form(case: CaseStory, *, sealed: bool = True) -> bytes:
    """A colour JPEG of 附件1, a third of a degree askew, with the unit's seal over the date."""
    page = Image.new("RGB", (_WIDTH, _HEIGHT), (250, 249, 246))
    draw = ImageDraw.Draw(page)
    _print_form(draw, case)
    if sealed:
        _stamp(page, case.unit, centre=(690, 1180), radius=112)
    page = page.rotate(0.35, resample=Image.Resampling.BICUBIC, fillcolor=(246, 245, 242))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=48, subsampling=0, dpi=(120, 120))
    return out.getvalue()


def _print_form(draw: ImageDraw.ImageDraw, case: CaseStory) -> None:
    draw.text((90, 60), "附件1", font=_font(24), fill=_INK)
    for line, text in enumerate((FORM_TITLE[:11], FORM_TITLE[11:])):
        width = draw.textlength(text, font=_font(30))
        draw.text(((_WIDTH - width) / 2, 100 + 44 * line), text, font=_font(30), fill=_INK)
    left, value, right = 90, 270, 910
    rows = [210, 280, 350, 420, 490, 1000, 1330]
    for y in rows:
        draw.line((left, y, right, y), fill=_INK, width=2)
    draw.line((left, rows[0], left, rows[-1]), fill=_INK, width=2)
    draw.line((right, rows[0], right, rows[-1]), fill=_INK, width=2)
    for top, bottom in (*pairwise(rows[:5]), (rows[5], rows[6])):
        draw.line((value, top, value, bottom), fill=_INK, width=2)
    for x in (510, 640):
        draw.line((x, rows[3], x, rows[4]), fill=_INK, width=2)
    for row, label in enumerate(("案例名称", "申报单位", "申报类型", "联 系 人")):
        draw.text((115, rows[row] + 19), label, font=_font(26), fill=_INK)
    draw.text((535, rows[3] + 19), "电 话", font=_font(26), fill=_INK)
    draw.text((290, rows[0] + 20), case.title, font=_font(24), fill=_INK)
    draw.text((290, rows[1] + 20), case.unit, font=_font(24), fill=_INK)
    _print_types(draw, case, y=rows[2] + 20)
    draw.text((290, rows[3] + 20), case.contact, font=_font(24), fill=_INK)
    draw.text((655, rows[3] + 20), case.phone, font=_font(24), fill=_INK)
    draw.text((115, rows[4] + 15), "案例概要和创新之处（500字以内）", font=_font(24), fill=_INK)
    for number in range(0, len(case.summary), 33):
        y = rows[4] + 60 + 36 * (number // 33)
        draw.text((115, y), case.summary[number : number + 33], font=_font(23), fill=_INK)
    draw.text((105, rows[5] + 140), "申报单位意见", font=_font(25), fill=_INK)
    draw.text((300, rows[5] + 40), "情况属实，同意申报。", font=_font(24), fill=_INK)
    draw.text((640, rows[5] + 170), "盖  章", font=_font(24), fill=_INK)
    draw.text((600, rows[5] + 225), "2025年4月18日", font=_font(24), fill=_INK)


def _print_types(draw: ImageDraw.ImageDraw, case: CaseStory, y: int) -> None:
    for number, option in enumerate(TYPES):
        x = 290 + 300 * number
        draw.rectangle((x, y + 6, x + 24, y + 30), outline=_INK, width=2)
        if option in case.ticked:
            draw.line((x + 4, y + 17, x + 11, y + 26), fill=_INK, width=5)
            draw.line((x + 11, y + 26, x + 28, y + 1), fill=_INK, width=5)
        draw.text((x + 36, y), option, font=_font(24), fill=_INK)


def _stamp(page: Image.Image, unit: str, centre: tuple[int, int], radius: int) -> None:
    """Draw a round seal (ring, star, the unit's name along the arc), as ink over what is printed."""
    scale = 3
    size = 2 * (radius + 8) * scale
    seal = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(seal)
    middle, ring = size / 2, radius * scale
    draw.ellipse(
        (middle - ring, middle - ring, middle + ring, middle + ring), outline=230, width=13
    )
    points = []
    for step in range(10):
        angle = -math.pi / 2 + step * math.pi / 5
        reach = (0.32 if step % 2 == 0 else 0.125) * ring
        points.append((middle + reach * math.cos(angle), middle + reach * math.sin(angle)))
    draw.polygon(points, fill=225)
    span = math.radians(min(250, 22 * len(unit)))
    for number, character in enumerate(unit):
        share = number / max(1, len(unit) - 1)
        angle = -math.pi / 2 - span / 2 + span * share
        glyph = Image.new("L", (120, 120), 0)
        ImageDraw.Draw(glyph).text((60, 60), character, font=_font(62), fill=235, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle) - 90, resample=Image.Resampling.BICUBIC)
        x = middle + 0.78 * ring * math.cos(angle) - 60
        y = middle + 0.78 * ring * math.sin(angle) - 60
        seal.paste(235, (int(x), int(y)), glyph)
    seal = seal.resize((size // scale, size // scale), Image.Resampling.LANCZOS)
    corner = (centre[0] - seal.width // 2, centre[1] - seal.height // 2)
    page.paste(Image.new("RGB", seal.size, _RED), corner, seal.point(lambda ink: int(ink * 0.82)))


def logo() -> bytes:
    """A small company logo as mail signatures carry it (PNG)."""
    picture = Image.new("RGB", (120, 40), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((2, 2, 37, 37), fill=(20, 90, 160))
    draw.text((46, 6), "临湖", font=_font(24), fill=(20, 90, 160))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def site_photo() -> bytes:
    """A photo that is no scan: sky, road, a lorry (JPEG)."""
    picture = Image.new("RGB", (640, 420), (150, 190, 226))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 420), (240, 230), (400, 230), (640, 420)], fill=(92, 94, 98))
    draw.polygon([(0, 420), (0, 250), (230, 230)], fill=(104, 142, 84))
    draw.polygon([(640, 420), (640, 250), (410, 230)], fill=(96, 134, 78))
    draw.rectangle((270, 180, 372, 282), fill=(38, 92, 168))
    draw.rectangle((280, 190, 362, 226), fill=(196, 222, 236))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()
