"""A probable earlier case beside a new referral: its people next to each other, what agrees and what differs in words, how long ago it was
referred, what became of its plan, and which answers of the checklist have changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.clock import whole_months_between
from casework.people.rules import fold
from casework.referrals.queries import Candidate, Checklist, ReferralRecord
from casework.risk.rules import Answer, difference
from casework.web import referral_sheet
from casework.web.forms.checklist import pack
from casework.web.forms.referral_words import ANSWER, said
from casework.web.wording import date_words

SAME_PAIR, SWAPPED_PAIR, SAME_VICTIM = "same_pair", "swapped_pair", "same_victim"
KINDS = {
    SAME_PAIR: "The same couple",
    SWAPPED_PAIR: "The same couple the other way round",
    SAME_VICTIM: "The same victim with somebody else",
}
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One item of the checklist whose answer differs from the last time: before and now in words."""

    number: int
    question: str
    before: str
    after: str
    raises_risk: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing that is known of somebody here and there: `mark` says "same", "differs", or where it is not known."""

    label: str
    here: str
    there: str
    mark: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One probable earlier case as the page shows it."""

    candidate: Candidate
    kind: str
    beside: tuple[Beside, ...]
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    heard: str
    plan: str
    changes: tuple[Changed, ...] | None
    compared_on: date | None


def shown(
    candidate: Candidate, record: ReferralRecord, last: Checklist | None, plan: Mapping[str, int], today: date
) -> Shown:
    """Put a candidate beside the referral. `last` is the case's latest checklist, `plan` counts its actions by state."""
    case = candidate.case
    months = whole_months_between(case.last_referral_on, record.line.received_on or today)
    ago = {0: "less than a month ago", 1: "a month ago"}.get(months, f"{months} months ago")
    changes = None
    if last is not None and candidate.kind == SAME_PAIR and (last.tool, last.version) == (pack().tool, pack().version):
        changes = changed(last.answers, referral_sheet.answers_by_code(record.document))
    return Shown(
        candidate=candidate,
        kind=KINDS[candidate.kind],
        beside=_beside(candidate, record.document),
        agrees=_by_person(candidate.agreeing),
        differs=_by_person(candidate.differing),
        heard=ago,
        plan=_plan_words(plan),
        changes=changes,
        compared_on=last.completed_on if last is not None else None,
    )


def changed(before: Mapping[str, Answer], after: Mapping[str, Answer]) -> tuple[Changed, ...]:
    """Return the items whose answer differs between two checklists of one tool, in its order, in words."""
    items = {item.code: item for item in pack().items}
    found = [change for change in difference(before, after) if change.code in items]
    return tuple(
        Changed(
            number=items[change.code].number,
            question=items[change.code].question,
            before=said(ANSWER, change.before).lower() or "not asked",
            after=said(ANSWER, change.after).lower() or "not asked",
            raises_risk=change.raises_risk,
        )
        for change in found
    )


def _beside(candidate: Candidate, document: Document) -> tuple[Beside, ...]:
    case, victim = candidate.case, document.get("victim") or {}
    others: Sequence[Document] = document.get("perpetrators") or ()
    then_victim = case.victim.document if case.victim else {}
    then_others = [one.document for one in case.perpetrators]
    if candidate.kind == SWAPPED_PAIR:
        pairs = [
            ("Victim here", victim, _nearest(victim, then_others)),
            ("Perpetrator here", _nearest(then_victim, others), then_victim),
        ]
    else:
        pairs = [("Victim", victim, then_victim)]
        for there in then_others or [{}]:
            pairs.append(("Perpetrator", _nearest(there, others), there))
    return tuple(row for who, here, there in pairs for row in _rows(who, here, there))


def _nearest(one: Document, others: Sequence[Document]) -> Document:
    """Return which of these people is most like somebody: by how many of name and date of birth are the same."""

    def likeness(other: Document) -> int:
        parts = ("given_names", "family_name", "date_of_birth")
        return sum(bool(other.get(part)) and fold(str(other[part])) == fold(str(one.get(part) or "")) for part in parts)

    return max(others, key=likeness, default={})


def _rows(who: str, here: Document, there: Document) -> list[Beside]:
    found = []
    for label, words in (
        (who, referral_sheet.name_of),
        ("Born", _born),
        ("Lives at", lambda person: ", ".join(referral_sheet.address_lines(person.get("address")))),
    ):
        one, other = words(here), words(there)
        if one or other:
            found.append(Beside(label, one or "Not known", other or "Not known", _mark(one, other)))
    return found


def _born(person: Document) -> str:
    born = person.get("date_of_birth")
    return date_words(date.fromisoformat(born), weekday=False, year=True) if born else ""


def _mark(here: str, there: str) -> str:
    if not here or not there:
        return "not known here" if there else "not known then"
    return "same" if fold(here) == fold(there) else "differs"


def _by_person(reasons: Sequence[str]) -> tuple[str, ...]:
    """Say "victim: surname, first name" once for each person instead of "victim" before every reason."""
    found: dict[str, list[str]] = {}
    for reason in reasons:
        who, colon, what = reason.partition(": ")
        known = bool(colon) and who in ("victim", "perpetrator")
        found.setdefault(who if known else "", []).append(what if known else reason)
    return tuple(f"{who.capitalize()}: {', '.join(what)}" if who else ", ".join(what) for who, what in found.items())


def _plan_words(plan: Mapping[str, int]) -> str:
    if not plan:
        return "No actions recorded"
    order: Sequence[tuple[str, str]] = (
        ("not_done", "not done"),
        ("agreed", "not reported"),
        ("done", "done"),
        ("overtaken", "overtaken by events"),
    )
    return ", ".join(f"{plan[state]} {words}" for state, words in order if plan.get(state))
