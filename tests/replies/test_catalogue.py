"""The catalogue in the docs shows what would be written today, every code of the contract included."""

from __future__ import annotations

import runpy
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from inbox_ingest.records import IssueCode
from inbox_ingest.replies.smtp import SmtpSession
from tests.replies.office import where
from tests.replies.test_outgoing import decoded, headers_of
from tests.servers.smtp import PASSWORD, USER, SmtpServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
DOCS = Path(__file__).parents[2] / "docs"


def test_the_catalogue_is_up_to_date_and_leaves_no_code_out() -> None:
    expected = runpy.run_path(str(DOCS / "make_reply_catalogue.py"))["page"]()
    text = (DOCS / "replies.md").read_text(encoding="utf-8")
    assert text == expected, "run docs/make_reply_catalogue.py, then read the page"
    assert all(f"`{code}`" in text for code in IssueCode)


def test_the_mail_shown_is_what_a_server_receives(server: SmtpServer) -> None:
    mail = runpy.run_path(str(DOCS / "make_reply_catalogue.py"))["example_mail"]()
    headers = headers_of(mail)
    with SmtpSession(where(server), PASSWORD) as session:
        session.deliver(mail, USER, "shen@wangjiang.example.cn")
    (received,) = server.delivered
    assert received.content.rstrip() == mail.rstrip()
    text = (DOCS / "replies.md").read_text(encoding="utf-8")
    head = received.content.decode("ascii").partition("\r\n\r\n")[0]
    assert head.replace("\r\n", "\n") in text
    parsed = message_from_bytes(received.content, policy=policy.default)
    assert parsed.get_content().replace("\r\n", "\n").rstrip() in text
    assert decoded(headers["subject"]) == "Re: 望江市交通运输局报送案例 [DJ003]"
    assert decoded(headers["subject"]) in text
    assert headers["references"].split()[-1] == headers["in-reply-to"]
