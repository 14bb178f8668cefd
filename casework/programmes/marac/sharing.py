"""MARAC's sharing model: which agencies hear a listed case. Consent is sought and noted but not needed; a block beats everything.

The victim is told unless it is unsafe; the alleged abuser is never told and never reached.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

RULE_SET = "marac-england-2026.1"
"""Name and version of these rules; kept with every decision that they made."""


class Stage(StrEnum):
    """What the agency would receive: the list to search its files by, the case at the sitting, or the minutes."""

    LIST = "list"
    SITTING = "sitting"
    MINUTES = "minutes"


class AgencyKind(StrEnum):
    """What sort of body an agency is; the lawful basis differs."""

    PUBLIC_AUTHORITY = "public_authority"
    CHARITY = "charity"
    LANDLORD = "landlord"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCaseFacts:
    """What is known about an agency and a listed case on the London day `on`. What is not known helps nobody to hear it."""

    on: date
    stage: Stage
    agency_kind: AgencyKind = AgencyKind.PUBLIC_AUTHORITY
    is_police: bool = False
    is_blocked: bool = False
    is_or_reaches_abuser: bool = False
    member_from: date | None = None
    member_until: date | None = None
    protocol_signed_on: date | None = None
    protocol_expires_on: date | None = None
    is_listed: bool = False
    is_asked: bool = False
    routes: Collection[str] = field(default_factory=tuple)
    victim_under_16: bool | None = None
    confidentiality_accepted: bool = False

    def as_document(self) -> dict[str, Any]:
        """Return the facts for keeping with the decision; `decided_again` reads them back."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the agency hears the case, by which row of the rules, why in words, on which lawful basis, by which rules.

    `code` is what is stored and tested; when it is "blocked" nothing of it may be shown to the agency.
    """

    allowed: bool
    code: str
    reasons: tuple[str, ...]
    basis: str | None
    rule_set: str = RULE_SET

    def as_document(self) -> dict[str, Any]:
        """Return the decision for keeping."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


def hears_listed_case(facts: ListedCaseFacts) -> Decision:
    """Decide whether an agency hears a listed case (the sharing table's rows on high risk, not high risk and under 16).

    The order is fixed and the first no decides: block, way to the abuser, membership, protocol, listing, age, high risk,
    asked, confidentiality. Victims of 16 and 17 may be heard; an unknown age does not keep a case out, because triage
    asks for it. Confidentiality of the round is needed for the sitting and the minutes, not for the list.
    """
    for refuses, code, words in (
        (facts.is_blocked, "blocked", "There is a conflict of interest."),
        (facts.is_or_reaches_abuser, "reaches_abuser", "Telling this agency would reach the alleged abuser."),
        (
            not _runs(facts.member_from, facts.member_until, facts.on),
            "not_a_member",
            "The agency is not a member today.",
        ),
        (
            not _runs(facts.protocol_signed_on, facts.protocol_expires_on, facts.on),
            "protocol_not_signed",
            "The agency has no signed protocol in force today.",
        ),
        (not facts.is_listed, "not_listed", "The case is not on the list of this round."),
        (facts.victim_under_16 is True, "under_16", "The victim is under 16: children's social care leads."),
        (not facts.routes, "not_high_risk", "No route into MARAC holds, so the risk is not shown to be high."),
        (not facts.is_asked, "not_asked", "The agency was not asked about this case."),
        (
            facts.stage is not Stage.LIST and not facts.confidentiality_accepted,
            "confidentiality_not_accepted",
            "The confidentiality statement of this round has not been accepted.",
        ),
    ):
        if refuses:
            return Decision(False, code, (words,), None)
    return Decision(
        True,
        "high_risk_listed",
        (
            "The victim is at high risk by a route into MARAC.",
            "The agency is a member with a signed protocol and was asked about this case.",
            "Consent is sought and noted; it is not needed. Share what is proportionate to the risk now.",
            "The victim is told unless that is unsafe. The alleged abuser is never told.",
        ),
        _basis(facts),
    )


AGENCY_SHARES, AGENCY_KEEPS_BACK = "agency_shares", "agency_keeps_back"
"""Rows of the decision that an agency makes itself: whether its research goes to the table."""


def decided_again(facts: Mapping[str, Any]) -> Decision:
    """Decide again on facts that were kept with a decision. Raises TypeError, KeyError or ValueError for what is none."""
    if "agency_shares" in facts:
        shares = facts["agency_shares"] is True
        return Decision(shares, AGENCY_SHARES if shares else AGENCY_KEEPS_BACK, (), None)
    read = dict(facts)
    for name in ("on", "member_from", "member_until", "protocol_signed_on", "protocol_expires_on"):
        read[name] = date.fromisoformat(read[name]) if read.get(name) else None
    read |= {"stage": Stage(read["stage"]), "agency_kind": AgencyKind(read["agency_kind"])}
    return hears_listed_case(ListedCaseFacts(**read | {"routes": tuple(read["routes"])}))


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | frozenset | set | list) else value


def _runs(start: date | None, end: date | None, on: date) -> bool:
    """Say whether a span that begins on `start` and ends before `end` covers the day; without a start it does not."""
    return start is not None and start <= on and (end is None or on < end)


def _basis(facts: ListedCaseFacts) -> str:
    """Name the lawful basis: police under Part 3 of the Data Protection Act 2018, public bodies by public task, others by

    recognised legitimate interest; all with the safeguarding condition of Schedule 1, paragraph 18.
    """
    if facts.is_police:
        return "dpa2018_part_3"
    if facts.agency_kind is AgencyKind.PUBLIC_AUTHORITY:
        return "public_task+sch1_para18"
    return "recognised_legitimate_interest+sch1_para18"
