"""Codes of the optional answers that only describe: they decide nothing, so no rule holds them."""

from __future__ import annotations

from enum import StrEnum


class Tenure(StrEnum):
    """How the victim holds the home: tells housing what it can do."""

    OWNER_OCCUPIED = "owner_occupied"
    PRIVATE_RENTED = "private_rented"
    COUNCIL = "council"
    HOUSING_ASSOCIATION = "housing_association"
    TEMPORARY = "temporary"
    REFUGE = "refuge"
    FAMILY_OR_FRIENDS = "family_or_friends"
    NO_FIXED_ADDRESS = "no_fixed_address"
    OTHER = "other"
    NOT_KNOWN = "not_known"


class NoRecourse(StrEnum):
    """Whether the victim's stay in the country is subject to no recourse to public funds."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"
