"""The vocabulary of agencies: their kinds, what they are in law, and how their short names are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Body:
    """What an agency is in law: words for a page, and whether the Children Act 2004 names it.

    `is_listed` holds for the bodies of s11 and the schools and settings that s16LA adds. None is not settled by the code alone.
    """

    words: str
    is_listed: bool | None


BODIES: Mapping[str, Body] = {
    "police": Body("Police force", True),
    "ambulance": Body("Ambulance service", True),
    "childrens_social_care": Body("Council: children’s social care", True),
    "adult_social_care": Body("Council: adult social care", True),
    "youth_service": Body("Council: youth service", True),
    "youth_justice_service": Body("Council: youth justice service", True),
    "community_safety": Body("Council: community safety", True),
    "council": Body("Council: another service", True),
    "health": Body("NHS body", True),
    "school": Body("School, college or nursery", True),
    "probation": Body("Probation service", True),
    "fire_service": Body("Fire and rescue service", False),
    "landlord": Body("Housing association or other landlord", False),
    "charity": Body("Charity or voluntary organisation", None),
    "private": Body("Company or practice", None),
}
"""Every code, in the words of a page. The sharing rules' lists of bodies (casework.consent.rule_sets) use these codes.

A charity or company is listed when it works under arrangements for a listed body: whoever registers it says so.
"""

_AS = {
    "hospital": "health",
    "primary_care": "health",
    "mental_health": "health",
    "health_visiting": "health",
    "school_nursing": "health",
    "education": "school",
    "voluntary_sector": "charity",
    "refuge": "charity",
    "womens_aid": "charity",
    "borough_council": "council",
    "county_council": "council",
    "district_council": "council",
    "ambulance_service": "ambulance",
    "youth_offending_team": "youth_justice_service",
    "youth_justice": "youth_justice_service",
}


def body_of(slug: str) -> str | None:
    """Return what an agency is in law by its short name, or None when the name does not say."""
    plain = slug.replace("-", "_")
    return plain if plain in BODIES else _AS.get(plain)


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
