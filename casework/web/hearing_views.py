"""What the screen of a case at the table shows beside the form: research by agency, last time's plan, the agenda around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from casework.accounts.queries import PersonName
from casework.actions.queries import ActionRecord
from casework.conferences.queries import AttendanceRecord, Board, ConferenceRecord, Place
from casework.conferences.rules import AttendanceState, ListingState
from casework.people.rules import fold
from casework.research.queries import SharedAnswer
from casework.research.rules import ResearchState
from casework.web.forms.sitting import CRIMES, RISKS, WISHES


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one agency shared: facts with their day where they have one, opinions apart, and whether it keeps something back."""

    agency: str
    facts: tuple[tuple[date | None, str], ...]
    opinions: tuple[str, ...]
    keeps_back: bool
    was_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Research:
    """The research on a case, as the table reads it: who shared what, and in one line each who knows nothing or is silent."""

    told: tuple[Told, ...]
    nothing_known: tuple[str, ...]
    kept_back: tuple[str, ...]
    silent: tuple[str, ...]


def research(answers: Sequence[SharedAnswer], names: Mapping[UUID, str]) -> Research:
    """Group the answers about one case by what they say, agencies by name."""
    by_name = sorted(answers, key=lambda one: names.get(one.agency_id, ""))

    def those(state: ResearchState) -> tuple[str, ...]:
        return tuple(names.get(one.agency_id, "An agency that has left") for one in by_name if one.state == state)

    return Research(
        told=tuple(
            Told(
                agency=names.get(one.agency_id, "An agency that has left"),
                facts=tuple(
                    (date.fromisoformat(fact["on"]) if fact.get("on") else None, fact["words"])
                    for fact in one.answer.get("facts") or ()
                ),
                opinions=tuple(one.answer.get("opinions") or ()),
                keeps_back=one.keeps_something_back,
                was_late=one.was_late,
            )
            for one in by_name
            if one.state == ResearchState.SHARED
        ),
        nothing_known=those(ResearchState.NOTHING_KNOWN),
        kept_back=those(ResearchState.KEPT_BACK),
        silent=those(ResearchState.ASKED),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one earlier sitting agreed, the outcomes that the table must hear of first."""

    sits_on: date
    actions: tuple[ActionRecord, ...]


_FIRST = ("not_done", "agreed", "overtaken", "done")


def last_plan(actions: Sequence[ActionRecord], listing_id: UUID) -> Plan | None:
    """Return the plan of the last sitting before this one, what was not done first; None when there was none."""
    before = [one for one in actions if one.listing_id != listing_id]
    if not before:
        return None
    last = max(one.sits_on for one in before)
    ours = [one for one in before if one.sits_on == last]
    return Plan(sits_on=last, actions=tuple(sorted(ours, key=lambda one: (_FIRST.index(one.state), one.due_on))))


def same_as_before(actions: Sequence[ActionRecord], listing_id: UUID) -> dict[UUID, ActionRecord]:
    """Return, for each action of this sitting that an earlier one agreed in the same words for the same agency, that earlier one.

    What did not help once is not set again unseen: SafeLives' near-miss review names this.
    """
    before = {
        (one.owner_agency_id, fold(one.what)): one
        for one in sorted(actions, key=lambda one: one.sits_on)
        if one.listing_id != listing_id
    }
    found = (
        (one, before.get((one.owner_agency_id, fold(one.what)))) for one in actions if one.listing_id == listing_id
    )
    return {one.id: earlier for one, earlier in found if earlier is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a case stands on the agenda: its number of how many, and the cases around it."""

    number: int
    of: int
    before: Place | None
    after: Place | None
    dealt_with: int


def way(board: Board, listing_id: UUID) -> Way:
    """Return the way through the agenda from one case. `after` is the next one that waits, after this one or from the top."""
    places = [one for one in board.places if one.position is not None and one.state != ListingState.WITHDRAWN]
    here = next((number for number, one in enumerate(places) if one.id == listing_id), 0)
    waiting = [one for one in [*places[here + 1 :], *places[:here]] if one.state == ListingState.LISTED]
    return Way(
        number=here + 1,
        of=len(places),
        before=places[here - 1] if here else None,
        after=waiting[0] if waiting else None,
        dealt_with=sum(one.state != ListingState.LISTED for one in places),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """The clock of a case: begun when, how long it may take, and how long it has taken at `now`, in minutes."""

    begun: datetime
    now: datetime
    minutes: int
    ended: datetime | None

    @property
    def taken(self) -> int:
        """Whole minutes so far."""
        return max(0, int(((self.ended or self.now) - self.begun).total_seconds() // 60))

    @property
    def is_over(self) -> bool:
        """Whether the case takes longer than planned."""
        return self.taken >= self.minutes


def timer(place: Place, *, minutes: int, now: datetime) -> Timer | None:
    """Return the clock of a case, None before it has begun."""
    if place.started_at is None:
        return None
    return Timer(begun=place.started_at, now=now, minutes=minutes, ended=place.ended_at)


@dataclass(frozen=True, slots=True)
class InTheRoom:
    """Somebody noted for the sitting."""

    account_id: UUID
    name: str
    state: str
    stands_in_for: str


def in_the_room(room: Sequence[AttendanceRecord], names: Mapping[UUID, PersonName]) -> list[InTheRoom]:
    """Return who is noted for a sitting, who is there first."""
    there = [one for one in room if one.state != AttendanceState.EXPECTED and one.account_id in names]
    return sorted(
        (
            InTheRoom(
                account_id=one.account_id,
                name=names[one.account_id].name,
                state=one.state,
                stands_in_for=_name_in(names, one.deputises_for_account_id),
            )
            for one in there
        ),
        key=lambda one: (one.state != AttendanceState.PRESENT, one.name),
    )


def _name_in(names: Mapping[UUID, PersonName], account_id: UUID | None) -> str:
    found = names.get(account_id) if account_id else None
    return found.name if found else ""


def ends_at(board: Board, conference: ConferenceRecord) -> datetime:
    """Return when a sitting ends that keeps to its minutes a case, from when it began or is to begin."""
    on_the_agenda = sum(one.position is not None and one.state != ListingState.WITHDRAWN for one in board.places)
    begun = conference.started_at or conference.sits_at
    return begun + timedelta(minutes=on_the_agenda * conference.marac.minutes_a_case)


def said(recorded: Mapping[str, object], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what has been recorded as (heading, words) in the order of hearing, for those who read along."""
    risks = dict(recorded.get("risks") or {})  # type: ignore[call-overload]
    crimes = list(recorded.get("crimes") or [])  # type: ignore[call-overload]
    found = [("The victim’s voice", str(recorded.get("voice") or ""))]
    found += [(f"Risk: {label.lower()}", str(risks.get(str(code)) or "")) for code, label in RISKS]
    found += [
        (
            f"Crime disclosed: {CRIMES[one['kind']].lower()}",
            ". ".join(filter(None, (one.get("words"), WISHES[one.get("wish") or "not_asked"]))),
        )
        for one in crimes
    ]
    teller = str(recorded.get("teller") or "")
    if teller:
        found.append(
            ("Tells the victim", ": ".join(filter(None, (names.get(teller, ""), str(recorded.get("tell_how") or "")))))
        )
    found.append(("Nobody tells the victim, because", str(recorded.get("nobody_tells_because") or "")))
    found.append(("No action, because", str(recorded.get("no_action_because") or "")))
    found.append(("Put off, because", str(recorded.get("deferred_because") or "")))
    return tuple((heading, words) for heading, words in found if words.strip())
