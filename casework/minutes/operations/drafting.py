"""The draft: composed from what was recorded, and changed part by part with every change kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select

from casework.access.actors import SYSTEM
from casework.access.permissions import Permission, Purpose
from casework.accounts import queries as accounts
from casework.cases import policy as case_policy
from casework.conferences import queries as rounds
from casework.conferences import rules as round_rules
from casework.conferences.queries import ConferenceRecord
from casework.conferences.rules import RoundState
from casework.duties import operations as duties
from casework.duties.operations import NewDuty
from casework.duties.rules import DutyKind
from casework.errors import Conflict, Invalid, NotFound
from casework.minutes import events, policy, rules
from casework.minutes.models import Minutes, MinutesEdit
from casework.minutes.operations.composing import compose
from casework.partnerships import queries as partnerships
from casework.work import UnitOfWork


def draft(work: UnitOfWork, *, conference_id: uuid.UUID) -> uuid.UUID:
    """Draft the minutes of a sitting that has ended from what was recorded: nothing is typed twice.

    Follows the end of the sitting; run again it returns the draft that is there. The chair owes the approval by the
    round's clock. Returns the minutes' id. Raises NotAllowed, NotFound, Conflict before the sitting has ended.
    """
    work.require(Permission.MINUTES_DRAFT)
    conference = rounds.conference_record(work, conference_id=conference_id)
    if conference.state != RoundState.MINUTES_DRAFT:
        raise Conflict("Minutes are drafted when the sitting has ended.")
    there = work.session.scalar(
        select(Minutes).where(Minutes.conference_id == conference_id).order_by(Minutes.version.desc()).limit(1)
    )
    if there is not None and there.state == "draft":
        return there.id
    minutes = Minutes(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        conference_id=conference_id,
        version=there.version + 1 if there else 1,
        state="draft",
        key_id=work.keys.new("conference", work.partnership_id),
        drafted_at=work.now,
    )
    with _whole_truth(work):
        minutes.body.seal(work.keys, compose(work, conference))
    work.session.add(minutes)
    work.note("minutes:draft", "conference", conference_id)
    owe_approval(work, conference, minutes.id, counted_from=conference.sits_at)
    work.record(
        events.MinutesDrafted(partnership_id=work.partnership_id, conference_id=conference_id, minutes_id=minutes.id)
    )
    return minutes.id


@contextmanager
def _whole_truth(work: UnitOfWork) -> Iterator[None]:
    """Let the installation read, whoever presses the button: a case must not drop out of everybody's minutes for their block."""
    actor, purpose = work.actor, work.purpose
    work.actor, work.purpose = SYSTEM, Purpose.SCHEDULED
    try:
        yield
    finally:
        work.actor, work.purpose = actor, purpose


def owe_approval(
    work: UnitOfWork, conference: ConferenceRecord, minutes_id: uuid.UUID, *, counted_from: datetime
) -> None:
    """Owe the chair's word and the issuing, by the round's clocks counted from an instant (UTC): the sitting, or a correction's begin."""
    used = partnerships.policy_version(work, version_id=conference.policy_version_id)
    holidays = partnerships.extra_holidays(work)
    clocks = round_rules.clocks(counted_from, used, holidays)
    duties.raise_duties(
        work,
        duties=[
            NewDuty(
                kind=DutyKind.MINUTES_APPROVAL,
                subject_kind="minutes",
                subject_id=minutes_id,
                due_at=clocks.minutes_approval_due_at,
                rule="clock.minutes_approval",
                owed_by_account_id=conference.chair_account_id,
                owed_by_role=None if conference.chair_account_id else "chair",
                conference_id=conference.id,
            ),
            NewDuty(
                kind=DutyKind.MINUTES_ISSUE,
                subject_kind="minutes",
                subject_id=minutes_id,
                due_at=clocks.minutes_out_at,
                rule="clock.minutes_out",
                owed_by_role="coordinator",
                conference_id=conference.id,
            ),
        ],
        policy_version_id=conference.policy_version_id,
        extra_holidays=holidays,
    )


def amend(
    work: UnitOfWork,
    *,
    conference_id: uuid.UUID,
    listing_id: uuid.UUID | None,
    part: str,
    words: str,
    changes_seen: int | None = None,
) -> None:
    """Change one part of the draft: of one case, or the other business of the whole (no listing).

    Words before and after are kept, with who changed them and when; words that are the same change nothing. `changes_seen`
    is how often the part had been changed when the writer began: where somebody changed it since, nothing is overwritten.
    Raises NotAllowed, NotFound, Invalid (words), Conflict once approved.
    """
    work.require(Permission.MINUTES_DRAFT)
    minutes = policy.reach_latest(work, conference_id, lock=True)
    if minutes.state != "draft":
        raise Conflict("The minutes are approved. Ask the chair to take the approval back first.")
    if len(words) > rules.LONGEST:
        raise Invalid.field("words", f"Use {rules.LONGEST:,} characters or fewer.")
    work.keys.load([minutes.key_id])
    body = minutes.body.open(work.keys) or {}
    place = body if listing_id is None else _case_to_amend(work, body, listing_id, part)
    changes = place.setdefault("amended", {})
    before, times = place.get(part) or "", changes.get(part, {}).get("times", 0)
    if changes_seen is not None and changes_seen != times:
        raise Invalid.field("words", f"{changes[part]['by']} changed this while you wrote. It now says: {before}")
    if words.strip() == before:
        return
    place[part] = words.strip()
    changes[part] = {"times": times + 1, "at": work.now.isoformat(), "by": actor_name(work)}
    minutes.body.seal(work.keys, body)
    _keep_change(work, minutes, place.get("case_id"), part, before, words.strip())
    work.note("minutes:amend", "minutes", minutes.id, reason=part)


def _case_to_amend(work: UnitOfWork, body: dict[str, Any], listing_id: uuid.UUID, part: str) -> dict[str, Any]:
    case: dict[str, Any] | None = next((one for one in body["cases"] if one["listing_id"] == str(listing_id)), None)
    case_policy.reach(work, uuid.UUID(case["case_id"]) if case else listing_id, act="minutes:amend")
    if case is None:
        raise NotFound
    if part not in rules.OF_A_CASE:
        raise Invalid.field("part", "That part is kept as it was recorded at the table.")
    return case


def actor_name(work: UnitOfWork) -> str:
    """Return the name of whoever acts, as it is kept beside their words."""
    return next((one.name for one in accounts.account_names(work, [work.actor.account_id]).values()), "")


def _keep_change(work: UnitOfWork, minutes: Minutes, case_id: str | None, part: str, before: str, after: str) -> None:
    edit = MinutesEdit(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        minutes_id=minutes.id,
        case_id=uuid.UUID(case_id) if case_id else None,
        part=part,
        changed_at=work.now,
        changed_by_account_id=work.actor.account_id,
        key_id=minutes.key_id,
    )
    edit.change.seal(work.keys, {"before": before, "after": after})
    work.session.add(edit)
