"""The forms of a young person's file: each declared once; choices that depend on the file are filled in by the page."""

from __future__ import annotations

from casework.programmes.youth_support.practice import AssessmentForm, practice
from casework.web.forms import youth_words as words
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import Day, LongText, Number, Text
from casework.web.forms.form import Form, Rows
from casework.youth.operations import INITIALS_LIMIT, LONGEST, MOST_ADULTS


def _why(name: str, label: str, hint: str = "", *, required: str = "Write this", rows: int = 4) -> LongText:
    return LongText(name=name, label=label, hint=hint, required=required, rows=rows, limit=LONGEST)


_LEVEL = Choice(name="level", label="Level of need", options=words.options(words.LEVEL), required="Choose a level")
_LOWER = Choice(
    name="level", label="Level of need", options=words.options(words.LEVEL)[:2], required="Choose level 2 or 3"
)

_REACHES = Choice(
    name="reaches_abuser",
    label="Could they, or what they are told, reach somebody who may have hurt the young person?",
    hint="Through somebody who works there, a shared address, phone or inbox. While you do not know, nobody can be told.",
    options=(("no", "No"), ("yes", "Yes"), ("unsure", "Don’t know")),
    required="Say whether it could reach somebody who may have hurt the young person",
    inline=True,
)
WHO = (
    Text(name="given_names", label="Given names"),
    Text(name="family_name", label="Family name"),
    Day(name="date_of_birth", label="Day of birth", hint="For example, 27 3 2011"),
    Text(name="place", label="Town or village"),
    Text(name="postcode", label="Postcode", classes="govuk-input--width-10"),
    Text(name="school", label="School or college"),
)
ENQUIRY = Form(
    Text(
        name="known_as",
        label="Initials or a token",
        hint="Enough until there is an agreement. It is what lists show.",
        required="Give initials or a token",
        limit=INITIALS_LIMIT,
        classes="govuk-input--width-10",
    ),
    _why(
        "concern", "What worries whom", "What happened, who saw it, what has been tried.", required="Write the concern"
    ),
    Choice(name="source", label="Who raised it", options=words.options(words.SOURCE), required="Choose who raised it"),
    _LEVEL,
    Text(name="locality", label="Area", hint="As wide as a locality: no street."),
)
LEARN = Form(*WHO)
PRE_ASSESSMENT = Form(
    _why("words", "What you found", "Is a whole assessment needed, and why?", required="Write what you found")
)
SEEK = Form(
    Text(
        name="wording",
        label="Version of the wording",
        hint="As it stands at the foot of the sheet that is read out or handed over.",
        required="Give the version of the wording",
        limit=30,
        classes="govuk-input--width-10",
    ),
    Choice(name="asked", label="Who is asked", options=words.options(words.ASKED), required="Choose who is asked"),
)
INVITE = Form(
    Select(name="agency", label="Agency", options=(), required="Choose the agency"),
    Select(
        name="account",
        label="Their practitioner",
        hint="Leave it while nobody is named: they see nothing until then.",
        options=(),
    ),
    _REACHES,
)
LEAD = Form(
    Choice(name="account", label="Lead professional", options=(), required="Choose the lead professional"),
    _REACHES,
    _why(
        "wishes",
        "What the young person and family wish",
        "Whom they trust, and why.",
        required="Write whom they would like, and why",
        rows=3,
    ),
)
LEAVE = Form(_why("words", "Why they leave the team", required="Write why they leave", rows=3))
ACTION = Form(
    Choice(name="owner", label="Who does it", options=(), required="Choose who does it"),
    _why("what", "What is to be done", required="Write what is to be done", rows=3),
    _why("outcome", "What will be better when it is done", required="Write what will be better", rows=3),
    Select(
        name="heading",
        label="What it is to help with",
        options=words.options(words.HEADING),
        required="Choose a heading",
    ),
    Day(name="by_when", label="By when", required="Give the day"),
)
PLAN = Form(
    Day(
        name="review_on",
        label="First review",
        hint="Six weeks to three months from now.",
        path="review_on",
        required="Give the day of the first review",
    )
)
REPORT = Form(
    Choice(
        name="outcome",
        label="What became of it?",
        options=words.options(words.OUTCOME),
        required="Choose what became of it",
    ),
    _why("words", "What happened", required="Write what happened", rows=3),
)
AFFECTED = Form(
    Choice(
        name="goes_on",
        label="What becomes of it?",
        options=(
            ("yes", "It goes on without sharing anything"),
            ("no", "It stops: it is not needed any more"),
        ),
        required="Choose what becomes of it",
    ),
    _why("words", "How, or why", required="Write how it goes on, or why it stops", rows=3),
)
RISK = Form(
    Choice(
        name="answer",
        label="The risk is now",
        options=words.options(words.RISK),
        required="Choose lower, the same, or higher",
        inline=True,
    ),
    _why("words", "What you looked at and found", required="Write what you found"),
)
BEGIN_CLOSING = Form(_why("words", "Why the work ends", required="Write why the work ends"))
RESUME = Form(
    Day(name="review_on", label="Next review", hint="Within three months.", required="Give the day of the next review"),
    _why("words", "Why the work goes on", required="Write why the work goes on", rows=3),
)
CLOSE = Form(
    Select(
        name="reason",
        label="Why the work ends",
        options=words.options(words.CLOSING),
        required="Choose why the work ends",
    ),
    *(
        Choice(name=f"achieved-{code}", label=f"{label}: achieved?", options=words.options(words.ACHIEVED), inline=True)
        for code, label in words.HEADING.items()
    ),
    _why("words", "What was achieved, and what the young person says of it", required="Write what was achieved"),
)
FOLLOW_UP = Form(
    Choice(
        name="sustained",
        label="Has it lasted?",
        options=words.options(words.SUSTAINED),
        required="Choose whether it has lasted",
    ),
    Number(name="incidents", label="Further incidents", hint="Leave it where nobody knows.", most=999),
    _why("words", "How you asked and what you heard", required="Write what you heard", rows=3),
)
STEP_UP = Form(
    Choice(
        name="grounds",
        label="What it is about",
        options=words.options(words.GROUNDS),
        required="Choose what it is about",
    ),
    _why(
        "words",
        "What has happened, or what you have seen",
        "Facts first, then what you think. Ring social care as well when somebody is in danger now.",
        required="Write what has happened",
    ),
)
STEP_UP_ANSWER = Form(
    Choice(
        name="is_accepted",
        label="Social care’s answer",
        options=(("yes", "They take it on"), ("no", "They return it")),
        required="Choose their answer",
    ),
    Choice(name="level", label="Level of need, when it is returned", options=words.options(words.LEVEL)[:2]),
    _why("words", "What they said, and who", required="Write what they said"),
)
STEP_DOWN = Form(
    Choice(name="lead", label="Who leads from now on", options=(), required="Choose who leads"),
    _LOWER,
    _why("words", "What the handover meeting agreed", required="Write what was agreed"),
)
LEVEL = Form(_LOWER, _why("words", "Why it changes", required="Write why the level changes", rows=3))
TRANSFER = Form(
    _why(
        "words",
        "Where to, who takes it on there, and how it was agreed",
        required="Write where to and who takes it on",
        rows=3,
    )
)
DISAGREE = Form(
    _why("words", "What you disagree about, and what you would do", required="Write what you disagree about")
)
DISAGREEMENT = Form(
    Choice(
        name="what",
        label="What happens now?",
        options=(("settle", "It is settled"), ("raise", "It goes a level higher")),
        required="Choose what happens now",
    ),
    _why(
        "words",
        "What was agreed, or why it goes higher",
        required="Write what was agreed, or why it goes higher",
        rows=3,
    ),
)
ADULTS = Rows(
    name="adults",
    one="Parent or carer",
    add="Add another parent or carer",
    most=MOST_ADULTS,
    questions=(
        Text(name="name", label="Name"),
        Text(name="relation", label="Who they are to the young person"),
        Choice(
            name="parental_responsibility",
            label="Parental responsibility",
            options=words.options(words.RESPONSIBILITY),
            inline=True,
        ),
        Text(name="how_known", label="How that is known"),
    ),
)


def assessment_form(form: AssessmentForm) -> Form:
    """Return the form of an assessment with the sections in use on a day, and everything else that one holds."""
    return Form(
        *(LongText(name=one.code, label=one.title, rows=3, limit=LONGEST) for one in form.sections),
        Choices(
            name="risk_factors",
            label="Risk factors",
            hint="They describe. Nothing is counted or scored from them.",
            options=tuple(practice().risk_factors.items()),
        ),
        ADULTS,
        LongText(
            name="young_person_said",
            label="What the young person says, in their words",
            rows=3,
            limit=LONGEST,
        ),
        LongText(name="parents_said", label="What the parents or carers say, in their words", rows=3, limit=LONGEST),
        Choice(
            name="is_complete",
            label="Is it complete?",
            options=(("yes", "Yes: the team can form"), ("no", "Not yet: keep this version")),
            required="Say whether it is complete",
        ),
    )


def review_form(actions: list[tuple[str, str, str]]) -> Form:
    """Return the form of a review, with a question for each action that has no outcome yet: its id, what it is, when it is due."""
    return Form(
        *(
            Choice(
                name=f"outcome-{identifier}",
                label=f"{what}",
                hint=when,
                options=words.options(words.OUTCOME),
                inline=True,
            )
            for identifier, what, when in actions
        ),
        _why(
            "young_persons_view",
            "What the young person thinks of it, in their words",
            required="Write what the young person thinks",
        ),
        Text(name="present", label="Who was there", required="Write who was there"),
        Choice(
            name="is_agreed",
            label="Does the young person still agree?",
            options=(("yes", "Yes"), ("no", "No")),
            required="Say whether they still agree",
            inline=True,
        ),
        Choice(
            name="decision",
            label="What follows?",
            options=words.options(words.DECISION),
            required="Choose what follows",
        ),
        Day(name="next_on", label="Next review", hint="When the plan goes on: within three months."),
    )
