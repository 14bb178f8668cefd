"""A youth group at work, for tests: four agencies with a seat, a meeting every four weeks on a Tuesday, five localities."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time

from casework.access.permissions import Purpose
from casework.groups import operations, queries
from casework.groups.operations import NewEntry, NewGroup
from casework.youth import operations as youth
from casework.youth.operations import Enquiry
from tests.factories.partnership import APartnership

LOCALITIES = {"L1": "Codsall", "L2": "Great Wyrley", "L3": "Penkridge", "L4": "Wombourne", "L5": "Perton"}
FIRST = date(2026, 12, 1)
SEATS = ("youth_service", "school_nursing", "housing")

JAMIE = {
    "given_names": "Jamie",
    "family_name": "Stone",
    "date_of_birth": "2011-05-04",
    "address": {"lines": ["3 Mill Lane"], "postcode": "WV8 1AB"},
    "phones": [{"number": "07700 900123"}],
}


@dataclass
class AGroup:
    """The group, with its partnership. The chair is of the fire service."""

    partnership: APartnership
    id: uuid.UUID
    meetings: tuple[uuid.UUID, ...]

    @property
    def meeting(self) -> uuid.UUID:
        """The first meeting."""
        return self.meetings[0]

    def writes(self, key: str, entry: NewEntry, *, meeting: uuid.UUID | None = None) -> uuid.UUID:
        """Write an entry as one of the partnership's people."""
        with self.partnership.acting(key) as work:
            return operations.write_entry(work, meeting_id=meeting or self.meeting, entry=entry)

    def says(self, key: str, words: str, *confirmed: str) -> uuid.UUID:
        """Write an agency's update."""
        return self.writes(key, NewEntry(kind="agency_update", words=words, confirmed=confirmed))

    def entries(self, key: str = "youth_worker") -> tuple[queries.EntryRecord, ...]:
        """Read what the group has written."""
        with self.partnership.acting(key) as work:
            return queries.entries(work, group_id=self.id)

    def record(self, key: str = "youth_worker", meeting: uuid.UUID | None = None) -> queries.MeetingRecord:
        """Read a meeting."""
        with self.partnership.acting(key) as work:
            return queries.meeting_record(work, meeting_id=meeting or self.meeting)

    def comes_to(self, day: date, at: time = time(16, 0)) -> None:
        """Go on to a later moment."""
        later = datetime.combine(day, at, tzinfo=self.partnership.now.tzinfo)
        assert later >= self.partnership.now
        self.partnership.now = later

    def meets(self, *present: str) -> None:
        """Hold the first meeting with these people there."""
        self.comes_to(FIRST)
        with self.partnership.acting("group_chair") as work:
            states = {self.partnership.account(key): "present" for key in present}
            operations.record_attendance(work, meeting_id=self.meeting, states=states)

    def goes_out(self) -> None:
        """Issue the minutes of the first meeting."""
        with self.partnership.acting("group_chair") as work:
            operations.issue_minutes(work, meeting_id=self.meeting, no_individuals_discussed=True)


def a_group(partnership: APartnership) -> AGroup:
    """Found the group, give three more agencies a seat."""
    new = NewGroup(
        name="Vale Targeted Youth Support group",
        localities=LOCALITIES,
        meets_at_time=time(14, 0),
        venue="Fire station, Codsall",
        frequency="four_weeks",
        starts_on=FIRST,
    )
    with partnership.acting("group_chair") as work:
        group_id = operations.found_group(work, new=new)
        for slug in SEATS:
            operations.add_member(work, group_id=group_id, agency_id=partnership.agencies[slug])
    with partnership.acting("group_chair") as work:
        calendar = sorted(queries.meetings(work, group_id=group_id), key=lambda one: one.meets_at)
    return AGroup(partnership, group_id, tuple(one.id for one in calendar))


def a_young_person(partnership: APartnership, key: str = "youth_worker", **details: object) -> uuid.UUID:
    """Open a file for a young person, Jamie Stone unless details say otherwise; returns the case."""
    enquiry = Enquiry(
        known_as="J.S.",
        concern="Out late most nights.",
        source="school",
        locality="Codsall",
        young_person={**JAMIE, **details},
    )
    with partnership.acting(key, Purpose.SUPPORT) as work:
        return youth.open_enquiry(work, enquiry=enquiry).case_id


def switch_on(group: AGroup) -> None:
    """Record that the group may hear named cases."""
    with group.partnership.acting("coordinator") as work:
        operations.set_mode(work, group_id=group.id, mode="named_case", ground="Panel agreement of 2026", from_on=FIRST)
