"""Notices that follow an event."""

from __future__ import annotations

import uuid

from casework.accounts import queries as accounts
from casework.documents.mails import MailTemplate
from casework.events.operations import Message
from casework.notifications import operations as notifications
from casework.work import UnitOfWork


def tell_list_is_out(work: UnitOfWork, message: Message) -> None:
    """Tell the agencies that the list is out."""
    notifications.tell_list_is_out(work, conference_id=message.id_of("conference_id"))


def tell_minutes_are_out(work: UnitOfWork, message: Message) -> None:
    """Tell the agencies that their copy is there."""
    notifications.tell_minutes_are_out(work, minutes_id=message.id_of("minutes_id"))


def tell_of_correction(work: UnitOfWork, message: Message) -> None:
    """Tell whoever has the version before that there is something new: it is being corrected."""
    notifications.tell_of_correction(work, minutes_id=message.id_of("replaces_minutes_id"))


def tell_referrer(work: UnitOfWork, message: Message) -> None:
    """Tell whoever wrote the referral that it came back; one from a file goes to those who speak for its agency."""
    writer = message.payload["referrer_account_id"]
    people = [uuid.UUID(writer)] if writer else accounts.representatives_of(work, message.id_of("referrer_agency_id"))
    notifications.notify(
        work, template=MailTemplate.SOMETHING_RETURNED, account_ids=people, about=f"returned:{message.id}"
    )


def tell_of_referral(work: UnitOfWork, message: Message) -> None:
    """Tell the IDVA service and the co-ordinators that a referral was sent."""
    notifications.tell_of_referral(work, referral_id=message.id_of("referral_id"), about=str(message.id))


def tell_idva(work: UnitOfWork, message: Message) -> None:
    """Tell the IDVA service that somebody needs them, unless it was told when the referral was sent."""
    notifications.tell_idva(work, case_id=message.id_of("case_id"), about=str(message.id_of("referral_id")))


def tell_representative(work: UnitOfWork, message: Message) -> None:
    """Tell whoever asked a colleague of theirs that there is a reply."""
    notifications.notify(
        work,
        template=MailTemplate.SOMETHING_NEW,
        account_ids=[message.id_of("asked_by_account_id")],
        about=f"replied:{message.id}",
    )


def invite_account(work: UnitOfWork, message: Message) -> None:
    """Send a new colleague their single-use link; it is made at the moment of sending and kept nowhere."""
    notifications.notify(
        work,
        template=MailTemplate.ACCOUNT_INVITED,
        account_ids=[message.id_of("account_id")],
        about=f"invited:{message.id}",
    )
