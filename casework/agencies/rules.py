"""The vocabulary of agencies: their kinds, and how their short names are written."""

from __future__ import annotations

import re
from enum import StrEnum

from casework.errors import FieldError

_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
SLUG_LIMIT = 60
NAME_LIMIT = 120


class AgencyKind(StrEnum):
    """What sort of body it is; the law under which it may share differs."""

    PUBLIC_AUTHORITY = "public_authority"
    CHARITY = "charity"
    LANDLORD = "landlord"
    PRIVATE = "private"


def mistakes_of_names(*, slug: str, name: str) -> list[FieldError]:
    """Return what is wrong with a short name and a public name; the same shape serves agencies and partnerships."""
    found = []
    if len(slug) > SLUG_LIMIT or not _SLUG.fullmatch(slug):
        found.append(
            FieldError(
                "slug", f"Give a short name of a-z, 0-9, single hyphens and underscores, up to {SLUG_LIMIT} characters."
            )
        )
    if not name.strip() or len(name) > NAME_LIMIT:
        found.append(FieldError("name", f"Give a name of up to {NAME_LIMIT} characters."))
    return found
