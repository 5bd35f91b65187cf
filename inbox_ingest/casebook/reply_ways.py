"""What a person and a pass may do with a letter, each inside the transaction that it is given.

A letter leaves `sending` by the pass that sends it, by what the Sent folder tells, or by a person's
word on it; nothing else may, for it would be sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, not_, select, update

from inbox_ingest.casebook.changes import Reply
from inbox_ingest.casebook.database import slices
from inbox_ingest.casebook.reply_rows import (
    STATE_WORDS,
    move_reply,
    one_reply,
    overtaken,
    replies_where,
    revised_alone,
)
from inbox_ingest.casebook.tables import DECISIONS, REPLIES
from inbox_ingest.errors import UsageError

REPLACED = "已由新的答复取代"
OUTDATED = "案例情况已变，没有发出；下一次 ingest run 重新拟写"
ANEW = "案例情况已变，下一次 ingest run 重新拟写"
BY_A_PERSON = "经人工决定"
UNFILED = "有人工处理尚未归档，没有发出；下一次 ingest run 归档后再看"


def approve(connection: Connection, reply_id: int, now: datetime, by: str) -> None:
    """A person's word that a draft, or a failed or withheld letter, goes out as it stands.

    A failed or withheld one whose case has changed since becomes a draft: the next pass writes it
    anew, and the person approves that.

    Raises:
        UsageError: it is none of these, nobody can tell whether it went out already, it was never
            written, or it is a draft that the next pass writes anew in any case.
    """
    reply = _in_hand(connection, reply_id, "批准")
    if _is_overtaken(connection, reply_id):
        _write_anew(connection, reply, now, by=by)
        return
    reason = _taken_up(reply, "改为发送")
    move_reply(connection, reply, "approved", now, reason=reason, by=by, attempts=0)


def edit(connection: Connection, reply_id: int, now: datetime, *, subject: str, body: str) -> None:
    """A person's wording: the letter is a draft again.

    Raises:
        UsageError: as `approve`; an approved letter may be edited too.
    """
    reply = _in_hand(connection, reply_id, "修改", approved=True)
    if _is_overtaken(connection, reply_id):
        _write_anew(connection, reply, now)
    elif reply.state != "draft":
        reason = _taken_up(reply, "已修改")
        move_reply(connection, reply, "draft", now, reason=reason, attempts=0)
    connection.execute(
        update(REPLIES)
        .where(REPLIES.c.id == reply_id)
        .values(subject=subject, body=body, approved_by=None, changed_at=now, edited_at=now)
    )


def resolve(connection: Connection, reply_id: int, now: datetime, by: str, *, sent: bool) -> None:
    """A person's word on a letter of which nobody could tell whether it went out.

    Not sent, it is approved anew. Where the case has changed meanwhile it is a draft, to be written
    anew, or withheld if there is another letter by now. The caller has made sure that no pass is
    sending it this moment.

    Raises:
        UsageError: there is no doubt about this letter.
    """
    reply = one_reply(connection, reply_id)
    if reply.state != "sending" and not reply.in_doubt:
        raise UsageError(f"第 {reply_id} 号答复{STATE_WORDS[reply.state]}，没有什么要核对的")
    if sent:
        move_reply(connection, reply, "sent", now, reason="经人工核对，已寄出")
        return
    words = "经人工核对，没有寄出"
    if _may_be_written_anew(connection, reply_id):
        reason = f"{words}；{ANEW}"
        move_reply(connection, reply, "draft", now, reason=reason, by=by, attempts=0)
    elif _is_overtaken(connection, reply_id):
        move_reply(connection, reply, "withheld", now, reason=f"{words}；已另有答复，不再寄")
    else:
        move_reply(connection, reply, "approved", now, reason=words, by=by, attempts=0)


def withhold(connection: Connection, reply_id: int, now: datetime, reason: str) -> None:
    """A person's word that a letter does not go out; why it had failed is not forgotten.

    Raises:
        UsageError: it was sent, or is being sent.
    """
    reply = one_reply(connection, reply_id)
    if reply.state == "sending":
        raise UsageError(f"第 {reply_id} 号答复{STATE_WORDS[reply.state]}，不能再改")
    if reply.state == "failed" and reply.reason and reply.reason not in reason:
        reason = f"{reason}（原因：{reply.reason}）"
    move_reply(connection, reply, "withheld", now, reason=reason)


def fail(
    connection: Connection,
    reply: Reply,
    now: datetime,
    reason: str,
    *,
    smtp_reply: str | None = None,
    undeliverable: str | None = None,
) -> None:
    """A letter that came back or was refused for good.

    Where its address is dead (`undeliverable` says why), what still waits for that address is
    withheld: a person decides.
    """
    move_reply(connection, reply, "failed", now, reason=reason, smtp_reply=smtp_reply)
    if undeliverable is None:
        return
    connection.execute(
        update(REPLIES).where(REPLIES.c.id == reply.id).values(undeliverable=undeliverable)
    )
    unsent = REPLIES.c.state.in_(["draft", "approved"])
    for other in replies_where(connection, [unsent]):
        if other.to.casefold() == reply.to.casefold():
            reason = dead_address(undeliverable)
            move_reply(connection, other, "withheld", now, reason=reason, unseen=True)


def dead_address(why: str) -> str:
    """The reason of letters to an address that an earlier letter did not reach."""
    return f"先前发往这个地址的信没有送达（{why}）"


Unfit = Callable[[Reply], str | None]
"""An approved letter → why it may not go out as it is (Chinese), or None."""


def all_fit(_: Reply) -> None:
    """Nothing but its cases keeps a letter back."""


def begin_sending(connection: Connection, reply_id: int, now: datetime, unfit: Unfit) -> None:
    """Make an approved letter `sending`, if it may still be sent.

    It stays as it is where a person took it back, and stays approved with the reason where a case
    is no longer as told, it is `unfit`, or a person's decision waits to be filed: what it says may
    have become wrong.
    """
    reply = one_reply(connection, reply_id)
    if reply.state != "approved":
        return
    if _is_overtaken(connection, reply_id):
        give_reason(connection, [reply_id], OUTDATED)
    elif (why := unfit(reply)) is not None:
        give_reason(connection, [reply_id], why)
    elif connection.scalar(select(exists().where(DECISIONS.c.applied_at.is_(None)))):
        give_reason(connection, [reply_id], UNFILED)
    else:
        move_reply(connection, reply, "sending", now, reason=reply.reason)


def _in_hand(connection: Connection, reply_id: int, what: str, *, approved: bool = False) -> Reply:
    """The letter, if a person may still do something with it."""
    reply = one_reply(connection, reply_id)
    if reply.state in ("sending", "sent") or (reply.state == "approved" and not approved):
        raise UsageError(f"第 {reply_id} 号答复{STATE_WORDS[reply.state]}，不能再{what}")
    if reply.in_doubt:
        raise UsageError(
            f"第 {reply_id} 号答复不能确定是否已寄出，不能{what}",
            remedy=f"在“已发送”中核对后，用 ingest replies settle {reply_id} sent 或 not-sent。",
        )
    if reply.unwritten:
        raise UsageError(
            f"第 {reply_id} 号答复因模板出错没有写成，不能{what}",
            remedy="改好答复模板后运行 ingest run，会重新拟写。",
        )
    lies_still = reply.state in ("failed", "withheld")
    if lies_still and _may_be_written_anew(connection, reply_id):
        return reply
    if lies_still and _is_overtaken(connection, reply_id):
        raise UsageError(
            f"第 {reply_id} 号答复所说的案例已另有答复，或已并入其他案例，不能再{what}",
            remedy="用 ingest replies list 查看那一封。",
        )
    if _is_overtaken(connection, reply_id):
        raise outdated(reply_id, what)
    return reply


def outdated(reply_id: int, what: str) -> UsageError:
    """What a person is told whose letter the next pass writes anew."""
    return UsageError(
        f"第 {reply_id} 号答复所说的案例情况已变，不能再{what}",
        remedy="运行 ingest run 重新拟写，再用 ingest replies list 查看。",
    )


def _write_anew(
    connection: Connection, reply: Reply, now: datetime, *, by: str | None = None
) -> None:
    """Make a letter that lay still a draft whose case has changed: planning takes it up from there."""
    reason = f"{ANEW}（原因：{reply.reason}）" if reply.reason else ANEW
    move_reply(connection, reply, "draft", now, reason=reason, by=by, attempts=0)


def _taken_up(reply: Reply, what: str) -> str | None:
    """The reason of a letter that a person takes up again: why it lay still is not forgotten."""
    if reply.state not in ("failed", "withheld") or not reply.reason:
        return reply.reason
    return f"{BY_A_PERSON}，{what}（原因：{reply.reason}）"


def _is_overtaken(connection: Connection, reply_id: int) -> bool:
    return bool(connection.scalar(select(exists().where(REPLIES.c.id == reply_id, overtaken()))))


def _may_be_written_anew(connection: Connection, reply_id: int) -> bool:
    """Whether it is overtaken, and one of its cases is open and no newer letter speaks of it."""
    return bool(
        connection.scalar(select(exists().where(REPLIES.c.id == reply_id, revised_alone())))
    )


def mark_outdated(connection: Connection, unfit: Unfit) -> list[int]:
    """Write the reason to approved letters that may no longer be sent; return their ids."""
    approved = REPLIES.c.state == "approved"
    marked = [reply.id for reply in replies_where(connection, [approved, overtaken()])]
    give_reason(connection, marked, OUTDATED)
    for reply in replies_where(connection, [approved, not_(overtaken())]):
        if (why := unfit(reply)) is not None:
            give_reason(connection, [reply.id], why)
            marked.append(reply.id)
    return marked


def give_reason(connection: Connection, reply_ids: Sequence[int], reason: str) -> None:
    """Write why these letters lie still; their states stay."""
    for part in slices(reply_ids):
        connection.execute(update(REPLIES).where(REPLIES.c.id.in_(part)).values(reason=reason))
