"""The list of cases: a page of it with its people opened, and how many there are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)

from casework.access.actors import Actor
from casework.cases import policy
from casework.cases.models import Case, CasePerson
from casework.cases.queries.records import IN_A_LINE, MEMBER, OF_CASE, CaseLine, by_case, line_of
from casework.people.models import Person
from casework.programmes.registry import MARAC
from casework.work import UnitOfWork

COUNTED = 500
"""How far the cases of a list are counted: beyond it "more than" is said, so that a list costs the same in its tenth year."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list, with the number of all cases that the reader may see in it: `COUNTED` and `is_more` where there are more."""

    lines: tuple[CaseLine, ...]
    total: int
    is_more: bool
    page: int
    has_next: bool
    pages: int | None
    """How many pages there are, where all were counted."""


def case_list(
    work: UnitOfWork, *, states: Sequence[str] = (), marac_id: uuid.UUID | None = None, page: int = 1, size: int = 25
) -> CasePage:
    """Return a page (from 1) of MARAC's cases that the reader may see, the latest referral first, and note the view. One query.

    A page behind the last one is the first.
    """
    rows = work.rows(
        _page_of_cases,
        bool(states),
        marac_id is not None,
        size,
        COUNTED,
        page > 1,
        states=list(states),
        marac_id=marac_id,
        skipped=(page - 1) * size,
        parts=list(IN_A_LINE),
    )
    if not rows and page > 1:
        return case_list(work, states=states, marac_id=marac_id, size=size)
    work.note_view("case:list", "case_list")
    listed = {row.listed_id: row for row in reversed(rows)}  # the first of each case, the last case first
    shown = list(reversed(listed.values()))[:size]
    behind = (
        next(iter(listed)) if len(listed) > size else None
    )  # one case more than is shown says that there is another page
    people_in = [row for row in rows if row.part is not None and row.listed_id != behind]
    work.keys.load([row.key_id for row in people_in])
    members = by_case(work, people_in)
    total = rows[0].total if rows else 0
    return CasePage(
        lines=tuple([line_of(row, members[row.listed_id], row.listed_id) for row in shown]),
        total=min(total, COUNTED),
        is_more=total > COUNTED,
        page=page,
        has_next=len(listed) > size,
        pages=None if total > COUNTED else max(1, -(-total // size)),
    )


def _in_list(actor: Actor, now: datetime, by_state: bool, by_marac: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [policy.is_of(MARAC), policy.may_see(actor, now)]
    if by_state:
        conditions.append(Case.state == any_(bindparam("states", type_=ARRAY(String))))
    if by_marac:
        conditions.append(Case.marac_id == bindparam("marac_id"))
    return conditions


def _number_of_cases(actor: Actor, now: datetime, by_state: bool) -> Select[int]:
    return select(func.count()).select_from(Case).where(*_in_list(actor, now, by_state, False))


def _page_of_cases(
    actor: Actor, now: datetime, by_state: bool, by_marac: bool, size: int, counted_to: int, is_later: bool
) -> Executable:
    listed = _in_list(actor, now, by_state, by_marac)
    ordered = (
        select(*OF_CASE)
        .where(*listed)
        .order_by(Case.last_referral_on.desc(), Case.number.desc())
        # Written out, because the plan that the server keeps would otherwise be one for a tenth of all cases.
        .limit(literal_column(str(int(size) + 1)))
    )
    page = (ordered.offset(bindparam("skipped", type_=Integer)) if is_later else ordered).subquery()
    counted = select(Case.id).where(*listed).limit(literal_column(str(int(counted_to) + 1))).correlate(None).subquery()
    columns = [column.label("listed_id") if column.name == "id" else column for column in page.c]
    return (
        select(*columns, select(func.count()).select_from(counted).scalar_subquery().label("total"), *MEMBER)
        .select_from(page)
        .outerjoin(
            CasePerson,
            and_(CasePerson.case_id == page.c.id, CasePerson.part == any_(bindparam("parts", type_=ARRAY(String)))),
        )
        .outerjoin(Person, Person.id == CasePerson.person_id)
        .order_by(page.c.last_referral_on.desc(), page.c.number.desc(), CasePerson.id)
    )


def count_visible(work: UnitOfWork, *, states: Sequence[str] = ()) -> int:
    """Return how many of MARAC's cases the reader may see."""
    return int(work.rows(_number_of_cases, bool(states), states=list(states))[0][0])
