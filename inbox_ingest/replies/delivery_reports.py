"""What a delivery report says of a letter: whether it failed, and why, in words: pure.

A report's own fields (RFC 3464) come before its words: `Action` says what happened, `Status` and
`Diagnostic-Code` why. Only `failed` is a failure; a letter that was delivered, passed on or merely
delayed must not look as if it had to be sent again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from inbox_ingest.records import Message
from inbox_ingest.replies.etiquette import plain_address
from inbox_ingest.replies.wording import clean


class _Cause(NamedTuple):
    """Status codes (RFC 3463) and words that tell one cause, and whether the address is dead."""

    phrase: str
    codes: str
    words: str
    dead: bool = False


_ACCOUNT = r"(?:account|mailbox|user|address|recipient)"
# From the top, the first that fits. 5.1.0 and 5.1.7 are used for refused senders too: no dead address.
_CAUSES: tuple[_Cause, ...] = (
    _Cause(
        "收件地址不存在",
        r"5\.1\.(?:1|2|3|6|10)",
        r"user unknown|unknown (?:user|recipient|mailbox)|no such (?:user|mailbox|recipient|address)"
        rf"|invalid (?:user|mailbox|recipient)|{_ACCOUNT}[^\n.;]{{0,60}}(?:does ?n[o']t exist|not found)"
        r"|does ?n[o']t have an? \S{1,40} account|no mailbox here"
        r"|收件人(?:邮件)?(?:地址)?(?:[（(][^）)\n]{0,80}[）)])?(?:不存在|错误)"
        r"|(?:用户|帐号|账号|账户|邮箱)(?:地址)?不存在",
        dead=True,
    ),
    _Cause(
        "对方邮箱已满",
        r"[45]\.2\.2",
        r"mailbox (?:is )?full|over ?quota|quota exceeded|(?:邮箱|空间)已?满|容量不足",
    ),
    _Cause(
        "对方邮箱已停用",
        r"5\.2\.1",
        rf"{_ACCOUNT}[^\n.;]{{0,40}}(?:disabled|inactive|deactivated|suspended)"
        r"|(?:帐号|账号|账户|邮箱)(?:已)?(?:被)?(?:停用|禁用|冻结|注销)",
        dead=True,
    ),
    _Cause(
        "对方服务器拒收",
        r"5\.7\.\d{1,3}",
        r"\bspam\b|\bjunk\b|blocked|blacklist|blocklist|rejected by|垃圾邮件|拒收|拒绝接收|黑名单",
    ),
    _Cause("邮件超过对方的大小限制", r"5\.3\.4", r"too large|size limit|过大"),
    _Cause(
        "联系不上对方的邮件服务器",
        r"[45]\.4\.\d{1,3}",
        r"host (?:not found|unknown)|timed? ?out|connection refused|域名|无法连接|超时",
    ),
)
# In running text a code counts only as a server's answer writes it: "550 5.1.1", "550-5.1.1",
# "#5.1.1". Version numbers and IP addresses look like codes.
_AS_ANSWERED = r"(?:(?<![\d.])[45]\d\d[ \t-]+#?|#)(?:{codes})(?![\d.]*\d)"

_FIELD = re.compile(r"^([A-Za-z-]{4,30}):[ \t]*((?:[^\n]*)(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STILL_TRYING = re.compile(
    r"this is a warning (?:message )?only|(?:do not|don't|no) need to re-?send"
    r"|(?:will|shall) (?:keep|continue) (?:on )?(?:trying|to try)|delivery attempts will continue"
    r"|will (?:be retried|retry)\b|still being retried|(?:not|n't) yet been delivered"
    r"|no action is required on your part|^warning:[^\n]*\bdelayed\b|\(delay(?:ed)?\)"
    r"|delivery (?:is|has been) delayed"
    r"|(?<!不再)(?<!停止)(?:继续|持续|不断)(?:进行)?(?:尝试|重试|投递)"
    r"|(?:无需|不必|不用|无须|不需要)(?:您)?(?:重新|再次|再)?(?:重发|发送|投递)"
    r"|(?:投递|送达|发送|递送)(?:被)?(?:延迟|延误|推迟)|延迟(?:投递|送达|递送|通知)",
    re.IGNORECASE | re.MULTILINE,
)
_ARRIVED = re.compile(
    r"success(?:ful|fully)[^\n]{0,20}deliver|deliver[^\n]{0,20}success"
    r"|(?:was|has been|were) (?:delivered|relayed)|(?:投递|送达|发送|递送)成功|(?:成功|已)送达",
    re.IGNORECASE,
)
_DID_NOT = re.compile(
    r"fail|undeliver|\b(?:not|n't|unable)\b|returned|无法|未能|没有|失败|退回|退信|不存在|拒",
    re.IGNORECASE,
)


class Finding(NamedTuple):
    """What a report tells of one letter. `dead` where no letter can reach that address."""

    failed: bool
    cause: str | None
    dead: bool


def finding_of(message: Message, text: str, report: str, recipient: str) -> Finding:
    """Return what this report tells of the letter to `recipient`.

    `text` is the mail's own words, `report` the text of all its parts (see `bounces.reply_bounced`).
    """
    fields = _about(recipient, _recipients_of(report))
    words = "\n".join((message.subject or "", text))
    failures = [one for one in fields if one["action"] == "failed"]
    failed = bool(failures) if fields else not _went_well(words)
    cause = _cause_in(failures or fields, words)
    if cause is None:
        return Finding(failed, None, dead=False)
    return Finding(failed, cause.phrase, cause.dead)


def _recipients_of(report: str) -> list[dict[str, str]]:
    """The groups of fields that speak of one recipient each (RFC 3464 §2.3), names in lower case."""
    found = []
    for group in re.split(r"\n[ \t]*\n", report.replace("\r\n", "\n")):
        fields = {name.casefold(): clean(value, 2000) for name, value in _FIELD.findall(group)}
        fields["action"] = fields.get("action", "").casefold().partition(" ")[0]
        if fields["action"] in _ACTIONS:
            found.append(fields)
    return found


def _about(recipient: str, fields: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Those that name this recipient; all where none does (an alias may have led elsewhere)."""
    every = list(fields)
    address = plain_address(recipient)
    named = [
        one
        for one in every
        if address
        in {
            plain_address(one.get(name, "").rpartition(";")[2].strip(" <>"))
            for name in ("original-recipient", "final-recipient")
        }
    ]
    return named or every


def _went_well(words: str) -> bool:
    """Whether a report in mere words tells of no failure: it is on its way, or it arrived."""
    if _STILL_TRYING.search(words):
        return True
    return bool(_ARRIVED.search(words)) and not _DID_NOT.search(words)


def _cause_in(fields: Iterable[Mapping[str, str]], words: str) -> _Cause | None:
    every = list(fields)
    for field in every:
        status = field.get("status", "").partition(" ")[0]
        for cause in _CAUSES:
            if re.fullmatch(cause.codes, status):
                return cause
    diagnoses = "\n".join(field.get("diagnostic-code", "") for field in every)
    return _told_by(diagnoses) or _told_by(words)


def _told_by(words: str) -> _Cause | None:
    plain = clean(words, 20_000)
    for cause in _CAUSES:
        answered = _AS_ANSWERED.format(codes=cause.codes)
        if re.search(f"{answered}|{cause.words}", plain, re.IGNORECASE):
            return cause
    return None
