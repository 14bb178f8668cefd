"""The steps of a young person's file as a table: what each asks, what it does, and when a page offers it. One view serves them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.web import agreement_answers
from casework.web import youth_acts as acts
from casework.web.forms import youth as forms
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


def _on(verb: Callable[..., object], *names: str, **fixed: Any) -> Callable[[UnitOfWork, YouthRecord, Values], object]:
    """Make a step's act from an operation that takes the case and these answers by the same names."""

    def does(work: UnitOfWork, record: YouthRecord, values: Values) -> object:
        return verb(work, case_id=record.line.case_id, **{name: values[name] for name in names}, **fixed)

    return does


def _plain(form: Form, event: Event, verb: Callable[..., object], *names: str) -> dict[str, Any]:
    """Return what a step has that asks one form, hands its answers on by name, and is offered where its event can happen."""
    return {"form": _always(form), "does": _on(verb, *names), "offered": _can(event)}


STEPS: Mapping[str, Step] = {
    "who": Step(
        title="Who it is about",
        button="Keep",
        said="What is known is kept.",
        form=_always(forms.LEARN),
        begins_with=acts.known,
        does=acts.learn,
        offered=lambda stage: stage in rules.OPEN,
        intro="Initials are enough until there is an agreement. No other agency finds anybody by what stands here.",
    ),
    "pre-assessment": Step(
        title="A first look before any assessment",
        button="Keep",
        said="The first look is kept.",
        **_plain(forms.PRE_ASSESSMENT, Event.PRE_ASSESSMENT_DONE, youth.pre_assessment_done, "words"),
        intro="It may be left out.",
    ),
    "ask": Step(
        title="Ask for agreement",
        button="It is being asked for",
        said="Noted: agreement is being asked for.",
        **_plain(forms.SEEK, Event.AGREEMENT_SOUGHT, youth.seek_agreement, "wording", "asked"),
        intro="Explain first: who you are, what would be shared with whom and why, what follows from yes, no and partly, and that "
        "it can be taken back.",
    ),
    "answer": Step(
        title="The answer about agreement",
        button="Keep the answer",
        said="The answer is kept.",
        form=agreement_answers.answer_form,
        does=agreement_answers.answer,
        offered=lambda stage: stage is Stage.AGREEMENT_PENDING or stage in rules.AGREED,
        intro="Two questions: whether they want the help, and who may know what. Each agency by name and each kind of information by "
        "itself: nothing is agreed by silence. A new answer replaces what the same person answered before; what they said nobody may "
        "know stays so until they lift it.",
    ),
    "assessment": Step(
        title="Assessment",
        button="Keep this version",
        said="The version is kept.",
        form=acts.assessment_form,
        begins_with=acts.latest_assessment,
        does=acts.assess,
        offered=lambda stage: stage in rules.AGREED,
        intro="Each version is kept as it was written. Leave a section empty when you know nothing of it.",
    ),
    "invite": Step(
        title="Invite an agency to the team",
        button="Invite",
        said="They are on the team.",
        form=acts.invite_form,
        does=lambda work, record, values: youth.invite(
            work,
            case_id=record.line.case_id,
            agency_id=UUID(values["agency"]),
            account_id=UUID(values["account"]) if values["account"] else None,
            reaches_abuser=acts.known_or_not(values["reaches_abuser"]),
        ),
        offered=lambda stage: stage in youth.WITH_A_TEAM,
        intro="Only an agency that the young person has agreed may know. It sees who the team is, what is its own to do, and when "
        "you meet.",
    ),
    "lead": Step(
        title="Appoint the lead professional",
        button="Appoint",
        said="The lead professional is appointed.",
        form=acts.lead_form,
        does=lambda work, record, values: youth.appoint_lead(
            work,
            case_id=record.line.case_id,
            account_id=UUID(values["account"]),
            wishes=values["wishes"],
            reaches_abuser=acts.known_or_not(values["reaches_abuser"]),
        ),
        offered=lambda stage: stage in youth.WITH_A_TEAM,
        intro="One trusted person at a time: a single contact who brings the agreed actions together, and answers for nobody else’s work.",
    ),
    "action": Step(
        title="Agree an action",
        button="Agree",
        said="The action stands in the plan.",
        form=acts.action_form,
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
        **_plain(forms.PLAN, Event.PLAN_AGREED, youth.agree_plan, "review_on"),
        intro="It needs one lead professional, an action with who and by when, and the day of the first review.",
    ),
    "review": Step(
        title="Review the plan",
        button="Keep the review",
        said="The review is kept.",
        form=acts.review_form,
        does=acts.review,
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
            work, case_id=record.line.case_id, level=acts.level_of(values), words=values["words"]
        ),
        offered=lambda stage: stage in rules.OPEN - {Stage.STEPPED_UP},
        intro="For level 4, step the case up.",
    ),
    "step-up": Step(
        title="Step up to social care",
        button="Step up",
        said="Stepped up. Social care’s answer is owed within a working day.",
        **_plain(forms.STEP_UP, Event.STEPPED_UP, youth.step_up, "grounds", "words"),
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
            level=acts.level_of(values),
            words=values["words"],
        ),
        offered=_in(Stage.STEPPED_UP),
    ),
    "step-down": Step(
        title="Step down to early help",
        button="Step down",
        said="Stepped down. Ask for agreement afresh.",
        form=acts.handover_form,
        does=lambda work, record, values: youth.step_down(
            work,
            case_id=record.line.case_id,
            level=acts.level_of(values),
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
        **_plain(forms.TRANSFER, Event.TRANSFERRED, youth.transfer, "words"),
    ),
    "begin-closing": Step(
        title="Begin to close",
        button="Begin to close",
        said="Closing has begun.",
        **_plain(forms.BEGIN_CLOSING, Event.CLOSING_BEGUN, youth.begin_closing, "words"),
    ),
    "resume": Step(
        title="Take the work up again",
        button="Go on with the plan",
        said="The plan goes on.",
        **_plain(forms.RESUME, Event.RESUMED, youth.resume, "review_on", "words"),
    ),
    "close": Step(
        title="Outcome and closing",
        button="Close",
        said="Closed. You will be asked in six months whether it has lasted.",
        form=_always(forms.CLOSE),
        does=acts.close,
        offered=_can(Event.OUTCOME_RECORDED),
    ),
    "follow-up": Step(
        title="Has it lasted?",
        button="Keep",
        said="The answer is kept.",
        **_plain(forms.FOLLOW_UP, Event.FOLLOWED_UP, youth.follow_up, "sustained", "words", "incidents"),
    ),
}

LEADS_TO: Mapping[str, str] = {
    Event.AGREEMENT_SOUGHT: "ask",
    Event.AGREEMENT_GIVEN: "answer",
    Event.ASSESSMENT_COMPLETED: "assessment",
    Event.PLAN_AGREED: "plan",
    Event.REVIEW_BEGUN: "review",
    Event.REVIEW_HELD: "review",
    Event.STEP_UP_ACCEPTED: "step-up-answer",
    Event.OUTCOME_RECORDED: "close",
    Event.FOLLOWED_UP: "follow-up",
}
"""Where the next step of a file is done."""

ENDING = frozenset(
    {
        *("step-up", "step-up-answer", "step-down", "disagree", "transfer"),
        *("begin-closing", "resume", "close", "follow-up"),
    }
)
"""Steps that take a file up, on to others, or to its end; a page shows them apart from the work with it."""


def offered(record: YouthRecord) -> list[tuple[str, Step]]:
    """Return the steps that a file's page offers its reader, in the order of the work."""
    stage = Stage(record.line.stage)
    return [(name, step) for name, step in STEPS.items() if step.offered(stage) and (record.is_whole or step.for_team)]
