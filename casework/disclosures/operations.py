"""Writes of disclosures: each hand-over of information to another agency, and the decision that it rests on."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select

from casework.agencies.models import Agency
from casework.cases import queries as cases
from casework.clock import london_date
from casework.disclosures.models import Disclosure, SharingDecision
from casework.partnerships.models import PartnershipAgency
from casework.programmes.marac import sharing
from casework.programmes.marac.sharing import Decision, ListedCaseFacts, Stage
from casework.work import UnitOfWork

MARAC = "marac"


@dataclass(frozen=True, slots=True)
class ListedCase:
    """What the sharing rules need to know of one listed case, and what the disclosure is of."""

    case_id: uuid.UUID
    subject_id: uuid.UUID
    routes: tuple[str, ...]
    victim_under_16: bool | None


@dataclass(frozen=True, slots=True)
class Disclosed:
    """The answer for one case and one agency. `disclosure_id` is of a row either way; `allowed` says whether it was shared."""

    case_id: uuid.UUID
    agency_id: uuid.UUID
    subject_id: uuid.UUID
    allowed: bool
    code: str
    disclosure_id: uuid.UUID


def disclose_listed_cases(
    work: UnitOfWork,
    *,
    stage: Stage,
    listed: Sequence[ListedCase],
    to_agency_ids: Collection[uuid.UUID],
    asked: Collection[tuple[uuid.UUID, uuid.UUID]] | None = None,
    confidentiality_accepted_by: Collection[uuid.UUID] = (),
    policy_version_id: uuid.UUID | None,
    from_agency_id: uuid.UUID | None = None,
    kind: str | None = None,
) -> list[Disclosed]:
    """Decide by MARAC's sharing model which agencies receive which listed cases, and record every answer, also the noes.

    Source: programmes.marac.sharing; docs/adr/0005-sharing-models.md. `asked` are the (case, agency) pairs that were asked;
    None means all. A conflict block on the agency is among the facts. Three reads and two inserts for any number.
    """
    on = london_date(work.now)
    members = _members(work, to_agency_ids)
    blocked = cases.blocked_accounts(work, case_ids=[one.case_id for one in listed], at=work.now)
    decisions, disclosures, answers = [], [], []
    for one in listed:
        for agency_id, member in members.items():
            decision = sharing.hears_listed_case(
                _facts(
                    on=on,
                    stage=stage,
                    member=member,
                    is_blocked=agency_id in blocked.get(one.case_id, ()),
                    is_asked=asked is None or (one.case_id, agency_id) in asked,
                    one=one,
                    confidentiality_accepted=agency_id in confidentiality_accepted_by,
                )
            )
            decision_row = _decision_row(work, decision, one.case_id, agency_id, policy_version_id)
            disclosure_id = uuid.uuid4()
            disclosure_row = {
                "id": disclosure_id,
                "partnership_id": work.partnership_id,
                "case_id": one.case_id,
                "decision_id": decision_row["id"],
                "from_agency_id": from_agency_id,
                "to_agency_id": agency_id,
                "kind": kind or stage.value,
                "subject_id": one.subject_id,
                "was_shared": decision.allowed,
                "disclosed_at": work.now,
            }
            decisions.append(decision_row)
            disclosures.append(disclosure_row)
            answers.append(
                Disclosed(one.case_id, agency_id, one.subject_id, decision.allowed, decision.code, disclosure_id)
            )
    if decisions:
        work.session.execute(insert(SharingDecision), decisions)
        work.session.execute(insert(Disclosure), disclosures)
    return answers


def disclose_research(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    conference_id: uuid.UUID,
    request_id: uuid.UUID,
    from_agency_id: uuid.UUID,
    was_shared: bool,
    policy_version_id: uuid.UUID | None,
) -> uuid.UUID:
    """Record that an agency shared its research with all that hear the case in this round, or kept all of it back.

    The agency decides what is relevant and proportionate; the list's own disclosures say who hears. Returns the disclosure's id.
    """
    decision_id, disclosure_id = uuid.uuid4(), uuid.uuid4()
    work.session.add(
        SharingDecision(
            id=decision_id,
            partnership_id=work.partnership_id,
            case_id=case_id,
            programme=MARAC,
            rule_set=sharing.RULE_SET,
            row="agency_shares" if was_shared else "agency_keeps_back",
            result="allow" if was_shared else "refuse",
            policy_version_id=policy_version_id,
            decided_at=work.now,
            decided_by_account_id=work.actor.account_id,
        )
    )
    work.session.flush()  # the decision first: the disclosure cites it
    work.session.add(
        Disclosure(
            id=disclosure_id,
            partnership_id=work.partnership_id,
            case_id=case_id,
            decision_id=decision_id,
            from_agency_id=from_agency_id,
            to_conference_id=conference_id,
            kind="research",
            subject_id=request_id,
            was_shared=was_shared,
            disclosed_at=work.now,
        )
    )
    work.session.flush()  # and then the disclosure: the answer cites that
    return disclosure_id


@dataclass(frozen=True, slots=True)
class _Member:
    agency: Agency
    membership: PartnershipAgency


def _members(work: UnitOfWork, agency_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, _Member]:
    rows = work.session.execute(
        select(Agency, PartnershipAgency)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(Agency.id.in_(list(agency_ids)))
        .order_by(Agency.slug)
    )
    return {agency.id: _Member(agency, membership) for agency, membership in rows}


def _facts(
    *,
    on: date,
    stage: Stage,
    member: _Member,
    is_blocked: bool,
    is_asked: bool,
    one: ListedCase,
    confidentiality_accepted: bool,
) -> ListedCaseFacts:
    return ListedCaseFacts(
        on=on,
        stage=stage,
        agency_kind=sharing.AgencyKind(member.agency.kind),
        is_police=member.agency.slug == "police",
        is_blocked=is_blocked,
        member_from=member.membership.joined_on,
        member_until=member.membership.left_on,
        protocol_signed_on=member.membership.protocol_signed_on,
        protocol_expires_on=member.membership.protocol_expires_on,
        is_listed=True,
        is_asked=is_asked,
        routes=one.routes,
        victim_under_16=one.victim_under_16,
        confidentiality_accepted=confidentiality_accepted,
    )


def _decision_row(
    work: UnitOfWork,
    decision: Decision,
    case_id: uuid.UUID,
    agency_id: uuid.UUID,
    policy_version_id: uuid.UUID | None,
) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "partnership_id": work.partnership_id,
        "case_id": case_id,
        "to_agency_id": agency_id,
        "programme": MARAC,
        "rule_set": decision.rule_set,
        "row": decision.code,
        "result": "allow" if decision.allowed else "refuse",
        "basis": decision.basis,
        "policy_version_id": policy_version_id,
        "decided_at": work.now,
        "decided_by_account_id": work.actor.account_id,
    }
