"""The trail of one case for co-ordinators: who looked at it, did something or was refused, when and why. Looking is noted too."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.audit import queries as audit
from casework.cases import queries as cases
from casework.web import case_sheet, guard
from casework.web.unit import someone, work_for_request

blueprint = Blueprint("trail", __name__, url_prefix="/cases")

ACTS = {
    "action:agree": "wrote down an action",
    "action:report": "reported on an action",
    "action:view": "read the actions",
    "action:withdraw": "withdrew an action",
    "audit:view": "read this trail",
    "case:block": "shut somebody out",
    "case:lift_block": "lifted a block",
    "case:open": "opened the case by accepting a referral",
    "case:refer_again": "accepted a repeat",
    "case:view": "opened the case",
    "case:view_access": "looked at who may see it",
    "case:view_line": "saw it in a list",
    "contact:view": "read the tries to reach the victim",
    "contact:record": "noted a try to reach the victim",
    "disclosure:list": "read what was shared",
    "flag:confirm": "confirmed the flag",
    "flag:lapse": "let the flags lapse",
    "flag:raise": "raised the flags",
    "hearing:finish": "finished the hearing",
    "hearing:record": "wrote at the hearing",
    "hearing:start": "began the hearing",
    "hearing:view": "opened it at the table",
    "listing:add": "put it on a list",
    "listing:put_off": "put it off",
    "listing:withdraw": "took it off a list",
    "minutes:view": "read minutes",
    "referral:dismiss_candidate": "said that a referral is about somebody else",
    "research:answer": "answered research",
    "research:note": "wrote a private note",
    "research:take_back": "took an answer back",
    "research:view": "read research",
    "victim:told": "noted that the victim was told",
}
PURPOSES = {
    Purpose.TRIAGE: "triage",
    Purpose.RESEARCH: "research",
    Purpose.CONFERENCE: "a conference",
    Purpose.ACTIONS: "actions of a plan",
    Purpose.REFERRING: "referring",
    Purpose.SUPPORT: "working with the case",
    Purpose.OVERSIGHT: "oversight",
    Purpose.SCHEDULED: "scheduled work",
    Purpose.IMPORT: "an import",
}
MOST = 500


@blueprint.get("/<uuid:case_id>/trail")
@guard.needs(Permission.AUDIT_VIEW)
def of_case(case_id: UUID) -> str:
    """Show who looked at a case and why."""
    with work_for_request(purpose=Purpose.OVERSIGHT) as work:
        record = cases.case_access(work, case_id=case_id)
        entries = audit.entries_for(work, subject_ids=[case_id], limit=MOST)
        people = accounts.account_names(work, [one.account_id for one in entries])
        names = agencies.agency_names(work, [one.agency_id for one in entries if one.agency_id])
    return render_template(
        "cases/trail.html",
        record=record,
        entries=[
            (one, act_words(one.act, refused=one.outcome == "refused"), purpose_words(one.purpose)) for one in entries
        ],
        people={account_id: person.name for account_id, person in people.items()},
        agencies=names,
        most=MOST,
        pages_of_case=case_sheet.pages_for(someone().actor),
    )


def act_words(act: str, *, refused: bool) -> str:
    """Say what somebody did, or tried to do and was refused."""
    words = ACTS.get(act, act.replace(":", " ").replace("_", " "))
    return f"was refused: {words}" if refused else words


def purpose_words(purpose: str | None) -> str:
    """Say why, "" where no personal data were opened."""
    return PURPOSES.get(Purpose(purpose), "") if purpose else ""
