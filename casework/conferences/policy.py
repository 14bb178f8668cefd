"""Who may see and run a round. A round itself holds no person; its cases are limited by cases.policy."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import policy as cases
from casework.conferences.models import Conference, Listing
from casework.errors import NotAllowed, NotFound
from casework.work import UnitOfWork


def reach_conference(work: UnitOfWork, conference_id: uuid.UUID, *, lock: bool = False) -> Conference:
    """Return a round of this partnership. Raises NotAllowed without the permission to see rounds, NotFound when there is none."""
    work.require(Permission.CONFERENCE_VIEW)
    query = select(Conference).where(Conference.id == conference_id)
    conference = work.session.scalar(query.with_for_update() if lock else query)
    if conference is None:
        raise NotFound
    return conference


def reach_listing(work: UnitOfWork, listing_id: uuid.UUID, *, lock: bool = False) -> Listing:
    """Return a listed case that the actor may see. Raises NotFound, the same for a hidden and a missing one."""
    query = select(Listing).where(Listing.id == listing_id)
    listing = work.session.scalar(query.with_for_update() if lock else query)
    # A missing listing takes the same path as a hidden one: the case is asked for either way.
    cases.reach(work, listing.case_id if listing else listing_id, act="listing:view")
    if listing is None:
        raise NotFound
    return listing


def reach_listing_unless_blocked(work: UnitOfWork, listing_id: uuid.UUID, *, lock: bool = False) -> Listing:
    """Return a listed case for the chair's word, which comes before the case is shared with anybody. Raises NotFound."""
    query = select(Listing).where(Listing.id == listing_id)
    listing = work.session.scalar(query.with_for_update() if lock else query)
    cases.reach_unless_blocked(work, listing.case_id if listing else listing_id, act="listing:late")
    if listing is None:
        raise NotFound
    return listing


def require_at_the_table(work: UnitOfWork, conference: Conference) -> None:
    """Raise NotAllowed unless the actor runs sittings, or is the chair of this one."""
    if conference.chair_account_id is not None and conference.chair_account_id == work.actor.account_id:
        return
    if not work.actor.has(Permission.HEARING_RECORD) and not work.actor.has(Permission.CONFERENCE_RUN):
        raise NotAllowed(code="role")
