"""Kinds of question with a typed answer: how each is read, what can be wrong with it, and how it is shown again as it was typed.

Fields check shape only (is it a date, does it fit); rules belong to the domain, whose mistakes come back through
`Answers.refused` (form.py). Questions with given answers are in choices.py.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict

Given = MultiDict[str, str]
SHORT = 200
LONG = 10_000


class Mistake(Exception):
    """What is wrong with one answer, in words that say what would be right. `part` names the box of a date that is wrong."""

    def __init__(self, message: str, *, part: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.part = part


def clean(text: str, *, lines: bool = False) -> str:
    """Tidy what was typed: Unicode NFC, no control characters, no space at the ends; new lines kept only where `lines`."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return kept.strip() if lines else " ".join(kept.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every kind of question has. `required` is the message when it is not answered; None means it may be left."""

    name: str
    label: str
    hint: str = ""
    called: str = ""  # what messages call it, where the label is a question: "Your reasons"
    required: str | None = None
    # Where the domain calls this by another path (`victim.date_of_birth`), so that its mistakes land here.
    path: str = ""
    classes: str = ""
    heading: bool = False  # the label is the page's one h1

    macro: ClassVar[str] = "govukInput"

    @property
    def what(self) -> str:
        """What a message calls this question."""
        return self.called or self.label

    @property
    def first_id(self) -> str:
        """The id that a link in the list of mistakes leads to."""
        return self.name

    def raw(self, given: Given) -> Any:
        """Take what was typed, as it has to be shown again."""
        return given.get(self.name, "")

    def empty(self, raw: Any) -> bool:
        """Say whether this was left unanswered."""
        return not str(raw).strip()

    def value(self, raw: Any) -> Any:
        """Turn what was typed into a value. Raises Mistake."""
        return clean(raw)

    def blank(self) -> Any:
        """Give the value of a question that was left, where that is allowed."""
        return ""

    def shown(self, value: Any) -> Any:
        """Turn a stored value into what stands in the box."""
        return "" if value is None else str(value)

    def boxes(self, raw: Any) -> dict[str, list[str]]:
        """Give what was typed by the name of each box: for drafts, and for moving a row up."""
        return {self.name: [raw]}

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK macro."""
        params: dict[str, Any] = {"id": self.name, "name": self.name, "value": raw, "classes": self.classes}
        params["label"] = {"text": self.label, "isPageHeading": self.heading}
        if self.heading:
            params["label"]["classes"] = "govuk-label--l"
        return params | self.common(error)

    def common(self, error: Mistake | None) -> dict[str, Any]:
        """Give the macro's parameters for hint and error message."""
        params: dict[str, Any] = {}
        if self.hint:
            params["hint"] = {"text": self.hint}
        if error:
            params["errorMessage"] = {"text": error.message}
        return params

    def fieldset(self) -> dict[str, Any]:
        """Give the macro's parameters for a fieldset with the label as its legend."""
        size = "l" if self.heading else "s"
        legend = {"text": self.label, "isPageHeading": self.heading, "classes": f"govuk-fieldset__legend--{size}"}
        return {"fieldset": {"legend": legend}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Question):
    """One line of text."""

    limit: int = SHORT
    kind: str = "text"  # the input's type: text, email, tel, password, search
    autocomplete: str = "off"
    inputmode: str = ""
    prefix: str = ""
    suffix: str = ""

    def value(self, raw: Any) -> str:
        """Give the tidied line. Raises Mistake when it is longer than `limit`."""
        text = clean(raw)
        if len(text) > self.limit:
            raise Mistake(f"{self.what} must be {self.limit:,} characters or fewer")
        return text

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK input."""
        more: dict[str, Any] = {"type": self.kind, "autocomplete": self.autocomplete, "spellcheck": False}
        if self.inputmode:
            more["inputmode"] = self.inputmode
        for affix in ("prefix", "suffix"):
            if getattr(self, affix):
                more[affix] = {"text": getattr(self, affix)}
        return Question.params(self, raw, error) | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Password(Question):
    """A password: taken exactly as typed, and never shown again."""

    autocomplete: str = "current-password"
    limit: int = 1_000

    macro: ClassVar[str] = "govukPasswordInput"

    def value(self, raw: Any) -> str:
        """Give the password as typed. Raises Mistake when it is longer than anything a person types."""
        if len(raw) > self.limit:
            raise Mistake(f"{self.what} must be {self.limit:,} characters or fewer")
        return str(raw)

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK password input, without what was typed."""
        return Question.params(self, "", error) | {"autocomplete": self.autocomplete}


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(Question):
    """Some lines of text. Near the limit the page says how many characters are left."""

    limit: int = LONG
    rows: int = 5

    macro: ClassVar[str] = "govukCharacterCount"

    def value(self, raw: Any) -> str:
        """Give the tidied text. Raises Mistake when it is longer than `limit`."""
        text = clean(raw, lines=True)
        if len(text) > self.limit:
            over = len(text) - self.limit
            raise Mistake(f"{self.what} must be {self.limit:,} characters or fewer: it is {over:,} too long")
        return text

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK text area. A browser drops a first new line, so one is put before what begins with one."""
        more: dict[str, Any] = {"rows": self.rows, "maxlength": self.limit, "threshold": 75}
        return Question.params(self, f"\n{raw}" if str(raw)[:1] in "\r\n" else raw, error) | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Question):
    """A whole number within bounds."""

    least: int = 0
    most: int = 1_000_000
    suffix: str = ""

    def value(self, raw: Any) -> int:
        """Give the number. Raises Mistake when it is not a whole number or is outside the bounds."""
        text = clean(raw).replace(",", "")
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            raise Mistake(f"{self.what} must be a whole number, like {max(self.least, 1)}")
        if not self.least <= int(text) <= self.most:
            raise Mistake(f"{self.what} must be between {self.least:,} and {self.most:,}")
        return int(text)

    def blank(self) -> None:
        """Nothing: an unanswered number is not zero."""
        return

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK input for whole numbers."""
        more: dict[str, Any] = {"inputmode": "numeric", "spellcheck": False, "autocomplete": "off"}
        more["classes"] = self.classes or "govuk-input--width-4"
        if self.suffix:
            more["suffix"] = {"text": self.suffix}
        return Question.params(self, raw, error) | more


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTime(Question):
    """A time of day on the 24-hour clock, in London time: 09:30."""

    def value(self, raw: Any) -> time:
        """Give the time. Takes 9:30, 09.30 and 0930. Raises Mistake otherwise."""
        text = clean(raw).replace(".", ":")
        hours, _, minutes = text.partition(":") if ":" in text else (text[:-2], "", text[-2:])
        try:
            if not (text.isascii() and hours.isdigit() and len(minutes) == 2):
                raise ValueError
            return time(int(hours), int(minutes))
        except ValueError:
            raise Mistake(f"{self.what} must be a time on the 24-hour clock, like 09:30") from None

    def blank(self) -> None:
        """Nothing: an unanswered time is not midnight."""
        return

    def shown(self, value: Any) -> str:
        """Show a time as 09:30."""
        return f"{value:%H:%M}" if isinstance(value, time) else ""

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK input for a short time."""
        return Question.params(self, raw, error) | {
            "classes": self.classes or "govuk-input--width-5",
            "autocomplete": "off",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Question):
    """A date in three boxes. `least` and `most` are bounds that never change; rules about today belong to the domain."""

    least: date = date(1900, 1, 1)
    most: date = date(2199, 12, 31)
    autocomplete_birthday: bool = False

    macro: ClassVar[str] = "govukDateInput"
    _PARTS: ClassVar[tuple[str, ...]] = ("day", "month", "year")

    @property
    def first_id(self) -> str:
        """The id of the first box."""
        return f"{self.name}-day"

    def raw(self, given: Given) -> Any:
        """Take the three boxes as typed."""
        return tuple(given.get(f"{self.name}-{part}", "") for part in self._PARTS)

    def boxes(self, raw: Any) -> dict[str, list[str]]:
        """Give the three boxes."""
        return {f"{self.name}-{part}": [text] for part, text in zip(self._PARTS, raw, strict=True)}

    def empty(self, raw: Any) -> bool:
        """Say whether all three boxes were left."""
        return not any(part.strip() for part in raw)

    def value(self, raw: Any) -> date:
        """Give the date. Month names are taken as well as numbers. Raises Mistake naming the first box that is wrong."""
        boxes = [clean(part) for part in raw]
        for part, text in zip(self._PARTS, boxes, strict=True):
            if not text:
                raise Mistake(f"{self.what} must include a {part}", part=part)
        day, month, year = _number(boxes[0]), _month(boxes[1]), _number(boxes[2])
        if month is None or not 1 <= month <= 12:
            raise Mistake(f"{self.what} must have a month from 1 to 12, or its name", part="month")
        if year is None or len(boxes[2]) != 4:
            raise Mistake(f"{self.what} must have a year with 4 numbers", part="year")
        try:
            found = date(year, month, day or 0)
        except ValueError:
            raise Mistake(f"{self.what} must be a real date: that month has no such day", part="day") from None
        if not self.least <= found <= self.most:
            raise Mistake(f"{self.what} must be from {self.least.year} to {self.most.year}", part="year")
        return found

    def blank(self) -> None:
        """Nothing."""
        return

    def shown(self, value: Any) -> tuple[str, str, str]:
        """Show a date in its three boxes."""
        return (str(value.day), str(value.month), str(value.year)) if isinstance(value, date) else ("", "", "")

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK date input. The box that is wrong is marked; all three when none is named."""
        items = []
        for part, text in zip(self._PARTS, raw, strict=True):
            wrong = error is not None and error.part in ("", part)
            width = "govuk-input--width-4" if part == "year" else "govuk-input--width-2"
            item = {"name": part, "value": text, "classes": width + (" govuk-input--error" if wrong else "")}
            if self.autocomplete_birthday:
                item["autocomplete"] = f"bday-{part}"
            items.append(item)
        return {"id": self.name, "namePrefix": self.name, "items": items} | self.fieldset() | self.common(error)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _month(text: str) -> int | None:
    name = text.lower()[:3]
    return _MONTHS.index(name) + 1 if name in _MONTHS else _number(text)
