"""The forms of signing in and of setting up an account."""

from __future__ import annotations

from casework.web.forms.fields import Password, Text
from casework.web.forms.form import Form

PASSWORD = Form(
    Text(
        name="email",
        label="E-mail address",
        kind="email",
        autocomplete="username",
        required="Enter your e-mail address",
        classes="govuk-input--width-30",
    ),
    Password(name="password", label="Password", required="Enter your password", classes="govuk-input--width-30"),
)
CODE_HINT = (
    "The six figures that your authenticator app shows now. If your device is lost, enter one of your recovery codes."
)
CODE = Form(
    Text(
        name="code",
        label="Code",
        hint=CODE_HINT,
        autocomplete="one-time-code",
        required="Enter the code from your authenticator app",
        limit=60,
        classes="govuk-input--width-10",
    ),
)
NEW_PASSWORD_HINT = "12 characters or more. Three random words make a good one. It never expires."  # noqa: S105  # a hint
SET_UP = Form(
    Password(
        name="password",
        label="Choose a password",
        hint=NEW_PASSWORD_HINT,
        autocomplete="new-password",
        required="Choose a password",
        classes="govuk-input--width-30",
    ),
    Text(
        name="code",
        label="Code that your app shows now",
        autocomplete="one-time-code",
        inputmode="numeric",
        required="Enter the six figures that your authenticator app shows",
        limit=20,
        classes="govuk-input--width-10",
    ),
)
