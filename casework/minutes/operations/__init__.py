"""Writes of minutes: drafting from what was recorded, changing, approving, issuing, opening, calling back and correcting."""

from casework.minutes.operations.composing import compose
from casework.minutes.operations.correcting import correct
from casework.minutes.operations.drafting import amend, draft
from casework.minutes.operations.issuing import approve, issue, issue_due, open_copy, recall, take_approval_back

__all__ = [
    "amend",
    "approve",
    "compose",
    "correct",
    "draft",
    "issue",
    "issue_due",
    "open_copy",
    "recall",
    "take_approval_back",
]
