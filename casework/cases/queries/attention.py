"""Who may open a case at the moment and who looked lately, with names, for the page of the case itself: few statements, few lines.

The whole lists have pages of their own: `case_access`, and the trail (audit.queries.entries_for).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Executable,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from casework.access import blocks
from casework.access.actors import Actor
from casework.access.models import CaseBlock
from casework.access.permissions import GRANTS, Permission
from casework.accounts.models import Account, Membership
from casework.accounts.queries import is_held
from casework.accounts.rules import AccountState
from casework.agencies.models import Agency
from casework.audit.models import AuditEntry
from casework.cases import policy
from casework.cases.models import Case, Confidentiality, Standing
from casework.cases.rules import OPENS_NO_CASE
from casework.clock import london_date
from casework.encryption.sealed import SealedField
from casework.partnerships import queries as partnerships
from casework.partnerships.models import PartnershipAgency
from casework.work import UnitOfWork

_OPENS_CASES = [role.value for role, granted in GRANTS.items() if Permission.CASE_VIEW in granted]
MOST_LOOKS = 5
_LOOKED_THROUGH = 300


@dataclass(frozen=True, slots=True)
class Holder:
    """Who may open a case at the moment, why, and until when; None for as long as the reason lasts.

    `sees` is False for who would see it once they have accepted the round's confidentiality statement.
    """

    who: str
    kind: str
    until_at: datetime | None
    sees: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody did in a case, as the trail has it: when (UTC), the act and its purpose as codes, and whether it was refused."""

    who: str
    at: datetime
    act: str
    purpose: str | None
    was_refused: bool


@dataclass(frozen=True, slots=True)
class Attention:
    """Who may open a case at the moment, and who looked lately.

    Those who answer for the case are shown every holder (`is_all`), others only why they themselves see it. `looks` are of others
    than the reader, the latest first, each act of somebody once a day, and only for who may read the trail.
    """

    holders: tuple[Holder, ...]
    looks: tuple[Look, ...]
    is_all: bool


def attention(work: UnitOfWork, *, case_id: uuid.UUID) -> Attention:
    """Return who may open a case now and who looked lately, in two statements; nothing of a hidden case.

    An agency is there when somebody who speaks for it may open it. Standing of whoever is blocked, has no role or account any
    more, or whose agency has no protocol in force opens nothing, and is left out. That the trail was read is noted in it.
    """
    audits = work.actor.has(Permission.AUDIT_VIEW)
    is_all = audits or work.actor.has(Permission.CASE_BLOCK)
    rows = work.rows(
        _holders_and_looks,
        is_all,
        audits,
        case_id=case_id,
        partnership_id=work.partnership_id,
        on=london_date(work.now),
    )
    if audits and rows:
        work.note("audit:view", "trail", case_id)
    people = {row.id: row for row in rows if row.id is not None}
    work.keys.load([one.key_id for one in people.values()])
    names = {
        account_id: str((SealedField(Account.profile, one).open(work.keys) or {}).get("name", ""))
        for account_id, one in people.items()
    }
    # The later of two of the same kind counts: standing that was renewed. What opens the case now counts before what would open it.
    holders = {
        (row.account_id, row.agency_id, row.code): Holder(_said(row, names), row.code, row.until_at, row.sees)
        for row in sorted(rows, key=lambda row: bool(row.sees))
        if row.is_standing
    }
    looks = [
        Look(_said(row, names), row.at, row.code, row.purpose, row.outcome == "refused")
        for row in rows
        if not row.is_standing
    ]
    return Attention(
        holders=tuple(sorted(holders.values(), key=lambda one: (not one.sees, one.kind, one.who))),
        looks=tuple(sorted(looks, key=lambda one: one.at, reverse=True)),
        is_all=is_all,
    )


def _holders_and_looks(actor: Actor, now: datetime, is_all: bool, audits: bool) -> Executable:
    case_id: Any = bindparam("case_id", type_=Uuid)
    # Asked once for the whole statement, not for each row.
    is_seen = exists(select(Case.id).where(Case.id == case_id, policy.may_see(actor, now)).correlate(None))
    parts = [_standing(actor, now, every=is_all), *([_looks(actor)] if audits else [])]
    found = union_all(*(part.where(is_seen) for part in parts)).subquery()
    return (
        select(found, Account.id, Account.key_id, Account.profile_sealed, Agency.name)
        .outerjoin(Account, Account.id == found.c.account_id)
        .outerjoin(Agency, Agency.id == found.c.agency_id)
        .order_by(found.c.at)
    )


def _standing(actor: Actor, now: datetime, *, every: bool) -> Select[Any]:
    """Select the standing in a case that somebody may use: the person, or one who speaks for the agency; or the reader alone.

    `sees` is whether one of them has accepted the confidentiality statement of the round that gave it.
    """
    on: Any = bindparam("on", type_=Date)
    signed = exists().where(
        PartnershipAgency.partnership_id == Standing.partnership_id,
        PartnershipAgency.agency_id == Account.agency_id,
        partnerships.has_protocol(on),
    )
    blocked = exists().where(
        CaseBlock.case_id == Standing.case_id,
        blocks.holds(now),
        or_(CaseBlock.account_id == Account.id, CaseBlock.agency_id == Account.agency_id),
    )
    return (
        select(
            true().label("is_standing"),
            Standing.account_id,
            Standing.agency_id,
            Standing.kind.label("code"),
            Standing.from_at.label("at"),
            Standing.until_at.label("until_at"),
            literal("").label("outcome"),
            literal("").label("purpose"),
            func.bool_or(or_(Standing.conference_id.is_(None), Confidentiality.account_id.is_not(None))).label("sees"),
        )
        .join(
            Account,
            or_(
                Account.id == Standing.account_id,
                and_(Standing.account_id.is_(None), Account.agency_id == Standing.agency_id),
            ),
        )
        .join(
            Membership,
            and_(
                Membership.account_id == Account.id,
                Membership.partnership_id == Standing.partnership_id,
                Membership.role.in_(_OPENS_CASES),
                or_(
                    Standing.account_id.is_not(None),
                    Membership.role.in_([role.value for role in policy.SPEAKS_FOR_AGENCY]),
                ),
            ),
        )
        .outerjoin(
            Confidentiality,
            and_(Confidentiality.conference_id == Standing.conference_id, Confidentiality.account_id == Account.id),
        )
        .where(
            Standing.case_id == bindparam("case_id", type_=Uuid),
            Standing.kind.not_in([kind.value for kind in OPENS_NO_CASE]),
            Standing.from_at <= now,
            or_(Standing.until_at.is_(None), Standing.until_at > now),
            Account.state == AccountState.ACTIVE.value,
            true() if every else Account.id == actor.account_id,
            is_held(on),
            signed,
            not_(blocked),
        )
        .group_by(Standing.id)
    )


def _looks(actor: Actor) -> Select[Any]:
    latest = (
        select(
            literal(False).label("is_standing"),
            AuditEntry.account_id,
            AuditEntry.agency_id,
            AuditEntry.act.label("code"),
            AuditEntry.at.label("at"),
            cast(null(), DateTime(timezone=True)).label("until_at"),
            AuditEntry.outcome,
            AuditEntry.purpose,
            literal(False).label("sees"),
        )
        .where(
            AuditEntry.subject_id == bindparam("case_id", type_=Uuid),
            AuditEntry.partnership_id == bindparam("partnership_id", type_=Uuid),
        )
        .order_by(AuditEntry.at.desc())
        .limit(_LOOKED_THROUGH)
        .subquery()
    )
    # Looked through first, so that a reader who was here a thousand times does not make the database read them all.
    once_a_day = (latest.c.account_id, latest.c.code, cast(func.timezone("Europe/London", latest.c.at), Date))
    others = (
        select(latest)
        # Whoever may read the trail reads it with the case, so that it says nothing more.
        .where(latest.c.account_id != actor.account_id, latest.c.code != "audit:view")
        .ext(distinct_on(*once_a_day))
        .order_by(*once_a_day, latest.c.at.desc())
        .subquery()
    )
    return select(others).order_by(others.c.at.desc()).limit(MOST_LOOKS)


def _said(row: Row[Any], names: Mapping[uuid.UUID, str]) -> str:
    """Name the person with their agency, or everybody of an agency."""
    if row.account_id is None:
        return str(row.name)
    person = names.get(row.account_id, "Somebody whose account is gone")
    return f"{person}, {row.name}" if row.name else person
