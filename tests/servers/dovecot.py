"""Dovecot on a free loopback port, without root: a Maildir of one user, filled by writing files.

    with DovecotServer() as server:      # raises DovecotMissing where apt has not installed it
        server.deliver(raw, when)        # before or while it runs

The user is `call`, the password `secret`. Everything lies in one folder, by default a new one in the
system's temporary folder: its sockets need a short path, and, for Dovecot refuses to be root, a path
that `nobody` may walk.
"""

from __future__ import annotations

import contextlib
import grp
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Self

from tests.servers.mailbox import NOON

USER = "call"
PASSWORD = "secret"

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail
first_valid_uid = 0
first_valid_gid = 0
mail_max_userip_connections = 100
disable_plaintext_auth = no
{tls}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
"""


class DovecotMissing(RuntimeError):
    """dovecot-imapd is not installed."""


class DovecotServer:
    """One account. `certificate` and `key` (PEM) turn on IMAPS at `tls_port`, and STARTTLS."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        program = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
        if program is None:
            raise DovecotMissing("dovecot-imapd is not installed (apt install dovecot-imapd)")
        self._program = program
        self._temporary = folder is None
        self._folder = folder = folder or Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._tls = "ssl = no"
        if certificate is not None and key is not None:
            shutil.copy(certificate, folder / "cert.pem")
            shutil.copy(key, folder / "key.pem")
            self._tls = f"ssl = yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem"
        self._numbers = itertools.count()
        self.user = USER
        self.password = PASSWORD
        self.port, self.tls_port = _free_ports(2)
        if certificate is None:
            self.tls_port = 0
        self.maildir = folder / "mail"
        for name in ("home", "run", "state", "mail/new", "mail/cur", "mail/tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """The source URL, without folder."""
        return f"imap://{USER}@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        path = self._folder / "dovecot.conf"
        path.write_text(
            _CONFIGURATION.format(
                folder=self._folder,
                user=self._account.pw_name,
                group=grp.getgrgid(self._account.pw_gid).gr_name,
                uid=self._account.pw_uid,
                gid=self._account.pw_gid,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
                tls=self._tls,
            )
        )
        (self._folder / "log").touch()
        self._hand_over(self._folder, *self._folder.rglob("*"))
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-F", "-c", str(path)],
                user=self._account.pw_uid if os.getuid() == 0 else None,
                group=self._account.pw_gid if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _hand_over(self, *paths: Path) -> None:
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _wait_until_up(self) -> None:
        end = time.monotonic() + 15
        while time.monotonic() < end and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        log = self._folder / "log"
        said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"dovecot did not start: {said}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                probe.settimeout(5)
                return bool(probe.recv(4))
        except OSError:
            return False

    def deliver(self, raw: bytes, when: datetime = NOON, *, folder: str = "INBOX") -> Path:
        """Put a mail into the Maildir, with INTERNALDATE `when`; the file. `folder` in UTF-7."""
        box = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        for name in ("new", "cur", "tmp"):
            (box / name).mkdir(parents=True, exist_ok=True)
            self._hand_over(box, box / name)
        # The number keeps the order of delivery; UIDs are given in the order of names.
        path = box / "new" / f"{int(when.timestamp())}.M{next(self._numbers):08}.test"
        path.write_bytes(raw)
        os.utime(path, (when.timestamp(), when.timestamp()))
        self._hand_over(path)
        return path


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [each.getsockname()[1] for each in sockets]
