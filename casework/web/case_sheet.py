"""A case in words for its pages: its people, how they are related, risk through time, and what happened as one time line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol
from uuid import UUID

from casework.access.actors import Actor
from casework.access.permissions import Permission, Role
from casework.actions.queries import ActionRecord
from casework.cases.queries import CaseRecord, Holder, PersonInCase
from casework.cases.rules import LinkKind, StandingKind
from casework.clock import age_on
from casework.conferences.rules import ListingState
from casework.referrals.queries import PastReferral
from casework.web.charts import Point
from casework.web.components import Entry, Fact
from casework.web.family import Member, Tie
from casework.web.forms import referral_words as words
from casework.web.forms.referral_words import Words, said
from casework.web.referral_sheet import Part, child_facts, perpetrator_facts, victim_facts
from casework.web.wording import LONDON, date_words


def pages_for(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return the pages of a case that somebody may open beside the case itself: (endpoint, words). None where there is but one."""
    every, blocks, audits = (
        actor.has(one) for one in (Permission.CASE_VIEW_ALL, Permission.CASE_BLOCK, Permission.AUDIT_VIEW)
    )
    found = [
        ("cases.case", "The case", True),
        ("contacts.of_case", "Reaching the victim", every or Role.IDVA in actor.roles),
        ("cases.access", "Who may see it", blocks or audits),
        ("cases.shared", "What was shared", every or blocks),
        ("trail.of_case", "Who looked, and why", audits),
    ]
    shown = tuple((endpoint, words) for endpoint, words, may in found if may)
    return shown if len(shown) > 1 else ()


class HasPeople(Protocol):
    """What the picture of a family needs: a case, or a case at the table."""

    @property
    def people(self) -> tuple[PersonInCase, ...]:
        """The people of the case."""


PARTS: Words = {"victim": "Victim", "perpetrator": "Perpetrator", "child": "Child", "other": "Other"}
LINKS: Words = {
    LinkKind.SWAPPED_PAIR: "the same couple the other way round: a counter-allegation",
    LinkKind.SAME_VICTIM: "the same victim with another perpetrator",
    LinkKind.EARLIER_CASE: "an earlier case of the same couple",
}
STANDING: Words = {
    StandingKind.COORDINATOR: "Runs the MARAC",
    StandingKind.LISTED_AGENCY: "The case was on a list that its agency hears",
    StandingKind.ACTION_OWNER: "Has an action of the plan",
    StandingKind.IDVA: "Supports the victim",
    StandingKind.REFERRER: "Made the referral; follows it, cannot open the case",
    StandingKind.INVITED_PROFESSIONAL: "Was invited for this case",
    StandingKind.CHAIR: "Chairs the sitting",
    StandingKind.ASKED_COLLEAGUE: "Was asked one question by a colleague; cannot open the case",
}
# What a sitting did on its day. Lists that a case is on, or was taken off before, stand under its rounds.
LISTING: Words = {ListingState.HEARD: "Heard by {}", ListingState.DEFERRED: "Put off by {}"}
DISCLOSURE: Words = {"list": "The list of a sitting", "research": "Research", "minutes": "Minutes"}

DISCLOSED_BECAUSE: Words = {
    "high_risk_listed": "High risk, and on the list",
    "agency_shares": "The agency chose to share it",
    "agency_keeps_back": "The agency keeps it back",
    "blocked": "A conflict of interest",
    "reaches_abuser": "It would reach the alleged abuser",
    "not_a_member": "The agency was no member that day",
    "protocol_not_signed": "The agency had no signed protocol that day",
    "not_listed": "The case was not on the list",
    "under_16": "The victim is under 16",
    "not_high_risk": "No route into MARAC held",
    "not_asked": "The agency was not asked about this case",
    "confidentiality_not_accepted": "The confidentiality statement was not accepted",
}

LAWFUL_BASIS: Words = {
    "dpa2018_part_3": "Data Protection Act 2018, Part 3: law enforcement",
    "public_task+sch1_para18": "Public task; safeguarding, Data Protection Act 2018, Schedule 1, paragraph 18",
    "recognised_legitimate_interest+sch1_para18": (
        "Recognised legitimate interest; safeguarding, Data Protection Act 2018, Schedule 1, paragraph 18"
    ),
}


def people(record: CaseRecord, *, on: date) -> tuple[Part, ...]:
    """Return the people of a case with what is known of them; answers about equality only for those who count them."""
    return tuple(Part(f"{PARTS[one.part]}: {one.person.name}", _facts(record, one, on)) for one in record.people)


def _facts(record: CaseRecord, one: PersonInCase, on: date) -> tuple[Fact, ...]:
    document = {
        **one.person.document,
        "relationship_to_victim": one.relationship_to_victim,
        "relationship_to_perpetrator": one.relationship_to_perpetrator,
        "lives_with": one.lives_with,
    }
    if one.part == "victim":
        return victim_facts(document, on=on, equality=record.may_see_equality)
    return child_facts(document, on=on) if one.part == "child" else perpetrator_facts(document, on=on)


def members(people: Sequence[PersonInCase], *, on: date) -> tuple[Member, ...]:
    """Return the people of a case for the picture of the family."""
    return tuple(
        Member(key=str(one.person.id), name=one.person.name or "Not named", part=one.part, words=_age(one, on))
        for one in people
    )


def _age(one: PersonInCase, on: date) -> str:
    born = one.person.date_of_birth
    return f"{age_on(born, on)}" if born is not None and born <= on else "age not known"


def ties(people: Sequence[PersonInCase]) -> tuple[Tie, ...]:
    """Return how the people of a case are related, as far as that is known."""
    victim = next((str(one.person.id) for one in people if one.part == "victim"), "")
    first = next((str(one.person.id) for one in people if one.part == "perpetrator"), "")
    found = []
    for one in people:
        vocabulary = words.CHILD_RELATIONSHIP if one.part == "child" else words.RELATIONSHIP
        pairs = [(victim, one.relationship_to_victim)]
        if one.part == "child":
            pairs.append((first, one.relationship_to_perpetrator))
        for to, code in pairs:
            if to and code and code not in ("none", "not_known") and to != str(one.person.id):
                found.append(Tie(of=str(one.person.id), to=to, words=said(vocabulary, code).lower()))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WhyTheySee:
    """One reason why a case is open to somebody at the moment, until when, and to whom.

    `sees` is False where they have yet to accept the round's confidentiality statement.
    """

    why: str
    until_at: datetime | None
    who: tuple[str, ...]
    sees: bool


def why_they_see(holders: Iterable[Holder]) -> tuple[WhyTheySee, ...]:
    """Say who may open a case by the reason, so that fifteen agencies of a list are one line."""
    together: dict[tuple[str, datetime | None, bool], list[str]] = {}
    for one in holders:
        together.setdefault((one.kind, one.until_at, one.sees), []).append(one.who)
    return tuple(
        WhyTheySee(STANDING[kind], until_at, tuple(who), sees) for (kind, until_at, sees), who in together.items()
    )


def risk_points(past: Sequence[PastReferral]) -> list[Point]:
    """Return the checklists of a case through time, for the chart and its table."""
    return [
        Point(
            label=date_words(one.completed_on, weekday=False, year=True),
            value=one.score,
            words=str(one.score),
        )
        for one in past
    ]


def entries(
    record: CaseRecord, past: Iterable[PastReferral], plan: Iterable[ActionRecord], agencies: Mapping[UUID, str]
) -> tuple[Entry, ...]:
    """Return what happened in a case as a time line, the latest first."""
    found: list[Entry] = []
    for one in past:
        what = "Referred again: a repeat" if one.is_repeat else "Referred"
        found.append(Entry(at=one.received_on, what=what, who=agencies.get(one.agency_id, "")))
        found += [
            Entry(at=heard.sits_at, what=LISTING[heard.state].format(heard.marac_name))
            for heard in one.rounds
            if heard.state in LISTING
        ]
    for action in plan:
        if action.reported_at is not None:
            owner = agencies.get(action.owner_agency_id, "")
            found.append(
                Entry(
                    at=action.reported_at,
                    what=action.what,
                    more=(action.outcome,) if action.outcome else (),
                    who=owner,
                    status=("action", action.state),
                )
            )
    for flag in record.flags:
        who = agencies.get(flag.agency_id, "")
        found.append(Entry(at=flag.raised_on, what="Flag raised", who=who))
        if flag.lapsed_at is not None:
            found.append(Entry(at=flag.lapsed_at, what="Flag lapsed", who=who))
    return tuple(sorted(_together(found), key=lambda entry: _order(entry.at))[::-1])


def _together(found: Sequence[Entry]) -> list[Entry]:
    """Say the flags of one day in one entry instead of fifteen."""
    flags: dict[tuple[date | datetime, str], list[str]] = {}
    others = []
    for entry in found:
        if entry.what.startswith("Flag"):
            flags.setdefault((entry.at, entry.what), []).append(entry.who)
        else:
            others.append(entry)
    return others + [
        Entry(at=at, what=f"{what}: {len(who)} {'agency' if len(who) == 1 else 'agencies'}", who=", ".join(sorted(who)))
        for (at, what), who in flags.items()
    ]


def _order(at: date | datetime) -> tuple[date, time]:
    """What is known by its day alone stands before what has an hour on that day."""
    if isinstance(at, datetime):
        there = at.astimezone(LONDON)
        return there.date(), there.time()
    return at, time()
