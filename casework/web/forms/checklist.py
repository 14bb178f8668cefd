"""The risk checklist as a form: for each item the answer, who said so, and the detail that the tool asks for."""

from __future__ import annotations

from casework.risk.rules import Pack, find_pack
from casework.web.forms.choices import Choice
from casework.web.forms.fields import Day, LongText, Text
from casework.web.forms.form import Form
from casework.web.forms.referral_words import ANSWER, options

TOOL, VERSION = "dash", "safelives-24"
NAME, WORDS = 100, 2_000


def pack() -> Pack:
    """Return the checklist's questions. Raises Invalid when the pack was taken away."""
    return find_pack(TOOL, VERSION)


CHECKLIST = Form(
    Day(name="completed_on", label="When was the checklist filled in?", path="dash.completed_on"),
    *(
        question
        for item in pack().items
        for question in (
            Choice(
                name=f"a{item.number}",
                label=f"{item.number}. {item.question}",
                called=f"Question {item.number}",
                hint=item.help or "",
                path=f"dash.answers.{item.number}",
                options=options(ANSWER),
                inline=True,
                classes="govuk-radios--small",
            ),
            Text(
                name=f"s{item.number}",
                label="Who said so, if not the victim",
                called=f"Who answered question {item.number}",
                path=f"dash.sources.{item.number}",
                limit=NAME,
            ),
            LongText(
                name=f"d{item.number}",
                label=item.detail or "Anything to add",
                called=f"The detail of question {item.number}",
                hint="For example: " + "; ".join(choice.words.lower() for choice in item.choices)
                if item.choices
                else "",
                path=f"dash.details.{item.number}",
                rows=2,
                limit=WORDS,
            ),
        )
    ),
)
