"""What is asked when a round is run: how many cases there is room for, who chairs, which case leaves the list, who is in the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casework.conferences.rules import AttendanceState, LeftBecause
from casework.web.forms.choices import Select
from casework.web.forms.fields import Number
from casework.web.forms.form import Form

OFF_BECAUSE: Final[Mapping[str, str]] = {
    LeftBecause.MOVED_AWAY: "The victim has moved away",
    LeftBecause.HEARD_ELSEWHERE: "It is heard elsewhere",
    LeftBecause.REFERRAL_WITHDRAWN: "The referral was withdrawn",
    LeftBecause.OTHER: "Something else",
}
LEFT: Final[Mapping[str, str]] = {
    **OFF_BECAUSE,
    LeftBecause.NO_ROOM: "There was no room",
    LeftBecause.NO_TIME: "There was no time",
    LeftBecause.REFERRER_ABSENT: "The referrer was not there",
    LeftBecause.INFORMATION_MISSING: "Information was missing",
}
HERE: Final[Mapping[str, str]] = {
    AttendanceState.EXPECTED: "Expected",
    AttendanceState.PRESENT: "In the room",
    AttendanceState.APOLOGIES: "Sent apologies",
    AttendanceState.ABSENT: "Not there",
    AttendanceState.OBSERVER: "Observes",
}

CAPACITY = Form(
    Number(
        name="capacity",
        label="Room for how many cases",
        required="Enter how many cases there is room for",
        most=60,
        least=1,
    )
)
CHAIR = Form(Select(name="account", label="Who chairs", options=(), required="Choose who chairs"))
WITHDRAW = Form(
    Select(name="listing", label="Case", options=(), required="Choose the case that leaves the list"),
    Select(
        name="because",
        label="Because",
        options=tuple((str(code), words) for code, words in OFF_BECAUSE.items()),
        required="Choose why it leaves the list",
    ),
)
