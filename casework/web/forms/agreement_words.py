"""The words of agreements on pages: what stands, why a yes does not count, what happened, and easy words for the young person."""

from __future__ import annotations

STATUS = {"given": ("Yes", "green"), "refused": ("No", "red"), "withdrawn": ("Taken back", "purple")}
KIND = {"service": "To be helped", "sharing": "Who may know what"}
RELATION = {
    "self": "The young person",
    "parental_responsibility": "with parental responsibility",
    "court": "appointed by a court",
    "best_interests": "a best-interests decision",
}
FAULT = {
    "no_date": "It has no day, so it counts for nothing.",
    "not_yet": "It does not count yet.",
    "expired": "It has run out. Ask again, and record a new answer.",
    "giver_unknown": "It is not known who gave it, so it counts for nothing.",
    "giver_is_abuser": "Whoever gave it may have hurt the young person. It counts for nothing, and they are never asked again.",
    "giver_may_be_abuser": "It is not known whether whoever gave it may have hurt the young person. It counts for nothing.",
    "age_unknown": "The day of birth is not known, so it counts for nothing.",
    "too_young": "Under 13 a young person’s own yes does not carry this. Ask somebody with parental responsibility.",
    "not_competent": "Found not able to decide this. Ask somebody with parental responsibility.",
    "parent_not_confirmed_at_16": "The young person is 16 and has not confirmed it within 28 days. Ask them.",
    "parent_after_16": "From 16 the young person answers. Ask them.",
    "adult": "At 18 a parent’s yes ends. Ask the young person.",
    "best_interests_under_16": "Under 16 a parent answers, not a best-interests decision.",
}
ENTRY = {
    "given": "Yes",
    "partly_given": "Yes, in part",
    "refused": "No",
    "reaffirmed": "Gone through again: they say the same",
    "narrowed": "Part of it was taken back",
    "withdrawn": "Taken back",
    "competence_reassessed": "Whether they are able to decide was looked at again",
    "giver_barred": "Whoever gave it was recorded as somebody who may have hurt the young person",
    "review_forced": "To be gone through again",
    "written_down": "Followed up in writing",
    "ended": "Ended with the work",
}
BECAUSE = {
    "birthday": "a birthday",
    "new_agency": "another agency",
    "new_purpose": "another purpose",
    "new_category": "another kind of information",
    "new_carer": "other parents or carers",
    "moved": "a move",
    "stepped": "a step up or down",
    "safeguarding": "safeguarding",
    "capacity_doubt": "doubt whether they are able to decide",
}
EASY = {
    "basic": "Your name, age, address and school",
    "assessment_summary": "A short note of what helps you and what is hard",
    "full_assessment": "All that we wrote down when we asked how things are",
    "education": "How school or college is going",
    "health": "Your health",
    "mental_health": "How you feel, and help with that",
    "counselling": "What you say to a counsellor",
    "substance_use": "Alcohol and drugs",
    "sexual_health": "Sexual health",
    "offending": "Trouble with the police",
    "asb_incidents": "Trouble where you live",
    "family": "Your family",
    "housing": "Where you live",
    "money": "Money",
    "safeguarding_chronology": "A list of worries about your safety",
}
EASY_PURPOSE = {
    "support_plan": "so that they can help with your plan",
    "assessment": "to find out what would help",
    "referral_to_service": "so that they can take you on",
    "school_support": "to help at school or college",
    "housing": "to help with where you live",
    "health": "to help with your health",
    "asb_support": "to help you stay out of trouble",
    "evaluation": "to see whether the help works",
}
