"""The youth group's meeting: founded, written for by its agencies, held, and its minutes issued. Nobody is named, though somebody tries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from casework.clock import add_months, london_date
from casework.errors import Invalid
from casework.groups import operations as groups
from casework.groups import queries as group_queries
from casework.groups.operations import NewEntry, NewGroup
from casework.groups.queries.people import LooksLikeAPerson
from rehearsal.youth.office import Office
from rehearsal.youth.people import LOCALITIES

SEATS = ("youth_service", "school_nursing", "housing", "community_safety")
MEETS_AT = time(14, 0)


@dataclass
class Group:
    """The meeting of the month."""

    office: Office
    meets_on: date
    meeting_id: uuid.UUID | None = None
    written: set[str] = field(default_factory=set)
    is_issued: bool = False

    def found(self, moment: datetime) -> None:
        """Found the group with its seats and its series; the first meeting is this month's."""
        new = NewGroup(
            name="Targeted Youth Support group",
            localities=LOCALITIES,
            meets_at_time=MEETS_AT,
            venue="Fire station, Codsall",
            frequency="four_weeks",
            starts_on=self.meets_on,
        )
        with self.office.as_("group_chair", moment) as work:
            group_id = groups.found_group(work, new=new)
            for slug in SEATS:
                groups.add_member(work, group_id=group_id, agency_id=self.office.world.agencies[slug])
        with self.office.as_("group_chair", moment) as work:
            self.meeting_id = min(group_queries.meetings(work, group_id=group_id), key=lambda one: one.meets_at).id

    def prepare(self, moment: datetime) -> None:
        """In the last days before the meeting each agency writes what it has; the youth worker's first text names somebody."""
        today = london_date(moment)
        if self.meeting_id is None or not self.meets_on - timedelta(days=3) <= today <= self.meets_on:
            return
        for key, name, entry in self._entries(today):
            if name not in self.written:
                self.written.add(name)
                self._write(key, entry, moment)

    def _entries(self, today: date) -> list[tuple[str, str, NewEntry]]:
        last_month = add_months(today.replace(day=1), -1)
        named = self.office.people[0].document
        return [
            (
                "youth_worker",
                "named",
                NewEntry(
                    kind="joint_work",
                    words=f"Could somebody look out for {named['given_names']} {named['family_name']}?",
                ),
            ),
            (
                "youth_worker",
                "update",
                NewEntry(kind="agency_update", words="The drop-in moves to Tuesdays from four."),
            ),
            (
                "youth_worker",
                "doubtful",
                NewEntry(kind="joint_work", words="free skating for year 9 of the High School in the holidays"),
            ),
            (
                "housing_worker",
                "place",
                NewEntry(kind="place_issue", words="noise by the garages since half-term", locality="L3"),
            ),
            (
                "housing_worker",
                "trend",
                NewEntry(
                    kind="trend",
                    measure="noise",
                    period_from=last_month,
                    period_until=last_month,
                    counts={"L1": 11, "L2": 2, "L3": 7, "L4": 14, "L5": 9},
                ),
            ),
            (
                "school_worker",
                "absence",
                NewEntry(
                    kind="trend",
                    measure="absence",
                    period_from=last_month,
                    period_until=last_month,
                    counts={"L1": 6, "L2": 21, "L3": 8, "L4": 5, "L5": 12},
                ),
            ),
            ("school_worker", "service", NewEntry(kind="service_change", words="the clinic takes drop-ins at noon")),
            (
                "group_chair",
                "action",
                NewEntry(
                    kind="agency_action",
                    words="mend the lights on the path",
                    owner_agency_id=self.office.world.agencies["housing"],
                    due_on=today + timedelta(days=14),
                ),
            ),
        ]

    def _write(self, key: str, entry: NewEntry, moment: datetime) -> None:
        """Write an entry; what surely names a person is left out, of what only looks like one the writer says that it is none."""
        try:
            self._keep(key, entry, moment)
        except LooksLikeAPerson as stopped:
            self.office.note("texts for the group stopped")
            if not stopped.is_sure:
                doubts = {mark.words(entry.words) for mark in stopped.marks}
                self._keep(key, _said_to_be_nobody(entry, doubts), moment)

    def _keep(self, key: str, entry: NewEntry, moment: datetime) -> None:
        if self.meeting_id is not None:
            with self.office.as_(key, moment) as work:
                groups.write_entry(work, meeting_id=self.meeting_id, entry=entry)
            self.office.note("group entries")

    def hold(self, moment: datetime) -> None:
        """After the meeting the chair notes who was there and issues the minutes, once they confirm that nobody was discussed."""
        if self.meeting_id is None or self.is_issued or london_date(moment) <= self.meets_on:
            return
        accounts = self.office.world.accounts
        there = {accounts["group_chair"]: "present", accounts["youth_worker"]: "present"}
        there |= {accounts["housing_worker"]: "present", accounts["school_worker"]: "apologies"}
        with self.office.as_("group_chair", moment) as work:
            groups.set_agenda(work, meeting_id=self.meeting_id, words="updates, trends, places, actions")
            groups.record_attendance(work, meeting_id=self.meeting_id, states=there)
        try:
            with self.office.as_("group_chair", moment) as work:
                groups.issue_minutes(work, meeting_id=self.meeting_id, no_individuals_discussed=False)
            raise RuntimeError("minutes were issued without the chair's word")
        except Invalid:
            pass
        with self.office.as_("group_chair", moment) as work:
            groups.issue_minutes(work, meeting_id=self.meeting_id, no_individuals_discussed=True)
        self.is_issued = True
        self.office.note("group meetings")


def _said_to_be_nobody(entry: NewEntry, doubts: set[str]) -> NewEntry:
    return NewEntry(kind=entry.kind, words=entry.words, locality=entry.locality, confirmed=doubts)
