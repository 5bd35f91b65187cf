"""One mail's attachments, sorted into bundles of which each belongs to one case.

Most mails are one bundle. A bureau's archive, a mail with two forms, several forwarded mails are
more: folders and nested mails keep their cases apart, then titles, units and file names pair the
documents. What cannot be paired surely is said in `doubts`, never guessed (contract §6).
"""

from __future__ import annotations

from collections.abc import Sequence

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.folders import pools_of
from inbox_ingest.casebook.grouping import why_together
from inbox_ingest.casebook.likeness import likeness
from inbox_ingest.casebook.naming import (
    Name,
    agree,
    name_of,
    names_in_file_name,
    nearest_title,
    numbered_stem,
    richer,
    strangers,
    title_in_file_name,
)
from inbox_ingest.checking.sameness import Titles
from inbox_ingest.records import Attachment, CloudLink, IssueCode, Reading, Role

_ROLE_WORDS = {"form_scan": "扫描件", "case_text": "正文"}


def bundles_of(reading: Reading, campaign: Campaign) -> list[Bundle]:
    """The bundles of a mail in the order of its parts; empty where it brings no files at all."""
    bundles: list[Bundle] = []
    pools, doubt = pools_of(reading.attachments, campaign)
    for pool in pools:
        bundles.extend(_split(pool, campaign))
    bundles = _fold_extras(bundles)
    for bundle in bundles if doubt else ():
        bundle.doubt(doubt, CORE_ROLES)
    if len(pools) > 1:
        _doubt_silent_ones(bundles)
    if reading.links:
        _place_links(bundles, reading.links, campaign)
    for bundle in bundles:
        bundle.grouping = why_together(bundle, bundles)
    return sorted(bundles, key=lambda bundle: bundle.order)


def _doubt_silent_ones(bundles: Sequence[Bundle]) -> None:
    """A folder whose documents name nothing may be the rest of one beside it that lacks just that."""
    for silent in bundles:
        if not silent.roles or silent.name.known or silent.doubts:
            continue
        lacking = [b for b in bundles if b.name.known and not silent.roles <= b.roles]
        file = next(file for file in silent.attachments if file.role in CORE_ROLES)
        doubt = f"“{file.filename or '未命名文件'}”等材料没有写明单位和名称，不能确定是否单独一件"
        silent.doubt(doubt, CORE_ROLES)
        for bundle in lacking:
            bundle.doubt(doubt, silent.roles - bundle.roles)


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
    if verdict and nearest_title([bundle.name], name, campaign) is Titles.NEAR:
        # 公路养护 and 公路养护数字化建设 may be two: the stories tell.
        return not likeness(bundle.attachments, [file], campaign).differs
    return verdict


def _add_to_only(
    only: Bundle, rest: Sequence[Attachment], apart: list[Bundle], campaign: Campaign
) -> None:
    """With one form at most, what comes with it belongs to it, unless it surely names another case."""
    texts = [file for file in rest if file.role == "case_text"]
    for file in rest:
        name = name_of(file, campaign)
        supernumerary = (
            file.role == "case_text"
            and len(texts) > 1
            and agree(only.name, name, campaign) is False
            and any(agree(only.name, name_of(t, campaign), campaign) for t in texts if t != file)
        )
        alien = strangers(only.name, name, campaign)
        if not (supernumerary or alien):
            only.attachments.append(file)
            only.name = richer(only.name, name)
            continue
        home = next((b for b in apart if agree(b.name, name, campaign)), None)
        if home is None:
            apart.append(Bundle([file], name=name))
        else:
            home.attachments.append(file)
            home.name = richer(home.name, name)
        if alien and not supernumerary:
            doubt = f"“{file.filename or '未命名文件'}”所写的单位和名称都与同来的材料不同"
            only.doubt(doubt, {file.role}, file)
            (home or apart[-1]).doubt(doubt, CORE_ROLES, file)


def _pair(bundles: list[Bundle], files: list[Attachment], role: Role, campaign: Campaign) -> None:
    """Give each scan or text to the case it names; the last pair left over goes together."""
    left: list[Attachment] = []
    found = [_homes(bundles, file, name_of(file, campaign), campaign) for file in files]
    numbered = _by_number(bundles, files, campaign)
    if any(
        file.part in numbered and not _may_be(numbered[file.part], file, homes, campaign)
        for file, (homes, _) in zip(files, found, strict=True)
    ):
        numbered = {}  # the numbers count something else
    for file, (homes, why) in zip(files, found, strict=True):
        home = homes[0] if len(homes) == 1 else numbered.get(file.part)
        if home is None:
            left.append(file)
            continue
        home.attachments.append(file)
        how = why if len(homes) == 1 else "按文件名中的序号归并"
        home.paired.append(f"“{file.filename or '未命名文件'}”{how}")
    lacking = [bundle for bundle in bundles if role not in bundle.roles]
    if len(left) == 1 and len(lacking) == 1 and len(files) == len(bundles):
        name = name_of(left[0], campaign)
        if agree(lacking[0].name, name, campaign) is not False:
            file = left.pop()
            lacking[0].attachments.append(file)
            lacking[0].paired.append(f"“{file.filename or '未命名文件'}”因只余这一份而归并")
    for file in left:
        _leave_open(bundles, lacking, file, role, campaign)


def _may_be(home: Bundle, file: Attachment, homes: Sequence[Bundle], campaign: Campaign) -> bool:
    """Whether nothing that the file is called or says of itself speaks against a home."""
    elsewhere = bool(homes) and not any(other is home for other in homes)
    return not elsewhere and agree(home.name, name_of(file, campaign), campaign) is not False


def _by_number(
    bundles: Sequence[Bundle], files: Sequence[Attachment], campaign: Campaign
) -> dict[str, Bundle]:
    """Files (by part) of one role whose number is that of one form: 1申报表 and 1正文, 2申报表 and 2正文.

    Only where every form and every file has a number of its own: a lone “(1)” is a browser's.
    """
    for last in (False, True):
        forms = [
            {
                numbered_stem(file.filename, campaign, last=last)
                for file in bundle.attachments
                if file.role == "form"
            }
            for bundle in bundles
        ]
        homes = {
            next(iter(numbers)): bundle
            for bundle, numbers in zip(bundles, forms, strict=True)
            if len(numbers) == 1
        }
        keys = [numbered_stem(file.filename, campaign, last=last) for file in files]
        if None in homes or len(homes) < len(bundles) or len(set(keys)) < len(files):
            continue
        pairs = {
            file.part: homes[key] for file, key in zip(files, keys, strict=True) if key in homes
        }
        if len(pairs) == len(files):
            return pairs
    return {}


def _homes(
    bundles: Sequence[Bundle], file: Attachment, name: Name, campaign: Campaign
) -> tuple[list[Bundle], str]:
    """The bundles that a scan or text names, by the nearest title, else by its file name; and why."""
    titles = {id(b): nearest_title([b.name], name, campaign) for b in bundles}
    agreeing = [b for b in bundles if agree(b.name, name, campaign)]
    equal = [b for b in agreeing if titles[id(b)] is Titles.EQUAL]
    if agreeing:
        return equal or agreeing, "按所写的案例名称归并"
    titled = [title_in_file_name(file, b.name) for b in bundles]
    if any(titled):
        return [
            b for b, found in zip(bundles, titled, strict=True) if found == max(titled)
        ], "按文件名中的案例名称归并"
    called = [
        b
        for b in bundles
        if names_in_file_name(file, b.name) or (name.stem and name.stem == b.name.stem)
    ]
    return called, "按相配的文件名归并"


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
