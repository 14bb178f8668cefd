"""What is written at the table about one case: the victim's voice, risks, actions, crimes disclosed, who tells the victim; deferral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from casework.conferences.operations import Hearing
from casework.conferences.operations.sitting import LONGEST
from casework.conferences.rules import LeftBecause, RiskTo
from casework.errors import FieldError, Invalid
from casework.programmes.marac.crimes import CrimeKind, ReportingWish
from casework.web.forms.choices import Option, Select
from casework.web.forms.fields import LongText, Text
from casework.web.forms.form import Answers, Form, Rows
from casework.web.forms.quick_day import HOW, day_from
from casework.web.wording import short_date

RISKS: Final = (
    (RiskTo.VICTIM, "The victim"),
    (RiskTo.CHILDREN, "Children"),
    (RiskTo.PERPETRATOR, "The perpetrator"),
    (RiskTo.STAFF, "Staff"),
    (RiskTo.OTHERS, "Others"),
)
CRIMES: Final[Mapping[str, str]] = {
    CrimeKind.ASSAULT: "Assault",
    CrimeKind.STRANGULATION: "Strangulation",
    CrimeKind.THREATS_TO_KILL: "Threats to kill",
    CrimeKind.RAPE_OR_SEXUAL_ASSAULT: "Rape or sexual assault",
    CrimeKind.STALKING: "Stalking",
    CrimeKind.HARASSMENT: "Harassment",
    CrimeKind.CONTROLLING_OR_COERCIVE: "Controlling or coercive behaviour",
    CrimeKind.CRIMINAL_DAMAGE: "Criminal damage",
    CrimeKind.WEAPON: "Weapon",
    CrimeKind.BREACH_OF_ORDER: "Breach of an order",
    CrimeKind.FORCED_MARRIAGE: "Forced marriage",
    CrimeKind.FEMALE_GENITAL_MUTILATION: "Female genital mutilation",
    CrimeKind.CHILD_CRUELTY: "Child cruelty",
    CrimeKind.THEFT_OR_FRAUD: "Theft or fraud",
    CrimeKind.OTHER: "Another crime",
}
WISHES: Final[Mapping[str, str]] = {
    ReportingWish.NOT_ASKED: "Not asked",
    ReportingWish.WISHES_TO_REPORT: "Wishes to report it",
    ReportingWish.DOES_NOT_WISH: "Does not wish to report it",
    ReportingWish.ALREADY_REPORTED: "Has reported it",
}
LEFT_BECAUSE: Final[Mapping[str, str]] = {
    LeftBecause.REFERRER_ABSENT: "The referrer is not here and has not briefed anybody",
    LeftBecause.INFORMATION_MISSING: "Information is missing",
    LeftBecause.NO_TIME: "There is no time left",
    LeftBecause.OTHER: "Something else",
}
CRIME_ROWS: Final = 2
_WISHES: Final = tuple((code, words) for code, words in WISHES.items() if code != ReportingWish.NOT_ASKED)

HEARING = Form(
    LongText(name="voice", label="The victim’s voice", rows=3, limit=LONGEST),
    *(LongText(name=f"risk_{code}", label=label, path=f"risks.{code}", rows=1, limit=LONGEST) for code, label in RISKS),
    Text(name="no_action_because", label="No action, because", path="actions", limit=2000),
    Rows(
        name="crimes",
        one="Crime disclosed",
        add="Add another crime",
        path="crimes",
        least=CRIME_ROWS,
        most=30,
        questions=(
            Select(name="kind", label="Crime", path="kind", options=tuple(CRIMES.items()), prompt="None"),
            Text(name="words", label="In words", path="words", limit=1000),
            Select(name="wish", label="Victim’s wish", path="wish", options=_WISHES, prompt="Not asked"),
        ),
    ),
    Select(name="teller", label="Who tells the victim", path="teller", options=(), prompt="Nobody yet"),
    Text(name="tell_how", label="How, safely", path="tell_how", limit=1000),
    Text(name="nobody_tells_because", label="Or nobody does, because", path="nobody_tells_because", limit=1000),
)

ACTION = Form(
    Select(name="owner", label="Agency", path="owner_agency", options=(), required="Choose the agency that does it"),
    Text(name="what", label="What", path="what", limit=2000, required="Write what is to be done"),
    Text(name="by", label="By", path="by_when", limit=40, required="Give the day by which it is done"),
)

DEFER = Form(
    Select(
        name="because",
        label="Why is it put off?",
        options=tuple((str(code), words) for code, words in LEFT_BECAUSE.items()),
        required="Choose why it is put off",
    ),
    Text(name="words", label="In words, for the minutes", path="words", limit=2000, required="Say why it is put off"),
)


class AtTheTable:
    """Everything that is typed about a case, in one form, so that whatever is pressed nothing typed is lost."""

    def __init__(self, hearing: Answers, action: Answers) -> None:
        self.hearing, self.action = hearing, action
        self.on_record: dict[str, str] = {}
        """What a colleague has put on record meanwhile, in words, by the name of the box where something else was typed."""

    @property
    def errors(self) -> list[dict[str, str]]:
        """The mistakes of both parts, for the list at the top of the page."""
        return self.action.errors + self.hearing.errors

    @property
    def has_action(self) -> bool:
        """Whether something of an action has been typed, beyond what stood there."""
        return bool(str(self.action.raw["what"]).strip())

    def refused(self, invalid: Invalid) -> None:
        """Take over what the domain found wrong or missing, each at the box where it is put right."""
        for error in invalid.errors:
            field = "risks.victim" if error.field == "risks" else error.field.replace("[", ".").replace("]", "")
            part = self.action if field in ("owner_agency", "what", "by_when") else self.hearing
            part.refused(Invalid([FieldError(field, error.message)]))

    def by_when(self, today: date) -> date | None:
        """Return the day by which the action is to be done; says what is wrong when it cannot be told."""
        found = day_from(self.action.values.get("by", ""), today)
        if found is None and "by" not in self.action.mistakes:
            self.action.say("by", f"Give the day by which it is done. {HOW}")
        return found


def blank(recorded: Mapping[str, Any], agencies: Iterable[Option], *, by: date) -> AtTheTable:
    """Return the form as it stands on record, with an empty action whose day is `by`."""
    options = list(agencies)
    action = ACTION.with_options(owner=options).blank({"by": short_date(by)})
    return AtTheTable(HEARING.with_options(teller=options).blank(values_of(recorded)), action)


def read(given: Any, agencies: Iterable[Option]) -> AtTheTable:
    """Return what was posted."""
    options = list(agencies)
    typed = AtTheTable(HEARING.with_options(teller=options).read(given), ACTION.with_options(owner=options).read(given))
    if not typed.has_action and given.get("go") != "agree":
        typed.action.mistakes.clear()
    return typed


def hearing_from(values: Mapping[str, Any]) -> Hearing:
    """Return what the form says, for the operation."""
    return Hearing(
        voice=values["voice"] or "",
        risks={str(code): words for code, _ in RISKS if (words := values[f"risk_{code}"])},
        crimes=[
            {"kind": row["kind"] or CrimeKind.OTHER.value, "words": row["words"], "wish": row["wish"] or "not_asked"}
            for row in values["crimes"]
            if row["kind"] or row["words"]
        ],
        teller=values["teller"] or "",
        tell_how=values["tell_how"] or "",
        nobody_tells_because=values["nobody_tells_because"] or "",
        no_action_because=values["no_action_because"] or "",
    )


def values_of(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows of what has been recorded, with an empty row for the next crime."""
    risks = recorded.get("risks") or {}
    return {
        **{name: recorded.get(name) or "" for name in ("voice", "no_action_because", "teller", "tell_how")},
        "nobody_tells_because": recorded.get("nobody_tells_because") or "",
        **{f"risk_{code}": risks.get(code, "") for code, _ in RISKS},
        "crimes": [
            *(
                {**one, "wish": "" if one.get("wish") == ReportingWish.NOT_ASKED else one.get("wish")}
                for one in recorded.get("crimes") or ()
            ),
            {},
        ],
    }
