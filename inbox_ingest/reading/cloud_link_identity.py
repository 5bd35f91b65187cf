"""Which download links of one mail lead to one and the same file, and what they tell together.

A webmail writes a file's address several ways in one mail (download, preview, text part), each with
other parameters; a person asked for the file must be asked once. Two files are never made one
where their keys differ, unless they bear one name and no two sizes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from inbox_ingest.records import CloudLink

# Parameters that tell one file from another, the surest kind first: of the first kind that an
# address has, all count. QQ's `code` is the word to fetch a file with and stands beside its key.
_FILE_PARAMETERS: tuple[frozenset[str], ...] = (
    frozenset({"k", "key", "file", "fileid", "fid", "filestr", "identity"}),
    frozenset({"id", "shareid", "surl", "filename", "name"}),
    frozenset({"code"}),
)
_BESIDE_THE_FILE = frozenset({"pwd", "password", "from"})
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def same_address(url: str) -> str:
    """A text that is equal for addresses of one file: host, path and what names the file."""
    bare = re.sub(r"^https?://", "", url.partition("#")[0], flags=re.IGNORECASE)
    try:
        asked = parse_qsl(urlsplit(f"//{bare}").query, keep_blank_values=True)
    except ValueError:  # a host that is none, such as one bracket
        return bare
    asked = [(name, value) for name, value in asked if name.lower() not in _BESIDE_THE_FILE]
    names = {name.lower() for name, value in asked if value}
    telling = next((kind for kind in _FILE_PARAMETERS if kind & names), None)
    told = sorted(
        {(n.lower(), value) for n, value in asked if value and n.lower() in telling}
        if telling is not None
        else set(asked)
    )
    host, slash, path = bare.partition("?")[0].partition("/")
    return f"{host.lower()}{slash}{path.rstrip('/')}?{told}"


def each_once(links: Iterable[CloudLink]) -> tuple[CloudLink, ...]:
    """These links in order, each file once, with the most that any of its links tells."""
    by_address: dict[str, CloudLink] = {}
    for link in links:
        address = same_address(link.url)
        known = by_address.get(address)
        by_address[address] = link if known is None else _merged(known, link)
    kept: list[CloudLink] = []
    for link in by_address.values():
        twin = next((number for number, other in enumerate(kept) if _same_file(other, link)), None)
        if twin is None:
            kept.append(link)
        else:
            kept[twin] = _merged(kept[twin], link)
    return tuple(kept)


def _same_file(one: CloudLink, other: CloudLink) -> bool:
    """Whether two addresses (download and preview, two disks) give one file: by name and size."""
    if one.filename is None or one.filename != other.filename:
        return False
    if one.size_text is not None and other.size_text is not None:
        return one.size_text == other.size_text
    # Without a size only a file's own name will do: 点此领取 may stand on any link.
    return _SUFFIX.search(one.filename) is not None


def _merged(known: CloudLink, other: CloudLink) -> CloudLink:
    told = {
        name: value
        for name in ("filename", "size_text", "expires")
        if getattr(known, name) is None and (value := getattr(other, name)) is not None
    }
    if (
        known.filename is not None
        and other.filename is not None
        and _SUFFIX.search(other.filename)
        and not _SUFFIX.search(known.filename)
    ):
        told["filename"] = other.filename
    return known.model_copy(update=told)
