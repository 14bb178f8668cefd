"""The steps of a young person's file as a table: what each asks, what it does, and when a page offers it. One view serves them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.accounts import queries as accounts
from casework.agencies import queries as agencies
from casework.clock import london_date
from casework.partnerships import queries as partnerships
from casework.programmes.youth_support.practice import practice
from casework.web.forms import youth as forms
from casework.web.forms.choices import Option
from casework.web.forms.form import Form
from casework.work import UnitOfWork
from casework.youth import operations as youth
from casework.youth import rules
from casework.youth.queries import YouthRecord
from casework.youth.rules import Event, Stage

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its title, button and closing words; its form for a file; what it does; and when it is offered.

    `begins_with` are answers that stand there at first. `for_team` says that somebody who sees only their part may do it.
    """

    title: str
    button: str
    said: str
    form: Callable[[UnitOfWork, YouthRecord], Form]
    does: Callable[[UnitOfWork, YouthRecord, Values], object]
    offered: Callable[[Stage], bool]
    begins_with: Callable[[YouthRecord], Values] = lambda _: {}
    intro: str = ""
    for_team: bool = False


def _always(form: Form) -> Callable[[UnitOfWork, YouthRecord], Form]:
    return lambda work, record: form


def _can(event: Event) -> Callable[[Stage], bool]:
    return lambda stage: rules.may_happen(stage, event)


def _in(*stages: Stage) -> Callable[[Stage], bool]:
    return lambda stage: stage in stages


def _invite_form(work: UnitOfWork, record: YouthRecord) -> Form:
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


def _lead_form(work: UnitOfWork, record: YouthRecord) -> Form:
    return forms.LEAD.with_options(account=_team_options(work, record))


def _handover_form(work: UnitOfWork, record: YouthRecord) -> Form:
    home = accounts.accounts_with_role(work, roles=youth.PRACTITIONERS, agency_id=record.line.agency_id)
    people = accounts.account_names(work, home)
    return forms.STEP_DOWN.with_options(lead=[(str(one), people[one].name) for one in home if one in people])


def _team_options(work: UnitOfWork, record: YouthRecord) -> list[Option]:
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


def _action_form(work: UnitOfWork, record: YouthRecord) -> Form:
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


def _assessment_form(work: UnitOfWork, record: YouthRecord) -> Form:
    return forms.assessment_form(practice().form_on(london_date(work.now)))


def _latest_assessment(record: YouthRecord) -> Values:
    if not record.assessments:
        return {}
    content = record.assessments[0].content
    return {**content.get("sections", {}), **{key: value for key, value in content.items() if key != "sections"}}


def _assess(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
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


def _review_form(work: UnitOfWork, record: YouthRecord) -> Form:
    waiting = [(str(one.id), one.what) for one in record.actions if one.state == rules.ActionState.AGREED]
    return forms.review_form(waiting)


def _review(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
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


def _known(record: YouthRecord) -> Values:
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


def _learn(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
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


def _close(work: UnitOfWork, record: YouthRecord, values: Values) -> None:
    achieved = {heading.value: values[f"achieved-{heading.value}"] for heading in rules.Heading}
    youth.close(
        work,
        case_id=record.line.case_id,
        reason=values["reason"],
        achieved={heading: how for heading, how in achieved.items() if how},
        words=values["words"],
    )


def _on(verb: Callable[..., object], *names: str, **fixed: Any) -> Callable[[UnitOfWork, YouthRecord, Values], object]:
    """Make a step's act from an operation that takes the case and these answers by the same names."""

    def does(work: UnitOfWork, record: YouthRecord, values: Values) -> object:
        return verb(work, case_id=record.line.case_id, **{name: values[name] for name in names}, **fixed)

    return does


def _level_of(values: Values) -> int:
    return int(values["level"] or 0)


STEPS: Mapping[str, Step] = {
    "who": Step(
        title="Who it is about",
        button="Keep",
        said="What is known is kept.",
        form=_always(forms.LEARN),
        begins_with=_known,
        does=_learn,
        offered=lambda stage: stage in rules.OPEN,
        intro="Initials are enough until there is an agreement. No other agency finds anybody by what stands here.",
    ),
    "pre-assessment": Step(
        title="A first look before any assessment",
        button="Keep",
        said="The first look is kept.",
        form=_always(forms.PRE_ASSESSMENT),
        does=_on(youth.pre_assessment_done, "words"),
        offered=_can(Event.PRE_ASSESSMENT_DONE),
        intro="It may be left out.",
    ),
    "ask": Step(
        title="Ask for agreement",
        button="It is being asked for",
        said="Noted: agreement is being asked for.",
        form=_always(forms.SEEK),
        does=_on(youth.seek_agreement, "wording", "asked"),
        offered=_can(Event.AGREEMENT_SOUGHT),
        intro="Explain first: who you are, what would be shared with whom and why, what follows from yes, no and partly, and that "
        "it can be taken back.",
    ),
    "assessment": Step(
        title="Assessment",
        button="Keep this version",
        said="The version is kept.",
        form=_assessment_form,
        begins_with=_latest_assessment,
        does=_assess,
        offered=lambda stage: stage in rules.AGREED,
        intro="Each version is kept as it was written. Leave a section empty when you know nothing of it.",
    ),
    "invite": Step(
        title="Invite an agency to the team",
        button="Invite",
        said="They are on the team.",
        form=_invite_form,
        does=lambda work, record, values: youth.invite(
            work,
            case_id=record.line.case_id,
            agency_id=UUID(values["agency"]),
            account_id=UUID(values["account"]) if values["account"] else None,
        ),
        offered=lambda stage: stage in youth.WITH_A_TEAM,
        intro="Only an agency that the young person has agreed may know. It sees who the team is, what is its own to do, and when "
        "you meet.",
    ),
    "lead": Step(
        title="Appoint the lead professional",
        button="Appoint",
        said="The lead professional is appointed.",
        form=_lead_form,
        does=lambda work, record, values: youth.appoint_lead(
            work, case_id=record.line.case_id, account_id=UUID(values["account"]), wishes=values["wishes"]
        ),
        offered=lambda stage: stage in youth.WITH_A_TEAM,
        intro="One trusted person at a time: a single contact who brings the agreed actions together, and answers for nobody else’s work.",
    ),
    "action": Step(
        title="Agree an action",
        button="Agree",
        said="The action stands in the plan.",
        form=_action_form,
        does=lambda work, record, values: youth.agree_action(
            work,
            case_id=record.line.case_id,
            owner=values["owner"] if values["owner"] == youth.FAMILY else UUID(values["owner"]),
            what=values["what"],
            outcome=values["outcome"],
            heading=values["heading"],
            by_when=values["by_when"],
        ),
        offered=lambda stage: stage in youth.WITH_A_TEAM,
    ),
    "plan": Step(
        title="Begin the plan",
        button="Begin the plan",
        said="The plan has begun.",
        form=_always(forms.PLAN),
        does=_on(youth.agree_plan, "review_on"),
        offered=_can(Event.PLAN_AGREED),
        intro="It needs one lead professional, an action with who and by when, and the day of the first review.",
    ),
    "review": Step(
        title="Review the plan",
        button="Keep the review",
        said="The review is kept.",
        form=_review_form,
        does=_review,
        offered=_in(Stage.PLAN_ACTIVE, Stage.REVIEWING),
    ),
    "risk": Step(
        title="Look at the risk again",
        button="Keep",
        said="Kept.",
        form=_always(forms.RISK),
        does=_on(youth.check_risk, "answer", "words"),
        offered=lambda stage: stage in rules.OPEN,
    ),
    "level": Step(
        title="Change the level of need",
        button="Change",
        said="The level is changed.",
        form=_always(forms.LEVEL),
        does=lambda work, record, values: youth.change_level(
            work, case_id=record.line.case_id, level=_level_of(values), words=values["words"]
        ),
        offered=lambda stage: stage in rules.OPEN - {Stage.STEPPED_UP},
        intro="For level 4, step the case up.",
    ),
    "step-up": Step(
        title="Step up to social care",
        button="Step up",
        said="Stepped up. Social care’s answer is owed within a working day.",
        form=_always(forms.STEP_UP),
        does=_on(youth.step_up, "grounds", "words"),
        offered=_can(Event.STEPPED_UP),
        intro="It never waits for an agreement. When somebody is in danger now, ring 999 and social care first.",
        for_team=True,
    ),
    "step-up-answer": Step(
        title="Social care’s answer",
        button="Keep",
        said="The answer is kept.",
        form=_always(forms.STEP_UP_ANSWER),
        does=lambda work, record, values: youth.answer_step_up(
            work,
            case_id=record.line.case_id,
            is_accepted=values["is_accepted"] == "yes",
            level=_level_of(values),
            words=values["words"],
        ),
        offered=_in(Stage.STEPPED_UP),
    ),
    "step-down": Step(
        title="Step down to early help",
        button="Step down",
        said="Stepped down. Ask for agreement afresh.",
        form=_handover_form,
        does=lambda work, record, values: youth.step_down(
            work,
            case_id=record.line.case_id,
            level=_level_of(values),
            lead_account_id=UUID(values["lead"]),
            words=values["words"],
        ),
        offered=_can(Event.STEPPED_DOWN),
        intro="Statutory grounds do not carry over: early help needs the young person’s agreement again.",
    ),
    "disagree": Step(
        title="Open a disagreement",
        button="Open",
        said="The disagreement is open, with its clock.",
        form=_always(forms.DISAGREE),
        does=_on(youth.open_disagreement, "words"),
        offered=lambda stage: stage in rules.OPEN,
        intro="Any agency of the team may. It goes up by named levels, each with its clock, until it is settled.",
        for_team=True,
    ),
    "transfer": Step(
        title="Hand over to another area",
        button="They have taken it on",
        said="Noted: another area has taken it on.",
        form=_always(forms.TRANSFER),
        does=_on(youth.transfer, "words"),
        offered=_can(Event.TRANSFERRED),
    ),
    "begin-closing": Step(
        title="Begin to close",
        button="Begin to close",
        said="Closing has begun.",
        form=_always(forms.BEGIN_CLOSING),
        does=_on(youth.begin_closing, "words"),
        offered=_can(Event.CLOSING_BEGUN),
    ),
    "resume": Step(
        title="Take the work up again",
        button="Go on with the plan",
        said="The plan goes on.",
        form=_always(forms.RESUME),
        does=_on(youth.resume, "review_on", "words"),
        offered=_can(Event.RESUMED),
    ),
    "close": Step(
        title="Outcome and closing",
        button="Close",
        said="Closed. You will be asked in six months whether it has lasted.",
        form=_always(forms.CLOSE),
        does=_close,
        offered=_can(Event.OUTCOME_RECORDED),
    ),
    "follow-up": Step(
        title="Has it lasted?",
        button="Keep",
        said="The answer is kept.",
        form=_always(forms.FOLLOW_UP),
        does=_on(youth.follow_up, "sustained", "words", "incidents"),
        offered=_can(Event.FOLLOWED_UP),
    ),
}

LEADS_TO: Mapping[str, str] = {
    Event.AGREEMENT_SOUGHT: "ask",
    Event.ASSESSMENT_COMPLETED: "assessment",
    Event.PLAN_AGREED: "plan",
    Event.REVIEW_BEGUN: "review",
    Event.REVIEW_HELD: "review",
    Event.STEP_UP_ACCEPTED: "step-up-answer",
    Event.OUTCOME_RECORDED: "close",
    Event.FOLLOWED_UP: "follow-up",
}
"""Where the next step of a file is done. The answer about agreement has pages of its own."""


def offered(record: YouthRecord) -> list[tuple[str, Step]]:
    """Return the steps that a file's page offers its reader, in the order of the work."""
    stage = Stage(record.line.stage)
    return [(name, step) for name, step in STEPS.items() if step.offered(stage) and (record.is_whole or step.for_team)]
