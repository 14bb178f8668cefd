"""The forms by which an agreement changes: part of it taken back, gone through again, ability looked at again, a giver barred."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from casework.consent.operations import TESTS
from casework.web.forms.agreement import LONGEST, TEST
from casework.web.forms.choices import Choice, Choices, Option, Select
from casework.web.forms.fields import Day, LongText
from casework.web.forms.form import Form

_ABLE = (("yes", "Yes"), ("no", "No"))
_TESTS = tuple((code, TEST[code]) for code in TESTS)


def narrow_form(scope: Iterable[Option], purposes: Iterable[Option]) -> Form:
    """Return the form with what an agreement lets go now, each agency and kind of information by itself, and what for."""
    return Form(
        Choices(name="taken", label="What may no longer be told?", options=tuple(scope), path="taken"),
        Choices(name="purposes", label="What may it no longer be told for?", options=tuple(purposes)),
        LongText(
            name="words",
            label="How did you hear of it, and what was said?",
            hint="No reason is needed.",
            rows=3,
            limit=LONGEST,
            required="Say how you heard of it",
        ),
    )


AGAIN: Final = Form(
    Choice(
        name="competent",
        label="Is the young person able to decide this today?",
        hint="For the young person’s own answer, under 16 or where there is doubt.",
        options=_ABLE,
        inline=True,
    ),
    Select(name="test", label="Which test was applied", options=_TESTS),
    LongText(name="words", label="What they said, and what showed that they understand", rows=3, limit=LONGEST),
    Day(name="review_due", label="Look at it again on", hint="Leave it for three months, which is the longest."),
)
ABILITY: Final = Form(
    Choice(
        name="competent",
        label="Is the young person able to decide this?",
        options=_ABLE,
        inline=True,
        required="Choose yes or no",
    ),
    Select(name="test", label="Which test was applied", options=_TESTS, required="Choose which test was applied"),
    LongText(name="words", label="What showed it", rows=3, limit=LONGEST, required="Write what showed it"),
)
BAR: Final = Form(
    Choices(
        name="sure",
        label="What follows",
        options=(("yes", "I understand: all they answered counts for nothing, and they are never asked again"),),
        required="Tick the box to go on",
    ),
    LongText(
        name="words",
        label="Where did you learn it?",
        hint="Read by whoever sees the whole file. Nobody else is told.",
        rows=3,
        limit=LONGEST,
        required="Write where you learnt it",
    ),
)
WRITTEN: Final = Form(LongText(name="words", label="Where the signed form or letter is kept", rows=2, limit=LONGEST))
STOP: Final = Form(
    LongText(
        name="words",
        label="How did you hear of it, and what was said?",
        hint="No reason is needed.",
        rows=3,
        limit=LONGEST,
        required="Say how you heard of it",
    )
)
