"""`ingest init`: asks for what is needed and writes configuration and campaign side by side."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox_ingest.cli.chinese import ChineseCommand
from inbox_ingest.errors import UsageError

if TYPE_CHECKING:
    from inbox_ingest.setup_files import Answers


Wrong = Callable[[str], str | None]  # an answer → what is wrong with it


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init", cls=ChineseCommand)(init)


def init(
    *,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="文件夹", help="配置写到哪里。")
    ] = Path(),
    campaign: Annotated[
        Path | None,
        typer.Option("--campaign", metavar="文件", help="活动文件；不写则用自带的。"),
    ] = None,
    user: Annotated[str | None, typer.Option("--user", metavar="邮箱", help="收稿邮箱。")] = None,
    server: Annotated[
        str | None, typer.Option("--server", metavar="主机", help="IMAP 服务器。")
    ] = None,
    smtp_server: Annotated[
        str | None, typer.Option("--smtp-server", metavar="主机", help="发信服务器，可不写。")
    ] = None,
    who: Annotated[
        str | None, typer.Option("--who", metavar="姓名", help="人工处理记在谁名下。")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="文件夹", help="数据放在哪里。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的配置和活动文件。")] = False,
) -> None:
    """第一次使用：生成配置文件和活动文件，并说明如何定时运行。"""
    from inbox_ingest import setup_files
    from inbox_ingest.campaign_files import shipped_campaign
    from inbox_ingest.campaigns import load_campaign
    from inbox_ingest.settings import load_settings

    source = (campaign or shipped_campaign()).expanduser()
    asking = sys.stdin.isatty()
    named = load_campaign(source).mailbox
    what = "收稿邮箱（方括号里的取自活动文件）" if named else "收稿邮箱"
    from_campaign = user is None and not asking
    user = _answer(user, what, named, "--user", asking=asking, wrong=setup_files.address_mistake)
    known_imap, known_smtp = setup_files.servers_of(user) or (None, None)
    server = _answer(
        server,
        "IMAP 服务器",
        known_imap,
        "--server",
        asking=asking,
        wrong=setup_files.server_mistake,
    )
    _accept("--smtp-server", smtp_server, setup_files.server_mistake)
    answers = setup_files.Answers(
        folder=folder.expanduser().resolve(),
        campaign=source,
        user=user,
        server=server,
        smtp_server=smtp_server or known_smtp,
        who=who or (_asked("经办人姓名（可留空）", "") if asking else "") or None,
        home=_home(home),
    )
    _may_overwrite(setup_files.in_the_way(answers), force, asking)
    environment = {k: v for k, v in os.environ.items() if k != "INGEST_CONFIG"}
    place = answers.home or load_settings(environment, answers.folder / "none").home
    written = setup_files.write(answers, place)
    _tell(answers, written.title, place, from_campaign=from_campaign)


def _home(given: Path | None) -> Path | None:
    """Written down when INGEST_HOME names it too: cron does not have that variable."""
    named = given or (Path(os.environ["INGEST_HOME"]) if os.environ.get("INGEST_HOME") else None)
    return named.expanduser().resolve() if named else None


def _answer(
    given: str | None, what: str, default: str | None, option: str, *, asking: bool, wrong: Wrong
) -> str:
    """What an option gave, else the default or what the person types, until `wrong` is content."""
    if given:
        return _accept(option, given.strip(), wrong)
    if asking:
        return _asked_until_right(what, default, wrong)
    if default:
        return default
    raise UsageError(f"没有写明 {what}。", remedy=f"请加 {option}。")


def _accept(option: str, given: str | None, wrong: Wrong) -> str:
    mistake = wrong(given) if given else None
    if mistake:
        raise UsageError(f"{option} 不对：{mistake}。", remedy=f"改正 {option} 后再运行一次。")
    return given or ""


def _asked_until_right(what: str, default: str | None, wrong: Wrong) -> str:
    while True:
        answer = _asked(what, default)
        mistake = wrong(answer)
        if mistake is None:
            return answer
        typer.echo(f"{mistake}，请重新输入。", err=True)


def _asked(what: str, default: str | None) -> str:
    shown = bool(default)
    return str(typer.prompt(what, default=default, show_default=shown, err=True)).strip()


def _may_overwrite(existing: list[Path], force: bool, asking: bool) -> None:
    if not existing or force:
        return
    listing = "、".join(str(path) for path in existing)
    if asking and typer.confirm(f"{listing} 已存在，要覆盖吗？", default=False, err=True):
        return
    raise UsageError(
        f"{listing} 已存在，没有改动任何文件。",
        remedy="要覆盖请加 --force，或用 --folder 换个地方。",
    )


def _program() -> list[str]:
    """How cron calls what is running now, with full paths."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "inbox_ingest"]
    if called.suffix == ".py":
        return [sys.executable, str(called.absolute())]
    return [str(Path(shutil.which(called) or called).absolute())]


def _tell(answers: Answers, title: str, place: Path, *, from_campaign: bool) -> None:
    from inbox_ingest.setup_files import crontab_line

    line = crontab_line(answers.config, _program(), send=answers.smtp_server is not None)
    sending = "（--send 只发出已批准的答复）" if answers.smtp_server else ""
    origin = "（取自活动文件，要换请加 --user）" if from_campaign else ""
    typer.echo(
        f"""已写好：
  配置文件  {answers.config}
  活动文件  {answers.campaign_folder / answers.campaign.name}
            {title}
  数据位置  {place}
  收稿邮箱  {answers.user}{origin}

接下来：
1. 在邮箱网页版的设置里开启 IMAP，取得授权码（不是登录密码）。
2. 手工运行时，可以先设环境变量再检查：
     export INGEST_CONFIG={shlex.quote(str(answers.config))}
     read -rs INGEST_IMAP_PASSWORD && export INGEST_IMAP_PASSWORD
     ingest doctor
3. 定时运行：运行 crontab -e，加上这一行{sending}：
     {line}
   cron 里通常用不了系统钥匙串。授权码可以放在只有本人能读的文件里，
     (umask 077; cat > ~/.ingest-password)     粘贴授权码，按回车和 Ctrl-D
   再在配置文件的 [mailbox] 下写
     password_command = ["/usr/bin/cat", "{Path.home()}/.ingest-password"]
4. 用 ingest status 查看进展。"""
    )
