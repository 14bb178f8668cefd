"""Every change that was made to a draft: by whom, when, the words before and after."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework.accounts import queries as accounts
from casework.cases import queries as cases
from casework.minutes import policy
from casework.minutes.models import MinutesEdit
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EditRecord:
    """One change to one part. `case_number` is None for what is of the whole sitting."""

    case_number: str | None
    part: str
    changed_at: datetime
    changed_by: str
    before: str
    after: str


def edits(work: UnitOfWork, *, conference_id: uuid.UUID, version: int | None = None) -> tuple[EditRecord, ...]:
    """Return every change to one version of a round's minutes (None: the latest), the last first.

    Those in cases that the reader may not see are not there.

    Raises NotAllowed unless the reader works on the whole record, NotFound.
    """
    policy.require_whole_record(work)
    minutes = policy.chosen(policy.reach_versions(work, conference_id), version)
    rows = work.session.scalars(
        select(MinutesEdit)
        .where(MinutesEdit.minutes_id == minutes.id)
        .order_by(MinutesEdit.changed_at.desc(), MinutesEdit.id)
    ).all()
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    seen = cases.visible_ids(work, case_ids={row.case_id for row in rows if row.case_id is not None})
    names = accounts.account_names(work, [row.changed_by_account_id for row in rows])
    numbers = {uuid.UUID(one["case_id"]): one["number"] for one in body["cases"]}
    found = []
    for row in rows:
        if row.case_id is None or row.case_id in seen:
            change = row.change.open(work.keys) or {}
            by = names.get(row.changed_by_account_id)
            number = numbers[row.case_id] if row.case_id else None
            found.append(
                EditRecord(number, row.part, row.changed_at, by.name if by else "", change["before"], change["after"])
            )
    for case_id in {row.case_id for row in rows if row.case_id in seen}:
        work.note_view("minutes:view", "case", case_id)
    return tuple(found)
