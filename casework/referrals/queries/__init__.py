"""Reads of referrals: the inbox, one referral with what is missing and who is probably known, and one's own."""

from casework.referrals.queries.inbox import (
    Candidate,
    ReferralLine,
    ReferralRecord,
    Step,
    counts,
    inbox,
    my_referrals,
    referral_record,
)

__all__ = [
    "Candidate",
    "ReferralLine",
    "ReferralRecord",
    "Step",
    "counts",
    "inbox",
    "my_referrals",
    "referral_record",
]
