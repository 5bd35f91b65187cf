"""Makes scans of the notice's form: a page with invented values, a seal, and what scanners do to it.

A page is drawn at the wished resolution, stamped, then photographed: each step is one function, so
that a test names exactly what it is about. All values are invented.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SERIF = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
SANS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
BOLD = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
SIMPLIFIED = 2  # face number of "CJK SC" in the Noto collections

WIDTH_MM, HEIGHT_MM = 210.0, 297.0


@dataclass(frozen=True)
class Entry:
    """What stands in the form. `ticked` is 0, 1 or None; `boxes` draws squares before the options."""

    title: str = "红色驿站点亮货车司机回家路"
    unit: str = "清江市公路运输集团有限公司"
    contact: str = "沈向阳"
    phone: str = "13900001234"
    ticked: int | None = 0
    summary: str = (
        "公司党委在三处物流园区建成党群驿站，设置司机议事角和流动党员报到点，"
        "开展结对帮扶一百二十余次，解决停车难、就医难等急难问题三十六件，"
        "形成支部建在车队上的工作机制，党员示范车带动安全行车里程明显提升。"
    )
    opinion: str = "同意申报。"
    date: str = "2025年5月20日"


OPTIONS = ("行业党建", "行业思政")
FORM_TITLE = ("“交通先行·党建赋能”党建创新典型案例", "征集活动申报表")


@lru_cache(maxsize=64)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, index=SIMPLIFIED)


@dataclass(frozen=True)
class Page:
    """A drawn page: RGB pixels and its resolution; where text and tick boxes stand, in pixels."""

    image: Image.Image
    dpi: float
    lines: list[tuple[int, int, int, int]] = field(default_factory=list)

    def px(self, millimetres: float) -> float:
        """Pixels for a length on paper."""
        return millimetres / 25.4 * self.dpi


@dataclass
class _Pen:
    page: Page
    draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.draw = ImageDraw.Draw(self.page.image)

    def text(self, x: float, y: float, text: str, height: float = 4.9, font: Path = SERIF) -> None:
        place = (self.page.px(x), self.page.px(y))
        shape = _font(font, round(self.page.px(height)))
        self.draw.text(place, text, fill=(20, 20, 20), font=shape)
        left, top, right, bottom = self.draw.textbbox(place, text, font=shape)
        self.page.lines.append((round(left), round(top), round(right), round(bottom)))

    def width(self, text: str, height: float = 4.9, font: Path = SERIF) -> float:
        pixels = _font(font, round(self.page.px(height))).getlength(text)
        return pixels * 25.4 / self.page.dpi

    def centred(self, x: float, y: float, text: str, height: float, font: Path = SERIF) -> None:
        self.text(x - self.width(text, height, font) / 2, y, text, height, font)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        width = max(1, round(self.page.px(0.25)))
        points = [self.page.px(value) for value in (x0, y0, x1, y1)]
        self.draw.line(points, fill=(30, 30, 30), width=width)

    def wrapped(self, x: float, y: float, width: float, text: str, height: float = 4.4) -> None:
        line = ""
        for character in text:
            if self.width(line + character, height) > width:
                self.text(x, y, line, height)
                line, y = "", y + height * 1.5
            line += character
        self.text(x, y, line, height)

    def box(self, x: float, y: float, size: float, ticked: bool) -> None:
        edge = max(1, round(self.page.px(0.3)))
        corners = [self.page.px(value) for value in (x, y, x + size, y + size)]
        self.draw.rectangle(corners, outline=(20, 20, 20), width=edge)
        left, top, right, bottom = (round(corner) for corner in corners)
        self.page.lines.append((left, top, right, bottom))
        if ticked:
            tick = [(x + 0.12 * size, y + 0.5 * size), (x + 0.4 * size, y + 0.85 * size)]
            tick.append((x + 0.92 * size, y + 0.1 * size))
            points = [(self.page.px(a), self.page.px(b)) for a, b in tick]
            self.draw.line(points, fill=(20, 20, 20), width=max(2, round(self.page.px(0.6))))


def blank_paper(dpi: float = 150) -> Page:
    """An empty A4 sheet."""
    size = (round(WIDTH_MM / 25.4 * dpi), round(HEIGHT_MM / 25.4 * dpi))
    return Page(Image.new("RGB", size, (255, 255, 255)), dpi)


def form_page(entry: Entry | None = None, dpi: float = 150) -> Page:
    """The notice's form, filled, without a seal."""
    entry = entry or Entry()
    page = blank_paper(dpi)
    pen = _Pen(page)
    pen.centred(105, 24, FORM_TITLE[0], 6.4, BOLD)
    pen.centred(105, 34, FORM_TITLE[1], 6.4, BOLD)
    left, split, right, middle, second = 25.0, 58.0, 185.0, 108.0, 132.0
    rows = [50.0, 64.0, 78.0, 92.0, 106.0, 190.0, 250.0]
    for y in rows:
        pen.line(left, y, right, y)
    for x in (left, split, right):
        pen.line(x, rows[0], x, rows[-1])
    for x in (middle, second):
        pen.line(x, rows[3], x, rows[4])
    for row, label in enumerate(("案例名称", "申报单位", "申报类型", "联 系 人")):
        pen.centred((left + split) / 2, rows[row] + 4, label, 4.9)
    pen.centred((middle + second) / 2, rows[3] + 4, "电 话", 4.9)
    pen.text(split + 3, rows[0] + 4, entry.title)
    pen.text(split + 3, rows[1] + 4, entry.unit)
    for number, option in enumerate(OPTIONS):
        x = split + 8 + 48 * number
        pen.box(x, rows[2] + 5.2, 4.2, entry.ticked == number)
        pen.text(x + 6, rows[2] + 4, option)
    pen.text(split + 3, rows[3] + 4, entry.contact)
    pen.text(second + 3, rows[3] + 4, entry.phone)
    for offset, part in enumerate(("案例概要", "和创新之", "处（500", "字以内）")):
        pen.centred((left + split) / 2, rows[4] + 20 + 8 * offset, part, 4.9)
    pen.wrapped(split + 3, rows[4] + 4, right - split - 6, entry.summary)
    pen.centred((left + split) / 2, rows[5] + 20, "申报单位", 4.9)
    pen.centred((left + split) / 2, rows[5] + 28, "意    见", 4.9)
    pen.text(split + 3, rows[5] + 6, entry.opinion)
    pen.text(130, rows[5] + 36, "盖  章")
    pen.text(122, rows[5] + 46, entry.date)
    return page


def _star(centre: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for step in range(10):
        length = radius if step % 2 == 0 else radius * 0.382
        angle = math.pi * step / 5 - math.pi / 2
        points.append((centre + length * math.cos(angle), centre + length * math.sin(angle)))
    return points


def seal(text: str, pixels: int, colour: tuple[int, int, int] = (220, 30, 40)) -> Image.Image:
    """A round seal with the text on an arc and a star, transparent outside its strokes."""
    scale = 3
    size = pixels * scale
    image = Image.new("RGBA", (size, size), (*colour, 0))
    draw = ImageDraw.Draw(image)
    ink = (*colour, 255)
    edge = max(2, round(size * 0.027))
    draw.ellipse((edge, edge, size - edge, size - edge), outline=ink, width=edge)
    draw.polygon(_star(size / 2, size * 0.15), fill=ink)
    glyph = round(size * min(0.15, 1.9 / max(len(text), 8)))
    span = min(250, 20 * len(text))
    for place, character in enumerate(text):
        angle = -span / 2 + span * (place + 0.5) / len(text)
        tile = Image.new("RGBA", (glyph * 2, glyph * 2), (*colour, 0))
        ImageDraw.Draw(tile).text(
            (glyph, glyph), character, fill=ink, font=_font(BOLD, glyph), anchor="mm"
        )
        tile = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        radius = size * 0.365
        x = size / 2 + radius * math.sin(math.radians(angle)) - glyph
        y = size / 2 - radius * math.cos(math.radians(angle)) - glyph
        image.alpha_composite(tile, (max(0, round(x)), max(0, round(y))))
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def stamped(
    page: Page,
    text: str = "清江市公路运输集团有限公司",
    *,
    at: tuple[float, float] = (142.0, 228.0),
    diameter: float = 42.0,
    strength: float = 0.85,
    colour: tuple[int, int, int] = (220, 30, 40),
    turn: float = 8.0,
) -> Page:
    """The page with a seal around the point `at` (mm). `strength` 1 is fresh ink, 0.3 nearly dry."""
    mark = seal(text, round(page.px(diameter)), colour).rotate(turn, Image.Resampling.BICUBIC)
    alpha = np.asarray(mark.getchannel("A"), dtype=np.float32) * strength
    generator = np.random.default_rng(7)
    patchy = Image.fromarray(generator.integers(0, 256, (14, 14), dtype=np.uint8))
    texture = np.asarray(patchy.resize(mark.size, Image.Resampling.BICUBIC), dtype=np.float32)
    alpha *= 0.72 + 0.28 * texture / 255.0
    # Ink of a stamp is multiplied with what is printed below it, it does not cover it.
    tint = np.asarray(colour, dtype=np.float32) / 255.0
    left = round(page.px(at[0]) - mark.width / 2)
    top = round(page.px(at[1]) - mark.height / 2)
    area = (left, top, left + mark.width, top + mark.height)
    below = np.asarray(page.image.crop(area), dtype=np.float32)
    share = alpha[:, :, None] / 255.0
    above = below * (1 - share + share * tint)
    image = page.image.copy()
    image.paste(Image.fromarray(above.clip(0, 255).astype(np.uint8)), (left, top))
    return replace(page, image=image)


def worn(page: Page, share: float, *, strength: float = 0.85, seed: int = 3) -> Page:
    """Stamped with a pad so dry that only patches came out: `share` of the seal."""
    before = np.asarray(page.image, dtype=np.float32)
    after = np.asarray(stamped(page, strength=strength).image, dtype=np.float32)
    generator = np.random.default_rng(seed)
    patches = Image.fromarray((generator.random((60, 42)) < share).astype(np.uint8) * 255)
    mask = np.asarray(patches.resize(page.image.size, Image.Resampling.BICUBIC), dtype=np.float32)
    mixed = before + (after - before) * mask[:, :, None] / 255.0
    return replace(page, image=Image.fromarray(mixed.clip(0, 255).astype(np.uint8)))


def partly_stamped(page: Page, share: float) -> Page:
    """Stamped with the pad tilted: only the upper `share` of the seal came out."""
    whole = stamped(page).image
    mixed = page.image.copy()
    top = round(page.px(228 - 21))
    edge = top + round(page.px(42 * share))
    mixed.paste(whole.crop((0, 0, whole.width, edge)), (0, 0))
    return replace(page, image=mixed)


def name_seal(page: Page) -> Page:
    """The square seal of a person (法人章), as it stands beside the round one or for it."""
    drawn = replace(page, image=page.image.copy())
    pen, red = _Pen(drawn), (215, 30, 40)
    corners = [page.px(value) for value in (130, 215, 152, 237)]
    pen.draw.rectangle(corners, outline=red, width=round(page.px(1)))
    for character, x, y in zip("沈向阳印", (132, 141, 132, 141), (216, 216, 226, 226), strict=True):
        font = _font(BOLD, round(page.px(9)))
        pen.draw.text((page.px(x), page.px(y)), character, red, font)
    return drawn


# --- what scanners and phones do --------------------------------------------------------------


def rotated(page: Page, degrees: float) -> Page:
    """Laid askew on the glass."""
    image = page.image.rotate(
        degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(250, 250, 250)
    )
    return replace(page, image=image)


def turned(page: Page, quarter_turns: int) -> Page:
    """Scanned sideways or upside down."""
    return replace(page, image=page.image.rotate(90 * quarter_turns, expand=True))


def skewed(page: Page, amount: float = 0.05) -> Page:
    """Seen from the side: the upper edge is shorter than the lower one."""
    width, height = page.image.size
    pad = amount * width
    corners = (-pad, 0, -pad / 2, height, width + pad / 2, height, width + pad, 0)
    image = page.image.transform(
        page.image.size,
        Image.Transform.QUAD,
        corners,
        Image.Resampling.BICUBIC,
        fillcolor=(250, 250, 250),
    )
    return replace(page, image=image)


def noisy(page: Page, sigma: float = 3.0) -> Page:
    """Sensor noise and slightly tinted paper, as a colour scanner gives."""
    generator = np.random.default_rng(11)
    pixels = np.asarray(page.image, dtype=np.float32)
    pixels = pixels * np.array([0.985, 0.98, 0.965], dtype=np.float32)
    pixels += generator.normal(0, sigma, pixels.shape)
    return replace(page, image=Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))


def grey(page: Page) -> Page:
    """Scanned in grey: one channel."""
    return replace(page, image=page.image.convert("L"))


def copied(page: Page) -> Page:
    """Photocopied, or scanned in grey and kept as RGB: three channels without any colour."""
    return replace(page, image=page.image.convert("L").convert("RGB"))


def black_and_white(page: Page) -> Page:
    """Scanned in black and white: one bit."""
    return replace(
        page, image=page.image.convert("L").point(lambda value: 255 * (value > 150), "1")
    )


def phone_photo(page: Page, *, warmth: float = 0.82) -> Page:
    """Photographed on a desk under a lamp: warm light, a shadow, perspective, soft focus."""
    width, height = page.image.size
    desk = Image.new("RGB", (round(width * 1.2), round(height * 1.15)), (116, 92, 70))
    sheet = page.image.convert("RGB")
    mask = Image.new("L", sheet.size, 255)
    lean = 0.03 * width
    corners = (-lean, 0, 0, height, width, height + lean, width + lean, -lean)
    bend = {"resample": Image.Resampling.BICUBIC, "fillcolor": 0}
    sheet = sheet.transform(sheet.size, Image.Transform.QUAD, corners, **bend)
    mask = mask.transform(sheet.size, Image.Transform.QUAD, corners, **bend)
    desk.paste(sheet, (round(width * 0.1), round(height * 0.07)), mask)
    pixels = np.asarray(desk.rotate(1.6, Image.Resampling.BICUBIC), dtype=np.float32)
    rows, columns = pixels.shape[:2]
    ramp = np.linspace(1.0, 0.78, columns, dtype=np.float32)[None, :, None]
    ramp = ramp * np.linspace(0.92, 1.0, rows, dtype=np.float32)[:, None, None]
    light = np.array([1.0, 0.93, warmth], dtype=np.float32)
    generator = np.random.default_rng(13)
    pixels = pixels * ramp * light + generator.normal(0, 4, pixels.shape)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    return replace(page, image=image.filter(ImageFilter.GaussianBlur(page.dpi / 250)))


def on_desk(
    page: Page,
    share: float = 0.7,
    *,
    ground: tuple[int, int, int] = (150, 60, 45),
    size: tuple[int, int] = (1600, 1200),
    lean: float = 0.04,
    seed: int = 4,
) -> Page:
    """Photographed from afar: the sheet takes up `share` of the picture's height (or width)."""
    generator = np.random.default_rng(seed)
    width, height = size
    sheet = page.image.convert("RGB")
    scale = min(share * height / sheet.height, share * width / sheet.width)
    wide, high = sheet.width * scale, sheet.height * scale
    left, top = (width - wide) / 2, (height - high) / 2
    moved = generator.uniform(-lean, lean, (4, 2)) * high
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) + moved + [left, top]
    own = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * sheet.size
    small = sheet.filter(ImageFilter.GaussianBlur(max(0.0, 0.35 / scale - 0.35)))
    view = _perspective(corners, own)
    laid = small.transform(size, Image.Transform.PERSPECTIVE, view, Image.Resampling.BICUBIC)
    white = Image.new("L", sheet.size, 255)
    mask = white.transform(size, Image.Transform.PERSPECTIVE, view, Image.Resampling.BILINEAR)
    desk = np.ones((height, width, 3)) * ground + generator.normal(0, 8, (height, 1, 1))
    below = Image.fromarray(desk.clip(0, 255).astype(np.uint8))
    below.paste(laid, (0, 0), mask)
    light = np.linspace(1.0, 0.8, width, dtype=np.float32)[None, :, None]
    pixels = np.asarray(below, dtype=np.float32) * light
    pixels = pixels * np.array([1.0, 0.96, 0.88], dtype=np.float32)
    pixels += generator.normal(0, 3, pixels.shape)
    dpi = page.dpi * scale
    return Page(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), dpi)


def _perspective(seen: np.ndarray, own: np.ndarray) -> list[float]:
    """Pillow's eight numbers: where in the sheet (`own`) each corner as `seen` comes from."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, own, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(values))]


def few_colours(page: Page, colours: int) -> Page:
    """Saved with a palette of a few colours, most of which went to the shades of its paper."""
    return replace(page, image=page.image.convert("RGB").quantize(colours).convert("RGB"))


# --- red things that are no seals -------------------------------------------------------------


def with_red_letterhead(page: Page) -> Page:
    """The red head line and double rule of an official document (红头文件)."""
    image = page.image.copy()
    drawn = replace(page, image=image)
    pen = _Pen(drawn)
    red = (214, 20, 30)
    font = _font(BOLD, round(page.px(13)))
    pen.draw.text((page.px(105), page.px(13)), "清江市交通运输局文件", red, font, anchor="mm")
    for y, thick in ((21.5, 0.9), (23.0, 0.3)):
        pen.draw.line(
            [page.px(15), page.px(y), page.px(195), page.px(y)], red, max(1, round(page.px(thick)))
        )
    return drawn


def with_red_disc(page: Page, diameter: float = 36.0) -> Page:
    """A filled red circle, as a party emblem's ground or a marker dot."""
    return _with_shape(page, diameter, fill=(214, 24, 32))


def with_ring_logo(page: Page, diameter: float = 30.0) -> Page:
    """A company's logo: a thick red ring around one letter."""
    drawn = _with_shape(page, diameter, outline=(214, 24, 32), thick=0.12)
    pen = _Pen(drawn)
    font = _font(SANS, round(page.px(diameter * 0.5)))
    pen.draw.text((page.px(150), page.px(225)), "Q", (214, 24, 32), font, anchor="mm")
    return drawn


def with_banner(page: Page) -> Page:
    """A red banner with white writing, as in a photo of a meeting."""
    image = page.image.copy()
    drawn = replace(page, image=image)
    pen = _Pen(drawn)
    corners = [page.px(value) for value in (30, 200, 180, 216)]
    pen.draw.rectangle(corners, fill=(205, 22, 30))
    font = _font(BOLD, round(page.px(9)))
    pen.draw.text(
        (page.px(105), page.px(208)), "热烈庆祝党建引领成效显著", (255, 240, 200), font, anchor="mm"
    )
    return drawn


def with_red_frame(page: Page) -> Page:
    """A red rectangle around the opinion, as drawn by somebody who marks where to stamp."""
    image = page.image.copy()
    drawn = replace(page, image=image)
    corners = [page.px(value) for value in (115, 205, 165, 248)]
    _Pen(drawn).draw.rectangle(corners, outline=(220, 20, 30), width=max(2, round(page.px(0.8))))
    return drawn


def _with_shape(
    page: Page,
    diameter: float,
    *,
    fill: tuple[int, int, int] | None = None,
    outline: tuple[int, int, int] | None = None,
    thick: float = 0.0,
) -> Page:
    image = page.image.copy()
    half = diameter / 2
    corners = [page.px(value) for value in (150 - half, 225 - half, 150 + half, 225 + half)]
    ImageDraw.Draw(image).ellipse(
        corners, fill=fill, outline=outline, width=max(1, round(page.px(diameter * thick)))
    )
    return replace(page, image=image)


def encoded(page: Page | Image.Image, kind: str = "JPEG", quality: int = 85) -> bytes:
    """The bytes of a file of this kind (a name that Pillow knows)."""
    image = page.image if isinstance(page, Page) else page
    stream = io.BytesIO()
    if kind == "JPEG":
        image.save(stream, kind, quality=quality)
    else:
        image.save(stream, kind)
    return stream.getvalue()
