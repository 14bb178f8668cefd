"""Writes of referrals: submitting and correcting, then triage."""

from casework.referrals.operations.contact import record_contact
from casework.referrals.operations.idva import after_block, somebody_found
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
    "after_block",
    "dismiss_candidate",
    "leave_for_later",
    "record_contact",
    "redirect",
    "resubmit",
    "return_to_referrer",
    "save_draft",
    "somebody_found",
    "submit",
    "withdraw",
]
