"""One mail's attachments, sorted into bundles of which each belongs to one case.

Most mails are one bundle. A bureau's archive, a mail with two forms, several forwarded mails are
more: folders and nested mails keep their cases apart, then titles, units and file names pair the
documents. What cannot be paired surely is said in `doubts`, never guessed (contract §6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.naming import Name, agree, name_of, names_in_file_name, richer
from inbox_ingest.records import Attachment, CloudLink, IssueCode, Reading, Role

CORE_ROLES: frozenset[Role] = frozenset({"form", "form_scan", "case_text"})
_EXTRA_ROLES: frozenset[Role] = frozenset({"photo", "video", "media_report", "other", "archive"})
_ROLE_WORDS = {"form_scan": "扫描件", "case_text": "正文"}


class Doubt(NamedTuple):
    """A file (None: a link) that may belong to a case, or may not: in words, and what it may be."""

    sentence: str
    roles: frozenset[Role]
    file: str | None


@dataclass(slots=True)
class Bundle:
    """Documents of one mail that belong to one case.

    `key` is a person's word on where they belong: a case number, or `own:…` for a case of its own.
    """

    attachments: list[Attachment] = field(default_factory=list)
    links: list[CloudLink] = field(default_factory=list)
    name: Name = field(default_factory=lambda: Name("", "", "", "", ""))
    doubts: list[Doubt] = field(default_factory=list)
    key: str | None = None

    def doubt(self, sentence: str, roles: Iterable[Role], file: Attachment | None = None) -> None:
        """Say that documents of these roles may belong here, or may not."""
        self.doubts.append(Doubt(sentence, frozenset(roles), file.sha256 if file else None))

    @property
    def roles(self) -> frozenset[Role]:
        """The core roles that the bundle brings."""
        found = {attachment.role for attachment in self.attachments} & CORE_ROLES
        if any(attachment.case_text is not None for attachment in self.attachments):
            found.add("case_text")
        return frozenset(found)

    @property
    def is_submission(self) -> bool:
        """Whether it holds a form, a scan, a case text, or a blank template."""
        return bool(self.roles) or any(a.role == "template" for a in self.attachments)

    @property
    def first_part(self) -> str:
        """The earliest part of the mail in it: with the raw SHA-256 this names the bundle."""
        return min((attachment.part for attachment in self.attachments), key=_order, default="")

    @property
    def order(self) -> tuple[tuple[int, ...], str]:
        """Sort key: the place of its earliest part in the mail."""
        return _order(self.first_part)


def bundles_of(reading: Reading, campaign: Campaign) -> list[Bundle]:
    """The bundles of a mail in the order of its parts; empty where it brings no files at all."""
    bundles: list[Bundle] = []
    for pool in _pools(reading.attachments):
        bundles.extend(_split(pool, campaign))
    bundles = _fold_extras(bundles)
    if reading.links:
        _place_links(bundles, reading.links, campaign)
    return sorted(bundles, key=lambda bundle: bundle.order)


def bundle_of(
    attachments: Sequence[Attachment], campaign: Campaign, *, key: str | None = None
) -> Bundle:
    """Files that a person put or left together, under their own names, without a doubt."""
    bundle = Bundle(list(attachments), key=key)
    for attachment in attachments:
        bundle.name = richer(bundle.name, name_of(attachment, campaign))
    return bundle


def _order(part: str) -> tuple[tuple[int, ...], str]:
    numbers = part.replace("/", ".").split(".")
    return tuple(int(number) if number.isdigit() else 0 for number in numbers), part


def _material(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Attachments that can belong to a case: no logos, no archives that opened well."""
    return [
        attachment
        for attachment in attachments
        if attachment.role != "inline" and (attachment.role != "archive" or attachment.problems)
    ]


def _pools(attachments: Sequence[Attachment]) -> list[list[Attachment]]:
    """Attachments by nested mail and folder. Folders that sort by role (申报表/, 正文/) are one pool."""
    places: dict[tuple[str, str], list[Attachment]] = defaultdict(list)
    for attachment in _material(attachments):
        places[_scope(attachment), attachment.group or ""].append(attachment)
    pools: dict[tuple[str, str], list[Attachment]] = {}
    for scope in sorted({scope for scope, _ in places}):
        folders = {folder: files for (owner, folder), files in places.items() if owner == scope}
        for folder, files in _by_case_folder(folders).items():
            pools[scope, folder] = files
    return _reunite(pools)


def _scope(attachment: Attachment) -> str:
    """The archive or nested mail a file came out of, by its part; empty for the mail itself."""
    return attachment.part.rpartition("/")[0] if attachment.container else ""


def _by_case_folder(folders: dict[str, list[Attachment]]) -> dict[str, list[Attachment]]:
    roles = {
        folder: {file.role for file in files} & CORE_ROLES for folder, files in folders.items()
    }
    cored = [folder for folder in folders if roles[folder]]
    single = [folder for folder in cored if len(roles[folder]) == 1]
    sorted_by_role = len(cored) > 1 and len(single) == len(cored)
    if sorted_by_role and len({next(iter(roles[folder])) for folder in cored}) > 1:
        return {"": [file for files in folders.values() for file in files]}
    result: dict[str, list[Attachment]] = defaultdict(list)
    for folder, files in folders.items():
        result[folder if folder in cored else _nearest(folder, cored)].extend(files)
    return result


def _nearest(folder: str, cored: Sequence[str]) -> str:
    """The folder with documents that this folder of pictures lies in, or lies beside alone."""
    above = [other for other in cored if other == "" or folder.startswith(other + "/")]
    if above:
        return max(above, key=len)
    below = [other for other in cored if other.startswith(folder + "/")] if folder else cored
    return below[0] if len(below) == 1 else folder


def _reunite(pools: dict[tuple[str, str], list[Attachment]]) -> list[list[Attachment]]:
    """An archive of pictures beside loose documents is no case of its own, nor are halves of one.

    Pools of which none repeats a role of another are one submission packed in several archives.
    """
    cored = [key for key, files in pools.items() if {file.role for file in files} & CORE_ROLES]
    roles = [{file.role for file in pools[key]} & CORE_ROLES for key in cored]
    disjoint = sum(len(found) for found in roles) == len(set().union(*roles))
    if len(cored) <= 1 or disjoint:
        merged = [file for files in pools.values() for file in files]
        return [merged] if merged else []
    return list(pools.values())


# --- within one pool --------------------------------------------------------------------------


def _split(pool: Sequence[Attachment], campaign: Campaign) -> list[Bundle]:
    bundles = _clusters([file for file in pool if file.role == "form"], campaign)
    rest = [file for file in pool if file.role != "form"]
    if not bundles:
        named = [file for file in rest if file.role in ("form_scan", "case_text")]
        bundles = _clusters([file for file in named if _says_title(file, campaign)], campaign)
        rest = [file for file in rest if not any(file in b.attachments for b in bundles)]
    if len(bundles) <= 1:
        only = bundles[0] if bundles else Bundle()
        apart: list[Bundle] = []
        _add_to_only(only, rest, apart, campaign)
        return [only, *apart] if only.attachments else apart
    for role in ("form_scan", "case_text"):
        _pair(bundles, [file for file in rest if file.role == role], role, campaign)
    for file in rest:
        if file.role not in CORE_ROLES:
            _place_extra(bundles, file)
    return bundles


def _says_title(file: Attachment, campaign: Campaign) -> bool:
    return bool(name_of(file, campaign).title)


def _clusters(files: Sequence[Attachment], campaign: Campaign) -> list[Bundle]:
    """Forms (or texts, where no form came) that speak of one case, together."""
    bundles: list[Bundle] = []
    for file in files:
        name = name_of(file, campaign)
        home = next((b for b in bundles if _one_case(b, file, name, campaign)), None)
        if home is None:
            bundles.append(Bundle([file], name=name))
        else:
            home.attachments.append(file)
            home.name = richer(home.name, name)
    return bundles


def _one_case(bundle: Bundle, file: Attachment, name: Name, campaign: Campaign) -> bool:
    verdict = agree(bundle.name, name, campaign)
    if verdict is None:
        # Neither title to compare: a PDF beside its Word file carries the same stem.
        same_stem = bool(name.stem) and name.stem == bundle.name.stem
        return same_stem or not (name.known and bundle.name.known)
    return verdict


def _add_to_only(
    only: Bundle, rest: Sequence[Attachment], apart: list[Bundle], campaign: Campaign
) -> None:
    """With one form at most, what comes with it belongs to it, unless it surely names another case."""
    texts = [file for file in rest if file.role == "case_text"]
    for file in rest:
        name = name_of(file, campaign)
        stranger = (
            file.role == "case_text"
            and len(texts) > 1
            and agree(only.name, name, campaign) is False
            and any(agree(only.name, name_of(t, campaign), campaign) for t in texts if t != file)
        )
        home = next((b for b in apart if agree(b.name, name, campaign)), None) if stranger else only
        if home is None:
            apart.append(Bundle([file], name=name))
            continue
        home.attachments.append(file)
        home.name = richer(home.name, name)


def _pair(bundles: list[Bundle], files: list[Attachment], role: Role, campaign: Campaign) -> None:
    """Give each scan or text to the case it names; the last pair left over goes together."""
    left: list[Attachment] = []
    for file in files:
        name = name_of(file, campaign)
        by_content = [b for b in bundles if agree(b.name, name, campaign)]
        by_name = [
            b
            for b in bundles
            if names_in_file_name(file, b.name) or (name.stem and name.stem == b.name.stem)
        ]
        homes = by_content or by_name
        if len(homes) == 1:
            homes[0].attachments.append(file)
        else:
            left.append(file)
    lacking = [bundle for bundle in bundles if role not in bundle.roles]
    if len(left) == 1 and len(lacking) == 1 and len(files) == len(bundles):
        name = name_of(left[0], campaign)
        if agree(lacking[0].name, name, campaign) is not False:
            lacking[0].attachments.append(left.pop())
    for file in left:
        _leave_open(bundles, lacking, file, role, campaign)


def _leave_open(
    bundles: list[Bundle],
    lacking: list[Bundle],
    file: Attachment,
    role: Role,
    campaign: Campaign,
) -> None:
    name = name_of(file, campaign)
    if name.title and all(agree(b.name, name, campaign) is False for b in bundles):
        bundles.append(Bundle([file], name=name))
        return
    doubt = f"不能确定{_ROLE_WORDS.get(role, '文件')}“{file.filename or '未命名文件'}”属于哪个案例"
    for bundle in lacking:
        bundle.doubt(doubt, {role}, file)
    orphan = Bundle([file], name=name)
    orphan.doubt(doubt, CORE_ROLES, file)
    bundles.append(orphan)


def _place_extra(bundles: list[Bundle], file: Attachment) -> None:
    """Pictures and unreadable files: by file name, else with the first; what may matter is said."""
    homes = [bundle for bundle in bundles if names_in_file_name(file, bundle.name)]
    (homes[0] if homes else bundles[0]).attachments.append(file)
    hiding = any(problem.code != IssueCode.LOW_CONFIDENCE for problem in file.problems)
    if hiding and len(homes) != 1:
        for bundle in bundles:
            doubt = f"不能确定文件“{file.filename or '未命名文件'}”属于哪个案例"
            bundle.doubt(doubt, CORE_ROLES, file)


def _fold_extras(bundles: list[Bundle]) -> list[Bundle]:
    """Bundles of pictures alone join the only case of the mail, where there is just one."""
    cored = [bundle for bundle in bundles if bundle.is_submission]
    extras = [bundle for bundle in bundles if bundle not in cored]
    if len(cored) != 1:
        return bundles
    for bundle in extras:
        cored[0].attachments.extend(bundle.attachments)
    return cored


def _place_links(bundles: list[Bundle], links: Sequence[CloudLink], campaign: Campaign) -> None:
    del campaign
    for link in links:
        homes = [b for b in bundles if link.filename and _called_after(link.filename, b.name)]
        if homes:
            homes[0].links.append(link)
        elif len(bundles) == 1:
            bundles[0].links.append(link)
        elif not bundles:
            bundles.append(Bundle(links=[link]))
        else:
            bundles[0].links.append(link)
            for bundle in bundles:
                doubt = f"不能确定网盘文件“{link.filename or link.provider}”属于哪个案例"
                bundle.doubt(doubt, CORE_ROLES)


def _called_after(filename: str, name: Name) -> bool:
    return any(len(part) >= 4 and part in filename for part in (name.title, name.unit))
