"""Keeps a person's decision and files it, both at once, also beside a pass that is reading mail.

The decision is a short transaction of its own. Filing it waits only while somebody else files; if
that takes too long, the next decision or pass files it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from inbox_ingest.campaign_files import shipped_campaign
from inbox_ingest.campaigns import Campaign, load_campaign
from inbox_ingest.casebook.changes import Decision, KnownCase
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.store import Casebook, open_casebook
from inbox_ingest.errors import ConfigurationError, TryLater, UsageError
from inbox_ingest.settings import Settings
from inbox_ingest.stages.file import file_decisions
from inbox_ingest.stages.intentions import Desk, Intention
from inbox_ingest.stages.rules_in_use import keep_to_the_configuration


@dataclass(frozen=True, slots=True)
class Effect:
    """What a filing did to one case: None before for a new one. `now` says so if it was closed."""

    case_no: str
    before: KnownCase | None
    now: KnownCase


@dataclass(frozen=True, slots=True)
class Spoken:
    """Decisions as kept, and what they changed. `filed` is False while a pass files for too long."""

    decisions: tuple[Decision, ...]
    filed: bool
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """The casebook opened for a person who decides."""

    settings: Settings
    book: Casebook
    campaign: Campaign
    desk: Desk
    who: str
    clock: Callable[[], datetime]

    def keep(self, intentions: Sequence[Intention], why: str | None = None) -> Spoken:
        """Keep decisions and file them.

        Raises:
            UsageError: one of them has been made already and nothing has changed since.
        """
        for intention in intentions:
            _refuse_repetition(self.desk.decisions, intention)
        kept = [
            self.book.decisions.add(
                intention.kind,
                who=self.who,
                now=self.clock(),
                why=why,
                case_no=intention.case_no,
                raw_sha256=intention.raw_sha256,
                payload=intention.payload,
            )
            for intention in intentions
        ]
        return self._filed(kept)

    def undo(self, decision_id: int) -> Spoken:
        """Take a decision back, and file what that changes.

        Raises:
            UsageError: there is no such decision, or it was taken back before.
        """
        return self._filed([self.book.decisions.undo(decision_id, who=self.who, now=self.clock())])

    def _filed(self, decisions: Sequence[Decision]) -> Spoken:
        before = self._known()
        if not self.catch_up():
            return Spoken(tuple(decisions), filed=False)
        after = self._known()
        effects = (
            Effect(number, before.get(number), case)
            for number, case in after.items()
            if _differs(before.get(number), case)
        )
        return Spoken(tuple(decisions), filed=True, effects=tuple(effects))

    def catch_up(self) -> bool:
        """File the decisions that wait; False where somebody else files for too long."""
        try:
            file_decisions(self.book, self.campaign, self.clock)
        except TryLater:
            return False
        return True

    def _known(self) -> dict[str, KnownCase]:
        known = self.book.cases.known(bodies=False)
        return {case.case_no: case for case in sorted(known, key=lambda case: case.sequence)}


def _refuse_repetition(decisions: Sequence[Decision], intention: Intention) -> None:
    """A last word that is said again in the same state changes nothing and is not kept twice."""
    if intention.kind == "note":
        return
    subject = _subject(intention)
    said = [d for d in decisions if d.in_force and _subject(d) == subject]
    if said and said[-1].payload == json.loads(json.dumps(intention.payload)):
        raise UsageError(
            f"已是如此：第 {said[-1].id} 号决定就是这样定的，没有重复记下。",
            remedy=f"要收回它请用 ingest undo {said[-1].id}。",
        )


def _subject(word: Decision | Intention) -> tuple[object, ...]:
    """What a decision is about: a later one about the same has the last word."""
    about = (str(word.payload.get(name)) for name in ("field", "sha256", "code"))
    return word.kind, word.case_no, word.raw_sha256, *about


def _differs(before: KnownCase | None, now: KnownCase) -> bool:
    if before is None:
        return True
    return (before.revision, before.closed, before.merged_into) != (
        now.revision,
        now.closed,
        now.merged_into,
    )


@contextmanager
def office(settings: Settings, who: str, clock: Callable[[], datetime]) -> Iterator[Office]:
    """Open the casebook for decisions.

    Raises:
        UsageError: there is no casebook yet.
        ConfigurationError: it is not in a file of this INGEST_HOME, or was made by another
            configuration than the one in force here.
    """
    if settings.database is not None:
        raise ConfigurationError(
            "人工处理目前只支持数据目录里的 SQLite 数据库。", remedy="请去掉配置中的 database。"
        )
    keep_to_the_configuration(settings)
    glance = Glance.open(settings.casebook) if settings.casebook.is_file() else None
    if glance is None:
        raise UsageError("还没有数据。", remedy="先运行 ingest run 收信。")
    try:
        campaign = load_campaign(settings.campaign or shipped_campaign())
        with open_casebook(settings.casebook) as book:
            desk = Desk(glance, campaign, book.decisions.all())
            made = Office(settings, book, campaign, desk, who, clock)
            made.catch_up()  # what is said next is checked against all that was said before
            yield made
    finally:
        glance.close()
