"""Reads of referrals: the inbox, one referral with what is missing and who is probably known, and one's own."""

from casework.referrals.queries.contacts import ContactRecord, ContactTry, contacts
from casework.referrals.queries.history import (
    Checklist,
    PastReferral,
    RoundOfCase,
    history,
    last_checklists,
    rounds_of_referral,
)
from casework.referrals.queries.inbox import (
    Candidate,
    ReferralLine,
    ReferralRecord,
    Step,
    counts,
    inbox,
    my_counts,
    my_referrals,
    referral_record,
)
from casework.referrals.queries.own import (
    Draft,
    ReturnedStep,
    WhatNext,
    came_before,
    draft,
    returned_steps,
    what_next,
)

__all__ = [
    "Candidate",
    "Checklist",
    "ContactRecord",
    "ContactTry",
    "Draft",
    "PastReferral",
    "ReferralLine",
    "ReferralRecord",
    "ReturnedStep",
    "RoundOfCase",
    "Step",
    "WhatNext",
    "came_before",
    "contacts",
    "counts",
    "draft",
    "history",
    "inbox",
    "last_checklists",
    "my_counts",
    "my_referrals",
    "referral_record",
    "returned_steps",
    "rounds_of_referral",
    "what_next",
]
