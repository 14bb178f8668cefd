"""A form as a whole: declared once per page, read once per request, shown again with what was typed and what is wrong.

`Form.read(request.form)` gives `Answers`. A template shows `field(form["name"])`; base.html lists the mistakes. Repeated parts
(children, perpetrators) are `Rows`, which grow and shrink by pressing a button that posts the page back: no script is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from casework.errors import Invalid
from casework.web.forms.choices import Chosen, Option
from casework.web.forms.fields import Given, Mistake, Password, Question


@dataclass(frozen=True, slots=True)
class Shown:
    """One question with what stands in it and what is wrong with it: what `field()` renders."""

    question: Question
    raw: Any
    mistake: Mistake | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A part of a form that is asked once for each of several people or things. `one` is what a row is called: "Child"."""

    name: str
    one: str
    questions: tuple[Question, ...]
    add: str  # the words on the button: "Add another child"
    least: int = 0  # rows that are always shown; one of them may be left empty unless a question in it is required
    most: int = 12
    path: str = ""

    def row(self, number: int) -> tuple[Question, ...]:
        """Give the questions of one row (from 0), named for it: `children-0-given_name`."""
        return tuple(replace(question, name=f"{self.name}-{number}-{question.name}") for question in self.questions)

    def count(self, given: Given) -> int:
        """Say how many rows were shown, whatever a hostile sender claims."""
        text = given.get(f"{self.name}-count", "")
        found = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else self.least
        return max(self.least, min(found, self.most))


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of `Rows` as it stands on the page."""

    number: int
    legend: str
    remove: str
    removable: bool
    questions: tuple[Shown, ...]


class Answers:
    """What came of reading a form: `values` of all that was right, `errors` for the rest, and everything as it was typed."""

    def __init__(self, form: Form, raw: dict[str, Any], counts: dict[str, int]) -> None:
        self.form = form
        self.raw = raw
        self.counts = counts
        self.values: dict[str, Any] = {}
        self.mistakes: dict[str, Mistake] = {}
        self.general: list[str] = []
        self.rearranged = False

    @property
    def ok(self) -> bool:
        """Whether the route may go on. False also when "Add another" or "Remove" was pressed: then show the form again."""
        return not (self.mistakes or self.general or self.rearranged)

    @property
    def errors(self) -> list[dict[str, str]]:
        """The mistakes in the order of the page, each with the address of its box: the error summary's list."""
        found = []
        for question in self.form.every_question(self.counts):
            if mistake := self.mistakes.get(question.name):
                box = f"{question.name}-{mistake.part}" if mistake.part else question.first_id
                found.append({"text": mistake.message, "href": f"#{box}"})
        return found + [{"text": message} for message in self.general]

    def __getitem__(self, name: str) -> Shown:
        """Give one question as it stands, for `field(form["name"])`. Raises KeyError for a name that the form does not have."""
        question = next((q for q in self.form.every_question(self.counts) if q.name == name), None)
        if question is None:
            raise KeyError(name)
        return Shown(question, self.raw[name], self.mistakes.get(name))

    def __iter__(self) -> Iterator[Shown]:
        """Go through the single questions in order (not the rows)."""
        return (self[q.name] for q in self.form.questions if isinstance(q, Question))

    def rows(self, name: str) -> list[ShownRow]:
        """Give the rows of one repeated part as they stand on the page."""
        rows = self.form.rows_named(name)
        count = self.counts[name]
        return [
            ShownRow(
                number=number,
                legend=f"{rows.one} {number + 1}" if rows.most > 1 else rows.one,
                remove=f"{name}-{number}",
                removable=count > rows.least,
                questions=tuple(self[question.name] for question in rows.row(number)),
            )
            for number in range(count)
        ]

    def refused(self, invalid: Invalid) -> None:
        """Take over the mistakes that the domain found. One that belongs to no question of this page is still listed."""
        for error in invalid.errors:
            name = self.form.name_for(error.field, self.counts)
            if name is None:
                self.general.append(error.message)
            else:
                self.mistakes.setdefault(name, Mistake(error.message))

    def say(self, name: str, message: str) -> None:
        """Add a mistake that only the page can see, such as two answers that do not go together."""
        self.mistakes.setdefault(self[name].question.name, Mistake(message))

    def typed(self) -> dict[str, list[str]]:
        """Give everything as typed, right or wrong, for a draft: JSON-ready, without passwords. `Form.again` takes it back."""
        kept: dict[str, list[str]] = {f"{name}-count": [str(count)] for name, count in self.counts.items()}
        for question in self.form.every_question(self.counts):
            if not isinstance(question, Password):
                kept |= question.boxes(self.raw[question.name])
        return kept


class Form:
    """The questions of one page in order. Immutable: one for the module, shared by all requests."""

    def __init__(self, *questions: Question | Rows) -> None:
        self.questions = questions

    def with_options(self, **options: Iterable[Option]) -> Form:
        """Give this form with other options in the named choices, for what depends on the partnership or the record."""
        changed = []
        for question in self.questions:
            given = options.pop(question.name, None)
            if given is not None and not isinstance(question, Chosen):
                raise TypeError(f"{question.name} is not a choice")
            changed.append(
                question.with_options(given) if isinstance(question, Chosen) and given is not None else question
            )
        if options:
            raise KeyError(f"no such question: {', '.join(options)}")
        return Form(*changed)

    def rows_named(self, name: str) -> Rows:
        """Give one repeated part. Raises KeyError."""
        for part in self.questions:
            if isinstance(part, Rows) and part.name == name:
                return part
        raise KeyError(name)

    def every_question(self, counts: Mapping[str, int]) -> Iterable[Question]:
        """Go through all questions in the order of the page, those of the rows included."""
        for part in self.questions:
            if isinstance(part, Rows):
                for number in range(counts[part.name]):
                    yield from part.row(number)
            else:
                yield part

    def name_for(self, path: str, counts: Mapping[str, int]) -> str | None:
        """Find the question that the domain calls `path`: by its path, its name, or `children.0.given_name` for a row."""
        for part in self.questions:
            if isinstance(part, Question) and path in (part.path, part.name):
                return part.name
            if isinstance(part, Rows):
                for number in range(counts[part.name]):
                    for plain, question in zip(part.questions, part.row(number), strict=True):
                        if path == f"{part.path or part.name}.{number}.{plain.path or plain.name}":
                            return question.name
        return None

    def blank(self, values: Mapping[str, Any] | None = None) -> Answers:
        """Give the form as first shown: empty, or with stored `values` by question name (rows: a list of such mappings)."""
        values = values or {}
        counts: dict[str, int] = {}
        raw: dict[str, Any] = {}
        for part in self.questions:
            if isinstance(part, Question):
                raw[part.name] = part.shown(values.get(part.name))
                continue
            stored = list(values.get(part.name, ()))
            counts[part.name] = max(part.least, min(len(stored), part.most))
            for number in range(counts[part.name]):
                row = stored[number] if number < len(stored) else {}
                for plain, question in zip(part.questions, part.row(number), strict=True):
                    raw[question.name] = plain.shown(row.get(plain.name))
        return Answers(self, raw, counts)

    def again(self, typed: Mapping[str, Any]) -> Answers:
        """Give the form with a draft that `Answers.typed` kept, without telling mistakes yet."""
        given: Given = MultiDict((key, text) for key, texts in typed.items() for text in texts)
        return self._take(given)

    def read(self, given: Given) -> Answers:
        """Read what was posted: every value that is right, every mistake, and whether rows were added or removed."""
        answers = self._take(self._rearrange(given) or given)
        answers.rearranged = "add" in given or "remove" in given
        if not answers.rearranged:
            for part in self.questions:
                if isinstance(part, Rows):
                    answers.values[part.name] = self._read_rows(part, answers)
                else:
                    self._judge(part, answers, answers.values, part.name)
        return answers

    def _take(self, given: Given) -> Answers:
        counts = {part.name: part.count(given) for part in self.questions if isinstance(part, Rows)}
        raw = {question.name: question.raw(given) for question in self.every_question(counts)}
        return Answers(self, raw, counts)

    def _rearrange(self, given: Given) -> Given | None:
        """Add an empty row, or take one out and move the later ones up, when one of those buttons was pressed."""
        pressed, removed = given.get("add", ""), given.get("remove", "")
        changed: Given = MultiDict(given)
        for part in self.questions:
            if not isinstance(part, Rows):
                continue
            count = part.count(given)
            if pressed == part.name:
                changed[f"{part.name}-count"] = str(min(count + 1, part.most))
                return changed
            numbers = [number for number in range(count) if f"{part.name}-{number}" != removed]
            if len(numbers) < count and count > part.least:
                for new, old in enumerate([*numbers, count]):
                    for to, origin in zip(part.row(new), part.row(old), strict=True):
                        for key in to.boxes(to.raw(changed)):
                            changed.poplist(key)
                        for key, texts in origin.boxes(origin.raw(given)).items():
                            changed.setlist(to.name + key[len(origin.name) :], texts)
                changed[f"{part.name}-count"] = str(len(numbers))
                return changed
        return None

    def _judge(self, question: Question, answers: Answers, into: dict[str, Any], key: str) -> None:
        raw = answers.raw[question.name]
        try:
            if question.empty(raw):
                if question.required is not None:
                    raise Mistake(question.required)
                into[key] = question.blank()
            else:
                into[key] = question.value(raw)
        except Mistake as mistake:
            answers.mistakes[question.name] = mistake

    def _read_rows(self, part: Rows, answers: Answers) -> tuple[dict[str, Any], ...]:
        """Read each row. A row in which nothing was typed is left out, unless the page must have it."""
        found = []
        for number in range(answers.counts[part.name]):
            questions = part.row(number)
            if number >= part.least and all(question.empty(answers.raw[question.name]) for question in questions):
                continue
            row: dict[str, Any] = {}
            for plain, question in zip(part.questions, questions, strict=True):
                self._judge(question, answers, row, plain.name)
            found.append(row)
        return tuple(found)


def renderer(macros: Mapping[str, Callable[..., Any]]) -> Callable[..., Markup]:
    """Make the template global `field(shown, **changes)`: one question by its GOV.UK macro. `changes` replace its parameters."""

    def field(shown: Shown, **changes: Any) -> Markup:
        params = shown.question.params(shown.raw, shown.mistake) | changes
        return Markup(macros[shown.question.macro](params))  # noqa: S704 - the macro has escaped every parameter

    return field
