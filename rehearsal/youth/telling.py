"""Shares: asked for by the youth worker, answered by who receives them, and stopped, made less or taken back on their way."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from casework.clock import london_date
from casework.consent.rules import Category, Purpose, Risk
from casework.sharing import operations as sharing
from casework.sharing import queries as share_queries
from casework.sharing.operations import Asked
from casework.sharing.queries import Declared, Why
from casework.sharing.rules import Conclusion, Mark, NewItem, Part, ShareState, WithdrawalAnswer
from rehearsal.youth.files import WORKERS
from rehearsal.youth.office import Office
from rehearsal.youth.people import Sent, Story, YoungPerson

OFFERED = Declared(
    purpose=Purpose.SUPPORT_PLAN,
    reaches_abuser=False,
    why=Why(to_whom="The worker there", need_to_know="Has a part in the plan."),
)
HARM = replace(
    OFFERED,
    purpose=Purpose.SAFEGUARDING,
    risk=Risk(child_significant_harm=True),
    why=replace(OFFERED.why, necessity="Bruises, and afraid to go home: nothing less would do.", risk_and_harm="Harm."),
)
WELFARE = replace(
    OFFERED,
    risk=Risk(welfare_concern=True),
    why=replace(OFFERED.why, necessity="Sleeps badly and eats little: the nurse could help."),
)
WORDS = {
    Category.BASIC: "Lives in Codsall.",
    Category.EDUCATION: "Attends four days in five.",
    Category.HEALTH: "Uses an inhaler.",
    Category.HOUSING: "The tenancy is their mother’s.",
    Category.FAMILY: "The sister stays with an aunt.",
    Category.MENTAL_HEALTH: "Waits for an appointment with the clinic.",
    Category.SUBSTANCE_USE: "Smokes at weekends.",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What is asked for, stopped, received and answered about all young people."""

    office: Office

    def ask(
        self, young: YoungPerson, moment: datetime, to: str, *what: Category, declared: Declared = OFFERED
    ) -> Asked:
        """Ask to share items of these categories with another agency, and remember it."""
        items = [item_about(young, one) for one in what]
        with self.office.as_(young.holder, moment) as work:
            asked = sharing.ask(
                work,
                case_id=young.file,
                to_agency_id=self.office.world.agencies[to],
                items=items,
                declared=declared,
            )
        young.shares.append(Sent(asked.share_id, to, young.holder))
        self.office.note("shares asked")
        return asked

    def share(self, moment: datetime) -> None:
        """What is told in an afternoon: what is sure to happen, and for everybody else what the seed brings."""
        for young in self.office.people:
            if young.case_id is None:
                continue
            self._what_is_sure(young, moment)
            if "plan" in young.done and "closed" not in young.done and self.office.rng.random() < 0.22:
                self._something(young, moment)
            if young.story is Story.DRAWN and "plan" in young.done and self.office.rng.random() < 0.02:
                self.withdraw(young, moment + timedelta(minutes=9), key=young.holder)

    def _something(self, young: YoungPerson, moment: datetime) -> None:
        own = self.office.world.agency_of[young.holder]
        to = self.office.rng.choice(("school_nursing", "school_nursing", "housing", "substance_misuse", "police"))
        what = self.office.rng.sample(list(WORDS), self.office.rng.randint(1, 3))
        if to != own:
            self.ask(young, moment, to, *what)

    def _what_is_sure(self, young: YoungPerson, moment: datetime) -> None:
        today = london_date(moment)
        days = (today - young.since.setdefault("told", today)).days
        if young.story is Story.WITHDRAWS and days >= 1 and young.once("first share"):
            self.ask(young, moment, "school_nursing", Category.BASIC, Category.EDUCATION)
            self.ask(young, moment, "housing", Category.BASIC)
        elif young.story is Story.WITHDRAWS and days >= 7 and young.once("withdrawal"):
            self.ask(young, moment, "school_nursing", Category.EDUCATION, Category.HEALTH)
            self.withdraw(young, moment + timedelta(minutes=9), key="school_worker")
        elif young.story is Story.NARROWS and days >= 1 and young.once("first share"):
            self.ask(young, moment, "school_nursing", Category.BASIC, Category.EDUCATION)
        elif young.story is Story.NARROWS and days >= 3 and young.once("narrower"):
            self.ask(young, moment, "school_nursing", Category.BASIC, Category.EDUCATION)
            self._narrow(young, moment + timedelta(minutes=9))
        elif young.story is Story.HARM and "step up" in young.done and young.once("told social care"):
            self.ask(young, moment, "childrens_social_care", Category.BASIC, Category.FAMILY, declared=HARM)
        elif young.story is Story.REFUSES and days >= 1 and young.once("tried"):
            self.ask(young, moment, "school_nursing", Category.BASIC)
            self._review(young, self.ask(young, moment, "school_nursing", Category.HEALTH, declared=WELFARE), moment)

    def evening(self, moment: datetime) -> None:
        """On the last evening of a parent's yes something is asked for that can only be delivered the next morning."""
        for young in self.office.people:
            if young.story is Story.SILENT_AT_16 and young.case_id is not None:
                last = sixteenth_birthday(young) + timedelta(days=27)
                if london_date(moment) == last and young.once("last evening"):
                    self.ask(young, moment, "school_nursing", Category.EDUCATION)

    # Taking back

    def withdraw(self, young: YoungPerson, moment: datetime, *, key: str) -> None:
        """A young person tells a worker of any agency in scope that they take their agreement back."""
        with self.office.as_(key, moment) as work:
            found = share_queries.agreements_to_withdraw(work, case_id=young.file).agreements
        for one in found:
            with self.office.as_(key, moment) as work:
                done = sharing.withdraw(work, case_id=young.file, agreement_id=one.id, words="Not any more.")
            self.office.note("withdrawals")
            self.office.counts["shares stopped on their way"] += len(done.stopped)

    def _narrow(self, young: YoungPerson, moment: datetime) -> None:
        with self.office.as_(young.holder, moment) as work:
            [one] = share_queries.agreements_to_withdraw(work, case_id=young.file).agreements
        with self.office.as_(young.holder, moment) as work:
            taken = {"school_nursing": frozenset({"education"})}
            sharing.withdraw_part(
                work, case_id=young.file, agreement_id=one.id, taken=taken, words="Not about school any more."
            )
        young.permit["school_nursing"] -= {"education"}
        self.office.note("agreements narrowed")

    def _review(self, young: YoungPerson, asked: Asked, moment: datetime) -> None:
        """Two people look at what was refused and is asked for all the same; they leave it at the no."""
        if asked.state is not ShareState.NEEDS_REVIEW:
            raise RuntimeError(f"a worry about somebody who said no is {asked.state}, and not with two people")
        for key, part in (("youth_manager", Part.MANAGER), ("safeguarding_lead", Part.SAFEGUARDING_LEAD)):
            moment += timedelta(minutes=4)
            with self.office.as_(key, moment) as work:
                sharing.review(
                    work,
                    share_id=asked.share_id,
                    part=part,
                    conclusion=Conclusion.REFUSE,
                    words="No harm, and they said no.",
                )
        self.office.note("refusals left as they are")

    # The receiving side

    def receive(self, moment: datetime) -> None:
        """Open what has come, accept or decline it, and answer what was taken back. Somebody leaves it for another day."""
        for agency, key in WORKERS.items():
            waiting = self._unopened(key, moment)
            for young in self.office.people:
                for sent in young.shares:
                    if sent.to == agency and sent.id in waiting and self.office.rng.random() < 0.6:
                        self._open(sent, key, moment)
            self._answer_withdrawals(key, moment)

    def _unopened(self, key: str, moment: datetime) -> set[uuid.UUID]:
        found: set[uuid.UUID] = set()
        with self.office.as_(key, moment) as work:
            number_of_pages = share_queries.inbox(work).pages
            for page in range(1, number_of_pages + 1):
                lines = share_queries.inbox(work, page=page).lines
                found |= {line.id for line in lines if line.state is ShareState.DELIVERED}
        return found

    def _open(self, sent: Sent, key: str, moment: datetime) -> None:
        with self.office.as_(key, moment) as work:
            share_queries.share_record(work, share_id=sent.id)
            sharing.acknowledge(work, share_id=sent.id)
        fate = self.office.rng.choices(("accept", "decline", "leave"), (0.6, 0.1, 0.3))[0]
        if fate != "leave":
            with self.office.as_(key, moment) as work:
                words = "" if fate == "accept" else "Not for us."
                sharing.answer(work, share_id=sent.id, accepts=fate == "accept", words=words)
        if fate == "accept" and self.office.rng.random() < 0.15:
            self._pass_on(sent, key, moment)

    def _pass_on(self, sent: Sent, key: str, moment: datetime) -> None:
        """Ask to pass on what came: a decision of its own, which names where it is from."""
        to = "housing" if sent.to == "school_nursing" else "school_nursing"
        with self.office.as_(key, moment) as work:
            sharing.pass_on(
                work,
                share_id=sent.id,
                to_agency_id=self.office.world.agencies[to],
                positions=[1, 2, 3],
                declared=OFFERED,
            )
        self.office.note("shares asked")

    def _answer_withdrawals(self, key: str, moment: datetime) -> None:
        with self.office.as_(key, moment) as work:
            waiting = share_queries.notices_to_answer(work)
        for notice in waiting:
            if self.office.rng.random() < 0.3:
                continue
            deletes = self.office.rng.random() < 0.6
            with self.office.as_(key, moment) as work:
                sharing.answer_withdrawal(
                    work,
                    notice_id=notice.id,
                    answer=WithdrawalAnswer.DELETED if deletes else WithdrawalAnswer.KEPT,
                    basis=None if deletes else "public_task",
                    words="" if deletes else "The entry of the visit, as records of care are kept.",
                )
            self.office.note("withdrawals answered")


def item_about(young: YoungPerson, category: Category) -> NewItem:
    """Return one piece of information about somebody, of one category, with their name and mark in it."""
    return NewItem(
        words=f"{young.document['given_names']} {young.document['family_name']}: {WORDS[category]} {young.mark}",
        category=category,
        mark=Mark.OPINION if category is Category.FAMILY else Mark.FACT,
        is_about_others=category is Category.FAMILY,
    )


def sixteenth_birthday(young: YoungPerson) -> date:
    """Return the day on which somebody turns sixteen."""
    return young.born.replace(year=young.born.year + 16)
