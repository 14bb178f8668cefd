"""Reads of minutes: the whole record, and the record as one agency may see it, ready for page and PDF."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from casework.access.permissions import Permission
from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.conferences import queries as rounds
from casework.conferences.models import Conference, Marac
from casework.conferences.rules import AttendanceState
from casework.disclosures import queries as disclosures
from casework.documents import minutes as document
from casework.documents.minutes import MinutedCase, MinutesDocument
from casework.minutes import policy
from casework.minutes.models import Minutes, MinutesCase, MinutesCopy
from casework.programmes.marac import confidentiality
from casework.programmes.marac.crimes import CrimeKind, ReportingWish
from casework.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """One agency's copy: when issued, first opened, or called back."""

    agency_id: uuid.UUID
    issued_at: datetime
    opened_at: datetime | None
    opened_by_account_id: uuid.UUID | None
    recalled_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnreadCopy:
    """A copy of the minutes that nobody of the reader's agency has opened yet, and the sitting that it is of."""

    conference_id: uuid.UUID
    marac_name: str
    sits_at: datetime
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that one agency's copy does not have, and the code of the rule that left it out. Shown to the sender only."""

    case_number: str
    code: str


@dataclass(frozen=True, slots=True)
class MinutesRecord:
    """The minutes as the reader may see them. `body` is what can be amended; `copies` and `left_out` only for the sender."""

    id: uuid.UUID
    conference_id: uuid.UUID
    version: int
    state: str
    drafted_at: datetime
    approved_at: datetime | None
    issued_at: datetime | None
    document: MinutesDocument
    body: Mapping[str, Any]
    copies: tuple[CopyRecord, ...]
    left_out: tuple[LeftOut, ...]
    may_amend: bool
    may_approve: bool
    may_issue: bool


def whole_record(work: UnitOfWork, *, conference_id: uuid.UUID, as_agency_id: uuid.UUID | None = None) -> MinutesRecord:
    """Return the whole record, or "see it as this agency" with what its copy leaves out and why. Raises NotAllowed, NotFound.

    A case that the reader is blocked from is in neither.
    """
    policy.require_whole_record(work)
    minutes = policy.reach_latest(work, conference_id)
    body = _body(work, minutes)
    left_out: tuple[LeftOut, ...] = ()
    if as_agency_id is not None:
        allowed = _cases_of_agency(work, minutes, body, as_agency_id)
        left_out = tuple(
            LeftOut(one["number"], allowed[one["case_id"]])
            for one in body["cases"]
            if allowed[one["case_id"]] != "shared"
        )
        body = _only(body, {case_id for case_id, code in allowed.items() if code == "shared"})
    return _record(work, minutes, body, as_agency_id, left_out=left_out)


def own_copy(work: UnitOfWork, *, conference_id: uuid.UUID) -> MinutesRecord:
    """Return the copy of the reader's own agency. Raises NotAllowed, NotFound when there is none or it was called back."""
    minutes = policy.reach_latest(work, conference_id)
    return copy_record(work, minutes, policy.reach_copy(work, minutes))


def copy_record(work: UnitOfWork, minutes: Minutes, copy: MinutesCopy) -> MinutesRecord:
    """Return a copy that has been reached already, with the cases that the reader may see. For this package's operations."""
    rows = work.session.scalars(
        select(MinutesCase.case_id).where(MinutesCase.minutes_id == minutes.id, MinutesCase.agency_id == copy.agency_id)
    )
    return _record(work, minutes, _only(_body(work, minutes), {str(case_id) for case_id in rows}), copy.agency_id)


def has_own_copy(work: UnitOfWork, *, conference_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return the rounds of which the reader's agency has a copy with something in it for the reader."""
    if not (work.actor.has(Permission.MINUTES_READ) and work.actor.protocol_signed):
        return set()
    return set(
        work.session.scalars(
            select(Minutes.conference_id)
            .join(MinutesCopy, MinutesCopy.minutes_id == Minutes.id)
            .where(
                Minutes.conference_id.in_(list(conference_ids)),
                MinutesCopy.agency_id == work.actor.agency_id,
                MinutesCopy.recalled_at.is_(None),
                policy.holds_something(work),
            )
        )
    )


def unread_copies(work: UnitOfWork) -> tuple[UnreadCopy, ...]:
    """Return the rounds whose minutes wait to be opened by somebody of the reader's agency, the latest first.

    Only where the copy has something in it for the reader. Raises NotAllowed.
    """
    work.require(Permission.MINUTES_READ)
    rows = work.session.execute(
        select(Minutes.conference_id, Marac.name, Conference.sits_at, MinutesCopy.issued_at)
        .join(MinutesCopy, MinutesCopy.minutes_id == Minutes.id)
        .join(Conference, Conference.id == Minutes.conference_id)
        .join(Marac, Marac.id == Conference.marac_id)
        .where(
            MinutesCopy.agency_id == work.actor.agency_id,
            MinutesCopy.recalled_at.is_(None),
            MinutesCopy.opened_at.is_(None),
            policy.holds_something(work),
        )
        .order_by(MinutesCopy.issued_at.desc())
        .limit(12)
    )
    return tuple(UnreadCopy(*row) for row in rows)


def people_with_copy(work: UnitOfWork, *, minutes_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts of those who speak for an agency that has a copy which was not called back, in a fixed order. For mail.

    Somebody who is blocked from every case in the agency's copy has none, and so is not there.
    """
    told = work.session.execute(
        select(MinutesCase.case_id, MinutesCase.agency_id)
        .join(
            MinutesCopy,
            (MinutesCopy.minutes_id == MinutesCase.minutes_id) & (MinutesCopy.agency_id == MinutesCase.agency_id),
        )
        .where(MinutesCase.minutes_id == minutes_id, MinutesCopy.recalled_at.is_(None))
    )
    return rounds.people_told_of(work, {(case_id, agency_id) for case_id, agency_id in told})


def _body(work: UnitOfWork, minutes: Minutes) -> dict[str, Any]:
    """Open the body, without the cases that the reader may not see, and note the view of each that is left."""
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    mentioned = {uuid.UUID(one["case_id"]) for one in [*body["cases"], *body["unfinished"]]}
    seen = {str(case_id) for case_id in cases.visible_ids(work, case_ids=mentioned)}
    for one in body["cases"]:
        if one["case_id"] in seen:
            work.note_view("minutes:view", "case", uuid.UUID(one["case_id"]))
    return _only(body, seen)


def _only(body: Mapping[str, Any], case_ids: set[str]) -> dict[str, Any]:
    return {
        **body,
        "cases": [one for one in body["cases"] if one["case_id"] in case_ids],
        "unfinished": [one for one in body["unfinished"] if one["case_id"] in case_ids],
    }


def _cases_of_agency(
    work: UnitOfWork, minutes: Minutes, body: Mapping[str, Any], agency_id: uuid.UUID
) -> dict[str, str]:
    """Return "shared" or the reason against it for each case, as issued, or as it would be if it were issued now."""
    case_ids = [uuid.UUID(one["case_id"]) for one in body["cases"]]
    issued = set(
        work.session.scalars(
            select(MinutesCase.case_id).where(MinutesCase.minutes_id == minutes.id, MinutesCase.agency_id == agency_id)
        )
    )
    listings = [uuid.UUID(one["listing_id"]) for one in body["cases"]]
    asked = {case_id for case_id, agency in disclosures.listed_to(work, subject_ids=listings) if agency == agency_id}
    blocked = cases.blocked_accounts(work, case_ids=case_ids, at=work.now)
    bound = agency_id in rounds.agencies_bound_to_confidentiality(work, conference_id=minutes.conference_id)
    answers = {}
    for case_id in case_ids:
        if minutes.state == "issued":
            code = "shared" if case_id in issued else "not_in_the_copy"
        elif agency_id in blocked.get(case_id, ()):
            code = "blocked"
        elif case_id not in asked:
            code = "not_asked"
        else:
            code = "shared" if bound else "confidentiality_not_accepted"
        answers[str(case_id)] = code
    return answers


def _record(
    work: UnitOfWork,
    minutes: Minutes,
    body: Mapping[str, Any],
    agency_id: uuid.UUID | None,
    *,
    left_out: tuple[LeftOut, ...] = (),
) -> MinutesRecord:
    drafts = work.actor.has(Permission.MINUTES_DRAFT)
    issued = select(MinutesCopy).where(MinutesCopy.minutes_id == minutes.id, policy.holds_something(work))
    copies = work.session.scalars(issued) if drafts else ()
    return MinutesRecord(
        id=minutes.id,
        conference_id=minutes.conference_id,
        version=minutes.version,
        state=minutes.state,
        drafted_at=minutes.drafted_at,
        approved_at=minutes.approved_at,
        issued_at=minutes.issued_at,
        document=_document(work, minutes, body, agency_id),
        body=body,
        copies=tuple(
            CopyRecord(one.agency_id, one.issued_at, one.opened_at, one.opened_by_account_id, one.recalled_at)
            for one in copies
        ),
        left_out=left_out,
        may_amend=drafts and minutes.state == "draft",
        may_approve=work.actor.has(Permission.MINUTES_APPROVE) and minutes.state == "draft",
        may_issue=drafts and minutes.state == "approved",
    )


def _document(
    work: UnitOfWork, minutes: Minutes, body: Mapping[str, Any], agency_id: uuid.UUID | None
) -> MinutesDocument:
    conference = rounds.conference_record(work, conference_id=minutes.conference_id)
    accepted = cases.accepted_confidentiality(work, conference_id=conference.id)
    people = [uuid.UUID(one["account_id"]) for one in body["attendance"]]
    deputised = [uuid.UUID(one["deputises_for"]) for one in body["attendance"] if one["deputises_for"]]
    names = accounts.account_names(work, [*people, *deputised, conference.chair_account_id])
    agency_names = {one.id: one.name for one in agencies.agencies(work)}

    def agency(value: str | None) -> str:
        return agency_names.get(uuid.UUID(value), "") if value else ""

    def name(value: str | None) -> str:
        found = names.get(uuid.UUID(value)) if value else None
        return found.name if found else ""

    def present(states: tuple[str, ...]) -> tuple[document.Present, ...]:
        return tuple(
            document.Present(
                name=name(one["account_id"]),
                agency=agency(one["agency_id"]),
                accepted=uuid.UUID(one["account_id"]) in accepted,
                deputises_for=name(one["deputises_for"]) or None,
            )
            for one in body["attendance"]
            if one["state"] in states
        )

    chair = names.get(conference.chair_account_id) if conference.chair_account_id else None
    return MinutesDocument(
        marac=conference.marac.name,
        sits_at=conference.sits_at,
        venue=conference.marac.venue,
        chair=chair.name if chair else "not named",
        version=minutes.version,
        confidentiality_statement=confidentiality.STATEMENT,
        copy_for=agency_names.get(agency_id) if agency_id else None,
        approved_at=minutes.approved_at,
        present=present((AttendanceState.PRESENT.value,)),
        observers=present((AttendanceState.OBSERVER.value,)),
        apologies=tuple(
            document.Apologies(name=name(one["account_id"]), agency=agency(one["agency_id"]))
            for one in body["attendance"]
            if one["state"] == AttendanceState.APOLOGIES.value
        ),
        overtaken=_unfinished(body, ("overtaken",), agency_names),
        not_done=_unfinished(body, ("not_done", "agreed"), agency_names),
        cases=tuple(_case(one, agency_names) for one in body["cases"]),
        other_business=body.get("other_business") or None,
    )


def _unfinished(
    body: Mapping[str, Any], states: tuple[str, ...], names: Mapping[uuid.UUID, str]
) -> tuple[document.UnfinishedAction, ...]:
    return tuple(
        document.UnfinishedAction(
            case_number=one["case_number"],
            owner=names.get(uuid.UUID(one["owner_agency_id"]), ""),
            what=one["what"],
            due_on=date.fromisoformat(one["due_on"]),
            what_happened=one["what_happened"] or None,
        )
        for one in body["unfinished"]
        if one["state"] in states
    )


def _case(one: Mapping[str, Any], names: Mapping[uuid.UUID, str]) -> MinutedCase:
    teller = one.get("teller")
    return MinutedCase(
        number=one["number"],
        who=one["who"],
        is_repeat=one["is_repeat"],
        put_off_because=None if one["is_heard"] else one.get("deferred_because") or "put off",
        information=tuple(_information(part, names) for part in one["information"]),
        victims_voice=one.get("voice") or None,
        risks=tuple(
            document.Risk(to=f"the {to}" if to in ("victim", "perpetrator", "children") else to, words=words)
            for to, words in (one.get("risks") or {}).items()
            if words.strip()
        ),
        actions=tuple(
            document.AgreedAction(
                owner=names.get(uuid.UUID(action["owner_agency_id"]), ""),
                what=action["what"],
                due_on=date.fromisoformat(action["due_on"]),
            )
            for action in one["actions"]
        ),
        no_action_because=one.get("no_action_because") or None,
        crimes=tuple(
            document.CrimeDisclosed(what=_crime(crime), wish=_plain(crime.get("wish") or ReportingWish.NOT_ASKED))
            for crime in one.get("crimes") or []
        ),
        teller=names.get(uuid.UUID(teller)) if teller else None,
        tell_how=one.get("tell_how") or None,
        nobody_tells_because=one.get("nobody_tells_because") or None,
    )


def _information(part: Mapping[str, Any], names: Mapping[uuid.UUID, str]) -> document.Information:
    return document.Information(
        agency=names.get(uuid.UUID(part["agency_id"]), ""),
        facts=tuple(
            document.Fact(words=fact["words"], on=date.fromisoformat(fact["on"]) if fact.get("on") else None)
            for fact in part.get("facts") or []
        ),
        opinions=tuple(part.get("opinions") or ()),
        nothing_known=part["state"] == "nothing_known",
        withheld=bool(part.get("keeps_something_back")),
    )


def _crime(crime: Mapping[str, Any]) -> str:
    words = (crime.get("words") or "").strip()
    kind = _plain(CrimeKind(crime["kind"]))
    return f"{kind}: {words}" if words else kind


def _plain(code: str) -> str:
    return str(code).replace("_", " ").capitalize()
