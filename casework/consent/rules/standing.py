"""Where an agreement stands: derived from its entries, in order. Entries in, standing out; every day is a London day.

Source: docs/adr/0015-youth-support.md; forced reviews and clocks are local practice of the partnership.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from casework.clock import add_months
from casework.programmes.youth_support.rules import Agreement, Giver, Relation, Status, birthday

ANY = "*"
REVIEW_MONTHS = 3
"""The longest time between two reviews when nobody chose a nearer day."""
REVIEWED_AT_AGES = (13, 16, 18)
Scope = Mapping[str, frozenset[str]]


class Kind(StrEnum):
    """What was asked: to be helped, or who may be told what. Two questions, two answers."""

    SERVICE = "service"
    SHARING = "sharing"


class EntryKind(StrEnum):
    """What happened to an agreement."""

    GIVEN = "given"
    PARTLY_GIVEN = "partly_given"
    REFUSED = "refused"
    REAFFIRMED = "reaffirmed"
    NARROWED = "narrowed"
    WITHDRAWN = "withdrawn"
    COMPETENCE_REASSESSED = "competence_reassessed"
    GIVER_BARRED = "giver_barred"
    REVIEW_FORCED = "review_forced"
    WRITTEN_DOWN = "written_down"
    ENDED = "ended"


class ReviewBecause(StrEnum):
    """After what an agreement has to be gone through again."""

    BIRTHDAY = "birthday"
    NEW_AGENCY = "new_agency"
    NEW_PURPOSE = "new_purpose"
    NEW_CATEGORY = "new_category"
    NEW_CARER = "new_carer"
    MOVED = "moved"
    STEPPED = "stepped"
    SAFEGUARDING = "safeguarding"
    CAPACITY_DOUBT = "capacity_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, as the table keeps it."""

    kind: EntryKind
    on: date
    purposes: frozenset[str] = frozenset()
    permit: Scope = field(default_factory=dict)
    deny: Scope = field(default_factory=dict)
    review_due: date | None = None
    expires_on: date | None = None
    competent: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an agreement comes to. `status` is what was answered last; dates say until when a yes counts."""

    status: Status
    on: date
    purposes: frozenset[str] = frozenset()
    permit: Scope = field(default_factory=dict)
    deny: Scope = field(default_factory=dict)
    review_due: date | None = None
    expires_on: date | None = None
    competent: bool | None = None
    giver_barred: bool = False


def standing_of(entries: Iterable[Entry]) -> Standing | None:
    """Return where an agreement stands after its entries, the oldest first; None when nobody has answered yet.

    After the first answer nothing permits more: a yes is given anew in an agreement of its own. What was denied stays denied through
    a narrower answer, a refusal and a withdrawal; only going through it again (`REAFFIRMED`) moves the days, and not once it is over.
    """
    now: Standing | None = None
    for one in entries:
        now = _answered(one) if now is None else _after(now, one)
    return now


def _answered(one: Entry) -> Standing | None:
    if one.kind not in (EntryKind.GIVEN, EntryKind.PARTLY_GIVEN, EntryKind.REFUSED):
        return None
    return Standing(
        status=Status.REFUSED if one.kind is EntryKind.REFUSED else Status.GIVEN,
        on=one.on,
        purposes=one.purposes,
        permit=one.permit,
        deny=one.deny,
        review_due=one.review_due,
        expires_on=one.expires_on,
        competent=one.competent,
    )


def _after(now: Standing, one: Entry) -> Standing:
    if one.kind is EntryKind.GIVER_BARRED:
        return replace(now, giver_barred=True)
    if now.status is not Status.GIVEN:
        return now
    match one.kind:
        case EntryKind.NARROWED:
            return replace(
                now,
                purposes=now.purposes & one.purposes,
                permit=_both(now.permit, one.permit),
                deny=joined(now.deny, one.deny),
            )
        case EntryKind.REAFFIRMED if not is_over(now, one.on):
            return replace(
                now, on=one.on, review_due=one.review_due, expires_on=one.expires_on, competent=one.competent
            )
        case EntryKind.WITHDRAWN:
            return replace(now, status=Status.WITHDRAWN, on=one.on, purposes=frozenset(), permit={})
        case EntryKind.REFUSED:
            deny = joined(now.deny, one.deny)
            return replace(now, status=Status.REFUSED, on=one.on, purposes=frozenset(), permit={}, deny=deny)
        case EntryKind.COMPETENCE_REASSESSED:
            return replace(now, competent=one.competent)
        case EntryKind.REVIEW_FORCED:
            return replace(now, review_due=min(one.on, now.review_due or one.on))
        case EntryKind.ENDED:
            return replace(now, expires_on=min(one.on, now.expires_on or one.on))
        case _:
            return now


def is_over(standing: Standing, today: date) -> bool:
    """Say whether the last day of a yes has passed, or its plan has ended: then only a new answer counts."""
    return standing.expires_on is not None and standing.expires_on <= today


def as_answer(standing: Standing, relation: Relation) -> Agreement:
    """Return an agreement as the sharing decision reads it. A refusal or withdrawal is about everything, whatever else it denies."""
    is_yes = standing.status is Status.GIVEN
    return Agreement(
        status=standing.status,
        on=standing.on,
        review_due=standing.review_due,
        expires_on=standing.expires_on,
        giver=Giver(
            relation=relation,
            competent=standing.competent,
            # Whoever took the answer down has to say whether the giver may be the abuser; nobody else's word stands in for it.
            recorded_as_abuser=standing.giver_barred,
        ),
        purposes=standing.purposes,
        # What a no denies by name must not make it a no to that alone.
        permit=standing.permit if is_yes or not standing.deny else {ANY: frozenset({ANY})},
        deny=standing.deny,
    )


def _both(first: Scope, second: Scope) -> dict[str, frozenset[str]]:
    found = {agency: categories & second.get(agency, frozenset()) for agency, categories in first.items()}
    return {agency: categories for agency, categories in found.items() if categories}


def is_within(narrower: Scope, wider: Scope) -> bool:
    """Say whether every category that `narrower` names for an agency is named for it by `wider` too."""
    return all(categories <= wider.get(agency, frozenset()) for agency, categories in narrower.items())


def joined(first: Scope, second: Scope) -> dict[str, frozenset[str]]:
    """Return what either of two scopes names."""
    return {agency: first.get(agency, frozenset()) | second.get(agency, frozenset()) for agency in {*first, *second}}


def without(scope: Scope, taken: Scope) -> dict[str, frozenset[str]]:
    """Return a scope less what `taken` names; "*" stands for every category or every agency. An agency left with nothing goes."""
    found = {}
    for agency, categories in scope.items():
        gone = taken.get(agency, frozenset()) | taken.get(ANY, frozenset())
        left = frozenset() if ANY in gone else categories - gone
        if left:
            found[agency] = left
    return found


def default_dates(on: date, *, longest_months: int) -> tuple[date, date]:
    """Return when an answer given on a day is to be reviewed, and the first day on which it no longer counts."""
    return add_months(on, REVIEW_MONTHS), add_months(on, longest_months)


def reaffirmed_dates(
    stood: Standing, on: date, *, longest_months: int, chosen: date | None = None
) -> tuple[date, date]:
    """Return when a yes that was gone through again is to be reviewed, and when it ends: an end that was chosen nearer stays.

    `chosen` is a day for the next review. An end is one that was chosen when it lies before the longest time from the answer.
    """
    review_due, ends = default_dates(on, longest_months=longest_months)
    if stood.expires_on is not None and stood.expires_on < add_months(stood.on, longest_months):
        ends = min(ends, stood.expires_on)
    return chosen or review_due, ends


def same_name(one: str, other: str) -> bool:
    """Say whether two names are written alike but for capitals and spaces. Nothing is like no name."""
    return bool(one.strip()) and one.casefold().split() == other.casefold().split()


def birthday_between(born: date, after: date, until: date) -> bool:
    """Say whether one of the birthdays after which agreements are gone through again lies after one day and not after another."""
    return any(after < birthday(born, age) <= until for age in REVIEWED_AT_AGES)
