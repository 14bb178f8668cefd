"""The programmes by code: a case names its programme, and this table finds its sharing model.

The two models differ in kind, so nothing here chooses between their rules: each is called by its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from casework.programmes.marac.sharing import RULE_SET as MARAC_RULE_SET


class SharingModel(StrEnum):
    """Who hears of a case: every member agency that was asked, or one agency at a time after agreement."""

    CONFERENCE = "conference"
    BILATERAL = "bilateral"


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme: its code, its name for people, its sharing model, and the rules in force."""

    code: str
    name: str
    sharing_model: SharingModel
    rule_set: str


# Youth support's rules are dated: the version in force on the day of a decision is kept with it (casework.consent.rules).
YOUTH_RULE_SETS = "england"

MARAC = Programme("marac", "MARAC", SharingModel.CONFERENCE, MARAC_RULE_SET)
YOUTH_SUPPORT = Programme("youth_support", "Targeted Youth Support", SharingModel.BILATERAL, YOUTH_RULE_SETS)

PROGRAMMES: Mapping[str, Programme] = {programme.code: programme for programme in (MARAC, YOUTH_SUPPORT)}


def find_programme(code: str) -> Programme:
    """Return the programme of a case. Raises KeyError for a code that is none: such a case is shown to nobody."""
    return PROGRAMMES[code]
