"""The words of an answer: one plain sentence for each step and row that had a say, and a reason for each category kept back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache

from casework.clock import wednesday_9_december
from casework.consent.rules.answer import Answer, Basis, Withheld
from casework.consent.rules.case import Case, may_take_part
from casework.consent.rules.decision import Decision, Stopped, decide, is_shut_out
from casework.consent.rules.facts import Agency, Article6, Category, Facts, Purpose
from casework.consent.rules.rule_set import Result, Row, TellSubject
from casework.programmes.youth_support.rules import Fault, Relation

_BASES = {
    Article6.PUBLIC_TASK: "public task",
    Article6.RECOGNISED_LEGITIMATE_INTEREST: "recognised legitimate interest",
    Article6.LEGAL_OBLIGATION: "legal obligation",
    Article6.VITAL_INTERESTS: "vital interests",
    Article6.CONSENT: "consent",
}

_GIVERS = {
    Relation.SELF: "the young person",
    Relation.PARENTAL_RESPONSIBILITY: "a person with parental responsibility",
    Relation.COURT: "a court",
    Relation.BEST_INTERESTS: "a best-interests decision",
    None: "somebody whose right to answer is not known",
}

_FAULTS = {
    Fault.NO_DATE: "has no date",
    Fault.NOT_YET: "is dated after today",
    Fault.EXPIRED: "has expired",
    Fault.GIVER_UNKNOWN: "does not say in which right it was given",
    Fault.GIVER_IS_ABUSER: "was given by a person recorded as the alleged abuser, and does not count; do not ask that person again",
    Fault.GIVER_MAY_BE_ABUSER: "was given by a person not known to be clear of alleged abuse",
    Fault.AGE_UNKNOWN: "cannot be relied on while the date of birth is not known",
    Fault.TOO_YOUNG: "was given by a child too young to answer alone: ask a person with parental responsibility too",
    Fault.NOT_COMPETENT: "was given without a record that the giver was competent to decide this",
    Fault.PARENT_NOT_CONFIRMED_AT_16: "was not taken afresh from the young person after the sixteenth birthday",
    Fault.PARENT_AFTER_16: "was given by a parent after the sixteenth birthday",
    Fault.ADULT: "was given by a parent, and the young person is now an adult",
    Fault.BEST_INTERESTS_UNDER_16: "is a best-interests decision, which is for those of 16 and over",
}

_STOPPED = {
    Stopped.NO_NEED_TO_KNOW: "It is not recorded that the receiving agency needs to know, so nothing goes.",
    Stopped.NO_BASIS: "These rules offer this kind of sending body no lawful basis, or its kind is not known. Ask the information lead.",
}

_STEPS_PASSED = (
    "Step 0. The agencies are active and have signed the protocol.",
    "Step 1. This is about a person, not counts only.",
    "Step 2. The receiving agency is not the alleged abuser, leads nobody to them and is not blocked.",
)


def may_share(facts: Facts) -> Answer:
    """Decide whether the facts let something be shared, and say why.

    Source: the steps and the table in docs/how-casework-decides.md, under the rule set of `facts.now` (London day) and
    jurisdiction. Never raises for facts that were read: what is unknown, contradictory or unmatched is refused.
    """
    return explain(facts, decide(facts))


def explain(facts: Facts, decision: Decision) -> Answer:
    """Put a decision into words: the answer that is shown and stored."""
    row, case = decision.row, decision.case
    permits = bool(decision.allowed)
    reasons = tuple(_reasons(facts, decision))
    return Answer(
        result=decision.result,
        row=row.number,
        allowed=tuple(category for category in facts.categories if category in decision.allowed),
        withheld=tuple(
            Withheld(category, _why_withheld(category, decision))
            for category in facts.categories
            if category not in decision.allowed
        ),
        basis=_basis(decision),
        tell_subject=TellSubject.NO if decision.stopped else row.tell_subject,
        who_decides=row.who_decides,
        record_within=row.record_within if permits else None,
        rule_set=case.rules.name if case else "none",
        reasons=reasons,
        counts=_shown(facts.counts, case.rules.smallest_count)
        if case and decision.result is Result.ALLOW_COUNTS
        else (),
    )


def _basis(decision: Decision) -> Basis:
    """Return the basis that carries the sharing, or, where a wrong one was chosen, the one that is offered instead."""
    row, case = decision.row, decision.case
    if case is None or decision.stopped or not decision.allowed:
        return Basis(decision.article_6, None, () if decision.stopped else row.gateways)
    conditions = []
    if row.sensitive and (row.condition_always or decision.allowed & case.lists.sensitive):
        conditions.append(row.sensitive)
    if row.offending and decision.allowed & case.lists.offending and row.offending not in conditions:
        conditions.append(row.offending)
    return Basis(decision.article_6, "+".join(conditions) or None, row.gateways)


def _shown(counts: Iterable[int], smallest: int) -> tuple[str, ...]:
    return tuple(str(count) if count >= smallest else f"<{smallest}" for count in counts)


def _reasons(facts: Facts, decision: Decision) -> Iterator[str]:
    row, case = decision.row, decision.case
    if case is None:
        yield f"There is no rule set for {facts.jurisdiction.replace('_', ' ')} on this day, so nothing goes. {row.because}"
        return
    if facts.setting is None and case.asked:
        yield "It is not said whether this is with one agency, in a group or at a conference."
    if row.number == "step 0":
        yield from _missing("sending", facts.sender)
        yield from _missing("receiving", case.recipient) if facts.recipient else ()
    elif row.number == "step 2":
        yield _STEPS_PASSED[0]
        yield from _not_clear(case)
    elif not _stands_outside_the_table(row, facts):
        yield from _STEPS_PASSED
        yield from _facts_that_spoke(case, decision)
    yield f"{row.number.capitalize() if row.number.startswith('step') else 'Row ' + row.number}. {row.situation}. {row.because}"
    if decision.result is Result.ALLOW_COUNTS:
        yield from _of_counts(facts.counts, case.rules.smallest_count)
    yield from _of_basis(facts, decision)


def _stands_outside_the_table(row: Row, facts: Facts) -> bool:
    """Say whether the row was chosen by the recipient or the setting, before anything about the person was read."""
    return row.number in ("19", "20", "21") or facts.setting is None


def _missing(which: str, agency: Agency) -> Iterator[str]:
    if may_take_part(agency):
        return
    for value, words in ((agency.active, "active"), (agency.protocol_signed, "under a signed protocol")):
        if value is not True:
            yield f"The {which} agency is {'not' if value is False else 'not known to be'} {words}."


def _not_clear(case: Case) -> Iterator[str]:
    recipient = case.recipient
    for value, yes, unknown in (
        (recipient.is_alleged_abuser, "is the alleged abuser", "is the alleged abuser"),
        (recipient.route_reaches_abuser, "would lead to the alleged abuser", "would lead to the alleged abuser"),
        (recipient.conflict_blocked, "is blocked by a conflict of interest", "is blocked by a conflict of interest"),
    ):
        if value is True:
            yield f"Step 2. The recipient {yes}."
        elif value is None and not is_shut_out(recipient):
            yield f"Step 2. It is not known whether the recipient {unknown}; what is not known does not help."
    if case.ordered:
        yield "A court order names this recipient. Casework does not carry it out: the information officer takes it to the court."


def _facts_that_spoke(case: Case, decision: Decision) -> Iterator[str]:
    """Say what was barred, ordered, dangerous, agreed and about others, in the order of the steps."""
    facts = case.facts
    barred = case.asked - case.free
    yield f"Step 3. Barred by law or a court: {_words(barred)}." if barred else "Step 3. Nothing asked for is barred."
    yield _of_court_order(case)
    if case.facts.s16la_switched_on and not any(row.number == "5" for row in case.rules.rows):
        yield "Step 4. The duty to share is switched on, but it is not law on this day, so it does not count."
    yield _of_danger(case, decision)
    yield from _of_risk_at_marac(facts)
    if facts.agreements:
        yield from _of_agreements(case, decision)
    elif decision.row.number == "13":
        yield "Step 6. Nobody has been asked."
    others = case.free - case.own
    if others:
        how = "stated" if facts.third_party_categories is not None else "assumed, because nobody has said"
        yield f"Step 8. About other people too ({how}): {_words(others)}."
    if facts.public_interest_signed_by and not case.is_signed:
        yield "The signature for public interest does not count: not of somebody who may sign, or not for this purpose."
    if Category.COUNTS_ONLY in facts.categories:
        yield "Counts and a person's details were asked for together: ask for the counts by themselves."


def _of_court_order(case: Case) -> str:
    order = case.facts.court_order
    if order is None:
        return "Step 4. No court order is recorded."
    if order.recipient != case.recipient.agency:
        return "Step 4. The court order is for another recipient, so it does not count here."
    if not case.ordered:
        return "Step 4. The court order is about other information, so it does not count here."
    over = case.ordered - case.free
    return f"Step 4. A court ordered: {_words(case.ordered)}." + (" It overrides the bar." if over else "")


def _of_danger(case: Case, decision: Decision) -> str:
    if case.facts.risk.immediate_danger is not True:
        return "Step 5. Nobody is said to be in immediate danger."
    if decision.row.number == "1":
        return "Step 5. Immediate danger is declared."
    return "Step 5. Immediate danger is declared, but this recipient is no emergency service: tell police, social care or ambulance now."


def _of_risk_at_marac(facts: Facts) -> Iterator[str]:
    risk = facts.risk
    if facts.purpose is Purpose.MARAC and bool(risk.marac_routes) is not (risk.marac_high_risk is True):
        yield (
            "High risk is stated, but no route into MARAC is named: the record must name one."
            if risk.marac_high_risk
            else "A route into MARAC is named, but high risk is not stated: these contradict each other, so it does not count."
        )


def _of_agreements(case: Case, decision: Decision) -> Iterator[str]:
    said, facts = case.said, case.facts
    for one in said.live:
        yield f"Step 6. A yes of {_GIVERS[one.giver.relation]}{_day(one.on)} is live and covers this purpose."
    for fault, one in said.faults:
        yield f"Step 6. A yes of {_GIVERS[one.giver.relation]}{_day(one.on)} {_FAULTS[fault]}."
    if said.void_noes:
        yield "Step 6. A no of a person recorded as the alleged abuser counts for nothing."
    if said.other_purposes:
        yield "Step 6. A yes for other purposes does not cover this one."
    if said.overdue:
        yield "Step 6. The review of a live yes is overdue: look at it with the young person."
    purpose = "this purpose" if facts.purpose else "an unknown purpose"
    yield f"Step 7. Agreed for this agency and {purpose}: {_words(said.yes)}."
    if said.no:
        binds = decision.row.number in ("11", "12", "13", "14", "15")
        yield f"Step 7. Refused, withdrawn or denied: {_words(said.no)}." + (
            " A no beats a yes." if binds else " That does not bind in this row; whoever decides must weigh it."
        )
    if said.disagreed:
        yield "Step 7. Two people who may answer disagree. A manager is told; nothing goes on the disputed yes."


def _of_counts(counts: Collection[int], smallest: int) -> Iterator[str]:
    if any(count < smallest for count in counts):
        yield f"Figures below {smallest} are shown as <{smallest}."


def _of_basis(facts: Facts, decision: Decision) -> Iterator[str]:
    offered, chosen = decision.article_6, facts.chosen_basis
    if decision.stopped is Stopped.WRONG_BASIS and chosen and offered:
        yield f"Step 10. {_BASES[chosen].capitalize()} is not a basis for this body here. Choose {_BASES[offered]}."
    elif decision.stopped:
        yield f"Step 10. {_STOPPED[decision.stopped]}"
    elif offered:
        yield f"Step 10. The lawful basis is {_BASES[offered]}."
        if chosen and chosen is not offered:
            yield f"{_BASES[chosen].capitalize()} was chosen and is not open to this body; in an emergency that stops nothing."


def _why_withheld(category: Category, decision: Decision) -> str:
    """Say why one category stays back: by its own fault first, else by the row that decided."""
    case, row = decision.case, decision.row
    if case is None or row.number.startswith("step") or row.number in ("19", "20", "21") or case.facts.setting is None:
        return f"{row.situation}."
    if category is Category.COUNTS_ONLY:
        return "Ask for counts by themselves."
    if category in case.asked - case.free and not case.ordered:
        return "Barred by law or restricted by a court."
    if decision.stopped:
        return _STOPPED.get(decision.stopped, "The lawful basis that was chosen does not fit this body.")
    return _why_not_in_row(category, decision.result, row, case)


def _why_not_in_row(category: Category, result: Result, row: Row, case: Case) -> str:
    if row.gives == "ordered":
        return "Not part of the court order."
    if row.gives == "requested" and category in case.own:
        return "Counselling notes are presumed unnecessary: their substantial value is not stated."
    if category not in case.own and category in case.free:
        return "About other people too: keep back, black out, or get their agreement."
    if row.gives == "narrow_facts":
        return "Not a narrow fact about incidents; not for enforcement."
    if row.gives == "signed":
        return "The signature for public interest covers confidential health information only."
    if row.number in ("12", "13", "14", "15"):
        return _why_not_agreed(category, case)
    return f"{row.situation}."


def _why_not_agreed(category: Category, case: Case) -> str:
    if category in case.said.no:
        return "Refused, withdrawn or denied for this agency."
    if case.said.faults:
        return "No live agreement covers it: an earlier one no longer counts."
    return "Nobody has agreed to it for this agency and purpose."


@lru_cache(maxsize=4096)
def _day(on: date | None) -> str:
    return f" of {wednesday_9_december(on, with_year=True)}" if on else ""


@lru_cache(maxsize=4096)
def _words(categories: frozenset[str]) -> str:
    """Return categories as people say them, in the order of the vocabulary: "education, health and family"."""
    words = [spoken for category, spoken in _SPOKEN if category in categories]
    if not words:
        return "nothing"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_SPOKEN = tuple((category, category.replace("_", " ").replace("asb", "anti-social behaviour")) for category in Category)
