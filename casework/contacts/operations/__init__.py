"""Writes of contacts, by verb: opening, telling, answering on the asked side, ending."""

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
from casework.contacts.operations.telling import Wanted, acknowledge, share, share_answered, share_delivered

__all__ = [
    "NewContact",
    "Wanted",
    "accept",
    "acknowledge",
    "answer_question",
    "close_unanswered",
    "decline",
    "open_contact",
    "point_elsewhere",
    "share",
    "share_answered",
    "share_delivered",
    "take_back",
    "tell_risk",
    "welcome",
]
