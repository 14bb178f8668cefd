"""What is asked about a youth group: an entry of each kind, its agenda, who was there, a new group, a meeting, seats, named cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casework.conferences.rules import Frequency
from casework.groups.rules import AREA, LONGEST, MEASURES, Attendance, EntryKind, Mode
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import ClockTime, Day, LongText, Number, Text
from casework.web.forms.form import Form

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    EntryKind.AGENCY_UPDATE: ("Agency update", "What your agency does at the moment, and what changes."),
    EntryKind.TREND: ("Trend", "Counts by whole months and whole areas. Small numbers are never kept."),
    EntryKind.PLACE_ISSUE: ("Place issue", "What happens at a place, and when. Not who."),
    EntryKind.JOINT_WORK: ("Joint-work proposal", "What agencies could do together."),
    EntryKind.SERVICE_CHANGE: (
        "Service-directory change",
        "A service that begins, ends, moves, or takes others than before.",
    ),
    EntryKind.AGENCY_ACTION: ("Action on an agency", "Which agency does what by when."),
}
NOT_A_PERSON: Final = "not_a_person"
_WORDS = LongText(
    name="words",
    label="What do you want to say?",
    called="The entry",
    hint="About services, places and numbers. Nothing that could be one person: no names, initials, dates of birth or addresses.",
    rows=6,
    limit=LONGEST,
)
_LOCALITY = Select(name="locality", label="Locality", options=(), prompt="No one locality")
_DUE = Day(name="due_on", label="By when", required="Give the day by which it is done")
ENTRY: Final[Mapping[str, Form]] = {
    EntryKind.AGENCY_UPDATE: Form(_WORDS),
    EntryKind.TREND: Form(
        Select(
            name="measure",
            label="What was counted",
            options=tuple(MEASURES.items()),
            required="Choose what was counted",
        ),
        Day(name="period_from", label="A day in the first month counted", required="Say which months were counted"),
        Day(name="period_until", label="A day in the last month counted", required="Say which months were counted"),
        _WORDS,
    ),
    EntryKind.PLACE_ISSUE: Form(_LOCALITY, _WORDS),
    EntryKind.JOINT_WORK: Form(_LOCALITY, _WORDS),
    EntryKind.SERVICE_CHANGE: Form(_LOCALITY, _WORDS),
    EntryKind.AGENCY_ACTION: Form(
        Select(name="owner", label="Which agency", options=(), required="Choose the agency that does it"), _DUE, _WORDS
    ),
}
AGENDA = Form(
    LongText(name="agenda", label="Agenda", hint="One item a line. No individual is an item.", rows=6, limit=LONGEST)
)
ISSUE = Form(
    Choices(
        name="no_individuals_discussed",
        label="Your word as the chair",
        options=(("yes", "No individuals were discussed at this meeting"),),
    )
)
HERE: Final[Mapping[str, str]] = {
    Attendance.PRESENT: "There",
    Attendance.APOLOGIES: "Sent apologies",
    Attendance.ABSENT: "Not there",
}
FREQUENCIES: Final[Mapping[str, str]] = {
    Frequency.WEEK: "Every week",
    Frequency.FORTNIGHT: "Every fortnight",
    Frequency.FOUR_WEEKS: "Every four weeks",
    Frequency.MONTH: "Every month, the same weekday of the month",
}
FOUND = Form(
    Text(name="name", label="Name of the group", required="Give the group a name", limit=120),
    LongText(
        name="localities",
        label="Localities",
        hint="One a line: whole areas, the smallest for which the group will ever see a count.",
        required="Name the localities of the group",
        rows=6,
        limit=2_000,
    ),
    Text(name="venue", label="Where it meets", required="Say where it meets", limit=200),
    ClockTime(name="at", label="At what time", path="meets_at_time", required="Say at what time it meets"),
    Select(
        name="frequency", label="How often", options=tuple(FREQUENCIES.items()), prompt="Meetings are called one by one"
    ),
    Day(name="starts_on", label="First meeting of the series"),
)
CALL = Form(
    Day(name="on", label="Day", required="Give the day of the meeting"),
    ClockTime(name="at", label="Time", required="Give the time of the meeting"),
)
SEAT = Form(Select(name="agency", label="Agency", options=(), required="Choose the agency"))
MODE = Form(
    Select(name="group", label="Group", options=(), required="Choose the group"),
    Choice(
        name="mode",
        label="May this group hear named cases?",
        options=(
            (Mode.NO_NAMES.value, "No", "Updates, trends and places only. This is so wherever nothing was decided"),
            (
                Mode.NAMED_CASE.value,
                "Yes, under an agreement",
                "Each case needs, for each agency in the room, the young person’s agreement or a recorded basis",
            ),
        ),
        required="Choose whether named cases may be heard",
    ),
    LongText(name="ground", label="Under which agreement", required="Say under which agreement", rows=3, limit=1_000),
    Day(name="from_on", label="From which day", required="Give the day from which it holds"),
)


def trend_form(localities: Mapping[str, str]) -> Form:
    """Return the form of a trend, with a box for the count of each locality and one for the whole area."""
    boxes = [
        Number(name=f"count_{code}", label=f"{name}: how many", path="" if place else "counts")
        for place, (code, name) in enumerate(localities.items())
    ]
    whole = Number(name=f"count_{AREA}", label="Or for the whole area: how many")
    questions = ENTRY[EntryKind.TREND].questions
    return Form(*questions[:3], *boxes, whole, questions[3])


def attendance_form(people: Mapping[str, str]) -> Form:
    """Return the form that asks of each practitioner (code to words) whether they were there."""
    return Form(
        *(
            Select(name=f"at_{code}", label=words, options=tuple(HERE.items()), prompt="Not noted")
            for code, words in people.items()
        )
    )
