"""What the system and the TOML parser say, said again in Chinese."""

from __future__ import annotations

import errno
import os
import re
import tomllib

import pytest

from inbox_ingest.errors import system_words, toml_mistake, why_unreadable


def mistake_in(text: str) -> str:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return toml_mistake(caught.value, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('who = "王', "字符串缺少右引号"),
        ("who = 王", "文字须加引号"),
        ("who 王", "键后面缺少等号"),
        ("who ＝ 王", "等号"),
        ("who = “王”", "引号是中文的"),
        ("closes = 2025年6月30日", "2025-06-30"),
        ("closes = 2025-02-30", "没有这样的日期"),
        ("closes = 2025-7-10", "2025-06-30"),
        ("closes = 2025/07/10  # 截止", "2025-06-30"),
        ("closes = 2025.7.10", "2025-06-30"),
        ("closes = 2025年7月10日", "2025-06-30"),
        ("closes = 2025年7月10", "2025-06-30"),
        ("closes = 2025—07—10", "2025-06-30"),
        ("closes = ２０２５-07-10", "2025-06-30"),
        ("closes = 2025-13-10", "没有这样的日期"),
        ("closes = 2025-13-10", "2025-06-30"),
        ("closes = 2025-07-32", "没有这样的日期"),
        ("days = [2025-7-10]", "2025-06-30"),
        ("window = { closes = 2025-7-10 }", "2025-06-30"),
        ('who = "2025-7-10" 王', "多余的内容"),
        ('who = "王, 2025-7-10', "字符串缺少右引号"),
        ("closes = 2025-07-10 limit = 3", "多余的内容"),
        ("limit = 3 字", "多余的内容"),
        ("limit = 1\nlimit = 2", "写了两次"),
        ("[form]\n[form]", "写了两次"),
        ("[form", "方括号"),
        ('folders = ["A" "B"]', "逗号"),
        ('home = "C:\\数据"', "反斜线"),
    ],
)
def test_slips_in_toml_are_told_in_chinese(line: str, said: str) -> None:
    words = mistake_in(f"# 说明\n{line}\n").partition("TOML（")[2].rpartition("）")[0]
    assert said in words
    # What the parser said in English must not be there; what the person wrote may be.
    assert not re.search(r"Invalid|Expected|Cannot|Unclosed|Unterminated|Illegal|Unescaped", words)


def test_a_slip_in_toml_is_shown_as_it_stands() -> None:
    assert mistake_in("# 说明\n  closes = 2025年6月30日\n").endswith("：closes = 2025年6月30日")


def test_a_line_that_may_hold_a_secret_is_not_repeated() -> None:
    assert "ABCDEFG" not in mistake_in("password = “ABCDEFG”")
    assert "secret" not in mistake_in("database = postgresql://u:secret@h/d")


@pytest.mark.parametrize(
    "number", [errno.ENOENT, errno.EACCES, errno.EROFS, errno.ENOSPC, errno.ENAMETOOLONG]
)
def test_what_the_system_refuses_is_told_without_a_word_of_english(number: int) -> None:
    words = system_words(OSError(number, os.strerror(number)))
    assert not re.search(r"[A-Za-z]", words)


def test_what_is_rare_keeps_the_systems_own_words() -> None:
    assert "Bad message" in system_words(OSError(errno.EBADMSG, "Bad message"))


def test_a_folder_in_place_of_a_file_is_told() -> None:
    assert why_unreadable(IsADirectoryError(errno.EISDIR, "x")) == "这是文件夹，不是文件"
