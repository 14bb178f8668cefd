"""Writes of sharing: asking, delivering, answering, reviewing, withdrawing."""

from casework.sharing.operations.answering import acknowledge, answer, asked_by, lapse, reviewers_of, subject_told
from casework.sharing.operations.asking import Asked, ask, ask_again, pass_on, take_back
from casework.sharing.operations.delivering import deliver, queued
from casework.sharing.operations.reviewing import advise, review, switch_duty_to_share
from casework.sharing.operations.withdrawing import Withdrawn, answer_withdrawal, withdraw

__all__ = [
    "Asked",
    "Withdrawn",
    "acknowledge",
    "advise",
    "answer",
    "answer_withdrawal",
    "ask",
    "ask_again",
    "asked_by",
    "deliver",
    "lapse",
    "pass_on",
    "queued",
    "review",
    "reviewers_of",
    "subject_told",
    "switch_duty_to_share",
    "take_back",
    "withdraw",
]
