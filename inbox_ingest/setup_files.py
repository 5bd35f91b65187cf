"""What `ingest init` writes: a commented ingest.toml, the campaign beside it, the private home.

Nothing that exists is overwritten unless the caller says so; all is checked before anything is
written.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.errors import InputError, system_words
from inbox_ingest.settings import CONFIG_NAME

# Mail domain → IMAP and SMTP server. Others are asked for.
KNOWN_SERVERS = {
    "126.com": ("imap.126.com", "smtp.126.com"),
    "163.com": ("imap.163.com", "smtp.163.com"),
    "yeah.net": ("imap.yeah.net", "smtp.yeah.net"),
    "qq.com": ("imap.qq.com", "smtp.qq.com"),
    "foxmail.com": ("imap.qq.com", "smtp.qq.com"),
    "139.com": ("imap.139.com", "smtp.139.com"),
    "sina.com": ("imap.sina.com", "smtp.sina.com"),
    "aliyun.com": ("imap.aliyun.com", "smtp.aliyun.com"),
}
CRON_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said. `home` None leaves the default place; `smtp_server` None: no sending."""

    folder: Path
    campaign: Path
    user: str
    server: str
    smtp_server: str | None = None
    who: str | None = None
    home: Path | None = None

    @property
    def config(self) -> Path:
        """Where the configuration file goes."""
        return self.folder / CONFIG_NAME

    @property
    def campaign_folder(self) -> Path:
        """Where the copy of the campaign goes, named after its own folder."""
        return self.folder / self.campaign.resolve().parent.name


def servers_of(user: str) -> tuple[str, str] | None:
    """IMAP and SMTP server of a well-known mail domain."""
    return KNOWN_SERVERS.get(user.rpartition("@")[2].casefold())


def address_mistake(text: str) -> str | None:
    """What is wrong with a mail address, in Chinese; None where it can be one."""
    name, at, domain = text.rpartition("@")
    if not at:
        return f"“{text}”不是邮箱地址，缺少 @"
    if not re.fullmatch(r"[!-?A-~]+", name) or server_mistake(domain) or "." not in domain:
        return f"“{text}”不是邮箱地址，应如 name@126.com"
    return None


def server_mistake(text: str) -> str | None:
    """What is wrong with a server's name, in Chinese; None where it can be one."""
    if not re.fullmatch(
        r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*", text
    ):
        return f"“{text}”不是主机名，只写 imap.126.com 这样的名字，不带 imaps:// 和端口"
    return None


def in_the_way(answers: Answers) -> list[Path]:
    """Files that exist where `write` would put its own."""
    copied = answers.campaign_folder / answers.campaign.name
    own = answers.campaign.resolve() == copied.resolve()
    places = [answers.config] if own else [answers.config, copied]
    return [path for path in places if path.exists()]


def write(answers: Answers, home: Path) -> Campaign:
    """Write configuration and campaign, make the home; returns the campaign as copied.

    Raises:
        CampaignError: the campaign is wrong; nothing was written.
        InputError: a folder or file cannot be written.
    """
    campaign = load_campaign(answers.campaign)
    try:
        answers.folder.mkdir(parents=True, exist_ok=True)
        _copy_campaign(answers)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(answers.config, configuration(answers, campaign))
    except OSError as error:
        raise InputError(
            f"无法写入 {error.filename or answers.folder}：{system_words(error)}。",
            remedy="请换一个文件夹，或检查权限。",
        ) from error
    return campaign


def _copy_campaign(answers: Answers) -> None:
    source, target = answers.campaign.resolve().parent, answers.campaign_folder
    if source == target.resolve():
        return
    target.mkdir(exist_ok=True)
    shutil.copy2(answers.campaign, target / answers.campaign.name)
    if (source / "replies").is_dir():
        shutil.copytree(source / "replies", target / "replies", dirs_exist_ok=True)


def _write_private(path: Path, text: str) -> None:
    waiting = path.with_name(f".{path.name}.new")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    waiting.replace(path)


def configuration(answers: Answers, campaign: Campaign) -> str:
    """The text of ingest.toml: what was answered, and every other key commented out."""
    where = answers.campaign_folder.name + "/" + answers.campaign.name
    smtp = answers.smtp_server or "smtp.126.com"
    sending = "" if answers.smtp_server else "# "
    who = _quoted(answers.who) if answers.who else '"张三"'
    home = f"home = {_quoted(str(answers.home))}" if answers.home else '# home = "数据文件夹"'
    return f"""\
# {campaign.title}
# 井号开头的行是说明或未启用的设置。改完运行 ingest doctor 检查。

# 活动文件：征集时间、表格栏目、字数上限等都在里面（路径相对于本文件）
campaign = {_quoted(where)}

# 数据库、邮件原件和附件放在哪里；环境变量 INGEST_HOME 优先
{home}
# database = "sqlite:////srv/ingest/casebook.sqlite3"
# archive = "file:///srv/ingest/archive"

[mailbox]
server = {_quoted(answers.server)}
user = {_quoted(answers.user)}
# security = "tls"              # tls、starttls，本机测试可用 plain
# port = 993
# 要收的文件夹；不写则收 INBOX 和垃圾邮件、广告邮件等（投稿有时会被误判）
# folders = ["INBOX", "垃圾邮件", "广告邮件"]
# ca_file = "ca.pem"            # 自建服务器的证书
# 授权码不写在这里。可设环境变量 INGEST_IMAP_PASSWORD，或用系统钥匙串，
# 或写一条能输出授权码的命令（由 cron 运行时请写完整路径）：
# password_command = ["/usr/bin/cat", "/home/用户/.ingest-password"]
# keyring = "inbox-ingest"      # 钥匙串中的服务名；false 表示不用
# connect_timeout = 20          # 秒
# timeout = 60
# deadline = 90

# 发送答复的服务器；不写则只拟稿、不发出
{sending}[smtp]
{sending}server = {_quoted(smtp)}
# security = "tls"
# port = 465
# user = "与邮箱相同时不必写"
# timeout = 60

# 人工处理（改正、合并等）记在谁名下
{"" if answers.who else "# "}[organiser]
{"" if answers.who else "# "}who = {who}

# [fetch]
# batch_megabytes = 32          # 每批下载多少
# batch_messages = 200
# largest_megabytes = 200       # 更大的邮件不下载，只列出

# [executor]
# name = "processes"            # 或 serial（不并行）
# workers = 0                   # 0 表示每个处理器核心一个
"""


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are all valid there."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def crontab_line(config: Path, program: Sequence[str], *, send: bool) -> str:
    """The line for `crontab -e`; with `send`, approved answers go out too.

    cron turns a bare % into a line end, so it is escaped.
    """
    arguments = ("run", "--send") if send else ("run",)
    words = " ".join(shlex.quote(part) for part in (*program, *arguments))
    command = f"INGEST_CONFIG={shlex.quote(str(config))} {words}"
    return f"*/{CRON_MINUTES} * * * * {command}".replace("%", r"\%")
