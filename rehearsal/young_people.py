"""The demonstration's young people: three files, a plan with its team, shares allowed and stopped, a contact, the group's meetings.

Each act is the operation that a page calls, as the person who would press the button.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from casework.access.permissions import Purpose as Why
from casework.clock import add_working_days, london_date
from casework.consent import operations as consent
from casework.consent.operations import NewAnswer
from casework.consent.rules import Category, Purpose, Relation, Status
from casework.contacts import operations as contacts
from casework.contacts.operations import NewContact, Wanted
from casework.groups import operations as groups
from casework.groups import queries as group_queries
from casework.groups.operations import NewEntry, NewGroup
from casework.sharing import operations as sharing
from casework.sharing.queries import Declared
from casework.sharing.queries.facts import Why as Reasons
from casework.sharing.rules import Mark, NewItem
from casework.work import Stores
from casework.youth import operations as youth
from casework.youth.operations import Assessment, Enquiry
from rehearsal.partnership import World

NURSE = "school_nursing"
OFFERED = Declared(
    purpose=Purpose.SUPPORT_PLAN,
    reaches_abuser=False,
    why=Reasons(to_whom="The school nurse", need_to_know="Runs the drop-in at school."),
)
PERMIT: Mapping[str, frozenset[str]] = {
    "youth_service": frozenset({"basic", "assessment_summary", "full_assessment", "education", "health"}),
    NURSE: frozenset({"basic", "education"}),
    "housing": frozenset({"basic"}),
}
ASSESSED = Assessment(
    sections={
        "reason": "Out at night; school has rung twice since September.",
        "strengths": "Mends bicycles and helps younger ones with theirs.",
        "needs": "A place to go in the evening, and help to catch up at school.",
    },
    risk_factors=("friends_at_risk",),
    young_person_said="I get bored, that is all.",
)


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody of the demonstration partnership at work at one moment (UTC)."""

    stores: Stores
    world: World
    now: datetime

    def as_(self, key: str | None, purpose: Why = Why.SUPPORT) -> Any:
        """Open a unit of work as somebody (None: the system)."""
        return self.world.work(self.stores, key, self.now, Why.SCHEDULED if key is None else purpose)


def make(stores: Stores, world: World, now: datetime) -> None:
    """Open the files as of a few weeks before `now` (UTC), and bring each to a different place by now."""
    begun = Acting(stores, world, now - timedelta(days=40))
    at_work = Acting(stores, world, now - timedelta(hours=3))
    jordan = _file(begun, "J.T.", {"given_names": "Jordan", "family_name": "Tilley", "date_of_birth": "2010-03-14"})
    _agrees(begun, jordan)
    _plan(begun, jordan)
    _shares(at_work, jordan)
    casey = _file(at_work, "C.M.", {"given_names": "Casey", "family_name": "Moss", "date_of_birth": "2012-07-02"})
    with at_work.as_("youth_worker") as work:
        youth.seek_agreement(work, case_id=casey, wording="plain-2026", asked="young_person")
    _file(at_work, "R.", {})
    _group(begun, at_work)
    with at_work.as_("youth_worker") as work:
        contacts.open_contact(
            work,
            new=NewContact(
                to_agency_id=world.agencies[NURSE],
                about="young_person",
                topic="education",
                purpose="support_plan",
                words="A key worker at school.",
                locality="L1",
                case_ids=(jordan,),
                wanted=Wanted(categories=(Category.BASIC, Category.EDUCATION), declared=OFFERED),
            ),
        )


def _file(acting: Acting, known_as: str, young_person: Mapping[str, Any]) -> uuid.UUID:
    enquiry = Enquiry(
        known_as=known_as,
        concern="Out late most nights, and school has rung twice.",
        source="school",
        young_person=young_person,
    )
    with acting.as_("youth_worker") as work:
        return youth.open_enquiry(work, enquiry=enquiry).case_id


def _agrees(acting: Acting, case_id: uuid.UUID) -> None:
    with acting.as_("youth_worker") as work:
        youth.seek_agreement(work, case_id=case_id, wording="plain-2026", asked="young_person")
    with acting.as_("youth_worker") as work:
        consent.record_answer(
            work,
            answer=NewAnswer(
                case_id=case_id,
                status=Status.GIVEN,
                relation=Relation.SELF,
                wording="plain-2026",
                how="in_person",
                form="signed",
                purposes=frozenset({"support_plan", "assessment"}),
                permit=PERMIT,
                deny={"police": frozenset({"*"})},
                exceptions_explained=True,
                own_words="The nurse is all right. Not the police.",
                to_service=Status.GIVEN,
            ),
        )
    with acting.as_(None) as work:
        youth.after_agreement(work, case_id=case_id)


def _plan(acting: Acting, case_id: uuid.UUID) -> None:
    world = acting.world
    with acting.as_("youth_worker") as work:
        youth.write_assessment(work, case_id=case_id, assessment=ASSESSED, is_complete=True)
    with acting.as_("youth_worker") as work:
        youth.appoint_lead(
            work, case_id=case_id, account_id=world.accounts["youth_worker"], wishes="Jordan knows Jo best."
        )
    with acting.as_("youth_worker") as work:
        place = youth.invite(
            work,
            case_id=case_id,
            agency_id=world.agencies[NURSE],
            account_id=world.accounts["school_worker"],
            reaches_abuser=False,
        )
    with acting.as_("youth_worker") as work:
        youth.agree_action(
            work,
            case_id=case_id,
            owner=place,
            what="A place at the lunch club.",
            outcome="Somewhere to go at midday.",
            heading="education",
            by_when=add_working_days(london_date(acting.now), 30),
        )
    with acting.as_("youth_worker") as work:
        youth.agree_plan(work, case_id=case_id, review_on=london_date(acting.now) + timedelta(weeks=7))


def _shares(acting: Acting, case_id: uuid.UUID) -> None:
    def item(category: Category, words: str) -> NewItem:
        return NewItem(words=words, category=category, mark=Mark.FACT, is_about_others=False)

    wanted = (
        item(Category.BASIC, "Jordan Tilley, 16, Codsall."),
        item(Category.EDUCATION, "Attends four days in five."),
        item(Category.MENTAL_HEALTH, "Waits for an appointment with the clinic."),
    )
    for agency, items in ((NURSE, wanted), ("housing", wanted[:1]), ("police", wanted[:1])):
        with acting.as_("youth_worker") as work:
            asked = sharing.ask(
                work, case_id=case_id, to_agency_id=acting.world.agencies[agency], items=items, declared=OFFERED
            )
        if agency == NURSE:
            with acting.as_(None) as work:
                sharing.deliver(work, share_id=asked.share_id)


def _group(begun: Acting, at_work: Acting) -> None:
    world, first = begun.world, add_working_days(london_date(at_work.now), 5)
    new = NewGroup(
        name="Targeted Youth Support group",
        localities={"L1": "Codsall", "L2": "Great Wyrley", "L3": "Penkridge", "L4": "Wombourne", "L5": "Perton"},
        meets_at_time=time(14, 0),
        venue="Fire station, Codsall",
        frequency="four_weeks",
        starts_on=first,
    )
    with begun.as_("group_chair") as work:
        group_id = groups.found_group(work, new=new)
        for slug in ("youth_service", NURSE, "housing"):
            groups.add_member(work, group_id=group_id, agency_id=world.agencies[slug])
    with at_work.as_("group_chair") as work:
        meeting = min(group_queries.meetings(work, group_id=group_id), key=lambda one: one.meets_at)
    for key, entry in (
        ("youth_worker", NewEntry(kind="agency_update", words="The drop-in moves to Tuesdays from four o’clock.")),
        ("housing_worker", NewEntry(kind="place_issue", words="Noise by the garages since half-term.", locality="L3")),
    ):
        with at_work.as_(key) as work:
            groups.write_entry(work, meeting_id=meeting.id, entry=entry)
