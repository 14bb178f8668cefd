"""The style guide at /demo/components, in demonstration mode only: every component in each of its states, which tests look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request

from casework.web import statuses
from casework.web.charts import Point
from casework.web.components import Clock, Column, DutyLine, Entry, Fact, GridCase, GridCell, GridRow, SafeContact
from casework.web.family import Member, Tie
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
    LongText(
        name="reasons",
        label="Why is the risk high?",
        called="Your reasons",
        limit=500,
        required="Say why the risk is high",
    ),
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


HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}"""
_SITTING = datetime(2026, 12, 9, 9, 30, tzinfo=UTC)


def _days(count: int, hours: float = 0) -> datetime:
    return _SITTING + timedelta(days=count, hours=hours)


def _examples() -> dict[str, Any]:
    clocks = (
        Clock(name="Cut-off", at=_days(-8, 7.5), state="passed"),
        Clock(name="List out", at=_days(-7), state="passed", href="#part-lists"),
        Clock(name="Research due", at=_days(-2, 7.5), state="next", away="in 2 working days", href="#research-grid"),
        Clock(name="Sitting", at=_SITTING, state="ahead", away="in 4 working days"),
        Clock(name="Minutes out", at=_days(5, 7.5), state="ahead", away="in 7 working days"),
    )
    agencies = ("Police", "Housing (Southfield Homes)", "Children’s services", "Probation", HOSTILE)
    states = ("answered", "answered", "due", "late", "none")
    rows = tuple(
        GridRow(
            agency=agency,
            cells=tuple(
                GridCell(state=state, href="" if state == "none" else "#part-lists")
                for n, state in enumerate(states[(n * (at + 1)) % 5] for n in range(16))
            ),
        )
        for at, agency in enumerate(agencies)
    )
    return {
        "clocks": clocks,
        "duties": (
            DutyLine(
                what="Approve the minutes",
                due_at=_days(-6, 6.5),
                late=True,
                href="#part-lists",
                about="25 November",
                away="1 working day ago",
            ),
            DutyLine(
                what="Answer 17 research questions",
                due_at=_days(-2, 7.5),
                late=False,
                href="#part-lists",
                owner="Housing",
                away="in 2 working days",
            ),
            DutyLine(what=HOSTILE, due_at=_days(7), late=False, about=HOSTILE, owner=HOSTILE),
        ),
        "entries": (
            Entry(at=_days(-7), what="The list went out to 15 agencies", who="Casework, on its clock"),
            Entry(
                at=_days(-9, 3),
                what="Referral accepted",
                who="Priya N., co-ordinator",
                status=("referral", "accepted"),
                href="#part-lists",
            ),
            Entry(
                at=date(2026, 5, 6),
                what="Lock change",
                more=("Never done: the tenancy had ended.",),
                status=("action", "not_done"),
            ),
            Entry(at=date(2026, 5, 5), what=HOSTILE, who=HOSTILE, more=(HOSTILE,)),
        ),
        "grid_cases": tuple(GridCase(reference=f"C-{2041 + n}", href="#part-lists") for n in range(16)),
        "grid_rows": rows,
        "contacts": (
            SafeContact(
                channel="phone",
                number="07700 900123",
                windows="weekdays 09:30 to 14:30",
                words="Say you are from the health centre.",
                until=date(2027, 1, 11),
                not_to=("her mother-in-law",),
            ),
            SafeContact(channel="text message", windows="any time", expired=True, until=date(2026, 11, 2)),
            SafeContact(channel=HOSTILE, words=HOSTILE),
            None,
        ),
        "victim": (
            Fact(label="Name", words="Leanne Whitfield"),
            Fact(label="Also known as"),
            Fact(label="Date of birth", words="27 March 1992 (34)"),
            Fact(label="Address", lines=("49 Wolverhampton Road", "Bilbrook")),
            Fact(label="Health", kept_back=True, why="confidence owed to the patient"),
            Fact(label="Employer", kept_back=True),
            Fact(label="Notes", words=HOSTILE),
        ),
        "all_statuses": statuses.STATUSES,
        "columns": (
            Column(name="Case", href="?sort=case", sorted="ascending"),
            Column(name="Age", href="?sort=age", numeric=True),
            Column(name="State"),
        ),
        "bars": (
            Point("Housing", 5),
            Point("Adult social care and safeguarding", 2),
            Point("Probation", 1, "1, since Monday"),
            Point(HOSTILE, 0),
        ),
        "line": (Point("6 May 2025", 11), Point("2 Dec 2025", 14), Point("9 Nov 2026", 17)),
        "threshold": Point("visible high risk", 14),
        "family": (
            Member(key="l", name="Leanne Whitfield", part="victim", words="34"),
            Member(key="p", name="Piotr Patel", part="perpetrator", words="53"),
            Member(key="m", name="Manjit Patel", part="other", words="lives with them"),
            Member(key="a", name="Anthony", part="child", words="4, lives with her"),
            Member(key="s", name="Siân", part="child", words="10"),
            Member(key="x", name=HOSTILE, part="child", words=HOSTILE),
        ),
        "ties": (
            Tie(of="p", to="l", words="ex-partner"),
            Tie(of="m", to="p", words="mother"),
            Tie(of="m", to="l", words=HOSTILE[:20]),
            Tie(of="a", to="l", words="son"),
            Tie(of="s", to="l", words="daughter"),
            Tie(of="s", to="p", words="daughter"),
            Tie(of="x", to="l", words=HOSTILE),
            Tie(of="x", to="nobody", words="never shown"),
        ),
        "hostile": HOSTILE,
    }


@blueprint.route("", methods=["GET", "POST"])
def guide() -> str:
    """Show everything; a posted form comes back with what was typed and what is wrong."""
    answers = EXAMPLE.read(request.form) if request.method == "POST" else EXAMPLE.blank()
    if "told" in request.args:
        flash("Chased 4 agencies. Each chase is on record.")
        flash("The list has not gone out: nobody has signed the protocol.", "warning")
    return render_template("demonstration/components.html", form=answers, **_examples())
