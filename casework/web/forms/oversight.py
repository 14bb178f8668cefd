"""What an information lead decides about the duty to share, and which words of a disclosure's record are corrected."""

from __future__ import annotations

from typing import Final

from casework.sharing.rules import LONGEST_REASON
from casework.web.forms.choices import Choice
from casework.web.forms.fields import Day, LongText
from casework.web.forms.form import Form

DUTY_TO_SHARE: Final = Form(
    Choice(
        name="is_on",
        label="Does the duty to share about children apply here?",
        options=(
            ("yes", "Yes", "The law has begun, and the partnership has confirmed it"),
            ("no", "No", "So it is wherever nobody decided"),
        ),
        required="Choose whether the duty applies",
    ),
    Day(name="from_date", label="From which day?", required="Give the day from which it holds"),
)
POINTS: Final = {
    "to_whom": "Who there",
    "need_to_know": "Need to know",
    "request": "The request",
    "risk_and_harm": "Harm expected, and whom it protects",
    "consent": "Why not asked",
    "necessity": "Necessity",
    "confidentiality": "Confidence",
    "view_of_the_person": "The young person’s view",
    "why_not_told": "Why not told",
    "risk_from_sharing": "Risk from sharing",
    "onward_use": "How it may be used",
    "advice": "Advice taken",
    "more_harmful_because": "Why sharing would do more harm",
}
"""The points whose words may be corrected (disclosures.rules.CORRECTABLE), in the order of the record."""
CORRECT: Final = Form(
    *(LongText(name=name, label=words, path=name, rows=2, limit=LONGEST_REASON) for name, words in POINTS.items())
)
