"""The body of minutes as the document that page, PDF and Word show: nothing is composed anywhere else."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from casework.conferences.rules import AttendanceState
from casework.documents import minutes as document
from casework.documents.minutes import MinutedCase, MinutesDocument
from casework.minutes import rules
from casework.minutes.models import Minutes
from casework.programmes.marac import confidentiality
from casework.programmes.marac.crimes import CrimeKind, ReportingWish


def paper(
    minutes: Minutes,
    body: Mapping[str, Any],
    agency_id: uuid.UUID | None,
    accepted: Collection[uuid.UUID],
    is_being_corrected: bool = False,
) -> MinutesDocument:
    """Return what is in `body`, which holds only what the reader may see, as a document for one agency or (None) as the whole record.

    `accepted` are the accounts that accepted the confidentiality statement.
    """
    sitting, names = body["sitting"], body["agencies"]

    def present(state: AttendanceState) -> tuple[document.Present, ...]:
        return tuple(
            document.Present(
                name=one["name"],
                agency=names.get(one["agency_id"], ""),
                accepted=uuid.UUID(one["account_id"]) in accepted,
                deputises_for=one["deputises_for"],
            )
            for one in body["attendance"]
            if one["state"] == state
        )

    return MinutesDocument(
        marac=sitting["marac"],
        sits_at=datetime.fromisoformat(sitting["sits_at"]),
        venue=sitting["venue"],
        chair=sitting["chair"] or "not named",
        version=minutes.version,
        about_version=_about_version(minutes.version, is_being_corrected),
        confidentiality_statement=confidentiality.STATEMENT,
        copy_for=names.get(str(agency_id), "") if agency_id else None,
        approved_at=minutes.approved_at,
        present=present(AttendanceState.PRESENT),
        observers=present(AttendanceState.OBSERVER),
        apologies=tuple(
            document.Apologies(
                name=one["name"],
                agency=names.get(one["agency_id"], ""),
                information_sent_on=_day(one["information_sent_on"]),
            )
            for one in body["attendance"]
            if one["state"] == AttendanceState.APOLOGIES
        ),
        overtaken=_unfinished(body, ("overtaken",)),
        not_done=_unfinished(body, ("not_done", "agreed")),
        cases=tuple(_case(one, names) for one in body["cases"]),
        lapsed=tuple(one["case_number"] for one in body["lapsed"]),
        other_business=body[rules.OTHER_BUSINESS] or None,
    )


def _about_version(version: int, is_being_corrected: bool) -> str | None:
    if is_being_corrected:
        return "These minutes are being corrected. Ask the co-ordinator before you act on them."
    return f"Version {version} replaces version {version - 1}, which no longer holds." if version > 1 else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _unfinished(body: Mapping[str, Any], states: tuple[str, ...]) -> tuple[document.UnfinishedAction, ...]:
    return tuple(
        document.UnfinishedAction(
            case_number=one["case_number"],
            owner=body["agencies"].get(one["owner_agency_id"], ""),
            what=one["what"],
            due_on=date.fromisoformat(one["due_on"]),
            what_happened=one["what_happened"] or None,
        )
        for one in body["unfinished"]
        if one["state"] in states
    )


def _case(one: Mapping[str, Any], names: Mapping[str, str]) -> MinutedCase:
    if not one["is_heard"]:
        return MinutedCase(
            number=one["number"],
            who=one["who"],
            is_repeat=one["is_repeat"],
            put_off_because=one.get("deferred_because") or "no reason was recorded",
        )
    return MinutedCase(
        number=one["number"],
        who=one["who"],
        is_repeat=one["is_repeat"],
        information=tuple(
            _information(part, names) for part in one["information"] if part["state"] in ("shared", "kept_back")
        ),
        nothing_known=_agencies_that(one, "nothing_known", names),
        no_answer=_agencies_that(one, "asked", names),
        victims_voice=one.get("voice") or None,
        risks=tuple(
            document.Risk(to=f"the {to}" if to in ("victim", "perpetrator", "children") else to, words=words)
            for to, words in (one.get("risks") or {}).items()
            if words.strip()
        ),
        actions=tuple(
            document.AgreedAction(
                owner=names.get(action["owner_agency_id"], ""),
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
        teller=names.get(one["teller"]) if one.get("teller") else None,
        tell_how=one.get("tell_how") or None,
        nobody_tells_because=one.get("nobody_tells_because") or None,
    )


def _agencies_that(one: Mapping[str, Any], state: str, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(part["agency_id"], "") for part in one["information"] if part["state"] == state)


def _information(part: Mapping[str, Any], names: Mapping[str, str]) -> document.Information:
    return document.Information(
        agency=names.get(part["agency_id"], ""),
        facts=tuple(document.Fact(words=fact["words"], on=_day(fact.get("on"))) for fact in part.get("facts") or []),
        opinions=tuple(part.get("opinions") or ()),
        withheld=bool(part.get("keeps_something_back")),
    )


def _crime(crime: Mapping[str, Any]) -> str:
    words = (crime.get("words") or "").strip()
    kind = _plain(CrimeKind(crime["kind"]))
    return f"{kind}: {words}" if words else kind


def _plain(code: str) -> str:
    return str(code).replace("_", " ").capitalize()
