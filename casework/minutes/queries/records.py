"""The minutes as somebody may read them: the whole record with who gets what of it, or one agency's copy."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.cases import queries as cases
from casework.documents.minutes import MinutesDocument
from casework.minutes import policy
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.minutes.queries import audience as audiences
from casework.minutes.queries.audience import SHARED, Audience
from casework.minutes.queries.copies import HowFar
from casework.minutes.queries.paper import paper
from casework.work import UnitOfWork

__all__ = ["Audience", "CopyRecord", "LeftOut", "MinutesRecord", "copy_record", "own_copy", "whole_record"]


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """One agency's copy: when issued, first opened, or called back."""

    agency_id: uuid.UUID
    issued_at: datetime
    opened_at: datetime | None
    opened_by_account_id: uuid.UUID | None
    recalled_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one agency's copy does not have, and the code of the rule that left it out. Shown to the sender only.

    `part` is "case" for a whole case, "unfinished" for an action of an earlier sitting, "notes" for the notes on a case.
    """

    case_number: str
    code: str
    part: str = "case"


@dataclass(frozen=True, slots=True)
class MinutesRecord:
    """The minutes as the reader may see them. `document` is what page, PDF and Word show of them.

    For the sender only: `body` is what can be changed, `audience` says for each case (by its id) which agencies get it,
    `copies` what became of each copy; and when they see the minutes as one agency, `whole` is the whole record beside the copy
    and `left_out` what the copy has not.
    """

    id: uuid.UUID
    conference_id: uuid.UUID
    version: int
    state: str
    drafted_at: datetime
    approved_at: datetime | None
    issued_at: datetime | None
    document: MinutesDocument
    body: Mapping[str, Any]
    may_amend: bool
    may_approve: bool
    may_issue: bool
    copies: tuple[CopyRecord, ...] = ()
    audience: Mapping[str, Audience] | None = None
    whole: MinutesDocument | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def far(self) -> HowFar:
        """How far they are, by what the sender sees of them."""
        return HowFar(
            conference_id=self.conference_id,
            minutes_id=self.id,
            state=self.state,
            drafted_at=self.drafted_at,
            approved_at=self.approved_at,
            issued_at=self.issued_at,
            copies=len(self.copies),
            opened=sum(one.opened_at is not None for one in self.copies),
            recalled=sum(one.recalled_at is not None for one in self.copies),
        )


def whole_record(work: UnitOfWork, *, conference_id: uuid.UUID, as_agency_id: uuid.UUID | None = None) -> MinutesRecord:
    """Return the whole record, or "see it as this agency" with what its copy leaves out and why. Raises NotAllowed, NotFound.

    A case that the reader is blocked from is in neither. That an agency is blocked is said only to those who may set a block.
    """
    policy.require_whole_record(work)
    minutes = policy.reach_latest(work, conference_id)
    body = _body(work, minutes)
    accepted = _accepted(work, minutes, body)
    told = audiences.of_each_case(work, minutes, body, set(accepted.values()))
    whole = paper(minutes, body, None, accepted)
    document = whole
    left_out: tuple[LeftOut, ...] = ()
    if as_agency_id is not None:
        theirs = {case_id for case_id, one in told.items() if one.code_for(as_agency_id) == SHARED}
        document = paper(minutes, _only(body, theirs), as_agency_id, accepted)
        left_out = _left_out(body, told, as_agency_id)
    drafts = work.actor.has(Permission.MINUTES_DRAFT)
    return MinutesRecord(
        id=minutes.id,
        conference_id=minutes.conference_id,
        version=minutes.version,
        state=minutes.state,
        drafted_at=minutes.drafted_at,
        approved_at=minutes.approved_at,
        issued_at=minutes.issued_at,
        document=document,
        body=body,
        may_amend=drafts and minutes.state == "draft",
        may_approve=work.actor.has(Permission.MINUTES_APPROVE) and minutes.state == "draft",
        may_issue=drafts and minutes.state == "approved",
        copies=_copies(work, minutes) if minutes.state == "issued" else (),
        audience=told,
        whole=whole if as_agency_id is not None else None,
        left_out=left_out,
    )


def own_copy(work: UnitOfWork, *, conference_id: uuid.UUID) -> MinutesRecord:
    """Return the copy of the reader's own agency. Raises NotAllowed, NotFound when there is none or it was called back."""
    minutes = policy.reach_latest(work, conference_id)
    return copy_record(work, minutes, policy.reach_copy(work, minutes))


def copy_record(work: UnitOfWork, minutes: Minutes, copy: MinutesCopy) -> MinutesRecord:
    """Return a copy that has been reached already, with the cases that the reader may see. For this package's operations."""
    rows = work.session.scalars(
        select(MinutesCase.case_id).where(MinutesCase.minutes_id == minutes.id, MinutesCase.agency_id == copy.agency_id)
    )
    body = _body(work, minutes, {str(case_id) for case_id in rows})
    return MinutesRecord(
        id=minutes.id,
        conference_id=minutes.conference_id,
        version=minutes.version,
        state=minutes.state,
        drafted_at=minutes.drafted_at,
        approved_at=minutes.approved_at,
        issued_at=minutes.issued_at,
        document=paper(minutes, body, copy.agency_id, _accepted(work, minutes, body)),
        body={},
        may_amend=False,
        may_approve=False,
        may_issue=False,
    )


def _body(work: UnitOfWork, minutes: Minutes, of_cases: Collection[str] | None = None) -> dict[str, Any]:
    """Open the body, with these cases of it (None: all) as far as the reader may see them, and note the view of each."""
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    if of_cases is not None:
        body = _only(body, of_cases)
    mentioned = {uuid.UUID(one["case_id"]) for one in [*body["cases"], *body["unfinished"]]}
    seen = {str(case_id) for case_id in cases.visible_ids(work, case_ids=mentioned)}
    for one in body["cases"]:
        if one["case_id"] in seen:
            work.note_view("minutes:view", "case", uuid.UUID(one["case_id"]))
    return _only(body, seen)


def _only(body: Mapping[str, Any], case_ids: Collection[str]) -> dict[str, Any]:
    return {
        **body,
        "cases": [one for one in body["cases"] if one["case_id"] in case_ids],
        "unfinished": [one for one in body["unfinished"] if one["case_id"] in case_ids],
    }


def _accepted(work: UnitOfWork, minutes: Minutes, body: Mapping[str, Any]) -> dict[uuid.UUID, uuid.UUID]:
    """Who has accepted the confidentiality statement, each with their agency: as it is now, or once issued as it was then."""
    if minutes.state != "issued":
        return policy.bound_to_confidentiality(work, minutes.conference_id)
    return {uuid.UUID(account_id): uuid.UUID(agency_id) for account_id, agency_id in body["accepted"].items()}


def _copies(work: UnitOfWork, minutes: Minutes) -> tuple[CopyRecord, ...]:
    """Each agency's copy; one that is only about cases from which the reader is blocked is not there for them."""
    rows = work.session.scalars(
        select(MinutesCopy).where(MinutesCopy.minutes_id == minutes.id, policy.holds_something(work))
    )
    return tuple(
        CopyRecord(one.agency_id, one.issued_at, one.opened_at, one.opened_by_account_id, one.recalled_at)
        for one in rows
    )


def _left_out(body: Mapping[str, Any], told: Mapping[str, Audience], agency_id: uuid.UUID) -> tuple[LeftOut, ...]:
    found = []
    for one in body["cases"]:
        code = told[one["case_id"]].code_for(agency_id)
        if code != SHARED:
            found.append(LeftOut(one["number"], code))
        elif one.get("notes"):
            found.append(LeftOut(one["number"], "in_no_copy", "notes"))
    theirs = {one["case_id"] for one in body["cases"] if told[one["case_id"]].code_for(agency_id) == SHARED}
    return (
        *found,
        *(
            LeftOut(one["case_number"], "case_not_in_the_copy", "unfinished")
            for one in body["unfinished"]
            if one["case_id"] not in theirs
        ),
    )
