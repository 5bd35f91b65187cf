"""`ingest replies`: look at the letters to senders, change, approve, withhold and send them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inbox_ingest.cli.chinese import ChineseCommand, ChineseGroup
from inbox_ingest.errors import UsageError

if TYPE_CHECKING:
    from inbox_ingest.campaigns import Campaign
    from inbox_ingest.casebook.changes import Reply
    from inbox_ingest.casebook.store import Casebook
    from inbox_ingest.settings import Settings

Number = Annotated[int, typer.Argument(metavar="号", help="答复的号，见 ingest replies list。")]
Numbers = Annotated[list[int] | None, typer.Argument(metavar="[号 …]", help="一个或几个号。")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    replies = typer.Typer(
        cls=ChineseGroup,
        help="给投稿单位的答复：查看、修改、批准、发送。",
        no_args_is_help=True,
        rich_markup_mode=None,
        subcommand_metavar="命令 …",
        options_metavar="[选项]",
    )
    for name, command in (
        ("list", list_replies),
        ("show", show_reply),
        ("preview", preview),
        ("edit", edit),
        ("approve", approve),
        ("withhold", withhold),
        ("send", send),
        ("settle", settle),
        ("agree", agree),
        ("trial", trial),
    ):
        replies.command(name, cls=ChineseCommand)(command)
    app.add_typer(replies, name="replies", help="给投稿单位的答复：查看、修改、批准、发送。")


def list_replies(
    *,
    state: Annotated[
        Literal["draft", "approved", "sending", "sent", "failed", "withheld"] | None,
        typer.Option("--state", help="只列这种状态的，如 draft 待批准。"),
    ] = None,
) -> None:
    """列出答复及其状态；不发送而又被新答复代替或情况已变的不列，除非人工修改过，或用 --state withheld。"""
    from inbox_ingest.cli.printing import show, terminal_columns
    from inbox_ingest.reports.letters import reply_list_lines

    with _casebook() as (book, campaign, _):
        held = [due for due in book.dues.waiting() if due.held]
        past = book.replies.overtaken()
        replies = [
            reply
            for reply in book.replies.find()
            if reply.state == state
            or (
                state is None
                and (reply.state != "withheld" or reply.id not in past or reply.edited_at)
            )
        ]
        show(reply_list_lines(replies, held, campaign.window.zone, terminal_columns()))


def show_reply(number: Number) -> None:
    """一封答复的全文（与发出的一字不差）和经过。"""
    from dataclasses import replace

    from inbox_ingest.cli.printing import show
    from inbox_ingest.replies.outgoing import body_as_sent, subject_as_sent
    from inbox_ingest.reports.letters import reply_lines

    with _casebook() as (book, campaign, _):
        reply = book.replies.get(number)
        as_sent = replace(
            reply, subject=subject_as_sent(reply.subject), body=body_as_sent(reply.body)
        )
        show(reply_lines(as_sent, campaign.window.zone))


def preview() -> None:
    """现在会拟写哪些答复；只显示，不保存。"""
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.cli.printing import show
    from inbox_ingest.replies.desk import Desk, own_addresses
    from inbox_ingest.reports.letters import preview_lines

    with _casebook() as (book, campaign, settings):
        own = own_addresses(settings, campaign)
        desk = Desk(book, campaign, settings.campaign or shipped_campaign(), own, _now)
        show(preview_lines(desk.preview()))


def edit(
    number: Number,
    *,
    subject: Annotated[str | None, typer.Option("--subject", metavar="主题")] = None,
    body: Annotated[
        Path | None, typer.Option("--body", metavar="文件", help="新正文所在的文本文件。")
    ] = None,
) -> None:
    """修改一封答复；不带选项则打开编辑器。改过的答复须再批准；不发送的改后也成待批准。"""
    from inbox_ingest.casebook.reply_ways import ANEW
    from inbox_ingest.cli.editing import in_editor, text_of
    from inbox_ingest.replies.outgoing import body_as_sent, subject_as_sent

    with _casebook() as (book, _, __):
        reply = book.replies.get(number)
        if subject is None and body is None:
            text = in_editor(reply.body)
        else:
            text = reply.body if body is None else text_of(body)
        if not text.strip():
            raise UsageError("正文是空的，没有保存。")
        edited = book.replies.edit(
            number,
            _now(),
            subject=subject_as_sent(subject or reply.subject),
            body=body_as_sent(text),
        )
    anew = (edited.reason or "").startswith(ANEW)
    typer.echo(f"第 {number} 号已修改，{f'但{ANEW}' if anew else '待批准'}。")


def approve(
    numbers: Numbers = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="批准全部待批准的，程序请您先看的除外。")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="曾经发出而被退回的，也再寄一次。")
    ] = False,
) -> None:
    """批准答复，不发送的也可改为发送；由下一次 ingest run --send 或 ingest replies send 发出。"""
    with _casebook() as (book, campaign, settings):
        chosen = _all_but_kept(book.replies.find(states=["draft"])) if everything else numbers

        def do(number: int) -> None:
            if not again:
                _never_sent(book.replies.get(number), campaign.window.zone)
            book.replies.approve(number, _now(), _who(settings))

        _each(chosen, do, "第 {} 号已批准。")


def _all_but_kept(drafts: Sequence[Reply]) -> list[int]:
    """The drafts that may be approved unseen; of the others it is said why not.

    Raises:
        UsageError: a person has to look at each of them.
    """
    from inbox_ingest.replies.keeping import kept_for_a_person

    kept = {draft.id: why for draft in drafts if (why := kept_for_a_person(draft))}
    told = [
        f"第 {number} 号没有批准：{why}。"
        f"请看过（ingest replies show {number}）再用 ingest replies approve {number} 批准。"
        for number, why in kept.items()
    ]
    if kept and len(kept) == len(drafts):
        raise UsageError("\n".join(told))
    for words in told:
        typer.echo(f"注意：{words}", err=True)
    return [draft.id for draft in drafts if draft.id not in kept]


def _never_sent(reply: Reply, zone: tzinfo) -> None:
    """A letter that went out once is sent anew only by a person who knows that it did."""
    if reply.sent_at is None or reply.state == "sent":
        return
    number, sent = reply.id, reply.sent_at.astimezone(zone)
    raise UsageError(
        f"第 {number} 号答复已于 {sent:%m-%d %H:%M} 发出过一次（{reply.reason}）；再批准就再寄一封。",
        remedy=f"确要再寄，请用 ingest replies approve {number} --again。",
    )


def withhold(
    numbers: Numbers = None,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="原因")] = "工作人员决定不发",
) -> None:
    """不发送这些答复；程序认为不宜发送的，这样表示您已看过。"""
    with _casebook() as (book, _, __):
        _each(
            numbers,
            lambda number: book.replies.withhold(number, _now(), reason),
            "第 {} 号不发送。",
        )


def send() -> None:
    """现在就发送已批准的答复。"""
    from inbox_ingest.replies.desk import mode_of
    from inbox_ingest.stages.lock import only_pass
    from inbox_ingest.stages.reply import send_now, told_of_waiting

    with _casebook() as (book, campaign, settings), only_pass(settings.home):
        if mode_of(book, campaign) == "off":
            raise UsageError('活动文件规定不答复（[replies] mode = "off"）。')
        done = send_now(book, campaign, settings, _now)
        notices = [*done.notices, *told_of_waiting(book, campaign, _now())]
    typer.echo(f"发出 {done.counts['sent']} 封。")
    if answered := done.counts.get("answered_by_hand"):
        notices.insert(0, f"有 {answered} 封因工作人员已手工答复，不再发送。")
    for notice in notices:
        typer.echo(f"注意：{notice}", err=True)


def settle(
    number: Number,
    outcome: Annotated[
        Literal["sent", "not-sent"],
        typer.Argument(metavar="sent|not-sent", help="sent 已寄出；not-sent 没有寄出，再寄。"),
    ],
) -> None:
    """在“已发送”中核对之后，说明一封不能确定的答复是否已寄出。"""
    from inbox_ingest.stages.lock import only_pass

    # No pass may be sending this letter while a person says what became of it.
    with _casebook() as (book, _, settings), only_pass(settings.home):
        reply = book.replies.resolve(number, _now(), _who(settings), sent=outcome == "sent")
    words = {
        "sent": "已寄出",
        "approved": "没有寄出，将再次发送",
        "draft": "没有寄出；案例情况已变，下一次 ingest run 重新拟写",
    }
    told = words.get(reply.state, "没有寄出；已另有答复，这封不再发送")
    typer.echo(f"第 {number} 号已记为{told}。")


def agree(
    cases: Annotated[list[str] | None, typer.Argument(metavar="[编号 …]")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="全部同意。")] = False,
) -> None:
    """同意把重读或规则改动后的结论告诉投稿单位。"""
    with _casebook() as (book, _, __):
        held = [due for due in book.dues.waiting() if due.held]
        waiting = dict.fromkeys(due.case_no for due in held)
        if not waiting:
            raise UsageError("没有等待同意的案例。")
        if not cases and not everything:
            raise UsageError(
                f"请写明编号：等待同意的有 {'、'.join(waiting)}。",
                remedy="如 ingest replies agree DJ001；全部同意用 --all。",
            )
        chosen = [due for due in held if everything or due.case_no in (cases or ())]
        book.dues.agree([due.id for due in chosen], _now())
    if chosen:
        typer.echo(f"已同意 {len(chosen)} 项，下一次运行时拟写答复。")
    strange = [number for number in cases or () if number not in waiting]
    if strange:
        raise UsageError(f"没有在等待同意：{'、'.join(strange)}。")


def trial(
    *,
    end: Annotated[
        bool, typer.Option("--end", help="结束试运行：此后 mode = auto 的答复自动发出。")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="恢复试运行：答复重新须人工批准。")
    ] = False,
) -> None:
    """试运行：在此期间，即使活动文件写了 auto，每封答复也须人工批准。"""
    from inbox_ingest.replies.desk import TRIAL_ENDED, hold_back

    if end and again:
        raise UsageError("--end 和 --again 不能同时用。")
    held = 0
    with _casebook() as (book, campaign, settings):
        if end:
            _confirm_end(book)
            book.runs.mark(TRIAL_ENDED, _now(), _who(settings))
        elif again:
            book.runs.mark(TRIAL_ENDED, _now(), None)
            held = hold_back(book, campaign, _now())
        ended = book.runs.marked(TRIAL_ENDED)
        mode = campaign.replies.mode
    typer.echo(f"活动文件：mode = {mode}；试运行{'已由 ' + ended + ' 结束' if ended else '中'}。")
    if held:
        typer.echo(f"原已自动批准、尚未发出的 {held} 封现在待您批准。")


def _confirm_end(book: Casebook) -> None:
    replies = book.replies.find()
    sent = sum(reply.state == "sent" for reply in replies)
    withheld = sum(reply.state == "withheld" for reply in replies)
    failed = sum(reply.state == "failed" for reply in replies)
    typer.echo(f"试运行以来：发出 {sent} 封，不发送 {withheld} 封，失败 {failed} 封。")
    if not typer.confirm("结束后，答复将不经人工批准自动发出。确定结束试运行吗？"):
        raise UsageError("没有改变，仍在试运行。")


def _each(numbers: list[int] | None, do: Callable[[int], object], done: str) -> None:
    """Do it with every letter that it can be done with; then fail, if it could not with some.

    Raises:
        UsageError: no number was given, or what kept one of them.
    """
    if not numbers:
        raise UsageError("没有可处理的答复。", remedy="用 ingest replies list 查看，写明号。")
    refused: list[UsageError] = []
    for number in dict.fromkeys(numbers):
        try:
            do(number)
        except UsageError as error:
            refused.append(error)
        else:
            typer.echo(done.format(number))
    if refused:
        words = "\n".join(error.message for error in refused)
        raise UsageError(words, remedy=refused[-1].remedy)


def _now() -> datetime:
    return datetime.now(UTC)


def _who(settings: Settings) -> str:
    import getpass

    return settings.who or getpass.getuser()


@contextmanager
def _casebook() -> Iterator[tuple[Casebook, Campaign, Settings]]:
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.campaigns import load_campaign
    from inbox_ingest.casebook.store import open_casebook
    from inbox_ingest.settings import load_settings

    settings = load_settings()
    if settings.database is None and not settings.casebook.is_file():
        raise UsageError("还没有数据。", remedy="先运行 ingest run 收信。")
    campaign = load_campaign(settings.campaign or shipped_campaign())
    with open_casebook(settings.database or settings.casebook) as book:
        yield book, campaign, settings
