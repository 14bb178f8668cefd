"""The form of an answer about agreement: who answered, in which right, what each agency may be told, and who must not know."""

from __future__ import annotations

from collections.abc import Iterable

from casework.consent.operations import FORMS, HOW, TESTS
from casework.consent.rules import Purpose
from casework.web.forms.choices import Choice, Choices, Option, Select
from casework.web.forms.fields import Day, LongText, Text
from casework.web.forms.form import Form, Rows
from casework.web.forms.sharing import CATEGORIES, PURPOSES

LONGEST = 4000
# What early help may be told for; other purposes rest on other grounds than agreement.
ASKED_FOR = (
    Purpose.SUPPORT_PLAN,
    Purpose.ASSESSMENT,
    Purpose.REFERRAL_TO_SERVICE,
    Purpose.SCHOOL_SUPPORT,
    Purpose.HOUSING,
    Purpose.HEALTH,
    Purpose.ASB_SUPPORT,
    Purpose.EVALUATION,
)
_HOW = {"in_person": "In person", "phone": "By phone", "video": "By video", "online": "Online", "letter": "By letter"}
_FORM = {"signed": "Signed", "electronic": "Electronic", "spoken": "Spoken: to be followed up in writing"}
_TEST = {
    "gillick": "Gillick: understands what, why, and what follows",
    "fraser": "Fraser: contraceptive and sexual health advice",
    "capacity": "Mental capacity",
    "presumed": "None: 16 or over, and no doubt",
}


def _codes(words: dict[str, str], codes: Iterable[str]) -> tuple[Option, ...]:
    return tuple((code, words[code]) for code in codes)


def answer_form(agencies: Iterable[Option]) -> Form:
    """Return the form with the agencies of the partnership, by their short names."""
    named = tuple(agencies)
    return Form(
        Choice(
            name="status",
            label="The answer",
            options=(("given", "Yes, or partly: as below"), ("refused", "No")),
            required="Choose yes or no",
        ),
        Choice(
            name="relation",
            label="Who answered",
            options=(
                ("self", "The young person"),
                ("parental_responsibility", "Somebody with parental responsibility"),
            ),
            required="Choose who answered",
        ),
        Choice(
            name="competent",
            label="Is the young person able to decide this?",
            hint="For their own answer: tested against this decision.",
            options=(("yes", "Yes"), ("no", "No")),
            inline=True,
        ),
        Select(name="test", label="Which test was applied", options=_codes(_TEST, TESTS)),
        LongText(name="factors", label="What showed it", rows=3, limit=LONGEST),
        Text(name="giver_name", label="Name, when a parent answered"),
        Choice(
            name="giver_is_abuser",
            label="Is that parent recorded as somebody who may have hurt the young person?",
            options=(("no", "No"), ("yes", "Yes, or not known")),
        ),
        Choices(
            name="purposes",
            label="What it may be told for",
            options=tuple(option for option in PURPOSES if option[0] in ASKED_FOR),
        ),
        Rows(
            name="permits",
            one="Agency",
            add="Name another agency",
            least=1,
            questions=(
                Select(name="agency", label="This agency", options=named),
                Choices(
                    name="categories",
                    label="May be told",
                    options=CATEGORIES,
                ),
            ),
        ),
        Choices(
            name="denied",
            label="Who must not know anything",
            hint="A no always beats a yes, whoever joins the plan later.",
            options=named,
        ),
        LongText(name="own_words", label="What the young person said, in their words", rows=3, limit=LONGEST),
        Text(name="wording", label="Version of the wording", limit=30, required="Give the version of the wording"),
        Choice(name="how", label="How it was asked", options=_codes(_HOW, HOW), required="Choose how it was asked"),
        Choice(name="form", label="How it was given", options=_codes(_FORM, FORMS), required="Choose how it was given"),
        Choices(
            name="exceptions_explained",
            label="Exceptions",
            options=(("yes", "I explained when a no cannot be kept: harm, serious crime and the law"),),
        ),
        Day(name="review_due", label="Look at it again on", hint="Leave it for three months."),
    )
