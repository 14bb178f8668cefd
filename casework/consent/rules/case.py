"""One question with everything that the rows ask about worked out once: what is barred, ordered, agreed, signed, about others."""

from __future__ import annotations

from datetime import date

from casework.clock import age_on
from casework.consent.rules.facts import Agency, Category, Facts, Recipient
from casework.consent.rules.rule_set import RuleSet
from casework.programmes.youth_support.sharing import Said, what_was_said

_NOBODY = Recipient(agency="")
_NONE: frozenset[Category] = frozenset()


class Case:
    """The facts under one rule set on one London day. Category sets: `free` is not barred, `own` is free and about nobody else."""

    __slots__ = (
        "_said",
        "asked",
        "facts",
        "free",
        "lists",
        "ordered",
        "own",
        "recipient",
        "rules",
        "signed",
        "today",
    )

    def __init__(self, facts: Facts, rules: RuleSet, today: date) -> None:
        self.facts, self.rules, self.lists, self.today = facts, rules, rules.lists, today
        self.recipient = facts.recipient or _NOBODY
        # Counts asked for beside a person's details are not counts only: nothing rests on them.
        self.asked = frozenset(facts.categories) - {Category.COUNTS_ONLY}
        self.free = self.asked - facts.barred_categories
        self.own = self.free - self.about_others
        order = facts.court_order
        self.ordered = order.categories & self.asked if order and order.recipient == self.recipient.agency else _NONE
        self.signed = self.own & rules.lists.confidential if self.is_signed else _NONE
        self._said: Said | None = None

    @property
    def about_others(self) -> frozenset[Category]:
        """The categories that hold other people's details; when nobody has said, those that often do."""
        stated = self.facts.third_party_categories
        return self.lists.often_about_others if stated is None else stated

    @property
    def is_signed(self) -> bool:
        """Whether somebody who may judge the public interest has signed, for a purpose that can be in the public interest."""
        signer = self.facts.public_interest_signed_by
        return (
            signer is not None
            and signer.strip().casefold().replace(" ", "_").replace("-", "_") in self.lists.public_interest_signers
            and self.facts.purpose in self.lists.public_interest_purposes
        )

    @property
    def age(self) -> int | None:
        """The subject's age today in London, or None when the birth date is unknown or lies ahead."""
        born = self.facts.subject.date_of_birth
        return None if born is None or born > self.today else age_on(born, self.today)

    @property
    def said(self) -> Said:
        """What the agreements say about what is asked."""
        if self._said is None:
            facts = self.facts
            self._said = what_was_said(
                facts.agreements,
                to_agency=self.recipient.agency,
                purpose=facts.purpose,
                every_no_counts=facts.purpose not in self.lists.support_purposes,
                categories=self.asked,
                born=facts.subject.date_of_birth,
                today=self.today,
                clocks=self.rules.clocks,
            )
        return self._said

    @property
    def agreed(self) -> frozenset[str]:
        """What the agreements let go: permitted, not barred, not about others."""
        return self.said.yes & self.own

    def is_at_least(self, age: int) -> bool:
        """Say whether the subject is known to be of that age or older."""
        return self.age is not None and self.age >= age

    def is_under(self, age: int) -> bool:
        """Say whether the subject is known to be younger."""
        return self.age is not None and self.age < age


def may_take_part(agency: Agency) -> bool:
    """Say whether an agency is known to be active under a signed protocol."""
    return agency.active is True and agency.protocol_signed is True
