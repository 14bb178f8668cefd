"""What is asked about a contact between two agencies: whom to ask about what, the answer, and what is shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casework.contacts.rules import LONGEST, LONGEST_REASON, Reason, State, Topic
from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import LongText, Text
from casework.web.forms.form import Form
from casework.web.forms.sharing import CATEGORIES, PURPOSES, SHARE, YES_NO_UNSURE

TOPICS: Final[Mapping[str, str]] = {
    Topic.EDUCATION: "education",
    Topic.HOUSING: "housing",
    Topic.HEALTH: "health",
    Topic.EMOTIONAL_HEALTH: "emotional health",
    Topic.SUBSTANCE_USE: "drink and drugs",
    Topic.ASB: "anti-social behaviour",
    Topic.EXPLOITATION: "exploitation",
    Topic.FAMILY: "family",
    Topic.WORK_AND_MONEY: "work and money",
    Topic.ACTIVITIES: "activities",
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    State.OPEN: ("Waiting for an answer", "amber"),
    State.WELCOMED: ("They would talk", "blue"),
    State.SHARED: ("Shared, waiting for an answer", "amber"),
    State.ACCEPTED: ("Accepted", "green"),
    State.DECLINED: ("Declined", "purple"),
    State.ELSEWHERE: ("Pointed elsewhere", "purple"),
    State.ANSWERED: ("Answered", "green"),
    State.NO_RESPONSE: ("No response", "grey"),
    State.TAKEN_BACK: ("Taken back", "grey"),
}
EVENTS: Final[Mapping[str, str]] = {
    "opened": "Opened",
    "decided": "The sharing rules answered",
    "welcomed": "They would talk",
    "shared": "What was agreed arrived",
    "acknowledged": "Read there",
    "accepted": "Accepted",
    "declined": "Declined",
    "elsewhere": "Pointed elsewhere",
    "answered": "Answered",
    "no_response": "Ended without a response",
    "purged": "Taken out of the other agency’s inbox",
    "taken_back": "Taken back",
    "risk_told": "A risk of significant harm was told of",
}
REASONS: Final[Mapping[str, str]] = {
    Reason.NOT_OUR_SERVICE: "It is not what our service does",
    Reason.NO_ROOM: "There is no room at the moment",
    Reason.OTHER_AREA: "It is outside our area",
    Reason.OTHER_AGE: "It is outside our ages",
    Reason.NEEDS_MORE: "It needs more than we can do",
    Reason.OTHER: "Something else",
}
_TO = (
    Select(name="to_agency", label="Which agency?", options=(), required="Choose the agency"),
    Select(
        name="to_account",
        label="Somebody there?",
        path="to_account",
        hint="Leave it empty, and whoever answers for the agency may.",
        options=(),
        prompt="Anybody there",
    ),
    Select(
        name="topic",
        label="Topic",
        hint="With the locality, all that they are told at first.",
        options=tuple((code, words.capitalize()) for code, words in TOPICS.items()),
        required="Choose a topic",
    ),
    Select(name="locality", label="Locality", options=(), prompt="Not said"),
    Select(name="purpose", label="What for?", options=PURPOSES, required="Say what it is for"),
)
OPEN: Final = Form(
    Choices(
        name="subjects",
        label="About whom?",
        hint="One young person, or siblings.",
        options=(),
        required="Choose one young person, or siblings",
    ),
    *_TO,
    LongText(
        name="words",
        label="What do you hope for?",
        hint="For your own side. The other agency does not see it.",
        required="Say what you hope for",
        rows=3,
        limit=LONGEST_REASON,
    ),
    Choices(
        name="categories",
        label="What do you hope to share?",
        options=CATEGORIES,
        required="Choose what you hope to share",
    ),
    LongText(
        name="need_to_know",
        label="Why does that agency need to know?",
        hint="Without a reason nothing goes.",
        rows=2,
        limit=LONGEST_REASON,
    ),
    Choice(
        name="reaches_abuser",
        label="Could it reach somebody who may have hurt the young person?",
        options=YES_NO_UNSURE,
        required="Say whether it could reach somebody who may have hurt the young person",
        inline=True,
    ),
)
ASK: Final = Form(
    *_TO,
    LongText(
        name="question",
        label="Your question",
        hint="About nobody: what would your service offer somebody who …",
        required="Write your question",
        rows=4,
        limit=LONGEST,
    ),
)
TELL: Final = Form(
    Select(name="subject", label="About whom?", options=(), required="Choose about whom"),
    SHARE.rows_named("items"),
    *(one for one in OPEN.questions if getattr(one, "name", "") in ("need_to_know", "reaches_abuser")),
)
ACCEPT: Final = Form(
    Text(
        name="known_as",
        label="Initials or a token for your own list",
        required="Give initials or a token",
        limit=20,
        classes="govuk-input--width-10",
    ),
    LongText(
        name="concern",
        label="What your agency takes on",
        required="Write what your agency takes on",
        rows=3,
        limit=4_000,
    ),
)
DECLINE: Final = Form(
    Select(name="reason", label="Why?", options=tuple(REASONS.items()), required="Choose why you decline"),
    LongText(name="decline_words", label="In words", path="words", rows=2, limit=LONGEST),
)
ELSEWHERE: Final = Form(
    Select(name="agency", label="Which agency might help?", options=(), required="Choose an agency"),
    LongText(name="elsewhere_words", label="In words", path="words", rows=2, limit=LONGEST),
)
ANSWER: Final = Form(
    LongText(
        name="answer_words",
        label="Your answer",
        hint="About your service, and nobody’s name.",
        path="words",
        required="Write your answer",
        rows=4,
        limit=LONGEST,
    )
)
