"""Why files of one mail or archive were taken for one case, in words for `show --why`."""

from __future__ import annotations

from collections.abc import Sequence

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.records import Attachment

_Place = tuple[str | None, str | None]  # archive or nested mail, folder in it


def why_together(bundle: Bundle, bundles: Sequence[Bundle]) -> str:
    """What the files of a bundle have in common that those of the mail's other ones have not."""
    if len(bundle.attachments) <= 1:
        return ""
    others = [b for b in bundles if b is not bundle]
    words = [_where(bundle, others), *bundle.paired]
    return "；".join(word for word in words if word)


def _where(bundle: Bundle, others: Sequence[Bundle]) -> str:
    count = f"{len(bundle.attachments)}个文件"
    here = _places(bundle.attachments)
    elsewhere = {place for other in others for place in _places(other.attachments)}
    containers = {container for container, _ in here}
    if len(here) == 1 and not here & elsewhere:
        ((container, folder),) = here
        if container and folder:
            return f"{count}同在“{container}”的文件夹“{folder}”中"
    if len(containers) == 1 and not containers & {container for container, _ in elsewhere}:
        (container,) = containers
        return f"{count}同在“{container}”中" if container else f"{count}同在一封邮件中"
    return "" if others else f"{count}同在一封邮件中"


def _places(files: Sequence[Attachment]) -> set[_Place]:
    return {(file.container, file.group) for file in files}
