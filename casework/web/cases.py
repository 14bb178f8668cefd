"""Cases: the list, the search, one case with its risk through time, who may see it and who is shut out, and what was shared.

A case that may not be seen and one that does not exist give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from casework.access.permissions import Permission, Purpose, Role
from casework.accounts import queries as accounts
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.cases import operations, queries
from casework.cases.rules import CaseState
from casework.clock import london_date
from casework.conferences import queries as conferences
from casework.disclosures import queries as disclosures
from casework.errors import Invalid
from casework.partnerships import queries as partnerships
from casework.referrals import queries as referrals
from casework.web import case_sheet, guard, known_cases, last_search, trail
from casework.web.forms.cases import BLOCK, SEARCH
from casework.web.forms.form import Form
from casework.web.forms.referral_words import ROUTE
from casework.web.referral_sheet import safe_contact_of
from casework.web.statuses import status
from casework.web.unit import someone, work_for_request
from casework.work import UnitOfWork

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

SIZE = 25
LISTED_STATES = (
    CaseState.OPEN,
    CaseState.ACTIONS_LIVE,
    CaseState.ACTIONS_DONE,
    CaseState.FLAGGED,
    CaseState.LAPSED,
    CaseState.RETAINED,
)


@blueprint.get("")
@guard.needs(Permission.CASE_VIEW)
def all_cases() -> str:
    """List the cases that the reader may see, by MARAC and state, and offer the search."""
    state = request.args.get("state", "")
    states = [state] if state in set(CaseState) else []
    page = request.args.get("page", "1")
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        maracs = {str(one.id): one.name for one in conferences.maracs(work)}
        marac = request.args.get("marac", "")
        found = queries.case_list(
            work,
            states=states,
            marac_id=UUID(marac) if marac in maracs else None,
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
            size=SIZE,
        )
    chosen = {"state": state if states else "", "marac": marac if marac in maracs else ""}
    return render_template(
        "cases/all.html",
        found=found,
        rows=[(line, ()) for line in found.lines],
        maracs_items=_items(maracs.items(), chosen["marac"]),
        states_items=_items([(str(one), status("case", one).words) for one in LISTED_STATES], chosen["state"]),
        chosen=chosen,
        pages=[
            url_for("cases.all_cases", page=number, marac=chosen["marac"] or None, state=chosen["state"] or None)
            if is_there
            else ""
            for number, is_there in ((found.page - 1, found.page > 1), (found.page + 1, found.has_next))
        ],
    )


@blueprint.route("/search", methods=["GET", "POST"])
@guard.needs(Permission.CASE_VIEW)
def search() -> ResponseReturnValue:
    """Find cases by what is known of somebody. Posted, so that no name ever stands in an address; then shown, so that Back works."""
    if request.method == "POST":
        answers = SEARCH.read(request.form)
        if answers.ok:
            return last_search.keep(redirect(url_for("cases.search"), 303), answers.values)
    elif given := last_search.kept():
        answers = SEARCH.read(MultiDict(given))
    else:
        return redirect(url_for("cases.all_cases"), 303)
    finding = None
    if answers.ok:
        try:
            with work_for_request(purpose=Purpose.SUPPORT) as work:
                finding = queries.find(work, words=answers.values["words"], reason=answers.values["reason"])
        except Invalid as invalid:
            answers.refused(invalid)
    rows = [(hit.line, hit.why) for hit in finding.hits] if finding else []
    page = render_template(
        "cases/search.html",
        form=answers,
        finding=finding,
        rows=rows,
        may_triage=someone().actor.has(Permission.REFERRAL_VIEW),
    )
    return page, 200 if finding else 422


@blueprint.get("/<uuid:case_id>")
@guard.needs(Permission.CASE_VIEW)
def case(case_id: UUID) -> str:
    """Show one case: who, how they may be reached, risk through time, rounds, actions, flags, ties to other cases."""
    with work_for_request(purpose=Purpose.SUPPORT) as work:
        record = queries.case_record(work, case_id=case_id)
        past = referrals.history(work, case_id=case_id)
        plan = actions.actions_of(work, case_ids=[case_id])
        attention = queries.attention(work, case_id=case_id)
        names = agencies.agency_names(
            work,
            [
                *(flag.agency_id for flag in record.flags),
                *(one.agency_id for one in past),
                *(action.owner_agency_id for action in plan),
            ],
        )
        today = london_date(work.now)
    victim = record.victim
    return render_template(
        "cases/case.html",
        record=record,
        contact=safe_contact_of(victim.document, on=today) if victim else None,
        people=case_sheet.people(record, on=today),
        members=case_sheet.members(record.people, on=today),
        ties=case_sheet.ties(record.people),
        risk=case_sheet.risk_points(past),
        past=list(reversed(past)),
        may_triage=someone().actor.has(Permission.REFERRAL_VIEW),
        changes=_changes(past),
        plan=plan,
        entries=case_sheet.entries(record, past, plan, names),
        agencies=names,
        routes=ROUTE,
        today=today,
        links=case_sheet.LINKS,
        attention=attention,
        why_seen=case_sheet.why_they_see(attention.holders),
        looks=[
            (one, trail.act_words(one.act, refused=one.was_refused), trail.purpose_words(one.purpose))
            for one in attention.looks
        ],
        pages_of_case=case_sheet.pages_for(someone().actor),
    )


@blueprint.route("/<uuid:case_id>/access", methods=["GET", "POST"])
@guard.needs(Permission.CASE_BLOCK, Permission.AUDIT_VIEW)
def access(case_id: UUID) -> ResponseReturnValue:
    """Show who may open a case, why and until when, and shut out somebody with a conflict of interest."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        record = queries.case_access(work, case_id=case_id)
        held: list[queries.StandingRecord | queries.BlockRecord] = [*record.standings, *record.blocks]
        people = accounts.account_names(
            work,
            [
                *(one.account_id for one in held),
                *(accounts.accounts_with_role(work, roles=list(Role)) if record.may_block else ()),
            ],
        )
        members = partnerships.member_agencies(work, on=_today(work))
        names = {one.agency_id: one.name for one in members}
        if gone := {one.agency_id for one in held if one.agency_id is not None} - set(names):
            names |= agencies.agency_names(work, gone)
        now = work.now
    form = _block_form(people, members)
    answers = form.read(request.form) if request.method == "POST" else form.blank()
    own = f"agency:{someone().actor.agency_id}"
    asks_again = answers.ok and answers.values.get("who") == own and "sure" not in request.form
    if request.method == "POST" and answers.ok and not asks_again:
        kind, _, identifier = answers.values["who"].partition(":")
        try:
            with work_for_request(purpose=Purpose.OVERSIGHT) as work:
                operations.block(
                    work,
                    case_id=case_id,
                    reason=answers.values["reason"],
                    account_id=UUID(identifier) if kind == "account" else None,
                    agency_id=UUID(identifier) if kind == "agency" else None,
                )
        except Invalid as invalid:
            answers.refused(invalid)
        else:
            flash("Blocked. For them this case does not exist from now on.")
            if identifier == str(someone().actor.agency_id):
                return redirect(url_for("cases.all_cases"), 303)
            return redirect(url_for("cases.access", case_id=case_id), 303)
    page = render_template(
        "cases/access.html",
        record=record,
        form=answers,
        people={account_id: one.name for account_id, one in people.items()},
        agencies=names,
        now=now,
        kinds=case_sheet.STANDING,
        pages_of_case=case_sheet.pages_for(someone().actor),
        asks_again=asks_again,
    )
    return page, 422 if answers.errors else 200


@blueprint.post("/<uuid:case_id>/blocks/<uuid:block_id>/lift")
@guard.needs(Permission.CASE_BLOCK)
def lift_block(case_id: UUID, block_id: UUID) -> ResponseReturnValue:
    """End a block."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        operations.lift_block(work, block_id=block_id)
    flash("The block is lifted.")
    return redirect(url_for("cases.access", case_id=case_id), 303)


@blueprint.get("/<uuid:case_id>/shared")
@guard.needs(Permission.CASE_VIEW_ALL, Permission.CASE_BLOCK)
def shared(case_id: UUID) -> str:
    """Show what was shared about a case, with whom, on which basis, and what was kept back."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        acts = disclosures.disclosures_of(work, case_id=case_id)
        line = queries.case_lines(work, case_ids=[case_id])[case_id]
        names = agencies.agency_names(work, [one.to_agency_id for one in acts if one.to_agency_id])
    return render_template(
        "cases/shared.html",
        acts=acts,
        line=line,
        agencies=names,
        kinds=case_sheet.DISCLOSURE,
        because=case_sheet.DISCLOSED_BECAUSE,
        bases=case_sheet.LAWFUL_BASIS,
        pages_of_case=case_sheet.pages_for(someone().actor),
    )


def _changes(past: Sequence[referrals.PastReferral]) -> tuple[known_cases.Changed, ...] | None:
    """Return what has changed from the last checklist but one to the last; None when there are no two of one tool to compare."""
    if len(past) < 2 or past[-2].tool != past[-1].tool:
        return None
    return known_cases.changed(past[-2].answers, past[-1].answers)


def _block_form(people: Mapping[UUID, accounts.PersonName], members: Iterable[partnerships.MemberAgency]) -> Form:
    """Return the form with everybody who may be blocked: the people who work in the partnership and its agencies."""
    options = [(f"account:{account_id}", one.name) for account_id, one in _by_name(people.items())]
    options += [(f"agency:{one.agency_id}", f"Everybody of {one.name}") for one in members]
    return BLOCK.with_options(who=options)


def _items(options: Iterable[tuple[str, str]], chosen: str) -> list[dict[str, object]]:
    return [{"value": code, "text": words, "selected": code == chosen} for code, words in options]


def _by_name(people: Iterable[tuple[UUID, accounts.PersonName]]) -> list[tuple[UUID, accounts.PersonName]]:
    return sorted(people, key=lambda pair: pair[1].name)


def _today(work: UnitOfWork) -> date:
    return london_date(work.now)
