"""Writes of sharing: asking, delivering, answering, reviewing, withdrawing."""

from casework.sharing.operations.answering import (
    acknowledge,
    answer,
    asked_by,
    health_leads,
    lapse,
    reviewers_of,
    subject_told,
)
from casework.sharing.operations.asking import (
    Asked,
    ask,
    ask_again,
    call_off,
    decide_beforehand,
    pass_on,
    seek_signature,
    take_back,
)
from casework.sharing.operations.delivering import deliver, queued
from casework.sharing.operations.new_answers import follow_answer
from casework.sharing.operations.record import act_in_room
from casework.sharing.operations.reviewing import advise, review, switch_duty_to_share
from casework.sharing.operations.withdrawing import Withdrawn, answer_withdrawal, withdraw, withdraw_part

__all__ = [
    "Asked",
    "Withdrawn",
    "acknowledge",
    "act_in_room",
    "advise",
    "answer",
    "answer_withdrawal",
    "ask",
    "ask_again",
    "asked_by",
    "call_off",
    "decide_beforehand",
    "deliver",
    "follow_answer",
    "health_leads",
    "lapse",
    "pass_on",
    "queued",
    "review",
    "reviewers_of",
    "seek_signature",
    "subject_told",
    "switch_duty_to_share",
    "take_back",
    "withdraw",
    "withdraw_part",
]
