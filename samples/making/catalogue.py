"""The sample mails: each there for the reason its name tells, with what a right reading of it says.

What is expected is written here from what was put in, never from what the program answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from samples.making import containers, documents, scans
from samples.making.mails import DOCM, DOCX, Client, File, Letter, written
from samples.making.texts import SECTIONS, CaseStory, Section, story

_CHINA = timezone(timedelta(hours=8))
GREETING = (
    "各位老师好：\n\n现报送我单位案例材料，请查收。\n\n{unit}\n联系人：{contact}  电话：{phone}\n"
)


@dataclass(frozen=True)
class Sample:
    """One mail and what a right reading of it says.

    `after` names samples that must have been filed before; `cases` are the cases this mail belongs
    to, as they stand after it.
    """

    name: str
    why: str
    raw: bytes
    disposition: str
    attachments: tuple[dict[str, Any], ...] = ()
    cases: tuple[dict[str, Any], ...] = ()
    links: tuple[dict[str, Any], ...] = ()
    after: tuple[str, ...] = ()
    sender: str | None = None

    def expected(self) -> dict[str, Any]:
        """The reading as JSON data, in the words of the contract."""
        return {
            "why": self.why,
            "after": list(self.after),
            "from": self.sender,
            "disposition": self.disposition,
            "attachments": list(self.attachments),
            "links": list(self.links),
            "cases": list(self.cases),
        }


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    """A time of the campaign's year on Chinese clocks."""
    return datetime(2025, month, day, hour, minute, 12, tzinfo=_CHINA)


def got(filename: str, role: str, container: str | None = None) -> dict[str, Any]:
    """An attachment as expected."""
    return {"filename": filename, "role": role, "container": container}


def case(
    told: CaseStory,
    *issues: str,
    status: str,
    form: bool = True,
    text: bool = True,
    sections: tuple[str, ...] = SECTIONS,
) -> dict[str, Any]:
    """A case as expected: what its form and text say, and its issues as `code` or `code:field`."""
    return {
        "title": told.title,
        "unit": told.unit,
        "type": told.ticked[0] if form and len(told.ticked) == 1 else None,
        "contact": told.contact if form else None,
        "phone": told.phone if form else None,
        "summary_count": len(told.summary) if form else None,
        "body_count": told.body_count if text else None,
        "sections": list(sections) if text else [],
        "status": status,
        "issues": sorted(issues),
    }


def greeting(told: CaseStory) -> str:
    """A covering letter as people write them."""
    return GREETING.format(unit=told.unit, contact=told.contact, phone=told.phone)


FORM = "附件1：案例征集申报表.docx"
TEXT = "附件2：案例正文.docx"
SCAN = "申报表（盖章扫描件）.jpg"


def three(told: CaseStory, **form: Any) -> tuple[File, File, File]:
    """Form, case text and stamped scan of one case, as the notice asks."""
    return (
        File(FORM, documents.form(told, **form)),
        File(TEXT, documents.case_text(told)),
        File(SCAN, scans.stamped_form(told), "image/jpeg"),
    )


THREE = (got(FORM, "form"), got(TEXT, "case_text"), got(SCAN, "form_scan"))


def all_samples() -> Iterator[Sample]:
    """Every sample, in order of its number."""
    yield from _well_made()
    yield from _with_mistakes()
    yield from _hard_to_decode()
    yield from _later_mails()
    yield from _no_submissions()
    yield from _odd_files()


def _sample(
    name: str,
    why: str,
    client: Client,
    letter: Letter,
    attachments: tuple[dict[str, Any], ...],
    *cases: dict[str, Any],
    disposition: str = "submission",
    after: tuple[str, ...] = (),
    links: tuple[dict[str, Any], ...] = (),
) -> Sample:
    return Sample(
        name=name,
        why=why,
        raw=written(letter, client),
        disposition=disposition,
        attachments=attachments,
        cases=cases,
        links=links,
        after=after,
        sender=letter.sender,
    )


# --- well made ----------------------------------------------------------------------------------

ROAD_CREW = story(
    "云渡市公路事业发展中心",
    "红色道班守护万家平安路",
    "沈其昌",
    "13900002101",
    place="云渡",
    abstract_length=142,
)
FERRY = story(
    "临湖县交通运输局", "一条渡船载起三个支部", "顾念慈", "0519-85550132", place="临湖",
    ticked=("行业思政",),
)  # fmt: skip
BUS = story(
    "望川公共交通集团有限公司",
    "十三路车厢里的微党课",
    "白景行",
    "13900002103",
    place="望川",
    headings=("案例背景", "具体做法", "取得成效", "经验与启示", "附录"),
)
PORT = story("江澜港口集团有限公司", "塔吊之上有先锋", "贺兰亭", "13900002104", place="江澜")


def _well_made() -> Iterator[Sample]:
    yield _sample(
        "01-complete-from-qq",
        "everything the notice asks for, from QQ Mail: octet-stream types, gb18030 names",
        "qq",
        Letter("3000021011@qq.com", "沈其昌", "案例报送-云渡市公路事业发展中心", greeting(ROAD_CREW),
               at(22, 9, 15), three(ROAD_CREW)),
        THREE,
        case(ROAD_CREW, status="complete"),
    )  # fmt: skip
    logo = File("image001.png", scans.logo(), "image/png", inline=True)
    yield _sample(
        "02-ticked-by-wingdings-symbol-from-outlook",
        "the box is a Wingdings symbol that no plain text shows; the signature has a logo",
        "outlook",
        Letter("gunc@linhu.example.cn", "顾念慈", "报送“交通先行·党建赋能”案例", greeting(FERRY),
               at(23, 14, 2), (*three(FERRY, ticking="wingdings"), logo),
               html=_with_logo(greeting(FERRY))),
        (*THREE, got("image001.png", "inline")),
        case(FERRY, status="complete"),
    )  # fmt: skip
    yield _sample(
        "03-section-synonyms-from-163",
        "案例背景, 具体做法, 取得成效, 经验与启示: other words for the notice's sections",
        "163",
        Letter("wangchuan_bus@163.com", "望川公交党委", "望川公交案例报送", greeting(BUS),
               at(24, 10, 40), three(BUS, ticking="content-control")),
        THREE,
        case(BUS, status="complete"),
    )  # fmt: skip
    yield _sample(
        "04-label-and-value-in-one-cell-from-foxmail",
        "the sender made a table of his own: 案例名称：… in one cell",
        "foxmail",
        Letter("party@jianglan.example.com", "江澜港口党群部", "申报材料", greeting(PORT),
               at(25, 8, 31), three(PORT, one_cell=True)),
        THREE,
        case(PORT, status="complete"),
    )  # fmt: skip
    both = story(
        "石桥区综合交通执法大队", "执法服务站的红色窗口", "卫东篱", "13900002105", place="石桥"
    )
    name = "石桥区执法大队申报表及案例正文.docx"
    yield _sample(
        "05-form-and-text-in-one-file-from-master",
        "one Word file holds the form and the case text; photo besides; no stamped copy",
        "master",
        Letter("weidl@126.com", "卫东篱", "石桥执法大队案例", greeting(both), at(25, 16, 20),
               (File(name, documents.form_and_text(both)),
                File("执法服务站.jpg", scans.site_photo(), "image/jpeg"))),
        (got(name, "form"), got("执法服务站.jpg", "photo")),
        case(both, "scan-missing", status="incomplete"),
    )  # fmt: skip


def _with_logo(text: str) -> str:
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f'<html><body>{lines}<p><img width=120 height=40 src="cid:image003.png"></p></body></html>'
    )


# --- with mistakes the sender has to mend -------------------------------------------------------


def _with_mistakes() -> Iterator[Sample]:
    only = story("白鹭洲汽车客运站", "候车厅里的暖心驿站", "丁若水", "13900002106", place="白鹭洲")
    yield _sample(
        "06-form-only-from-163",
        "nothing but the form: stamped copy and case text are missing",
        "163",
        Letter("dingrs@163.com", "丁若水", "白鹭洲客运站申报表", greeting(only), at(26, 9, 0),
               (File(FORM, documents.form(only)),)),
        (got(FORM, "form"),),
        case(only, "case-text-missing", "scan-missing", status="incomplete", text=False),
    )  # fmt: skip
    twice = story("青屿海事服务中心", "浪尖上的党员哨", "陆明谦", "13900002107", place="青屿",
                  ticked=("行业党建", "行业思政"))  # fmt: skip
    yield _sample(
        "07-ticked-both-from-outlook",
        "both boxes are ticked; the notice wants exactly one",
        "outlook",
        Letter("lumq@qingyu.example.cn", "陆明谦", "案例申报", greeting(twice), at(27, 11, 5),
               (File(FORM, documents.form(twice)), File(TEXT, documents.case_text(twice)))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        case(twice, "scan-missing", "type-ambiguous:申报类型", status="incomplete"),
    )  # fmt: skip
    neither = story("鹿鸣驾驶培训学校", "方向盘旁的初心课堂", "秦晚照", "", place="鹿鸣", ticked=())
    yield _sample(
        "08-no-box-ticked-no-phone-from-qq",
        "no box is ticked and the phone's cell is empty",
        "qq",
        Letter("3000021081@qq.com", "秦晚照", "鹿鸣驾校案例材料", "材料见附件。\n", at(27, 15, 44),
               (File(FORM, documents.form(neither)), File(TEXT, documents.case_text(neither)))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        {**case(neither, "field-missing:申报类型", "field-missing:电话", "scan-missing",
                status="incomplete"), "phone": None},
    )  # fmt: skip
    yield _sample(
        "09-summary-too-long-from-master",
        "the form's summary has 512 字, twelve too many",
        "master",
        Letter("zhuqy@163.com", "祝清越", "枫林航道处申报材料", greeting(LOCKS), at(28, 8, 50),
               (File(FORM, documents.form(LOCKS)), File(TEXT, documents.case_text(LOCKS)))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        case(LOCKS, "scan-missing", "summary-too-long:案例概要和创新之处", status="incomplete"),
    )  # fmt: skip
    long = story("凌霄高速公路服务区管理公司", "服务区里的红色加油站", "杜衡之", "13900002110",
                 place="凌霄", body_length=3214, abstract_length=260)  # fmt: skip
    yield _sample(
        "10-body-too-long-from-apple-mail",
        "the case text has 3214 字 without title, 摘要 and 附录; names come by RFC 2231",
        "apple",
        Letter("duhengzhi@icloud.com", "杜衡之", "凌霄服务区“红色加油站”案例申报材料", greeting(long),
               at(28, 17, 12), three(long)),
        THREE,
        case(long, "body-too-long:正文", status="incomplete"),
    )  # fmt: skip
    yield from _with_wrong_sections()


def _with_wrong_sections() -> Iterator[Sample]:
    lacking = story("松岭货运枢纽有限公司", "货车司机的红色港湾", "岳观澜", "13900002111", place="松岭",
                    headings=("背景介绍", "主要做法", "工作成效", "附录"))  # fmt: skip
    yield _sample(
        "11-section-missing-from-foxmail",
        "there is no 经验总结, though the text says 经验 more than once",
        "foxmail",
        Letter("yuegl@songling.example.com", "岳观澜", "松岭货运案例", greeting(lacking), at(29, 9, 9),
               (File(FORM, documents.form(lacking)),
                File(TEXT, documents.case_text(_telling_of_experience(lacking))))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        case(_telling_of_experience(lacking), "scan-missing", "section-missing:经验总结",
             status="incomplete", sections=("背景介绍", "主要做法", "工作成效", "附录")),
    )  # fmt: skip
    order = ("背景介绍", "工作成效", "主要做法", "经验总结", "附录")
    mixed = story("翠微城市轨道公司", "站台上的青年突击队", "钟离雪", "13900002112", place="翠微",
                  headings=order)  # fmt: skip
    empty = mixed.but(sections=(*mixed.sections[:-1], Section("五、附录", ())))
    yield _sample(
        "12-sections-out-of-order-and-one-empty-from-qq",
        "工作成效 stands before 主要做法 (a warning), and nothing stands under 附录 (an error)",
        "qq",
        Letter("3000021121@qq.com", "钟离雪", "翠微轨道案例", greeting(empty), at(29, 13, 30),
               (File(FORM, documents.form(empty)),
                File(TEXT, documents.case_text(empty, styled=True)))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        case(empty, "scan-missing", "section-empty:附录", "section-order:工作成效",
             status="incomplete", sections=order),
    )  # fmt: skip
    blank = "附件1：案例征集申报表.docx"
    yield _sample(
        "13-blank-template-from-163",
        "the official form came back with nothing filled in",
        "163",
        Letter("office_hexi@163.com", "河西办公室", "申报表", "老师好，申报表见附件。\n", at(29, 16, 0),
               (File(blank, documents.form(None, ticking="wingdings")),)),
        (got(blank, "template"),),
        {"title": None, "unit": None, "type": None, "contact": None, "phone": None,
         "summary_count": None, "body_count": None, "sections": [], "status": "incomplete",
         "issues": ["case-text-missing", "form-missing", "scan-missing", f"template-blank:{blank}"]},
    )  # fmt: skip


def _telling_of_experience(told: CaseStory) -> CaseStory:
    """The same text with a sentence that names the missing section without being one."""
    first, *rest = told.sections
    talk = "在总结前期经验的基础上，我们对工作成效作了评估，主要做法也随之调整。"
    return told.but(sections=(Section(first.heading, (*first.paragraphs, talk)), *rest))


LOCKS = story("枫林航道管理处", "船闸夜灯照初心", "祝清越", "13900002109", place="枫林",
              summary_length=512)  # fmt: skip


# --- hard to decode -----------------------------------------------------------------------------


def _hard_to_decode() -> Iterator[Sample]:
    raw = story("桐湾公路管理站", "除雪车上的临时党支部", "阮星河", "13900002114", place="桐湾")
    yield _sample(
        "14-raw-gbk-headers-from-an-office-system",
        "subject, sender and file names are bare GBK bytes, the body has no charset",
        "raw",
        Letter("oa@tongwan.example.gov.cn", "阮星河", "桐湾公路站案例报送", greeting(raw), at(30, 8, 15),
               (File("桐湾站申报表.docx", documents.form(raw)),
                File("桐湾站案例正文.docx", documents.case_text(raw)))),
        (got("桐湾站申报表.docx", "form"), got("桐湾站案例正文.docx", "case_text")),
        case(raw, "scan-missing", status="incomplete"),
    )  # fmt: skip
    yield containers.split_names()
    yield containers.nested_forward()
    yield containers.two_cases_in_a_zip()


# --- mails that follow others -------------------------------------------------------------------


def _later_mails() -> Iterator[Sample]:
    yield _sample(
        "18-same-mail-again-from-qq",
        "sent once more to be safe: other Message-ID, same three files",
        "qq",
        Letter("3000021011@qq.com", "沈其昌", "案例报送-云渡市公路事业发展中心（再次发送）",
               greeting(ROAD_CREW), at(22, 9, 41), three(ROAD_CREW)),
        THREE,
        case(ROAD_CREW, status="complete"),
        disposition="duplicate",
        after=("01-complete-from-qq",),
    )  # fmt: skip
    shorter = LOCKS.but(summary=LOCKS.summary[:460] + "。")
    corrected = "附件1：案例征集申报表（修改）.docx"
    yield _sample(
        "19-correction-with-stamped-copy-from-master",
        "a shorter summary (461 字) and the stamped copy: the case becomes complete",
        "master",
        Letter("zhuqy@163.com", "祝清越", "回复：枫林航道处申报材料（修改稿）", "已按要求压缩，请查收。\n",
               at(6, 10, 2, month=5),
               (File(corrected, documents.form(shorter)),
                File(SCAN, scans.stamped_form(shorter), "image/jpeg"))),
        (got(corrected, "form"), got(SCAN, "form_scan")),
        case(shorter, status="complete"),
        disposition="supplement",
        after=("09-summary-too-long-from-master",),
    )  # fmt: skip
    late = story("晚渡水运公司", "长河落日红帆队", "温知许", "13900002120", place="晚渡")
    yield _sample(
        "20-late-from-foxmail",
        "everything is there, but it came on 2 July, after the window",
        "foxmail",
        Letter("wenzx@wandu.example.com", "温知许", "补报案例", greeting(late), at(2, 9, 30, month=7),
               three(late)),
        THREE,
        case(late, "received-late", status="review"),
    )  # fmt: skip


# --- no submissions -----------------------------------------------------------------------------


def _no_submissions() -> Iterator[Sample]:
    yield _sample(
        "21-question-from-163",
        "a person asks; nothing is submitted; an organiser has to answer",
        "163",
        Letter("suqing_1990@163.com", "苏晴", "请问案例征集的正文字数要求",
               "老师您好：\n\n请问非会员单位能否参加？正文3000字是否包含附录？盼复，谢谢！\n\n苏晴\n",
               at(24, 11, 20)),
        (),
        disposition="unrelated",
    )  # fmt: skip
    yield _sample(
        "22-advertisement-from-foxmail",
        "somebody sells invoices; nobody has to read it",
        "foxmail",
        Letter("promo@cheap-print.example.com", "诚信印务", "低价印刷 画册 展板 代开 优惠进行中",
               "画册印刷一元起，展板当天出货，量大从优，加微信咨询。退订请回复TD。\n", at(25, 3, 14)),
        (),
        disposition="unrelated",
    )  # fmt: skip
    yield Sample(
        name="23-bounce",
        why="a mail of ours could not be delivered: 系统退信",
        raw=containers.bounce(at(26, 7, 2)),
        disposition="automatic",
        sender="Postmaster@126.com",
    )
    yield _sample(
        "24-vacation-notice-from-qq",
        "a machine answers for somebody who is away",
        "qq",
        Letter("3000021011@qq.com", "沈其昌", "自动回复：收到您的申报材料",
               "您好，我正在休假，5月6日回来后尽快回复您。\n", at(30, 18, 0),
               headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))),
        (),
        disposition="automatic",
    )  # fmt: skip


# --- odd files ----------------------------------------------------------------------------------


def _odd_files() -> Iterator[Sample]:
    yield containers.cloud_link()
    yield containers.encrypted_form()
    yield containers.truncated_base64()
    macro = story("丹崖隧道管理所", "隧道深处党旗红", "纪怀瑾", "13900002128", place="丹崖")
    name = "丹崖申报表.docm"
    yield _sample(
        "28-macro-in-the-form-from-outlook",
        "the form is a .docm with a macro: read, nothing run, pointed out",
        "outlook",
        Letter("jihj@danya.example.cn", "纪怀瑾", "丹崖隧道所申报", greeting(macro),
               at(8, 9, 9, month=5),
               (File(name, documents.with_macro(documents.form(macro)), DOCM),
                File(TEXT, documents.case_text(macro)),
                File(SCAN, scans.stamped_form(macro), "image/jpeg"))),
        (got(name, "form"), got(TEXT, "case_text"), got(SCAN, "form_scan")),
        case(macro, f"suspicious-file:{name}", status="review"),
    )  # fmt: skip
    yield containers.executable_in_zip()
    new = story("回雁塔台值班室", "夜航灯下的双培养", "方鹤年", "13900002130", place="回雁")
    old = new.but(title="夜航灯下的故事")
    form = documents.with_tracked_title(documents.form(old), old.title, new.title)
    yield _sample(
        "30-title-corrected-with-tracked-changes-from-163",
        "somebody corrected the title with 修订 on: the deleted words are not the title",
        "163",
        Letter("fanghn@163.com", "方鹤年", "回雁塔台申报材料", greeting(new), at(9, 15, 26, month=5),
               (File(FORM, form, DOCX), File(TEXT, documents.case_text(new)))),
        (got(FORM, "form"), got(TEXT, "case_text")),
        case(new, "scan-missing", status="incomplete"),
    )  # fmt: skip
