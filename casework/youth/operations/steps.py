"""How a youth case goes a step: where it stands changes, the step is added to its history, and the fact goes out."""

from __future__ import annotations

import uuid
from datetime import date, time

from sqlalchemy import func, select

from casework.clock import deadline
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind, DutyState
from casework.errors import FieldError
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork
from casework.youth import events, rules
from casework.youth.models import YouthCase, YouthStep

END_OF_DAY = time(17, 0)
LONGEST = 4000


def go(
    work: UnitOfWork, row: YouthCase, event: rules.Event, *, code: str | None = None, words: str = ""
) -> rules.Stage:
    """Move a case by an event of the table, with the reason. Raises Conflict when that cannot happen from where it stands."""
    before = rules.Stage(row.stage)
    to = rules.move(before, event, before=row.stage_before)
    if to is not before:
        row.stage_before = before.value
        row.stage_since = work.now
        row.stage = to.value
    keep(work, row, event, code=code, words=words, came_from=before)
    work.record(
        events.YouthCaseMoved(
            partnership_id=work.partnership_id, case_id=row.case_id, happened=event.value, stage=to.value
        )
    )
    return to


def keep(
    work: UnitOfWork,
    row: YouthCase,
    event: rules.Event,
    *,
    code: str | None = None,
    words: str = "",
    came_from: rules.Stage | None = None,
) -> None:
    """Add what happened to the history of a case, and to the trail."""
    work.session.flush()  # the case first: the step refers to it
    last = select(func.coalesce(func.max(YouthStep.number), 0)).where(YouthStep.case_id == row.case_id)
    step = YouthStep(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        case_id=row.case_id,
        number=(work.session.scalar(last) or 0) + 1,
        event=event.value,
        from_stage=came_from.value if came_from else row.stage,
        to_stage=row.stage,
        level=row.level,
        code=code,
        at=work.now,
        by_account_id=work.actor.account_id,
        agency_id=work.actor.agency_id,
        key_id=row.key_id,
    )
    step.words.seal(work.keys, {"words": words.strip()} if words.strip() else None)
    work.session.add(step)
    work.session.flush()  # the next step of this unit of work counts on
    work.note(f"youth:{event.value}", "case", row.case_id, reason=code)


def owe(
    work: UnitOfWork,
    row: YouthCase,
    kind: DutyKind,
    *,
    by: date,
    subject_kind: str = "youth_case",
    subject_id: uuid.UUID | None = None,
    account_id: uuid.UUID | None = None,
) -> None:
    """Owe something about a case by the end of a London day: whoever holds the file, or another of the team.

    Without a subject it is about the case as a whole, each time anew, and takes the place of what was owed of this kind.
    """
    if subject_id is None:
        no_longer_owed(work, row, kind, DutyState.LAPSED)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=kind,
                subject_kind=subject_kind,
                subject_id=subject_id or uuid.uuid4(),
                due_at=deadline(by, END_OF_DAY),
                rule=f"youth.{kind.value}",
                owed_by_account_id=account_id or row.holder_account_id,
                case_id=row.case_id,
            )
        ],
        policy_version_id=None,
        extra_holidays=partnerships.extra_holidays(work),
    )


def done(work: UnitOfWork, row: YouthCase, kind: DutyKind) -> None:
    """Note that what was owed of this kind about a case has been done."""
    no_longer_owed(work, row, kind, DutyState.MET)


def no_longer_owed(work: UnitOfWork, row: YouthCase, kind: DutyKind, state: DutyState) -> None:
    """End what is owed of this kind about a case."""
    duties.end_duties(work, state=state, case_id=row.case_id, kind=kind)


def too_long(field: str, words: str) -> list[FieldError]:
    """Return the mistake of a text that is longer than LONGEST."""
    return [FieldError(field, f"Use {LONGEST:,} characters or fewer.")] if len(words) > LONGEST else []
