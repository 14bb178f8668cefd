"""The form of an answer about agreement: who answered, in which right, what each agency may be told, and who must not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casework.consent.operations import FORMS, HOW, TESTS
from casework.consent.rules import Purpose
from casework.consent.rules.standing import ANY, Scope
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
HOW_WORDS = {
    "in_person": "In person",
    "phone": "By phone",
    "video": "By video",
    "online": "Online",
    "letter": "By letter",
}
FORM_WORDS = {"signed": "Signed", "electronic": "Electronic", "spoken": "Spoken: to be followed up in writing"}
TEST = {
    "gillick": "Gillick: understands what, why, and what follows",
    "fraser": "Fraser: contraceptive and sexual health advice",
    "capacity": "Mental capacity",
    "presumed": "None: 16 or over, and no doubt",
}


RELATION = {
    "self": "The young person",
    "parental_responsibility": "Somebody with parental responsibility",
    "court": "Somebody whom a court appointed",
    "best_interests": "A best-interests decision, for somebody of 16 or over",
}
_CATEGORY = dict(CATEGORIES)


def _codes(words: dict[str, str], codes: Iterable[str]) -> tuple[Option, ...]:
    return tuple((code, words[code]) for code in codes)


def scope_options(scope: Scope, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a scope as options, one for each agency and kind of information: a code that `scope_from` reads, and its words."""
    return [
        (
            f"{agency}|{category}",
            f"{names.get(agency, 'Every agency' if agency == ANY else agency)}: "
            + ("everything" if category == ANY else _CATEGORY[category].lower()),
        )
        for agency, categories in sorted(scope.items())
        for category in sorted(categories)
    ]


def scope_from(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the scope that was ticked."""
    found: dict[str, frozenset[str]] = {}
    for code in codes:
        agency, _, category = code.partition("|")
        found[agency] = found.get(agency, frozenset()) | {category}
    return found


def answer_form(agencies: Iterable[Option], *, givers: Iterable[Option] = (), denied: Iterable[Option] = ()) -> Form:
    """Return the form with the agencies of the partnership, by their short names, those who may have answered, and what is denied."""
    named, lifted = tuple(agencies), tuple(denied)
    return Form(
        Choice(
            name="helped",
            label="Do they want to be helped?",
            hint="The first question, asked by itself. Help must not depend on sharing more than it needs.",
            options=(("yes", "Yes"), ("no", "No")),
            required="Choose whether they want to be helped",
            inline=True,
        ),
        Choice(
            name="status",
            label="May others know?",
            hint="The second question.",
            options=(("given", "Yes, or partly: as below"), ("refused", "No")),
            required="Choose yes or no",
        ),
        Choice(
            name="relation",
            label="Who answered",
            options=tuple(RELATION.items()),
            required="Choose who answered",
        ),
        Choice(
            name="giver",
            label="Which person, when it was not the young person",
            hint="The same person’s new answer takes the place of the one before.",
            options=(*givers, ("somebody_else", "Somebody who is not listed: give the name")),
        ),
        Text(name="giver_name", label="Name of somebody who is not listed"),
        Choice(
            name="giver_is_abuser",
            label="Is that person recorded as somebody who may have hurt the young person?",
            options=(("no", "No"), ("yes", "Yes, or not known")),
        ),
        Choice(
            name="competent",
            label="Is the young person able to decide this?",
            hint="For their own answer: tested against this decision.",
            options=(("yes", "Yes"), ("no", "No")),
            inline=True,
        ),
        Select(name="test", label="Which test was applied", options=_codes(TEST, TESTS)),
        LongText(name="factors", label="What showed it", rows=3, limit=LONGEST),
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
        *(
            [
                Choices(
                    name="lifted",
                    label="What they said nobody may know before, and lift now",
                    hint="Only when they said so themselves. What is not ticked stays denied.",
                    options=lifted,
                )
            ]
            if lifted
            else []
        ),
        LongText(name="own_words", label="What the young person said, in their words", rows=3, limit=LONGEST),
        Text(name="language", label="Language it was asked in", hint="Leave it empty for English.", limit=20),
        Text(name="interpreter", label="Interpreter, if there was one", hint="Never family or friends.", limit=200),
        Text(name="wording", label="Version of the wording", limit=30, required="Give the version of the wording"),
        Choice(
            name="how", label="How it was asked", options=_codes(HOW_WORDS, HOW), required="Choose how it was asked"
        ),
        Choice(
            name="form", label="How it was given", options=_codes(FORM_WORDS, FORMS), required="Choose how it was given"
        ),
        Text(name="evidence", label="Where the signed form or recording is kept", limit=200),
        Choices(
            name="exceptions_explained",
            label="Exceptions",
            options=(("yes", "I explained when a no cannot be kept: harm, serious crime and the law"),),
        ),
        Day(name="review_due", label="Look at it again on", hint="Leave it for three months, which is the longest."),
        Day(name="expires_on", label="It ends on", hint="Leave it for twelve months, which is the longest."),
    )
