"""Up, down and away: a step up never waits for an agreement, a step down asks for it afresh, and disagreements go up by a clock."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from casework.clock import add_working_days, deadline, london_date
from casework.consent import operations as consent
from casework.consent.rules.standing import ReviewBecause
from casework.duties import operations as duties
from casework.duties.rules import DutyKind, DutyState
from casework.errors import Conflict, FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.programmes.youth_support.practice import practice
from casework.work import UnitOfWork
from casework.youth import policy, rules
from casework.youth.models import Disagreement, YouthCase
from casework.youth.operations import reviews, steps, team

SPECIALIST = 4
GROUNDS = frozenset({"safeguarding", "rising_need", "crime"})
ANSWER_DAYS = 1


def step_up(work: UnitOfWork, *, case_id: uuid.UUID, grounds: str, words: str) -> None:
    """Hand a young person on to social care, from any open stage, with reasons. It never waits for an agreement.

    Everybody who may open the file may do it, also one of the team. Social care's answer is owed within a working day. What may be
    told to social care, and on which basis, is the sharing rules' decision. Raises NotFound, Invalid, Conflict.
    """
    row = policy.reach(work, case_id, act="youth:step_up", lock=True)
    wrong = []
    if grounds not in GROUNDS:
        wrong.append(FieldError("grounds", "Choose what it is about."))
    if not words.strip():
        wrong.append(FieldError("words", "Write what has happened or what you have seen."))
    if wrong:
        raise Invalid(wrong)
    row.level = SPECIALIST
    steps.go(work, row, rules.Event.STEPPED_UP, code=grounds, words=words)
    because = ReviewBecause.SAFEGUARDING if grounds == "safeguarding" else ReviewBecause.STEPPED
    consent.force_review(work, case_id=row.case_id, because=because)
    answer_by = add_working_days(london_date(work.now), ANSWER_DAYS, partnerships.extra_holidays(work))
    steps.owe(work, row, DutyKind.STEP_UP_ANSWER, by=answer_by)


def answer_step_up(work: UnitOfWork, *, case_id: uuid.UUID, is_accepted: bool, level: int, words: str) -> None:
    """Note social care's answer: they take it on, or return it with reasons to where it stood. History is kept either way.

    `level` is the level of need after a return. Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:answer_step_up")
    if not words.strip():
        raise Invalid.field("words", "Write what social care said.")
    if is_accepted:
        steps.go(work, row, rules.Event.STEP_UP_ACCEPTED, words=words)
        steps.no_longer_owed(work, row, DutyKind.PLAN_REVIEW, DutyState.LAPSED)
    else:
        row.level = _level(level)
        steps.go(work, row, rules.Event.STEP_UP_RETURNED, words=words)
    steps.done(work, row, DutyKind.STEP_UP_ANSWER)


def step_down(work: UnitOfWork, *, case_id: uuid.UUID, level: int, lead_account_id: uuid.UUID, words: str) -> None:
    """Take a young person back from social care: the handover meeting has named who leads, and agreement is asked for afresh.

    Statutory grounds do not carry over. Who leads works for the agency that keeps the file. Raises NotFound, NotAllowed, Invalid,
    Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:step_down")
    if not words.strip():
        raise Invalid.field("words", "Write what the handover meeting agreed.")
    row.level = _level(level)
    team.hand_file_to(work, row, lead_account_id)
    steps.go(work, row, rules.Event.STEPPED_DOWN, words=words)
    steps.done(work, row, DutyKind.STEP_UP_ANSWER)


def change_level(work: UnitOfWork, *, case_id: uuid.UUID, level: int, words: str) -> None:
    """Change the level of need between 2 and 3, with reasons. To level 4 leads a step up. Raises NotFound, NotAllowed, Invalid."""
    row = policy.reach_to_write(work, case_id, act="youth:change_level")
    if not words.strip():
        raise Invalid.field("words", "Write why the level changes.")
    if row.stage == rules.Stage.STEPPED_UP:
        raise Conflict("While social care has the case, it is at level 4.")
    row.level = _level(level)
    steps.keep(work, row, rules.Event.LEVEL_CHANGED, code=str(row.level), words=words)


def transfer(work: UnitOfWork, *, case_id: uuid.UUID, words: str) -> None:
    """Note that another area has taken the young person on. The work here ends; the file stays.

    Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    row = policy.reach_to_write(work, case_id, act="youth:transfer")
    if not words.strip():
        raise Invalid.field("words", "Write where to, who takes it on there, and how it was agreed.")
    steps.go(work, row, rules.Event.TRANSFERRED, words=words)
    row.closed_on = london_date(work.now)
    row.closing_reason = rules.ClosingReason.MOVED.value
    row.review_on = None
    consent.end_agreements(work, case_id=row.case_id)
    reviews.end_work(work, row)


def _level(level: int) -> int:
    if level not in (2, 3):
        raise Invalid.field("level", "Choose level 2 or 3. For level 4 step the case up.")
    return level


def open_disagreement(work: UnitOfWork, *, case_id: uuid.UUID, words: str) -> uuid.UUID:
    """Open a disagreement for one's agency, at the first named level with its clock. Any agency of the team may.

    Returns its id. Raises NotFound, Invalid, Conflict when the agency has one open.
    """
    row = policy.reach(work, case_id, act="youth:disagree", lock=True)
    if not words.strip():
        raise Invalid.field("words", "Write what you disagree about, and what you would do.")
    if work.actor.agency_id is None or work.actor.account_id is None:
        raise NotFound
    mine = select(func.count()).where(
        Disagreement.case_id == row.case_id,
        Disagreement.agency_id == work.actor.agency_id,
        Disagreement.settled_at.is_(None),
    )
    if work.session.scalar(mine):
        raise Conflict("Your agency has a disagreement open about this case.")
    first = Disagreement(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=row.case_id,
        agency_id=work.actor.agency_id,
        raised_by_account_id=work.actor.account_id,
        level=1,
        due_at=work.now,
        raised_at=work.now,
        key_id=row.key_id,
    )
    first.about.seal(work.keys, {"words": words.strip()})
    _set_clock(work, row, first)
    work.session.add(first)
    steps.keep(work, row, rules.Event.DISAGREEMENT_OPENED, code="1")
    return first.id


def raise_disagreement(work: UnitOfWork, *, disagreement_id: uuid.UUID, words: str) -> None:
    """Take a disagreement a level higher. Raises NotFound, Invalid, Conflict at the highest level or when it is settled."""
    row, found = _reach_disagreement(work, disagreement_id, act="youth:raise_disagreement")
    if not words.strip():
        raise Invalid.field("words", "Write why it goes higher.")
    if found.level + 1 not in practice().escalation:
        raise Conflict("This is the highest level.")
    found.level += 1
    _set_clock(work, row, found)
    steps.keep(work, row, rules.Event.DISAGREEMENT_RAISED, code=str(found.level), words=words)


def settle_disagreement(work: UnitOfWork, *, disagreement_id: uuid.UUID, words: str) -> None:
    """Settle a disagreement, with how. Raises NotFound, Invalid, Conflict when it is settled."""
    row, found = _reach_disagreement(work, disagreement_id, act="youth:settle_disagreement")
    if not words.strip():
        raise Invalid.field("words", "Write what was agreed.")
    found.settled_at = work.now
    found.outcome.seal(work.keys, {"words": words.strip()})
    duties.meet(work, kind=DutyKind.ESCALATION_ANSWER, subject_id=found.id)
    steps.keep(work, row, rules.Event.DISAGREEMENT_SETTLED, code=str(found.level))


def _reach_disagreement(work: UnitOfWork, disagreement_id: uuid.UUID, *, act: str) -> tuple[YouthCase, Disagreement]:
    """Reach a disagreement of one's own agency, or any for whoever sees the whole file."""
    found = work.session.get(Disagreement, disagreement_id)
    row = policy.reach(work, found.case_id if found else disagreement_id, act=act, lock=True)
    if found is None or not (found.agency_id == work.actor.agency_id or policy.is_whole(work, row.case_id)):
        raise NotFound
    if found.settled_at is not None:
        raise Conflict("This disagreement is settled.")
    return row, found


def _set_clock(work: UnitOfWork, row: YouthCase, found: Disagreement) -> None:
    level = practice().escalation[found.level]
    by = add_working_days(london_date(work.now), level.days, partnerships.extra_holidays(work))
    found.due_at = deadline(by, steps.END_OF_DAY)
    duties.meet(work, kind=DutyKind.ESCALATION_ANSWER, subject_id=found.id)
    steps.owe(work, row, DutyKind.ESCALATION_ANSWER, by=by, subject_kind="disagreement", subject_id=found.id)
