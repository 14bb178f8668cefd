"""The share: where it can stand, who signs what, what a past recipient answers, and how long each answer may take.

Pure. What may go to whom is decided in casework.consent.rules; here is what becomes of that answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from casework.clock import add_working_days, at_london, london_date
from casework.consent.rules import Answer, Article6, Category, Purpose, Result, ReviewAnswer
from casework.errors import Conflict, FieldError

LONGEST_ITEM = 4000
LONGEST_REASON = 1000
MOST_ITEMS = 40
WITHDRAWAL_ANSWER_DAYS = 5
"""Working days in which a past recipient says what it did with what it had (docs/how-withdrawal-works.md)."""
ADVICE_DAYS = 2
"""Working days in which the information lead advises; where safety is at stake the same day."""
WRITE_UP_DAYS = 1
"""Working days in which what was shared in immediate danger is written up: why it was necessary, and which harm was expected."""
TELL_DAYS = 5
"""Working days in which the young person is told, once that is safe."""
END_OF_DAY = time(17, 0)


class ShareState(StrEnum):
    """Where a share stands."""

    NEEDS_AGREEMENT = "needs_agreement"
    NEEDS_REVIEW = "needs_review"
    WITH_INFORMATION_LEAD = "with_information_lead"
    REFUSED = "refused"
    QUEUED = "queued"
    STOPPED = "stopped"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


_S = ShareState
NOT_SENT = frozenset({_S.NEEDS_AGREEMENT, _S.NEEDS_REVIEW, _S.WITH_INFORMATION_LEAD, _S.REFUSED})
"""Decided, and nothing is on its way: the sender may ask again when the facts have changed."""
RECEIVED = frozenset({_S.DELIVERED, _S.ACKNOWLEDGED, _S.ACCEPTED, _S.DECLINED})
"""In the inbox of the receiving agency."""

TRANSITIONS: Mapping[ShareState, frozenset[ShareState]] = {
    **{state: NOT_SENT | {_S.QUEUED} for state in NOT_SENT},
    _S.QUEUED: frozenset({_S.STOPPED, _S.DELIVERED}),
    _S.STOPPED: frozenset(),
    # Nobody answered in time: it is taken out of the inbox again (casework.contacts, rule B9).
    _S.DELIVERED: frozenset({_S.ACKNOWLEDGED, _S.ACCEPTED, _S.DECLINED, _S.LAPSED}),
    _S.ACKNOWLEDGED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.LAPSED}),
    _S.ACCEPTED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.LAPSED: frozenset(),
}

PERMITS = frozenset({Result.ALLOW, Result.ALLOW_PART, Result.MUST})


class StoppedBecause(StrEnum):
    """Why a queued share did not go."""

    WITHDRAWN = "withdrawn"
    NOT_AGREED_NOW = "not_agreed_now"
    NOT_ALLOWED_NOW = "not_allowed_now"
    BLOCKED = "blocked"
    TAKEN_BACK = "taken_back"


class Mark(StrEnum):
    """What an item is: a fact, or somebody's opinion."""

    FACT = "fact"
    OPINION = "opinion"


class Part(StrEnum):
    """In which part somebody signs."""

    MANAGER = "manager"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    HEALTH_SAFEGUARDING_LEAD = "health_safeguarding_lead"
    INFORMATION_LEAD = "information_lead"


class Conclusion(StrEnum):
    """What was concluded. The first three are a reviewer's (rows 4 and 5 of the table, or not to share)."""

    SIGNIFICANT_HARM = "row_4"
    DUTY_TO_SHARE = "row_5"
    REFUSE = "refuse"
    PUBLIC_INTEREST = "public_interest"
    ADVISED = "advised"


CONCLUSIONS: Mapping[Part, frozenset[Conclusion]] = {
    Part.MANAGER: frozenset({Conclusion.SIGNIFICANT_HARM, Conclusion.DUTY_TO_SHARE, Conclusion.REFUSE}),
    Part.SAFEGUARDING_LEAD: frozenset({Conclusion.SIGNIFICANT_HARM, Conclusion.DUTY_TO_SHARE, Conclusion.REFUSE}),
    Part.HEALTH_SAFEGUARDING_LEAD: frozenset({Conclusion.PUBLIC_INTEREST, Conclusion.REFUSE}),
    Part.INFORMATION_LEAD: frozenset({Conclusion.ADVISED}),
}


class WithdrawalAnswer(StrEnum):
    """What a past recipient did with what it had."""

    DELETED = "deleted"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """One piece of information as the sender chose it: words, one category, fact or opinion, about others or not, restricted or not."""

    words: str
    category: Category
    mark: Mark
    is_about_others: bool
    is_barred: bool = False


def move(state: ShareState | str, to: ShareState) -> ShareState:
    """Return `to` if a share may go there from `state`. Raises Conflict, in words, when it may not."""
    now = ShareState(state)
    if to is not now and to not in TRANSITIONS[now]:
        raise Conflict(f"This share is “{now.replace('_', ' ')}”, so it cannot become “{to.replace('_', ' ')}”.")
    return to


def state_after(answer: Answer) -> ShareState:
    """Return where a share stands after a decision: on its way, or what it waits for. Row 22 is a question to the information lead."""
    if answer.result in PERMITS:
        return ShareState.QUEUED
    if answer.result is Result.ASK:
        return ShareState.NEEDS_AGREEMENT
    if answer.result is Result.REVIEW:
        return ShareState.NEEDS_REVIEW
    return ShareState.WITH_INFORMATION_LEAD if answer.row == "22" else ShareState.REFUSED


def mistakes_of(items: Collection[NewItem], purpose: Purpose | None) -> list[FieldError]:
    """Return what is wrong with what somebody wants to share, by field."""
    found = []
    if purpose is None:
        found.append(FieldError("purpose", "Say what it is for."))
    if not items:
        found.append(FieldError("items", "Write what you want to share."))
    if len(items) > MOST_ITEMS:
        found.append(FieldError("items", f"Share {MOST_ITEMS} items or fewer at once."))
    for number, item in enumerate(items):
        if not item.words.strip():
            found.append(FieldError(f"items.{number}.words", "Write what you want to share."))
        elif len(item.words) > LONGEST_ITEM:
            found.append(FieldError(f"items.{number}.words", f"Use {LONGEST_ITEM} characters or fewer."))
        if item.category is Category.COUNTS_ONLY:
            found.append(
                FieldError(f"items.{number}.category", "Counts are shared by a report, not in a person’s file.")
            )
    return found


def mistakes_of_reason(name: str, words: str, right: str) -> list[FieldError]:
    """Return what is wrong with a reason that must be given."""
    if not words.strip():
        return [FieldError(name, right)]
    if len(words) > LONGEST_REASON:
        return [FieldError(name, f"Use {LONGEST_REASON} characters or fewer.")]
    return []


# Purposes for which what was told for another one may go on; and the rows that carry a share by themselves: danger, an order, harm, a
# duty, and the young person's own agreement to this agency and purpose.
_GOES_ON = frozenset({Purpose.SAFEGUARDING, Purpose.EMERGENCY})
_CARRIES_ITSELF = frozenset({"1", "2", "4", "5", "11", "12"})


def mistakes_of_onward_use(*, told_for: str, purpose: str, row: str = "") -> list[FieldError]:
    """Return what is wrong with passing on, for `purpose` and by `row` of the rules, what was told for another purpose.

    Source: what one agency learns of another may be used only for the stated purpose (rule B6).
    """
    if purpose == told_for or purpose in _GOES_ON or row in _CARRIES_ITSELF:
        return []
    return [
        FieldError(
            "purpose", "You were told this for another purpose, and may use it for that alone. Ask who told you."
        )
    ]


def agreed_by(reviews: Mapping[str, str]) -> dict[str, ReviewAnswer | None]:
    """Return the two reviewers' answers for the facts of a decision, from what each part concluded."""
    return {
        name: ReviewAnswer(reviews[part]) if part in reviews else None
        for name, part in (("manager", Part.MANAGER), ("safeguarding_lead", Part.SAFEGUARDING_LEAD))
    }


def kept_on(basis: str | None) -> Article6 | None:
    """Return the basis on which a past recipient keeps what it has, or None when it names none that there is. Consent is gone."""
    found = Article6(basis) if basis in set(Article6) else None
    return None if found is Article6.CONSENT else found


def withdrawal_due_at(told_at: datetime, extra_holidays: Collection[date]) -> datetime:
    """Return when a past recipient's answer is due: 17:00 London after five working days."""
    return _after(told_at, WITHDRAWAL_ANSWER_DAYS, extra_holidays)


def advice_due_at(asked_at: datetime, *, is_safety: bool, extra_holidays: Collection[date]) -> datetime:
    """Return when the information lead's advice is due: the same day where safety is at stake, else after two working days.

    What is asked about safety after 17:00 is due at once, so that it is late the moment it is asked and nobody waits for it.
    """
    return (
        max(asked_at, _after(asked_at, 0, extra_holidays))
        if is_safety
        else _after(asked_at, ADVICE_DAYS, extra_holidays)
    )


def write_up_due_at(asked_at: datetime, extra_holidays: Collection[date]) -> datetime:
    """Return when an emergency share is to be written up: 17:00 London after one working day."""
    return _after(asked_at, WRITE_UP_DAYS, extra_holidays)


def tell_due_at(delivered_at: datetime, extra_holidays: Collection[date]) -> datetime:
    """Return when the young person is to have been told of a share that they did not know of."""
    return _after(delivered_at, TELL_DAYS, extra_holidays)


def _after(moment: datetime, days: int, extra_holidays: Collection[date]) -> datetime:
    today = london_date(moment)
    return at_london(add_working_days(today, days, extra_holidays) if days else today, END_OF_DAY)
