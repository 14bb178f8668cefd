"""The words for crimes disclosed, at the referral or at the table: minuted under their own heading with the victim's wish."""

from __future__ import annotations

from enum import StrEnum


class CrimeKind(StrEnum):
    """A crime disclosed at the referral or the hearing; minuted under its own heading."""

    ASSAULT = "assault"
    STRANGULATION = "strangulation"
    THREATS_TO_KILL = "threats_to_kill"
    RAPE_OR_SEXUAL_ASSAULT = "rape_or_sexual_assault"
    STALKING = "stalking"
    HARASSMENT = "harassment"
    CONTROLLING_OR_COERCIVE = "controlling_or_coercive"
    CRIMINAL_DAMAGE = "criminal_damage"
    WEAPON = "weapon"
    BREACH_OF_ORDER = "breach_of_order"
    FORCED_MARRIAGE = "forced_marriage"
    FEMALE_GENITAL_MUTILATION = "female_genital_mutilation"
    CHILD_CRUELTY = "child_cruelty"
    THEFT_OR_FRAUD = "theft_or_fraud"
    OTHER = "other"


class ReportingWish(StrEnum):
    """What the victim wishes about telling the police of a crime disclosed."""

    ALREADY_REPORTED = "already_reported"
    WISHES_TO_REPORT = "wishes_to_report"
    DOES_NOT_WISH = "does_not_wish"
    NOT_ASKED = "not_asked"
