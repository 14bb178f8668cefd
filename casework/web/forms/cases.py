"""The forms of the case pages: which cases to list, what to look for and why, and blocking somebody."""

from __future__ import annotations

from casework.cases.rules import SearchReason
from casework.web.forms.choices import Select
from casework.web.forms.fields import LongText, Text
from casework.web.forms.form import Form
from casework.web.forms.referral_words import Words, options

SEARCH_REASON: Words = {
    SearchReason.NEW_CONTACT: "Somebody came to our notice",
    SearchReason.BEFORE_REFERRING: "Before I refer",
    SearchReason.RESEARCH: "Research for a sitting",
    SearchReason.ACTION: "Doing an action of a plan",
    SearchReason.SITTING: "At a sitting",
    SearchReason.SAFETY: "Somebody’s safety today",
    SearchReason.ENQUIRY: "A question that I must answer",
}

SEARCH = Form(
    Text(
        name="words",
        label="Case number, name, date of birth, postcode or phone",
        hint="For example: C-2041, or Leanne 27/3/1992",
        path="words",
        kind="search",
        required="Write whom or what you look for",
    ),
    Select(
        name="reason",
        label="Why are you looking?",
        path="reason",
        options=options(SEARCH_REASON),
        required="Choose why you are looking",
    ),
)
BLOCK = Form(
    Select(
        name="who",
        label="Who has a conflict of interest?",
        path="who",
        options=(),
        required="Choose one person or one agency",
    ),
    LongText(
        name="reason",
        label="What the conflict is",
        hint="Only co-ordinators and the chair read this.",
        path="reason",
        required="Say what the conflict is",
        rows=3,
        limit=1_000,
    ),
)
