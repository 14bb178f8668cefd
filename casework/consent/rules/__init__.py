"""The sharing decision: facts in, an answer with its reasons out. `may_share` is the one way to ask.

Read `decision` for the order, `../rule_sets/*.toml` for the table, `explanation` for the words.
"""

from casework.consent.rules.answer import Answer, Basis, Withheld
from casework.consent.rules.decision import Decision, Stopped, decide
from casework.consent.rules.explanation import explain, may_share
from casework.consent.rules.facts import (
    Agency,
    Article6,
    Category,
    CourtOrder,
    Duty,
    Facts,
    Jurisdiction,
    PoliceRequest,
    ProgrammeCode,
    Purpose,
    Recipient,
    Review,
    ReviewAnswer,
    Risk,
    Setting,
    Subject,
)
from casework.consent.rules.reading import as_document, facts_from
from casework.consent.rules.rule_set import Result, RuleSet, RuleSetMistake, TellSubject, load_rule_sets, rule_set_at
from casework.programmes.youth_support.rules import Agreement, Fault, Giver, Relation, Status, fault_of

__all__ = [
    "Agency",
    "Agreement",
    "Answer",
    "Article6",
    "Basis",
    "Category",
    "CourtOrder",
    "Decision",
    "Duty",
    "Facts",
    "Fault",
    "Giver",
    "Jurisdiction",
    "PoliceRequest",
    "ProgrammeCode",
    "Purpose",
    "Recipient",
    "Relation",
    "Result",
    "Review",
    "ReviewAnswer",
    "Risk",
    "RuleSet",
    "RuleSetMistake",
    "Setting",
    "Status",
    "Stopped",
    "Subject",
    "TellSubject",
    "Withheld",
    "as_document",
    "decide",
    "explain",
    "facts_from",
    "fault_of",
    "load_rule_sets",
    "may_share",
    "rule_set_at",
]
