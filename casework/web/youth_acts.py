"""What the steps of a young person's file ask and do where that depends on the file: forms filled in, answers put into operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.partnerships import queries as partnerships
from casework.programmes.youth_support.practice import practice
from casework.web.forms import youth as forms
from casework.web.forms.choices import Option
from casework.web.forms.form import Form
from casework.web.wording import date_words
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth import rules
from casework.youth.queries import YouthRecord
from casework.youth.rules import Stage

Values = Mapping[str, Any]


def invite_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Offer every member agency, and the practitioners of all of them; whether the agreement reaches one is answered on sending."""
    members = partnerships.member_agencies(work, on=london_date(work.now))
    people = accounts.account_names(work, accounts.accounts_with_role(work, roles=youth.PRACTITIONERS))
    names = {one.agency_id: one.name for one in members}
    return forms.INVITE.with_options(
        agency=[(str(one.agency_id), one.name) for one in members],
        account=sorted(
            (
                (str(account_id), f"{one.name}, {names[one.agency_id]}")
                for account_id, one in people.items()
                if one.agency_id in names
            ),
            key=lambda option: option[1],
        ),
    )


def lead_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Offer whoever is on the team or holds the file."""
    return forms.LEAD.with_options(account=team_options(work, record))


def handover_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Offer the practitioners of the agency that keeps the file."""
    home = accounts.accounts_with_role(work, roles=youth.PRACTITIONERS, agency_id=record.line.agency_id)
    people = accounts.account_names(work, home)
    return forms.STEP_DOWN.with_options(lead=[(str(one), people[one].name) for one in home if one in people])


def team_options(work: UnitOfWork, record: YouthRecord) -> list[Option]:
    """Return everybody on the team and whoever holds the file, by name."""
    ids = {one.account_id for one in record.team if one.until_at is None and one.account_id} | {
        record.line.holder_account_id
    }
    people = accounts.account_names(work, ids)
    names = agencies.agency_names(work, {one.agency_id for one in people.values() if one.agency_id})
    options: list[Option] = [
        (str(account_id), one.name, names.get(one.agency_id, "") if one.agency_id else "")
        for account_id, one in people.items()
    ]
    return sorted(options, key=lambda option: option[1])


def action_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Offer whoever is on the team, and the family."""
    present = [one for one in record.team if one.until_at is None]
    people = accounts.account_names(work, [one.account_id for one in present])
    names = agencies.agency_names(work, {one.agency_id for one in present})
    owners: list[Option] = [
        (
            str(one.id),
            people[one.account_id].name if one.account_id in people else names.get(one.agency_id, ""),
            names.get(one.agency_id, "") if one.account_id in people else "Nobody is named there yet",
        )
        for one in present
    ]
    return forms.ACTION.with_options(owner=[*owners, (youth.FAMILY, "The young person or the family")])


def assessment_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Ask for the sections in use today."""
    return forms.assessment_form(practice().form_on(london_date(work.now)))


def latest_assessment(record: YouthRecord) -> Values:
    """Begin with what the version before says."""
    if not record.assessments:
        return {}
    content = record.assessments[0].content
    return {**content.get("sections", {}), **{key: value for key, value in content.items() if key != "sections"}}


def assess(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    """Keep a version of the assessment."""
    form = practice().form_on(london_date(work.now))
    youth.write_assessment(
        work,
        case_id=record.line.case_id,
        assessment=youth.Assessment(
            sections={one.code: values[one.code] for one in form.sections},
            risk_factors=values["risk_factors"],
            adults=tuple(youth.Adult(**adult) for adult in values["adults"]),
            young_person_said=values["young_person_said"],
            parents_said=values["parents_said"],
        ),
        is_complete=values["is_complete"] == "yes",
    )


def review_form(work: UnitOfWork, record: YouthRecord) -> Form:
    """Ask about every action that has no outcome yet."""
    today = london_date(work.now)
    waiting = [one for one in record.actions if one.state == rules.ActionState.AGREED]
    return forms.review_form([(str(one.id), one.what, _when(one.due_on, today)) for one in waiting])


def _when(due_on: date, today: date) -> str:
    day = date_words(due_on, weekday=False, year=True)
    return f"Was due {day}." if due_on <= today else f"Due {day}: leave it unless it is done, or the case closes."


def review(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    """Hold the review, and begin it where it has not begun."""
    outcomes = {
        one.id: youth.Outcome(values[f"outcome-{one.id}"], "Heard at the review.")
        for one in record.actions
        if values.get(f"outcome-{one.id}")
    }
    if record.line.stage == Stage.PLAN_ACTIVE:
        youth.begin_review(work, case_id=record.line.case_id)
    youth.hold_review(
        work,
        case_id=record.line.case_id,
        review=youth.Review(
            young_persons_view=values["young_persons_view"],
            present=values["present"],
            outcomes=outcomes,
            is_agreed=values["is_agreed"] == "yes",
            decision=values["decision"],
            next_on=values["next_on"],
        ),
    )


def known(record: YouthRecord) -> Values:
    """Begin with what is known of the young person."""
    person = record.person
    document = person.document if person else {}
    address = document.get("address") or {}
    return {
        "given_names": document.get("given_names"),
        "family_name": document.get("family_name"),
        "date_of_birth": person.date_of_birth if person else None,
        "place": (address.get("lines") or [""])[-1],
        "postcode": address.get("postcode"),
        "school": document.get("school"),
    }


def learn(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    """Add what is known of the young person."""
    youth.learn(work, case_id=record.line.case_id, young_person=person_from(values))


def person_from(values: Values) -> dict[str, Any]:
    """Return what a form says of a young person in the shape of a person of a referral; what was left is left out."""
    found: dict[str, Any] = {key: values[key] for key in ("given_names", "family_name", "school") if values.get(key)}
    if values.get("date_of_birth"):
        found["date_of_birth"] = values["date_of_birth"].isoformat()
    if values.get("place") or values.get("postcode"):
        found["address"] = {
            "lines": [values["place"]] if values.get("place") else [],
            "postcode": values.get("postcode") or None,
        }
    return found


def close(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    """Close the case."""
    achieved = {heading.value: values[f"achieved-{heading.value}"] for heading in rules.Heading}
    youth.close(
        work,
        case_id=record.line.case_id,
        reason=values["reason"],
        achieved={heading: how for heading, how in achieved.items() if how},
        words=values["words"],
    )


def level_of(values: Values) -> int:
    """Return the level that was chosen, 0 for none."""
    return int(values["level"] or 0)


def known_or_not(answer: str) -> bool | None:
    """Return a yes, a no, or None for what is not known."""
    return {"yes": True, "no": False}.get(answer)
