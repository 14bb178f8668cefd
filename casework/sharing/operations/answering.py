"""What the receiving agency does with a share, and what the sender still owes: opened, accepted, declined, the young person told."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.actors import ActorKind
from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotAllowed
from casework.sharing import events, policy, rules
from casework.sharing.models import Share
from casework.sharing.rules import ShareState
from casework.work import UnitOfWork

REVIEWERS = (Role.YOUTH_MANAGER, Role.SAFEGUARDING_LEAD)


def acknowledge(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Note that the receiving agency has opened a share. A second time it does nothing. Raises NotAllowed, NotFound."""
    work.require(Permission.SHARE_ANSWER)
    share = policy.reach(work, share_id, policy.is_received(work), act="share:acknowledge", lock=True)
    if share.state == ShareState.DELIVERED:
        share.state = ShareState.ACKNOWLEDGED.value
        share.acknowledged_at = work.now
        share.acknowledged_by_account_id = work.actor.account_id
        work.note("share:acknowledge", "share", share.id)


def answer(
    work: UnitOfWork, *, share_id: uuid.UUID, accepts: bool, words: str = "", into_case_id: uuid.UUID | None = None
) -> None:
    """Accept a share, or decline it with a reason, which the sender reads. Raises NotAllowed, NotFound, Invalid, Conflict.

    `into_case_id` is the file that one's agency opens from it: what is shared from there names this share as its source (B6).
    """
    work.require(Permission.SHARE_ANSWER)
    share = policy.reach(work, share_id, policy.is_received(work), act="share:answer", lock=True)
    errors = (
        [] if accepts and not words.strip() else rules.mistakes_of_reason("words", words, "Say why you decline it.")
    )
    if errors:
        raise Invalid(errors)
    state = ShareState.ACCEPTED if accepts else ShareState.DECLINED
    if share.state == state:
        raise Conflict("Your agency has answered this already.")
    share.state = rules.move(share.state, state).value
    share.taken_into_case_id = into_case_id
    share.answered_at = work.now
    share.answered_by_account_id = work.actor.account_id
    if share.acknowledged_at is None:
        share.acknowledged_at, share.acknowledged_by_account_id = work.now, work.actor.account_id
    share.answer.seal(work.keys, {"words": words.strip()})
    work.note("share:answer", "share", share.id, reason=state.value)
    work.record(
        events.ShareAnswered(
            partnership_id=work.partnership_id, share_id=share.id, case_id=share.case_id, state=state.value
        )
    )


def lapse(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Take a share that nobody answered out of the receiving agency's inbox: nothing of it can be read there any more.

    For scheduled work. What was answered stays. Source: rule B9, docs/adr/0015-youth-support.md.
    """
    only_the_schedule(work)
    share = work.session.scalar(select(Share).where(Share.id == share_id).with_for_update())
    if share is not None and share.state in (ShareState.DELIVERED, ShareState.ACKNOWLEDGED):
        share.state = rules.move(share.state, ShareState.LAPSED).value
        work.note("share:lapse", "share", share.id)


def subject_told(work: UnitOfWork, *, share_id: uuid.UUID) -> None:
    """Note that the young person was told of a share. Raises NotAllowed, NotFound, Conflict before it has gone."""
    work.require(Permission.SHARE_ASK)
    share = policy.reach(work, share_id, policy.is_mine(work), act="share:told", lock=True)
    if share.delivered_at is None:
        raise Conflict("This has not gone, so there is nothing to tell yet.")
    share.told_at = share.told_at or work.now
    duties.meet(work, kind=DutyKind.SHARE_TELL_SUBJECT, subject_id=share.id)
    work.note("share:told", "share", share.id)


def asked_by(work: UnitOfWork, *, share_id: uuid.UUID) -> uuid.UUID:
    """Return who asked for a share, for the notice that it was stopped or answered."""
    only_the_schedule(work)
    return work.session.get_one(Share, share_id).asked_by_account_id


def reviewers_of(work: UnitOfWork, *, share_id: uuid.UUID) -> list[uuid.UUID]:
    """Return who may sign for the sending agency, but for whoever asked, for the notice that a share waits for them."""
    only_the_schedule(work)
    share = work.session.get_one(Share, share_id)
    people = accounts.accounts_with_role(work, roles=REVIEWERS, agency_id=share.from_agency_id)
    return [one for one in people if one != share.asked_by_account_id]


def health_leads(work: UnitOfWork, *, share_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the safeguarding leads of NHS bodies, but for whom a block shuts out, for the notice that a signature is sought."""
    only_the_schedule(work)
    share = work.session.get_one(Share, share_id)
    there = accounts.account_names(work, accounts.accounts_with_role(work, roles=[Role.SAFEGUARDING_LEAD]))
    health = {one.id for one in agencies.agencies(work) if one.body == "health"}
    blocked = cases.blocked_accounts(work, case_ids=[share.case_id], at=work.now).get(share.case_id, set())
    return [
        account_id
        for account_id, one in there.items()
        if one.agency_id in health and not {account_id, one.agency_id} & blocked
    ]


def only_the_schedule(work: UnitOfWork) -> None:
    """Raise NotAllowed for anybody but scheduled work."""
    if work.actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed(code="role")
