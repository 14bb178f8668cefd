"""A round that has been heard, for the pages of minutes, actions and duties: one case, or two of which somebody is shut out of one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.clock import add_working_days
from casework.conferences.queries import ConferenceRecord
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR
from tests.scenarios.fortnight import ASSAULT, Fortnight

MEGAN: dict[str, Any] = {**LEANNE, "given_names": "Megan", "family_name": "Ashcroft", "date_of_birth": "1985-11-02"}
CARL: dict[str, Any] = {**PIOTR, "given_names": "Carl", "family_name": "Dunne", "date_of_birth": "1980-02-19"}


@dataclass
class MinutedRound:
    """Leanne's and Megan's cases, heard on 9 December; housing owns an action in each."""

    fortnight: Fortnight
    conference: ConferenceRecord
    leanne: uuid.UUID
    megan: uuid.UUID
    actions: tuple[uuid.UUID, ...]

    def on(self, partnership: APartnership, settings: Settings) -> MinutedRound:
        """Give the same round on a copy of its databases, at the same moment."""
        return replace(self, fortnight=self.fortnight.on(partnership, settings))

    @property
    def partnership(self) -> APartnership:
        """The partnership."""
        return self.fortnight.partnership

    def goes_out(self) -> None:
        """The chair approves and every agency has its copy."""
        self.fortnight.minutes_go_out(self.conference)

    def shuts_out(self, key: str, case_id: uuid.UUID) -> None:
        """The chair shuts somebody out of a case, because they know the people."""
        with self.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=self.partnership.account(key), reason="A relative.")

    def shuts_out_agency(self, slug: str, case_id: uuid.UUID) -> None:
        """The chair shuts a whole agency out of a case."""
        with self.partnership.acting("chair", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, agency_id=self.partnership.agencies[slug], reason="He works there.")


def a_minuted_round(partnership: APartnership, settings: Settings) -> MinutedRound:
    """Live from referral to the end of the sitting, with the draft of the minutes made."""
    fortnight = Fortnight(partnership, settings)
    leanne = fortnight.case_for()
    megan = fortnight.case_for(fortnight.document(victim=dict(MEGAN), perpetrators=[dict(CARL)], children=[]))
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "housing", "police", "idva", "chair")
    fortnight.answers("police", conference, leanne, ASSAULT)
    fortnight.answers("housing", conference, leanne)
    fortnight.sitting_begins(conference, "police", "housing", "idva")
    by_when = add_working_days(conference.sits_on, 3)
    actions = [
        *fortnight.hears(conference, leanne, ("housing", "Offer a lock change", by_when)),
        *fortnight.hears(conference, megan, ("housing", "Move her to another estate", by_when + timedelta(days=7))),
    ]
    fortnight.sitting_ends(conference)
    return MinutedRound(fortnight, fortnight.round(), leanne, megan, tuple(actions))
