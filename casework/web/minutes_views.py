"""Minutes as their page shows them: how far they are, the marks for source and audience, what a copy leaves out, and changes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.minutes.queries import Audience, CopyRecord, EditRecord, HowFar, LeftOut, MinutesRecord
from casework.minutes.queries.audience import SHARED
from casework.minutes.rules import OTHER_BUSINESS
from casework.web.wording import moment_words, plural

# The parts that can be changed, as they are called on the page.
PARTS = {
    "voice": "What the victim wants",
    "no_action_because": "Why no action was agreed",
    "tell_how": "How the victim is told",
    "nobody_tells_because": "Why nobody tells the victim",
    "notes": "Notes on the case",
    OTHER_BUSINESS: "Other business",
}
# Why a copy leaves something out. That an agency is blocked reaches only those who may set a block.
LEFT_OUT = {
    "blocked": "the agency is blocked from this case",
    "not_for_this_agency": "it is not for this agency",
    "reaches_abuser": "telling this agency would reach whoever is said to harm the victim",
    "not_a_member": "the agency is not a member",
    "protocol_not_signed": "the agency has no signed protocol in force",
    "not_listed": "the case was not on the list",
    "under_16": "the victim is under 16: children’s social care leads",
    "not_high_risk": "no route into the conference holds",
    "not_asked": "the agency was not asked about this case",
    "confidentiality_not_accepted": "nobody of the agency has accepted the confidentiality statement",
    "put_off": "it was put off, and until its next list it is open only to those who work with it",
    "case_not_in_the_copy": "the case itself is not in this copy",
    "in_no_copy": "notes stay with the record and are in no copy",
}
WHAT = {
    "case": "the whole case",
    "unfinished": "an action of an earlier sitting",
    "lapsed": "that twelve months have passed",
    "notes": "the notes",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way of the minutes: `state` is done, now or ahead."""

    name: str
    state: str
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class CaseMarks:
    """What the sender sees beside a case: who gets it, who does not by the reason, what was changed, and the notes."""

    listing_id: UUID
    goes_to: tuple[str, ...]
    not_to: tuple[tuple[str, tuple[str, ...]], ...]
    changed: Mapping[str, str] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One agency's copy: `state` is opened, unopened or recalled."""

    agency_id: UUID
    agency: str
    state: str
    issued_at: datetime
    at: datetime | None
    opener: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the draft, with its words in pieces: kept, taken out or put in."""

    record: EditRecord
    part: str
    pieces: tuple[tuple[str, str], ...]


def steps(far: HowFar, mail: Mapping[str, int] | None) -> list[Step]:
    """Say how far the minutes are, from the draft to the copies that were opened.

    `mail` counts the notices that they are out by their state; None when that is no news any more.
    """
    issued = far.issued_at is not None
    approved = far.approved_at is not None
    standing = far.copies - far.recalled
    found = [
        Step("Drafted", "done", far.drafted_at),
        Step("Approved", "done" if approved else "now", far.approved_at, "" if approved else "waits for the chair"),
        Step(
            "Issued",
            "done" if issued else "now" if approved else "ahead",
            far.issued_at,
            f"to {plural(far.copies, 'agency', 'agencies')}"
            if issued
            else "by itself within minutes"
            if approved
            else "",
        ),
    ]
    if mail is not None:
        found.append(_told(mail))
    opened = f"{far.opened} of {plural(standing, 'agency', 'agencies')}" if issued else ""
    all_read = issued and far.opened >= standing
    found.append(Step("Opened", "done" if all_read else "now" if issued else "ahead", None, opened))
    return found


def _told(mail: Mapping[str, int]) -> Step:
    told, waiting, dead = mail.get("sent", 0), mail.get("waiting", 0), mail.get("dead", 0)
    if not told + waiting + dead:
        return Step("Told by e-mail", "now", None, "about to go out")
    words = f"{told} of {plural(told + waiting + dead, 'person', 'people')}"
    return Step(
        "Told by e-mail", "now" if waiting else "done", None, f"{words}; {dead} could not be reached" if dead else words
    )


def is_busy(far: HowFar, mail: Mapping[str, int] | None) -> bool:
    """Say whether something happens by itself at the moment: copies going out, or mail."""
    return far.state == "approved" or (mail is not None and (not mail or bool(mail.get("waiting"))))


def marks(record: MinutesRecord) -> dict[str, CaseMarks]:
    """Return the marks of each case, by its number."""
    names = {UUID(agency_id): name for agency_id, name in record.body["agencies"].items()}
    found = {}
    for one in record.body["cases"]:
        told = (record.audience or {})[one["case_id"]]
        found[one["number"]] = CaseMarks(
            listing_id=UUID(one["listing_id"]),
            goes_to=tuple(sorted(names.get(agency_id, "") for agency_id in told.agencies)),
            not_to=_by_reason(told, names),
            changed={part: changed_words(change) for part, change in (one.get("amended") or {}).items()},
            notes=one.get("notes") or "",
        )
    return found


def _by_reason(told: Audience, names: Mapping[UUID, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for agency_id, code in told.codes.items():
        if code != SHARED:
            found.setdefault(LEFT_OUT[code], []).append(names.get(agency_id, ""))
    return tuple((why, tuple(sorted(agencies))) for why, agencies in sorted(found.items()))


def changed_words(change: Mapping[str, object]) -> str:
    """Say who changed a part last, and when."""
    return f"Changed by {change['by']}, {moment_words(datetime.fromisoformat(str(change['at'])))}"


def copies(record: MinutesRecord, given: Sequence[CopyRecord], openers: Mapping[UUID, str]) -> list[CopyRow]:
    """Return copies of one version by the name of their agency. `openers` names accounts."""
    names = record.body["agencies"]
    rows = [
        CopyRow(
            agency_id=one.agency_id,
            agency=names.get(str(one.agency_id), "An agency that has left"),
            state="recalled" if one.recalled_at else "opened" if one.opened_at else "unopened",
            issued_at=one.issued_at,
            at=one.recalled_at or one.opened_at,
            opener=openers.get(one.opened_by_account_id, "") if one.opened_by_account_id else "",
        )
        for one in given
    ]
    return sorted(rows, key=lambda row: row.agency)


def left_out(record: MinutesRecord) -> list[tuple[str, str, str]]:
    """Return what a copy leaves out: number of the case, what of it, and why."""
    return [(one.case_number, WHAT[one.part], _why(one)) for one in record.left_out]


def _why(one: LeftOut) -> str:
    return LEFT_OUT[one.code]


def changes(records: Sequence[EditRecord]) -> list[Change]:
    """Return each change with its differences."""
    return [Change(one, PARTS[one.part], tuple(differences(one.before, one.after))) for one in records]


def differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield two texts as one, in pieces of whole words: ("kept" | "out" | "in", piece)."""
    old, new = re.findall(r"\s*\S+\s*", before), re.findall(r"\s*\S+\s*", after)
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "kept", "".join(old[start:end])
            continue
        if end > start:
            yield "out", "".join(old[start:end])
        if new_end > new_start:
            yield "in", "".join(new[new_start:new_end])
