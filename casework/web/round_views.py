"""What several pages show of a round: its clocks as a time line, its research as a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask import url_for

from casework.clock import london_date
from casework.conferences.queries import ConferenceRecord, Place
from casework.conferences.rules import RoundState
from casework.duties.rules import when_words
from casework.research.queries import Square
from casework.research.rules import ResearchState
from casework.web.components import Clock, GridCase, GridCell, GridRow
from casework.web.wording import date_words


def clocks(conference: ConferenceRecord, now: datetime) -> tuple[Clock, ...]:
    """Return the clocks of a round in order, each passed, next or ahead at `now` (UTC)."""
    instants = (
        ("Cut-off", conference.cut_off_at),
        ("List out", conference.list_out_at),
        ("Research due", conference.research_due_at),
        ("Sitting", conference.sits_at),
        ("Minutes", conference.minutes_out_at),
    )
    ahead = [at for _, at in instants if at > now]
    return tuple(
        Clock(
            name=name,
            at=at,
            state="passed" if at <= now else "next" if at == ahead[0] else "ahead",
            away="" if at <= now else when_words(at, now),
        )
        for name, at in instants
    )


def away_words(conference: ConferenceRecord, now: datetime) -> str:
    """Say how far off a sitting is: "in 6 working days", or that it goes on or has not begun though its time has come."""
    if conference.state == RoundState.SITTING:
        return "going on now"
    return when_words(conference.sits_at, now) if now < conference.sits_at else "not begun yet"


def today_words(now: datetime) -> str:
    """Return the London day in words, for the mark of today."""
    return date_words(london_date(now))


def grid(
    places: Sequence[Place], squares: Sequence[Square], names: Mapping[UUID, str], now: datetime
) -> tuple[tuple[GridCase, ...], tuple[GridRow, ...]]:
    """Return the research grid: cases across in the order of the agenda, agencies down by name; each square opens the case."""
    across = tuple(GridCase(reference=one.number, href=url_for("cases.case", case_id=one.case_id)) for one in places)
    state = {(one.agency_id, one.case_id): one for one in squares}
    agencies = sorted({one.agency_id for one in squares}, key=lambda agency: names.get(agency, ""))
    rows = tuple(
        GridRow(
            agency=names.get(agency, "An agency that has left"),
            cells=tuple(
                GridCell(
                    state=_cell(state.get((agency, one.case_id)), now),
                    href=url_for("sitting.case", listing_id=one.id),
                )
                for one in places
            ),
        )
        for agency in agencies
    )
    return across, rows


def _cell(square: Square | None, now: datetime) -> str:
    if square is None:
        return "none"
    if square.state != ResearchState.ASKED:
        return "answered"
    return "late" if square.due_at < now else "due"
