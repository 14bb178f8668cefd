"""Youth support's sharing model: one agency to one agency, agreement first. What the answers say about one agency and purpose.

A no of any kind beats a yes, whoever is the more recent, except that a later yes of the same giver follows an earlier no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casework.programmes.sharing_table import ROWS_FOR_ALL, PartOfTable
from casework.programmes.youth_support.rules import Agreement, Clocks, Fault, Relation, Status, fault_of

ANY = "*"
"""Every category, or every agency. Only a no may say so."""

PART = PartOfTable(
    rows=ROWS_FOR_ALL | {"10", "11", "12", "13", "14", "15"},
    settings_for_persons=frozenset({"bilateral"}),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the answers come to for the categories asked about.

    `yes`: permitted and not taken back. `no`: touched by a denial, refusal or withdrawal. `disagreed`: somebody's yes met
    another person's no. The rest explains: yeses that do not count with the fault, whose yes counts, noes that count for
    nothing, and yeses whose review is overdue.
    """

    yes: frozenset[str]
    no: frozenset[str]
    disagreed: bool
    faults: tuple[tuple[Fault, Agreement], ...] = ()
    live: tuple[Agreement, ...] = ()
    void_noes: int = 0
    other_purposes: int = 0
    overdue: int = 0


_NOTHING = Said(frozenset(), frozenset(), False)


def what_was_said(
    agreements: Sequence[Agreement],
    *,
    to_agency: str,
    purpose: str | None,
    every_no_counts: bool,
    categories: Iterable[str],
    born: date | None,
    today: date,
    clocks: Clocks,
) -> Said:
    """Read the answers for one agency, one purpose and some categories on the London day `today`.

    A denial binds for every purpose and does not lapse: it is lifted, not outlived. A refusal or withdrawal that names no
    agency is about all, one that names no purpose is about all; with `every_no_counts` the purposes of a no are not looked
    at, so that a refused support plan is not shared under another name. The young person's own no beats anybody else's yes;
    nobody else's refusal takes back a yes that was theirs to give.
    """
    if not agreements:
        return _NOTHING
    asked = frozenset(categories)
    faults: list[tuple[Fault, Agreement]] = []
    yeses: list[Agreement] = []
    noes: list[tuple[Agreement, frozenset[str]]] = []
    denials: list[tuple[Agreement, frozenset[str]]] = []
    other_purposes = 0
    for one in agreements:
        if one.is_void and one.status is not Status.GIVEN:
            continue
        denied = frozenset() if one.is_void else asked & _about(one.deny, to_agency, asked)
        if denied:
            denials.append((one, denied))
        if one.status is not Status.GIVEN:
            refused = _taken_back(one, to_agency, None if every_no_counts else purpose, asked)
            if refused:
                noes.append((one, refused))
        elif fault := fault_of(one, born=born, today=today, clocks=clocks):
            faults.append((fault, one))
        elif purpose not in one.purposes:
            other_purposes += 1
        else:
            yeses.append(one)
    yes, disagreed = _what_stands(yeses, noes, denials, to_agency, asked)
    return Said(
        yes=yes,
        no=frozenset().union(*(found for _, found in noes), *(found for _, found in denials)),
        disagreed=disagreed,
        faults=tuple(faults),
        live=tuple(yeses),
        void_noes=sum(one.is_void and one.status is not Status.GIVEN for one in agreements),
        other_purposes=other_purposes,
        overdue=sum(one.review_due is not None and one.review_due <= today for one in yeses),
    )


def _what_stands(
    yeses: Sequence[Agreement],
    noes: Sequence[tuple[Agreement, frozenset[str]]],
    denials: Sequence[tuple[Agreement, frozenset[str]]],
    to_agency: str,
    asked: frozenset[str],
) -> tuple[frozenset[str], bool]:
    """Take from each yes what a no takes back; say also whether a yes of one person met the no of another."""
    stands: set[str] = set()
    disagreed = False
    for yes in yeses:
        permitted = set(yes.permit.get(to_agency, frozenset()) & asked)
        for no, found in denials:
            disagreed |= bool(permitted & found) and no.giver.relation is not yes.giver.relation
        for no, found in noes:
            if _takes_back(no, yes):
                disagreed |= bool(permitted & found) and no.giver.relation is not yes.giver.relation
                permitted -= found
        stands |= permitted
    return frozenset(stands.difference(*(found for _, found in denials))), disagreed


def _takes_back(no: Agreement, yes: Agreement) -> bool:
    """Say whether a refusal or withdrawal takes back a yes."""
    own_no, own_yes = no.giver.relation is Relation.SELF, yes.giver.relation is Relation.SELF
    if own_no and not own_yes:
        return no.giver.competent is not False
    if own_yes and not own_no and no.giver.relation is not None:
        return False
    # A tie goes to the no, and so does a no without a day.
    return no.on is None or yes.on is None or no.on >= yes.on


def _taken_back(no: Agreement, to_agency: str, purpose: str | None, asked: frozenset[str]) -> frozenset[str]:
    """Return the categories that a refusal or withdrawal is about, for this agency and purpose (None: whatever the purpose)."""
    if no.purposes and purpose is not None and purpose not in no.purposes:
        return frozenset()
    if not no.permit and not no.deny:
        return asked
    return asked & (_about(no.permit, to_agency, asked) | _about(no.deny, to_agency, asked))


def _about(scope: Mapping[str, frozenset[str]], to_agency: str, asked: frozenset[str]) -> frozenset[str]:
    """Return what a scope says of an agency, with "*" for every agency or every category spelt out."""
    named = scope.get(to_agency, frozenset()) | scope.get(ANY, frozenset())
    return asked if ANY in named else named
