"""What happens by itself around contacts and the youth group: clocks, and notices that something waits."""

from __future__ import annotations

from casework.contacts import operations as contacts
from casework.contacts import queries as contact_queries
from casework.documents.mails import MailTemplate
from casework.events.operations import Message
from casework.groups import operations as groups
from casework.groups import queries as group_queries
from casework.notifications import operations as notifications
from casework.work import UnitOfWork


def close_unanswered(work: UnitOfWork) -> None:
    """End the contacts that nobody answered in ten working days."""
    contacts.close_unanswered(work)


def plan_group_meetings(work: UnitOfWork) -> None:
    """Keep the calendar of the youth groups filled."""
    groups.plan_ahead(work)


def tell_asker(work: UnitOfWork, message: Message) -> None:
    """Tell whoever opened a contact that it was answered, or that it ended without an answer."""
    contact_id = message.id_of("contact_id")
    notifications.notify(
        work,
        template=MailTemplate.SOMETHING_NEW,
        account_ids=contact_queries.askers(work, contact_id=contact_id),
        about=f"contact:{message.id}",
    )


def tell_both_sides(work: UnitOfWork, message: Message) -> None:
    """Tell both sides of a contact at once that a risk of significant harm was told of."""
    contact_id = message.id_of("contact_id")
    people = {
        *contact_queries.askers(work, contact_id=contact_id),
        *contact_queries.answerers(work, contact_id=contact_id),
    }
    notifications.notify(
        work, template=MailTemplate.SOMETHING_NEW, account_ids=sorted(people), about=f"contact:{message.id}"
    )


def tell_members(work: UnitOfWork, message: Message) -> None:
    """Tell the members of a group that the minutes are out."""
    people = group_queries.practitioners_of(work, group_id=message.id_of("group_id"))
    notifications.notify(
        work, template=MailTemplate.DOCUMENT_READY, account_ids=sorted(people), about=f"group_minutes:{message.id}"
    )


def share_delivered(work: UnitOfWork, message: Message) -> None:
    """Start the clock of an answer in the contact that a share came with."""
    contacts.share_delivered(work, share_id=message.id_of("share_id"))


def share_answered(work: UnitOfWork, message: Message) -> None:
    """Follow in its contact what was answered in the inbox."""
    contacts.share_answered(work, share_id=message.id_of("share_id"))
