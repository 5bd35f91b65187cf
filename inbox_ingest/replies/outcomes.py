"""What an SMTP answer means for the reply: gone, later, tomorrow, never, or a person's job.

126.com puts its reason in the text (`MI:SFQ`, `DT:SPM` …; facts §2), other servers in the code and
the enhanced code (RFC 3463). The table is read from the top, the first row that fits decides.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from inbox_ingest.errors import TryLater
from inbox_ingest.records import Frozen
from inbox_ingest.replies.wording import clean

Verdict = Literal["sent", "later", "tomorrow", "never", "person", "unknown"]
# Where in the dialogue the answer came: before MAIL FROM, at MAIL, RCPT, DATA, or after the text.
Phase = Literal["open", "login", "mail", "recipient", "data", "end"]

_WORK_BEGINS: Final = time(8, 0)
_LONGEST_WAIT: Final = timedelta(hours=4)
MOST_ATTEMPTS: Final = 10


class Outcome(Frozen):
    """What became of one attempt. `reason` is Chinese; `answer` is the server's own, shortened.

    `wait_seconds` says for how long not to try again (verdict `later`, or `stops`). `stops` says
    that the next letter would fare no better now; `reconnect`, that this one may fare better on a
    new connection; `dead`, that no letter will reach this address.
    """

    verdict: Verdict
    reason: str
    answer: str | None = None
    wait_seconds: int = 0
    stops: bool = False
    reconnect: bool = False
    dead: bool = False


class _Row(NamedTuple):
    codes: str
    words: str
    phases: tuple[Phase, ...]
    verdict: Verdict
    wait_seconds: int
    reason: str


_ANY: Final[tuple[Phase, ...]] = ("open", "login", "mail", "recipient", "data", "end")
_BEFORE_RECIPIENT: Final[tuple[Phase, ...]] = ("open", "login", "mail")
_MINUTE: Final = 60
# Rows whose words name a limit on the whole account, not on this letter, and one on the connection.
_ACCOUNT: Final = r"hl:|mi:sfq|mi:stc"
_CONNECTION: Final = r"mi:dmc"
# Only these words and codes mean that the address itself is wrong (RFC 3463 §3.2).
_NO_SUCH_ADDRESS: Final = "对方地址不存在"
_NO_SUCH_USER: Final = (
    r"invalid user|(?:user|recipient|mailbox) unknown|unknown (?:user|recipient|mailbox)"
    r"|(?:user|recipient|mailbox|address|account)[^.;]{0,60}(?:not found|not exist|n't exist)"
    r"|no such (?:user|recipient|mailbox|address|person)|不存在|(?<![\d.])5\.1\.(?:1|2|3|6|10)(?![.\d])"
)
_WE_ARE_REFUSED: Final = (
    r"\brelay|client host|sending host|blocked|black ?list|block ?list|spamhaus|\bspf\b|rp:spf"
)
_LIMITED: Final = "服务器限制了本邮箱的发信"
_REFUSED: Final = "服务器拒绝本邮箱或本机发信"

TABLE: Final[tuple[_Row, ...]] = (
    _Row("2..", "", ("end",), "sent", 0, "服务器已接收"),
    # The account: the same for every letter, so the pass stops and a person is asked.
    _Row("4..", "", ("login",), "later", 15 * _MINUTE, "服务器暂时不能登录"),
    _Row(
        "550", "no permission", _ANY, "person", 0, "邮箱没有开通 SMTP 服务，请在网页邮箱设置中开启"
    ),
    _Row(
        "5..", "", ("login",), "person", 0, "SMTP 登录被拒绝，请检查授权码以及是否已开启 SMTP 服务"
    ),
    _Row("553|5..", "mail from must equal", _ANY, "person", 0, "发件地址与登录账号不一致"),
    _Row("554", r"dt:sum", _ANY, "person", 0, "信头发件地址与登录账号不一致"),
    _Row("530|538", "", _ANY, "person", 0, "服务器要求先登录或加密"),
    # 126.com's reasons.
    _Row("421", r"hl:", _ANY, "later", 30 * _MINUTE, "服务器暂不接受本机的连接"),
    _Row("45[01]", _CONNECTION, _ANY, "later", 1 * _MINUTE, "本次连接发信已满，换一个连接再发"),
    _Row("45[01]", r"mi:sfq", _ANY, "later", 15 * _MINUTE, "15分钟内发信已达上限"),
    _Row("45[01]", r"dt:spm", _ANY, "later", 2 * _MINUTE, "服务器要求两分钟后再试"),
    _Row("55[04]", r"mi:stc", _ANY, "tomorrow", 0, "今天发信已达上限"),
    _Row("550", r"rp:trc", _ANY, "tomorrow", 0, "今天向该地址发信已达上限"),
    _Row("55[04]", r"dt:spm", _ANY, "never", 0, "服务器认为内容像垃圾邮件，请人工修改后再发"),
    _Row("550", r"rp:rcl", _ANY, "never", 0, "收件人数量或收件方限制，服务器拒收"),
    _Row("552", r"illegal attachment", _ANY, "never", 0, "服务器认为附件违规"),
    _Row(
        "5..",
        r"(?<!\d)5\.2\.2(?!\d)|mailbox (?:is )?full|over ?quota|storage",
        _ANY,
        "tomorrow",
        0,
        "对方邮箱已满",
    ),
    # Any server.
    _Row("4..", "", _ANY, "later", 15 * _MINUTE, "服务器暂时不能接收"),
    _Row("5..", "", _BEFORE_RECIPIENT, "person", 0, "服务器拒绝本邮箱发信"),
    _Row("5..", _NO_SUCH_USER, ("recipient", "data", "end"), "never", 0, _NO_SUCH_ADDRESS),
    # This account or machine is meant, no recipient: the letters after this one are spared it.
    _Row(
        "5..",
        r"frequency|too (?:many|fast)|temporar|rate limit",
        ("recipient",),
        "tomorrow",
        0,
        _LIMITED,
    ),
    _Row("5..", _WE_ARE_REFUSED, ("recipient",), "never", 30 * _MINUTE, _REFUSED),
    _Row("5..", "", ("recipient",), "never", 0, "服务器拒绝该收件地址"),
    _Row("5..", "", ("data", "end"), "never", 0, "服务器拒收这封信"),
    # Neither yes nor no: after the text has gone nobody can tell.
    _Row("", "", ("end",), "unknown", 0, "服务器的回答无法理解，不能确定是否已寄出"),
    _Row("", "", _ANY, "later", 15 * _MINUTE, "服务器的回答无法理解"),
)


class ServerBusy(TryLater):
    """The server refuses to talk to this account for now: `outcome` says for how long."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"SMTP：{outcome.reason}（{outcome.answer}）")
        self.outcome = outcome


def outcome_of(code: int, text: bytes | str, phase: Phase) -> Outcome:
    """Return what the answer `code text` means when it comes at `phase` of the dialogue."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    for row in TABLE:
        if phase not in row.phases:
            continue
        if row.codes and not re.fullmatch(row.codes, str(code)):
            continue
        if row.words and not re.search(row.words, words, re.IGNORECASE):
            continue
        return Outcome(
            verdict=row.verdict,
            reason=row.reason,
            answer=clean(f"{code} {words}", 300),
            wait_seconds=row.wait_seconds,
            reconnect=row.words == _CONNECTION,
            dead=row.reason == _NO_SUCH_ADDRESS,
            stops=row.verdict == "person"
            or row.reason in (_LIMITED, _REFUSED)
            or re.search(_ACCOUNT, row.words) is not None,
        )
    raise AssertionError(f"no row for phase {phase}")  # the last row fits everything


def lost(phase: Phase, why: str) -> Outcome:
    """Return what a lost connection means at `phase`.

    Until the final dot has been handed to the connection a server cannot have accepted the letter
    (RFC 5321 §4.1.1.4); from then on nobody knows.
    """
    if phase == "end":
        return Outcome(verdict="unknown", reason=f"信已送出而未等到服务器的答复（{why}）")
    return Outcome(verdict="later", reason=f"与服务器的连接中断（{why}）", wait_seconds=5 * _MINUTE)


def next_try(outcome: Outcome, attempts: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when to try again after `later` or `tomorrow`; waits double up to four hours.

    `attempts` counts those made so far, the one that just failed included.
    """
    if outcome.verdict == "tomorrow":
        day = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(day, _WORK_BEGINS, zone)
    wait = timedelta(seconds=outcome.wait_seconds or 15 * _MINUTE)
    doubled: timedelta = wait * (1 << min(max(attempts - 1, 0), 8))
    return now + min(doubled, max(_LONGEST_WAIT, wait))
