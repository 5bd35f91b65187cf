"""For whom each sender sends, over all mail: whose a piece may be that says nothing of itself.

A bureau sends 江宁's form, then 浦口's text, then 浦口's form. When the text comes, only 江宁 is known;
the fold has read all mail, so that it can tell that the text may be either's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.bearers import Bearers
from inbox_ingest.casebook.bundles import CORE_ROLES, Bundle
from inbox_ingest.casebook.corrections import calls_itself_correction, own_subject
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.likeness import likeness
from inbox_ingest.casebook.naming import Name, agree_with_any, richer, units_agree
from inbox_ingest.casebook.short_names import calls, place_of, places_in, quoted_titles, said_lines
from inbox_ingest.casebook.sorting import bundles_of
from inbox_ingest.checking.sameness import normal_form
from inbox_ingest.records import Attachment, Reading, Received, Role

_LONG_ENOUGH = 6  # characters: a title that is no word of every file name


@dataclass(slots=True)
class _Piece:
    """Documents of one case in one mail."""

    bundle: Bundle
    at: datetime
    mail: str  # Message-ID
    corrects: bool


@dataclass(slots=True)
class _Subject:
    """A case of a sender as his documents name it."""

    name: Name
    names: list[Name] = field(default_factory=list)
    pieces: list[_Piece] = field(default_factory=list)

    def own(self, role: Role) -> list[Attachment]:
        """Documents of this role that came under the subject's own name."""
        files = [file for piece in self.pieces for file in piece.bundle.attachments]
        return [
            file
            for file in files
            if file.role == role or (role == "case_text" and file.case_text is not None)
        ]


@dataclass(slots=True)
class Served:
    """What every address sends under which name, and the bundles of every mail."""

    campaign: Campaign
    bearers: Bearers
    _bundles: dict[str, list[Bundle]] = field(default_factory=dict)
    _by_sender: dict[str, list[_Subject]] = field(default_factory=lambda: defaultdict(list))
    _units: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by place
    _answers: dict[str, str] = field(default_factory=dict)  # Message-ID: another of its thread

    @classmethod
    def among(cls, mails: Sequence[Received], campaign: Campaign) -> Served:
        """Sort every mail into bundles; name those whose mail says whose they are."""
        served = cls(campaign, Bearers.among(mails, campaign))
        for item in mails:
            served._thread_up(item)
            reading = item.reading
            if reading.problem is None:
                served._bundles[reading.raw_sha256] = bundles_of(reading, campaign)
                for bundle in served._bundles[reading.raw_sha256]:
                    served._note(bundle, item)
        for item in mails:
            for bundle in served.bundles(item.reading):
                served._lend(bundle, item)
        return served

    def bundles(self, reading: Reading) -> list[Bundle]:
        """The bundles of a mail, with the names that their mail lends them."""
        return self._bundles.get(reading.raw_sha256, [])

    def _note(self, bundle: Bundle, received: Received) -> None:
        address, name = _address(received), bundle.name
        if not (address and name.known and bundle.roles):
            return
        if name.unit:
            self._units[place_of(name.whole_unit, self.campaign)].add(name.whole_unit)
        subjects = self._by_sender[address]
        subject = next((s for s in subjects if agree_with_any(s.names, name, self.campaign)), None)
        if subject is None:
            subject = _Subject(name)
            subjects.append(subject)
        subject.name = richer(subject.name, name)
        if name not in subject.names:
            subject.names.append(name)
        corrects = calls_itself_correction(bundle, received)
        subject.pieces.append(_Piece(bundle, received.received_at, _mail(received), corrects))

    def _thread_up(self, received: Received) -> None:
        message = received.reading.message
        for answered in (*message.in_reply_to, *message.references):
            self._answers.setdefault(answered, answered)
            self._answers[self._thread(_mail(received))] = self._thread(answered)

    def _thread(self, mail: str) -> str:
        """One and the same Message-ID for all mails that answer each other."""
        while self._answers.setdefault(mail, mail) != mail:
            self._answers[mail] = mail = self._answers[self._answers[mail]]
        return mail

    # --- names that a mail lends ----------------------------------------------------------------

    def _lend(self, bundle: Bundle, received: Received) -> None:
        """Give documents the name that their mail surely means by them.

        A title that several units bear is that of the one whose form this sender sent. What names
        nothing is of that one of the sender's units which the mail calls in short, or whose title
        it gives: he serves several, so the mail says for which.
        """
        name, address = bundle.name, _address(received)
        if not (address and bundle.roles):
            return
        lent: Name | None = None
        if name.title and not name.unit:
            lent = self.bearers.sent_by(address, name.title)
        elif not name.known:
            lent = self._meant(bundle, received, self._by_sender.get(address, []))
        if lent is not None:
            bundle.name = richer(name, lent._replace(stem="", ocr=False))
            bundle.lent = "unit" if name.title else "name"

    def _meant(
        self, bundle: Bundle, received: Received, subjects: Sequence[_Subject]
    ) -> Name | None:
        if len(subjects) < 2:
            return None
        outside, lines = _outside(bundle, received), said_lines(received)
        quoted = quoted_titles(received)
        titled = [s for s in subjects if _titled(s.name, quoted, outside)]
        called = [s for s in subjects if calls(outside, lines, s.name.whole_unit, self.campaign)]
        both = [s for s in titled if s in called] if called else titled
        meant = both if titled else called
        if len(meant) == 1:
            return meant[0].name
        if titled or not called:
            return None
        units = [s.name for s in called]
        one = all(units_agree(units[:1], name, self.campaign) for name in units)
        return units[0]._replace(title="", whole_title="") if one else None

    def calls_another(self, bundle: Bundle, received: Received, names: Iterable[Name]) -> bool:
        """Whether a mail calls a unit of the casebook in short that is none of those in `names`."""
        own = [name.whole_unit for name in names if name.unit]
        if not own:
            return False
        outside, lines = _outside(bundle, received), said_lines(received)
        if any(calls(outside, lines, unit, self.campaign) for unit in own):
            return False
        return any(
            calls(outside, lines, unit, self.campaign)
            for place in places_in((*outside, *lines), self._units.keys())
            for unit in self._units[place]
        )

    # --- whose it may be besides ----------------------------------------------------------------

    def may_be_anothers(
        self,
        files: Collection[Attachment],
        received: Received,
        names: Sequence[Name],
        *,
        settled: Iterable[DraftCase],
        thread: bool,
    ) -> bool:
        """Whether `files` that say nothing of themselves may be another case's than that of `names`.

        Another case of the same sender, within the campaign's time, that has no such document of its
        own; one that has quite another text does not miss this one. `settled` are his cases that
        have what these files bring; `thread`: only what was sent in the same thread counts.
        """
        limit = timedelta(hours=self.campaign.assembly.complementary_hours)
        done = [case.names for case in settled]
        return any(
            all(agree_with_any(names, name, self.campaign) is False for name in subject.names)
            and not any(agree_with_any(known, subject.name, self.campaign) for known in done)
            and any(
                abs(piece.at - received.received_at) <= limit
                and not (thread and self._thread(piece.mail) != self._thread(_mail(received)))
                and not (piece.corrects and self._one_unit(names, subject))
                for piece in subject.pieces
            )
            and self._misses(subject, files)
            for subject in self._by_sender.get(_address(received), ())
        )

    def _one_unit(self, names: Sequence[Name], subject: _Subject) -> bool:
        """Whether a correction may have changed the title of just this case."""
        return units_agree(names, subject.name, self.campaign) is not False

    def _misses(self, subject: _Subject, files: Collection[Attachment]) -> bool:
        for file in files:
            if file.role in CORE_ROLES:
                own = subject.own(file.role)
                if not own:
                    return True
                if file.role == "case_text" and not likeness(own, [file], self.campaign).differs:
                    return True
        return False


def _address(received: Received) -> str:
    sender = received.reading.message.sender
    return sender.address.casefold() if sender else ""


def _mail(received: Received) -> str:
    return received.reading.message.message_id or received.reading.raw_sha256


def _outside(bundle: Bundle, received: Received) -> list[str]:
    """File names of the documents and the mail's own subject, in normal form."""
    files = [file for file in bundle.attachments if file.role in CORE_ROLES]
    words = [PurePath(file.filename or "").stem for file in files]
    return [normal_form(said) for said in (*words, own_subject(received)) if said]


def _titled(name: Name, quoted: Collection[str], outside: Iterable[str]) -> bool:
    title = name.title
    if not title:
        return False
    return title in quoted or (
        len(title) >= _LONG_ENOUGH and any(title in words for words in outside)
    )
