"""Writes of contacts, by verb: opening, answering on the asked side, ending."""

from casework.contacts.operations.answering import (
    accept,
    answer_question,
    decline,
    point_elsewhere,
    tell_risk,
    welcome,
)
from casework.contacts.operations.ending import close_unanswered, take_back
from casework.contacts.operations.opening import NewContact, open_contact

__all__ = [
    "NewContact",
    "accept",
    "answer_question",
    "close_unanswered",
    "decline",
    "open_contact",
    "point_elsewhere",
    "take_back",
    "tell_risk",
    "welcome",
]
