"""A corrected version: what has not been opened is called back, and a new draft begins as the version that is out."""

from __future__ import annotations

import uuid
from typing import Any

from casework.access.permissions import Permission
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.rules import RoundState
from casework.errors import Conflict, Invalid
from casework.minutes import events, policy, rules
from casework.minutes.models import Minutes
from casework.minutes.operations.drafting import actor_name, owe_approval
from casework.minutes.operations.issuing import call_back
from casework.work import UnitOfWork


def correct(work: UnitOfWork, *, conference_id: uuid.UUID, because: str) -> uuid.UUID:
    """Begin a corrected version of minutes that are out: a draft to change, for the chair to approve, then issued to each agency.

    Copies that nobody has opened are called back. Whoever opened theirs keeps it, marked as being corrected, until the new version
    is out, and is told by a notice without content. `because` stays with the record and is in no copy. Each version keeps its own
    changes and receipts. Returns the new version's id. Raises NotAllowed, NotFound, Invalid (because), Conflict before the minutes
    are issued.
    """
    work.require(Permission.MINUTES_DRAFT)
    issued = policy.reach_latest(work, conference_id, lock=True)
    if issued.state != "issued":
        raise Conflict("These minutes are not out yet: change the draft, or ask the chair to take the approval back.")
    if not because.strip() or len(because) > rules.LONGEST_REASON:
        raise Invalid.field("because", f"Say what is to be corrected, in up to {rules.LONGEST_REASON} characters.")
    call_back(work, issued)
    conferences.move_state(work, conference_id=conference_id, to=RoundState.MINUTES_DRAFT)
    work.keys.load([issued.key_id])
    body = _without_what_was_of_its_issue(issued.body.open(work.keys) or {})
    body["correction"] = {"because": because.strip(), "by": actor_name(work), "at": work.now.isoformat()}
    minutes = Minutes(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        conference_id=conference_id,
        version=issued.version + 1,
        state="draft",
        key_id=work.keys.new("conference", work.partnership_id),
        drafted_at=work.now,
    )
    minutes.body.seal(work.keys, body)
    work.session.add(minutes)
    work.note("minutes:correct", "minutes", minutes.id)
    conference = rounds.conference_record(work, conference_id=conference_id)
    owe_approval(work, conference, minutes.id, counted_from=work.now)
    work.record(
        events.CorrectionBegun(
            partnership_id=work.partnership_id,
            conference_id=conference_id,
            minutes_id=minutes.id,
            replaces_minutes_id=issued.id,
        )
    )
    return minutes.id


def _without_what_was_of_its_issue(body: dict[str, Any]) -> dict[str, Any]:
    """The words of the version that is out, without who had accepted when it went out and without the marks of its changes."""
    kept = {part: value for part, value in body.items() if part not in ("accepted", "amended", "correction")}
    kept["cases"] = [{part: value for part, value in one.items() if part != "amended"} for one in body["cases"]]
    return kept
