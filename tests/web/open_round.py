"""A round whose list is out with two cases, for the pages of rounds, research and the sitting."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.conferences.queries import ConferenceRecord, ListingRecord
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight
from tests.web.minuted_round import CARL, MEGAN
from tests.web.visitor import Visitor

Browser = Callable[[str], Visitor]


@dataclass
class OpenRound:
    """The round of 9 December: Leanne's case, with a child, and Megan's."""

    fortnight: Fortnight
    conference: ConferenceRecord
    leanne: uuid.UUID
    megan: uuid.UUID

    def on(self, partnership: APartnership, settings: Settings) -> OpenRound:
        """Give the same round on a copy of its databases, at the same moment."""
        return replace(self, fortnight=self.fortnight.on(partnership, settings))

    @property
    def partnership(self) -> APartnership:
        """The partnership."""
        return self.fortnight.partnership

    @property
    def path(self) -> str:
        """The address of the round's page."""
        return f"/rounds/{self.conference.id}"

    def hearing(self, case_id: uuid.UUID) -> str:
        """The address of a case at the table."""
        return f"/hearings/{self.listing(case_id).id}"

    def listing(self, case_id: uuid.UUID) -> ListingRecord:
        """A case on the list."""
        return self.fortnight.listing(self.conference, case_id)

    def shuts_out(self, key: str, case_id: uuid.UUID) -> None:
        """The co-ordinator shuts somebody out of a case, because they know the people."""
        with self.partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, account_id=self.partnership.account(key), reason="A relative.")

    def begins(self, *present: str) -> None:
        """Come to the sitting: those named have accepted, are in the room, and the co-ordinator begins."""
        self.fortnight.accepts_confidentiality(self.conference, *present)
        self.fortnight.comes_to(self.conference.sits_on, time(9, 30))
        self.fortnight.sitting_begins(self.conference, *present)


def an_open_round(partnership: APartnership, settings: Settings) -> OpenRound:
    """Live from two referrals to the day on which the list goes out."""
    fortnight = Fortnight(partnership, settings)
    leanne = fortnight.case_for()
    megan = fortnight.case_for(fortnight.document(victim=dict(MEGAN), perpetrators=[dict(CARL)], children=[]))
    return OpenRound(fortnight, fortnight.list_goes_out(), leanne, megan)


def words_of(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
