"""Contacts between two agencies: opened by the youth worker, answered by the other side within its clock, or not at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casework.clock import london_date
from casework.consent.rules import Category
from casework.contacts import operations as contacts
from casework.contacts import queries as contact_queries
from casework.contacts.operations import NewContact, Wanted
from casework.contacts.rules import State
from casework.sharing.rules import NewItem
from rehearsal.youth.files import WORKERS
from rehearsal.youth.office import Office
from rehearsal.youth.people import Story, YoungPerson
from rehearsal.youth.telling import OFFERED, item_about

TOPICS = {"school_nursing": "education", "housing": "housing"}
ASKED_FOR = {"school_nursing": (Category.BASIC, Category.EDUCATION), "housing": (Category.BASIC, Category.HOUSING)}


@dataclass
class Talk:
    """A contact as whoever opened it remembers it. `fate` is what the other side will do, drawn when it was opened."""

    id: uuid.UUID
    to: str
    young: YoungPerson | None
    fate: str
    state: str = State.OPEN.value
    is_shared: bool = False


@dataclass
class Contacts:
    """All contacts of the month, in the order in which they were opened."""

    office: Office
    talks: list[Talk] = field(default_factory=list)

    def open(self, moment: datetime) -> None:
        """Open what is sure to be opened, and for everybody with a plan what the seed brings."""
        today = london_date(moment)
        for young in self.office.people:
            if "plan" not in young.done or "closed" in young.done:
                continue
            begun = young.since.setdefault("talked", today)
            if young.story is Story.UNANSWERED:
                if (today - begun).days >= 1 and young.once("contact"):
                    self._open(young, "housing", "silence", moment)
            elif young.story in (Story.ANSWERS_AT_16, Story.CONTRACT) and young.once("contact"):
                self._open(young, "school_nursing", "accept", moment)
            elif young.story is Story.DRAWN and self.office.rng.random() < 0.12 and young.once("contact"):
                to = self.office.rng.choice(list(WORKERS))
                fate = self.office.rng.choice(("accept", "decline", "elsewhere", "risk", "accept"))
                self._open(young, to, fate, moment)
        if not self.talks:
            self._ask_about_nobody(moment)

    def _open(self, young: YoungPerson, to: str, fate: str, moment: datetime) -> None:
        with self.office.as_(young.holder, moment) as work:
            contact_id = contacts.open_contact(
                work,
                new=NewContact(
                    to_agency_id=self.office.world.agencies[to],
                    about="young_person",
                    topic=TOPICS[to],
                    purpose="support_plan",
                    words="A key worker there.",
                    locality=young.locality,
                    case_ids=(young.file,),
                    wanted=Wanted(categories=ASKED_FOR[to], declared=OFFERED),
                ),
            )
        self.talks.append(Talk(contact_id, to, young, fate))
        self.office.note("contacts opened")

    def _ask_about_nobody(self, moment: datetime) -> None:
        with self.office.as_("youth_worker", moment) as work:
            contact_id = contacts.open_contact(
                work,
                new=NewContact(
                    to_agency_id=self.office.world.agencies["housing"],
                    about="question",
                    topic="housing",
                    purpose="support_plan",
                    words="",
                    question="what would your service offer somebody of fifteen whose home is too small?",
                ),
            )
        self.talks.append(Talk(contact_id, "housing", None, "answer"))
        self.office.note("contacts opened")

    def tell(self, moment: datetime) -> None:
        """Share in each contact that was welcomed what one hoped to share, as far as the rules let it go."""
        for talk in self.talks:
            if talk.young is None or talk.is_shared or talk.state not in ("open", "welcomed"):
                continue
            if talk.state == "welcomed" or talk.fate == "silence":
                talk.is_shared = True
                items: list[NewItem] = [item_about(talk.young, one) for one in ASKED_FOR[talk.to]]
                with self.office.as_(talk.young.holder, moment) as work:
                    contacts.share(work, contact_id=talk.id, case_id=talk.young.file, items=items, declared=OFFERED)
                self.office.note("shares asked")

    def answer(self, moment: datetime) -> None:
        """The asked side answers a day after it was told, or lets the contact run out."""
        for talk in self.talks:
            key = WORKERS[talk.to]
            with self.office.as_(key, moment) as work:
                talk.state = contact_queries.contact_record(work, contact_id=talk.id).state.value
            if talk.state in ("open", "shared") and talk.fate != "silence":
                self._answer(talk, key, moment)

    def _answer(self, talk: Talk, key: str, moment: datetime) -> None:
        with self.office.as_(key, moment) as work:
            if talk.fate == "answer":
                contacts.answer_question(work, contact_id=talk.id, words="a place on the list, and advice at once")
            elif talk.state == "open" and talk.fate in ("accept", "risk"):
                contacts.welcome(work, contact_id=talk.id)
            elif talk.fate == "decline":
                contacts.decline(work, contact_id=talk.id, reason="no_room")
            elif talk.fate == "elsewhere":
                agency = self.office.world.agencies["substance_misuse"]
                contacts.point_elsewhere(work, contact_id=talk.id, agency_id=agency)
            elif talk.young is not None:
                contacts.acknowledge(work, contact_id=talk.id)
                if talk.fate == "risk":
                    contacts.tell_risk(work, contact_id=talk.id)
                contacts.accept(
                    work, contact_id=talk.id, known_as=talk.young.known_as, concern="Wants a key worker at school."
                )
        with self.office.as_(key, moment + timedelta(minutes=1)) as work:
            talk.state = contact_queries.contact_record(work, contact_id=talk.id).state.value
        self.office.note("contacts answered")
