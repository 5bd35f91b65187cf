"""Chinese mail becomes the text that was typed, whatever its labels say."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_ingest.reading.charsets import clean, clean_line, decode, decode_header

TEXT = "关于报送党建创新典型案例的函：镕、〇、䶮"


def word(text: str | bytes, label: str, codec: str | None = None, how: str = "B") -> bytes:
    data = text if isinstance(text, bytes) else text.encode(codec or label)
    coded = base64.b64encode(data) if how == "B" else quopri.encodestring(data, header=True)
    return b"=?%s?%s?%s?=" % (label.encode(), how.encode(), coded)


@pytest.mark.parametrize(
    "label", ["gb2312", "GBK", "gb_2312-80", "x-gbk", "cp936", "gb18030", "GB2312 ", "euc-cn"]
)
def test_the_gb2312_family_holds_gb18030(label: str) -> None:
    assert decode(TEXT.encode("gb18030"), label) == TEXT


@pytest.mark.parametrize("label", [None, "", "us-ascii", "DEFAULT", "unknown-8bit", "x-no-such"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_without_a_usable_label_it_is_utf8_else_gb18030(label: str | None, codec: str) -> None:
    assert decode(TEXT.encode(codec), label) == TEXT


def test_utf8_labelled_as_gb2312_is_utf8() -> None:
    assert decode("申报表".encode(), "gb2312") == "申报表"


def test_gbk_labelled_as_utf8_is_gbk() -> None:
    assert decode("申报表".encode("gbk"), "utf-8") == "申报表"


def test_gbk_labelled_as_western_is_gbk_but_western_text_stays() -> None:
    assert decode("申报表和案例正文".encode("gbk"), "iso-8859-1") == "申报表和案例正文"
    assert decode("café à la carte".encode("latin-1"), "iso-8859-1") == "café à la carte"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("CHINESEBIG5", "big5", "申報表"),
        ("big5", "big5hkscs", "申報表"),
        ("hz-gb-2312", "hz", "申报表 form"),
        ("UTF-7", "utf-7", "申报表 form"),
        ("iso-2022-jp", "iso2022_jp", "申報"),
        ("windows-1252", "cp1252", "“quoted”"),
        ("koi8-r", "koi8-r", "Заявка"),
    ],
)
def test_other_charsets(label: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), label) == text


def test_byte_order_marks_win_over_labels() -> None:
    assert decode("申报表".encode("utf-16"), "gb2312") == "申报表"
    assert decode(b"\xef\xbb\xbf" + "申报".encode(), "gb2312") == "申报"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_text_cut_inside_its_last_character_loses_only_that(codec: str) -> None:
    assert decode("请查收附件".encode(codec)[:-1], codec) == "请查收附"


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "rot13", "zip", "hex"])
def test_codecs_that_are_no_charsets_are_not_run(label: str) -> None:
    assert decode("申报\\u0041".encode(), label) == "申报\\u0041"


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=20)))
def test_any_bytes_under_any_label_give_text_that_utf8_can_write(
    data: bytes, label: str | None
) -> None:
    decode(data, label).encode("utf-8")


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4))
def test_chinese_in_utf8_survives_every_wrong_label(text: str) -> None:
    for label in ("gb2312", "gbk", "iso-8859-1", "us-ascii", "big5"):
        assert decode(text.encode(), label) == text


# --- headers ----------------------------------------------------------------------------------


def test_words_split_inside_a_character_are_joined_first() -> None:
    data = "某某市港航事业发展中心".encode("gb18030")
    value = word(data[:7], "gb18030") + b"\r\n " + word(data[7:], "GB18030")
    assert decode_header(value) == "某某市港航事业发展中心"


def test_words_of_two_charsets_stand_side_by_side() -> None:
    assert decode_header(word("申报", "gbk") + b" " + word("表格", "utf-8")) == "申报表格"


def test_words_between_plain_text_keep_the_spaces_outside() -> None:
    assert decode_header(b"Re: " + word("申报", "utf-8") + b" (2)") == "Re: 申报 (2)"


def test_words_inside_quotes_and_without_spaces_are_decoded() -> None:
    assert decode_header(b'"' + word("张三", "gb2312", "gbk") + b'" <a@b.cn>') == '"张三" <a@b.cn>'
    assert decode_header(b"name=" + word("表", "utf-8") + b".doc") == "name=表.doc"


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_raw_bytes_in_a_header(codec: str) -> None:
    assert decode_header("关于报送案例".encode(codec)) == "关于报送案例"


def test_quoted_printable_words_with_underscores_and_spaces() -> None:
    assert decode_header(b"=?utf-8?Q?=E8=A1=A8_1?=") == "表 1"
    assert decode_header(b"=?utf-8?q?=E8=A1=A8 1?=") == "表 1"


def test_a_word_whose_base64_lost_its_padding_or_was_folded_inside() -> None:
    coded = base64.b64encode("申报表1".encode()).rstrip(b"=")
    assert decode_header(b"=?utf-8?B?" + coded + b"?=") == "申报表1"
    assert decode_header(b"=?utf-8?B?" + coded[:6] + b"\r\n " + coded[6:] + b"?=") == "申报表1"


def test_a_word_with_a_language_and_an_unknown_charset() -> None:
    assert decode_header(b"=?utf-8*zh-CN?B?" + base64.b64encode("表".encode()) + b"?=") == "表"
    assert decode_header(word("申报", "x-none", "gbk")) == "申报"


@given(st.binary(max_size=300))
def test_any_header_bytes_give_text(value: bytes) -> None:
    decode_header(value).encode("utf-8")


def test_cleaning_takes_controls_bidi_and_surrogates() -> None:
    dirty = "申报\x1b[31m表\u202efdp.exe\ud800\u200b\x00\r\n第二行\ttab"
    assert clean(dirty) == "申报[31m表fdp.exe\n第二行\ttab"
    assert clean_line(dirty) == "申报[31m表fdp.exe 第二行 tab"
