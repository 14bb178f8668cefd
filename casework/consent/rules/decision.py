"""`may_share`: the steps in their fixed order, then the table of the rule set row by row. The first that decides is the answer.

Pure: no clock, no database. Read it beside docs/how-casework-decides.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from casework.clock import london_date
from casework.consent.rules.case import Case, may_take_part
from casework.consent.rules.conditions import CONDITIONS, GIVES, Condition, Gives
from casework.consent.rules.facts import Article6, Category, Facts, ProgrammeCode, Recipient, Setting
from casework.consent.rules.rule_set import Result, Row, RuleSet, RuleSetMistake, TellSubject, rule_set_at
from casework.programmes.marac import sharing_table
from casework.programmes.sharing_table import PartOfTable
from casework.programmes.youth_support import sharing as youth_sharing

PARTS: Mapping[str, PartOfTable] = {
    ProgrammeCode.YOUTH_SUPPORT: youth_sharing.PART,
    ProgrammeCode.MARAC: sharing_table.PART,
}
"""Each programme's part of the table. A programme that is not here shares nothing."""

NO_RULE_SET = Row(
    number="22",
    situation="No rule set covers this day and jurisdiction",
    result=Result.REFUSE,
    because="Ask the information lead.",
    who_decides="information lead",
    tell_subject=TellSubject.NO,
)


class Stopped(StrEnum):
    """Why a row that would let something go does not."""

    NO_NEED_TO_KNOW = "no_need_to_know"
    NO_BASIS = "no_basis"
    WRONG_BASIS = "wrong_basis"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision without its words: the row that decided, the result, what may go, on which basis, and what stopped it."""

    row: Row
    result: Result
    allowed: frozenset[str] = frozenset()
    article_6: Article6 | None = None
    stopped: Stopped | None = None
    case: Case | None = None


def decide(facts: Facts) -> Decision:
    """Decide whether the facts let something go, without saying why.

    Order: rule set by London day and jurisdiction, the steps, then the rows. A row that lets something go is still stopped
    when the recipient has no need to know, or no lawful basis fits the kind of body that sends.
    """
    today = london_date(facts.now)
    rules = rule_set_at(facts.jurisdiction, today)
    if rules is None:
        return Decision(NO_RULE_SET, Result.REFUSE)
    case = Case(facts, rules, today)
    row = _decided_by_steps(case)
    if row is not None:
        counts = frozenset({Category.COUNTS_ONLY}) if row.result is Result.ALLOW_COUNTS else frozenset()
        return Decision(row, row.result, counts, case=case)
    return _decided_by_table(case)


def _decided_by_steps(case: Case) -> Row | None:
    """Steps 0 to 2: who may take part at all, counts only, the setting, the alleged abuser. Returns a row when one decides."""
    facts, rules = case.facts, case.rules
    if case.recipient.is_as in rules.lists.parents:
        return rules.row("21")
    if not may_take_part(facts.sender) or (facts.recipient is not None and not may_take_part(facts.recipient)):
        return rules.row("step 0")
    if not case.asked:
        return rules.row("step 2" if is_shut_out(case.recipient) else "20")
    if facts.setting not in PARTS[facts.programme].settings_for_persons:
        return _not_about_a_person(facts.setting, rules)
    return None if is_clear(case.recipient) else rules.row("step 2")


def _not_about_a_person(setting: Setting | None, rules: RuleSet) -> Row:
    """Return the row that refuses a person's details in a setting that is not for them, or that nobody named."""
    if setting is None:
        return rules.row("22")
    return rules.row("20", Result.REFUSE) if setting is Setting.JOINT_OPERATIONS else rules.row("19")


def is_shut_out(recipient: Recipient) -> bool:
    """Say whether the recipient is known to be the alleged abuser, to lead to them, or to be blocked."""
    return True in (recipient.is_alleged_abuser, recipient.route_reaches_abuser, recipient.conflict_blocked)


def is_clear(recipient: Recipient) -> bool:
    """Say whether the recipient is known to be none of these. Not known is not clear."""
    return (
        recipient.is_alleged_abuser is False
        and recipient.route_reaches_abuser is False
        and recipient.conflict_blocked is False
    )


def _decided_by_table(case: Case) -> Decision:
    """Walk the rows of the programme. A row decides when all its conditions hold and, if it gives, it has something to give."""
    for row, conditions, gives in _table(case.rules, case.facts.programme):
        for holds in conditions:
            if not holds(case):
                break
        else:
            if gives is None:
                return Decision(row, row.result, case=case)
            given = gives(case)
            if given:
                return _let_go(case, row, given)
    raise RuleSetMistake(f"{case.rules.name}: the last row must have no conditions")


@lru_cache(maxsize=32)
def _table(rules: RuleSet, programme: str) -> tuple[tuple[Row, tuple[Condition, ...], Gives | None], ...]:
    """Return the programme's rows with their conditions looked up. Raises RuleSetMistake for a name that there is not."""
    table = []
    for row in rules.rows:
        if row.number not in PARTS[programme].rows:
            continue
        try:
            conditions = tuple(CONDITIONS[name] for name in row.when)
            gives = GIVES[row.gives] if row.gives else None
        except KeyError as unknown:
            raise RuleSetMistake(f"{rules.name}, row {row.number}: there is no {unknown}") from None
        table.append((row, conditions, gives))
    return tuple(table)


def _let_go(case: Case, row: Row, given: frozenset[str]) -> Decision:
    """Let the categories go that a row gives, unless need to know or lawful basis is missing or wrong."""
    facts = case.facts
    kind = facts.sender.kind
    offered = case.rules.article_6(row.basis, kind)
    chosen = facts.chosen_basis
    fits = chosen is None or chosen in fitting_bases(case, row)
    stopped = None
    if not row.works_without_need_to_know and case.recipient.need_to_know is not True:
        stopped = Stopped.NO_NEED_TO_KNOW
    elif offered is None:
        stopped = Stopped.NO_BASIS
    elif not fits and not row.never_waits:
        stopped = Stopped.WRONG_BASIS
    if stopped:
        instead = offered if stopped is Stopped.WRONG_BASIS else None
        return Decision(row, Result.REFUSE, article_6=instead, stopped=stopped, case=case)
    result = row.result
    if result is not Result.MUST:
        result = Result.ALLOW if len(given) == len(facts.categories) else Result.ALLOW_PART
    return Decision(row, result, given, chosen if chosen and fits else offered, case=case)


def fitting_bases(case: Case, row: Row) -> frozenset[Article6]:
    """Return the bases of Article 6 that the sending body may choose for a row."""
    kind = case.facts.sender.kind
    found = (case.rules.article_6(row.basis, kind), case.rules.article_6(row.or_basis, kind))
    fitting = frozenset(basis for basis in found if basis)
    return fitting | {Article6.CONSENT} if case.facts.purpose in row.consent_may_carry else fitting
