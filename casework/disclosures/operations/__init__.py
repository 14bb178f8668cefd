"""Writes of disclosures: each hand-over of information to another agency, and the decision that it rests on."""

from casework.disclosures.operations.acts import correct, keep_decision, record_act
from casework.disclosures.operations.marac import Disclosed, ListedCase, disclose_listed_cases, disclose_research

__all__ = [
    "Disclosed",
    "ListedCase",
    "correct",
    "disclose_listed_cases",
    "disclose_research",
    "keep_decision",
    "record_act",
]
