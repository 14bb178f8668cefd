"""The referral's states, its vocabulary, and what a referral still lacks, with the reason why the conference needs it.

Codes are shared by page, import and API; each enum's members are all that its field may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from casework.errors import Conflict, FieldError


class ReferralState(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Mapping[ReferralState, frozenset[ReferralState]] = {
    ReferralState.DRAFT: frozenset({ReferralState.SUBMITTED, ReferralState.WITHDRAWN}),
    ReferralState.SUBMITTED: frozenset(
        {ReferralState.RETURNED, ReferralState.ACCEPTED, ReferralState.REDIRECTED, ReferralState.WITHDRAWN}
    ),
    ReferralState.RETURNED: frozenset({ReferralState.SUBMITTED, ReferralState.WITHDRAWN}),
    ReferralState.ACCEPTED: frozenset({ReferralState.WITHDRAWN}),
    ReferralState.REDIRECTED: frozenset(),
    ReferralState.WITHDRAWN: frozenset(),
}
"""Which state may follow which. An accepted referral is withdrawn only before it is heard; the operation looks to that."""

IDVA_SERVICE = "idva_service"
"""The short name of the agency whose IDVAs try first contact."""

LATER = "later"
"""The step of a referral that triage looked at and left for later: its state stays, and its writer is not told."""

BY_ANOTHER = "by_another"
"""The step of a referral whose victim somebody else than the IDVA service tries to reach: only triage reads it, who is shut out
must not learn of it."""

OPEN_STATES = frozenset({ReferralState.DRAFT, ReferralState.SUBMITTED, ReferralState.RETURNED})
"""Nothing has been decided yet."""


CONTACT_STATES = frozenset({ReferralState.SUBMITTED, ReferralState.RETURNED, ReferralState.REDIRECTED})
"""While a referral stands here the IDVA service tries to reach the victim from the form itself; an accepted one has a case."""


def move(state: ReferralState | str, to: ReferralState) -> ReferralState:
    """Return `to` if a referral may go there from `state`. Raises Conflict, in words, when it may not."""
    now = ReferralState(state)
    if to not in TRANSITIONS[now]:
        raise Conflict(f"This referral is {now}, so it cannot be {to}.")
    return to


class ReturnReason(StrEnum):
    """Why a referral goes back to the referrer."""

    REASONS_TOO_THIN = "reasons_too_thin"
    NO_JUDGEMENT = "no_judgement"
    CHECKLIST_INCOMPLETE = "checklist_incomplete"
    PERPETRATOR_UNCLEAR = "perpetrator_unclear"
    ADDRESS_UNCLEAR = "address_unclear"
    SAFE_CONTACT_MISSING = "safe_contact_missing"
    CHILDREN_MISSING = "children_missing"
    LOOKS_LIKE_THE_SAME = "looks_like_the_same"
    OTHER = "other"


class RedirectDestination(StrEnum):
    """Where a referral goes that MARAC does not hear."""

    CHILDRENS_SAFEGUARDING = "childrens_safeguarding"
    ADULT_SAFEGUARDING = "adult_safeguarding"
    ANOTHER_MARAC = "another_marac"
    IDVA_OR_OUTREACH = "idva_or_outreach"
    POLICE = "police"
    MAPPA = "mappa"
    OTHER = "other"


class Relationship(StrEnum):
    """What the perpetrator is to the victim."""

    PARTNER = "partner"
    EX_PARTNER = "ex_partner"
    HUSBAND = "husband"
    WIFE = "wife"
    CIVIL_PARTNER = "civil_partner"
    FATHER = "father"
    MOTHER = "mother"
    SON = "son"
    DAUGHTER = "daughter"
    BROTHER = "brother"
    SISTER = "sister"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    IN_LAW = "in_law"
    OTHER_FAMILY = "other_family"
    CARER = "carer"
    OTHER = "other"


class ChildRelationship(StrEnum):
    """What a child is to the victim, or to the perpetrator."""

    CHILD = "child"
    STEPCHILD = "stepchild"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    FOSTER_CHILD = "foster_child"
    OTHER_FAMILY = "other_family"
    NONE = "none"
    NOT_KNOWN = "not_known"


class LivesWith(StrEnum):
    """With whom a child lives."""

    VICTIM = "victim"
    PERPETRATOR = "perpetrator"
    BOTH = "both"
    FAMILY = "family"
    IN_CARE = "in_care"
    ON_THEIR_OWN = "on_their_own"
    NOT_KNOWN = "not_known"


class Gender(StrEnum):
    """Gender as the person describes it."""

    FEMALE = "female"
    MALE = "male"
    NON_BINARY = "non_binary"
    OTHER = "other"
    NOT_KNOWN = "not_known"


class Ethnicity(StrEnum):
    """Ethnic group, in the groups of the quarterly return; "not asked" is kept apart from an answer."""

    WHITE = "white"
    WHITE_MINORITY = "white_minority"
    MIXED = "mixed"
    ASIAN = "asian"
    BLACK = "black"
    OTHER = "other"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


class Disability(StrEnum):
    """Whether the victim is disabled."""

    YES = "yes"
    NO = "no"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


class SexualOrientation(StrEnum):
    """Sexual orientation, in the groups of the quarterly return."""

    HETEROSEXUAL = "heterosexual"
    LGB = "lgb"
    OTHER = "other"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


class ConsentAnswer(StrEnum):
    """What the victim said about the referral. Another question than whether the victim knows of it."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_SOUGHT = "not_sought"


class SafeContactChannel(StrEnum):
    """How the victim may safely be reached."""

    PHONE = "phone"
    TEXT = "text"
    VOICEMAIL = "voicemail"
    EMAIL = "email"
    IN_PERSON = "in_person"
    THROUGH_A_WORKER = "through_a_worker"
    LETTER = "letter"


class ContactOutcome(StrEnum):
    """How a try to reach the victim went."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOT_SAFE = "not_safe"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the conference will need and does not have yet: the field's path, what is missing, and why it matters."""

    field: str
    what: str
    why: str


def quality(document: Mapping[str, Any]) -> list[Missing]:
    """List what a referral still lacks, in the order of the page. Shown before sending and at triage; it stops nothing.

    `document` is the referral as in the import format, whole or in part. A list of children that is empty is an answer
    ("none"); one that is absent is not.
    """
    return [Missing(field, what, why) for field, what, why, lacks in _NEEDED if lacks(document)]


def must_be_told(document: Mapping[str, Any]) -> list[FieldError]:
    """List what keeps a referral from being sent at all: "aware" and "consent" are two questions and both need an answer.

    A victim who is not aware needs a reason (SafeLives referral form); somebody not aware cannot have consented.
    """
    errors: list[FieldError] = []
    aware, consent = document.get("victim_aware"), document.get("consent")
    if not isinstance(aware, bool):
        errors.append(FieldError("victim_aware", "Say whether the victim knows of this referral."))
    if consent not in tuple(ConsentAnswer):
        errors.append(FieldError("consent", f"Give one of: {', '.join(ConsentAnswer)}."))
    if aware is False:
        if not _said(document.get("not_aware_reason")):
            errors.append(FieldError("not_aware_reason", "Write why the victim has not been told."))
        if consent == ConsentAnswer.GIVEN:
            errors.append(FieldError("consent", "Somebody who does not know of the referral cannot have consented."))
    return errors


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _people(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    people = document.get(name)
    return [person for person in people if isinstance(person, Mapping)] if isinstance(people, list | tuple) else []


def _any_lacks(people: str, field: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda document: any(not person.get(field) for person in _people(document, people))


def _victim_lacks(field: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda document: not _part(document, "victim").get(field)


def _no_safe_contact(document: Mapping[str, Any]) -> bool:
    contact = _part(document, "victim").get("safe_contact")
    return not isinstance(contact, Mapping) or not contact.get("channel")


def _contact_lacks(field: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda document: (
        not _no_safe_contact(document) and not _said(_part(document, "victim")["safe_contact"].get(field))
    )


_NEEDED: tuple[tuple[str, str, str, Callable[[Mapping[str, Any]], bool]], ...] = (
    (
        "victim.date_of_birth",
        "The victim’s date of birth",
        "Agencies search their files by it, and without it a repeat is not found.",
        _victim_lacks("date_of_birth"),
    ),
    (
        "victim.address",
        "Where the victim lives",
        "It decides which MARAC hears the case and whose officers are warned.",
        _victim_lacks("address"),
    ),
    (
        "victim.safe_contact",
        "A safe way to reach the victim",
        "Nobody may contact the victim until it is known how that is safe.",
        _no_safe_contact,
    ),
    (
        "victim.safe_contact.windows",
        "When it is safe to make contact",
        "The IDVA rings within two days; at the wrong hour the abuser may answer.",
        _contact_lacks("windows"),
    ),
    (
        "victim.safe_contact.words",
        "What to say if somebody else answers",
        "A caller who has to invent an excuse may give the victim away.",
        _contact_lacks("words"),
    ),
    (
        "perpetrators",
        "Who the perpetrator is",
        "Without a name nobody can search, flag or plan.",
        lambda document: not _people(document, "perpetrators"),
    ),
    (
        "perpetrators.date_of_birth",
        "The perpetrator’s date of birth",
        "Police and probation search by it, and without it a repeat is not found.",
        _any_lacks("perpetrators", "date_of_birth"),
    ),
    (
        "perpetrators.relationship_to_victim",
        "What the perpetrator is to the victim",
        "Plans differ for a partner, a former partner and family.",
        _any_lacks("perpetrators", "relationship_to_victim"),
    ),
    (
        "children",
        "Whether there are children",
        "Children are victims in their own right; say none if there are none.",
        lambda document: not isinstance(document.get("children"), list | tuple),
    ),
    (
        "children.date_of_birth",
        "A child’s date of birth",
        "Schools, health visitors and social care find a child by it.",
        _any_lacks("children", "date_of_birth"),
    ),
    (
        "reasons",
        "What makes the risk high, in your words",
        "The score alone does not tell the conference what to prevent.",
        lambda document: not _said(document.get("reasons")),
    ),
    (
        "most_recent_incident",
        "The most recent incident",
        "It shows how near the danger is.",
        lambda document: not _part(document, "most_recent_incident"),
    ),
    (
        "police_incidents_12_months",
        "How many incidents police know of in 12 months",
        "Incidents that come again and again are a route in of their own.",
        lambda document: document.get("police_incidents_12_months") is None,
    ),
    (
        "not_aware_reason",
        "Why the victim has not been told",
        "Whoever contacts the victim must know what is safe to say.",
        lambda document: document.get("victim_aware") is False and not _said(document.get("not_aware_reason")),
    ),
    (
        "afraid_of",
        "Whom the victim is afraid of",
        "It is not always only the main perpetrator.",
        lambda document: not document.get("afraid_of"),
    ),
)
