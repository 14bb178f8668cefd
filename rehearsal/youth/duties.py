"""What practitioners owe in youth support, and how each meets it. Somebody is late now and then, by the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casework.clock import age_on, london_date
from casework.consent import operations as consent
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.interventions import operations as interventions
from casework.sharing import operations as sharing
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth import queries as youth_queries
from rehearsal.youth.office import Office
from rehearsal.youth.people import AT_16, YoungPerson

OWING = ("youth_worker", "school_worker", "housing_worker", "youth_manager", "information_lead")


@dataclass(frozen=True, slots=True)
class Duties:
    """Meets what is owed about all young people."""

    office: Office

    def meet(self, moment: datetime) -> None:
        """Let everybody look at what they owe and do some of it."""
        known = {young.case_id: young for young in self.office.people if young.case_id is not None}
        for key in OWING:
            with self.office.as_(key, moment) as work:
                owed = duties.my_duties(work)
            # Duties of one moment come in the order of random ids: the order of the story is that of its people.
            mine = [(known[one.case_id], one) for one in owed if one.case_id in known]
            for young, one in sorted(mine, key=lambda pair: (pair[0].number, pair[1].kind)):
                if self.office.rng.random() < 0.7:
                    self._meet(key, young, one, moment)

    def _meet(self, key: str, young: YoungPerson, duty: DutyRecord, moment: datetime) -> None:
        verbs: dict[str, Callable[[UnitOfWork], object]] = {
            "youth_risk_check": lambda work: youth.check_risk(
                work, case_id=young.file, answer="same", words="Rang and asked: nothing new."
            ),
            "agreement_in_writing": lambda work: consent.write_down(work, agreement_id=duty.subject_id),
            "share_tell_subject": lambda work: sharing.subject_told(work, share_id=duty.subject_id),
            "share_advice": lambda work: sharing.advise(
                work, share_id=duty.subject_id, words="Ask them first: no row of the table fits."
            ),
            "intervention_review": lambda work: interventions.review(
                work, intervention_id=duty.subject_id, words="Kept so far.", next_on=None
            ),
        }
        if duty.kind == "agreement_review":
            self._go_through(key, young, duty, moment)
        elif duty.kind == "plan_action_affected":
            self._settle(key, young, moment)
        elif duty.kind in verbs:
            with self.office.as_(key, moment) as work:
                verbs[duty.kind](work)
        else:
            return
        self.office.note("duties met")

    def _go_through(self, key: str, young: YoungPerson, duty: DutyRecord, moment: datetime) -> None:
        """Ask again what was agreed. At sixteen it is for the young person to say, not for the parent who said it before."""
        if young.story in AT_16:
            return
        is_tested = age_on(young.born, london_date(moment)) < 16
        with self.office.as_(key, moment) as work:
            consent.reaffirm(
                work,
                agreement_id=duty.subject_id,
                competent=True if is_tested else None,
                test="gillick" if is_tested else None,
                words="Asked again, and says the same.",
            )

    def _settle(self, key: str, young: YoungPerson, moment: datetime) -> None:
        with self.office.as_(key, moment) as work:
            actions = youth_queries.youth_record(work, case_id=young.file).actions
        for action in actions:
            if action.is_affected:
                with self.office.as_(key, moment) as work:
                    youth.settle_affected(
                        work, action_id=action.id, goes_on=False, words="Not without their agreement."
                    )
