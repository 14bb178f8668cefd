"""Writes of minutes: drafting from what was recorded, changing the draft, approving, issuing, opening and calling back."""

from casework.minutes.operations.drafting import amend, compose, draft
from casework.minutes.operations.issuing import approve, issue, issue_due, open_copy, recall, take_approval_back

__all__ = [
    "amend",
    "approve",
    "compose",
    "draft",
    "issue",
    "issue_due",
    "open_copy",
    "recall",
    "take_approval_back",
]
