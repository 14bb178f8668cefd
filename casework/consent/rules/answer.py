"""The answer of a sharing decision, as it is shown, printed and stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casework.consent.rules.facts import Article6, Category
from casework.consent.rules.rule_set import Result, TellSubject


@dataclass(frozen=True, slots=True)
class Withheld:
    """A category that may not go, and why in words."""

    category: Category
    reason: str


@dataclass(frozen=True, slots=True)
class Basis:
    """On what law the sharing rests: Article 6 of the UK GDPR, the condition for sensitive data and offences, powers and duties."""

    article_6: Article6 | None = None
    article_9_10: str | None = None
    gateways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may go and what may not, by which row of which rule set, on which basis, who decides, whom to tell, and why.

    `allowed` and `withheld` together are the categories that were asked for, in their order. `row` is a number of the
    table, or "step 0" or "step 2" when an agency may not take part at all. `record_within` is an ISO 8601 duration in
    working days. `counts` are the figures as they may be shown.
    """

    result: Result
    row: str
    allowed: tuple[Category, ...]
    withheld: tuple[Withheld, ...]
    basis: Basis
    tell_subject: TellSubject
    who_decides: str
    record_within: str | None
    rule_set: str
    reasons: tuple[str, ...]
    counts: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Return the answer for JSON, with the names that stand in docs/how-casework-decides.md."""
        document: dict[str, Any] = {
            "result": self.result.value,
            "row": self.row,
            "allowed": [category.value for category in self.allowed],
            "withheld": [{"category": one.category.value, "reason": one.reason} for one in self.withheld],
            "basis": {
                "article_6": self.basis.article_6.value if self.basis.article_6 else None,
                "article_9_10": self.basis.article_9_10,
                "gateways": list(self.basis.gateways),
            },
            "tell_subject": self.tell_subject.value,
            "who_decides": self.who_decides,
            "record_within": self.record_within,
            "rule_set": self.rule_set,
            "reasons": list(self.reasons),
        }
        return document | ({"counts": list(self.counts)} if self.counts else {})
