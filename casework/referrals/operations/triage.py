"""Triage: accept, return with reasons, redirect; and setting aside a probable earlier case that is somebody else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from casework.access.permissions import Permission
from casework.cases import operations as cases
from casework.cases import policy as case_policy
from casework.cases import queries as case_queries
from casework.cases.models import Case
from casework.cases.operations import Part
from casework.cases.rules import LinkKind, StandingKind
from casework.clock import london_date
from casework.conferences import operations as conferences
from casework.conferences.operations import ListedReferral
from casework.duties import operations as duties
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.people import operations as people
from casework.people import rules as match_rules
from casework.people.queries import facts_of
from casework.people.rules import Verdict
from casework.programmes.marac import rules as marac
from casework.programmes.marac.local_policy import Policy
from casework.referrals import events, policy, rules
from casework.referrals.models import Referral, ReferralCandidate
from casework.referrals.operations import idva
from casework.referrals.operations.steps import decide
from casework.referrals.operations.submission import keep_candidates, routes_of
from casework.referrals.queries import matching
from casework.referrals.queries.matching import Found
from casework.risk.models import RiskAssessment
from casework.work import UnitOfWork


def accept(
    work: UnitOfWork,
    *,
    referral_id: uuid.UUID,
    known_case_id: uuid.UUID | None = None,
    judgement: str | None = None,
    is_imminent: bool = False,
) -> uuid.UUID:
    """Accept a referral: it opens a case, or comes back to a known one as a repeat, and is put on the next list.

    `known_case_id` is the co-ordinator's answer that this is the same couple as in that case; without it a new case is
    opened, which is refused while a sure match has not been set aside. `judgement` is a professional judgement written at
    triage for a referral below every other route. The rule, its version and both anchor dates are kept. Returns the case's
    id. Raises NotAllowed, NotFound, Invalid, Conflict.
    """
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="referral:accept", lock=True)
    rules.move(referral.state, rules.ReferralState.ACCEPTED)
    if referral.victim_under_16:
        raise Conflict("The victim is under 16. Redirect this referral to children's safeguarding.")
    work.keys.load([referral.key_id])
    document = referral.document.open(work.keys) or {}
    found = keep_candidates(work, referral=referral, document=document)
    chosen = _chosen(work, referral, found, known_case_id)
    in_force = partnerships.policy_in_force(work, on=referral.received_on or work.now.date())
    repeat = _repeat(work, referral, document, chosen, in_force.policy)
    routes = routes_of(
        document, score=referral.score or 0, is_repeat=repeat.is_repeat, local=in_force.policy, judgement=judgement
    )
    if routes.problems:
        raise Invalid(list(routes.problems), "This referral has no route into MARAC yet.")
    case_id = _open_or_refer_again(work, referral, document, chosen, found, repeat)
    referral.state = rules.ReferralState.ACCEPTED.value
    referral.decided_at = work.now
    referral.case_id = case_id
    referral.is_repeat = repeat.is_repeat
    referral.repeat_rule = repeat.rule_code
    referral.anchor_referral_on = repeat.anchor_referral_on
    referral.anchor_conference_on = repeat.anchor_conference_on
    referral.policy_version_id = in_force.version_id
    referral.routes = {**referral.routes, "derived": [str(route) for route in routes.routes]}
    decide(work, referral, step="accepted", code="repeat" if repeat.is_repeat else "new", words=judgement)
    work.session.execute(
        update(RiskAssessment).where(RiskAssessment.referral_id == referral.id).values(case_id=case_id)
    )
    listing_id = conferences.list_case(
        work,
        new=ListedReferral(
            case_id=case_id,
            referral_id=referral.id,
            marac_id=referral.marac_id,
            referred_on=referral.received_on or work.now.date(),
            score=referral.score or 0,
            routes=tuple(str(route) for route in routes.routes),
            is_repeat=repeat.is_repeat,
            has_children=bool(document.get("children")),
            is_imminent=is_imminent,
        ),
    )
    _stand(work, referral, case_id)
    duties.meet(work, kind=DutyKind.REFERRAL_TRIAGE, subject_id=referral.id)
    idva.stand_at_acceptance(work, referral, case_id=case_id, in_force=in_force)
    work.note("referral:accept", "referral", referral.id, reason="repeat" if repeat.is_repeat else "new")
    work.record(
        events.ReferralAccepted(
            partnership_id=work.partnership_id,
            referral_id=referral.id,
            case_id=case_id,
            listing_id=listing_id,
            is_repeat=repeat.is_repeat,
        )
    )
    return case_id


def return_to_referrer(work: UnitOfWork, *, referral_id: uuid.UUID, reason: rules.ReturnReason, words: str) -> None:
    """Send a referral back with what is needed. Raises NotAllowed, NotFound, Invalid, Conflict."""
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="referral:return", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Write what the referrer needs to add or change.")
    referral.state = rules.move(referral.state, rules.ReferralState.RETURNED).value
    decide(work, referral, step="returned", code=rules.ReturnReason(reason).value, words=words)
    duties.meet(work, kind=DutyKind.REFERRAL_TRIAGE, subject_id=referral.id)
    work.note("referral:return", "referral", referral.id, reason=str(reason))
    work.record(
        events.ReferralReturned(
            partnership_id=work.partnership_id,
            referral_id=referral.id,
            referrer_account_id=referral.referrer_account_id,
            referrer_agency_id=referral.referrer_agency_id,
        )
    )


def leave_for_later(work: UnitOfWork, *, referral_id: uuid.UUID, words: str = "") -> None:
    """Note that a referral was looked at and waits, with what it waits for. Its clock runs on, and only triage reads the note.

    Raises NotAllowed, NotFound, Conflict when it does not wait for triage.
    """
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="referral:later", lock=True)
    if referral.state != rules.ReferralState.SUBMITTED:
        raise Conflict("This referral does not wait for triage any more.")
    decide(work, referral, step=rules.LATER, words=words.strip() or None)
    work.note("referral:later", "referral", referral.id)


def redirect(work: UnitOfWork, *, referral_id: uuid.UUID, destination: rules.RedirectDestination, words: str) -> None:
    """Send a referral elsewhere because MARAC is not the place for it. Raises NotAllowed, NotFound, Invalid, Conflict."""
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="referral:redirect", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Write why it goes there, and who has been told.")
    referral.state = rules.move(referral.state, rules.ReferralState.REDIRECTED).value
    referral.decided_at = work.now
    decide(work, referral, step="redirected", code=rules.RedirectDestination(destination).value, words=words)
    duties.meet(work, kind=DutyKind.REFERRAL_TRIAGE, subject_id=referral.id)
    work.note("referral:redirect", "referral", referral.id, reason=str(destination))
    work.record(
        events.ReferralRedirected(
            partnership_id=work.partnership_id, referral_id=referral.id, destination=str(destination)
        )
    )


def dismiss_candidate(work: UnitOfWork, *, referral_id: uuid.UUID, case_id: uuid.UUID) -> None:
    """Note that a probable earlier case is about somebody else. Raises NotAllowed, NotFound."""
    work.require(Permission.REFERRAL_TRIAGE)
    referral = policy.reach(work, referral_id, act="referral:dismiss", lock=True)
    case_policy.reach(work, case_id, act="referral:dismiss")
    row = work.session.scalar(
        select(ReferralCandidate).where(
            ReferralCandidate.referral_id == referral.id, ReferralCandidate.case_id == case_id
        )
    )
    if row is None:
        raise NotFound
    row.is_dismissed = True
    work.session.flush()  # what is owed is hidden like the cases that are left
    if referral.state in rules.CONTACT_STATES:
        duties.hide_like(work, subject_id=referral.id, case_ids=idva.may_be_about(work, referral))
        idva.ask(work, referral, in_force=partnerships.policy_in_force(work, on=london_date(work.now)))
    work.note("referral:dismiss_candidate", "case", case_id)


def _chosen(
    work: UnitOfWork, referral: Referral, found: Sequence[Found], known_case_id: uuid.UUID | None
) -> Found | None:
    dismissed = set(
        work.session.scalars(
            select(ReferralCandidate.case_id).where(
                ReferralCandidate.referral_id == referral.id, ReferralCandidate.is_dismissed.is_(True)
            )
        )
    )
    pairs = {match.case_id: match for match in found if match.kind == matching.SAME_PAIR}
    if known_case_id is not None:
        if known_case_id not in pairs:
            raise Invalid.field("known_case", "Choose a case of the same victim and perpetrator.")
        return pairs[known_case_id]
    open_matches = [
        match for match in pairs.values() if match.verdict is Verdict.SAME and match.case_id not in dismissed
    ]
    # A case that this co-ordinator may not see cannot be chosen or set aside by them; somebody else has to decide.
    if open_matches:
        raise Conflict("This couple is known. Say which earlier case it is, or set the match aside, before accepting.")
    return None


def _repeat(
    work: UnitOfWork, referral: Referral, document: Mapping[str, Any], chosen: Found | None, local: Policy
) -> marac.Repeat:
    history: list[marac.PastReferral] = []
    if chosen is not None:
        case_policy.reach(work, chosen.case_id, act="referral:accept")
        history = past_referrals(work, chosen.case_id)
    incident = document.get("most_recent_incident") or {}
    happened_on = incident.get("on")
    return marac.repeat_answer(
        history,
        referral.received_on or work.now.date(),
        incident.get("kind") or marac.IncidentKind.NOT_STATED,
        local,
        date.fromisoformat(happened_on) if happened_on else None,
    )


def past_referrals(work: UnitOfWork, case_id: uuid.UUID) -> list[marac.PastReferral]:
    """Return the accepted referrals of a case, and of the earlier cases of the same couple, with the last sitting."""
    rows = work.session.execute(
        select(Referral.received_on, Case.last_conference_on)
        .join(Case, Case.id == Referral.case_id)
        .where(Referral.case_id == case_id, Referral.state == rules.ReferralState.ACCEPTED.value)
    )
    return [
        marac.PastReferral(referred_on=received_on, heard_on=heard_on)
        for received_on, heard_on in rows
        if received_on is not None
    ]


def _open_or_refer_again(
    work: UnitOfWork,
    referral: Referral,
    document: Mapping[str, Any],
    chosen: Found | None,
    found: Sequence[Found],
    repeat: marac.Repeat,
) -> uuid.UUID:
    parts = _parts(work, document, chosen, found)
    received_on = referral.received_on or work.now.date()
    if chosen is not None and repeat.is_repeat:
        cases.refer_again(
            work,
            case_id=chosen.case_id,
            referral_id=referral.id,
            parts=parts,
            referred_on=received_on,
            band=referral.band,
            has_safe_contact=referral.has_safe_contact,
        )
        case_id = chosen.case_id
    else:
        case_id = cases.open_case(
            work,
            marac_id=referral.marac_id,
            programme="marac",
            parts=parts,
            referred_on=received_on,
            band=referral.band,
            has_safe_contact=referral.has_safe_contact,
        )
    kinds = {
        matching.SWAPPED_PAIR: LinkKind.SWAPPED_PAIR,
        matching.SAME_VICTIM: LinkKind.SAME_VICTIM,
        matching.SAME_PAIR: LinkKind.EARLIER_CASE,
    }
    for match in found:
        same_couple = match.kind == matching.SAME_PAIR and (chosen is None or match.case_id != chosen.case_id)
        if match.case_id != case_id and not same_couple and match.verdict is not Verdict.DIFFERENT:
            cases.link(work, case_id=case_id, other_case_id=match.case_id, kind=kinds[match.kind].value)
    return case_id


def _parts(work: UnitOfWork, document: Mapping[str, Any], chosen: Found | None, found: Sequence[Found]) -> list[Part]:
    """Remember the people of a referral, or learn what is new of those that the chosen case knows. Returns their parts."""
    victim_id = chosen.victim_id if chosen else None
    if victim_id is None:
        # The same victim with a new perpetrator is a new case about a person who is known.
        victim_id = next(
            (one.victim_id for one in found if one.kind == matching.SAME_VICTIM and one.verdict is Verdict.SAME), None
        )
    known = case_queries.people_of(work, case_ids=[chosen.case_id])[chosen.case_id] if chosen else ()
    parts = [Part(_keep(work, victim_id, document["victim"]), "victim")]
    for part, people_in in (("perpetrator", document["perpetrators"]), ("child", document.get("children") or [])):
        there = [member.person for member in known if member.part == part]
        for one in people_in:
            same = next(
                (
                    person.id
                    for person in there
                    if match_rules.compare(facts_of(one), person.facts).verdict is not Verdict.DIFFERENT
                ),
                None,
            )
            parts.append(
                Part(
                    _keep(work, same, one),
                    part,
                    relationship_to_victim=one.get("relationship_to_victim"),
                    relationship_to_perpetrator=one.get("relationship_to_perpetrator"),
                    lives_with=one.get("lives_with"),
                )
            )
    return parts


def _keep(work: UnitOfWork, person_id: uuid.UUID | None, document: Mapping[str, Any]) -> uuid.UUID:
    if person_id is None:
        return people.remember(work, document=document)
    people.learn(work, person_id=person_id, document=document)
    return person_id


def _stand(work: UnitOfWork, referral: Referral, case_id: uuid.UUID) -> None:
    if referral.referrer_account_id is not None:
        cases.give_standing(
            work,
            case_ids=[case_id],
            source_ids=[referral.id],
            kind=StandingKind.REFERRER,
            account_ids=[referral.referrer_account_id],
        )
