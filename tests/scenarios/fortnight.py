"""A partnership whose clocks go on while a story is told: events, schedule and post happen as the worker makes them happen.

The verbs are what people press; each opens a unit of work as that person at the story's moment. Times are London's.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from casework.access.permissions import Purpose
from casework.actions import operations as actions
from casework.cases import queries as cases
from casework.clock import at_london, london_date
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import Hearing
from casework.conferences.queries import ConferenceRecord, ListingRecord
from casework.conferences.rules import AttendanceState
from casework.events import operations as outbox
from casework.minutes import operations as minutes
from casework.research import operations as research
from casework.research import queries as questions
from casework.research.queries import OwnRequest
from casework.research.rules import Answer, Fact
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, PIOTR, SIAN, a_document, accepted, submitted
from workers import handling, posting, ticking
from workers.subscriptions import SUBSCRIPTIONS

TICKS = (time(6, 5), time(8, 1), time(9, 1), time(12, 1), time(17, 1))
NOTHING_KNOWN = Answer(kind="nothing_known")
VICTIMS = (
    ("Amira", "Begum", "Tariq"),
    ("Bethan", "Corfield", "Owen"),
    ("Chloe", "Dymock", "Ryan"),
    ("Danuta", "Elkin", "Pawel"),
    ("Esther", "Fallow", "Simeon"),
    ("Farida", "Gosling", "Yusuf"),
    ("Grace", "Hanbury", "Neil"),
    ("Holly", "Ibbotson", "Craig"),
)
ASSAULT = Answer(kind="shared", facts=(Fact("Two call-outs to the address, the last with injuries."),))


@dataclass
class Fortnight:
    """The story's partnership and what drives its clocks."""

    partnership: APartnership
    settings: Settings

    def __post_init__(self) -> None:
        # The mail that invited these people to Casework went out before the story begins.
        self._handle()
        self._post(self.partnership.now)

    def on(self, partnership: APartnership, settings: Settings) -> Fortnight:
        """Go on from this moment with a copy of the partnership and its databases."""
        partnership.now = self.partnership.now
        return Fortnight(partnership, settings)

    # Time

    def _drive(self, moment: datetime) -> None:
        self._handle()
        failed = ticking.tick(self.partnership.stores, moment)
        assert failed == []
        self._handle()
        self._post(moment)

    def _handle(self) -> None:
        while True:
            with self.partnership.stores.engine.begin() as connection:
                ids = outbox.lease_for_queue(connection)
            if not ids:
                return
            assert handling.handle(self.partnership.stores, ids, SUBSCRIPTIONS) == len(ids)

    def _post(self, moment: datetime) -> None:
        posting.send_due(self.partnership.stores, self.settings, self.partnership.partnership_id, moment)

    @property
    def today(self) -> date:
        """The story's London day."""
        return london_date(self.partnership.now)

    def settle(self) -> None:
        """Let everything happen that follows from what people did and from the time of day."""
        self._drive(self.partnership.now)

    def comes_to(self, day: date, at: time = time(10)) -> None:
        """Come to a moment in one step."""
        self.partnership.now = at_london(day, at)
        self.settle()

    def goes_on_to(self, day: date, at: time = time(10)) -> None:
        """Live through every day up to a moment, with the schedule run as often as something is due."""
        until = at_london(day, at)
        while self.today <= day:
            for tick in TICKS:
                moment = at_london(self.today, tick)
                if self.partnership.now < moment < until:
                    self._drive(moment)
            if self.today == day:
                break
            self.partnership.now = at_london(self.today + timedelta(days=1), time(6))
        self.comes_to(day, at)

    # Referring and the list

    def document(self, **changes: Any) -> dict[str, Any]:
        """A referral received today, with a safe contact that is good for months; `changes` replace whole fields."""
        safe = {**LEANNE["safe_contact"], "expires_on": (self.today + timedelta(days=180)).isoformat()}
        return a_document(self.today, **{"victim": {**LEANNE, "safe_contact": safe}, **changes})

    def couple(self, number: int, *, yes: int = 15, children: int = 0, **changes: Any) -> dict[str, Any]:
        """A referral of another couple than all others with a lower number, all of the south and strangers to each other."""
        given, family, other = VICTIMS[number % len(VICTIMS)]
        family += ("", "by", "ton", "ford")[number // len(VICTIMS)]
        victim = {**self.document()["victim"], "given_names": given, "family_name": family}
        child = {**SIAN, "family_name": family}
        return self.document(
            yes=yes,
            **{
                "victim": {**victim, "date_of_birth": f"{1975 + number}-0{1 + number % 9}-17"},
                "perpetrators": [
                    {
                        **PIOTR,
                        "given_names": other,
                        "family_name": f"{family}son",
                        "date_of_birth": f"1979-0{1 + number % 9}-03",
                    }
                ],
                "children": [{**child, "given_names": f"Child{one}"} for one in range(children)],
                "afraid_of": [other],
                "reference": f"{family}-{self.today}",
                **changes,
            },
        )

    def refers(self, document: Mapping[str, Any] | None = None, *, by: str = "referrer") -> uuid.UUID:
        """Somebody sends a referral in. Gives the referral's id."""
        referral_id = submitted(self.partnership, document or self.document(), by=by)
        self.settle()
        return referral_id

    def case_for(
        self,
        document: Mapping[str, Any] | None = None,
        *,
        by: str = "referrer",
        known_case_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        """Somebody refers and the co-ordinator accepts. Gives the case's id."""
        case_id = accepted(self.partnership, document or self.document(), by=by, known_case_id=known_case_id)
        self.settle()
        return case_id

    def round(self, number: int = 0, marac: str = "south") -> ConferenceRecord:
        """A round of a MARAC as it stands: 0 sits on 9 December."""
        with self.partnership.acting(None) as work:
            return rounds.conference_record(work, conference_id=self.partnership.conferences[marac][number])

    def round_on(self, day: date, marac: str = "south") -> ConferenceRecord:
        """The round of a MARAC that really sits on a day."""
        with self.partnership.acting(None) as work:
            planned = rounds.conferences(work, marac_id=self.partnership.maracs[marac], limit=200)
        return next(one for one in planned if one.sits_on == day)

    def list_goes_out(self, number: int = 0, marac: str = "south") -> ConferenceRecord:
        """Come to the moment at which a round's list goes out."""
        self.partnership.now = self.round(number, marac).list_out_at
        self.settle()
        return self.round(number, marac)

    def listed(
        self, conference: ConferenceRecord, *, as_: str | None = None, states: Sequence[str] = ("listed", "heard")
    ) -> list[ListingRecord]:
        """A round's list as somebody sees it."""
        with self.partnership.acting(as_, Purpose.CONFERENCE) as work:
            return list(rounds.listings(work, conference_id=conference.id, states=states))

    def listing(self, conference: ConferenceRecord, case_id: uuid.UUID) -> ListingRecord:
        """A case on a round's list, in whatever state."""
        return next(one for one in self.listed(conference, states=()) if one.case.id == case_id)

    def rounds_of(self, case_id: uuid.UUID) -> list[tuple[date, str, str | None]]:
        """The sittings of a case, the latest first: day, state, why it left."""
        with self.partnership.acting(None) as work:
            return [(one.sits_on, state, why) for one, state, why in rounds.listings_of_case(work, case_id=case_id)]

    # Confidentiality and research

    def accepts_confidentiality(self, conference: ConferenceRecord, *keys: str) -> None:
        """People accept a round's statement."""
        for key in keys:
            with self.partnership.acting(key) as work:
                conferences.accept_confidentiality(work, conference_id=conference.id)

    def asked(self, key: str, conference: ConferenceRecord) -> list[OwnRequest]:
        """What somebody's agency is asked in a round."""
        with self.partnership.acting(key, Purpose.RESEARCH) as work:
            return list(questions.own_requests(work, conference_id=conference.id))

    def answers(
        self, key: str, conference: ConferenceRecord, case_id: uuid.UUID, answer: Answer = NOTHING_KNOWN
    ) -> None:
        """Somebody answers for their agency about one case."""
        request = next(one for one in self.asked(key, conference) if one.case.id == case_id)
        with self.partnership.acting(key, Purpose.RESEARCH) as work:
            research.answer(work, request_id=request.id, answer=answer)

    # The sitting and after

    def sitting_begins(self, conference: ConferenceRecord, *present: str) -> None:
        """Come to the sitting: those named are there and the co-ordinator begins."""
        self.partnership.now = conference.sits_at
        for key in present:
            self.attends(conference, key)
        with self.partnership.acting("coordinator") as work:
            conferences.start_sitting(work, conference_id=conference.id)

    def attends(self, conference: ConferenceRecord, key: str, state: AttendanceState = AttendanceState.PRESENT) -> None:
        """The co-ordinator notes somebody in the room, or their apologies."""
        person = self.partnership.people[key]
        with self.partnership.acting("coordinator") as work:
            conferences.record_attendance(
                work,
                conference_id=conference.id,
                account_id=person.account_id,
                agency_id=self.partnership.actor_of(key).agency_id,
                state=state,
            )

    def agrees(self, listing: ListingRecord, agency: str, what: str, by_when: date) -> uuid.UUID:
        """The table agrees an action. Gives its id."""
        with self.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            return actions.agree(
                work,
                listing_id=listing.id,
                owner_agency_id=self.partnership.agencies[agency],
                what=what,
                by_when=by_when,
            )

    def hears(
        self, conference: ConferenceRecord, case_id: uuid.UUID, *agreed: tuple[str, str, date]
    ) -> list[uuid.UUID]:
        """Hear a case from risks to actions. Gives the actions' ids."""
        listing = self.listing(conference, case_id)
        with self.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            conferences.start_case(work, listing_id=listing.id)
            conferences.record_hearing(
                work,
                listing_id=listing.id,
                version=listing.version,
                hearing=Hearing(
                    voice="She wants to stay in her home.",
                    risks={"victim": "Serious assault when contact is refused."},
                    no_action_because=None if agreed else "Everything is in hand already.",
                    teller=str(self.partnership.agencies["idva_service"]),
                    tell_how="By phone at the agreed times.",
                ),
            )
        ids = [self.agrees(listing, *one) for one in agreed]
        with self.partnership.acting("coordinator", Purpose.CONFERENCE) as work:
            conferences.finish_case(work, listing_id=listing.id)
        return ids

    def sitting_ends(self, conference: ConferenceRecord) -> None:
        """End the sitting, two hours on; minutes are drafted, files are to be marked."""
        self.partnership.now += timedelta(hours=2)
        with self.partnership.acting("coordinator") as work:
            conferences.end_sitting(work, conference_id=conference.id)
        self.settle()

    def minutes_go_out(self, conference: ConferenceRecord) -> None:
        """The chair approves an hour later, and the clock issues."""
        self.partnership.now += timedelta(hours=1)
        with self.partnership.acting("chair") as work:
            minutes.approve(work, conference_id=conference.id)
        self.partnership.now += timedelta(minutes=10)
        self.settle()

    def holds(self, number: int = 0, *agreed: tuple[str, str, date]) -> ConferenceRecord:
        """Hold a whole round of the south: list out, everybody there bound, each case heard with the same actions, minutes out."""
        conference = self.list_goes_out(number)
        self.accepts_confidentiality(conference, "police", "housing", "probation", "idva", "chair")
        self.sitting_begins(conference, "police", "housing", "probation", "idva", "chair")
        for listing in self.listed(conference, states=["listed"]):
            self.hears(conference, listing.case.id, *agreed)
        self.sitting_ends(conference)
        self.minutes_go_out(conference)
        return self.round(number)

    def sees(self, key: str, case_id: uuid.UUID) -> bool:
        """Say whether a case is there for somebody."""
        with self.partnership.acting(key) as work:
            return case_id in cases.visible_ids(work, case_ids=[case_id])
