"""Duties: what one owes and where it is done; and for those who chase, everything late by who owes it, with a reminder in one press."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from casework.access.permissions import Permission, Role
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.conferences import queries as rounds
from casework.duties import operations, queries
from casework.duties.queries import DutyRecord
from casework.duties.rules import TERMS, DutyKind, when_words
from casework.partnerships import queries as partnerships
from casework.web import guard
from casework.web.components import DutyLine
from casework.web.unit import now, work_for_request
from casework.web.wording import date_words, plural
from casework.work import UnitOfWork

blueprint = Blueprint("duties", __name__, url_prefix="/duties")

EVERYBODY = "everybody"
ROLES = {
    Role.COORDINATOR: "Co-ordinator",
    Role.ADMINISTRATOR: "Administrator",
    Role.CHAIR: "Chair",
    Role.REPRESENTATIVE: "Representatives",
    Role.REFERRER: "Referrers",
    Role.IDVA: "IDVA",
    Role.OBSERVER: "Observers",
    Role.OPERATOR: "Operator",
}
# What many cases of a round have in common is one line: an agency does it on one page.
COUNTED = {
    DutyKind.RESEARCH_ANSWER: "case",
    DutyKind.ACTION_REPORT: "action",
    DutyKind.FLAG_RAISE: "case",
    DutyKind.FLAG_LIFT: "case",
}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody with duties that are late: an agency, a person or a role. `code` names them in the form that chases."""

    code: str
    name: str
    late: int
    lines: tuple[DutyLine, ...]


@blueprint.get("")
@guard.for_members
def mine() -> str:
    """Show what one owes, and what is late of others to whoever may know."""
    with work_for_request() as work:
        own = queries.my_duties(work)
        views_all = work.actor.has(Permission.DUTY_VIEW_ALL)
        late = queries.open_duties(work, late_only=True) if views_all else ()
        may_chase = work.actor.has(Permission.DUTY_CHASE)
        sittings = _sittings(work) if own or late else {}
        holidays = partnerships.extra_holidays(work) if own or late else frozenset()
        names = _names(work, late)
    return render_template(
        "duties/mine.html",
        own=_lines(own, sittings, holidays),
        late=len(late),
        debtors=_debtors(late, names, sittings, holidays),
        views_all=views_all,
        may_chase=may_chase,
        everybody=EVERYBODY,
    )


@blueprint.post("/chase")
@guard.needs(Permission.DUTY_CHASE)
def chase() -> ResponseReturnValue:
    """Remind now whoever owes what is late: one agency, person or role, or everybody. Nothing is chased that was done meanwhile."""
    whom = request.form.get("whom", "")
    with work_for_request() as work:
        late = queries.open_duties(work, late_only=True)
        chosen = [one.id for one in late if whom in (EVERYBODY, _code(one))]
        chased = operations.chase(work, duty_ids=chosen) if chosen else 0
    if chased:
        flash(f"Chased: {plural(chased, 'duty', 'duties')}. Whoever owes them is reminded by e-mail.")
    else:
        flash("Nothing was chased: nothing of this is late any more.", "warning")
    return redirect(url_for("duties.mine", _anchor="late"), 303)


def _code(duty: DutyRecord) -> str:
    """Name who owes a duty, as the form that chases gives it back."""
    if duty.owed_by_agency_id is not None:
        return f"agency:{duty.owed_by_agency_id}"
    if duty.owed_by_account_id is not None:
        return f"account:{duty.owed_by_account_id}"
    return f"role:{duty.owed_by_role}"


def _names(work: UnitOfWork, late: Collection[DutyRecord]) -> Mapping[str, str]:
    """Say who owes these duties, by code."""
    agency_ids = {one.owed_by_agency_id for one in late if one.owed_by_agency_id is not None}
    account_ids = {one.owed_by_account_id for one in late if one.owed_by_account_id is not None}
    agency_names = agencies.agency_names(work, agency_ids) if agency_ids else {}
    people = accounts.account_names(work, account_ids) if account_ids else {}
    return {
        **{f"agency:{one}": name for one, name in agency_names.items()},
        **{f"account:{one}": person.name for one, person in people.items()},
        **{f"role:{role.value}": words for role, words in ROLES.items()},
    }


def _sittings(work: UnitOfWork) -> dict[UUID, str]:
    """Say the rounds of the partnership in words, the latest ones; empty for who may see none."""
    if not work.actor.has(Permission.CONFERENCE_VIEW):
        return {}
    found = rounds.conferences(work, latest_first=True, limit=200)
    return {one.id: f"{one.marac.name}, {date_words(one.sits_at)}" for one in found}


def _debtors(
    late: Iterable[DutyRecord], names: Mapping[str, str], sittings: Mapping[UUID, str], holidays: Collection[date]
) -> list[Debtor]:
    by_code: dict[str, list[DutyRecord]] = defaultdict(list)
    for one in late:
        by_code[_code(one)].append(one)
    return sorted(
        (
            Debtor(
                code,
                names.get(code, "Somebody who has left"),
                len(theirs),
                _lines(theirs, sittings, holidays, of_others=True),
            )
            for code, theirs in by_code.items()
        ),
        key=lambda one: (-one.late, one.name),
    )


def _lines(
    duties: Iterable[DutyRecord],
    sittings: Mapping[UUID, str],
    holidays: Collection[date],
    *,
    of_others: bool = False,
) -> tuple[DutyLine, ...]:
    """Make a line of each duty; those of one kind, round and time are one line with their number."""
    together: dict[object, list[DutyRecord]] = defaultdict(list)
    for one in duties:
        counted = DutyKind(one.kind) in COUNTED
        together[(one.kind, one.conference_id, one.due_at) if counted else one.id].append(one)
    return tuple(_line(group, sittings, holidays, of_others) for group in together.values())


def _line(
    group: list[DutyRecord], sittings: Mapping[UUID, str], holidays: Collection[date], of_others: bool
) -> DutyLine:
    one, kind = group[0], DutyKind(group[0].kind)
    about = [plural(len(group), COUNTED[kind])] if kind in COUNTED else []
    sitting = sittings.get(one.conference_id) if one.conference_id else None
    return DutyLine(
        what=TERMS[kind].late_words if of_others else TERMS[kind].words,
        due_at=one.due_at,
        late=one.is_late,
        href=_where_it_is_seen(one) if of_others else _where_it_is_done(one),
        about=", ".join([*about, sitting] if sitting else about),
        away=when_words(one.due_at, now(), holidays),
    )


def _where_it_is_done(duty: DutyRecord) -> str:
    """Give the address at which a duty is done by who owes it."""
    if duty.kind == DutyKind.IDVA_CONTACT and duty.case_id is not None:
        return f"/cases/{duty.case_id}"
    return {
        "research_request": f"/rounds/{duty.conference_id}/research",
        "conference": f"/rounds/{duty.conference_id}",
        "minutes": f"/minutes/{duty.conference_id}",
        "referral": f"/triage/{duty.subject_id}",
        "action": "/actions",
        "flag": "/actions#marks",
        "listing": "/actions#victims",
    }[duty.subject_kind]


def _where_it_is_seen(duty: DutyRecord) -> str:
    """Give the address at which who chases sees more of somebody else's duty, or "": an agency's files are its own."""
    if duty.subject_kind == "research_request":
        return f"/rounds/{duty.conference_id}"
    return "" if duty.subject_kind in ("flag", "listing") else _where_it_is_done(duty)
