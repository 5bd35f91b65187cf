"""A Dovecot of our own on loopback, without root and without a service, over Maildirs we filled."""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER = "benchmark"
PASSWORD = "open-sesame"

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{mail}
mailbox_list_index = yes
ssl = no
disable_plaintext_auth = no
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class NoDovecot(Exception):
    """dovecot-imapd is not installed."""


@dataclass(frozen=True)
class Server:
    """A running server: where it listens and the source URL that the program takes."""

    port: int

    @property
    def url(self) -> str:
        """The source URL of its INBOX."""
        return f"imap://{USER}@127.0.0.1:{self.port}/INBOX"


def program() -> str:
    """Path of the dovecot program.

    Raises:
        NoDovecot: there is none.
    """
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise NoDovecot("dovecot is missing: apt-get install dovecot-imapd")
    return found


@contextmanager
def serving(mail: Path, folder: Path) -> Iterator[Server]:
    """Serve the Maildir `mail`; everything the server writes lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            folder=folder,
            mail=mail,
            user=getpass.getuser(),
            group=grp.getgrgid(os.getgid()).gr_name,
            uid=os.getuid(),
            gid=os.getgid(),
            password=PASSWORD,
            port=port,
        )
    )
    process = subprocess.Popen(
        [program(), "-F", "-c", str(configuration)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_greeting(port, process)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(20)


def _await_greeting(port: int, process: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + 20
    while time.monotonic() < last and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                if connection.recv(64).startswith(b"* OK"):
                    return
        except OSError:
            time.sleep(0.05)
    raise NoDovecot("dovecot did not come up; see its log")
