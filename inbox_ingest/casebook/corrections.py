"""Does a mail say that something in it is to be replaced? By its subject, file names or words."""

from __future__ import annotations

import re

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.reading.correspondence import bare_subject
from inbox_ingest.records import Received

_CORRECTION = re.compile(
    r"更正|更改|修改|修订|改正|订正|替换|重报|作废|为准|补正|改后|重新(?:报送|上报|提交|发送|申报|填写|盖章)"
)
# In a letter such words also stand in “如需修改，请联系”.
_CORRECTED = re.compile(
    r"(?:更正|更改|修改|修订|改正|订正)(?:后|过|了|如下|版|稿|的?(?:申报表|正文|扫描件|盖章件|案例))"
    r"|已(?:经)?(?:作了?|做了?)?(?:更正|更改|修改|修订|改正|订正)|以(?:本|此|这)\S{0,6}为准"
)


def calls_itself_correction(bundle: Bundle, received: Received) -> bool:
    """Whether subject, file names or words say that something is to be replaced."""
    names = [file.filename or "" for file in bundle.attachments]
    said = any(_CORRECTION.search(words) for words in (own_subject(received), *names))
    return said or bool(_CORRECTED.search(received.reading.text))


def own_subject(received: Received) -> str:
    """The subject, but for that of an answer: the older mail's words."""
    subject = received.reading.message.subject or ""
    return subject if bare_subject(subject) == subject.strip() else ""
