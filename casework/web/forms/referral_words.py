"""The words for the codes of a referral: what forms offer and what pages say. One mapping a vocabulary; each covers every code."""

from __future__ import annotations

from collections.abc import Mapping

from casework.programmes.marac.crimes import ReportingWish
from casework.programmes.marac.rules import IncidentKind, Route
from casework.referral_format.vocabulary import NoRecourse, Tenure
from casework.referrals.rules import (
    ChildRelationship,
    ConsentAnswer,
    Disability,
    Ethnicity,
    Gender,
    LivesWith,
    RedirectDestination,
    Relationship,
    ReturnReason,
    SafeContactChannel,
    SexualOrientation,
)
from casework.risk.rules import Answer

Words = Mapping[str, str]

ANSWER: Words = {Answer.YES: "Yes", Answer.NO: "No", Answer.DONT_KNOW: "Don’t know"}
GENDER: Words = {
    Gender.FEMALE: "Female",
    Gender.MALE: "Male",
    Gender.NON_BINARY: "Non-binary",
    Gender.OTHER: "Another gender",
    Gender.NOT_KNOWN: "Not known",
}
RELATIONSHIP: Words = {
    Relationship.PARTNER: "Partner",
    Relationship.EX_PARTNER: "Former partner",
    Relationship.HUSBAND: "Husband",
    Relationship.WIFE: "Wife",
    Relationship.CIVIL_PARTNER: "Civil partner",
    Relationship.FATHER: "Father",
    Relationship.MOTHER: "Mother",
    Relationship.SON: "Son",
    Relationship.DAUGHTER: "Daughter",
    Relationship.BROTHER: "Brother",
    Relationship.SISTER: "Sister",
    Relationship.GRANDPARENT: "Grandparent",
    Relationship.GRANDCHILD: "Grandchild",
    Relationship.IN_LAW: "In-law",
    Relationship.OTHER_FAMILY: "Another family member",
    Relationship.CARER: "Carer",
    Relationship.OTHER: "Somebody else",
}
CHILD_RELATIONSHIP: Words = {
    ChildRelationship.CHILD: "Child",
    ChildRelationship.STEPCHILD: "Stepchild",
    ChildRelationship.GRANDCHILD: "Grandchild",
    ChildRelationship.SIBLING: "Brother or sister",
    ChildRelationship.FOSTER_CHILD: "Foster child",
    ChildRelationship.OTHER_FAMILY: "Another family member",
    ChildRelationship.NONE: "Not related",
    ChildRelationship.NOT_KNOWN: "Not known",
}
LIVES_WITH: Words = {
    LivesWith.VICTIM: "The victim",
    LivesWith.PERPETRATOR: "The perpetrator",
    LivesWith.BOTH: "Both of them",
    LivesWith.FAMILY: "Other family",
    LivesWith.IN_CARE: "In care",
    LivesWith.ON_THEIR_OWN: "On their own",
    LivesWith.NOT_KNOWN: "Not known",
}
ETHNICITY: Words = {
    Ethnicity.WHITE: "White British",
    Ethnicity.WHITE_MINORITY: "White, another background",
    Ethnicity.MIXED: "Mixed or multiple",
    Ethnicity.ASIAN: "Asian or Asian British",
    Ethnicity.BLACK: "Black, Black British, Caribbean or African",
    Ethnicity.OTHER: "Another ethnic group",
    Ethnicity.DECLINED: "Did not want to say",
    Ethnicity.NOT_ASKED: "Not asked",
}
DISABILITY: Words = {
    Disability.YES: "Yes",
    Disability.NO: "No",
    Disability.DECLINED: "Did not want to say",
    Disability.NOT_ASKED: "Not asked",
}
ORIENTATION: Words = {
    SexualOrientation.HETEROSEXUAL: "Heterosexual",
    SexualOrientation.LGB: "Lesbian, gay or bisexual",
    SexualOrientation.OTHER: "Another",
    SexualOrientation.DECLINED: "Did not want to say",
    SexualOrientation.NOT_ASKED: "Not asked",
}
TENURE: Words = {
    Tenure.OWNER_OCCUPIED: "Owns the home",
    Tenure.PRIVATE_RENTED: "Rents privately",
    Tenure.COUNCIL: "Council tenant",
    Tenure.HOUSING_ASSOCIATION: "Housing association tenant",
    Tenure.TEMPORARY: "Temporary accommodation",
    Tenure.REFUGE: "Refuge",
    Tenure.FAMILY_OR_FRIENDS: "With family or friends",
    Tenure.NO_FIXED_ADDRESS: "No fixed address",
    Tenure.OTHER: "Something else",
    Tenure.NOT_KNOWN: "Not known",
}
NO_RECOURSE: Words = {
    NoRecourse.YES: "Yes",
    NoRecourse.NO: "No",
    NoRecourse.NOT_ASKED: "Not asked",
    NoRecourse.NOT_KNOWN: "Not known",
}
ROUTE: Words = {
    Route.VISIBLE_HIGH_RISK: "Visible high risk",
    Route.PROFESSIONAL_JUDGEMENT: "Professional judgement",
    Route.POTENTIAL_ESCALATION: "Potential escalation",
    Route.REPEAT: "Repeat",
}
INCIDENT: Words = {
    IncidentKind.VIOLENCE: "Violence",
    IncidentKind.THREATS: "Threats",
    IncidentKind.DAMAGE: "Damage to property",
    IncidentKind.STALKING_OR_HARASSMENT: "Stalking or harassment",
    IncidentKind.SEXUAL: "Rape or sexual abuse",
    IncidentKind.CONTROL: "Controlling behaviour",
    IncidentKind.UNWANTED_CONTACT: "Unwanted contact",
    IncidentKind.BREACH: "A broken order or bail condition",
    IncidentKind.DISPUTE: "A dispute over children or property",
    IncidentKind.OTHER_ABUSE: "Other abuse",
    IncidentKind.NOT_STATED: "Not stated",
    IncidentKind.NONE: "Nothing further has happened",
}
CONSENT: Words = {
    ConsentAnswer.GIVEN: "The victim agrees",
    ConsentAnswer.REFUSED: "The victim does not agree",
    ConsentAnswer.NOT_SOUGHT: "The victim was not asked",
}
CHANNEL: Words = {
    SafeContactChannel.PHONE: "Phone",
    SafeContactChannel.TEXT: "Text message",
    SafeContactChannel.VOICEMAIL: "Voicemail",
    SafeContactChannel.EMAIL: "E-mail",
    SafeContactChannel.IN_PERSON: "In person",
    SafeContactChannel.THROUGH_A_WORKER: "Through a worker",
    SafeContactChannel.LETTER: "Letter",
}
POLICE_WISH: Words = {
    ReportingWish.ALREADY_REPORTED: "It has been reported",
    ReportingWish.WISHES_TO_REPORT: "Wants it reported",
    ReportingWish.DOES_NOT_WISH: "Does not want it reported",
    ReportingWish.NOT_ASKED: "Was not asked",
}
RETURN_REASON: Words = {
    ReturnReason.REASONS_TOO_THIN: "The reasons do not say enough",
    ReturnReason.NO_JUDGEMENT: "A professional judgement is needed",
    ReturnReason.CHECKLIST_INCOMPLETE: "The checklist needs more",
    ReturnReason.PERPETRATOR_UNCLEAR: "It is not clear who the perpetrator is",
    ReturnReason.ADDRESS_UNCLEAR: "It is not clear where the victim lives",
    ReturnReason.SAFE_CONTACT_MISSING: "There is no safe way to reach the victim",
    ReturnReason.CHILDREN_MISSING: "The children are not all named",
    ReturnReason.LOOKS_LIKE_THE_SAME: "It looks like a referral that we have",
    ReturnReason.OTHER: "Something else",
}
DESTINATION: Words = {
    RedirectDestination.CHILDRENS_SAFEGUARDING: "Children’s safeguarding",
    RedirectDestination.ADULT_SAFEGUARDING: "Adult safeguarding",
    RedirectDestination.ANOTHER_MARAC: "Another MARAC",
    RedirectDestination.IDVA_OR_OUTREACH: "IDVA or outreach service",
    RedirectDestination.POLICE: "Police",
    RedirectDestination.MAPPA: "MAPPA",
    RedirectDestination.OTHER: "Elsewhere",
}


def options(words: Words) -> tuple[tuple[str, str], ...]:
    """Return a vocabulary as the options of a choice, in its order."""
    return tuple((str(code), said) for code, said in words.items())


def said(words: Words, code: object) -> str:
    """Return the words of a code, or "" where there is none."""
    return words.get(str(code), "") if code else ""
