"""What happens to shares by itself: delivery, each in a transaction of its own, and the content-free notices that something waits."""

from __future__ import annotations

import structlog

from casework.access.permissions import Role
from casework.accounts import queries as accounts
from casework.cases import queries as cases
from casework.documents.mails import MailTemplate
from casework.events.operations import Message
from casework.notifications import operations as notifications
from casework.sharing import operations as sharing
from casework.work import UnitOfWork

log = structlog.get_logger()


def deliver_shares(work: UnitOfWork) -> None:
    """Deliver what is queued, as of this slot: each share is decided again in its own transaction, so that one holds up no other."""
    for share_id in sharing.queued(work):
        try:
            with UnitOfWork(
                work.stores,
                actor=work.actor,
                now=work.now,
                partnership_id=work.partnership_id,
                purpose=work.purpose,
            ) as one:
                sharing.deliver(one, share_id=share_id)
        except Exception as error:
            # It stays queued and is tried again at the next slot.
            log.error("share_not_delivered", share_id=share_id, exc_info=error)


def tell_receiver(work: UnitOfWork, message: Message) -> None:
    """Tell those who answer for the receiving agency that something waits, but for whom a conflict of interest shuts out."""
    agency_id, case_id = message.id_of("to_agency_id"), message.id_of("case_id")
    there = accounts.accounts_with_role(work, roles=[Role.YOUTH_WORKER], agency_id=agency_id)
    blocked = cases.blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, set())
    notifications.notify(
        work,
        template=MailTemplate.SOMETHING_NEW,
        account_ids=[one for one in there if not {one, agency_id} & blocked],
        about=f"share:{message.id}",
    )


def tell_sender(work: UnitOfWork, message: Message) -> None:
    """Tell whoever asked that their share was stopped or answered."""
    notifications.notify(
        work,
        template=MailTemplate.SOMETHING_NEW,
        account_ids=[sharing.asked_by(work, share_id=message.id_of("share_id"))],
        about=f"share:{message.id}",
    )


def tell_reviewers(work: UnitOfWork, message: Message) -> None:
    """Tell those who sign that a share waits for their review."""
    if message.payload["state"] == "needs_review":
        notifications.notify(
            work,
            template=MailTemplate.SOMETHING_NEW,
            account_ids=sharing.reviewers_of(work, share_id=message.id_of("share_id")),
            about=f"review:{message.id}",
        )


def tell_health_leads(work: UnitOfWork, message: Message) -> None:
    """Tell the safeguarding leads of health bodies that a signature is sought."""
    notifications.notify(
        work,
        template=MailTemplate.SOMETHING_NEW,
        account_ids=sharing.health_leads(work, share_id=message.id_of("share_id")),
        about=f"signature:{message.id}",
    )
