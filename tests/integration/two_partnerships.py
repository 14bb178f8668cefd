"""Two partnerships at work in one installation. Each has a case that was heard, with research, an action, flags, minutes and a block."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.referral_imports import operations as referral_imports
from config.settings import Settings
from tests.factories.neighbour import a_neighbour
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import ASSAULT, Fortnight


@dataclass(frozen=True)
class TwoPartnerships:
    """What was made: the partnership, its neighbour, and the case of each."""

    partnership: APartnership
    neighbour: APartnership
    case: uuid.UUID
    neighbours_case: uuid.UUID

    def on(self, partnership: APartnership) -> APartnership:
        """Go on with copies: gives the neighbour. Each has its case as `case`."""
        partnership.now = self.partnership.now
        partnership.case = self.case  # type: ignore[attr-defined]
        neighbour = self.neighbour.on(partnership.stores)
        neighbour.case = self.neighbours_case  # type: ignore[attr-defined]
        return neighbour


def two_partnerships(partnership: APartnership, settings: Settings) -> TwoPartnerships:
    """Live with both from referral to the end of the sitting."""
    both = [Fortnight(partnership, settings), Fortnight(a_neighbour(partnership), settings)]
    found = []
    for told in both:
        told.refers(told.couple(5, yes=9))
        found.append(told.case_for())
    rounds = [told.list_goes_out(marac=min(told.partnership.maracs, key="south".__ne__)) for told in both]
    for told, conference, case_id in zip(both, rounds, found, strict=True):
        told.accepts_confidentiality(conference, "housing", "coordinator")
        told.answers("housing", conference, case_id, ASSAULT)
        told.sitting_begins(conference, "housing")
        told.hears(conference, case_id, ("housing", "Offer a lock change", conference.sits_on + timedelta(days=5)))
        told.sitting_ends(conference)
        with told.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            probation = told.partnership.agencies["probation"]
            cases.block(work, case_id=case_id, agency_id=probation, reason="He works there.")
        with told.partnership.acting("coordinator") as work:
            referral_imports.upload(work, content=json.dumps(told.couple(6)).encode())
    return TwoPartnerships(both[0].partnership, both[1].partnership, *found)
