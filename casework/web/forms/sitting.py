"""What is written at the table about one case: the victim's voice, risks, crimes disclosed, who tells the victim; actions and deferral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casework.conferences.operations import Hearing
from casework.conferences.rules import LeftBecause, RiskTo
from casework.programmes.marac.crimes import CrimeKind, ReportingWish
from casework.web.forms.choices import Select
from casework.web.forms.fields import Day, LongText, Text
from casework.web.forms.form import Form, Rows


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


RISKS = tuple((one.value, f"Risk to {'the ' if one is not RiskTo.OTHERS else ''}{one.value}") for one in RiskTo)

HEARING = Form(
    LongText(name="voice", label="The victim's voice", hint="What she fears, wants and does not want.", rows=3),
    *(LongText(name=f"risk_{code}", label=label, path=f"risks.{code}", rows=2) for code, label in RISKS),
    Rows(
        name="crimes",
        one="Crime disclosed",
        add="Add another crime",
        path="crimes",
        questions=(
            Select(
                name="kind", label="What", path="kind", options=tuple((one.value, _words(one)) for one in CrimeKind)
            ),
            Text(name="words", label="In words", path="words", limit=500),
            Select(
                name="wish",
                label="The victim's wish about reporting it",
                path="wish",
                options=tuple((one.value, _words(one)) for one in ReportingWish),
            ),
        ),
    ),
    Select(name="teller", label="Who tells the victim", path="teller", options=()),
    Text(name="tell_how", label="How, safely", path="tell_how", limit=500),
    Text(name="nobody_tells_because", label="Or why nobody does", path="nobody_tells_because", limit=500),
    Text(name="no_action_because", label="No action, because", path="actions", limit=500),
)

ACTION = Form(
    Select(name="owner", label="Agency", path="owner_agency", options=(), required="Choose the agency that does it"),
    Text(name="what", label="What", path="what", limit=2000, required="Write what is to be done"),
    Day(name="by_when", label="By", path="by_when", required="Give the day by which it is done"),
)

DEFER = Form(
    Select(
        name="because",
        label="Why is it put off?",
        options=(
            (LeftBecause.REFERRER_ABSENT.value, "The referrer is not here"),
            (LeftBecause.INFORMATION_MISSING.value, "Information is missing"),
            (LeftBecause.NO_TIME.value, "There is no time left"),
            (LeftBecause.OTHER.value, "Something else"),
        ),
        required="Choose why it is put off",
    ),
    Text(name="words", label="In words", path="words", limit=500, required="Say why the case is deferred"),
)


def hearing_from(values: Mapping[str, Any]) -> Hearing:
    """Return what the form says, for the operation."""
    return Hearing(
        voice=values["voice"] or "",
        risks={code: words for code, _ in RISKS if (words := values[f"risk_{code}"])},
        crimes=[
            {"kind": row["kind"], "words": row.get("words") or "", "wish": row.get("wish") or "not_asked"}
            for row in values["crimes"]
            if row.get("kind")
        ],
        teller=values["teller"] or "",
        tell_how=values["tell_how"] or "",
        nobody_tells_because=values["nobody_tells_because"] or "",
        no_action_because=values["no_action_because"] or "",
    )


def values_of(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows of what has been recorded."""
    risks = recorded.get("risks") or {}
    return {
        "voice": recorded.get("voice") or "",
        **{f"risk_{code}": risks.get(code, "") for code, _ in RISKS},
        "crimes": [dict(one) for one in recorded.get("crimes") or ()],
        "teller": recorded.get("teller") or "",
        "tell_how": recorded.get("tell_how") or "",
        "nobody_tells_because": recorded.get("nobody_tells_because") or "",
        "no_action_because": recorded.get("no_action_because") or "",
    }
