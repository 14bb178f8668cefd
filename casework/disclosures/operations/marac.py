"""What MARAC hands over: listed cases to the agencies that hear them, and research to the round. Each act cites its decision."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from casework.agencies.models import Agency
from casework.cases import queries as cases
from casework.cases.models import Case
from casework.clock import london_date
from casework.disclosures.models import Disclosure, SharingDecision
from casework.disclosures.operations.acts import disclosure_row
from casework.disclosures.rules import Act, Cause, Consent, Method, Outcome, Retention, Words
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
    None means all. A conflict block on the agency is among the facts. Four reads and two inserts for any number.
    """
    on = london_date(work.now)
    members = _members(work, to_agency_ids)
    blocked = cases.blocked_accounts(work, case_ids=[one.case_id for one in listed], at=work.now)
    keys = _case_keys(work, [one.case_id for one in listed])
    decisions, acts, answers = [], [], []
    for one in listed:
        for agency_id, member in members.items():
            facts = _facts(
                on=on,
                stage=stage,
                member=member,
                is_blocked=agency_id in blocked.get(one.case_id, ()),
                is_asked=asked is None or (one.case_id, agency_id) in asked,
                one=one,
                confidentiality_accepted=agency_id in confidentiality_accepted_by,
            )
            decision = sharing.hears_listed_case(facts)
            kept = _decision_row(
                work, decision, facts.as_document(), one.case_id, keys[one.case_id], agency_id, policy_version_id
            )
            act = disclosure_row(
                work,
                act=_act(decision, stage),
                case_id=one.case_id,
                key_id=keys[one.case_id],
                decision_id=kept.id,
                from_agency_id=from_agency_id,
                to_agency_id=agency_id,
                kind=kind or stage.value,
                subject_id=one.subject_id,
                was_shared=decision.allowed,
            )
            decisions.append(kept)
            acts.append(act)
            answers.append(Disclosed(one.case_id, agency_id, one.subject_id, decision.allowed, decision.code, act.id))
    _insert(work, decisions)  # the decisions first: the acts cite them
    _insert(work, acts)
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
    # Nothing that the caller has half done is written first: the answer may only be stored with the act that it cites.
    with work.session.no_autoflush:
        key_id = _case_keys(work, [case_id])[case_id]
        code = sharing.AGENCY_SHARES if was_shared else sharing.AGENCY_KEEPS_BACK
        decision = Decision(was_shared, code, (), None)
        kept = _decision_row(work, decision, {"agency_shares": was_shared}, case_id, key_id, None, policy_version_id)
        act = disclosure_row(
            work,
            act=_act(decision, Stage.SITTING),
            case_id=case_id,
            key_id=key_id,
            decision_id=kept.id,
            from_agency_id=from_agency_id,
            to_conference_id=conference_id,
            kind="research",
            subject_id=request_id,
            was_shared=was_shared,
        )
        _insert(work, [kept])
        _insert(work, [act])
    return act.id


def _insert(work: UnitOfWork, rows: Sequence[SharingDecision | Disclosure]) -> None:
    """Insert rows of one table at once, past the session: they are never changed again."""
    if rows:
        table = type(rows[0]).__table__
        columns = [column.key for column in table.columns]
        work.session.execute(insert(type(rows[0])), [{name: getattr(row, name) for name in columns} for row in rows])


def _case_keys(work: UnitOfWork, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return the data keys of these cases, loaded: two queries for any number."""
    rows = work.session.execute(select(Case.id, Case.key_id).where(Case.id.in_(set(case_ids))))
    found = {row.id: row.key_id for row in rows}
    work.keys.load(found.values())
    return found


def _act(decision: Decision, stage: Stage) -> Act:
    """Return what the record says of a case that is heard, or not heard, by one agency (the sharing table's row on high risk)."""
    basis, _, condition = (decision.basis or "").partition("+")
    return Act(
        cause=Cause.CONFERENCE,
        purpose=MARAC,
        consent=Consent.NOT_NEEDED,
        told="when_safe" if decision.allowed else "no",
        method=(Method.INBOX if stage is not Stage.SITTING else Method.TABLE) if decision.allowed else Method.NONE,
        outcome=Outcome.SHARED if decision.allowed else Outcome.NOT_SHARED,
        retention=Retention.MARAC_CASE,
        jurisdiction="england",
        article_6=basis or None,
        article_9_10=condition or None,
        words=Words(allowed=(stage.value,) if decision.allowed else (), reasons=decision.reasons),
    )


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
    facts: Mapping[str, Any],
    case_id: uuid.UUID,
    key_id: uuid.UUID,
    agency_id: uuid.UUID | None,
    policy_version_id: uuid.UUID | None,
) -> SharingDecision:
    row = SharingDecision(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=case_id,
        to_agency_id=agency_id,
        programme=MARAC,
        rule_set=decision.rule_set,
        row=decision.code,
        result="allow" if decision.allowed else "refuse",
        basis=decision.basis,
        policy_version_id=policy_version_id,
        decided_at=work.now,
        decided_by_account_id=work.actor.account_id,
        key_id=key_id,
    )
    row.facts.seal(work.keys, dict(facts))
    row.answer.seal(work.keys, decision.as_document())
    return row
