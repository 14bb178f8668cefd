"""What is asked about a partnership itself: its agencies and their protocol, its local policy, its own holidays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casework.agencies.rules import BODIES, NAME_LIMIT, SLUG_LIMIT, AgencyKind
from casework.programmes.marac.local_policy import BankHolidayPolicy, FlagAnchor, Policy, RepeatRule, Route
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import ClockTime, Day, Number, Text
from casework.web.forms.form import Form
from casework.web.forms.referral_words import ROUTE, Words

NEW = "new"
CORE = (
    ("yes", "Yes", "It is asked what it knows about every listed case"),
    ("no", "No", "It is asked only when somebody brings it in"),
)

ADD = Form(
    Select(name="agency", label="Agency", path="agency_id", options=(), required="Choose the agency, or a new one"),
    Text(name="name", label="Name of a new agency", path="name", limit=NAME_LIMIT),
    Text(
        name="slug",
        label="Short name of a new agency",
        hint="As it stands in files, for example mental-health",
        path="slug",
        limit=SLUG_LIMIT,
    ),
    Select(
        name="body",
        label="What a new agency is in law",
        hint="The rules of sharing ask for it.",
        path="body",
        options=tuple((code, body.words) for code, body in BODIES.items()),
    ),
    Choice(name="core", label="Is it a core member?", options=CORE, required="Say whether it is a core member"),
    Day(name="joined_on", label="Member from", path="joined_on", required="Enter the day from which it is a member"),
)
PROTOCOL = Form(
    Text(
        name="version",
        label="Which version was signed",
        hint="For example 2026.1",
        path="version",
        limit=40,
        required="Enter which version of the protocol was signed",
    ),
    Day(name="signed_on", label="Signed on", path="signed_on", required="Enter the day on which it was signed"),
    Day(
        name="expires_on",
        label="Good until before",
        hint="Leave it empty when the protocol names no day.",
        path="expires_on",
    ),
)
LEAVE = Form(
    Day(
        name="left_on", label="Member until before", path="left_on", required="Enter the day from which it is no member"
    ),
)
HOLIDAY = Form(
    Day(name="on_date", label="Day", path="on_date", required="Enter the day"),
    Text(name="reason", label="What it is", path="reason", limit=80, required="Say what the holiday is"),
)


def kind_of(body: str) -> AgencyKind:
    """Return the kind of agency that a body in law is."""
    private = {"landlord": AgencyKind.LANDLORD, "charity": AgencyKind.CHARITY, "private": AgencyKind.PRIVATE}
    return private.get(body, AgencyKind.PUBLIC_AUTHORITY)


REPEAT_RULE: Words = {
    RepeatRule.SAFELIVES_CURRENT: "Abuse again within twelve months of the last referral (SafeLives, current)",
    RepeatRule.SAFELIVES_OLDER: "A further incident within twelve months of the last referral (SafeLives, older)",
    RepeatRule.MEETING_ANCHOR: "Counted from the last sitting",
    RepeatRule.FURTHER_INCIDENT_SINCE_REFERRAL: "Any further incident since the last referral",
}
HOLIDAYS: Words = {
    BankHolidayPolicy.NEXT_WORKING_DAY: "To the next working day",
    BankHolidayPolicy.PREVIOUS_WORKING_DAY: "To the working day before",
    BankHolidayPolicy.SAME_DAY_NEXT_WEEK: "To the same day of the next week",
}
FLAG_FROM: Words = {FlagAnchor.REFERRAL: "The latest referral", FlagAnchor.CONFERENCE: "The latest sitting"}
CLOCKS: Words = {
    "cut_off": "Cut-off, before the sitting",
    "list_out": "List out, before the sitting",
    "research": "Research due, before the sitting",
    "minutes_draft": "Minutes drafted, after the sitting",
    "minutes_approval": "Minutes approved, after the sitting",
    "actions_out": "Actions out, after the sitting",
    "minutes_out": "Minutes out, after the sitting",
    "action_report": "Action reports due, before the next sitting",
    "triage": "Referrals decided, after they come in",
}
NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "threshold": ("Visible high risk from", "yes answers"),
    "medium_from": ("Medium risk from", "yes answers"),
    "escalation_incidents": ("Potential escalation from", "incidents in twelve months"),
    "repeat_months": ("A repeat within", "months"),
    "capacity": ("Room at a sitting for", "cases"),
    "minutes_a_case": ("A case takes", "minutes"),
    "tell_victim_days": ("The victim is told within", "working days"),
    "idva_contact_hours": ("The IDVA tries first contact within", "hours"),
    "flag_months": ("Files stay marked for", "months"),
}


def _number(name: str, label: str, suffix: str) -> Number:
    return Number(
        name=name,
        label=label,
        suffix=suffix,
        path=name,
        most=200,
        required=f"{label}: enter a number",
        classes="govuk-input--width-3",
    )


def _select(name: str, label: str, words: Words) -> Select:
    return Select(
        name=name,
        label=label,
        path=name,
        options=tuple((str(code), said) for code, said in words.items()),
        required=f"{label}: choose one",
    )


POLICY = Form(
    Day(
        name="from_date",
        label="In force from",
        hint="Decisions made before keep the version that they used.",
        path="from_date",
        required="Enter the day from which it is in force",
    ),
    *(_number(name, label, suffix) for name, (label, suffix) in NUMBERS.items()),
    Choices(
        name="routes",
        label="Ways in to a MARAC",
        path="routes",
        options=tuple((route.value, ROUTE[route]) for route in Route),
        required="Keep at least professional judgement",
    ),
    _select("repeat_rule", "What makes a repeat", REPEAT_RULE),
    _select("bank_holiday_policy", "Where a sitting goes that falls on a holiday", HOLIDAYS),
    _select("flag_anchor", "From when marks on files run", FLAG_FROM),
    *(
        question
        for clock, words in CLOCKS.items()
        for question in (
            _number(f"{clock}_days", words, "working days"),
            ClockTime(
                name=f"{clock}_at",
                label=f"{words}: at",
                path=f"{clock}_at",
                required=f"{words}: enter a time like 17:00",
            ),
        )
    ),
)


def stored(policy: Policy) -> dict[str, Any]:
    """Return a policy by the boxes of its form, without its first day."""
    names = {question.name for question in POLICY.every_question({})}
    values = {name: value for name, value in policy.to_settings().items() if name in names}
    return values | {name: getattr(policy, name) for name in values if name.endswith("_at")}


def settings_from(values: Mapping[str, Any], before: Policy) -> dict[str, Any]:
    """Return the settings that a filled form says; what it does not ask stays as in the policy `before`."""
    asked = {name: value for name, value in values.items() if name != "from_date"}
    times = {name: f"{value:%H:%M}" for name, value in asked.items() if name.endswith("_at")}
    return before.to_settings() | asked | times
