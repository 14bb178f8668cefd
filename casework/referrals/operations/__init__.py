"""Writes of referrals: submitting and correcting, then triage."""

from casework.referrals.operations.contact import record_contact
from casework.referrals.operations.submission import (
    ChangedReferral,
    Submission,
    Submitted,
    resubmit,
    save_draft,
    submit,
    withdraw,
)
from casework.referrals.operations.triage import (
    accept,
    dismiss_candidate,
    leave_for_later,
    redirect,
    return_to_referrer,
)

__all__ = [
    "ChangedReferral",
    "Submission",
    "Submitted",
    "accept",
    "dismiss_candidate",
    "leave_for_later",
    "record_contact",
    "redirect",
    "resubmit",
    "return_to_referrer",
    "save_draft",
    "submit",
    "withdraw",
]
