"""The home page, different for each role: always what to do next. Who has several roles sees the parts of each, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from casework.access.permissions import Permission, Purpose
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.conferences import queries as rounds
from casework.conferences.queries import ConferenceRecord
from casework.conferences.rules import RoundState
from casework.duties import queries as duties
from casework.duties.rules import when_words
from casework.events import queries as events
from casework.minutes import queries as minutes
from casework.notifications import queries as notifications
from casework.referrals import queries as referrals
from casework.referrals.rules import ReferralState
from casework.research import queries as research
from casework.research.rules import ResearchState
from casework.web import duty_views, guard, home_views, round_views
from casework.web.components import DutyLine
from casework.web.unit import now, service, someone, work_for_request
from casework.web.wording import date_words
from casework.work import UnitOfWork

blueprint = Blueprint("home", __name__)

RUNNING = tuple(state.value for state in RoundState if state not in (RoundState.ISSUED, RoundState.FROZEN))
# Rounds that run or are to come: of two MARACs that sit every week this is two months, of all others more.
MOST_ROUNDS = 20
MOST_LINES = 6
Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The rounds that run or are to come, the one that each MARAC works on, and the one that is looked at."""

    running: tuple[ConferenceRecord, ...] = ()
    current: tuple[ConferenceRecord, ...] = ()
    focus: ConferenceRecord | None = None

    @property
    def names(self) -> dict[Any, str]:
        """What each round is called, by its id."""
        return {one.id: f"{one.marac.name}, {date_words(one.sits_at)}" for one in self.running}

    def waiting_for(self, *states: RoundState) -> list[ConferenceRecord]:
        """Return the rounds whose minutes stand at one of these states."""
        return [one for one in self.running if one.state in states]


@blueprint.get("/")
@guard.for_members
def home() -> str:
    """Show what this person does next."""
    with work_for_request(purpose=Purpose.CONFERENCE) as work:
        calendar = _calendar(work)
        parts: dict[str, Part] = {}
        for permission, name, part in PARTS:
            # Who runs the MARAC may refer as well, but has a page for that.
            if work.actor.has(permission) and not (name == "referrer" and "coordinator" in parts):
                parts[name] = part(work, calendar)
        if not parts.keys() & {"coordinator", "operator"}:
            parts["owed"] = {"duties": _owed(work, calendar)}
    focus = calendar.focus
    return render_template(
        "home/home.html",
        person=someone().name,
        now=now(),
        focus=focus,
        current=calendar.current,
        clocks=round_views.clocks(focus, now()) if focus else (),
        today=round_views.today_words(now()),
        away=when_words(focus.sits_at, now()) if focus else "",
        **{name: parts.get(name) for name in (*(name for _, name, _ in PARTS), "owed")},
    )


def _calendar(work: UnitOfWork) -> Calendar:
    if not work.actor.has(Permission.CONFERENCE_VIEW):
        return Calendar()
    running = rounds.conferences(work, states=RUNNING, limit=MOST_ROUNDS)
    current = home_views.current_rounds(running)
    wanted = request.args.get("round", "")
    focus = next((one for one in current if str(one.id) == wanted), current[0] if current else None)
    return Calendar(running, tuple(current), focus)


def _owed(work: UnitOfWork, calendar: Calendar) -> tuple[DutyLine, ...]:
    return duty_views.lines(duties.my_duties(work), calendar.names, frozenset(), now=work.now)


def _coordinator(work: UnitOfWork, calendar: Calendar) -> Part:
    """Show what stops the sitting, what waits at triage, and the research of every agency."""
    found: dict[str, Any] = {
        "inbox": home_views.inbox(referrals.inbox(work, with_candidates=False)),
        "may_triage": work.actor.has(Permission.REFERRAL_TRIAGE),
        "may_plan": work.actor.has(Permission.CONFERENCE_PLAN),
        "minutes": calendar.waiting_for(RoundState.MINUTES_DRAFT, RoundState.APPROVED),
        "before": None,
        "moving": (),
        "over_by": 0,
    }
    if (focus := calendar.focus) is None:
        return found
    boards = rounds.boards(work, conference_ids=[one.id for one in calendar.current])
    board = boards[focus.id]
    squares = research.grid(work, conference_id=focus.id)
    names = {one.id: one.name for one in agencies.agencies(work)}
    across, rows = round_views.grid(board.on_the_list, squares, names, work.now)
    return found | {
        "before": home_views.before(focus, board, squares, duties.open_duties(work), names),
        "moving": board.moving,
        "over_by": board.over_by,
        "boards": boards,
        "across": across,
        "rows": rows,
    }


def _chair(work: UnitOfWork, calendar: Calendar) -> Part:
    """Show the next sitting, the minutes to approve, and the cases that wait for the chair's word."""
    found: dict[str, Any] = {"approvals": calendar.waiting_for(RoundState.MINUTES_DRAFT), "board": None}
    if (focus := calendar.focus) is None:
        return found
    later = home_views.next_of(calendar.running, focus)
    boards = rounds.boards(work, conference_ids=[one.id for one in (focus, later) if one is not None])
    squares = research.grid(work, conference_id=focus.id)
    return found | {
        "board": boards[focus.id],
        "answered": sum(one.state != ResearchState.ASKED for one in squares),
        "asked": len(squares),
        "waiting_later": len(boards[later.id].waiting) if later is not None else 0,
    }


def _speaker(work: UnitOfWork, calendar: Calendar) -> Part:
    """Show an agency's own part of the round: research, actions, minutes to read."""
    asking = [one for one in calendar.running if one.state in home_views.OUT]
    progress = research.own_progress(work, conference_ids=[one.id for one in asking]) if asking else {}
    return {
        "progress": [(one, *progress[one.id]) for one in asking if one.id in progress],
        "actions": actions.my_actions(work),
        "most": MOST_LINES,
        "unread": minutes.unread_copies(work),
        "names": calendar.names,
    }


def _referrer(work: UnitOfWork, _: Calendar) -> Part:
    """Show one's own referrals: what came back, what is not sent yet, what became of the others."""
    lines = referrals.my_referrals(work)
    return {
        "returned": [one for one in lines if one.state == ReferralState.RETURNED],
        "drafts": [one for one in lines if one.state == ReferralState.DRAFT],
        "sent": [one for one in lines if one.state not in (ReferralState.RETURNED, ReferralState.DRAFT)][:MOST_LINES],
    }


def _operator(work: UnitOfWork, _: Calendar) -> Part:
    """Show whether the parts of the installation live and what waits in them: counts only, never a case."""
    notices = notifications.counts(work)
    with service().stores.engine.connect() as connection:
        living = events.living_parts(connection)
        outbox = events.status(connection)
    return {"notices": notices, "parts": [(part, part in living) for part in events.PARTS], "outbox": outbox}


PARTS: tuple[tuple[Permission, str, Callable[[UnitOfWork, Calendar], Part]], ...] = (
    (Permission.DUTY_CHASE, "coordinator", _coordinator),
    (Permission.MINUTES_APPROVE, "chair", _chair),
    (Permission.RESEARCH_ANSWER, "speaker", _speaker),
    (Permission.REFERRAL_SUBMIT, "referrer", _referrer),
    (Permission.SYSTEM_OPERATE, "operator", _operator),
)
