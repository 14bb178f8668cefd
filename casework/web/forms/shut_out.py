"""What is asked before somebody is shut out of a young person's file."""

from __future__ import annotations

from typing import Final

from casework.web.forms.choices import Select
from casework.web.forms.fields import LongText
from casework.web.forms.form import Form

SHUT_OUT: Final = Form(
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
        hint="Only managers and safeguarding leads who answer for this file read this.",
        path="reason",
        required="Say what the conflict is",
        rows=3,
        limit=1_000,
    ),
)
