"""Writes of agreements: taking down an answer, making it narrower, going through it again, taking it back. Entries are only added.

Every one of them locks the person first, as the delivery of a share does: whichever commits first, the other sees it
(docs/adr/0015-youth-support.md).
"""

from casework.consent.operations.answering import record_answer
from casework.consent.operations.changing import (
    bar_giver,
    narrow,
    reaffirm,
    reassess_competence,
    withdraw,
    write_down,
)
from casework.consent.operations.checking import FORMS, HOW, TESTS, NewAnswer
from casework.consent.operations.entries import lock_answers
from casework.consent.operations.reviewing import end_agreements, force_review, owe_reviews, review_what_is_new

__all__ = [
    "FORMS",
    "HOW",
    "TESTS",
    "NewAnswer",
    "bar_giver",
    "end_agreements",
    "force_review",
    "lock_answers",
    "narrow",
    "owe_reviews",
    "reaffirm",
    "reassess_competence",
    "record_answer",
    "review_what_is_new",
    "withdraw",
    "write_down",
]
