"""What the home pages show of a round at a glance: what stops the sitting, what waits, who is late. Made of records, for templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from casework.cases.queries import CaseLine
from casework.conferences.queries import Board, ConferenceRecord
from casework.conferences.rules import RoundState
from casework.duties.queries import DutyRecord
from casework.duties.rules import DutyKind
from casework.referrals.queries import ReferralLine, VictimToReach
from casework.referrals.rules import ReferralState
from casework.research.queries import Square
from casework.research.rules import ResearchState
from casework.web.components import SafeContact
from casework.web.referral_sheet import safe_contact_of
from casework.web.wording import plural

OUT = (RoundState.LIST_OUT, RoundState.INPUTS_CLOSED, RoundState.SITTING)
AHEAD = (RoundState.PLANNED, *OUT)
WITH_A_VICTIM = (DutyKind.IDVA_CONTACT, DutyKind.TELL_VICTIM)


def current_rounds(rounds: Iterable[ConferenceRecord]) -> list[ConferenceRecord]:
    """Return the round that each MARAC works on: its first that has still to sit, those whose list is out first."""
    found: dict[UUID, ConferenceRecord] = {}
    for one in sorted(rounds, key=lambda one: one.sits_at):
        if one.state in AHEAD:
            found.setdefault(one.marac.id, one)
    return sorted(found.values(), key=lambda one: (one.state == RoundState.PLANNED, one.sits_at, one.marac.name))


def next_of(rounds: Iterable[ConferenceRecord], this: ConferenceRecord) -> ConferenceRecord | None:
    """Return the round of the same MARAC after this one, None when the calendar holds none."""
    later = [one for one in rounds if one.marac.id == this.marac.id and one.sits_at > this.sits_at]
    return min(later, key=lambda one: one.sits_at, default=None)


@dataclass(frozen=True, slots=True)
class LateAgency:
    """One agency with what it owes and is late with: how many duties, and what they are in words."""

    agency: str
    late: int
    what: str


@dataclass(frozen=True, slots=True)
class Before:
    """What stops the sitting of one round, counted."""

    asked: int
    answered: int
    cases: int
    without_contact: tuple[str, ...]
    not_accepted: int
    late: tuple[LateAgency, ...]
    late_of_people: int
    overdue_actions: int
    overdue_by: str


_LATE_WORDS = {
    DutyKind.RESEARCH_ANSWER: ("research answer", "research answers"),
    DutyKind.ACTION_REPORT: ("action report", "action reports"),
    DutyKind.FLAG_RAISE: ("mark on files", "marks on files"),
    DutyKind.FLAG_LIFT: ("mark to take off", "marks to take off"),
    DutyKind.TELL_VICTIM: ("victim to be told", "victims to be told"),
    DutyKind.IDVA_CONTACT: ("first contact", "first contacts"),
}
_OTHERS = ("other", "others")


def before(
    conference: ConferenceRecord,
    board: Board,
    squares: Sequence[Square],
    duties: Collection[DutyRecord],
    names: Mapping[UUID, str],
) -> Before:
    """Count what stops the sitting, from the board, the research and everybody's open duties."""
    listed = {one.case_id for one in board.on_the_list}
    ours = [one for one in squares if one.case_id in listed]
    late = [one for one in duties if one.is_late]
    overdue = Counter(
        one.owed_by_agency_id for one in late if one.kind == DutyKind.ACTION_REPORT and one.owed_by_agency_id
    )
    return Before(
        asked=len(ours),
        answered=sum(one.state != ResearchState.ASKED for one in ours),
        cases=len(listed),
        without_contact=tuple(one.number for one in board.on_the_list if not one.has_safe_contact),
        not_accepted=sum(one.kind == DutyKind.CONFIDENTIALITY and one.conference_id == conference.id for one in duties),
        late=_late_agencies(late, names),
        late_of_people=sum(one.owed_by_agency_id is None for one in late),
        overdue_actions=sum(overdue.values()),
        overdue_by=", ".join(f"{names.get(agency, '')} {count}" for agency, count in overdue.most_common(3)),
    )


def _late_agencies(late: Iterable[DutyRecord], names: Mapping[UUID, str]) -> tuple[LateAgency, ...]:
    by_agency: dict[UUID, Counter[DutyKind]] = {}
    for one in late:
        if one.owed_by_agency_id is not None:
            by_agency.setdefault(one.owed_by_agency_id, Counter())[DutyKind(one.kind)] += 1
    found = [
        LateAgency(
            agency=names.get(agency_id, "An agency that has left"),
            late=sum(kinds.values()),
            what=", ".join(plural(count, *_LATE_WORDS.get(kind, _OTHERS)) for kind, count in kinds.most_common()),
        )
        for agency_id, kinds in by_agency.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.late, one.agency)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """One referral that waits for triage."""

    line: ReferralLine
    since: datetime | None
    lacking: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """The referrals that wait: those to decide, the oldest first, how many are with their referrers, and the victim of each by name."""

    waiting: tuple[Waiting, ...]
    returned: int
    names: Mapping[UUID, str]


def inbox(lines: Sequence[ReferralLine]) -> Inbox:
    """Group the referrals of triage for the home page."""
    waiting = [one for one in lines if one.state == ReferralState.SUBMITTED]
    return Inbox(
        waiting=tuple(Waiting(one, one.submitted_at, _and_more(one.lacking)) for one in waiting),
        returned=sum(one.state == ReferralState.RETURNED for one in lines),
        names={one.id: one.victim_name for one in lines},
    )


@dataclass(frozen=True, slots=True)
class Seeking:
    """A victim for whom somebody has to be found who tries to reach her, by when. The name is "" once triage has decided."""

    referral_id: UUID
    name: str
    due_at: datetime
    is_late: bool


def seeking(owed: Iterable[DutyRecord], inbox: Inbox) -> tuple[Seeking, ...]:
    """Return the victims whom the IDVA service may not know of and whom nobody tries to reach yet, by due time."""
    return tuple(
        Seeking(one.subject_id, inbox.names.get(one.subject_id, ""), one.due_at, one.is_late)
        for one in owed
        if one.kind == DutyKind.CONTACT_BY_ANOTHER
    )


def _and_more(what: Sequence[str]) -> str:
    if not what:
        return ""
    shown = ", ".join(one[0].lower() + one[1:] for one in what[:3])
    return shown if len(what) <= 3 else f"{shown} and {len(what) - 3} more"


@dataclass(frozen=True, slots=True)
class Victim:
    """A victim whom the IDVA is to reach: who ("" when the case is open to them no more), by when, how that is safe, and when the
    co-ordinator asked again. `which` tells those of the same name apart ("2 of 3").

    `referral_id` is the referral from which a first contact is tried, None for what was agreed at a sitting.
    """

    name: str
    number: str
    referral_id: UUID | None
    contact: SafeContact | None
    due_at: datetime
    is_late: bool
    chased_at: datetime | None
    which: str = ""


def victims(
    owed: Iterable[DutyRecord],
    lines: Mapping[UUID, CaseLine],
    referred: Mapping[UUID, VictimToReach],
    *,
    today: date,
) -> tuple[tuple[Victim, ...], tuple[Victim, ...]]:
    """Return the victims to be reached for the first time and those to be told what was agreed, by due time. `today` is London's.

    `referred` are those of referrals that have no case yet, by referral.
    """
    to_try: list[Victim] = []
    to_tell: list[Victim] = []
    for one in owed:
        if one.kind in WITH_A_VICTIM:
            first = one.kind == DutyKind.IDVA_CONTACT
            new, line = referred.get(one.subject_id), lines.get(one.case_id) if one.case_id else None
            document = new.victim if new else line.victim.document if line and line.victim else {}
            found = Victim(
                name=" ".join(filter(None, (document.get("given_names"), document.get("family_name")))),
                number="new referral" if new else line.number if line else "",
                referral_id=one.subject_id if first else None,
                contact=safe_contact_of(document, on=today),
                due_at=one.due_at,
                is_late=one.is_late,
                chased_at=one.chased_at,
            )
            (to_try if first else to_tell).append(found)
    return _told_apart(to_try), _told_apart(to_tell)


def _told_apart(found: Sequence[Victim]) -> tuple[Victim, ...]:
    """Number those who would otherwise be called the same, so that no two links of the list have one name."""
    many = Counter((one.name, one.number) for one in found)
    seen: Counter[tuple[str, str]] = Counter()
    apart = []
    for one in found:
        called = (one.name, one.number)
        seen[called] += 1
        apart.append(replace(one, which=f"{seen[called]} of {many[called]}") if many[called] > 1 else one)
    return tuple(apart)
