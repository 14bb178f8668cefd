"""Small drawings for pages (bars, a line, a sparkline, a share, a ring), as inline SVG without style attributes, for the content policy.

A drawing is never alone: bars stand in the table of their figures, a line comes with its table, the small ones are said in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup, escape

WIDTH = 640
_NOTHING = Markup('<p class="govuk-body">No figures yet.</p>')


@dataclass(frozen=True, slots=True)
class Point:
    """One figure: what it is called, its value, and the words for it where the bare number does not say enough."""

    label: str
    value: float
    words: str = ""

    @property
    def said(self) -> str:
        """The figure in words."""
        return self.words or f"{self.value:,g}"


def _svg(width: int, height: int, *, title: str, description: str, key: str, content: str, kind: str) -> Markup:
    """Wrap `content` (made of escaped parts) with its name and description, which a screen reader says instead of the shapes."""
    return Markup(  # noqa: S704 - title and description are escaped here, content is made of numbers and escaped words
        f'<svg class="app-chart__drawing app-chart__drawing--{kind}" viewBox="0 0 {width} {height}" role="img"'
        f' aria-labelledby="{escape(key)}-title {escape(key)}-words">'
        f'<title id="{escape(key)}-title">{escape(title)}</title>'
        f'<desc id="{escape(key)}-words">{escape(description)}</desc>{content}</svg>'
    )


def _table(points: Sequence[Point], *, caption: str, first: str, second: str) -> str:
    rows = "".join(
        f'<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{escape(point.label)}</th>'
        f'<td class="govuk-table__cell govuk-table__cell--numeric">{escape(point.said)}</td></tr>'
        for point in points
    )
    return (
        '<table class="govuk-table app-chart__table">'
        f'<caption class="govuk-table__caption govuk-visually-hidden">{escape(caption)}</caption>'
        f'<thead class="govuk-table__head"><tr class="govuk-table__row"><th scope="col" class="govuk-table__header">{escape(first)}</th>'
        f'<th scope="col" class="govuk-table__header govuk-table__header--numeric">{escape(second)}</th></tr></thead>'
        f'<tbody class="govuk-table__body">{rows}</tbody></table>'
    )


def _figure(drawing: Markup, table: str, *, title: str) -> Markup:
    return Markup(  # noqa: S704 - both parts are made of escaped words
        f'<figure class="app-chart"><figcaption class="app-chart__title">{escape(title)}</figcaption>{drawing}'
        f'<details class="govuk-details app-chart__figures"><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">The figures'
        f'<span class="govuk-visually-hidden"> of {escape(title)}</span></span></summary>'
        f'<div class="govuk-details__text">{table}</div></details></figure>'
    )


def _said(points: Sequence[Point]) -> str:
    return ", ".join(f"{point.label}: {point.said}" for point in points) + "."


def bar_chart(points: Sequence[Point], *, key: str, title: str, of: str, figure: str) -> Markup:
    """Draw bars, one a row, inside the table of their figures. `of` heads the labels, `figure` the values; `key` is its id."""
    if not points:
        return _NOTHING
    top = max(max(point.value for point in points), 1e-9)
    rows = "".join(
        f'<tr class="app-bars__row" role="row"><th class="app-bars__label" scope="row" role="rowheader">{escape(point.label)}</th>'
        f'<td class="app-bars__figure" role="cell">{share_bar(point.value, top)}'
        f'<span class="app-bars__words">{escape(point.said)}</span></td></tr>'
        for point in points
    )
    return Markup(  # noqa: S704 - made of escaped words and numbers
        f'<table class="app-bars" role="table" id="{escape(key)}"><caption class="app-chart__title">{escape(title)}</caption>'
        f'<thead class="govuk-visually-hidden" role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{escape(of)}</th>'
        f'<th scope="col" role="columnheader">{escape(figure)}</th></tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def line_chart(
    points: Sequence[Point],
    *,
    key: str,
    title: str,
    of: str,
    figure: str,
    most: float | None = None,
    mark: Point | None = None,
    width: int = WIDTH,
) -> Markup:
    """Draw a line through points in order, with their table. `most` is the top of the scale; `mark` is a level to draw across.

    `width` is that of the column it stands in, in CSS pixels: a drawing that is made smaller makes its words smaller too.
    """
    if not points:
        return _NOTHING
    height, left, right, above, below = 240, 44, 26, 20, 40
    top = most or max(max(point.value for point in points), mark.value if mark else 0, 1e-9)
    step = (width - left - right) / max(len(points) - 1, 1)

    def x(number: int) -> float:
        return round(left + number * step if len(points) > 1 else width / 2, 1)

    def y(value: float) -> float:
        return round(height - below - min(value / top, 1) * (height - above - below), 1)

    shapes = [
        f'<line class="app-chart__axis" x1="{left}" y1="{y(0)}" x2="{width - right}" y2="{y(0)}"/>',
        f'<text class="app-chart__scale" x="{left - 8}" y="{y(0) + 5}" text-anchor="end">0</text>',
        f'<text class="app-chart__scale" x="{left - 8}" y="{y(top) + 5}" text-anchor="end">{top:,g}</text>',
    ]
    if mark:
        shapes.append(
            f'<line class="app-chart__mark" x1="{left}" y1="{y(mark.value)}" x2="{width - right}" y2="{y(mark.value)}"/>'
        )
        shapes.append(_mark_label(points, mark, left=left, right=width - right, at=y(mark.value)))
    line = " ".join(f"{x(number)},{y(point.value)}" for number, point in enumerate(points))
    shapes.append(f'<polyline class="app-chart__line" points="{line}"/>')
    every = max(1, -(-len(points) * 90 // width))  # a label takes some ninety pixels
    for number, point in enumerate(points):
        shapes.append(f'<circle class="app-chart__dot" cx="{x(number)}" cy="{y(point.value)}" r="5"/>')
        shapes.append(
            f'<text class="app-chart__value" x="{x(number)}" y="{y(point.value) - 11}" text-anchor="middle">{escape(point.said)}</text>'
        )
        if number % every == 0 or number == len(points) - 1:
            between = "" if number in (0, len(points) - 1) else " app-chart__scale--between"
            anchor = (
                "start"
                if number == 0 and len(points) > 1
                else "end"
                if number == len(points) - 1 and number
                else "middle"
            )
            shapes.append(
                f'<text class="app-chart__scale{between}" x="{x(number)}" y="{height - 12}" text-anchor="{anchor}">'
                f"{escape(_short(point.label))}</text>"
            )
    drawing = _svg(width, height, title=title, description=_said(points), key=key, content="".join(shapes), kind="line")
    return _figure(drawing, _table(points, caption=title, first=of, second=figure), title=title)


def _mark_label(points: Sequence[Point], mark: Point, *, left: float, right: float, at: float) -> str:
    """Put the name of the marked level at the end where the line is farther from it, on the side where the line is not."""
    first, last = points[0].value - mark.value, points[-1].value - mark.value
    at_right = abs(last) >= abs(first)
    below = (last if at_right else first) > 0
    x, anchor = (right, "end") if at_right else (left + 6, "start")
    return (
        f'<text class="app-chart__scale" x="{x}" y="{at + 19 if below else at - 7}" text-anchor="{anchor}">'
        f"{escape(mark.label)}</text>"
    )


def sparkline(values: Sequence[float], *, words: str, usual: Sequence[float] = ()) -> Markup:
    """Draw a line as small as a word, with what it shows said in `words`. `usual` is a second, dotted line to compare with."""
    width, height = 120, 28
    top = max([*values, *usual, 1e-9])

    def line(of: Sequence[float], kind: str, length: int) -> str:
        step = (width - 6) / max(length - 1, 1)
        points = " ".join(
            f"{round(3 + n * step, 1)},{round(height - 3 - v / top * (height - 6), 1)}" for n, v in enumerate(of)
        )
        return f'<polyline class="app-spark__{kind}" points="{points}"/>'

    length = max(len(values), len(usual))
    drawn = (line(usual, "usual", length) if usual else "") + (line(values, "line", length) if values else "")
    return Markup(  # noqa: S704 - numbers and escaped words
        f'<span class="app-spark"><svg class="app-spark__drawing" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' aria-hidden="true" focusable="false">{drawn}</svg><span class="app-spark__words">{escape(words)}</span></span>'
    )


def share_bar(done: float, of: float, *, tone: str = "plain") -> Markup:
    """Draw how much of a whole is done, as decoration beside the words that say it. `tone` is plain, good or warn."""
    length = round(200 * min(max(done, 0), of) / of, 1) if of else 0
    return Markup(  # noqa: S704 - numbers and a fixed word
        f'<svg class="app-share app-share--{escape(tone)}" viewBox="0 0 200 12" preserveAspectRatio="none"'
        ' aria-hidden="true" focusable="false">'
        f'<rect class="app-share__all" x="0" y="0" width="200" height="12"/>'
        f'<rect class="app-share__done" x="0" y="0" width="{length}" height="12"/></svg>'
    )


def _short(label: str) -> str:
    """Cut a label to what fits in a drawing; the table has it whole."""
    return label if len(label) <= 22 else label[:21] + "…"


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a ring's node: what it is called, and how it is drawn: full, striped or empty. Never by colour alone."""

    label: str
    fill: str


@dataclass(frozen=True, slots=True)
class Node:
    """One circle of a ring, with a slice for each of its parts; `is_whole` draws it full, as the one that has everything."""

    label: str
    slices: Sequence[Slice]
    is_whole: bool = False


def ring(nodes: Sequence[Node], *, centre: str, key: str, title: str, description: str) -> Markup:
    """Draw circles around a centre, each cut into its slices and numbered as in the table that stands with it."""
    radius = max(170, len(nodes) * 24)
    width, height, middle = WIDTH, 2 * (radius + 90), radius + 80
    shapes = [
        f'<defs><pattern id="{escape(key)}-stripes" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect class="app-ring__ground" width="8" height="8"/><path class="app-ring__stripe" d="M-2 2 2-2M0 8 8 0M6 10 10 6"/>'
        "</pattern></defs>"
    ]
    circles = []
    for number, node in enumerate(nodes):
        angle = 2 * pi * number / len(nodes) - pi / 2
        x, y = WIDTH / 2 + radius * cos(angle), middle + radius * sin(angle)
        holds = node.is_whole or any(one.fill != "empty" for one in node.slices)
        shapes.append(
            f'<line class="app-ring__tie{"" if holds else " app-ring__tie--ended"}" x1="{WIDTH // 2}" y1="{middle}"'
            f' x2="{x:.1f}" y2="{y:.1f}"/>'
        )
        circles.append(_node(node, number + 1, x, y, key))
    shapes += circles
    shapes.append(
        f'<circle class="app-ring__centre" cx="{WIDTH // 2}" cy="{middle}" r="52"/>'
        f'<text class="app-ring__name app-ring__name--centre" x="{WIDTH // 2}" y="{middle + 6}" text-anchor="middle">'
        f"{escape(_initials(centre))}</text>"
    )
    return _svg(width, height, title=title, description=description, key=key, content="".join(shapes), kind="ring")


def _node(node: Node, number: int, x: float, y: float, key: str) -> str:
    slices = node.slices if not node.is_whole else (Slice(node.label, "whole"),)
    step = 2 * pi / max(len(slices), 1)
    alone = " app-ring__slice--alone" if len(slices) == 1 else ""
    parts = [
        f'<path class="app-ring__slice app-ring__slice--{escape(one.fill)}{alone}"{_striped(one, key)}'
        f' d="{_sector(x, y, at * step, step)}"><title>{escape(one.label)}</title></path>'
        for at, one in enumerate(slices)
    ]
    return (
        f'<circle class="app-ring__ground" cx="{x:.1f}" cy="{y:.1f}" r="44"/>{"".join(parts)}'
        f'<text class="app-ring__number" x="{x:.1f}" y="{y + 7:.1f}" text-anchor="middle">{number}</text>'
        f'<text class="app-ring__name" x="{x:.1f}" y="{y + (64 if number > 1 else -54):.1f}" text-anchor="middle">'
        f"{escape(_short(node.label))}</text>"
    )


def _striped(one: Slice, key: str) -> str:
    return f' fill="url(#{escape(key)}-stripes)"' if one.fill == "striped" else ""


def _sector(x: float, y: float, begin: float, length: float) -> str:
    """Return the path of a part of a ring between 22 and 42 around a point, clockwise from the top; a whole one is left open by a hair."""
    end = begin + min(length, 2 * pi - 0.001)
    large = 1 if end - begin > pi else 0

    def at(angle: float, radius: int) -> str:
        return f"{x + radius * sin(angle):.2f} {y - radius * cos(angle):.2f}"

    return f"M{at(begin, 42)}A42 42 0 {large} 1 {at(end, 42)}L{at(end, 22)}A22 22 0 {large} 0 {at(begin, 22)}Z"


def _initials(name: str) -> str:
    """Return the first letters of a name, so that a printed picture says no more than it must; a short token stays as it is."""
    words = name.split()
    return name if len(name) <= 6 or len(words) < 2 else "".join(f"{word[0]}." for word in words[:3])
