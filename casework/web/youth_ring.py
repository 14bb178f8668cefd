"""Who knows what about a young person: the words of it, and the picture of agencies around them. The table beside it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from casework.web.charts import Node, Slice, ring
from casework.web.forms.sharing import CATEGORY_WORDS, PURPOSE_WORDS
from casework.web.wording import plural
from casework.youth.queries import LIVE, AgencyKnows, Known, Now, WhoKnows

NOW: Mapping[Now, tuple[str, str]] = {
    Now.AGREED: ("Agreed, and still so", "green"),
    Now.OTHER_BASIS: ("On another basis than agreement", "blue"),
    Now.ENDED: ("The agreement has ended", "amber"),
    Now.KEPT: ("The agreement has ended: kept, with a basis", "purple"),
    Now.DELETED: ("The agreement has ended: they say it is deleted", "grey"),
}
_FILL: Mapping[Now, str] = {Now.AGREED: "full", Now.OTHER_BASIS: "striped"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: kinds of information at one agency of which the same holds today. `number` is that of the picture."""

    number: int
    agency: str
    is_first: bool
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    told_at: datetime | None
    now: tuple[str, str] | None


def picture(found: WhoKnows) -> Markup:
    """Draw the agencies around the young person, each filled by the kinds of information that it may still use."""
    nodes = [
        Node(
            one.name,
            tuple(Slice(_category(known), _FILL.get(known.now, "empty")) for known in one.known),
            one.keeps_file,
        )
        for one in found.agencies
    ]
    return ring(
        nodes,
        centre=found.line.called or found.line.number,
        key="who-knows",
        title=f"Who knows what about {found.line.called or found.line.number}",
        description=" ".join(_said(number, one) for number, one in enumerate(found.agencies, start=1)),
    )


def rows(found: WhoKnows) -> list[Row]:
    """Return the lines of the table, agency by agency."""
    lines = []
    for number, agency in enumerate(found.agencies, start=1):
        is_first = True
        if agency.keeps_file:
            lines.append(Row(number, agency.name, is_first, ("Everything: it keeps the file",), (), None, None))
            is_first = False
        for now, group in groupby(agency.known, key=lambda one: one.now):
            same = list(group)
            purposes = dict.fromkeys(PURPOSE_WORDS.get(one.purpose, "") for one in same)
            lines.append(
                Row(
                    number,
                    agency.name,
                    is_first,
                    tuple(_category(one) for one in same),
                    tuple(purposes),
                    max(one.told_at for one in same),
                    NOW[now],
                )
            )
            is_first = False
    return lines


def _category(known: Known) -> str:
    return CATEGORY_WORDS.get(known.category, known.category)


def _said(number: int, agency: AgencyKnows) -> str:
    live = _list([_category(one).lower() for one in agency.known if one.now in LIVE])
    ended = sum(one.now not in LIVE for one in agency.known)
    said = ["keeps the file"] if agency.keeps_file else []
    said += [f"may use {live}"] if live else []
    said += (
        [f"was told {plural(ended, 'kind', 'kinds')} of information for which the agreement has ended"] if ended else []
    )
    return f"{number}, {agency.name}: {', '.join(said)}."


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
