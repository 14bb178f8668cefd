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

__all__ = [
    "Audience",
    "CopyRecord",
    "Correction",
    "EarlierVersion",
    "LeftOut",
    "MinutesRecord",
    "copy_record",
    "own_copy",
    "whole_record",
]


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

    `part` is "case" for a whole case, "unfinished" for an action of an earlier sitting, "lapsed" for a flag that has lapsed, "notes"
    for the notes on a case.
    """

    case_number: str
    code: str
    part: str = "case"


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A version that this one replaced or replaces: when it was approved and issued, and what became of each copy of it."""

    version: int
    approved_at: datetime | None
    issued_at: datetime | None
    copies: tuple[CopyRecord, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """Why this version was begun when another was out: who said so and when. For the sender only; in no copy.

    `because` is "" for whoever is shut out of a case in these minutes: the words may be about that case.
    """

    because: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MinutesRecord:
    """The minutes as the reader may see them. `document` is what page, PDF and Word show of them.

    For the sender only: `body` is what can be changed, `audience` says for each case (by its id) which agencies get it,
    `copies` what became of each copy, `earlier` the versions before with theirs; and when they see the minutes as one agency,
    `whole` is the whole record beside the copy and `left_out` what the copy has not.
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
    may_correct: bool = False
    is_latest: bool = True
    correction: Correction | None = None
    earlier: tuple[EarlierVersion, ...] = ()
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
            version=self.version,
            state=self.state,
            drafted_at=self.drafted_at,
            approved_at=self.approved_at,
            issued_at=self.issued_at,
            copies=len(self.copies),
            opened=sum(one.opened_at is not None for one in self.copies),
            recalled=sum(one.recalled_at is not None for one in self.copies),
        )


def whole_record(
    work: UnitOfWork,
    *,
    conference_id: uuid.UUID,
    as_agency_id: uuid.UUID | None = None,
    version: int | None = None,
) -> MinutesRecord:
    """Return the whole record, or "see it as this agency" with what its copy leaves out and why. Raises NotAllowed, NotFound.

    Without `version` it is the latest; one that was replaced can only be read. A case that the reader is blocked from is in neither.
    That an agency is blocked is said only to those who may set a block.
    """
    policy.require_whole_record(work)
    versions = policy.reach_versions(work, conference_id)
    minutes = policy.chosen(versions, version)
    is_latest = minutes is versions[0]
    body = _body(work, minutes)
    accepted = _accepted(work, minutes, body)
    copies = _copies(work, minutes.conference_id)
    told = audiences.of_each_case(work, minutes, body, set(accepted.values()))
    whole = paper(minutes, body, None, accepted)
    document = whole
    left_out: tuple[LeftOut, ...] = ()
    if as_agency_id is not None:
        theirs = {case_id for case_id, one in told.items() if one.code_for(as_agency_id) == SHARED}
        flags = _not_blocked(work, _own_flags(body, as_agency_id), {as_agency_id})
        document = paper(minutes, {**_only(body, theirs), "lapsed": flags}, as_agency_id, accepted)
        left_out = _left_out(body, told, as_agency_id, flags)
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
        may_correct=drafts and minutes.state == "issued" and is_latest,
        is_latest=is_latest,
        correction=_correction(body),
        earlier=tuple(
            EarlierVersion(one.version, one.approved_at, one.issued_at, copies.get(one.id, ()))
            for one in versions
            if one.version < minutes.version
        ),
        copies=copies.get(minutes.id, ()),
        audience=told,
        whole=whole if as_agency_id is not None else None,
        left_out=left_out,
    )


def own_copy(work: UnitOfWork, *, conference_id: uuid.UUID) -> MinutesRecord:
    """Return the copy of the reader's own agency. Raises NotAllowed, NotFound when there is none or it was called back."""
    minutes = policy.reach_in_force(work, conference_id)
    return copy_record(work, minutes, policy.reach_copy(work, minutes))


def copy_record(work: UnitOfWork, minutes: Minutes, copy: MinutesCopy) -> MinutesRecord:
    """Return a copy that has been reached already, with the cases that the reader may see. For this package's operations.

    While a corrected version is being made, the copy says so.
    """
    rows = work.session.scalars(
        select(MinutesCase.case_id).where(MinutesCase.minutes_id == minutes.id, MinutesCase.agency_id == copy.agency_id)
    )
    body = _body(work, minutes, {str(case_id) for case_id in rows})
    reader = {one for one in (work.actor.account_id, copy.agency_id) if one is not None}
    body["lapsed"] = _not_blocked(work, _own_flags(body, copy.agency_id), reader)
    is_being_corrected = policy.has_later(work, minutes)
    return MinutesRecord(
        id=minutes.id,
        conference_id=minutes.conference_id,
        version=minutes.version,
        state=minutes.state,
        drafted_at=minutes.drafted_at,
        approved_at=minutes.approved_at,
        issued_at=minutes.issued_at,
        document=paper(minutes, body, copy.agency_id, _accepted(work, minutes, body), is_being_corrected),
        body={},
        may_amend=False,
        may_approve=False,
        may_issue=False,
        is_latest=not is_being_corrected,
    )


def _body(work: UnitOfWork, minutes: Minutes, of_cases: Collection[str] | None = None) -> dict[str, Any]:
    """Open the body, with these cases of it (None: all) as far as the reader may see them, and note the view of each."""
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    if of_cases is not None:
        body = _only(body, of_cases)
    mentioned = {uuid.UUID(one["case_id"]) for one in [*body["cases"], *body["unfinished"], *_flags(body)]}
    seen = {str(case_id) for case_id in cases.visible_ids(work, case_ids=mentioned)}
    for one in body["cases"]:
        if one["case_id"] in seen:
            work.note_view("minutes:view", "case", uuid.UUID(one["case_id"]))
    if "correction" in body and not {str(case_id) for case_id in mentioned} <= seen:
        body = {**body, "correction": {**body["correction"], "because": ""}}
    # A flag outlives an agency's standing in the case: who has a copy is told of their own agency's below.
    flags = [one for one in _flags(body) if of_cases is not None or one["case_id"] in seen]
    return {**_only(body, seen), "lapsed": flags}


def _only(body: Mapping[str, Any], case_ids: Collection[str]) -> dict[str, Any]:
    return {
        **body,
        "cases": [one for one in body["cases"] if one["case_id"] in case_ids],
        "unfinished": [one for one in body["unfinished"] if one["case_id"] in case_ids],
    }


def _flags(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cases whose twelve months had passed; minutes that were drafted before these were kept have none."""
    return list(body.get("lapsed", ()))


def _own_flags(body: Mapping[str, Any], agency_id: uuid.UUID | None) -> list[dict[str, Any]]:
    """Those of them that an agency had marked on its own files, which it has been asked to take off."""
    return [one for one in _flags(body) if str(agency_id) in one["agency_ids"]]


def _not_blocked(work: UnitOfWork, flags: list[dict[str, Any]], whom: Collection[uuid.UUID]) -> list[dict[str, Any]]:
    """Those of them from which none of these accounts and agencies is blocked."""
    if not flags:
        return []
    blocked = cases.blocked_accounts(work, case_ids=[uuid.UUID(one["case_id"]) for one in flags], at=work.now)
    return [one for one in flags if not blocked.get(uuid.UUID(one["case_id"]), set()) & set(whom)]


def _correction(body: Mapping[str, Any]) -> Correction | None:
    said = body.get("correction")
    return Correction(said["because"], said["by"], datetime.fromisoformat(said["at"])) if said else None


def _accepted(work: UnitOfWork, minutes: Minutes, body: Mapping[str, Any]) -> dict[uuid.UUID, uuid.UUID]:
    """Who has accepted the confidentiality statement, each with their agency: as it is now, or once issued as it was then."""
    if minutes.state != "issued":
        return policy.bound_to_confidentiality(work, minutes.conference_id)
    return {uuid.UUID(account_id): uuid.UUID(agency_id) for account_id, agency_id in body["accepted"].items()}


def _copies(work: UnitOfWork, conference_id: uuid.UUID) -> dict[uuid.UUID, tuple[CopyRecord, ...]]:
    """Each agency's copies, by version; one that is only about cases from which the reader is blocked is not there for them."""
    rows = work.session.scalars(
        select(MinutesCopy)
        .join(Minutes, Minutes.id == MinutesCopy.minutes_id)
        .where(Minutes.conference_id == conference_id, policy.holds_something(work))
    )
    found: dict[uuid.UUID, tuple[CopyRecord, ...]] = {}
    for one in rows:
        record = CopyRecord(one.agency_id, one.issued_at, one.opened_at, one.opened_by_account_id, one.recalled_at)
        found[one.minutes_id] = (*found.get(one.minutes_id, ()), record)
    return found


def _left_out(
    body: Mapping[str, Any], told: Mapping[str, Audience], agency_id: uuid.UUID, flags: Collection[Mapping[str, Any]]
) -> tuple[LeftOut, ...]:
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
        *(LeftOut(one["case_number"], "not_for_this_agency", "lapsed") for one in _flags(body) if one not in flags),
    )
