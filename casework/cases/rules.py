"""The case: its states, the parts people have in it, the kinds of standing and block, links to other cases, and flags.

A MARAC's case is one victim and one set of perpetrators; a new perpetrator is a new case, and a repeat comes back to the same
one. A case of youth support is one young person; where it stands is kept by casework.youth, and here it is open or closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from casework.clock import add_months
from casework.errors import Conflict
from casework.programmes.marac.rules import FlagAnchor, Policy


class CaseState(StrEnum):
    """Where a case stands. MARAC itself closes nothing: a case is heard, its actions end, it is flagged, and the flag lapses.

    Closed is a young person's file whose work has ended.
    """

    OPEN = "open"
    ACTIONS_LIVE = "actions_live"
    ACTIONS_DONE = "actions_done"
    FLAGGED = "flagged"
    LAPSED = "lapsed"
    CLOSED = "closed"
    RETAINED = "retained"
    DESTROYED = "destroyed"


TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.ACTIONS_LIVE, CaseState.FLAGGED, CaseState.LAPSED, CaseState.CLOSED}),
    CaseState.ACTIONS_LIVE: frozenset({CaseState.OPEN, CaseState.ACTIONS_DONE, CaseState.LAPSED}),
    CaseState.ACTIONS_DONE: frozenset({CaseState.OPEN, CaseState.ACTIONS_LIVE, CaseState.FLAGGED, CaseState.LAPSED}),
    CaseState.FLAGGED: frozenset({CaseState.OPEN, CaseState.ACTIONS_LIVE, CaseState.LAPSED}),
    CaseState.LAPSED: frozenset({CaseState.OPEN, CaseState.RETAINED}),
    CaseState.CLOSED: frozenset({CaseState.OPEN, CaseState.RETAINED}),
    CaseState.RETAINED: frozenset({CaseState.OPEN, CaseState.DESTROYED}),
    CaseState.DESTROYED: frozenset(),
}
"""Which state may follow which. A repeat brings a case back to open from any state but destroyed."""


def move(state: CaseState | str, to: CaseState) -> CaseState:
    """Return `to` if a case may go there from `state`. Raises Conflict, in words, when it may not."""
    now = CaseState(state)
    if to not in TRANSITIONS[now]:
        raise Conflict(f"This case is “{now.replace('_', ' ')}”, so it cannot become “{to.replace('_', ' ')}”.")
    return to


def after_hearing(actions_agreed: int, actions_unreported: int) -> CaseState:
    """Return the state of a case that has been heard, by its actions: live while one is unreported, else done, else flagged."""
    if actions_unreported:
        return CaseState.ACTIONS_LIVE
    return CaseState.ACTIONS_DONE if actions_agreed else CaseState.FLAGGED


class Part(StrEnum):
    """The part a person has in a case."""

    VICTIM = "victim"
    PERPETRATOR = "perpetrator"
    CHILD = "child"
    OTHER = "other"
    YOUNG_PERSON = "young_person"
    PARENT = "parent"


class StandingKind(StrEnum):
    """Why somebody may open a case. Each is a row with from and until, given by whoever made the relationship."""

    COORDINATOR = "coordinator"
    LISTED_AGENCY = "listed_agency"
    ACTION_OWNER = "action_owner"
    IDVA = "idva"
    REFERRER = "referrer"
    INVITED_PROFESSIONAL = "invited_professional"
    CHAIR = "chair"
    ASKED_COLLEAGUE = "asked_colleague"
    # Youth support: who holds the file, their agency's manager and safeguarding lead, and the team around the young person.
    CASE_HOLDER = "case_holder"
    HOME_AGENCY = "home_agency"
    LEAD_PROFESSIONAL = "lead_professional"
    TEAM_MEMBER = "team_member"


NEEDS_CONFIDENTIALITY = frozenset({StandingKind.LISTED_AGENCY, StandingKind.INVITED_PROFESSIONAL, StandingKind.CHAIR})
"""Standing that a round gave: the case opens only to who has accepted that round's confidentiality statement."""


ONE_QUESTION_ONLY = frozenset({StandingKind.ASKED_COLLEAGUE})
"""Standing for the one question of research that a colleague was asked (casework.research), and the people it is about."""

OPENS_NO_CASE = ONE_QUESTION_ONLY | {StandingKind.REFERRER}
"""Standing that opens no case. Whoever wrote a referral sees their own referral, its rounds and the actions that came of it:
not what others wrote, nor that there was an earlier one."""


class BlockKind(StrEnum):
    """Whom a conflict of interest shuts out."""

    WORKER = "worker"
    AGENCY = "agency"


class BlockReason(StrEnum):
    """Why somebody is shut out."""

    IS_A_PARTY = "is_a_party"
    RELATED_TO_A_PARTY = "related_to_a_party"
    KNOWS_A_PARTY = "knows_a_party"
    WORKS_WITH_A_PARTY = "works_with_a_party"
    PARTY_WORKS_HERE = "party_works_here"
    OTHER = "other"


class LinkKind(StrEnum):
    """A tie between two cases that is seen and never merged."""

    SWAPPED_PAIR = "swapped_pair"
    SAME_VICTIM = "same_victim"
    EARLIER_CASE = "earlier_case"


class SearchReason(StrEnum):
    """Why somebody looks for a person or a case. Written to the trail with the search, whose words are not."""

    NEW_CONTACT = "new_contact"
    BEFORE_REFERRING = "before_referring"
    RESEARCH = "research"
    ACTION = "action"
    SITTING = "sitting"
    SAFETY = "safety"
    ENQUIRY = "enquiry"


class FlagEnd(StrEnum):
    """Why a flag came down: its time was over, or a newer one took its place."""

    LAPSED = "lapsed"
    RENEWED = "renewed"


def flag_lapses_on(last_referral_on: date, last_conference_on: date | None, policy: Policy) -> date:
    """Return the first London day on which agencies' flags no longer stand, twelve months by default after the anchor.

    The anniversary of the anchor still stands, as it does in the repeat rule, so that a flag covers every day on which a
    new contact would be a repeat. The anchor is the latest referral, or by policy the latest sitting, once there is one.
    """
    anchor = last_referral_on
    if policy.flag_anchor is FlagAnchor.CONFERENCE and last_conference_on is not None:
        anchor = last_conference_on
    return date.fromordinal(add_months(anchor, policy.flag_months).toordinal() + 1)


def flag_stands(raised_on: date, lapses_on: date, on: date) -> bool:
    """Say whether a flag stands on the London day `on`: from the day it was raised until before the day it lapses."""
    return raised_on <= on < lapses_on
