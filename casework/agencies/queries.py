"""Reads of agencies. Their names are public, so no policy stands before them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, Executable, Uuid, any_, bindparam, select

from casework.access.actors import Actor
from casework.agencies.models import Agency
from casework.errors import NotFound
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AgencyRecord:
    """One agency: its known name in files and commands, its public name, its kind (rules.AgencyKind) and body (rules.BODIES)."""

    id: uuid.UUID
    slug: str
    name: str
    kind: str
    body: str | None = None
    listed_body: bool | None = None


def agencies(work: UnitOfWork) -> list[AgencyRecord]:
    """Return every agency of the installation, by name."""
    return [_record(row) for row in work.session.scalars(select(Agency).order_by(Agency.name, Agency.slug))]


def agency_by_slug(work: UnitOfWork, *, slug: str) -> AgencyRecord:
    """Return the agency known as `slug`. Raises NotFound."""
    row = work.session.scalar(select(Agency).where(Agency.slug == slug))
    if row is None:
        raise NotFound("There is no agency of that short name.")
    return _record(row)


def agency_names(work: UnitOfWork, agency_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the public names of these agencies; an unknown id is left out."""
    return {row.id: row.name for row in work.rows(_names, agency_ids=list(set(agency_ids)))}


def _names(_actor: Actor, _now: datetime) -> Executable:
    return select(Agency.id, Agency.name).where(Agency.id == any_(bindparam("agency_ids", type_=ARRAY(Uuid))))


def _record(row: Agency) -> AgencyRecord:
    return AgencyRecord(
        id=row.id, slug=row.slug, name=row.name, kind=row.kind, body=row.body, listed_body=row.listed_body
    )
