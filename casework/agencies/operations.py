"""Writes of agencies: registering one. Joining a partnership is in partnerships."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.agencies import rules
from casework.agencies.models import Agency
from casework.errors import FieldError, Invalid
from casework.work import UnitOfWork


def register_agency(
    work: UnitOfWork,
    *,
    slug: str,
    name: str,
    kind: str = rules.AgencyKind.PUBLIC_AUTHORITY.value,
    body: str | None = None,
    listed_body: bool | None = None,
) -> uuid.UUID:
    """Register an agency and return its id. It takes part nowhere until a partnership adds it.

    `body` is what it is in law (a code of rules.BODIES), by its short name when left out; `listed_body` whether the Children Act
    2004 s11 or s16LA names it, by the body when left out. Raises NotAllowed without partnership:manage; Invalid for a short
    name that is taken or badly written, or an unknown kind or body.
    """
    work.require(Permission.PARTNERSHIP_MANAGE)
    errors = rules.mistakes_of_names(slug=slug, name=name)
    if kind not in set(rules.AgencyKind):
        errors.append(FieldError("kind", f"Give one of: {', '.join(rules.AgencyKind)}."))
    body = body or rules.body_of(slug)
    if body is not None and body not in rules.BODIES:
        errors.append(FieldError("body", f"Give one of: {', '.join(rules.BODIES)}."))
    if not errors and work.session.scalar(select(Agency.id).where(Agency.slug == slug)):
        errors.append(FieldError("slug", "Another agency has this short name. Choose another, or add that agency."))
    if errors:
        raise Invalid(errors)
    if listed_body is None and body is not None:
        listed_body = rules.BODIES[body].is_listed
    agency = Agency(id=uuid.uuid4(), slug=slug, name=name.strip(), kind=kind, body=body, listed_body=listed_body)
    work.session.add(agency)
    work.session.flush()  # the agency's row first: what follows in this block may refer to it
    work.note("agency:register", "agency", agency.id)
    return agency.id
