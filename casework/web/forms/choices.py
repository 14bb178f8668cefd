"""Kinds of question whose answers are given: one of a few, one of many, any of a few. A code that was not offered is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from casework.web.forms.fields import Given, Mistake, Question

Option = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Question):
    """What all choices share: `options` are (code, words) or (code, words, hint)."""

    options: tuple[Option, ...]

    def with_options(self, options: Iterable[Option]) -> Self:
        """Give this question with other options: for choices that depend on the partnership or the record."""
        return replace(self, options=tuple(options))

    def _codes(self) -> set[str]:
        return {option[0] for option in self.options}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Chosen):
    """One of a few, as radios. `inline` puts two or three short ones in one row."""

    inline: bool = False
    macro: ClassVar[str] = "govukRadios"

    def value(self, raw: Any) -> str:
        """Give the code. Raises Mistake for a code that was not offered."""
        if raw not in self._codes():
            raise Mistake(self.required or f"{self.what}: choose one of the answers")
        return str(raw)

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK radios."""
        items = [_item(option) | {"checked": option[0] == raw} for option in self.options]
        classes = f"{self.classes} govuk-radios--inline" if self.inline else self.classes
        base = {"idPrefix": self.name, "name": self.name, "items": items, "classes": classes}
        return base | self.fieldset() | self.common(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Chosen):
    """One of many, as a drop-down with an empty first line."""

    prompt: str = "Choose"
    macro: ClassVar[str] = "govukSelect"

    def value(self, raw: Any) -> str:
        """Give the code. Raises Mistake for a code that was not offered."""
        if raw not in self._codes():
            raise Mistake(self.required or f"{self.what}: choose one from the list")
        return str(raw)

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK select."""
        items = [{"value": "", "text": self.prompt}]
        items += [{"value": option[0], "text": option[1], "selected": option[0] == raw} for option in self.options]
        return Question.params(self, raw, error) | {"items": items}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Chosen):
    """Any number of a few, as checkboxes."""

    macro: ClassVar[str] = "govukCheckboxes"

    def raw(self, given: Given) -> Any:
        """Take every box that was ticked."""
        return tuple(given.getlist(self.name))

    def boxes(self, raw: Any) -> dict[str, list[str]]:
        """Give what was ticked."""
        return {self.name: list(raw)}

    def empty(self, raw: Any) -> bool:
        """Say whether no box was ticked."""
        return not raw

    def value(self, raw: Any) -> tuple[str, ...]:
        """Give the codes in the order of the options. Raises Mistake for a code that was not offered."""
        if set(raw) - self._codes():
            raise Mistake(self.required or f"{self.what}: choose from the answers")
        return tuple(option[0] for option in self.options if option[0] in raw)

    def blank(self) -> tuple[str, ...]:
        """None of them."""
        return ()

    def shown(self, value: Any) -> tuple[str, ...]:
        """Show what is ticked."""
        return tuple(value or ())

    def params(self, raw: Any, error: Mistake | None) -> dict[str, Any]:
        """Give the parameters of the GOV.UK checkboxes."""
        items = [_item(option) | {"checked": option[0] in raw} for option in self.options]
        base = {"idPrefix": self.name, "name": self.name, "items": items, "classes": self.classes}
        return base | self.fieldset() | self.common(error)


def _item(option: Option) -> dict[str, Any]:
    item: dict[str, Any] = {"value": option[0], "text": option[1]}
    if len(option) == 3:
        item["hint"] = {"text": option[2]}
    return item
