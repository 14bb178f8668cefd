"""What an IDVA writes down of a try to reach a victim."""

from __future__ import annotations

from typing import Final

from casework.referrals.rules import ContactOutcome
from casework.web.forms.choices import Choice
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form
from casework.web.forms.referral_words import Words

OUTCOME: Final[Words] = {
    ContactOutcome.REACHED: "She was reached",
    ContactOutcome.NOT_REACHED: "Tried in vain",
    ContactOutcome.NOT_SAFE: "Not safe to try",
}
CONTACT = Form(
    Choice(
        name="outcome",
        label="How did it go?",
        options=(
            (ContactOutcome.REACHED.value, OUTCOME[ContactOutcome.REACHED]),
            (ContactOutcome.NOT_REACHED.value, OUTCOME[ContactOutcome.NOT_REACHED], "You will try again"),
            (
                ContactOutcome.NOT_SAFE.value,
                OUTCOME[ContactOutcome.NOT_SAFE],
                "Nothing was tried, because it could have been noticed",
            ),
        ),
        required="Choose how it went",
    ),
    LongText(
        name="words",
        label="What happened",
        hint="What was said or agreed, or why it was not safe. IDVAs and those who run the MARAC read this.",
        path="words",
        required="Write how it went, or why it was not safe to try",
        rows=4,
        limit=2_000,
    ),
)
