"""What a person typed at the desk, checked against casebook and campaign: a decision ready to keep.

Each function returns what `DecisionStore.add` takes, or says in plain words why it cannot be meant.
Payloads hold what the person had before him, so that later mail cannot pass for it
(`casebook/verdicts.py` lists them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inbox_ingest.campaigns import Campaign
from inbox_ingest.casebook.changes import Decision, DecisionKind
from inbox_ingest.casebook.glance import Glance
from inbox_ingest.casebook.glance_files import (
    case_body,
    find_files,
    find_messages,
    holders,
    materials,
)
from inbox_ingest.casebook.verdicts import Verdicts
from inbox_ingest.errors import UsageError
from inbox_ingest.records import ROLES, IssueCode
from inbox_ingest.reports.words import ISSUE_WORDS, ROLE_WORDS
from inbox_ingest.stages.field_values import field_called, field_value

NEW_CASE = ("new", "新")
_DISPOSED = {
    "unrelated": "unrelated",
    "无关": "unrelated",
    "automatic": "automatic",
    "自动": "automatic",
    "duplicate": "duplicate",
    "重复": "duplicate",
}
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Intention:
    """A decision that nobody has kept yet."""

    kind: DecisionKind
    case_no: str | None = None
    raw_sha256: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the person sees: the casebook as filed, the campaign, the decisions made so far."""

    glance: Glance
    campaign: Campaign
    decisions: Sequence[Decision]

    def fix(self, case_no: str, assignments: Iterable[str]) -> list[Intention]:
        """`field=value` for each field. Raises UsageError for a field or value that cannot be."""
        case = self._case(case_no)
        seen = _files_of(case)
        return [
            Intention(
                "fix", case["case_no"], payload={**field_value(self.campaign, text), "seen": seen}
            )
            for text in assignments
        ]

    def assign(
        self, file: str, case_no: str, *, role: str | None = None, source: str | None = None
    ) -> Intention:
        """A file into a case (`new`: one of its own), in a role; `source` where several hold it."""
        role = _by_word(role, ROLE_WORDS)
        if role is not None and role not in ROLES:
            raise UsageError(f"没有角色“{role}”。", remedy=f"可用的有 {_glossary(ROLE_WORDS)}。")
        target = None if case_no.strip().casefold() in NEW_CASE else self._case(case_no)
        number = target["case_no"] if target else None
        chosen = self._file(file, self._case(source)["case_no"] if source else None, number)
        sha256, home = chosen["sha256"], chosen["case_no"]
        payload = {"sha256": sha256, "filename": chosen["filename"], "role": role, "from": home}
        if home is not None and home == number:
            if role is None:
                raise UsageError(
                    f"“{chosen['filename'] or sha256[:12]}”已在 {number} 中。",
                    remedy="要改它的角色请加 --role。",
                )
            return Intention("assign", number, payload={**payload, "stays": True})
        if home is not None:
            payload |= self._kept(self._case(home), [sha256])
        return Intention("assign", number, payload=payload)

    def split(self, case_no: str, files: Sequence[str], messages: Sequence[str] = ()) -> Intention:
        """Files, or all files of a mail, out of a case into one of their own."""
        case = self._case(case_no)
        chosen = {self._file(name, case["case_no"], None)["sha256"] for name in files}
        for text in messages:
            raw_sha256 = self._message(text)["raw_sha256"]
            of_mail = [m for m in materials(case) if m["raw_sha256"] == raw_sha256]
            if not of_mail:
                raise UsageError(
                    f"{case['case_no']} 中没有邮件 {text} 的材料。",
                    remedy=f"邮件号见 ingest show {case['case_no']} 的“来信”一节。",
                )
            chosen.update(material["attachment"]["sha256"] for material in of_mail)
        if not chosen:
            raise UsageError("没有写明要拆出的文件。", remedy="写文件名，或用 --message 写邮件。")
        if not {m["attachment"]["sha256"] for m in materials(case)} - chosen:
            raise UsageError(
                f"{case['case_no']} 的材料全在其中，拆分后一件不剩。",
                remedy="只写要拆出去的文件，至少留下一个；整件并到别处请用 ingest merge。",
            )
        payload = {"sha256s": sorted(chosen), **self._kept(case, chosen)}
        return Intention("split", case["case_no"], payload=payload)

    def merge(self, source: str, into: str) -> Intention:
        """One case into another, whose number stays."""
        one, other = self._case(source), self._case(into)
        given_up, kept = one["case_no"], other["case_no"]
        now = Verdicts.of(self.decisions).after_merges
        if now(given_up) == now(kept):
            raise UsageError(
                f"{source} 和 {into} 已是同一件。",
                remedy="请写两个不同的编号：先写并掉的，再写保留的；编号见 ingest list。",
            )
        seen = sorted({*_files_of(one), *_files_of(other)})
        return Intention("merge", kept, payload={"from": given_up, "seen": seen})

    def waive(self, case_no: str, code: str, name: str | None = None) -> Intention:
        """An issue of a case that shall not count; of all fields where none is named."""
        code = _by_word(code, ISSUE_WORDS) or ""
        if code not in set(IssueCode):
            raise UsageError(f"没有问题“{code}”。", remedy=f"可用的有 {_glossary(ISSUE_WORDS)}。")
        case = self._case(case_no)
        line = self.glance.case(case["case_no"]) or {}
        found = [issue for issue in line.get("issues", ()) if issue["code"] == code]
        if name is not None:
            known = field_called(self.campaign, name)
            names = {name, known.name} if known else {name}
            found = [issue for issue in found if issue["field"] in names]
        if not found:
            codes = dict.fromkeys(_issue_name(issue) for issue in line.get("issues", ()))
            listing = "、".join(codes) or "没有"
            raise UsageError(
                f"{case['case_no']} 现在没有这个问题：{code}{' ' + name if name else ''}。",
                remedy=f"它现有的问题：{listing}。",
            )
        waived = found[0]["field"] if name is not None else None
        payload = {"code": code, "field": waived, "seen": _files_of(case)}
        if code == IssueCode.POSSIBLE_DUPLICATE:
            payload["twins"] = [name.partition("《")[0] for name in case["duplicates_of"]]
        return Intention("waive", case["case_no"], payload=payload)

    def dispose(self, message: str, words: Sequence[str]) -> Intention:
        """What a mail is: `as unrelated`, `as automatic`, `as duplicate`; none brings material."""
        said = [word for word in words if word not in ("as", "为", "是")]
        disposition = _DISPOSED.get(said[0]) if len(said) == 1 else None
        if disposition is None:
            raise UsageError(
                "须写明这封邮件是什么。",
                remedy="可写 as unrelated（无关）、as automatic（自动）、as duplicate（重复）。",
            )
        raw_sha256 = self._message(message)["raw_sha256"]
        payload = {"disposition": disposition}
        return Intention("dispose", raw_sha256=raw_sha256, payload=payload)

    def handle(self, message: str) -> Intention:
        """A question or an unreadable mail that has been dealt with."""
        return Intention("handle", raw_sha256=self._message(message)["raw_sha256"])

    def note(self, case_no: str, text: str) -> Intention:
        """A remark on a case."""
        if not text.strip():
            raise UsageError("备注是空的。")
        return Intention("note", self._case(case_no)["case_no"], payload={"text": text.strip()})

    # --- what is meant ------------------------------------------------------------------------

    def _case(self, case_no: str) -> dict[str, Any]:
        """The record of an open case, its number as the campaign writes it."""
        known = self.glance.case_number(case_no)
        if known is None:
            raise UsageError(
                f"没有编号为 {case_no} 的案例。", remedy="用 ingest list 查看全部编号。"
            )
        if known["closed_at"]:
            into = known["merged_into"]
            raise UsageError(
                f"{known['case_no']} {'已并入 ' + into if into else '已没有材料'}，不能再处理。",
                remedy=f"请改用 {into}。" if into else None,
            )
        return {**case_body(self.glance, known["case_no"]), "case_no": known["case_no"]}

    def _kept(self, case: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
        """What stays in the case, and where else the taken files are, not meant here."""
        away = set(taken)
        stay = {m["attachment"]["sha256"] for m in materials(dict(case))} - away
        elsewhere = [
            held["place"]
            for sha256 in sorted(away)
            for held in holders(self.glance, sha256)
            if held["case_no"] != case["case_no"]
        ]
        return {"keeps": sorted(stay), "elsewhere": elsewhere}

    def _file(self, text: str, source: str | None, target: str | None) -> dict[str, Any]:
        """The one file meant: in `source` where named, else the only one anywhere of this name.

        Keys: sha256, filename, case_no (the open case that holds it, None where none does).
        """
        found = find_files(self.glance, text)
        if source is not None:
            found = [file for file in found if source in file["case_nos"]]
        if not found:
            where = f"{source} 中" if source else ""
            raise UsageError(
                f"{where}没有文件“{text}”。",
                remedy="请照 ingest show 里的文件名写（含空格或括号时加引号），或写校验值的前几位。",
            )
        if len(found) > 1:
            raise UsageError(
                f"“{text}”不止一个文件，请用校验值的前几位指明：\n{_listed(map(_file_words, found))}"
            )
        (file,) = found
        homes = [source] if source else file["case_nos"]
        if len(homes) > 1 and target in homes:
            homes = [target]
        if len(homes) > 1:
            raise UsageError(
                f"{'、'.join(homes)} 都有“{text}”。", remedy="请加 --from 编号，写明从哪一件取出。"
            )
        return {**file, "case_no": homes[0] if homes else None}

    def _message(self, text: str) -> dict[str, Any]:
        found = find_messages(self.glance, text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(
                f"没有邮件“{text}”。",
                remedy="请写 ingest list --waiting 或 ingest show 里的邮件号，或 Message-ID。",
            )
        raise UsageError(
            f"“{text}”不止一封邮件，请多写几位：\n{_listed(map(_message_words, found))}"
        )


def _files_of(case: Mapping[str, Any]) -> list[str]:
    """What the person has before him: everything that the case holds."""
    return sorted({material["attachment"]["sha256"] for material in materials(dict(case))})


def _by_word(typed: str | None, words: Mapping[str, str]) -> str | None:
    """The contract's word for what was typed, which may be the Chinese one."""
    return next((key for key, word in words.items() if word == typed), typed)


def _glossary(words: Mapping[str, str]) -> str:
    return "、".join(f"{key}（{word}）" for key, word in words.items())


def _issue_name(issue: Mapping[str, Any]) -> str:
    return f"{issue['code']} {issue['field']}" if issue["field"] else str(issue["code"])


def _listed(lines: Iterable[str]) -> str:
    every = list(lines)
    more = [f"  ……共 {len(every)} 个"] if len(every) > _SHOWN else []
    return "\n".join([*(f"  {line}" for line in every[:_SHOWN]), *more])


def _file_words(file: Mapping[str, Any]) -> str:
    homes = "、".join(file["case_nos"]) or "未归入案例"
    when = (file["received_at"] or "")[:16].replace("T", " ")
    return f"{file['sha256'][:12]}  {file['filename'] or '（无名）'}  {homes}  {when} 收到"


def _message_words(message: Mapping[str, Any]) -> str:
    when = (message["received_at"] or "")[:16].replace("T", " ")
    sender = message["from"] or "发件人未知"
    return f"{message['raw_sha256'][:12]}  {when}  {sender}  {message['subject'] or '（无主题）'}"
