"""The table of scheduled work: what, when, and why. Times of day are London's; everything is claimed slot by slot in PostgreSQL.

Beat only says what time it is. A job gets a unit of work of the system in one partnership whose `now` is the moment of its slot;
it may be run again for the same slot and then finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from casework.clock import at_london, london_date
from casework.work import UnitOfWork
from workers.tasks import clocks, consent, contacts, keeping, sharing, youth

Job = Callable[[UnitOfWork], object]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One job: every so often (in UTC slots), or once a day at a London time."""

    name: str
    job: Job
    why: str
    every: timedelta | None = None
    daily_at: time | None = None

    def last_slot(self, moment: datetime) -> datetime:
        """Return the latest slot at or before `moment` (UTC)."""
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            return moment - timedelta(seconds=int(moment.timestamp()) % seconds, microseconds=moment.microsecond)
        assert self.daily_at is not None  # noqa: S101 - a job has one of the two, by the table below
        today = at_london(london_date(moment), self.daily_at)
        return today if today <= moment else at_london(london_date(moment) - timedelta(days=1), self.daily_at)


SCHEDULE = (
    Scheduled("publish_lists", clocks.publish_lists, "Lists go out at their clock.", every=timedelta(minutes=1)),
    Scheduled("close_inputs", clocks.close_inputs, "Research closes at its clock.", every=timedelta(minutes=1)),
    Scheduled("issue_minutes", clocks.issue_minutes, "Approved minutes reach agencies.", every=timedelta(minutes=5)),
    Scheduled("deliver_shares", sharing.deliver_shares, "Shares go, decided again.", every=timedelta(seconds=15)),
    Scheduled("find_late", clocks.find_late, "Late duties are seen as late.", every=timedelta(minutes=5)),
    Scheduled(
        "gather_reminders", clocks.gather_reminders, "Reminders go out as they come due.", every=timedelta(minutes=1)
    ),
    Scheduled("lapse_flags", clocks.lapse_flags, "Flags end after twelve months.", daily_at=time(6, 0)),
    Scheduled(
        "invite_to_sittings", clocks.invite_to_sittings, "Sittings reach people's calendars.", daily_at=time(7, 0)
    ),
    Scheduled("plan_ahead", clocks.plan_ahead, "Six months of sittings stay in the calendar.", daily_at=time(5, 30)),
    Scheduled(
        "close_contacts",
        contacts.close_unanswered,
        "A contact that nobody answered ends, and what had come is purged.",
        every=timedelta(minutes=5),
    ),
    Scheduled(
        "plan_group_meetings",
        contacts.plan_group_meetings,
        "Six months of the youth group's meetings stay in the calendar.",
        daily_at=time(5, 45),
    ),
    Scheduled("owe_reviews", consent.owe_reviews, "Agreements are gone through again in time.", daily_at=time(6, 15)),
    Scheduled(
        "look_at_agreements", youth.look_at_agreements, "Files without agreement are held.", daily_at=time(5, 45)
    ),
    Scheduled("ask_follow_ups", youth.ask_follow_ups, "It is asked whether it has lasted.", daily_at=time(6, 15)),
    Scheduled("forget_attempts", keeping.forget_attempts, "Sign-in attempts are kept for a day.", daily_at=time(4, 0)),
    Scheduled("forget_imports", keeping.forget_imports, "Files that nobody took in are deleted.", daily_at=time(4, 30)),
    Scheduled("forget_finished", keeping.forget_finished, "Events done are kept for 30 days.", daily_at=time(4, 15)),
)
