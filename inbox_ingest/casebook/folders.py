"""Which files of a mail may be of one case at all, by archive, nested mail and folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bundles import CORE_ROLES
from inbox_ingest.casebook.naming import agree, name_of, strangers, units_agree
from inbox_ingest.records import Attachment, Role


def pools_of(
    attachments: Sequence[Attachment], campaign: Campaign
) -> tuple[list[list[Attachment]], str]:
    """Attachments by nested mail and folder, and the doubt in words that is left, if any."""
    places: dict[tuple[str, str], list[Attachment]] = defaultdict(list)
    for attachment in _material(attachments):
        places[_scope(attachment), attachment.group or ""].append(attachment)
    pools: dict[tuple[str, str], list[Attachment]] = {}
    for scope in sorted({scope for scope, _ in places}):
        folders = {folder: files for (owner, folder), files in places.items() if owner == scope}
        for folder, files in _by_case_folder(folders, campaign).items():
            pools[scope, folder] = files
    return _reunite(pools, campaign)


def _material(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Attachments that can belong to a case: no logos, no archives that opened well."""
    return [
        attachment
        for attachment in attachments
        if attachment.role != "inline" and (attachment.role != "archive" or attachment.problems)
    ]


def _scope(attachment: Attachment) -> str:
    """The archive or nested mail a file came out of, by its part; empty for the mail itself."""
    return attachment.part.rpartition("/")[0] if attachment.container else ""


def _by_case_folder(
    folders: dict[str, list[Attachment]], campaign: Campaign
) -> dict[str, list[Attachment]]:
    """Files by the folder of their case. Folders that sort by role (申报表/, 正文/) are one pool."""
    roles = {
        folder: {file.role for file in files} & CORE_ROLES for folder, files in folders.items()
    }
    cored = [folder for folder in folders if roles[folder]]
    result: dict[str, list[Attachment]] = defaultdict(list)
    if _sorted_by_role([roles[folder] for folder in cored]) and not _of_several_units(
        [folders[folder] for folder in cored], campaign
    ):
        above = {folder.rpartition("/")[0] for folder in cored}
        whole = [_all_roles(roles, unit) for unit in above]
        by_unit = len(above) > 1 and any(len(found) > 1 for found in whole)
        for folder, files in folders.items():
            unit = folder if folder in above else folder.rpartition("/")[0]
            result[unit if by_unit else ""].extend(files)
        return result
    for folder, files in folders.items():
        result[folder if folder in cored else _nearest(folder, cored)].extend(files)
    return result


def _sorted_by_role(roles: Sequence[set[Role]]) -> bool:
    """Whether each folder is of one role, and not all of the same."""
    return all(len(found) == 1 for found in roles) and len(set().union(*roles)) > 1


def _all_roles(roles: Mapping[str, set[Role]], unit: str) -> set[Role]:
    """The roles in the folders right below one."""
    return set().union(*(roles[folder] for folder in roles if folder.rpartition("/")[0] == unit))


def _of_several_units(pools: Sequence[Sequence[Attachment]], campaign: Campaign) -> bool:
    """Whether folders name units of which none is another's, and no two documents go together."""
    named = [[name_of(file, campaign) for file in files] for files in pools]
    across = [(a, b) for one, two in combinations(named, 2) for a in one for b in two]
    return any(units_agree([a], b, campaign) is False for a, b in across) and not any(
        agree(a, b, campaign) for a, b in across
    )


def _nearest(folder: str, cored: Sequence[str]) -> str:
    """The folder with documents that this folder of pictures lies in, or lies beside alone."""
    above = [other for other in cored if other == "" or folder.startswith(other + "/")]
    if above:
        return max(above, key=len)
    below = [other for other in cored if other.startswith(folder + "/")] if folder else cored
    return below[0] if len(below) == 1 else folder


def _reunite(
    pools: dict[tuple[str, str], list[Attachment]], campaign: Campaign
) -> tuple[list[list[Attachment]], str]:
    """An archive of pictures beside loose documents is no case of its own, nor are halves of one.

    Pools of which none repeats a role of another are one submission packed in several archives,
    unless they say that they are of two units or bear two titles: both say that they are two.
    """
    cored = [files for files in pools.values() if {file.role for file in files} & CORE_ROLES]
    roles = [{file.role for file in files} & CORE_ROLES for files in cored]
    disjoint = sum(len(found) for found in roles) == len(set().union(*roles))
    names = [[name_of(file, campaign) for file in files] for files in cored]
    across = [(a, b) for one, two in combinations(names, 2) for a in one for b in two]
    agreed = all(agree(a, b, campaign) is not False for a, b in across)
    if len(cored) <= 1 or (disjoint and agreed):
        merged = [file for files in pools.values() for file in files]
        return ([merged] if merged else []), ""
    doubtful = disjoint and not any(strangers(a, b, campaign) for a, b in across)
    doubt = "同一封邮件中几份材料的名称不一致，不能确定是一件还是几件" if doubtful else ""
    return list(pools.values()), doubt
