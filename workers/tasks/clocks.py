"""What the clocks do by themselves."""

from __future__ import annotations

from casework.actions import operations as actions
from casework.clock import london_date
from casework.conferences import operations as conferences
from casework.duties import operations as duties
from casework.minutes import operations as minutes
from casework.notifications import operations as notifications
from casework.work import UnitOfWork


def publish_lists(work: UnitOfWork) -> None:
    """Send out the lists whose clock has come."""
    conferences.publish_due_lists(work)


def close_inputs(work: UnitOfWork) -> None:
    """Close the research whose clock has come."""
    conferences.close_due_inputs(work)


def issue_minutes(work: UnitOfWork) -> None:
    """Issue the minutes that the chair has approved."""
    minutes.issue_due(work)


def find_late(work: UnitOfWork) -> None:
    """Mark what is overdue."""
    duties.find_late(work)


def gather_reminders(work: UnitOfWork) -> None:
    """Put the reminders that have come due into notices."""
    notifications.gather_reminders(work)


def lapse_flags(work: UnitOfWork) -> None:
    """End the flags whose twelve months are over."""
    actions.lapse_flags(work, on=london_date(work.now))


def plan_ahead(work: UnitOfWork) -> None:
    """Keep the calendar filled."""
    conferences.plan_ahead(work)


def invite_to_sittings(work: UnitOfWork) -> None:
    """Invite people to the sittings of the next weeks."""
    notifications.invite_to_sittings(work)
