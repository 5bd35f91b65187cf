"""May a bundle join a case that a clue points to? What its documents and the mail's words say.

Three answers: yes, no, and a doubt. A wrong yes loses a case in another one, a wrong no blames a
sender for what he sent; so what cannot be told is a case of its own and a question to the organiser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from inbox_ingest.casebook.bundles import Bundle
from inbox_ingest.casebook.corrections import calls_itself_correction, own_subject
from inbox_ingest.casebook.draft import DraftCase
from inbox_ingest.casebook.index import Index, quoted_cases, threaded_cases
from inbox_ingest.casebook.likeness import Likeness, likeness
from inbox_ingest.casebook.mentions import speaks_of_another_unit
from inbox_ingest.casebook.naming import (
    Name,
    name_of,
    nearest_title,
    same_title_misspelt_unit,
    units_agree,
)
from inbox_ingest.casebook.proof import belongs, same_hand, same_person
from inbox_ingest.casebook.replacing import may_be_anothers, may_join
from inbox_ingest.checking.sameness import Titles
from inbox_ingest.records import Received

_ANOTHER = re.compile(
    r"另(?:外)?(?:再|又|行)?(?:申?报|有?一[个件篇]|[个件]案例)|第[二三四五六]\s*[个件篇]|[再又](?:申?报|有)一[个件篇]|其他案例"
)

_LONG_AS_A_TITLE = 6  # characters
WHICH = "不能确定{files}属于哪个案例"
_CORRECTED_OR_OWN = "不能确定{files}是对已有案例的更正，还是另一个案例"


class Verdict(Enum):
    """Whether a bundle may join a case."""

    YES = auto()
    DOUBT = auto()
    NO = auto()


class Weight(NamedTuple):
    """A verdict; for YES what speaks for it besides the clue, for DOUBT the question in words.

    `surely` says that the units are written alike, or that one side names none.
    """

    verdict: Verdict
    why: str = ""
    titles: Titles | None = None
    surely: bool = True


_SAID = frozenset({"thread", "number", "correction"})
_NO = Weight(Verdict.NO)
_YES = Weight(Verdict.YES)


@dataclass(frozen=True, slots=True)
class Mailed:
    """A bundle with what its mail says of it: the cases answered, a correction, another case."""

    bundle: Bundle
    received: Received
    answered: tuple[DraftCase, ...]
    corrects: bool
    another: bool

    @classmethod
    def of(cls, index: Index, bundle: Bundle, received: Received) -> Mailed:
        """What the mail says."""
        return cls(
            bundle,
            received,
            (*threaded_cases(index, received), *quoted_cases(index, received)),
            calls_itself_correction(bundle, received),
            bool(_ANOTHER.search(f"{own_subject(received)}\n{received.reading.text}")),
        )

    @property
    def address(self) -> str:
        """The sender's address, empty where there is none."""
        sender = self.received.reading.message.sender
        return sender.address.casefold() if sender else ""

    @property
    def whole(self) -> bool:
        """Whether form and text came together."""
        return {"form", "case_text"} <= self.bundle.roles

    def fills(self, case: DraftCase) -> bool:
        """Whether the bundle brings nothing but what the case lacks."""
        roles = self.bundle.roles
        return bool(roles) and not any(case.holds(role) for role in roles)


def weigh(index: Index, case: DraftCase, mailed: Mailed, code: str) -> Weight:
    """Whether the bundle may join the case that the clue `code` points to."""
    campaign, bundle = index.campaign, mailed.bundle
    unit = units_agree(case.names, bundle.name, campaign)
    if unit is False:
        return _YES if code in _SAID and _respells(index, case, mailed) else _NO
    surely = not unit or units_agree(case.names, bundle.name, campaign, proven=False) is True
    if not surely:
        answers = case in mailed.answered
        if not same_hand(case, bundle, mailed.received, campaign, answers=answers):
            return _NO
    titles = _titles(index, case, mailed)
    if bundle.lent == "name" and titles is not None and titles < Titles.NEAR:
        return _NO  # the mail means another case of the sender
    if titles is None or bundle.lent == "name":
        return _untitled(index, case, mailed, code)
    if titles is not Titles.EQUAL and case.messages[0] == mailed.received.reading.raw_sha256:
        return _NO  # begun by this very mail, whose bundles were told apart already
    if titles is Titles.EQUAL:
        named = unit and bundle.lent != "unit"
        weight = _YES if named else _title_alone(index, case, mailed)
    elif titles is Titles.NEAR:
        weight = _near(case, mailed, _alike(index, case, mailed))
    elif titles is Titles.NUMBERED:
        weight = _numbered(case, mailed, _alike(index, case, mailed))
    else:
        weight = _other(case, mailed, _alike(index, case, mailed), unit)
    if weight.verdict is Verdict.YES and titles is not Titles.EQUAL:
        weight = _unless_another_story(weight, index, case, mailed)
    return weight._replace(titles=titles, surely=surely)


def _unless_another_story(weight: Weight, index: Index, case: DraftCase, mailed: Mailed) -> Weight:
    """Another title, another story, another person to call: no word of correction makes it one."""
    told = _alike(index, case, mailed)
    bundle, campaign = mailed.bundle, index.campaign
    if not told.differs or same_person(case.attachments, bundle.attachments, campaign):
        return weight
    return Weight(Verdict.DOUBT, _CORRECTED_OR_OWN)


def _alike(index: Index, case: DraftCase, mailed: Mailed) -> Likeness:
    return likeness(case.attachments, mailed.bundle.attachments, index.campaign)


def _titles(index: Index, case: DraftCase, mailed: Mailed) -> Titles | None:
    """How the titles stand: the forms' where both have one and their stories differ.

    A text that once came with the wrong form must not draw another case's form after it. Where the
    documents bear no title, file names that differ by a number alone tell cases apart.
    """
    campaign, bundle = index.campaign, mailed.bundle
    titles = nearest_title(case.names, bundle.name, campaign)
    if titles is None:
        called = nearest_title(
            [_called(name) for name in case.names], _called(bundle.name), campaign
        )
        return called if called is Titles.NUMBERED else None
    if titles < Titles.NEAR or "form" not in bundle.roles:
        return titles
    by_form, by_text = (
        nearest_title(
            [name_of(file, campaign) for file in case.attachments if (file.form is None) is text],
            bundle.name,
            campaign,
        )
        for text in (False, True)
    )
    by_text_alone = by_form is not None and by_form < titles and by_text is titles
    if by_form is None or not by_text_alone or not _alike(index, case, mailed).differs:
        return titles
    return by_form


def _respells(index: Index, case: DraftCase, mailed: Mailed) -> bool:
    """An answer by who sent the case, under its title, that writes its unit right (or wrong)."""
    return (
        belongs(case, mailed.received)
        and same_title_misspelt_unit(case.names, mailed.bundle.name, index.campaign)
        and same_hand(case, mailed.bundle, mailed.received, index.campaign, answers=True)
        and (not mailed.whole or mailed.corrects)
    )


def _called(name: Name) -> Name:
    """The title, or what the file is called where that is long enough for one."""
    if name.title or len(name.stem) < _LONG_AS_A_TITLE:
        return name
    return name._replace(title=name.stem, whole_title=name.stem)


def _untitled(index: Index, case: DraftCase, mailed: Mailed, code: str) -> Weight:
    """Documents without a title: the clue decides, unless the mail's words or the text speak up."""
    named = speaks_of_another_unit(case, mailed.received, index.campaign)
    if named is not None and not mailed.bundle.name.known:
        return Weight(Verdict.DOUBT, f"来信提到“{named}”，不能确定{{files}}属于哪个案例")
    lent = mailed.bundle.lent == "name"
    another = mailed.another and not lent
    another = another and not (mailed.fills(case) and len(mailed.answered) > 1)
    fits = may_join(
        index, case, mailed.bundle, mailed.received, code=code, corrects=mailed.corrects
    )
    if (
        another
        or not fits
        or may_be_anothers(index, case, mailed.bundle, mailed.received, code=code)
    ):
        return Weight(Verdict.DOUBT, WHICH)
    return Weight(Verdict.YES, "来信或文件名写明是该案例的材料" if lent else "")


def _title_alone(index: Index, case: DraftCase, mailed: Mailed) -> Weight:
    """Equal titles, and one side names no unit: by the sender or the thread, else to fill a gap."""
    title, address = mailed.bundle.name.title, mailed.address
    mine, answers = belongs(case, mailed.received), case in mailed.answered
    if not index.served.bearers.several(title):
        if mine or answers:
            return Weight(Verdict.YES, "来自同一发件人或同一往来邮件")
        if mailed.fills(case):
            return Weight(Verdict.YES, "正好补齐所缺的材料")
        return Weight(Verdict.DOUBT, WHICH)
    known = [*case.names, mailed.bundle.name]
    named = any(name.unit for name in known)
    tied = index.served.bearers.only_sent_for(address, title, known) if named else mine
    if not any(name.unit for name in case.names):
        tied = tied and mine  # else its documents may be somebody else's
    says = mailed.corrects or mailed.fills(case) or _alike(index, case, mailed).same
    tied = tied and says
    if tied:
        return Weight(Verdict.YES, "来自同一发件人")
    return Weight(Verdict.DOUBT, "几个单位的案例名称相同，不能确定{files}属于哪个单位")


def _near(case: DraftCase, mailed: Mailed, alike: Likeness) -> Weight:
    """Nearly equal titles are one case only where something else says so."""
    answers = case in mailed.answered
    if mailed.whole and alike.other:
        told = mailed.corrects or (answers and not mailed.another)
        return Weight(Verdict.DOUBT, _CORRECTED_OR_OWN) if told else _NO
    if mailed.another:
        return _NO if alike.differs else Weight(Verdict.DOUBT, _CORRECTED_OR_OWN)
    support = (
        (mailed.fills(case), "正好补齐所缺的材料"),
        (alike.same, "内容与已有的材料基本相同"),
        (mailed.corrects, "来信说明是更正"),
        (answers, "是对该案例往来邮件的回复或写了该案例编号"),
    )
    why = next((words for holds, words in support if holds), None)
    return Weight(Verdict.YES, why) if why else Weight(Verdict.DOUBT, _CORRECTED_OR_OWN)


def _numbered(case: DraftCase, mailed: Mailed, alike: Likeness) -> Weight:
    """3号线 is not 4号线; only a correction that says so and tells the same story changes the number."""
    mine = case in mailed.answered or belongs(case, mailed.received)
    if mailed.corrects and mine and alike.same:
        return Weight(Verdict.YES, "来信说明是更正，内容与已有的材料基本相同")
    if mailed.another or (mailed.whole and not alike.same):
        return _NO
    if (mailed.corrects and mine) or case in mailed.answered or alike.same or mailed.fills(case):
        return Weight(Verdict.DOUBT, _CORRECTED_OR_OWN)
    return _NO


def _other(case: DraftCase, mailed: Mailed, alike: Likeness, unit: bool | None) -> Weight:
    """Another title: a correction if the mail says so or tells the same story, else another case."""
    answers = case in mailed.answered
    mine = answers or belongs(case, mailed.received)
    if mailed.another or (mailed.whole and alike.other and not mailed.corrects):
        return _NO
    if answers and alike.same:
        return Weight(Verdict.YES, "内容与已有的材料基本相同")
    if mine and mailed.corrects and unit and not alike.other:
        return Weight(Verdict.YES, "来信说明是更正")
    if answers or (mine and mailed.corrects) or (unit and alike.same):
        return Weight(Verdict.DOUBT, _CORRECTED_OR_OWN)
    return _NO
