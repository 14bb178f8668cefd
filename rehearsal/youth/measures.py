"""Interventions of the month: a letter of advice, a contract, a notice that a second person signs, and offers that are declined."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from casework.clock import london_date
from casework.interventions import operations as interventions
from casework.interventions.operations import Letter, NewIntervention
from casework.interventions.rules import Proposal
from rehearsal.youth.office import Office
from rehearsal.youth.people import Story, YoungPerson


@dataclass
class Measures:
    """What is offered to, or taken about, young people. `unsigned` waits for the manager."""

    office: Office
    unsigned: list[uuid.UUID] = field(default_factory=list)

    def take(self, moment: datetime) -> None:
        """Sign what waits; then go a step of the ladder with whoever has one, and offer something to some of the others."""
        for intervention_id in self.unsigned:
            with self.office.as_("youth_manager", moment) as work:
                interventions.sign_off(work, intervention_id=intervention_id)
            self.office.note("interventions signed")
        self.unsigned.clear()
        for young in self.office.people:
            if "plan" not in young.done or "closed" in young.done:
                continue
            days = (london_date(moment) - young.since.setdefault("ladder", london_date(moment))).days
            if young.story is Story.CONTRACT:
                self._ladder(young, days, moment)
            elif young.story is Story.DRAWN and self.office.rng.random() < 0.3 and young.once("offer"):
                self._offer(young, moment)

    def _ladder(self, young: YoungPerson, days: int, moment: datetime) -> None:
        if young.once("advice"):
            self._letter(young, self._record(young, moment, "advice"), moment)
        elif days >= 3 and young.once("contract"):
            self._record(young, moment, "acceptable_behaviour_contract", agreed_by=("young_person", "parent"))
        elif days >= 6 and young.once("notice"):
            notice = self._record(
                young, moment, "community_protection_notice", evidence=("police_record",), is_with_reference=True
            )
            self.unsigned.append(notice)

    def _offer(self, young: YoungPerson, moment: datetime) -> None:
        is_declined = self.office.rng.random() < 0.3
        self._record(young, moment, "restorative_meeting", agreed_by=("young_person",), is_declined=is_declined)

    def _record(
        self,
        young: YoungPerson,
        moment: datetime,
        code: str,
        *,
        agreed_by: tuple[str, ...] = (),
        evidence: tuple[str, ...] = (),
        is_declined: bool = False,
        is_with_reference: bool = False,
    ) -> uuid.UUID:
        proposal = Proposal(
            starts_on=london_date(moment), agreed_by=agreed_by, evidence=evidence, is_declined=is_declined
        )
        new = NewIntervention(
            code=code,
            proposal=proposal,
            parties=("police",) if evidence else ("young_person",),
            references={"incident_reference": "Incident of this month"} if is_with_reference else {},
        )
        with self.office.as_(young.holder, moment) as work:
            intervention_id = interventions.record(work, case_id=young.file, new=new)
        self.office.note("interventions")
        return intervention_id

    def _letter(self, young: YoungPerson, intervention_id: uuid.UUID, moment: datetime) -> None:
        with self.office.as_(young.holder, moment) as work:
            words = interventions.first_words(work, intervention_id=intervention_id, template="advisory_letter")
        letter = Letter(
            template="advisory_letter",
            addressee="young_person",
            name=f"{young.document['given_names']} {young.document['family_name']}",
            address=", ".join(young.document["address"]["lines"]),
            words=words,
        )
        with self.office.as_(young.holder, moment) as work:
            interventions.write_letter(work, intervention_id=intervention_id, letter=letter)
        with self.office.as_(young.holder, moment) as work:
            interventions.serve_letter(
                work, intervention_id=intervention_id, served_on=london_date(moment), proof="By hand, at the drop-in."
            )
        self.office.note("letters served")
