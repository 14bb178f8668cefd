"""Writes of notices: recording them once, gathering a morning's reminders, and the steps of sending.

Sending is three units of work around the mail server: claim (the attempt is counted and committed), send, and note. A mail
server that is down loses nothing, because nothing is ever taken off but by its answer (docs/adr/0010-notices.md).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from casework.access.permissions import Role
from casework.accounts import queries as accounts
from casework.cases import queries as cases
from casework.clock import london_date
from casework.conferences import operations as conferences
from casework.conferences import queries as conference_queries
from casework.documents.mails import MailTemplate
from casework.duties import operations as duties
from casework.duties import rules as duty_rules
from casework.duties.operations import DueReminder
from casework.errors import Invalid, NotFound
from casework.minutes import queries as minutes
from casework.notifications import events, rules
from casework.notifications.models import Notice, NoticeReminder
from casework.referrals import queries as referrals
from casework.work import UnitOfWork

LEASE = rules.LONGEST_WAIT
INVITED_AHEAD = timedelta(days=21)
AT_THE_TABLE = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.CHAIR, Role.REPRESENTATIVE, Role.IDVA)


def notify(
    work: UnitOfWork,
    *,
    template: MailTemplate,
    account_ids: Iterable[uuid.UUID],
    about: str,
    conference_id: uuid.UUID | None = None,
    send_at: datetime | None = None,
) -> int:
    """Record one content-free notice for each person. `about` makes it the same notice when it is recorded again (codes and ids).

    Returns how many are new. They are sent from `send_at` (UTC; now when left out).
    """
    ids = _record(
        work,
        template,
        {account_id: f"{template.value}:{account_id}:{about}" for account_id in account_ids},
        conference_id,
        send_at or work.now,
    )
    return len(ids)


def _record(
    work: UnitOfWork,
    template: MailTemplate,
    dedupe_keys: dict[uuid.UUID, str],
    conference_id: uuid.UUID | None,
    send_at: datetime,
) -> dict[uuid.UUID, uuid.UUID]:
    """Insert what is not there yet; return the new notices by account."""
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "template": template.value,
            "recipient_account_id": account_id,
            "dedupe_key": key,
            "conference_id": conference_id,
            "message_id": f"<{uuid.uuid4().hex}@notices.casework>",
            "state": "waiting",
            "recorded_at": work.now,
            "send_at": send_at,
            "next_at": send_at,
        }
        for account_id, key in sorted(dedupe_keys.items())
    ]
    if not rows:
        return {}
    new = work.session.execute(
        insert(Notice)
        .on_conflict_do_nothing(index_elements=["partnership_id", "dedupe_key"])
        .returning(Notice.recipient_account_id, Notice.id),
        rows,
    )
    recorded = dict(new.all())
    if recorded:
        work.record(events.NoticesRecorded(partnership_id=work.partnership_id))
    return recorded


def invite_to_sittings(work: UnitOfWork) -> int:
    """Invite everybody who comes to the table to the sittings of the next three weeks, once each. Returns how many sittings.

    The invitation carries time and place and nothing of the content.
    """
    due = conferences.claim_invitations(work, until=work.now + INVITED_AHEAD)
    people = accounts.accounts_with_role(work, roles=AT_THE_TABLE)
    for conference_id, sequence in due:
        notify(
            work,
            template=MailTemplate.SITTING_PLANNED,
            account_ids=people,
            about=f"{conference_id}:{sequence}",
            conference_id=conference_id,
        )
    return len(due)


def tell_list_is_out(work: UnitOfWork, *, conference_id: uuid.UUID) -> int:
    """Tell everybody who speaks for an agency that the list went to. Returns how many notices are new."""
    people = conference_queries.people_on_the_list(work, conference_id=conference_id)
    return notify(work, template=MailTemplate.SOMETHING_NEW, account_ids=people, about=f"list:{conference_id}")


def tell_minutes_are_out(work: UnitOfWork, *, minutes_id: uuid.UUID) -> int:
    """Tell everybody who speaks for an agency that has a copy with something in it for them; and that there is something new whoever
    opened the version before and has no copy of this one. Returns how many notices are new."""
    people = minutes.people_with_copy(work, minutes_id=minutes_id)
    without = minutes.people_without_successor(work, minutes_id=minutes_id)
    return notify(
        work, template=MailTemplate.DOCUMENT_READY, account_ids=people, about=f"minutes:{minutes_id}"
    ) + notify(work, template=MailTemplate.SOMETHING_NEW, account_ids=without, about=f"withdrawn:{minutes_id}")


def tell_of_correction(work: UnitOfWork, *, minutes_id: uuid.UUID) -> int:
    """Tell everybody whose agency keeps an opened copy that it is being corrected. Returns how many notices are new."""
    people = minutes.people_with_copy(work, minutes_id=minutes_id)
    return notify(work, template=MailTemplate.SOMETHING_NEW, account_ids=people, about=f"correcting:{minutes_id}")


def tell_idva(work: UnitOfWork, *, case_id: uuid.UUID, about: str) -> int:
    """Tell the IDVAs the same day that somebody needs them, but for whoever is blocked. Returns how many notices are new."""
    blocked = cases.blocked_accounts(work, case_ids=[case_id], at=work.now).get(case_id, set())
    idvas = accounts.account_names(work, accounts.accounts_with_role(work, roles=[Role.IDVA]))
    people = [account_id for account_id, one in idvas.items() if not {account_id, one.agency_id} & blocked]
    return notify(work, template=MailTemplate.SOMETHING_NEW, account_ids=people, about=f"first_contact:{about}")


def tell_of_referral(work: UnitOfWork, *, referral_id: uuid.UUID, about: str) -> int:
    """Tell, when a referral is sent, whoever has it next: the IDVAs of the service that was asked for first contact, once, and the
    co-ordinators each time it comes to them. Not who is shut out of a case that it may be about, nor who sent it.

    One that came in with a file is told to no co-ordinator: who brought the file in knows. Returns how many notices are new.
    """
    sent = referrals.next_in_line(work, referral_id=referral_id)
    if sent is None:
        return 0
    blocked = set().union(*cases.blocked_accounts(work, case_ids=sent.case_ids, at=work.now).values())

    def having(role: Role) -> list[tuple[uuid.UUID, uuid.UUID | None]]:
        people = accounts.account_names(work, accounts.accounts_with_role(work, roles=[role]))
        return [(who, one.agency_id) for who, one in people.items() if not {who, one.agency_id} & blocked]

    idvas = [who for who, agency in having(Role.IDVA) if agency == sent.asked_agency_id] if sent.asked_agency_id else []
    told = [who for who, _ in having(Role.COORDINATOR) if who != sent.writer_id] if sent.writer_id else []
    return notify(
        work, template=MailTemplate.SOMETHING_NEW, account_ids=idvas, about=f"first_contact:{referral_id}"
    ) + notify(work, template=MailTemplate.SOMETHING_NEW, account_ids=told, about=f"referred:{about}")


def gather_reminders(work: UnitOfWork) -> int:
    """Turn the reminders that have come due into notices: at most one mail a person a morning, whatever it stands for.

    A person who is blocked from a case is not reminded of anything about it. Returns how many notices are new.
    """
    due = duties.take_due_reminders(work)
    about = frozenset[uuid.UUID]().union(*(reminder.case_ids for reminder in due))
    blocked = cases.blocked_accounts(work, case_ids=about, at=work.now)
    people = _Recipients(work)
    morning: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    at_once: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for reminder in due:
        shut_out = set[uuid.UUID]().union(*(blocked.get(case_id, ()) for case_id in reminder.case_ids))
        pile = morning if reminder.step in rules.MORNING_STEPS else at_once
        for account_id in people.of(reminder):
            if not shut_out or not {account_id, people.agency_of(account_id)} & shut_out:
                pile[account_id].append(reminder.id)
    today = london_date(work.now)
    return _post(work, MailTemplate.REMINDER, morning, f"{today}") + _post(
        work, MailTemplate.SOMETHING_NEW, at_once, f"{work.now:%Y%m%d%H%M}"
    )


def _post(work: UnitOfWork, template: MailTemplate, piles: dict[uuid.UUID, list[uuid.UUID]], slot: str) -> int:
    keys = {account_id: f"{template.value}:{account_id}:{slot}" for account_id in piles}
    new = _record(work, template, keys, None, work.now)
    if not piles:
        return 0
    notices = dict(
        work.session.execute(
            select(Notice.recipient_account_id, Notice.id).where(Notice.dedupe_key.in_(list(keys.values())))
        ).all()
    )
    rows = [
        {
            "id": uuid.uuid4(),
            "partnership_id": work.partnership_id,
            "notice_id": notices[account_id],
            "reminder_id": reminder_id,
        }
        for account_id, reminder_ids in piles.items()
        for reminder_id in reminder_ids
    ]
    work.session.execute(insert(NoticeReminder).on_conflict_do_nothing(), rows)
    return len(new)


class _Recipients:
    """Who is reminded: whoever owes it, or for the last step the role that is told when it stays undone."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._of_agency: dict[uuid.UUID, list[uuid.UUID]] = {}
        self._of_role: dict[str, list[uuid.UUID]] = {}
        self._agency_of: dict[uuid.UUID, uuid.UUID | None] = {}

    def of(self, reminder: DueReminder) -> Sequence[uuid.UUID]:
        if reminder.step == duty_rules.ESCALATED:
            role = duty_rules.escalated_to(reminder.kind)
            return self._managers(reminder.case_id) if role == Role.YOUTH_MANAGER else self._role(role)
        if reminder.owed_by_account_id is not None:
            return [reminder.owed_by_account_id]
        if reminder.owed_by_agency_id is not None:
            return self._agency(reminder.owed_by_agency_id)
        return self._role(reminder.owed_by_role)

    def agency_of(self, account_id: uuid.UUID) -> uuid.UUID | None:
        if account_id not in self._agency_of:
            found = accounts.account_names(self._work, [account_id]).get(account_id)
            self._agency_of[account_id] = found.agency_id if found else None
        return self._agency_of[account_id]

    def _agency(self, agency_id: uuid.UUID) -> list[uuid.UUID]:
        if agency_id not in self._of_agency:
            self._of_agency[agency_id] = accounts.representatives_of(self._work, agency_id)
        return self._of_agency[agency_id]

    def _managers(self, case_id: uuid.UUID | None) -> list[uuid.UUID]:
        """Return the youth managers of the agency that keeps the file; where it has none, its safeguarding leads."""
        keepers = cases.keepers_of_file(self._work, case_id=case_id, at=self._work.now) if case_id else set()
        for role in (Role.YOUTH_MANAGER, Role.SAFEGUARDING_LEAD):
            found = [one for one in self._role(role.value) if self.agency_of(one) in keepers]
            if found:
                return found
        return []

    def _role(self, role: str | None) -> list[uuid.UUID]:
        if role is None:
            return []
        if role not in self._of_role:
            self._of_role[role] = accounts.accounts_with_role(self._work, roles=[Role(role)])
        return self._of_role[role]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that this process sends now. `attempt` counts this try."""

    id: uuid.UUID
    template: MailTemplate
    recipient_account_id: uuid.UUID
    conference_id: uuid.UUID | None
    message_id: str
    attempt: int


def claim_due(work: UnitOfWork, *, limit: int = 200) -> list[Claimed]:
    """Claim the notices that are due, each for one sender; the try is counted before it is made, and must be committed first.

    Due means that `work.now` has reached `send_at`; waits between tries go by the database's clock.
    """
    waiting = (
        select(Notice.id)
        .where(Notice.state == "waiting", Notice.send_at <= work.now, _may_try())
        .order_by(Notice.send_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = work.session.execute(
        update(Notice)
        .where(Notice.id.in_(waiting.scalar_subquery()))
        .values(attempt=Notice.attempt + 1, next_at=func.now() + LEASE)
        .returning(
            Notice.id,
            Notice.template,
            Notice.recipient_account_id,
            Notice.conference_id,
            Notice.message_id,
            Notice.attempt,
        )
    ).all()
    return [Claimed(row[0], MailTemplate(row[1]), row[2], row[3], row[4], row[5]) for row in rows]


def _may_try() -> ColumnElement[bool]:
    return or_(Notice.attempt == 0, Notice.next_at <= func.now())


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the mail server said to one notice. `failure` is the class of the error; `is_ambiguous` when its answer was lost.

    `is_final` when there is no use in trying again; `is_server_down` when nothing was said to this notice in particular.
    """

    notice_id: uuid.UUID
    was_sent: bool
    attempt: int
    failure: str | None = None
    is_ambiguous: bool = False
    is_final: bool = False
    is_server_down: bool = False


def note_results(work: UnitOfWork, *, results: Collection[SendResult]) -> None:
    """Note what became of the tries: sent, to be tried again after a growing wait, or dead after the last one.

    However long the mail server is down, that alone makes no notice dead.
    """
    sent = [result.notice_id for result in results if result.was_sent]
    if sent:
        work.session.execute(
            update(Notice).where(Notice.id.in_(sent)).values(state="sent", sent_at=work.now, failure=None)
        )
    for result in results:
        if result.was_sent:
            continue
        used_up = result.attempt >= rules.MOST_ATTEMPTS and not result.is_server_down
        work.session.execute(
            update(Notice)
            .where(Notice.id == result.notice_id)
            .values(
                state="dead" if result.is_final or used_up else "waiting",
                failure=result.failure,
                is_ambiguous=or_(Notice.is_ambiguous, literal(result.is_ambiguous)),
                next_at=func.now() + rules.next_wait(result.attempt),
            )
        )


def withdraw(work: UnitOfWork, *, notice_ids: Collection[uuid.UUID]) -> None:
    """Take notices out of the post because their reader may no longer have them (left, suspended). Kept as withdrawn."""
    if notice_ids:
        work.session.execute(
            update(Notice).where(Notice.id.in_(list(notice_ids))).values(state="withdrawn", failure="no_right")
        )


def withdraw_older(work: UnitOfWork, *, before: datetime) -> int:
    """Take out of the post what should have gone before an instant (UTC) and would only confuse now. Returns how many."""
    gone = work.session.scalars(
        update(Notice)
        .where(Notice.state == "waiting", Notice.send_at < before)
        .values(state="withdrawn", failure="too_old")
        .returning(Notice.id)
    ).all()
    return len(gone)


def send_again(work: UnitOfWork, *, notice_id: uuid.UUID) -> None:
    """Put a dead notice back into the post. Raises NotFound, Invalid when it is not dead."""
    notice = work.session.scalar(select(Notice).where(Notice.id == notice_id).with_for_update())
    if notice is None:
        raise NotFound
    if notice.state != "dead":
        raise Invalid.field("notice", "Only a dead notice can be sent again.")
    notice.state = "waiting"
    notice.attempt = 0
    work.note("notice:send_again", "notice", notice.id)
