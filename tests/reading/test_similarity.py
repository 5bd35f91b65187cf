"""Nearly the same text is known again; another text of the same kind is not."""

from __future__ import annotations

import random
import subprocess
import sys

from inbox_ingest.reading.similarity import PLACES, signature, similarity


def text(seed: int, length: int = 2000) -> str:
    chosen = random.Random(seed)
    return "".join(chr(chosen.randrange(0x4E00, 0x5E00)) for _ in range(length))


def test_the_same_text_is_alike_whatever_its_spaces_and_marks() -> None:
    assert similarity(signature("党建引领，货运先锋。"), signature("党建 引领\n货运先锋")) == 1.0


def test_a_text_with_a_few_words_changed_is_nearly_alike() -> None:
    original = text(1)
    changed = original[:500] + "改动了几个字" + original[510:1500] + original[1520:]
    assert similarity(signature(original), signature(changed)) > 0.9


def test_another_text_is_not_alike() -> None:
    assert similarity(signature(text(1)), signature(text(2))) < 0.1


def test_half_a_text_is_about_half_alike() -> None:
    original = text(3)
    assert 0.35 < similarity(signature(original), signature(original[:1000])) < 0.65


def test_nothing_is_like_nothing() -> None:
    assert signature(" ，。\n") == ()
    assert similarity((), ()) == 0.0
    assert similarity(signature("党建"), ()) == 0.0


def test_a_short_text_has_a_full_signature() -> None:
    assert len(signature("党")) == PLACES


def test_another_process_gives_the_same_signature() -> None:
    """Signatures are stored: they may depend on no hash seed, and on no other release's algorithm."""
    code = (
        "from inbox_ingest.reading.similarity import signature;"
        "print(*signature('红色引擎驱动高质量发展'))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {" ".join(map(str, signature("红色引擎驱动高质量发展"))) + "\n"}
