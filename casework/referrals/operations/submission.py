"""A referral comes in: drafted, submitted from the page or a file, corrected after a return, withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from casework.access.actors import ActorKind
from casework.access.permissions import Permission
from casework.clock import add_working_days, deadline, london_date
from casework.conferences import queries as conferences
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, Invalid, NotAllowed
from casework.partnerships import queries as partnerships
from casework.programmes.marac import rules as marac
from casework.programmes.marac.local_policy import Policy
from casework.referrals import events, policy, rules
from casework.referrals.models import Referral, ReferralCandidate
from casework.referrals.operations import idva
from casework.referrals.operations.steps import decide
from casework.referrals.queries import matching, own
from casework.risk import rules as risk
from casework.risk.models import RiskAssessment
from casework.work import UnitOfWork


class ChangedReferral(Conflict):
    """The same agency sent the same reference before, with other content."""

    message = "This reference was received before with other content. Correct that referral, or use a new reference."


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A checked referral. `document` has the shape of docs/referral-format.md; `fingerprint` is the hash of its content."""

    document: Mapping[str, Any]
    fingerprint: str
    referrer_agency_id: uuid.UUID
    reference: str | None
    received_on: date
    marac_slug: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: new, or unchanged when the same content came under the same reference before."""

    referral_id: uuid.UUID
    is_new: bool
    state: str


def submit(work: UnitOfWork, *, submission: Submission, draft_id: uuid.UUID | None = None) -> Submitted:
    """Take a referral in: score and routes derived, under 16 redirected, known pairs looked for, triage owed by its clock.

    From the page, the API and a file alike. The victim's address decides which MARAC hears it. Raises NotAllowed,
    Invalid, and ChangedReferral when the reference is known with other content.
    """
    _require(work, submission.referrer_agency_id)
    token = own.reference_token(work, agency_id=submission.referrer_agency_id, reference=submission.reference)
    fingerprint = own.form_token(work, submission.fingerprint)
    if token is not None and (before := own.received_before(work, token)) is not None:
        if before.fingerprint != fingerprint:
            raise ChangedReferral
        return Submitted(before.id, False, before.state)
    document = submission.document
    area = conferences.marac_for(
        work, slug=submission.marac_slug, postcode=(document["victim"].get("address") or {}).get("postcode")
    )
    referral = _draft(work, draft_id) if draft_id else None
    if referral is None:
        referral = Referral(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            referrer_account_id=work.actor.account_id if work.actor.kind is ActorKind.PERSON else None,
            key_id=work.keys.new("referral", work.partnership_id),
            routes={},
        )
    referral.marac_id = area.id
    referral.referrer_agency_id = submission.referrer_agency_id
    referral.reference_token = token
    referral.received_on = submission.received_on
    _take_in(work, referral, document, fingerprint)
    return Submitted(referral.id, True, referral.state)


def resubmit(work: UnitOfWork, *, referral_id: uuid.UUID, document: Mapping[str, Any], fingerprint: str) -> None:
    """Send a returned referral again, corrected by its writer. Raises NotFound, Conflict when it was not returned."""
    referral = policy.reach_own(work, referral_id, act="referral:resubmit", lock=True)
    if referral.state != rules.ReferralState.RETURNED:
        raise Conflict("Only a referral that was returned can be sent again.")
    _take_in(work, referral, document, own.form_token(work, fingerprint))


def save_draft(
    work: UnitOfWork, *, document: Mapping[str, Any], referrer_agency_id: uuid.UUID, draft_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Keep an unfinished referral, sealed, for its writer only. Returns its id. Raises NotAllowed, NotFound, Conflict once sent.

    The correction of a returned referral is kept beside what was sent, which triage goes on reading until it is sent again.
    """
    _require(work, referrer_agency_id)
    if draft_id is not None:
        referral = policy.reach_own(work, draft_id, act="referral:save_draft", lock=True)
        if not own.may_write(work, referral):
            raise Conflict("This referral has been sent, so it can no longer be changed here.")
        work.keys.load([referral.key_id])
    else:
        referral = Referral(
            id=uuid.uuid4(),
            partnership_id=work.partnership_id,
            marac_id=conferences.marac_for(work).id,
            referrer_agency_id=referrer_agency_id,
            referrer_account_id=work.actor.account_id,
            state=rules.ReferralState.DRAFT.value,
            key_id=work.keys.new("referral", work.partnership_id),
            routes={},
        )
    kept = dict(document)
    if referral.state == rules.ReferralState.RETURNED:
        kept = {**(referral.document.open(work.keys) or {}), own.CORRECTION: kept}
    referral.document.seal(work.keys, kept)
    work.session.add(referral)
    work.note("referral:save_draft", "referral", referral.id)
    return referral.id


def withdraw(work: UnitOfWork, *, referral_id: uuid.UUID, words: str) -> None:
    """Take a referral back before it is decided. Raises NotFound, Invalid, Conflict."""
    referral = policy.reach(work, referral_id, act="referral:withdraw", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Say why the referral is taken back.")
    referral.state = rules.move(referral.state, rules.ReferralState.WITHDRAWN).value
    referral.decided_at = work.now
    decide(work, referral, step="withdrawn", words=words)
    duties.end_duties(work, state=DutyState.LAPSED, subject_ids=[referral.id])
    work.note("referral:withdraw", "referral", referral.id)
    work.record(events.ReferralWithdrawn(partnership_id=work.partnership_id, referral_id=referral.id))


def routes_of(
    document: Mapping[str, Any], *, score: int, is_repeat: bool, local: Policy, judgement: str | None = None
) -> marac.RoutesIn:
    """Derive the routes in of a referral's document; `judgement` is a judgement written at triage, which may only raise."""
    claimed = set(document.get("routes") or ())
    if judgement:
        claimed.add("professional_judgement")
    return marac.routes_in(
        score,
        judgement or document.get("reasons"),
        document.get("police_incidents_12_months"),
        is_repeat,
        claimed,
        local,
    )


def _require(work: UnitOfWork, agency_id: uuid.UUID) -> None:
    work.require(Permission.REFERRAL_SUBMIT)
    if work.actor.kind is ActorKind.PERSON and not work.actor.protocol_signed:
        work.refuse(act="referral:submit", code="protocol")
        raise NotAllowed(
            "Your agency has not signed the sharing protocol, so nothing can be sent from here.", code="protocol"
        )
    if work.actor.has(Permission.REFERRAL_IMPORT):
        return
    if work.actor.agency_id != agency_id:
        work.refuse(act="referral:submit", code="other_agency")
        raise Invalid.field("referrer.agency", "Refer for your own agency.")


def _draft(work: UnitOfWork, draft_id: uuid.UUID) -> Referral:
    referral = policy.reach_own(work, draft_id, act="referral:draft", lock=True)
    if referral.state != rules.ReferralState.DRAFT:
        raise Conflict("This referral has been sent already.")
    return referral


def _take_in(work: UnitOfWork, referral: Referral, document: Mapping[str, Any], fingerprint: bytes) -> None:
    received_on = referral.received_on or london_date(work.now)
    in_force = partnerships.policy_in_force(work, on=london_date(work.now))
    assessment = _assess(work, referral, document, in_force.policy)
    born = document["victim"].get("date_of_birth")
    young = marac.under_16(date.fromisoformat(born) if born else None, received_on).redirected
    routes = routes_of(document, score=assessment.score, is_repeat=False, local=in_force.policy)
    work.keys.load([referral.key_id])
    referral.document.seal(work.keys, dict(document))
    referral.fingerprint = fingerprint
    referral.state = rules.ReferralState.SUBMITTED.value
    referral.submitted_at = work.now
    referral.received_on = received_on
    referral.score = assessment.score
    referral.band = assessment.band
    referral.routes = {"claimed": sorted(document.get("routes") or ()), "derived": [str(one) for one in routes.routes]}
    referral.victim_under_16 = young
    referral.has_safe_contact = bool(document["victim"].get("safe_contact"))
    referral.policy_version_id = in_force.version_id
    work.session.add(referral)
    work.session.flush()  # the referral first: the assessment, candidates and steps refer to it
    work.session.add(assessment)
    decide(work, referral, step="submitted")
    work.note("referral:submit", "referral", referral.id)
    if young:
        _redirect_under_16(work, referral)
        return
    keep_candidates(work, referral=referral, document=document)
    about = idva.may_be_about(work, referral)
    # What the service owed before a correction is hidden from now on like the cases that it may be about now.
    duties.hide_like(work, subject_id=referral.id, case_ids=about)
    idva.ask(work, referral, in_force=in_force)
    holidays = partnerships.extra_holidays(work)
    due_on = add_working_days(london_date(work.now), in_force.policy.triage_days, holidays)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.REFERRAL_TRIAGE,
                subject_kind="referral",
                subject_id=referral.id,
                due_at=deadline(due_on, in_force.policy.triage_at),
                rule="clock.triage",
                owed_by_role="coordinator",
                hidden_like=about,
            )
        ],
        policy_version_id=in_force.version_id,
        extra_holidays=holidays,
    )
    work.record(events.ReferralSubmitted(partnership_id=work.partnership_id, referral_id=referral.id))


def _redirect_under_16(work: UnitOfWork, referral: Referral) -> None:
    destination = rules.RedirectDestination.CHILDRENS_SAFEGUARDING.value
    referral.state = rules.ReferralState.REDIRECTED.value
    referral.decided_at = work.now
    decide(work, referral, step="redirected", code="under_16")
    work.note("referral:redirect", "referral", referral.id, reason="under_16")
    work.record(
        events.ReferralRedirected(partnership_id=work.partnership_id, referral_id=referral.id, destination=destination)
    )


def _assess(work: UnitOfWork, referral: Referral, document: Mapping[str, Any], local: Policy) -> RiskAssessment:
    dash = document["dash"]
    pack = risk.find_pack(dash["tool"], dash["version"])
    checked = risk.assess(pack, dash["answers"], dash.get("sources"), dash.get("details"))
    score = risk.score(checked.answers)
    row = RiskAssessment(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        referral_id=referral.id,
        key_id=referral.key_id,
        tool=dash["tool"],
        version=dash["version"],
        completed_on=date.fromisoformat(dash["completed_on"]),
        score=score,
        band=str(risk.band(score, local)),
        recorded_at=work.now,
        recorded_by_account_id=work.actor.account_id,
    )
    work.keys.load([referral.key_id])
    row.answers.seal(
        work.keys,
        {
            "answers": {code: str(answer) for code, answer in checked.answers.items()},
            "sources": dict(checked.sources),
            "details": dict(checked.details),
        },
    )
    return row


def keep_candidates(work: UnitOfWork, *, referral: Referral, document: Mapping[str, Any]) -> list[matching.Found]:
    """Look again for known cases and keep what is found with the referral; what was dismissed stays dismissed."""
    found = matching.find(work, document=document)
    for match in found:
        values = {"kind": match.kind, "verdict": match.verdict.value}
        work.session.execute(
            insert(ReferralCandidate)
            .values(
                id=uuid.uuid4(),
                partnership_id=work.partnership_id,
                referral_id=referral.id,
                case_id=match.case_id,
                is_dismissed=False,
                **values,
            )
            .on_conflict_do_update(index_elements=["referral_id", "case_id"], set_=values)
        )
    return found
