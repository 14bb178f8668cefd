"""The steps of a referral as forms. Nothing here is required: a step is kept as it stands, and the last page says what is missing."""

from __future__ import annotations

from casework.web.forms.checklist import CHECKLIST
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import Day, LongText, Number, Question, Text
from casework.web.forms.form import Form, Rows
from casework.web.forms.referral_words import (
    CHANNEL,
    CHILD_RELATIONSHIP,
    CONSENT,
    DISABILITY,
    ETHNICITY,
    GENDER,
    INCIDENT,
    LIVES_WITH,
    NO_RECOURSE,
    ORIENTATION,
    POLICE_WISH,
    RELATIONSHIP,
    TENURE,
    options,
)

YES_NO = (("yes", "Yes"), ("no", "No"))
NAME, SHORT, WORDS, LONG = 100, 200, 2_000, 10_000
OTHER_NAMES_HINT = "One on each line, the family name last. For a family name of two words put it first: van Dijk, Anna"


def _address(name: str, label: str, path: str, hint: str = "") -> tuple[Question, Question]:
    return (
        LongText(name=name, label=label, hint=hint, path=f"{path}.lines", rows=2, limit=600),
        Text(
            name=f"{name}_postcode" if name != "address" else "postcode",
            label="Postcode",
            path=f"{path}.postcode",
            limit=12,
            classes="govuk-input--width-10",
        ),
    )


WHO = Form(
    Select(name="agency", label="Agency that refers", path="referrer.agency", options=()),
    Text(name="referrer_name", label="Name of the referrer", path="referrer.name", limit=NAME),
    Text(name="referrer_email", label="Work e-mail of the referrer", path="referrer.email", kind="email"),
    Text(
        name="referrer_phone",
        label="Your work phone",
        hint="So that the co-ordinator can ask you a question today.",
        path="referrer.phone",
        kind="tel",
        classes="govuk-input--width-20",
    ),
    Text(name="given_names", label="Given names", path="victim.given_names", limit=NAME),
    Text(name="family_name", label="Family name", path="victim.family_name", limit=NAME),
    LongText(
        name="other_names",
        label="Other names and spellings",
        hint=OTHER_NAMES_HINT,
        path="victim.aliases",
        rows=2,
        limit=WORDS,
    ),
    Day(name="born", label="Date of birth", hint="For example, 27 3 1992", path="victim.date_of_birth"),
    *_address(
        "address",
        "Where the victim lives or stays now",
        "victim.address",
        "Without the postcode. After a flight, give where the victim stays now and say so in the reasons.",
    ),
    Select(name="gender", label="Gender", path="victim.gender", options=options(GENDER)),
    Rows(
        name="phones",
        one="Phone",
        add="Add another phone",
        path="victim.phones",
        least=1,
        most=10,
        questions=(
            Text(name="number", label="Number", path="number", kind="tel", limit=40, classes="govuk-input--width-20"),
            Choice(name="safe", label="Is it safe to call?", path="safe", options=YES_NO, inline=True),
            Choice(name="leave", label="May a message be left?", path="leave_message", options=YES_NO, inline=True),
        ),
    ),
    Text(name="language", label="Language", path="victim.language", limit=NAME),
    Text(
        name="interpreter",
        label="Interpreter needed",
        hint="The language. Leave it empty if none is needed. Never use family or friends.",
        path="victim.interpreter",
        limit=NAME,
    ),
    Text(name="needs", label="Needs in communication", path="victim.communication_needs", limit=500),
    Select(name="disability", label="Disabled", path="victim.disability", options=options(DISABILITY)),
    Select(name="ethnicity", label="Ethnic group", path="victim.ethnicity", options=options(ETHNICITY)),
    Select(
        name="orientation", label="Sexual orientation", path="victim.sexual_orientation", options=options(ORIENTATION)
    ),
    Select(name="tenure", label="The home", path="victim.tenure", options=options(TENURE)),
    Text(name="landlord", label="Landlord", path="victim.landlord"),
    Text(name="gp", label="GP surgery", path="victim.gp_surgery"),
    Select(
        name="no_recourse",
        label="No recourse to public funds",
        path="victim.no_recourse_to_public_funds",
        options=options(NO_RECOURSE),
    ),
    Rows(
        name="perpetrators",
        one="Perpetrator",
        add="Add another perpetrator",
        path="perpetrators",
        least=1,
        most=10,
        questions=(
            Text(name="given_names", label="Given names", path="given_names", limit=NAME),
            Text(name="family_name", label="Family name", path="family_name", limit=NAME),
            LongText(
                name="other_names",
                label="Other names and spellings",
                hint=OTHER_NAMES_HINT,
                path="aliases",
                rows=2,
                limit=WORDS,
            ),
            Day(name="born", label="Date of birth", path="date_of_birth"),
            Select(
                name="relationship",
                label="What this person is to the victim",
                path="relationship_to_victim",
                options=options(RELATIONSHIP),
            ),
            Select(name="gender", label="Gender", path="gender", options=options(GENDER)),
            LongText(name="address", label="Address, if known", path="address.lines", rows=2, limit=600),
            Text(
                name="postcode",
                label="Postcode, if known",
                path="address.postcode",
                limit=12,
                classes="govuk-input--width-10",
            ),
            Text(
                name="occupation",
                label="Work",
                hint="Above all if it gives access to weapons, records or keys.",
                path="occupation",
            ),
        ),
    ),
)

ROUTES = Form(
    Choices(
        name="routes",
        label="By which routes does this come to MARAC?",
        hint="Tick all that hold. The number of yes answers is counted for you and is never the whole decision.",
        path="routes",
        options=(
            ("visible_high_risk", "Visible high risk", "The checklist has as many yes answers as this MARAC asks for."),
            (
                "professional_judgement",
                "Professional judgement",
                "You believe that the risk of serious harm or death is high, whatever the count. Write why below.",
            ),
            (
                "potential_escalation",
                "Potential escalation",
                "Incidents come again and again: by usual practice three or more known to police in 12 months.",
            ),
            ("repeat", "Repeat", "The same two were referred in the last 12 months and something has happened since."),
        ),
    ),
    LongText(
        name="reasons",
        label="What makes the risk high, in your words",
        hint="What has happened, what is feared, and why now. The conference reads this first.",
        called="Your reasons",
        path="reasons",
        rows=8,
        limit=LONG,
    ),
    Day(name="incident_on", label="Day of the most recent incident", path="most_recent_incident.on"),
    Select(
        name="incident_kind",
        label="What kind of incident it was",
        path="most_recent_incident.kind",
        options=options(INCIDENT),
    ),
    LongText(name="incident", label="What happened", path="most_recent_incident.summary", rows=4, limit=LONG),
    Text(
        name="crime_reference",
        label="Police crime reference, if there is one",
        path="most_recent_incident.crime_reference",
        limit=NAME,
        classes="govuk-input--width-20",
    ),
    Number(
        name="police_incidents",
        label="Incidents that police know of in the last 12 months",
        hint="Give 0 if there are none that you know of.",
        called="The number of incidents",
        path="police_incidents_12_months",
        most=999,
    ),
    Rows(
        name="earlier",
        one="Earlier MARAC",
        add="Add an earlier MARAC",
        path="earlier_maracs",
        most=20,
        questions=(
            Text(name="area", label="Which MARAC heard it", path="area"),
            Day(name="on", label="When, if known", path="on"),
            Text(name="reference", label="Its case number, if known", path="reference", limit=NAME),
        ),
    ),
)

CHILDREN = Form(
    Choice(
        name="any",
        label="Are there children in the home or the family?",
        hint="Children of either of them count, wherever they live, and an unborn child too.",
        path="children",
        options=YES_NO,
        inline=True,
    ),
    Rows(
        name="children",
        one="Child",
        add="Add another child",
        path="children",
        most=20,
        questions=(
            Text(name="given_names", label="Given names", path="given_names", limit=NAME),
            Text(name="family_name", label="Family name", path="family_name", limit=NAME),
            Day(name="born", label="Date of birth", path="date_of_birth"),
            Select(
                name="to_victim",
                label="What the child is to the victim",
                path="relationship_to_victim",
                options=options(CHILD_RELATIONSHIP),
            ),
            Select(
                name="to_perpetrator",
                label="What the child is to the perpetrator",
                path="relationship_to_perpetrator",
                options=options(CHILD_RELATIONSHIP),
            ),
            Select(
                name="lives_with", label="Whom the child lives with", path="lives_with", options=options(LIVES_WITH)
            ),
            Text(name="school", label="School or nursery, if known", path="school"),
        ),
    ),
)

SAFE = Form(
    Select(
        name="channel",
        label="How the victim may safely be reached",
        path="victim.safe_contact.channel",
        options=options(CHANNEL),
    ),
    Text(
        name="windows",
        label="When it is safe",
        hint="For example: weekdays 09:30 to 14:30",
        path="victim.safe_contact.windows",
    ),
    Text(
        name="words",
        label="What to say if somebody else answers",
        hint="For example: I am calling from the health centre about an appointment",
        path="victim.safe_contact.words",
        limit=500,
    ),
    Choice(
        name="message",
        label="May a message be left?",
        path="victim.safe_contact.leave_message",
        options=YES_NO,
        inline=True,
    ),
    Day(name="until", label="Until when does this hold, if you know?", path="victim.safe_contact.expires_on"),
    LongText(
        name="not_safe",
        label="Who is not safe to talk to",
        hint="One on each line.",
        path="victim.not_safe_to_talk_to",
        rows=2,
        limit=WORDS,
    ),
    LongText(
        name="safe_people",
        label="Who is safe to talk to",
        hint="One on each line.",
        path="victim.safe_to_talk_to",
        rows=2,
        limit=WORDS,
    ),
    LongText(
        name="afraid_of",
        label="Whom the victim is afraid of",
        hint="One on each line. It is not always only the perpetrator.",
        path="afraid_of",
        rows=2,
        limit=WORDS,
    ),
    Text(name="second_name", label="Name of somebody whom the victim trusts", path="victim.second_safe_contact.name"),
    Text(
        name="second_is", label="Who that is to the victim", path="victim.second_safe_contact.relationship", limit=NAME
    ),
    Text(
        name="second_phone",
        label="Their number",
        path="victim.second_safe_contact.phone",
        kind="tel",
        classes="govuk-input--width-20",
    ),
    Text(
        name="second_words", label="What they know and may be told", path="victim.second_safe_contact.words", limit=500
    ),
    Choice(
        name="aware", label="Does the victim know of this referral?", path="victim_aware", options=YES_NO, inline=True
    ),
    LongText(
        name="not_aware_reason",
        label="If not: why has the victim not been told?",
        path="not_aware_reason",
        rows=2,
        limit=WORDS,
    ),
    Choice(
        name="consent",
        label="What does the victim say about it?",
        hint="This is another question than whether the victim knows. MARAC can hear a case without agreement.",
        path="consent",
        options=options(CONSENT),
    ),
    LongText(name="purpose", label="What sharing is to achieve", path="without_consent.purpose", rows=2, limit=WORDS),
    LongText(name="basis", label="The lawful basis", path="without_consent.lawful_basis", rows=2, limit=WORDS),
    LongText(
        name="proportionate",
        label="Why it is proportionate",
        path="without_consent.why_proportionate",
        rows=2,
        limit=WORDS,
    ),
    LongText(name="wishes", label="What the victim most wants", path="victim.wishes", rows=3, limit=WORDS),
    Choice(
        name="police",
        label="Does the victim want police to be told?",
        path="victim.police_contact.wish",
        options=options(POLICE_WISH),
    ),
    LongText(
        name="police_words", label="In the victim’s words", path="victim.police_contact.words", rows=2, limit=WORDS
    ),
)

STEPS: dict[str, tuple[str, Form]] = {
    "who": ("Who", WHO),
    "checklist": ("Risk checklist", CHECKLIST),
    "routes": ("Routes and reasons", ROUTES),
    "children": ("Children", CHILDREN),
    "safe-contact": ("Safe contact", SAFE),
}
"""The steps in order, by the word in the address: what each is called, and its form. After them comes "check"."""

WITHDRAW = Form(
    LongText(
        name="words",
        label="Why is it taken back?",
        hint="The co-ordinator reads this.",
        path="words",
        required="Write why the referral is taken back",
        rows=3,
        limit=WORDS,
    ),
)
