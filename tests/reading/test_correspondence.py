"""Which mails count as written by a machine, which as selling, and which as a person's."""

from __future__ import annotations

import pytest

from inbox_ingest.reading.correspondence import (
    automatic_reason,
    bare_subject,
    is_advertising,
    is_delivery_report,
)
from inbox_ingest.records import Address, AutomaticSigns, Message


def mail(
    subject: str | None = "关于案例征集的咨询",
    sender: str | None = "zhang.wei@jtysj.example.cn",
    in_reply_to: tuple[str, ...] = (),
    **signs: object,
) -> Message:
    return Message(
        message_id="<a@example.cn>",
        subject=subject,
        sender=Address(address=sender) if sender else None,
        in_reply_to=in_reply_to,
        signs=AutomaticSigns.model_validate(signs),
    )


BOUNCES = [
    (mail("anything", "x@y.cn", delivery_report=True), ""),
    (mail("系统退信", "Postmaster@126.com"), "抱歉，您的邮件被退回来了……"),
    (mail("系统退信/Systems bounce", "PostMaster@qq.com"), ""),
    (mail("Undelivered Mail Returned to Sender", "MAILER-DAEMON@mx.example.cn"), ""),
    (mail("来自 mx1 的消息", "postmaster@mx.example.cn"), "收件人不存在，邮件无法投递到下列地址"),
    (mail("退信通知", "system@example.cn", null_return_path=True), ""),
]


@pytest.mark.parametrize(("message", "text"), BOUNCES)
def test_a_bounce_is_a_delivery_report_and_automatic(message: Message, text: str) -> None:
    assert is_delivery_report(message, text)
    assert automatic_reason(message, text) == "退信或投递状态通知"


MACHINES = [
    (mail("自动回复：Re: 案例材料"), ""),
    (mail("自动回复:您的来信"), ""),
    (mail("【自动回复】谢谢"), ""),
    (mail("(自动回复) 已收到"), ""),
    (mail("Automatic reply: 材料补正"), ""),
    (mail("Auto-Reply: hello"), ""),
    (mail("Out of Office: until Monday"), ""),
    (mail("Out of Office Re: 材料"), ""),
    (mail("已读: 回复：申报材料 [DJ003]"), ""),
    (mail("阅读回执：申报材料"), ""),
    (mail("Read: 申报材料"), ""),
    (mail(disposition_notification=True), ""),
    (mail(auto_submitted="auto-replied"), ""),
    (mail(auto_submitted="auto-generated; owner-email=a@b.cn"), ""),
    (mail(precedence="Bulk"), ""),
    (mail(list_headers=("list-id",)), ""),
    (mail(auto_reply_headers=("x-autoreply",)), ""),
    (mail(null_return_path=True), ""),
    (mail(sender="no-reply@service.example.com"), ""),
    (mail(sender="noreply-system@example.com"), ""),
    (mail(sender="owner-dangjian@lists.example.cn"), ""),
    (mail("Re: 材料"), "您好，这是一封自动回复邮件，您的来信已收到，我会尽快处理。"),
    (mail("Re: 材料"), "【自动回复】本人休假中，急事请致电 025-12345678。"),
    (mail("Re: 材料"), "此邮件由系统自动发送，请勿直接回复。"),
]


@pytest.mark.parametrize(("message", "text"), MACHINES)
def test_machines_are_known_by_header_subject_sender_or_words(message: Message, text: str) -> None:
    assert automatic_reason(message, text) is not None
    assert not is_delivery_report(message, text)


PEOPLE = [
    (mail(), "老师您好，请问申报表是否需要单位主要负责人签字？"),
    (mail(auto_submitted="no"), "您好"),
    (mail(auto_submitted="No (a person)"), "您好"),
    (mail(precedence="normal"), "您好"),
    (mail(auto_response_suppress="all"), "请查收"),
    (mail("转发：系统退信"), "老师，我发的材料被退回来了，怎么办？"),
    (mail("Re: 系统退信"), "还是发不过去"),
    (mail("我的邮件被系统退信了"), "请问是不是附件太大？"),
    (mail("回复：自动回复：材料"), "收到，谢谢"),
    (mail("Re: 材料"), "我收到了一封自动回复，请问材料是否收到？"),
    (mail("Re: 材料"), "这是自动回复吗"),
    (mail("材料", "postmaster@jtysj.example.cn"), "我单位材料稍后发送，谢谢。"),
    (mail("已读通知，请问截止时间"), ""),
    (mail("外出办公室人员联系方式变更"), ""),
    (mail(None, None), ""),
]


@pytest.mark.parametrize(("message", "text"), PEOPLE)
def test_what_a_person_wrote_is_not_called_automatic(message: Message, text: str) -> None:
    assert automatic_reason(message, text) is None
    assert not is_delivery_report(message, text)
    assert not is_advertising(message, text)


ADVERTISING = [
    (mail("各类正规发票代开"), "本公司长期代开增值税发票，加微信 138xxxx，优惠多多。"),
    (mail("核心期刊论文发表，快速录用"), "职称论文代写代发，咨询QQ 12345，添加微信有优惠"),
    (
        mail("2025年党务干部能力提升培训班"),
        "报名费2800元/人，早鸟优惠，咨询热线 400-000，回复TD退订",
    ),
    (mail("企业邮箱升级优惠"), "限时五折，点击此处立即购买。如不想再收到此邮件请退订"),
    (mail("代开发票"), "代开各类发票，联系微信 abc123"),
    (mail("企业贷款"), "低息贷款，当天放款，电话联系"),
    (mail("公文写作高级研修班的通知"), "定于5月在成都举办研修班，会务费1980元/人"),
    (mail("LED显示屏报价"), "厂家直销，质优价廉"),
    (mail("Watches"), "Buy now, discount 80% off! Click here"),
    (mail("展板制作"), "我公司专业从事党建文化墙设计制作，厂家直销，价格优惠，加微信详谈"),
]


@pytest.mark.parametrize(("message", "text"), ADVERTISING)
def test_selling_is_recognised(message: Message, text: str) -> None:
    assert is_advertising(message, text)


NOT_ADVERTISING = [
    (mail("关于培训班案例能否申报"), "我单位举办的党员培训班能否作为案例申报？报名费由单位承担。"),
    (mail("培训班"), "培训班通知收到，我公司派两人参加，报名费已汇，发票请寄来。"),
    (mail("发票"), "请问会务费1980元/人能否开票？"),
    (mail("咨询"), "您好，可以加微信沟通吗？我的微信同号 13800000000"),
    (mail("咨询"), "我公司是一家货运企业，没有党支部，可以参加吗？"),
    (
        mail("Re: 材料", in_reply_to=("<b@x>",)),
        "好的，我们优惠政策那一段改一下，加微信发您，点击链接即可。",
    ),
]


@pytest.mark.parametrize(("message", "text"), NOT_ADVERTISING)
def test_a_colleague_is_not_taken_for_a_seller(message: Message, text: str) -> None:
    assert not is_advertising(message, text)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: 申报材料", "申报材料"),
        ("回复：Re:答复: 申报材料", "申报材料"),
        ("RE[2]: Fw: 转发：申报材料", "申报材料"),
        ("[回复] 申报材料", "[回复] 申报材料"),
        ("关于回复：一事", "关于回复：一事"),
        ("Report: 成效", "Report: 成效"),
        (None, ""),
        ("Re:", ""),
    ],
)
def test_answer_prefixes_are_taken_off_and_nothing_else(subject: str | None, bare: str) -> None:
    assert bare_subject(subject) == bare
