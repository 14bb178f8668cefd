"""What follows in a young person's file from an answer about agreement, from an intervention, and from the day."""

from __future__ import annotations

from casework.events.operations import Message
from casework.work import UnitOfWork
from casework.youth import operations as youth


def after_agreement(work: UnitOfWork, message: Message) -> None:
    """Let the file follow what was answered or taken back."""
    youth.after_agreement(work, case_id=message.id_of("case_id"))


def after_intervention(work: UnitOfWork, message: Message) -> None:
    """Begin to close where an intervention ends youth support's own work."""
    if message.payload["closes_case"]:
        youth.after_intervention(work, case_id=message.id_of("case_id"), code=message.payload["code"])


def ask_follow_ups(work: UnitOfWork) -> None:
    """Ask whether the outcome has lasted, six months after closing."""
    youth.ask_follow_ups(work)


def look_at_agreements(work: UnitOfWork) -> None:
    """Hold the files whose agreement has run out by its day or by an age."""
    youth.look_at_agreements(work)
