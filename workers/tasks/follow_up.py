"""What follows in the domain from an event."""

from __future__ import annotations

from casework.actions import operations as actions
from casework.conferences import operations as conferences
from casework.events.operations import Message
from casework.minutes import operations as minutes
from casework.referral_imports import operations as imports
from casework.referrals import operations as referrals
from casework.research import operations as research
from casework.work import UnitOfWork


def look_for_another(work: UnitOfWork, message: Message) -> None:
    """See that a victim whom somebody now shut out was to reach is reached by somebody else."""
    referrals.after_block(work, case_id=message.id_of("case_id"))


def ask_agencies(work: UnitOfWork, message: Message) -> None:
    """Ask every agency that the list went to."""
    research.ask_agencies(work, conference_id=message.id_of("conference_id"))


def ask_about_late_case(work: UnitOfWork, message: Message) -> None:
    """Ask about a case that joined after the list was out."""
    if message.payload["is_late"]:
        research.ask_agencies(work, conference_id=message.id_of("conference_id"))


def owe_confidentiality(work: UnitOfWork, message: Message) -> None:
    """Owe the acceptance of the confidentiality statement."""
    conferences.owe_confidentiality(work, conference_id=message.id_of("conference_id"))


def after_sitting(work: UnitOfWork, message: Message) -> None:
    """Flag the files and owe the telling of the victims."""
    actions.after_sitting(work, conference_id=message.id_of("conference_id"))


def draft_minutes(work: UnitOfWork, message: Message) -> None:
    """Draft the minutes from what was recorded."""
    minutes.draft(work, conference_id=message.id_of("conference_id"))


def shred_file(work: UnitOfWork, message: Message) -> None:
    """Destroy the data key of a file of referrals that is deleted."""
    imports.shred(work, key_id=message.id_of("key_id"))


def take_next_rows(work: UnitOfWork, message: Message) -> None:
    """Take in the next rows of a file of referrals."""
    imports.take_next_rows(work, import_id=message.id_of("import_id"), from_row=message.payload["from_row"])
