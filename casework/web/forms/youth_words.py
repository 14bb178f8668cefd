"""The words of youth support on pages: one place for each code that a form offers or a page shows."""

from __future__ import annotations

from collections.abc import Mapping

from casework.web.forms.choices import Option

SOURCE = {
    "agency": "An agency",
    "school": "A school or college",
    "parent": "A parent or carer",
    "self": "The young person",
}
LEVEL = {
    "2": "Level 2: additional",
    "3": "Level 3: multiple or complex",
    "4": "Level 4: acute or specialist",
}
ASKED = {
    "young_person": "The young person",
    "parent": "Somebody with parental responsibility",
    "both": "Both",
}
HEADING = {
    "education": "Education",
    "early_years": "Early years",
    "health": "Health",
    "substance_use": "Substance use",
    "family_relationships": "Family relationships",
    "children_safe": "Children are safe",
    "diverted_from_crime": "Diverted from crime",
    "safe_from_domestic_abuse": "Safe from domestic abuse",
    "housing": "Housing",
    "money": "Money",
}
OUTCOME = {"met": "Met", "partly": "Partly met", "not_met": "Not met", "not_needed": "Not needed any more"}
DECISION = {"go_on": "The plan goes on", "close": "The case closes"}
CLOSING = {
    "needs_met": "Needs are met",
    "universal": "Services open to everybody are enough",
    "stepped_up": "Stepped up to social care",
    "refused": "Agreement was refused",
    "moved": "Moved away",
    "aged_out": "Too old for youth support",
    "no_contact": "No contact",
    "enforcement_only": "Enforcement only",
}
ACHIEVED = {"yes": "Yes", "partly": "Partly", "no": "No"}
SUSTAINED = {"yes": "Yes, it has lasted", "partly": "Partly", "no": "No", "not_known": "Not known"}
GROUNDS = {
    "safeguarding": "Harm, or a risk of harm",
    "rising_need": "Need or risk has risen",
    "crime": "A serious crime",
}
RISK = {"lower": "Lower", "same": "The same", "higher": "Higher"}
RESPONSIBILITY = {"yes": "Yes", "no": "No", "unknown": "Not known"}
EVENT = {
    "concern_raised": "A concern was raised",
    "pre_assessment_done": "Looked at before any assessment",
    "agreement_sought": "Agreement was asked for",
    "agreement_given": "Agreement was given",
    "agreement_refused": "Agreement was refused",
    "assessment_completed": "The assessment is complete",
    "plan_agreed": "The plan began",
    "review_begun": "A review began",
    "review_held": "A review was held",
    "agreement_withdrawn": "No agreement stands any more: on hold",
    "resumed": "Work was taken up again",
    "closing_begun": "Closing began",
    "outcome_recorded": "Closed",
    "followed_up": "Asked whether it has lasted",
    "stepped_up": "Stepped up to social care",
    "step_up_accepted": "Social care took it on",
    "step_up_returned": "Social care returned it",
    "stepped_down": "Stepped down; agreement is asked for afresh",
    "transferred": "Taken on by another area",
    "named": "More was learnt about who it is",
    "assessed": "A version of the assessment was written",
    "risk_checked": "The risk was looked at again",
    "lead_appointed": "A lead professional was appointed",
    "team_joined": "An agency joined the team",
    "team_left": "Somebody left the team",
    "action_agreed": "An action was agreed",
    "action_reported": "The outcome of an action was written down",
    "disagreement_opened": "A disagreement was opened",
    "disagreement_raised": "A disagreement went a level higher",
    "disagreement_settled": "A disagreement was settled",
    "level_changed": "The level of need changed",
}
NEXT = {
    "agreement_sought": "Ask for agreement",
    "agreement_given": "Record the answer about agreement",
    "assessment_completed": "Complete the assessment",
    "plan_agreed": "Build the team and begin the plan",
    "review_begun": "Review the plan",
    "review_held": "Write down the review",
    "step_up_accepted": "Note social care’s answer",
    "outcome_recorded": "Write down the outcome and close",
    "followed_up": "Ask whether it has lasted",
}
KIND = {
    "advice": "Advice",
    "agreement": "Agreement",
    "referral": "Referral",
    "notice": "Notice",
    "order": "Order",
    "safeguarding": "Safeguarding",
}
AGREED_BY = {"young_person": "The young person", "parent": "A parent", "adult": "Each adult concerned"}
EVIDENCE = {
    "support_record": "The record of support",
    "police_record": "Police records",
    "landlord_record": "A landlord’s records",
    "school_record": "School records",
    "witness": "A witness",
    "court": "A court",
}
REFERENCE = {"incident_reference": "Number of the incident", "court_reference": "Reference of the court"}
ENDED = {
    "kept": "It was kept to",
    "partly_kept": "It was kept to in part",
    "not_kept": "It was not kept to",
    "taken_back": "It was taken back",
    "not_accepted": "It was declined",
}
BREACH = {
    "talk": "Talk about it",
    "warning": "A written warning",
    "next_step": "The next step of the ladder is considered",
    "fixed_penalty": "A fixed penalty",
    "supervision_order": "A supervision order is asked for",
    "detention_order": "A detention order is asked for",
    "court": "The court is asked",
}


def options(words: Mapping[str, str]) -> tuple[Option, ...]:
    """Return a table of words as the options of a choice."""
    return tuple(words.items())
