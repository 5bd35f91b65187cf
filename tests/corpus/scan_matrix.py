"""The matrix of scans: what is done to the page, and what must and must not be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inbox_ingest.records import FormRecord
from tests import scans

ENTRY = scans.Entry()
EXPECTED: dict[str, str] = {
    "案例名称": ENTRY.title,
    "申报单位": ENTRY.unit,
    "申报类型": scans.OPTIONS[0],
    "联系人": ENTRY.contact,
    "电话": ENTRY.phone,
    "案例概要和创新之处": ENTRY.summary,
}


@dataclass(frozen=True)
class Sample:
    """One scan. `sealed` says whether a seal was put on; `colour` whether the picture shows its colour."""

    name: str
    page: scans.Page
    kind: str
    quality: int
    sealed: bool
    colour: bool

    def data(self) -> bytes:
        """The bytes of the picture file."""
        return scans.encoded(self.page, self.kind, self.quality)


Change = Callable[[scans.Page], scans.Page]

SEALED: dict[str, Change] = {
    "as scanned": lambda form: scans.noisy(scans.stamped(form)),
    "turned 5°": lambda form: scans.rotated(scans.noisy(scans.stamped(form)), 5),
    "turned -3°": lambda form: scans.rotated(scans.noisy(scans.stamped(form)), -3),
    "skewed": lambda form: scans.skewed(scans.noisy(scans.stamped(form))),
    "faint seal": lambda form: scans.noisy(scans.stamped(form, strength=0.3)),
    "seal on text": lambda form: scans.noisy(scans.stamped(form, at=(100, 128))),
    "seal on date": lambda form: scans.noisy(scans.stamped(form, at=(138, 240))),
    "phone photo": lambda form: scans.phone_photo(scans.stamped(form)),
    "red head": lambda form: scans.noisy(scans.with_red_letterhead(scans.stamped(form))),
}
WITHOUT_COLOUR: dict[str, Change] = {
    "grey": lambda form: scans.grey(scans.stamped(form)),
    "black and white": lambda form: scans.black_and_white(scans.stamped(form)),
}
# A stamped page that was photocopied, and the copy then scanned, in colour or not.
COPIED: dict[str, Change] = {
    "black seal": lambda form: scans.stamped(form, colour=(30, 30, 30)),
    "dark red seal": lambda form: scans.stamped(form, colour=(150, 20, 30)),
    "half-strength seal": lambda form: scans.stamped(form, strength=0.5),
    "worn seal": lambda form: scans.worn(form, 0.4, seed=1),
    "seal cut by the edge": lambda form: scans.stamped(form, at=(205, 228)),
    "square name seal": scans.name_seal,
}
UNSEALED: dict[str, Change] = {
    "no seal": scans.noisy,
    "no seal, phone": scans.phone_photo,
    "no seal, red head": lambda form: scans.noisy(scans.with_red_letterhead(form)),
    "no seal, red disc": lambda form: scans.noisy(scans.with_red_disc(form)),
    "no seal, ring logo": lambda form: scans.noisy(scans.with_ring_logo(form)),
    "no seal, banner": lambda form: scans.noisy(scans.with_banner(form)),
    "no seal, red frame": lambda form: scans.noisy(scans.with_red_frame(form)),
}


def samples(resolutions: tuple[int, ...] = (100, 150, 200, 300)) -> Iterator[Sample]:
    """Every sample, drawn when it is asked for."""
    for dpi in resolutions:
        form = scans.form_page(ENTRY, dpi)
        for name, change in SEALED.items():
            yield Sample(f"{name}, {dpi} dpi", change(form), "JPEG", 85, sealed=True, colour=True)
        squeezed = scans.noisy(scans.stamped(form))
        yield Sample(f"JPEG 60, {dpi} dpi", squeezed, "JPEG", 60, sealed=True, colour=True)
        for name, change in WITHOUT_COLOUR.items():
            page = change(form)
            kind = "PNG" if page.image.mode == "1" else "JPEG"
            yield Sample(f"{name}, {dpi} dpi", page, kind, 85, sealed=True, colour=False)
    for dpi in (150, 200):
        form = scans.form_page(ENTRY, dpi)
        for name, change in COPIED.items():
            copy = scans.copied(change(form))
            colour = f"copy in colour, {name}, {dpi} dpi"
            yield Sample(colour, scans.noisy(copy), "JPEG", 88, sealed=True, colour=False)
            if dpi == 150:
                yield Sample(
                    f"grey as RGB, {name}, 150 dpi", copy, "JPEG", 88, sealed=True, colour=False
                )
    form = scans.form_page(ENTRY, 150)
    yield Sample("no seal, never printed, 150 dpi", form, "PNG", 85, sealed=False, colour=False)
    for name, change in UNSEALED.items():
        yield Sample(f"{name}, 150 dpi", change(form), "JPEG", 85, sealed=False, colour=True)
    bare = scans.grey(form)
    yield Sample("no seal, grey, 150 dpi", bare, "JPEG", 85, sealed=False, colour=False)


def read_values(form: FormRecord) -> dict[str, str | None]:
    """The values of a form that the matrix compares: the ticked option for the choice, else the text."""
    values: dict[str, str | None] = {}
    for name in EXPECTED:
        field = form.fields.get(name)
        if field is None:
            values[name] = None
        elif name == "申报类型":
            values[name] = "、".join(field.ticked) if field.sure else None
        else:
            values[name] = field.value
    return values
