"""Who gets which case of the minutes: as it was decided when they went out, or as it would be decided now."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from casework.access.permissions import Permission
from casework.cases import queries as cases
from casework.cases.models import Standing
from casework.clock import london_date
from casework.disclosures import queries as disclosures
from casework.disclosures.models import Disclosure, SharingDecision
from casework.minutes.models import Minutes
from casework.partnerships import queries as partnerships
from casework.partnerships.queries import MemberAgency
from casework.programmes.marac import sharing
from casework.programmes.marac.sharing import AgencyKind, ListedCaseFacts, Stage
from casework.work import UnitOfWork

SHARED = "shared"
NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Audience:
    """For one case, what was or would be decided for each agency: "shared", or the code of the rule against it."""

    codes: Mapping[uuid.UUID, str]

    def code_for(self, agency_id: uuid.UUID) -> str:
        """Return the code for one agency; one that nothing was decided about was not asked."""
        return self.codes.get(agency_id, NOT_ASKED)

    @property
    def agencies(self) -> frozenset[uuid.UUID]:
        """The agencies that get the case."""
        return frozenset(agency_id for agency_id, code in self.codes.items() if code == SHARED)


def of_each_case(
    work: UnitOfWork, minutes: Minutes, body: Mapping[str, Any], bound: Collection[uuid.UUID]
) -> dict[str, Audience]:
    """Return the audience of each case of the body, by the case's id. `bound` are the agencies that accepted confidentiality.

    That an agency is blocked is told only to those who may set a block; to everybody else the case is not for that agency.
    """
    is_out = minutes.state == "issued"
    decided = _as_decided(work, minutes) if is_out else _as_it_would_be(work, body, bound)
    tells = work.actor.has(Permission.CASE_BLOCK)
    return {
        one["case_id"]: Audience(
            {
                agency_id: code if code != "blocked" or tells else "not_for_this_agency"
                for agency_id, code in decided.get(uuid.UUID(one["case_id"]), {}).items()
            }
        )
        for one in body["cases"]
    }


def _as_decided(work: UnitOfWork, minutes: Minutes) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    rows = work.session.execute(
        select(Disclosure.case_id, Disclosure.to_agency_id, Disclosure.was_shared, SharingDecision.row)
        .join(SharingDecision, SharingDecision.id == Disclosure.decision_id)
        .where(Disclosure.subject_id == minutes.id, Disclosure.kind == Stage.MINUTES.value)
    )
    decided: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    for case_id, agency_id, was_shared, row in rows:
        if agency_id is None:
            continue
        decided.setdefault(case_id, {})[agency_id] = SHARED if was_shared else row
    return decided


def _as_it_would_be(
    work: UnitOfWork, body: Mapping[str, Any], bound: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Decide by the same rules as issuing does. A case that was put off is open only to those who still stand in it."""
    case_ids = [uuid.UUID(one["case_id"]) for one in body["cases"]]
    put_off = {uuid.UUID(one["case_id"]) for one in body["cases"] if not one["is_heard"]}
    members = partnerships.member_agencies(work, on=london_date(work.now))
    asked = disclosures.listed_to(work, subject_ids=[uuid.UUID(one["listing_id"]) for one in body["cases"]])
    blocked = cases.blocked_accounts(work, case_ids=case_ids, at=work.now)
    standing = _standing(work, put_off) if put_off else set()
    decided: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    for one, case_id in zip(body["cases"], case_ids, strict=True):
        codes = decided.setdefault(case_id, {})
        for member in members:
            agency_id = member.agency_id
            facts = _facts(
                work,
                member,
                one["routes"],
                is_blocked=agency_id in blocked.get(case_id, ()),
                is_asked=(case_id, agency_id) in asked,
                is_bound=agency_id in bound,
            )
            decision = sharing.hears_listed_case(facts)
            closed = case_id in put_off and (case_id, agency_id) not in standing
            codes[agency_id] = (
                "put_off" if decision.allowed and closed else SHARED if decision.allowed else decision.code
            )
    return decided


def _facts(
    work: UnitOfWork,
    member: MemberAgency,
    routes: Collection[str],
    *,
    is_blocked: bool,
    is_asked: bool,
    is_bound: bool,
) -> ListedCaseFacts:
    return ListedCaseFacts(
        on=london_date(work.now),
        stage=Stage.MINUTES,
        agency_kind=AgencyKind(member.kind),
        is_blocked=is_blocked,
        member_from=member.joined_on,
        member_until=member.left_on,
        protocol_signed_on=member.protocol_signed_on,
        protocol_expires_on=member.protocol_expires_on,
        is_listed=True,
        is_asked=is_asked,
        routes=routes,
        victim_under_16=False,
        confidentiality_accepted=is_bound,
    )


def _standing(work: UnitOfWork, case_ids: Collection[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    rows = work.session.execute(
        select(Standing.case_id, Standing.agency_id).where(
            Standing.case_id.in_(case_ids),
            Standing.agency_id.is_not(None),
            Standing.from_at <= work.now,
            or_(Standing.until_at.is_(None), Standing.until_at > work.now),
        )
    )
    return {(case_id, agency_id) for case_id, agency_id in rows if agency_id is not None}
