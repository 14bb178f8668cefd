"""Writes of partnerships: founding one, its member agencies and their protocol, its dated policy, its extra holidays."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from casework.access.permissions import Permission
from casework.agencies.models import Agency
from casework.agencies.rules import mistakes_of_names
from casework.errors import Conflict, FieldError, Invalid, NotFound
from casework.partnerships import rules
from casework.partnerships.models import ExtraHoliday, Partnership, PartnershipAgency, PolicyVersion
from casework.programmes.marac.rules import Policy
from casework.work import UnitOfWork


class AlreadyMember(Conflict):
    """The agency takes part already."""

    message = "This agency is a member already."


def create_partnership(
    work: UnitOfWork, *, slug: str, name: str, from_date: date, settings: Mapping[str, Any] | None = None
) -> uuid.UUID:
    """Found a partnership under the id of this unit of work (open it with a new random id), with version 1 of its policy.

    `settings` are those of Policy; what is not given keeps usual practice. The policy is in force from the London day
    `from_date`. Raises NotAllowed without partnership:manage; Invalid naming each wrong field; Conflict when it exists.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    errors = mistakes_of_names(slug=slug, name=name)
    if not errors and work.session.scalar(select(Partnership.id).where(Partnership.slug == slug)):
        errors.append(FieldError("slug", "Another partnership has this short name. Choose another."))
    if errors:
        raise Invalid(errors)
    if work.session.get(Partnership, work.partnership_id) is not None:
        raise Conflict("This partnership exists already.")
    work.session.add(Partnership(id=work.partnership_id, slug=slug, name=name.strip()))
    work.session.flush()  # the partnership's row first: all else refers to it
    work.note("partnership:create", "partnership", work.partnership_id)
    set_policy(work, settings=settings or {}, from_date=from_date)
    return work.partnership_id


def add_agency(work: UnitOfWork, *, agency_id: uuid.UUID, joined_on: date, is_core: bool = True) -> None:
    """Make an agency a member from the London day `joined_on`. Core members are asked about every listed case.

    One that had left rejoins, with a protocol to sign anew. Raises NotAllowed, NotFound for an unknown agency, AlreadyMember.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    if work.session.get(Agency, agency_id) is None:
        raise NotFound
    row = _find(work, agency_id)
    if row is None:
        row = PartnershipAgency(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            agency_id=agency_id,
            key_id=work.keys.new("agency", work.partnership_id),
        )
        work.session.add(row)
    elif row.left_on is None or row.left_on > joined_on:
        raise AlreadyMember
    row.is_core, row.joined_on, row.left_on = is_core, joined_on, None
    row.protocol_version = row.protocol_signed_on = row.protocol_expires_on = None
    work.note("agency:join", "agency", agency_id)


def sign_protocol(
    work: UnitOfWork, *, agency_id: uuid.UUID, version: str, signed_on: date, expires_on: date | None
) -> None:
    """Record that the agency's chief signed the sharing protocol, and until before which London day it is good.

    Without it nobody of the agency opens a case (docs/adr/0004-access-order.md). Raises NotAllowed, NotFound, Invalid.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    row = _membership(work, agency_id)
    errors = []
    if not version.strip() or len(version) > 40:
        errors.append(FieldError("version", "Say which version of the protocol was signed, in up to 40 characters."))
    if signed_on.year < 2000:
        errors.append(FieldError("signed_on", "Give a day of this century, with the year in four digits."))
    if expires_on is not None and expires_on <= signed_on:
        errors.append(FieldError("expires_on", "The protocol must expire after the day on which it was signed."))
    if errors:
        raise Invalid(errors)
    row.protocol_version, row.protocol_signed_on, row.protocol_expires_on = version.strip(), signed_on, expires_on
    work.note("protocol:sign", "agency", agency_id)


def leave(work: UnitOfWork, *, agency_id: uuid.UUID, left_on: date) -> None:
    """Record that an agency is a member only until before the London day `left_on`. Raises NotAllowed, NotFound, Invalid."""
    work.require(Permission.PARTNERSHIP_MANAGE)
    row = _membership(work, agency_id)
    if left_on < row.joined_on:
        raise Invalid.field("left_on", "An agency cannot leave before the day on which it joined.")
    row.left_on = left_on
    work.note("agency:leave", "agency", agency_id)


def set_policy(
    work: UnitOfWork, *, settings: Mapping[str, Any], from_date: date, programme: str = rules.MARAC
) -> uuid.UUID:
    """Add the next version of the local policy, in force from the London day `from_date`, and return its id.

    Versions are never changed. `settings` are the whole policy: what is not given is usual practice, not the version
    before. Raises NotAllowed without partnership:manage, and Invalid naming every setting that is wrong.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    if programme not in rules.PROGRAMMES:
        raise Invalid.field("programme", f"Give one of: {', '.join(rules.PROGRAMMES)}.")
    # Two who record a version at once wait for one another here.
    if (
        work.session.scalar(select(Partnership.id).where(Partnership.id == work.partnership_id).with_for_update())
        is None
    ):
        raise NotFound
    highest = work.session.scalar(
        select(func.max(PolicyVersion.version)).where(
            PolicyVersion.partnership_id == work.partnership_id, PolicyVersion.programme == programme
        )
    )
    version = (highest or 0) + 1
    row = PolicyVersion(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        programme=programme,
        version=version,
        from_date=from_date,
        settings=Policy.from_settings(settings, version).to_settings(),
        decided_by_account_id=work.actor.account_id,
    )
    work.session.add(row)
    work.session.flush()  # so that the next version in the same block counts on from this one
    work.note("policy:set", "policy_version", row.id)
    return row.id


def add_extra_holiday(work: UnitOfWork, *, on_date: date, reason: str) -> None:
    """Record a holiday beside the bank holidays: a proclaimed day or an office closure. Recorded twice, the reason is replaced.

    Clocks that are already set stay as they are. Raises NotAllowed, and Invalid without a reason.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    if not reason.strip() or len(reason) > 80:
        raise Invalid.field("reason", "Say what the holiday is, in up to 80 characters.")
    row = work.session.scalar(
        select(ExtraHoliday).where(ExtraHoliday.partnership_id == work.partnership_id, ExtraHoliday.on_date == on_date)
    )
    if row is None:
        row = ExtraHoliday(id=uuid.uuid4(), partnership_id=work.partnership_id, on_date=on_date)
        work.session.add(row)
    row.reason = reason.strip()
    work.note("holiday:add", "extra_holiday", row.id)


def remove_extra_holiday(work: UnitOfWork, *, on_date: date) -> None:
    """Take out the partnership's own holiday of a London day; `conferences.remove_holiday` moves what counted on it.

    Raises NotAllowed, NotFound when there is none.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    row = work.session.scalar(
        select(ExtraHoliday).where(ExtraHoliday.partnership_id == work.partnership_id, ExtraHoliday.on_date == on_date)
    )
    if row is None:
        raise NotFound
    work.session.delete(row)
    work.note("holiday:remove", "extra_holiday", row.id)


def _membership(work: UnitOfWork, agency_id: uuid.UUID) -> PartnershipAgency:
    row = _find(work, agency_id)
    if row is None:
        raise NotFound
    return row


def _find(work: UnitOfWork, agency_id: uuid.UUID) -> PartnershipAgency | None:
    return work.session.scalar(
        select(PartnershipAgency)
        .where(PartnershipAgency.partnership_id == work.partnership_id, PartnershipAgency.agency_id == agency_id)
        .with_for_update()
    )
