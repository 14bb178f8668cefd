"""The home page, different for each role: always what to do next. Who has several roles sees the parts of each, one below the other.

A further role adds a line to PARTS and a template `home/_NAME.html`, which is given what the part returns under that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request

from casework.access.actors import Actor
from casework.access.permissions import Permission, Purpose, Role
from casework.actions import queries as actions
from casework.agencies import queries as agencies
from casework.cases import queries as cases
from casework.clock import london_date
from casework.conferences import queries as rounds
from casework.conferences.queries import ConferenceRecord
from casework.conferences.rules import RoundState
from casework.duties import queries as duties
from casework.duties.queries import DutyRecord
from casework.duties.rules import DutyKind
from casework.events import queries as events
from casework.minutes import queries as minutes
from casework.notifications import queries as notifications
from casework.referrals import queries as referrals
from casework.referrals.rules import ReferralState
from casework.research import queries as research
from casework.research.rules import ResearchState
from casework.web import duty_views, guard, home_views, round_views, youth_home
from casework.web.unit import now, service, someone, work_for_request
from casework.web.wording import date_words
from casework.work import UnitOfWork

blueprint = Blueprint("home", __name__)

RUNNING = tuple(state.value for state in RoundState if state not in (RoundState.ISSUED, RoundState.FROZEN))
# Rounds that run or are to come: of two MARACs that sit every week this is two months, of all others more.
MOST_ROUNDS = 20
MOST_LINES = 6
MOST_UNREAD = 3
# So long a withdrawn copy of minutes stands on the home page; afterwards among the minutes.
WITHDRAWN_IS_NEWS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every part stands on: the rounds that run or are to come, the one that each MARAC works on, the one that is looked
    at, and one's own duties."""

    running: tuple[ConferenceRecord, ...] = ()
    current: tuple[ConferenceRecord, ...] = ()
    focus: ConferenceRecord | None = None
    owed: tuple[DutyRecord, ...] = ()

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
    with work_for_request(purpose=_purpose(someone().actor)) as work:
        desk = _desk(work)
        parts = {part.name: part.shows(work, desk) for part in PARTS if part.is_for(work.actor)}
    focus = desk.focus
    return render_template(
        "home/home.html",
        person=someone().name,
        now=now(),
        focus=focus,
        current=desk.current,
        clocks=round_views.clocks(focus, now()) if focus else (),
        today=round_views.today_words(now()),
        away=round_views.away_words(focus, now()) if focus else "",
        parts=parts,
        **parts,
    )


def _purpose(actor: Actor) -> Purpose:
    """Say why the home page opens what it shows: who takes part in no round is at work with young people, or oversees that."""
    if actor.has(Permission.CONFERENCE_VIEW) or actor.has(Permission.REFERRAL_SUBMIT):
        return Purpose.CONFERENCE
    return Purpose.SUPPORT if actor.has(Permission.YOUTH_CASE_VIEW) else Purpose.OVERSIGHT


def _desk(work: UnitOfWork) -> Desk:
    owed = () if _runs_the_marac(work.actor) else duties.my_duties(work)
    if not work.actor.has(Permission.CONFERENCE_VIEW):
        return Desk(owed=owed)
    running = rounds.conferences(work, states=RUNNING, limit=MOST_ROUNDS)
    current = home_views.current_rounds(running)
    if work.actor.has(Permission.MINUTES_APPROVE):
        # A chair looks at the round that they chair, whichever MARAC sits first.
        current.sort(key=lambda one: one.chair_account_id != work.actor.account_id)
    wanted = request.args.get("round", "")
    focus = next((one for one in current if str(one.id) == wanted), current[0] if current else None)
    return Desk(running, tuple(current), focus, owed)


def _owed(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show one's own duties, the earliest first; an IDVA's victims stand in a part of their own."""
    apart = home_views.WITH_A_VICTIM if Role.IDVA in work.actor.roles else ()
    owed = [one for one in desk.owed if one.kind not in apart]
    called = duty_views.called(work, owed)
    return {"duties": duty_views.lines(owed, desk.names, frozenset(), now=work.now, called=called)}


def _coordinator(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show what stops the sitting, what waits at triage, and the research of every agency."""
    inbox = home_views.inbox(referrals.inbox(work, with_candidates=False))
    owed = duties.open_duties(work)
    found: dict[str, Any] = {
        "inbox": inbox,
        "may_triage": work.actor.has(Permission.REFERRAL_TRIAGE),
        "may_plan": work.actor.has(Permission.CONFERENCE_PLAN),
        "minutes": desk.waiting_for(RoundState.MINUTES_DRAFT, RoundState.APPROVED),
        "before": None,
        "seeking": home_views.seeking(owed, inbox) if work.actor.has(Permission.REFERRAL_TRIAGE) else (),
        "moving": (),
        "over_by": 0,
        "rows": (),
    }
    if (focus := desk.focus) is None:
        return found
    boards = rounds.boards(work, conference_ids=[one.id for one in desk.current])
    board = boards[focus.id]
    squares = research.grid(work, conference_id=focus.id)
    names = {one.id: one.name for one in agencies.agencies(work)}
    across, rows = round_views.grid(board.on_the_list, squares, names, work.now)
    return found | {
        "before": home_views.before(focus, board, squares, owed, names),
        "moving": board.moving,
        "over_by": board.over_by,
        "boards": boards,
        "across": across,
        "rows": rows,
    }


def _chair(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show the next sitting, the minutes to approve, and the cases that wait for the chair's word."""
    found: dict[str, Any] = {"approvals": desk.waiting_for(RoundState.MINUTES_DRAFT), "board": None}
    if (focus := desk.focus) is None:
        return found
    later = home_views.next_of(desk.running, focus)
    board = rounds.boards(work, conference_ids=[focus.id])[focus.id]
    squares = research.grid(work, conference_id=focus.id)
    waits = rounds.waiting_for_later(work, conference_id=focus.id) if later and focus.state in home_views.OUT else ()
    return found | {
        "board": board,
        "has_accepted": work.actor.account_id in cases.accepted_confidentiality(work, conference_id=focus.id),
        "is_mine": focus.chair_account_id == work.actor.account_id,
        "answered": sum(one.state != ResearchState.ASKED for one in squares),
        "asked": len(squares),
        "repeats": sum(one.is_repeat for one in board.on_the_list),
        "without_contact": sum(not one.has_safe_contact for one in board.on_the_list),
        "ends_at": focus.sits_at + timedelta(minutes=len(board.on_the_list) * focus.marac.minutes_a_case),
        "waiting_later": len(waits),
    }


def _idva(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show the victims to be reached for the first time and those to be told, each with the safe way to do it."""
    about = {one.case_id for one in desk.owed if one.kind in home_views.WITH_A_VICTIM and one.case_id is not None}
    firsts = [one.subject_id for one in desk.owed if one.kind == DutyKind.IDVA_CONTACT]
    found = referrals.victims_to_reach(work, referral_ids=firsts, case_ids=about)
    to_try, to_tell = home_views.victims(desk.owed, found.by_case, found.by_referral, today=london_date(work.now))
    return {"to_try": to_try, "to_tell": to_tell, "most": MOST_LINES}


def _speaker(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show an agency's own part of the round: research, actions, minutes to read."""
    asking = [one for one in desk.running if one.state in home_views.OUT]
    progress = research.own_progress(work, conference_ids=[one.id for one in asking]) if asking else {}
    copies = minutes.own_copies(work)
    sent = referrals.my_counts(work)
    # An IDVA's page is about victims: what their service has to report stands among what they owe.
    shows_actions = Role.IDVA not in work.actor.roles
    return {
        "progress": [(one, *progress[one.id]) for one in asking if one.id in progress],
        "shows_actions": shows_actions,
        "actions": actions.my_actions(work) if shows_actions else (),
        "most": MOST_LINES,
        "returned": sent.get(ReferralState.RETURNED, 0),
        "drafts": sent.get(ReferralState.DRAFT, 0),
        "unread": copies.unread[:MOST_UNREAD],
        "more_unread": max(0, len(copies.unread) - MOST_UNREAD),
        "withdrawn": [one for one in copies.withdrawn if work.now - one.since < WITHDRAWN_IS_NEWS],
    }


def _referrer(work: UnitOfWork, _: Desk) -> Mapping[str, Any]:
    """Show one's own referrals: what came back, what is not sent yet, what became of the others."""
    lines = referrals.my_referrals(work)
    return {
        "returned": [one for one in lines if one.state == ReferralState.RETURNED],
        "drafts": [one for one in lines if one.state == ReferralState.DRAFT],
        "sent": [one for one in lines if one.state not in (ReferralState.RETURNED, ReferralState.DRAFT)][:MOST_LINES],
    }


def _observer(work: UnitOfWork, desk: Desk) -> Mapping[str, Any]:
    """Show when and where the next sitting is, and what is noted of oneself."""
    if desk.focus is None:
        return {"state": "", "has_accepted": False}
    room = rounds.attendance(work, conference_id=desk.focus.id)
    own = next((one.state for one in room if one.account_id == work.actor.account_id), "")
    accepted = cases.accepted_confidentiality(work, conference_id=desk.focus.id)
    return {"state": own, "has_accepted": work.actor.account_id in accepted}


def _operator(work: UnitOfWork, _: Desk) -> Mapping[str, Any]:
    """Show whether the parts of the installation live and what waits in them: counts only, never a case."""
    notices = notifications.counts(work)
    with service().stores.engine.connect() as connection:
        living = events.living_parts(connection)
        outbox = events.status(connection)
    return {
        "notices": {state: notices.get(state, 0) for state in ("waiting", "sent", "dead")},
        "parts": [(part, part in living) for part in events.PARTS],
        "outbox": outbox,
    }


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page: its name, who sees it, and what its template is given."""

    name: str
    is_for: Callable[[Actor], bool]
    shows: Callable[[UnitOfWork, Desk], Mapping[str, Any]]


def _runs_the_marac(actor: Actor) -> bool:
    return actor.has(Permission.DUTY_CHASE)


def _may(permission: Permission) -> Callable[[Actor], bool]:
    return lambda actor: actor.has(permission)


def _refers(actor: Actor) -> bool:
    """Who runs the MARAC or speaks for an agency may refer as well, but has other things to do first."""
    return actor.has(Permission.REFERRAL_SUBMIT) and not (
        _runs_the_marac(actor) or actor.has(Permission.RESEARCH_ANSWER)
    )


def _observes(actor: Actor) -> bool:
    return Role.OBSERVER in actor.roles and not actor.has(Permission.CASE_VIEW)


PARTS: tuple[Part, ...] = (
    Part("coordinator", _runs_the_marac, _coordinator),
    Part("chair", _may(Permission.MINUTES_APPROVE), _chair),
    Part("observer", _observes, _observer),
    Part("oversight", _may(Permission.SHARE_OVERSEE), lambda work, desk: youth_home.oversight_part(work)),
    Part("youth", _may(Permission.YOUTH_CASE_VIEW), lambda work, desk: youth_home.part(work, desk.owed)),
    Part("group", _may(Permission.GROUP_LEAD), lambda work, desk: youth_home.group_part(work)),
    Part("owed", lambda actor: not _runs_the_marac(actor) and actor.roles != {Role.OPERATOR}, _owed),
    Part("idva", lambda actor: Role.IDVA in actor.roles, _idva),
    Part("speaker", _may(Permission.RESEARCH_ANSWER), _speaker),
    Part("referrer", _refers, _referrer),
    Part("operator", _may(Permission.SYSTEM_OPERATE), _operator),
)
