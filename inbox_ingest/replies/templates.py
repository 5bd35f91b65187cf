"""Load a campaign's letter templates, and find every mistake in them before a letter is due.

Templates are written by organisers, values come from strangers. So the environment is sandboxed,
an unknown name is an error and not a blank, values are never read as template text, time and memory
are bounded, and loading renders every template with samples that reach each branch: a mistake fails
at load, with file and line, and never at sending.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign
from inbox_ingest.errors import CampaignError, Mistake, why_unreadable
from inbox_ingest.replies.bounds import TookTooLong, bounded
from inbox_ingest.replies.letter import Letter
from inbox_ingest.replies.samples import sample_letters
from inbox_ingest.replies.terms import shown

KINDS: Final = ("receipt", "missing", "reminder")
_SUFFIX: Final = ".txt.j2"
_LONGEST_BODY: Final = 60_000
# A letter takes some two milliseconds; the trial at load renders some seventy.
_SECONDS: Final = 1.0
_SECONDS_AT_LOAD: Final = 5.0
_MEMORY: Final = 256 << 20


class TemplateFailed(Exception):
    """A template that passed its trial failed on a real letter: that letter is not written."""


class LetterTemplates:
    """The three letters of a campaign, ready to be rendered. Made by `load_templates`."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment

    def render(self, kind: str, letter: Letter, campaign: Campaign) -> str:
        """Return the letter's text: tidy lines, one newline at its end.

        Raises:
            TemplateFailed: the template fails on this letter, says nothing, or never ends.
        """
        try:
            with bounded(seconds=_SECONDS, memory=_MEMORY):
                template = self._environment.get_template(f"{kind}{_SUFFIX}")
                parts = template.generate(letter=letter, campaign=shown(campaign))
                text = _tidy(_joined(parts))
        except TemplateFailed:
            raise
        # A template is a small program of the organiser's: whatever it raises is a mistake in it.
        except Exception as error:
            raise TemplateFailed(_in_words(error)) from error
        if not text.strip():
            raise TemplateFailed("写出来的信是空的")
        return text


def templates_folder(campaign_file: Path) -> Path:
    """The folder of letter templates that belongs to a campaign file."""
    return campaign_file.parent / "replies"


def load_templates(campaign_file: Path, campaign: Campaign) -> LetterTemplates:
    """Read the campaign's templates; one that it does not have is taken from the shipped campaign.

    Raises:
        CampaignError: with every template that cannot be read or rendered, file and line named.
    """
    folder = templates_folder(campaign_file)
    sources = _sources(folder)
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(_loader(sources)),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # plain text: HTML escapes would spoil it
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates = LetterTemplates(environment)
    mistakes = list(_mistakes(templates, environment, sources, campaign))
    if mistakes:
        raise CampaignError(folder, mistakes)
    return templates


def _sources(folder: Path) -> dict[str, tuple[str, str]]:
    """Template name → (text, path); the campaign's own files cover the shipped ones."""
    sources: dict[str, tuple[str, str]] = {}
    for place in (shipped_campaign().parent / "replies", folder):
        for path in sorted(place.glob(f"*{_SUFFIX}")) if place.is_dir() else []:
            try:
                sources[path.name] = (path.read_text(encoding="utf-8-sig"), str(path))
            except OSError as error:
                wrong = Mistake(path.name, why_unreadable(error))
                raise CampaignError(folder, [wrong]) from error
            except UnicodeDecodeError as error:
                wrong = Mistake(path.name, "须以 UTF-8 编码保存")
                raise CampaignError(folder, [wrong]) from error
    return sources


def _loader(
    sources: Mapping[str, tuple[str, str]],
) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        if name not in sources:
            return None
        text, path = sources[name]
        return text, path, lambda: True

    return load


def _mistakes(
    templates: LetterTemplates,
    environment: jinja2.Environment,
    sources: Mapping[str, tuple[str, str]],
    campaign: Campaign,
) -> Iterable[Mistake]:
    broken = False
    for name in sources:
        try:
            with bounded(seconds=_SECONDS, memory=_MEMORY):
                environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            broken = True
            yield Mistake(f"{error.name or name} 第{error.lineno}行", _in_words(error))
        except Exception as error:  # noqa: BLE001 - compiling runs constant parts of it already
            broken = True
            yield Mistake(name, _in_words(error))
    if broken:
        return
    paths = {path: name for name, (_, path) in sources.items()}
    seen: set[str] = set()
    until = time.process_time() + _SECONDS_AT_LOAD
    for kind in KINDS:
        if f"{kind}{_SUFFIX}" not in sources:
            yield Mistake(f"{kind}{_SUFFIX}", "缺少这个模板")
            continue
        for letter in sample_letters(campaign):
            wrong = _trial(templates, kind, letter, campaign, paths)
            if wrong is not None and str(wrong) not in seen:
                seen.add(str(wrong))
                yield wrong
            if time.process_time() > until:
                if not seen:
                    yield Mistake(f"{kind}{_SUFFIX}", "运行太慢")
                return


def _trial(
    templates: LetterTemplates,
    kind: str,
    letter: Letter,
    campaign: Campaign,
    paths: Mapping[str, str],
) -> Mistake | None:
    try:
        templates.render(kind, letter, campaign)
    except TemplateFailed as error:
        place = _place(error.__cause__, paths) if error.__cause__ else None
        return Mistake(place or f"{kind}{_SUFFIX}", str(error))
    return None


def _place(error: BaseException, paths: Mapping[str, str]) -> str | None:
    """File and line of a failure: jinja2 rewrites tracebacks to name template lines."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.filename in paths:
            return f"{paths[frame.filename]} 第{frame.lineno}行"
    return None


def _in_words(error: Exception) -> str:
    if isinstance(error, jinja2.TemplateNotFound):
        return f"引用的模板 {error.name} 不存在"
    if isinstance(error, jinja2.UndefinedError):
        return f"用了没有的名称（{error.message}）"
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"模板语法有误（{error.message}）"
    if isinstance(error, TookTooLong):
        return "运行太久，可能有循环停不下来"
    if isinstance(error, MemoryError):
        return "用的内存太多"
    return f"模板运行出错（{type(error).__name__}: {error}）"


def _joined(parts: Iterable[str]) -> str:
    """The whole text, given up as soon as it is longer than any letter."""
    kept, length = [], 0
    for part in parts:
        length += len(part)
        if length > _LONGEST_BODY:
            raise TemplateFailed(f"写出来的信超过{_LONGEST_BODY}个字符")
        kept.append(part)
    return "".join(kept)


def _tidy(text: str) -> str:
    """No blanks at line ends, no more than one empty line in a row, no control characters."""
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", text.replace("\r\n", "\n"))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
