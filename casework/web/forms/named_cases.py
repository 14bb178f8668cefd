"""What is asked where a group may hear named cases: whose case is brought and what is to be told, and who stays in the room."""

from __future__ import annotations

from typing import Final

from casework.web.forms.choices import Choices, Select
from casework.web.forms.form import Form
from casework.web.forms.sharing import AGAIN, CATEGORIES

_ASKED = ("purpose", "need_to_know", "reaches_abuser", "risk", "necessity")
BRING: Final = Form(
    Select(name="subject", label="Whose case?", path="subject", options=(), required="Choose a young person"),
    Choices(
        name="categories",
        label="What is to be told at the meeting?",
        hint="An agency that may not know all of it leaves the room. The less is told, the more may stay.",
        path="categories",
        options=CATEGORIES,
        required="Choose what is to be told",
    ),
    *(one for one in AGAIN.questions if getattr(one, "name", "") in _ASKED),
)
HEAR: Final = Form(
    Choices(
        name="in_room",
        label="Who is in the room for this case?",
        path="in_room",
        options=(),
        required="Tick who is in the room for this case",
    )
)
