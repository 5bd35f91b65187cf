"""Mail in files: eml, mbox, Maildir."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.errors import InputError
from inbox_ingest.inbox import mbox
from inbox_ingest.inbox.folder import open_files
from inbox_ingest.inbox.source import Fetched, FetchFailure, Source
from inbox_ingest.inbox.urls import FileAddress, parse_source

MAIL = b"Received: by x; Tue, 6 May 2025 12:00:00 +0000\r\nSubject: one\r\n\r\nbody\r\n"


def source_of(url: str) -> Source:
    address = parse_source(url)
    assert isinstance(address, FileAddress)
    return open_files(address)


def everything(source: Source) -> dict[str, bytes | FetchFailure]:
    (folder,) = source.folders()
    listed = list(source.describe(folder, source.list_uids(folder)))
    found: dict[str, bytes | FetchFailure] = {}
    for result in source.fetch(folder, [(each.uid, each.size) for each in listed]):
        found[result.uid] = b"".join(result.chunks()) if isinstance(result, Fetched) else result
    return found


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


# --- eml ------------------------------------------------------------------------------------------


def test_a_folder_is_searched_for_eml_files_at_every_depth(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "一.eml").write_bytes(MAIL)
    (tmp_path / "a" / "b" / "TWO.EML").write_bytes(MAIL + b"2")
    (tmp_path / "notes.txt").write_bytes(b"no mail")
    assert sorted(everything(source_of(f"eml:{tmp_path}")).values()) == [MAIL, MAIL + b"2"]  # type: ignore[type-var]


def test_one_file_is_a_source_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "mail.bin"
    path.write_bytes(MAIL)
    source = source_of(f"eml:{path}")
    (folder,) = source.folders()
    assert source.open(folder).exists == 1
    (listed,) = source.describe(folder, source.list_uids(folder))
    assert listed.internaldate == datetime(2025, 5, 6, 12, tzinfo=UTC)
    assert listed.size == len(MAIL)


def test_the_uid_of_a_file_stays_until_the_file_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL)
    (before,) = everything(source_of(f"eml:{tmp_path}"))
    (again,) = everything(source_of(f"eml:{tmp_path}"))
    path.write_bytes(MAIL + b"changed")
    (after,) = everything(source_of(f"eml:{tmp_path}"))
    assert before == again != after


def test_the_account_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "box").mkdir()
    monkeypatch.chdir(tmp_path)
    assert source_of("eml:box").account == source_of(f"eml:{tmp_path}/box").account


def test_a_file_that_went_away_is_reported_as_vanished(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    source = source_of(f"eml:{tmp_path}")
    (folder,) = source.folders()
    wanted = [(each.uid, each.size) for each in source.describe(folder, source.list_uids(folder))]
    (tmp_path / "a.eml").unlink()
    (result,) = source.fetch(folder, wanted)
    assert isinstance(result, FetchFailure)
    assert result.vanished


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_reported_and_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "b.eml").write_bytes(MAIL + b"b")
    (tmp_path / "a.eml").chmod(0)
    results = everything(source_of(f"eml:{tmp_path}")).values()
    assert MAIL + b"b" in results
    assert [each.vanished for each in results if isinstance(each, FetchFailure)] == [False]


def test_a_dangling_link_and_a_pipe_are_passed_over_with_a_notice(tmp_path: Path) -> None:
    (tmp_path / "a.eml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "b.eml")
    (tmp_path / "c.eml").write_bytes(MAIL)
    source = source_of(f"eml:{tmp_path}")
    assert list(everything(source).values()) == [MAIL]
    assert len(source.notices) == 2


def test_names_that_are_no_utf8_give_uids_that_a_database_takes(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb0\xb8\xc0\xfd.eml")).write_bytes(MAIL)
    ((uid, raw),) = everything(source_of(f"eml:{tmp_path}")).items()
    assert raw == MAIL
    uid.encode("utf-8")


# --- Maildir --------------------------------------------------------------------------------------


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def test_a_maildir_is_read_where_it_lies_and_nothing_in_it_moves(maildir: Path) -> None:
    (maildir / "new" / "1.a.host").write_bytes(MAIL)
    (maildir / "cur" / "2.b.host:2,S").write_bytes(MAIL + b"2")
    (maildir / "tmp" / "3.c.host").write_bytes(b"half a ma")
    before = snapshot(maildir)
    found = everything(source_of(f"maildir:{maildir}"))
    assert found == {"1.a.host": MAIL, "2.b.host": MAIL + b"2"}
    assert snapshot(maildir) == before


def test_a_message_keeps_its_uid_when_it_is_read_and_flagged(maildir: Path) -> None:
    path = maildir / "new" / "1.a.host"
    path.write_bytes(MAIL)
    source = source_of(f"maildir:{maildir}")
    (folder,) = source.folders()
    uids = source.list_uids(folder)
    path.rename(maildir / "cur" / "1.a.host:2,FS")
    (result,) = source.fetch(folder, [(uids[0], len(MAIL))])
    assert isinstance(result, Fetched)
    assert source.list_uids(folder) == uids


def test_subfolders_that_are_not_read_are_named(maildir: Path) -> None:
    (maildir / ".Junk" / "cur").mkdir(parents=True)
    assert any(".Junk" in notice for notice in source_of(f"maildir:{maildir}").notices)


# --- mbox -----------------------------------------------------------------------------------------

FROM = b"From a@b.c Tue May  6 12:00:00 2025\n"


def test_an_mbox_is_split_at_its_separators_and_unquoted(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(
        FROM
        + b"Subject: one\n\nText.\n\n>From here on\n>>From twice\n\nFrom the start, no separator\n\n"
        + FROM
        + b"Subject: two\n\nlast\n\n"
    )
    assert list(everything(source_of(f"mbox:{path}")).values()) == [
        b"Subject: one\n\nText.\n\nFrom here on\n>From twice\n\nFrom the start, no separator\n",
        b"Subject: two\n\nlast\n",
    ]


@pytest.mark.parametrize(
    "separator",
    [
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
        b"From - Thu Jan 30 09:01:02 2025\n",
        b"From 17@xxx Sat Dec 27 04:50:06 +0000 2014\n",
        b"From a@b.c Tue May  6 12:00:00 CST 2025\r\n",
    ],
)
def test_separators_of_various_programs_are_known(tmp_path: Path, separator: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(separator + b"A: 1\n\none\n\n" + separator + b"A: 2\n\ntwo\n")
    assert len(everything(source_of(f"mbox:{path}"))) == 2


def test_an_mbox_message_keeps_its_uid_when_those_before_it_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "box"
    one, two = FROM + b"A: 1\n\none\n\n", FROM + b"A: 2\n\ntwo\n\n"
    path.write_bytes(one + two)
    source = source_of(f"mbox:{path}")
    (folder,) = source.folders()
    _, second = source.list_uids(folder)
    path.write_bytes(two)
    assert source.list_uids(folder) == [second]


def test_two_copies_of_a_mail_in_an_mbox_have_two_uids(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes((FROM + b"A: 1\n\none\n\n") * 2)
    assert list(everything(source_of(f"mbox:{path}")).values()) == [b"A: 1\n\none\n"] * 2


def test_an_empty_mbox_holds_no_mail(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"")
    assert everything(source_of(f"mbox:{path}")) == {}


def test_a_large_mbox_message_comes_in_pieces_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "box"
    body = b"A: 1\n\n" + b"\n".join([b"x" * 76] * 100_000) + b"\n" + b"y" * 200_000 + b"\n"
    path.write_bytes(FROM + body)
    assert list(everything(source_of(f"mbox:{path}")).values()) == [body]


@given(
    st.lists(st.lists(st.sampled_from([b"From ", b">From ", b">", b"x", b"", b"\r"]), max_size=6))
)
def test_what_is_quoted_as_mboxrd_comes_back_byte_for_byte(mails: list[list[bytes]]) -> None:
    import re
    import tempfile

    bodies = [b"A: 1\n\n" + b"".join(line + b"\n" for line in mail) for mail in mails]
    quoted = [re.sub(rb"(?m)^(>*From )", rb">\1", body) for body in bodies]
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(FROM + body + b"\n" for body in quoted))
        file.flush()
        path = Path(file.name)
        with path.open("rb") as stream:
            back = [b"".join(mbox.chunks(stream, message)) for message in mbox.index(path)]
    assert back == bodies


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eml", "mbox", "maildir"])
def test_a_path_that_is_not_there_is_an_input_error(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        source_of(f"{kind}:{tmp_path}/missing")
    assert "不存在" in caught.value.message
    assert caught.value.exit_code == 65


def test_a_folder_that_is_no_maildir_and_a_file_that_is_no_mbox_are_input_errors(
    tmp_path: Path,
) -> None:
    (tmp_path / "x.eml").write_bytes(MAIL)
    with pytest.raises(InputError, match="不是 Maildir"):
        source_of(f"maildir:{tmp_path}")
    with pytest.raises(InputError, match="不是 mbox"):
        source_of(f"mbox:{tmp_path}")
    with pytest.raises(InputError, match="不是 mbox"):
        everything(source_of(f"mbox:{tmp_path}/x.eml"))


@pytest.mark.parametrize(
    "data", [b"root:x:0:0:root:/root:/bin/bash\n", b"\xff\xd8\xff\xe0" * 500, b""]
)
def test_a_named_file_that_is_no_mail_is_refused_and_one_in_a_folder_is_not(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "x.eml"
    path.write_bytes(data)
    with pytest.raises(InputError, match="不是邮件文件"):
        open_files(FileAddress("eml", path))
    source = open_files(FileAddress("eml", tmp_path))
    assert len(source.list_uids(source.folders()[0])) == 1


def test_a_mail_of_a_single_field_is_one(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"subject: hello\n\n")
    source = open_files(FileAddress("eml", path))
    assert len(source.list_uids(source.folders()[0])) == 1
