"""Tell machines' mail and advertising from people's mail, by headers, subject and words.

Pure functions over a `Message` and the sender's own words. They serve the dispositions `automatic`
and `unrelated` (contract §4); whether a mail may be *answered* is a stricter question, asked in
`replies/etiquette.py`. In doubt the answer here is "a person wrote it": a robot taken for a person
costs the organiser a glance, a person taken for a robot would never be heard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from inbox_ingest.records import AutomaticSigns, Message

# `Re:`, `回复：`, `答复:`, `转发：`, `Fw:`, `RE[2]:`.
_ANSWER = r"(?:re|aw|sv|antw|回复|答复|回覆|回復|答覆|reply)"
_FORWARD = r"(?:fwd?|wg|转发|转寄|轉寄|转|forward)"
_COUNTER = r"(?:[\[(（^]?\d{1,3}[\])）]?)?"
_PREFIX = re.compile(rf"^\s*(?:{_ANSWER}|{_FORWARD})\s*{_COUNTER}\s*[:：]\s*", re.IGNORECASE)
_ANSWER_PREFIX = re.compile(rf"^\s*{_ANSWER}\s*{_COUNTER}\s*[:：]", re.IGNORECASE)


def bare_subject(subject: str | None) -> str:
    """Return `subject` without the answer and forward prefixes that mail programs put before it."""
    bare = (subject or "").strip()
    while (found := _PREFIX.match(bare)) is not None:
        bare = bare[found.end() :]
    return bare.strip()


def local_part(address: str | None) -> str:
    """Return what stands before the last @ of `address`, lower-cased; empty where there is none."""
    return (address or "").rpartition("@")[0].strip().strip('"').casefold()


# --- bounces ----------------------------------------------------------------------------------

_BOUNCERS = re.compile(r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|maildelivery)$")
_ONLY_BOUNCES = re.compile(r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon)$")
# A robot's subject; a person who asks about a bounce puts Re:, 转发: or a word before it.
_BOUNCE_SUBJECT = re.compile(
    r"""^(?:
        系统退信 | \[?退信(?:通知|提醒|提示)?\]?\s*(?:[:：]|$) | 退信通知 | 邮件退回
      | 邮件(?:发送|投递|递送)(?:失败|状态) | (?:邮件)?(?:未送达|无法送达|无法投递|未能送达|未传递)
      | 投递失败 | 传递(?:失败|状态通知) | 递送状态
      | undeliver(?:able|ed) | mail\s+delivery\s+(?:failed|failure|system|subsystem)
      | delivery\s+(?:status\s+notification|failure|has\s+failed|report) | returned\s+mail
      | failure\s+notice | mail\s+system\s+error | message\s+(?:not|could\s+not\s+be)\s+delivered
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BOUNCE_TEXT = re.compile(
    r"退信|投递失败|(?:无法|未能)(?:投递|送达|发送到)|发送失败|收件人不存在"
    r"|undeliver|delivery\s+(?:failed|failure|status)|could\s+not\s+be\s+delivered|returned\s+to",
    re.IGNORECASE,
)


def is_delivery_report(message: Message, text: str) -> bool:
    """Whether this is a report about the delivery of an earlier mail (a bounce, a delay, 系统退信).

    What such a mail encloses is a copy of what somebody else sent: contract §4 lets submission
    material outrank every other automatic sign, but not this one. 126.com's own reports carry no
    reliable header (facts §2), so the sender's local part with a bounce's words is enough.
    """
    if message.signs.delivery_report:
        return True
    local = local_part(message.sender.address if message.sender else None)
    subject = _plain(message.subject)
    if _ONLY_BOUNCES.match(local):
        return True
    if _BOUNCERS.match(local):
        return bool(_BOUNCE_SUBJECT.match(subject) or _BOUNCE_TEXT.search(_plain(text)[:2000]))
    return message.signs.null_return_path and bool(_BOUNCE_SUBJECT.match(subject))


# --- other machines ---------------------------------------------------------------------------

_VACATION_SUBJECT = re.compile(
    r"""^[\[【(（<《]?\s*(?:
        (?:系统)?自动(?:回复|答复|应答|回信) | 假期(?:自动)?回复
      | (?:外出|休假|离开)自动(?:回复|答复)
      | 不在办公室 | 外出(?:时的)?助理
      | auto(?:matic)?[-_\s]?(?:matic)?\s?(?:reply|response|answer) | auto[-_\s]?respon(?:se|der)
      | out[-\s]of[-\s](?:the[-\s])?office | on\s+vacation | vacation\s+(?:reply|notice)
    )\s*(?:[\]】)）>》:：\-—]|\s|$|re\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_RECEIPT_SUBJECT = re.compile(
    r"""^[\[【(（]?\s*(?:
        已读(?:回执)?\s*[\]】)）]?\s*[:：] | (?:邮件)?(?:阅读|已读|送达|收信|自动)(?:回执|收条)
      | 收条\s*[:：] | 未读\s*[:：] | 已送达\s*[:：]
      | read\s*[:：] | not\s+read\s*[:：] | read\s+receipt | delivered\s*[:：]
      | return\s+receipt | disposition\s+notification
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_VACATION_TEXT = re.compile(
    r"(?:这|此|本)(?:是|为|封)?(?:一封|邮件|信件|信)?(?:是|为|由|系)?(?:一封|系统|邮箱|邮件系统)*"
    r"自动(?:回复|答复|应答|回信|发送|发出|生成)"
    r"|^\s*[\[【(（](?:系统)?自动(?:回复|答复)[\]】)）]|[\[【(（](?:系统)?自动(?:回复|答复)[\]】)）]\s*$"
    r"|请勿(?:直接)?回复(?:本|此|该)(?:邮件|信)"
    r"|(?:this\s+is\s+an?|an?)\s+auto(?:matic(?:ally)?|mated)?[-\s]*(?:generated\s+)?(?:reply|response|message)"
    r"|\bI(?:'m|\s+am)\s+(?:currently\s+)?out\s+of\s+(?:the\s+)?office",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(r"^(?:(?:do[-_.]?)?no[-_.]?t?[-_.]?reply|noreply.*|donotreply.*)$")
_LIST_ROBOTS = re.compile(
    r"^(?:listserv|majordomo|mailman|listmaster|owner-.+|.+-(?:request|owner|bounces?))$"
)
_MASS = frozenset({"bulk", "junk", "list", "auto_reply"})
_QUESTION = re.compile(r"[?？吗]|请问|(?:想|要|来信|特此)咨询|麻烦问")
_REQUEST = re.compile(
    r"请问|请教|能否|可否|麻烦问"
)  # what sellers' rhetorical questions do without
# A holiday note is short; a long letter that mentions one was written by a person.
_LONGEST_NOTE = 600


class _Sign(NamedTuple):
    reason: str
    shown_by: Callable[[Message, str], bool]


def sent_by_program(signs: AutomaticSigns) -> bool:
    """Whether Auto-Submitted says anything but `no` (RFC 3834 §5), in any of its occurrences."""
    values = without_comments(signs.auto_submitted or "").split(",")
    tokens = {value.partition(";")[0].strip().strip('"').strip().casefold() for value in values}
    return bool(tokens - {"", "no"})


def sent_to_many(signs: AutomaticSigns) -> bool:
    """Whether Precedence names a kind of mass mail, in any of its occurrences."""
    words = re.split(r'[,;"\s]+', without_comments(signs.precedence or ""))
    return any(word.casefold() in _MASS for word in words)


def without_comments(value: str) -> str:
    """A header's value without comments (RFC 5322 §3.2.2), which may hold one another."""
    before = None
    while before != value:
        before, value = value, re.sub(r"\([^()]*\)", " ", value)
    return value


def _sent_by(pattern: re.Pattern[str]) -> Callable[[Message, str], bool]:
    def check(message: Message, _text: str) -> bool:
        return bool(pattern.match(local_part(message.sender.address if message.sender else None)))

    return check


def _titled(pattern: re.Pattern[str]) -> Callable[[Message, str], bool]:
    def check(message: Message, _text: str) -> bool:
        return bool(pattern.match(_plain(message.subject)))

    return check


def _note_of_absence(_message: Message, text: str) -> bool:
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST_NOTE or _QUESTION.search(plain):
        return False
    return bool(_VACATION_TEXT.search(plain))


# The first that shows names the mail; delivery reports come first because nothing outranks them.
_SIGNS: tuple[_Sign, ...] = (
    _Sign("退信或投递状态通知", is_delivery_report),
    _Sign("阅读回执", lambda message, _: message.signs.disposition_notification),
    _Sign("阅读回执", _titled(_RECEIPT_SUBJECT)),
    _Sign("自动回复（假期、外出等）", _titled(_VACATION_SUBJECT)),
    _Sign("邮件列表或群发邮件", lambda message, _: bool(message.signs.list_headers)),
    _Sign("邮件列表或群发邮件", lambda message, _: sent_to_many(message.signs)),
    _Sign("邮件列表的管理地址", _sent_by(_LIST_ROBOTS)),
    _Sign("程序自动发出的邮件", lambda message, _: sent_by_program(message.signs)),
    _Sign("自动回复（邮件头注明）", lambda message, _: bool(message.signs.auto_reply_headers)),
    _Sign("系统通知（不收回信的地址）", _sent_by(_NO_REPLY)),
    _Sign("系统通知（退信路径为空）", lambda message, _: message.signs.null_return_path),
    _Sign("自动回复（正文注明）", _note_of_absence),
)


def automatic_reason(message: Message, text: str) -> str | None:
    """Return, as a Chinese phrase, why this mail was written by a machine; None where a person did.

    `text` is the sender's own words without quoted history. Submission material outranks this
    unless `is_delivery_report` holds (contract §4).
    """
    return next((sign.reason for sign in _SIGNS if sign.shown_by(message, text)), None)


# --- advertising ------------------------------------------------------------------------------

# Kinds of words that sellers use and a colleague with a question does not. Two kinds are needed.
_SELLING: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"退订|取消订阅|不想再收到|unsubscribe",
        r"优惠|折扣|特价|促销|限时|低至|仅需\d|免费(?:试用|领取|体验)|立减|性价比|秒杀|[五六七八九\d]折|大促|\boffer\b|discount",
        r"代开|代办|代写|代发|代理(?:记账|注册)|刻章|办证|开票|(?:增值税|各类|正规)发票",
        r"(?:论文|期刊|核心期刊|核心)(?:发表|征稿|投稿|代发)|职称(?:论文|评审|代)|包(?:发表|录用|过)|快速录用|见刊",
        r"贷款|放款|融资|理财|投资回报|返利|高额(?:回报|利润)|日赚|兼职|赚钱|股票|彩票|博彩|casino|bitcoin",
        r"(?:培训|研修|研讨|高级研修)班|招生|报名费|会务费|培训费|开班",
        r"(?:业务|产品|服务|诚信|商务)(?:推广|推介|介绍|合作)|我(?:司|公司)(?:专业|主营|专注|致力|是一家|提供|长期)"
        r"|专业(?:从事|提供|制作|承接)|厂家直销|供应商|批发|加盟|招商|团建|报价(?:单|表)?|质优价廉",
        r"(?:加|添加)(?:我)?(?:微信|QQ|V信|v信|VX)|扫码(?:添加|关注|咨询|领取)|微信同号|(?:咨询|订购|服务)热线"
        r"|点击(?:此处|这里|链接|下方|领取|查看详情)|立即(?:购买|抢购|咨询|注册|领取)",
        r"网站建设|建站|SEO|群发(?:软件|邮件)|邮件营销|企业邮箱(?:升级|优惠|续费)|短信群发|软件开发",
        r"[\[【(（]?(?:AD|广告)[\]】)）]",
    )
)
_CALL_WORDS = re.compile(r"征集|申报|案例|扫描件|盖章|公章|截止|报送|附件\s*[一二12]|补发|材料")
# What only an offer says: the goods with their price or terms, or how the seller may be reached.
_PLAIN_OFFER = re.compile(
    r"代开.{0,8}发票|发票代开|点数优惠|先验后付|(?:论文|期刊)(?:发表|征稿|代发)|快速录用|包发表"
    r"|(?:低息|无抵押|信用)贷款|当天放款|放款快|(?:报名|培训|会务|资料)费\s*[:：]?\s*(?:人民币)?\d"
    r"|\d+\s*元\s*[/每]\s*(?:人|套|台|张|件|个|平)|全场.{0,3}折|大促|厂家直销|(?:质优|价格)(?:价廉|优惠|从优)"
    r"|(?:敬请|期待|欢迎|详情).{0,6}(?:来电|选购|订购|咨询|垂询|洽谈)|联系\s*(?:微信|QQ|V信|VX)"
    r"|buy\s+now|\d+\s*%\s*off|click\s+here",
    re.IGNORECASE,
)


def is_advertising(message: Message, text: str) -> bool:
    """Whether a mail without submission material sells something (it does not wait for a person).

    Words of the call itself ask for one more sign: a colleague may well mention a 培训班. A plain
    offer is a sign too where nothing is asked: sellers do not ask, and who asks waits for an answer.
    """
    words = _plain(f"{message.subject or ''}\n{text}")
    signs = sum(bool(pattern.search(words)) for pattern in _SELLING)
    signs += bool(_PLAIN_OFFER.search(words)) and not _QUESTION.search(words)
    signs += any("unsubscribe" in name for name in message.signs.list_headers)
    needed = 2
    if _CALL_WORDS.search(words):
        needed += 1
    if _REQUEST.search(words):
        needed += 1
    if _ANSWER_PREFIX.match(message.subject or "") or message.in_reply_to:
        needed += 1  # an answer to us, however it is worded, was written because of the call
    return signs >= needed


def _plain(text: str | None) -> str:
    """`text` with full-width forms made half-width and outer space dropped, for matching only."""
    return unicodedata.normalize("NFKC", text or "").strip()
