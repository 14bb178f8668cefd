"""The answers of triage as forms. They stand on one page, so each question has a name of its own."""

from __future__ import annotations

from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.forms.referral_words import DESTINATION, RETURN_REASON, options

NEW_CASE = "new"

ACCEPT = Form(
    Choice(
        name="known_case",
        label="Is it an earlier case?",
        path="known_case",
        options=(),
        required="Say whether this is an earlier case",
    ),
    LongText(
        name="judgement",
        label="Professional judgement",
        hint="Needed when no other route holds. Write why you judge the risk of serious harm to be high.",
        path="reasons",
        rows=3,
        limit=2_000,
    ),
    Choices(
        name="imminent",
        label="Urgency",
        path="imminent",
        options=(("yes", "The danger is imminent: never move this case to a later sitting for want of room"),),
    ),
)
RETURN = Form(
    Select(
        name="return_reason",
        label="Why it goes back",
        path="reason",
        options=options(RETURN_REASON),
        required="Choose why it goes back",
    ),
    LongText(
        name="return_words",
        label="What the referrer needs to add or change",
        hint="The referrer reads this. They may correct and send it again.",
        path="words",
        required="Write what the referrer needs to add or change",
        rows=3,
        limit=2_000,
    ),
)
REDIRECT = Form(
    Select(
        name="redirect_to",
        label="Where it goes",
        path="destination",
        options=options(DESTINATION),
        required="Choose where it goes",
    ),
    LongText(
        name="redirect_words",
        label="Why, and who has been told",
        path="words",
        required="Write why it goes there, and who has been told",
        rows=3,
        limit=2_000,
    ),
)
LATER = Form(
    LongText(
        name="later_words",
        label="What does it wait for?",
        hint="Leave it empty if you only go on. Triage reads this, the referrer does not.",
        path="words",
        rows=2,
        limit=500,
    ),
)
SOMEBODY = Form(
    LongText(
        name="somebody_words",
        label="Who tries to reach her instead?",
        hint="For example an IDVA of another service, and since when they know. Triage reads this, the referrer does not.",
        path="words",
        required="Write who tries to reach her, and since when they know",
        rows=2,
        limit=500,
    ),
)
FORMS = {"accept": ACCEPT, "return": RETURN, "redirect": REDIRECT, "later": LATER}
WORDS = ("judgement", "return_words", "redirect_words", "later_words", "somebody_words")
