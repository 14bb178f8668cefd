"""The forms of one's own account."""

from __future__ import annotations

from casework.web.forms.fields import Password, Text
from casework.web.forms.form import Form
from casework.web.forms.sign_in import NEW_PASSWORD_HINT

_CURRENT = Password(
    name="current", label="Your password", required="Enter your password", classes="govuk-input--width-30"
)
CHANGE_PASSWORD = Form(
    _CURRENT,
    Password(
        name="new",
        label="New password",
        hint=NEW_PASSWORD_HINT,
        autocomplete="new-password",
        required="Choose a new password",
        classes="govuk-input--width-30",
    ),
)
RECOVERY_CODES = Form(_CURRENT)
CODE_DEVICE = Form(
    Text(
        name="code",
        label="Code that the new app shows now",
        autocomplete="one-time-code",
        inputmode="numeric",
        required="Enter the six figures that the new app shows",
        limit=20,
        classes="govuk-input--width-10",
    ),
    _CURRENT,
)
