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

    A withdrawal leaves nothing permitted and is about everything. What was denied stays denied through a narrower answer.
    """
    now: Standing | None = None
    for one in entries:
        if one.kind in (EntryKind.GIVEN, EntryKind.PARTLY_GIVEN, EntryKind.REFUSED):
            now = Standing(
                status=Status.REFUSED if one.kind is EntryKind.REFUSED else Status.GIVEN,
                on=one.on,
                purposes=one.purposes,
                permit=one.permit,
                deny=one.deny,
                review_due=one.review_due,
                expires_on=one.expires_on,
                competent=one.competent,
            )
        elif now is not None:
            now = _after(now, one)
    return now


def _after(now: Standing, one: Entry) -> Standing:
    match one.kind:
        case EntryKind.NARROWED:
            return replace(now, purposes=one.purposes, permit=one.permit, deny=one.deny)
        case EntryKind.REAFFIRMED:
            return replace(
                now, on=one.on, review_due=one.review_due, expires_on=one.expires_on, competent=one.competent
            )
        case EntryKind.WITHDRAWN:
            return replace(now, status=Status.WITHDRAWN, on=one.on, purposes=frozenset(), permit={}, deny={})
        case EntryKind.COMPETENCE_REASSESSED:
            return replace(now, competent=one.competent)
        case EntryKind.GIVER_BARRED:
            return replace(now, giver_barred=True)
        case EntryKind.REVIEW_FORCED:
            return replace(now, review_due=min(one.on, now.review_due or one.on))
        case EntryKind.ENDED:
            return replace(now, expires_on=min(one.on, now.expires_on or one.on))
        case _:
            return now


def as_answer(standing: Standing, relation: Relation) -> Agreement:
    """Return an agreement as the sharing decision reads it."""
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
        permit=standing.permit,
        deny=standing.deny,
    )


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


def birthday_between(born: date, after: date, until: date) -> bool:
    """Say whether one of the birthdays after which agreements are gone through again lies after one day and not after another."""
    return any(after < birthday(born, age) <= until for age in REVIEWED_AT_AGES)
