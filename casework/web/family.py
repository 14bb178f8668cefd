"""A small picture of who is related to whom, drawn on the server, above the table that says the same in words.

Adults stand in one row (victim first), children below. The table is the whole of it; the picture may be passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 640
_ADULTS_AT, _CHILDREN_AT = 66, 190
_ORDER = {"victim": 0, "perpetrator": 1, "other": 2, "child": 3}
_PARTS = {"victim": "Victim", "perpetrator": "Perpetrator", "other": "Other", "child": "Child"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person: `part` is victim, perpetrator, child or other; `words` says what helps to know them ("34", "lives with her")."""

    key: str
    name: str
    part: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """How one person is related to another: `of` is the `words` of `to`. Piotr is the ex-partner of Leanne."""

    of: str
    to: str
    words: str


def family_picture(
    members: Sequence[Member], ties: Sequence[Tie], *, key: str, title: str = "Family", width: int = WIDTH
) -> Markup:
    """Draw the picture with its table. Ties to a person who is not among `members` (not to be seen) are left out.

    Raises KeyError for an unknown part. `key` makes the ids unique on the page; `width` is that of the place it is for,
    so that its words stay readable there.
    """
    members = sorted(members, key=lambda member: _ORDER[member.part])
    names = {member.key: member.name for member in members}
    ties = [tie for tie in ties if tie.of in names and tie.to in names]
    places = _places(members, width)
    height = (_CHILDREN_AT if any(member.part == "child" for member in members) else _ADULTS_AT) + 68
    drawn = "".join([*(_line(tie, places, width) for tie in ties), *(_person(member, places) for member in members)])
    said = (
        "; ".join(f"{names[tie.of]}: {tie.words} of {names[tie.to]}" for tie in ties) or "No relationships are known."
    )
    return Markup(  # noqa: S704 - made of numbers and escaped words
        f'<figure class="app-family"><figcaption class="app-chart__title">{escape(title)}</figcaption>'
        f'<svg class="app-family__drawing" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{escape(key)}-title {escape(key)}-words"><title id="{escape(key)}-title">{escape(title)}</title>'
        f'<desc id="{escape(key)}-words">{escape(said)}</desc>{drawn}</svg>{_table(members, ties, names, title)}</figure>'
    )


def _places(members: Sequence[Member], width: int) -> dict[str, tuple[float, float]]:
    places: dict[str, tuple[float, float]] = {}
    for row, at in (
        ([m for m in members if m.part != "child"], _ADULTS_AT),
        ([m for m in members if m.part == "child"], _CHILDREN_AT),
    ):
        slot = width / max(len(row), 1)
        places.update({member.key: (round(slot * (number + 0.5), 1), at) for number, member in enumerate(row)})
    return places


def _person(member: Member, places: Mapping[str, tuple[float, float]]) -> str:
    x, y = places[member.key]
    # Shapes differ as well as fills: a victim is a full circle, a perpetrator a square, everybody else an open circle.
    if member.part == "perpetrator":
        shape = f'<rect class="app-family__shape" x="{x - 20}" y="{y - 20}" width="40" height="40" rx="4"/>'
    else:
        kind = " app-family__shape--victim" if member.part == "victim" else ""
        shape = (
            f'<circle class="app-family__shape{kind}" cx="{x}" cy="{y}" r="{16 if member.part == "child" else 21}"/>'
        )
    name = member.name if len(member.name) <= 16 else member.name[:15] + "…"
    words = (
        f'<text class="app-family__words" x="{x}" y="{y + 59}" text-anchor="middle">{escape(member.words[:22])}</text>'
    )
    return (
        f'{shape}<text class="app-family__name" x="{x}" y="{y + 41}" text-anchor="middle">{escape(name)}</text>{words}'
    )


def _line(tie: Tie, places: Mapping[str, tuple[float, float]], width: int) -> str:
    (x1, y1), (x2, y2) = places[tie.of], places[tie.to]
    if y1 != y2:  # between a child and an adult: the table has the words
        return f'<line class="app-family__tie" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'
    lift = 0 if abs(x1 - x2) <= width / 2 else 30  # a line past somebody in between is bent over them
    middle = (x1 + x2) / 2
    path = f'<path class="app-family__tie" d="M{x1} {y1} Q{middle} {y1 - 2 * lift} {x2} {y2}"/>'
    return f'{path}<text class="app-family__label" x="{middle}" y="{y1 - lift - 7}" text-anchor="middle">{escape(tie.words)}</text>'


def _table(members: Sequence[Member], ties: Sequence[Tie], names: Mapping[str, str], title: str) -> str:
    rows = []
    for member in members:
        own = [f"{tie.words} of {names[tie.to]}" for tie in ties if tie.of == member.key]
        rows.append(
            f'<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{escape(member.name)}</th>'
            f'<td class="govuk-table__cell" data-label="Part">{escape(", ".join(filter(None, (_PARTS[member.part], member.words))))}</td>'
            f'<td class="govuk-table__cell" data-label="Related">{escape(", ".join(own)) or "–"}</td></tr>'
        )
    return (
        '<table class="govuk-table app-table-stack app-family__table">'
        f'<caption class="govuk-visually-hidden">{escape(title)}, as a table</caption>'
        '<thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="govuk-table__header">Who</th>'
        '<th scope="col" class="govuk-table__header">Part</th><th scope="col" class="govuk-table__header">Related</th></tr></thead>'
        f'<tbody class="govuk-table__body">{"".join(rows)}</tbody></table>'
    )
