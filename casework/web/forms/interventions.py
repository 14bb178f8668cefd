"""The forms of interventions: what is offered or taken, how it goes on and ends, and its letter.

Those of one page have names of their own; `path` is what the operation calls the answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from casework.interventions.operations import LONGEST
from casework.programmes.youth_support.catalogue import Entry
from casework.web.forms import youth_words as words
from casework.web.forms.choices import Choice, Choices, Option
from casework.web.forms.fields import Day, LongText, Question, Text
from casework.web.forms.form import Form


def _long(name: str, label: str, hint: str = "", *, required: str | None = None, path: str = "") -> LongText:
    return LongText(name=name, label=label, hint=hint, rows=3, limit=LONGEST, required=required, path=path)


STARTS = Form(
    Day(
        name="starts_on",
        label="The day it starts",
        hint="The age on that day decides what is offered.",
        required="Give the day",
    )
)


def record_form(entry: Entry, destinations: Iterable[Option]) -> Form:
    """Return the form of one entry of the catalogue: it asks for what that entry needs, and for nothing else."""
    questions: list[Question] = []
    if entry.kind == "referral" and entry.rung is None:
        questions.append(
            Choice(name="destination", label="Service", options=tuple(destinations), required="Choose the service")
        )
    questions.append(
        Choices(
            name="agreed_by",
            label="Who has agreed",
            hint="It is voluntary." if entry.needs_agreement else "Where somebody was asked.",
            options=words.options(words.AGREED_BY),
        )
    )
    questions.append(
        Choice(
            name="is_declined",
            label="Was it taken up?",
            options=(("no", "Yes"), ("yes", "No: it was offered and declined")),
            required="Say whether it was taken up",
            inline=True,
        )
    )
    if entry.months is not None or entry.enforces:
        questions.append(Day(name="ends_on", label="Until", hint="Leave it for the longest that it may last."))
    if entry.needs_risk_assessment:
        questions.append(_long("risk_assessment", "Risk assessment", "It comes first."))
    if entry.consult_youth_justice:
        questions.append(_long("youth_justice_said", "What the youth justice service said, and when"))
    if entry.enforces:
        questions.append(
            Choices(
                name="evidence",
                label="Where it is known from",
                hint="The record of support is never the sole evidence.",
                options=words.options(words.EVIDENCE),
            )
        )
        questions.append(
            _long("reason_without_support", "Why without support", "Only when no support was offered before.")
        )
    questions += [Text(name=f"reference-{code}", label=words.REFERENCE[code]) for code in entry.evidence_fields]
    if entry.rung is not None and entry.rung > 2:
        questions.append(
            _long("reason_for_jump", "Why steps of the ladder are left out", "Only when two or more are left out.")
        )
    questions.append(_long("notes", "Notes"))
    return Form(*questions)


def breach_form(entry: Entry) -> Form:
    """Return the form for something that was not kept to, with the steps that may follow for this entry."""
    return Form(
        _long("breach_words", "What happened", required="Write what happened", path="words"),
        Choice(
            name="breach_handling",
            path="handling",
            label="What follows",
            options=tuple((code, words.BREACH[code]) for code in entry.breach),
            required="Choose what follows",
        ),
    )


REVIEW = Form(
    _long("review_words", "How it goes, also in the young person’s words", required="Write how it goes", path="words"),
    Day(name="next_on", label="Next review", hint="Leave it when there is none."),
)
END = Form(
    Choice(name="outcome", label="How it ended", options=words.options(words.ENDED), required="Choose how it ended"),
    _long("end_words", "How it ended, in words", required="Write how it ended", path="words"),
)
LETTER = Form(
    Choice(
        name="addressee",
        label="To whom",
        options=(("parent", "A parent or carer"), ("young_person", "The young person")),
        required="Choose to whom",
        inline=True,
    ),
    Text(name="name", label="Name as it stands on the letter", required="Give the name"),
    LongText(name="address", label="Address", rows=3, limit=LONGEST, required="Give the address"),
    LongText(name="words", label="Words of the letter", rows=16, limit=LONGEST, required="Write the letter"),
)
SERVED = Form(
    Day(name="served_on", label="The day it was served", required="Give the day"),
    Text(
        name="proof",
        label="How, and who saw it",
        hint="For example: by hand to her mother at 16:10.",
        required="Write how it was served",
    ),
)
