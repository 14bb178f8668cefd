"""Reads of partnerships: their names, member agencies with the protocol's standing, the policy in force, extra holidays."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Date,
    Executable,
    Row,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from casework.access.actors import Actor
from casework.agencies.models import Agency
from casework.clock import london_date
from casework.errors import Conflict, NotFound
from casework.partnerships import rules
from casework.partnerships.models import ExtraHoliday, Partnership, PartnershipAgency, PolicyVersion
from casework.programmes.marac.rules import Policy
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PartnershipRecord:
    """One partnership: its id, its known name in commands, and its public name."""

    id: uuid.UUID
    slug: str
    name: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class MemberAgency:
    """An agency as a member of this partnership on one London day. `has_signed` says whether its protocol is good on that day."""

    agency_id: uuid.UUID
    slug: str
    name: str
    kind: str
    is_core: bool
    key_id: uuid.UUID
    joined_on: date
    left_on: date | None
    has_signed: bool
    protocol_version: str | None
    protocol_signed_on: date | None
    protocol_expires_on: date | None


class PolicyInForce(NamedTuple):
    """The version to keep with a decision, and the settings themselves."""

    version_id: uuid.UUID
    policy: Policy


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One version of local policy, as the list of versions shows it."""

    id: uuid.UUID
    version: int
    from_date: date
    decided_by_account_id: uuid.UUID | None
    policy: Policy


class NoPolicyInForce(Conflict):
    """No version of the policy had begun on that day."""

    message = "This partnership has no policy in force on that day. Record one that begins earlier."


def partnerships(work: UnitOfWork) -> list[PartnershipRecord]:
    """Return every partnership of the installation, by name. For sign-in, commands and scheduled work, which go through all."""
    return [_record(row) for row in work.session.scalars(select(Partnership).order_by(Partnership.name))]


def partnership_by_slug(work: UnitOfWork, *, slug: str) -> PartnershipRecord:
    """Return the partnership known as `slug`. Raises NotFound."""
    row = work.session.scalar(select(Partnership).where(Partnership.slug == slug))
    if row is None:
        raise NotFound("There is no partnership of that short name.")
    return _record(row)


def partnership_record(work: UnitOfWork) -> PartnershipRecord:
    """Return the partnership of this unit of work, fetched once in it. Raises NotFound when it has none."""
    row = work.session.get(Partnership, work.partnership_id)
    if row is None:
        raise NotFound
    work.session.info["partnership"] = row  # the session finds again only what somebody still holds
    return _record(row)


def member_agencies(work: UnitOfWork, *, on: date) -> list[MemberAgency]:
    """Return the agencies that are members of this partnership on the London day `on`, by name."""
    found = work.session.execute(
        select(PartnershipAgency, Agency)
        .join(Agency, Agency.id == PartnershipAgency.agency_id)
        .where(is_member(work, on))
        .order_by(Agency.name, Agency.slug)
    )
    return [_member(row, agency, on) for row, agency in found]


def member_agency(work: UnitOfWork, *, agency_id: uuid.UUID, on: date) -> MemberAgency:
    """Return one member agency on the London day `on`. Raises NotFound when it is no member on that day."""
    found = work.session.execute(
        select(PartnershipAgency, Agency)
        .join(Agency, Agency.id == PartnershipAgency.agency_id)
        .where(is_member(work, on), PartnershipAgency.agency_id == agency_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return _member(found[0], found[1], on)


def protocol_is_signed(work: UnitOfWork, *, agency_id: uuid.UUID | None, on: date) -> bool:
    """Say whether this agency is a member on the London day `on` with a protocol that is signed and unexpired then."""
    if agency_id is None:
        return False
    rows = work.rows(_membership, partnership_id=work.partnership_id, agency_id=agency_id, day=on)
    return any(_has_signed(row, on) for row in rows)


def protocol_is_good_at_sign_in(
    partnership_id: SQLColumnExpression[Any], agency_id: SQLColumnExpression[Any], on: ColumnElement[date]
) -> ColumnElement[bool]:
    """Return `protocol_is_good`: what `protocol_is_signed` says, for a statement outside any partnership (migration 0016)."""
    return func.protocol_is_good(partnership_id, agency_id, on, type_=Boolean()).label("protocol_is_good")


def _membership(_actor: Actor, _now: datetime) -> Executable:
    day: Any = bindparam("day", type_=Date())
    return select(PartnershipAgency.protocol_signed_on, PartnershipAgency.protocol_expires_on).where(
        _is_member(bindparam("partnership_id"), day), PartnershipAgency.agency_id == bindparam("agency_id")
    )


def signed_agencies(work: UnitOfWork, *, on: date, agency_ids: Iterable[uuid.UUID] | None = None) -> set[uuid.UUID]:
    """Return which of `agency_ids` (or of all) are members on `on` with a protocol that is signed and unexpired then."""
    statement = select(PartnershipAgency).where(is_member(work, on))
    if agency_ids is not None:
        statement = statement.where(PartnershipAgency.agency_id.in_(set(agency_ids)))
    return {row.agency_id for row in work.session.scalars(statement) if _has_signed(row, on)}


def policy_in_force(work: UnitOfWork, *, on: date, programme: str = rules.MARAC) -> PolicyInForce:
    """Return the policy version in force on the London day `on`: the highest of those that have begun by then.

    A later version with an earlier date corrects the past for decisions not yet made; decisions keep the version they used.
    Raises NoPolicyInForce when none has begun.
    """
    row = work.session.scalar(
        select(PolicyVersion)
        .where(
            PolicyVersion.partnership_id == work.partnership_id,
            PolicyVersion.programme == programme,
            PolicyVersion.from_date <= on,
        )
        .order_by(PolicyVersion.from_date.desc(), PolicyVersion.version.desc())
        .limit(1)
    )
    if row is None:
        raise NoPolicyInForce
    return PolicyInForce(row.id, Policy.from_settings(row.settings, row.version))


def policy_version(work: UnitOfWork, *, version_id: uuid.UUID) -> Policy:
    """Return the policy that a decision kept. Raises NotFound."""
    row = work.session.scalar(
        select(PolicyVersion).where(PolicyVersion.partnership_id == work.partnership_id, PolicyVersion.id == version_id)
    )
    if row is None:
        raise NotFound
    return Policy.from_settings(row.settings, row.version)


def policy_versions(work: UnitOfWork, *, programme: str = rules.MARAC) -> list[PolicyRecord]:
    """Return every version of the policy, the newest first."""
    rows = work.session.scalars(
        select(PolicyVersion)
        .where(PolicyVersion.partnership_id == work.partnership_id, PolicyVersion.programme == programme)
        .order_by(PolicyVersion.version.desc())
    )
    return [
        PolicyRecord(
            id=row.id,
            version=row.version,
            from_date=row.from_date,
            decided_by_account_id=row.decided_by_account_id,
            policy=Policy.from_settings(row.settings, row.version),
        )
        for row in rows
    ]


def extra_holidays(work: UnitOfWork) -> frozenset[date]:
    """Return the partnership's own holidays, which `casework.clock` takes beside the bank holidays of England."""
    return frozenset(
        work.session.scalars(select(ExtraHoliday.on_date).where(ExtraHoliday.partnership_id == work.partnership_id))
    )


def holidays(work: UnitOfWork) -> list[tuple[date, str]]:
    """Return the partnership's own holidays with what each is, the latest first."""
    rows = work.session.execute(
        select(ExtraHoliday.on_date, ExtraHoliday.reason)
        .where(ExtraHoliday.partnership_id == work.partnership_id)
        .order_by(ExtraHoliday.on_date.desc())
    )
    return [(on_date, reason) for on_date, reason in rows]


def is_member(work: UnitOfWork, on: date) -> ColumnElement[bool]:
    """Return the SQL condition that a PartnershipAgency is a member here on the London day `on`: from inclusive, to exclusive."""
    return _is_member(work.partnership_id, on)


def _is_member(partnership_id: uuid.UUID | BindParameter[uuid.UUID], on: date) -> ColumnElement[bool]:
    return and_(
        PartnershipAgency.partnership_id == partnership_id,
        PartnershipAgency.joined_on <= on,
        or_(PartnershipAgency.left_on.is_(None), PartnershipAgency.left_on > on),
    )


def _record(row: Partnership) -> PartnershipRecord:
    return PartnershipRecord(id=row.id, slug=row.slug, name=row.name, jurisdiction=row.jurisdiction)


def has_protocol(on: date) -> ColumnElement[bool]:
    """Return the SQL condition that a PartnershipAgency is a member on the London day `on`, with a protocol signed and unexpired then."""
    return and_(
        PartnershipAgency.joined_on <= on,
        or_(PartnershipAgency.left_on.is_(None), PartnershipAgency.left_on > on),
        PartnershipAgency.protocol_signed_on <= on,
        or_(PartnershipAgency.protocol_expires_on.is_(None), PartnershipAgency.protocol_expires_on > on),
    )


def _has_signed(row: PartnershipAgency | Row[Any], on: date) -> bool:
    return rules.protocol_is_good(signed_on=row.protocol_signed_on, expires_on=row.protocol_expires_on, on=on)


def _member(row: PartnershipAgency, agency: Agency, on: date) -> MemberAgency:
    return MemberAgency(
        agency_id=agency.id,
        slug=agency.slug,
        name=agency.name,
        kind=agency.kind,
        is_core=row.is_core,
        key_id=row.key_id,
        joined_on=row.joined_on,
        left_on=row.left_on,
        has_signed=_has_signed(row, on),
        protocol_version=row.protocol_version,
        protocol_signed_on=row.protocol_signed_on,
        protocol_expires_on=row.protocol_expires_on,
    )


def core_agency_ids(work: UnitOfWork) -> set[uuid.UUID]:
    """Return the member agencies, signed or not, that are asked about every listed case; the sharing rules then decide on each."""
    today = london_date(work.now)
    return set(
        work.session.scalars(
            select(PartnershipAgency.agency_id).where(is_member(work, today), PartnershipAgency.is_core.is_(True))
        )
    )


def agency_key_ids(work: UnitOfWork) -> dict[uuid.UUID, uuid.UUID]:
    """Return, for each agency, the data key under which its private notes of this partnership are sealed."""
    return dict(work.session.execute(select(PartnershipAgency.agency_id, PartnershipAgency.key_id)).all())
