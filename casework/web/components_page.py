"""The style guide at /demo/components, in demonstration mode only: every component in each of its states, which tests look at."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers.response import Response

from casework.web.forms.choices import Choice, Choices, Select
from casework.web.forms.fields import ClockTime, Day, LongText, Number, Password, Text
from casework.web.forms.form import Form, Rows

blueprint = Blueprint("components", __name__, url_prefix="/demo/components")

CHILDREN = Rows(
    name="children",
    one="Child",
    add="Add another child",
    least=1,
    most=4,
    questions=(Text(name="name", label="Name"), Day(name="born", label="Date of birth")),
)
EXAMPLE = Form(
    Text(name="given_name", label="Given name", hint="As she gives it.", required="Enter the given name", limit=100),
    Day(name="born", label="Date of birth", hint="For example, 27 3 1992", required="Enter the date of birth"),
    LongText(name="reasons", label="Why is the risk high?", limit=500, required="Say why the risk is high"),
    Choice(
        name="aware",
        label="Does she know about this referral?",
        options=(("yes", "Yes"), ("no", "No", "Say below why it was not safe to tell her."), ("unknown", "Not known")),
        required="Say whether she knows about this referral",
    ),
    Choices(
        name="routes",
        label="Routes in",
        options=(("visible", "Visible high risk"), ("judgement", "Professional judgement")),
    ),
    Select(
        name="agency",
        label="Agency",
        options=(("police", "Police"), ("housing", "Housing")),
        required="Choose the agency",
    ),
    Number(name="calls", label="Police calls in twelve months", most=500, required="Enter a number of calls"),
    ClockTime(name="time", label="Best time to ring", required="Enter a time"),
    Password(name="password", label="Password"),
    CHILDREN,
)


@blueprint.route("", methods=["GET", "POST"])
def guide() -> str | Response:
    """Show everything; a posted form comes back with what was typed and what is wrong."""
    answers = EXAMPLE.read(request.form) if request.method == "POST" else EXAMPLE.blank()
    return render_template("demonstration/components.html", form=answers)
