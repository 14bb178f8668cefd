"""The one place where the facts of a sharing decision are put together, and the one place where it is asked for."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select

from casework.access.models import CaseBlock
from casework.agencies.models import Agency as AgencyRow
from casework.agencies.rules import AgencyKind
from casework.clock import london_date
from casework.consent import queries as consent
from casework.consent.rules import (
    Agency,
    Answer,
    Article6,
    Category,
    CourtOrder,
    Decision,
    Duty,
    Facts,
    Jurisdiction,
    PoliceRequest,
    ProgrammeCode,
    Purpose,
    Recipient,
    Review,
    Risk,
    Setting,
    Stopped,
    Subject,
    as_document,
    decide,
    explain,
    facts_from,
)
from casework.disclosures.rules import Cause, Consent
from casework.errors import FieldError, Invalid
from casework.partnerships import rules as partnership_rules
from casework.partnerships.models import Partnership, PartnershipAgency, PolicyVersion
from casework.partnerships.queries import is_member
from casework.people import queries as people
from casework.programmes.registry import YOUTH_SUPPORT
from casework.sharing import rules
from casework.sharing.models import Share
from casework.sharing.rules import PERMITS, NewItem, Part, agreed_by, mistakes_of_reason
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The sender's reasons in words, kept sealed with the record of the disclosure. An empty text says that none was given."""

    to_whom: str = ""
    need_to_know: str = ""
    request: str = ""
    risk_and_harm: str = ""
    consent: str = ""
    necessity: str = ""
    confidentiality: str = ""
    view_of_the_person: str = ""
    why_not_told: str = ""
    risk_from_sharing: str = ""
    onward_use: str = ""
    advice: str = ""
    more_harmful_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the sender says about a share: what for, what the risk is, which duties are answered how, and the reasons in words.

    None is not known, and what is not known never helps to share. `reaches_abuser`: whether it could reach somebody who may have
    hurt the young person, through the receiving agency.
    """

    purpose: Purpose | None = None
    cause: Cause = Cause.OFFERED
    reaches_abuser: bool | None = None
    risk: Risk = field(default_factory=Risk)
    duty: Duty = field(default_factory=Duty)
    court_order: CourtOrder | None = None
    police_request: PoliceRequest = field(default_factory=PoliceRequest)
    chosen_basis: Article6 | None = None
    care_and_support_needs: bool | None = None
    why: Why = field(default_factory=Why)

    def as_document(self, now: datetime) -> dict[str, Any]:
        """Return what was declared for sealing with the share; `declared_from` reads it back."""
        facts = Facts(
            now=now,
            programme=ProgrammeCode.YOUTH_SUPPORT,
            sender=Agency(agency="sender"),
            recipient=Recipient(agency="recipient", route_reaches_abuser=self.reaches_abuser),
            subject=Subject(care_and_support_needs=self.care_and_support_needs),
            categories=(Category.BASIC,),
            purpose=self.purpose,
            risk=self.risk,
            duty=self.duty,
            court_order=self.court_order,
            police_request=self.police_request,
            chosen_basis=self.chosen_basis,
        )
        words = {name: value for name, value in dataclasses.asdict(self.why).items() if value}
        return {"facts": as_document(facts), "why": words, "cause": self.cause.value}


def declared_from(document: Mapping[str, Any]) -> Declared:
    """Return what was declared as it was."""
    facts = facts_from(document["facts"])
    return Declared(
        purpose=facts.purpose,
        cause=Cause(document["cause"]),
        reaches_abuser=facts.recipient.route_reaches_abuser if facts.recipient else None,
        risk=facts.risk,
        duty=facts.duty,
        court_order=facts.court_order,
        police_request=facts.police_request,
        chosen_basis=facts.chosen_basis,
        care_and_support_needs=facts.subject.care_and_support_needs,
        why=Why(**document["why"]),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with everything that is kept of it."""

    facts: Facts
    decision: Decision
    answer: Answer
    agreement_ids: tuple[uuid.UUID, ...]
    policy_version_id: uuid.UUID | None

    @property
    def said_no(self) -> bool:
        """Whether somebody refused, withdrew or denied some of what is asked for."""
        return self.decision.case is not None and bool(self.decision.case.said.no)

    @property
    def agreement_id(self) -> uuid.UUID | None:
        """The latest live agreement that lets some of it go, or None where it does not rest on one."""
        case = self.decision.case
        if case is None or not self.rests_on_agreement:
            return None
        for agreement_id, one in zip(reversed(self.agreement_ids), reversed(self.facts.agreements), strict=True):
            if one in case.said.live and one.permit.get(case.recipient.agency, frozenset()) & case.agreed:
                return agreement_id
        return None

    @property
    def consent(self) -> Consent:
        """What was agreed about what is asked for, for the record of the act."""
        asked = set(self.facts.categories)
        if self.agreed >= asked:
            return Consent.AGREED
        if self.agreed:
            return Consent.PARTLY
        return Consent.REFUSED if self.said_no else Consent.NOT_ASKED

    @property
    def wrong_basis(self) -> str | None:
        """What to say of a chosen basis that is not open to the sending body, with the right one named; None where it fits."""
        if self.decision.stopped is not Stopped.WRONG_BASIS:
            return None
        return next(one for one in reversed(self.answer.reasons)).removeprefix("Step 10. ")

    @property
    def rests_on_agreement(self) -> bool:
        """Whether it is the agreement that lets it go (rows 11 and 12)."""
        return self.answer.row in ("11", "12")

    @property
    def needs_necessity(self) -> bool:
        """Whether somebody's no is overridden, which needs a statement of necessity; in immediate danger the record follows."""
        overrides = self.answer.result in PERMITS and self.said_no and not self.rests_on_agreement
        return overrides and self.answer.row != "1"

    @property
    def may_be_signed(self) -> bool:
        """Whether a health safeguarding lead could let some of what is withheld go, in the public interest."""
        case = self.decision.case
        if case is None or self.facts.purpose not in case.lists.public_interest_purposes or case.is_signed:
            return False
        return bool((case.own & case.lists.confidential) - set(self.answer.allowed))

    @property
    def agreed(self) -> frozenset[str]:
        """The categories that live agreements cover for this agency and purpose."""
        return self.decision.case.agreed if self.decision.case is not None else frozenset()


def decided(
    work: UnitOfWork,
    *,
    case_id: uuid.UUID,
    person_id: uuid.UUID,
    from_agency_id: uuid.UUID,
    to_agency_id: uuid.UUID,
    items: Sequence[NewItem],
    declared: Declared,
    reviews: Mapping[str, str] | None = None,
) -> Decided:
    """Put the facts together as they are now, ask the sharing rules, and return facts, answer and what they rest on.

    Source: docs/adr/0015-youth-support.md, one decision. Nothing is written here. Raises Invalid for an agency that is none.
    """
    on = london_date(work.now)
    sender, recipient = _agencies(work, from_agency_id, to_agency_id)
    partnership = work.session.get_one(Partnership, work.partnership_id)
    policy = _policy(work)
    person = people.records(work, [person_id])[person_id]
    answers = consent.agreements_for_decision(work, person_id=person_id)
    reviews = reviews or {}
    # A block that was set since the moment of this unit of work counts too: a delivery is made as of its slot in the schedule.
    blocked = exists().where(
        CaseBlock.case_id == case_id,
        CaseBlock.agency_id == to_agency_id,
        CaseBlock.lifted_at.is_(None) | (CaseBlock.lifted_at > work.now),
    )
    facts = Facts(
        now=work.now,
        programme=ProgrammeCode.YOUTH_SUPPORT,
        setting=Setting.BILATERAL,
        jurisdiction=Jurisdiction(partnership.jurisdiction),
        s16la_switched_on=policy is not None and policy.settings.get("s16LA") is True,
        sender=Agency(**sender),
        recipient=Recipient(
            **recipient,
            # The alleged abuser is a person; what an agency may be is a way to them, which the sender declares.
            is_alleged_abuser=False,
            route_reaches_abuser=declared.reaches_abuser,
            conflict_blocked=bool(work.session.scalar(select(blocked))),
            need_to_know=bool(declared.why.need_to_know.strip()) or None,
        ),
        subject=Subject(
            date_of_birth=person.date_of_birth if _was_born(person.date_of_birth, on) else None,
            care_and_support_needs=declared.care_and_support_needs,
        ),
        purpose=declared.purpose,
        categories=tuple(dict.fromkeys(item.category for item in items)),
        risk=declared.risk,
        agreements=tuple(one.agreement for one in answers),
        third_party_categories=frozenset(item.category for item in items if item.is_about_others),
        barred_categories=frozenset(item.category for item in items if item.is_barred),
        court_order=declared.court_order,
        duty=declared.duty,
        public_interest_signed_by=(
            Part.HEALTH_SAFEGUARDING_LEAD.value
            if reviews.get(Part.HEALTH_SAFEGUARDING_LEAD) == "public_interest"
            else None
        ),
        police_request=declared.police_request,
        chosen_basis=declared.chosen_basis,
        review=Review(**agreed_by(reviews)),
    )
    decision = decide(facts)
    answer = explain(facts, decision)
    return Decided(facts, decision, answer, tuple(one.id for one in answers), policy.id if policy else None)


def mistakes_of_decision(found: Decided, declared: Declared) -> list[FieldError]:
    """Return what the sender has to put right before a decision is acted on.

    A basis that is not open to this kind of body is refused with the right one named. A no that is overridden needs a statement
    of necessity of its own, but in immediate danger, where the record follows within a working day.
    """
    errors = []
    if found.wrong_basis:
        errors.append(FieldError("chosen_basis", found.wrong_basis))
    if found.needs_necessity:
        errors += mistakes_of_reason(
            "necessity",
            declared.why.necessity,
            "Somebody said no to this. Say why it is necessary all the same, and whether a less intrusive way would do.",
        )
    if found.answer.row == "5" and declared.duty.more_harmful is True:
        errors += mistakes_of_reason(
            "more_harmful_because", declared.why.more_harmful_because, "Say why sharing would do the child more harm."
        )
    return errors


def mistakes_of_onward_use(source: Share, found: Decided) -> list[FieldError]:
    """Return what is wrong with passing on what came by `source`, which names a purpose of its own (B6). What stays goes nowhere."""
    if found.answer.result not in PERMITS:
        return []
    return rules.mistakes_of_onward_use(told_for=source.purpose, purpose=str(found.facts.purpose), row=found.answer.row)


def _agencies(work: UnitOfWork, sender: uuid.UUID, recipient: uuid.UUID) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the rules ask about the two agencies. One query. An agency that is no member is known not to be active."""
    on = london_date(work.now)
    rows = work.session.execute(
        select(AgencyRow, PartnershipAgency)
        .outerjoin(PartnershipAgency, (PartnershipAgency.agency_id == AgencyRow.id) & is_member(work, on))
        .where(AgencyRow.id.in_([sender, recipient]))
    )
    found = {
        agency.id: {
            "agency": agency.slug,
            "body": agency.body,
            "kind": AgencyKind(agency.kind),
            "listed_body": agency.listed_body,
            "active": member is not None,
            "protocol_signed": member is not None
            and partnership_rules.protocol_is_good(
                signed_on=member.protocol_signed_on, expires_on=member.protocol_expires_on, on=on
            ),
        }
        for agency, member in rows
    }
    if recipient not in found or sender not in found:
        raise Invalid.field("to_agency", "Choose an agency of the partnership.")
    return found[sender], found[recipient]


def _policy(work: UnitOfWork) -> PolicyVersion | None:
    """Return youth support's local policy in force today, or None where none was recorded: every switch is then off."""
    return work.session.scalar(
        select(PolicyVersion)
        .where(
            PolicyVersion.partnership_id == work.partnership_id,
            PolicyVersion.programme == YOUTH_SUPPORT.code,
            PolicyVersion.from_date <= london_date(work.now),
        )
        .order_by(PolicyVersion.version.desc())
        .limit(1)
    )


def _was_born(born: date | None, on: date) -> bool:
    return born is not None and born <= on
