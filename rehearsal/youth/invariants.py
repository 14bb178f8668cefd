"""What must hold after every month of youth support, each asked of the database past every rule, and of the sealed texts, opened."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import select

from casework.access.permissions import Purpose
from casework.clock import wednesday_9_december
from casework.disclosures import queries as disclosures
from casework.encryption.envelope import SealBroken
from casework.encryption.sealed import Sealed
from casework.groups import models as group_tables
from casework.groups.rules.counts import SMALLEST_SHOWN
from casework.work import Stores, UnitOfWork
from rehearsal.invariants import Invariant, Queries, ask
from rehearsal.partnership import World
from rehearsal.youth.people import AT_16, YoungPerson
from rehearsal.youth.telling import sixteenth_birthday

PARENTS_YES_ENDS_AFTER_DAYS = 28
AT_ONCE = 200
GROUP_TABLES = (
    group_tables.YouthGroup,
    group_tables.GroupMember,
    group_tables.GroupMode,
    group_tables.GroupMeeting,
    group_tables.GroupAttendance,
    group_tables.GroupEntry,
    group_tables.GroupNamedCase,
    group_tables.GroupClearance,
    group_tables.GroupRoom,
)


@dataclass(frozen=True, slots=True)
class YouthEvidence:
    """Where to look: the database past every rule, the stores to open what is sealed, and who the young people are.

    `known` are words of other people, victims of a MARAC among them, that must not be in the group's space either.
    """

    connection: psycopg.Connection
    stores: Stores
    world: World
    now: datetime
    people: Sequence[YoungPerson]
    known: frozenset[str] = frozenset()


def check_all(evidence: YouthEvidence) -> list[Invariant]:
    """Check every invariant of youth support and return the answers."""
    by_query = [ask(evidence.connection, name, count, broken) for name, count, broken in QUERIES]
    return [*by_query, *(check(evidence) for check in CHECKS)]


# What agreements permitted at the moment of a delivery, read from their entries without the product's own reading of them.
_LIVE_THEN = """
    SELECT 1 FROM agreement a
    JOIN LATERAL (SELECT e.* FROM agreement_entry e WHERE e.agreement_id = a.id
                  AND jsonb_typeof(e.permit::jsonb) = 'object' AND e.at <= s.delivered_at ORDER BY e.number DESC LIMIT 1) scope ON true
    WHERE a.person_id = s.person_id AND a.kind = 'sharing' AND s.purpose = ANY (scope.purposes)
      AND jsonb_exists(scope.permit::jsonb -> receiver.slug, i.category)
      AND NOT EXISTS (SELECT 1 FROM agreement_entry x WHERE x.agreement_id = a.id AND x.at <= s.delivered_at
                      AND (x.kind IN ('withdrawn', 'refused', 'ended', 'giver_barred')))
      AND NOT EXISTS (SELECT 1 FROM agreement later WHERE later.replaces_id = a.id AND later.asked_at <= s.delivered_at)
"""

QUERIES: Queries = (
    (
        "no share was delivered without a live decision that permits it",
        "SELECT count(*) FROM share WHERE delivered_at IS NOT NULL",
        """SELECT s.id FROM share s LEFT JOIN disclosure d ON d.id = s.disclosure_id
           LEFT JOIN sharing_decision k ON k.id = d.decision_id
           WHERE s.delivered_at IS NOT NULL AND NOT coalesce(
             d.was_shared AND d.subject_id = s.id AND k.id = s.decision_id AND k.moment = 'delivery'
             AND k.result IN ('allow', 'allow_part', 'must') AND k.decided_at = s.delivered_at
             AND k.case_id = s.case_id AND k.person_id = s.person_id
             AND k.from_agency_id = s.from_agency_id AND k.to_agency_id = s.to_agency_id, false)""",
    ),
    (
        "every item delivered by agreement was agreed to at that moment",
        """SELECT count(*) FROM share_item i JOIN share s ON s.id = i.share_id
           JOIN sharing_decision k ON k.id = s.decision_id WHERE i.is_delivered AND k.row IN ('11', '12')""",
        f"""SELECT i.id FROM share_item i JOIN share s ON s.id = i.share_id
            JOIN agency receiver ON receiver.id = s.to_agency_id JOIN sharing_decision k ON k.id = s.decision_id
            WHERE i.is_delivered AND k.row IN ('11', '12') AND NOT EXISTS ({_LIVE_THEN})""",  # noqa: S608 - fixed text
    ),
    (
        "nothing was told after its withdrawal, by a share or on the team",
        "SELECT count(*) FROM agreement_entry WHERE kind = 'withdrawn'",
        """SELECT d.id FROM disclosure d JOIN agreement_entry e ON e.agreement_id = d.agreement_id
           WHERE d.was_shared AND d.corrects_id IS NULL AND e.kind = 'withdrawn' AND d.disclosed_at >= e.at""",
    ),
    (
        "what was stopped on its way never arrived",
        "SELECT count(*) FROM share WHERE state = 'stopped'",
        """SELECT s.id FROM share s WHERE s.state = 'stopped' AND (s.delivered_at IS NOT NULL OR EXISTS (
           SELECT 1 FROM share_item i WHERE i.share_id = s.id AND i.is_delivered) OR EXISTS (
           SELECT 1 FROM disclosure d WHERE d.subject_id = s.id AND d.was_shared))""",
    ),
    (
        "no share is left on its way",
        "SELECT count(*) FROM share",
        """SELECT id FROM share WHERE state = 'queued'
           AND decided_at <= (SELECT max(slot) FROM scheduled_run WHERE job LIKE 'deliver_shares:%')""",
    ),
    (
        "every act of sharing and of not sharing has its disclosure",
        "SELECT count(*) FROM share",
        """SELECT s.id FROM share s WHERE s.state <> 'queued' AND NOT EXISTS (
             SELECT 1 FROM disclosure d WHERE d.subject_id = s.id AND d.decision_id = s.decision_id
             AND d.case_id = s.case_id AND d.was_shared = (s.delivered_at IS NOT NULL))""",
    ),
    (
        "whoever was told something by an agreement, by a share or on the team, was told when it was taken back",
        "SELECT count(*) FROM withdrawal_notice",
        """SELECT e.id FROM agreement_entry e JOIN agreement a ON a.id = e.agreement_id
           JOIN disclosure d ON d.person_id = a.person_id AND d.disclosed_at < e.at AND d.was_shared
             AND d.kind IN ('share', 'team') AND d.consent IN ('agreed', 'partly') AND d.corrects_id IS NULL
           WHERE a.kind = 'sharing' AND e.kind = 'withdrawn' AND NOT EXISTS (SELECT 1 FROM withdrawal_notice n
           WHERE n.agreement_id = a.id AND n.agency_id = d.to_agency_id AND n.told_at = e.at)""",
    ),
    (
        "whoever received a part that was taken back was told which",
        "SELECT count(*) FROM withdrawal_notice WHERE is_part",
        """SELECT e.id FROM agreement_entry e JOIN agreement a ON a.id = e.agreement_id
           JOIN share s ON s.person_id = a.person_id AND s.delivered_at < e.at
           JOIN disclosure d ON d.id = s.disclosure_id AND d.consent IN ('agreed', 'partly')
           JOIN share_item i ON i.share_id = s.id AND i.is_delivered JOIN agency receiver ON receiver.id = s.to_agency_id
           WHERE e.kind = 'narrowed' AND jsonb_exists(e.deny::jsonb -> receiver.slug, i.category) AND NOT EXISTS (
           SELECT 1 FROM withdrawal_notice n WHERE n.agreement_id = a.id AND n.agency_id = s.to_agency_id AND n.is_part
           AND i.category = ANY (n.categories) AND n.told_at > s.delivered_at AND n.told_at <= e.at)""",
    ),
    (
        "a contact that ran out left nothing in the other agency's inbox",
        "SELECT count(*) FROM contact WHERE state = 'no_response'",
        """SELECT c.id FROM contact c JOIN contact_subject t ON t.contact_id = c.id JOIN share s ON s.id = t.share_id
           WHERE c.state = 'no_response' AND s.state IN ('queued', 'delivered', 'acknowledged')""",
    ),
    (
        "no contact is open after its time",
        "SELECT count(*) FROM contact",
        """SELECT id FROM contact WHERE closed_at IS NULL
           AND closes_at <= (SELECT max(slot) FROM scheduled_run WHERE job LIKE 'close_contacts:%')""",
    ),
    (
        "no young person's file came before a MARAC",
        "SELECT count(*) FROM youth_case",
        """SELECT y.id FROM youth_case y JOIN case_record c ON c.id = y.case_id WHERE c.programme <> 'youth_support'
           OR EXISTS (SELECT 1 FROM listing l WHERE l.case_id = y.case_id)
           OR EXISTS (SELECT 1 FROM research_request r WHERE r.case_id = y.case_id)""",
    ),
    (
        "every step in a file is in the trail of whoever took it",
        "SELECT count(*) FROM youth_step WHERE by_account_id IS NOT NULL",
        """SELECT t.id FROM youth_step t WHERE t.by_account_id IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM audit_entry a WHERE a.subject_id = t.case_id AND a.account_id = t.by_account_id AND a.at = t.at)""",
    ),
    (
        "whoever opened what was shared is in the trail",
        "SELECT count(*) FROM share WHERE acknowledged_at IS NOT NULL",
        """SELECT s.id FROM share s WHERE s.acknowledged_at IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM audit_entry a WHERE a.account_id = s.acknowledged_by_account_id AND a.subject_id = s.id)""",
    ),
)


def every_decision_replays(evidence: YouthEvidence) -> Invariant:
    """Every decision, made again on the facts that were kept with it, is the same, and so are the codes that stand beside it."""
    rows = evidence.connection.execute(
        "SELECT id, result, row, rule_set FROM sharing_decision WHERE key_id IS NOT NULL ORDER BY decided_at, id"
    ).fetchall()
    broken = []
    for start in range(0, len(rows), AT_ONCE):
        with _overseer(evidence) as work:
            for decision_id, result, row, rule_set in rows[start : start + AT_ONCE]:
                again = _again(work, decision_id)
                if again is None or _codes(again) != (result, row, rule_set):
                    broken.append(str(decision_id))
    return Invariant(
        "every decision made again on its stored facts is the same", not broken, len(rows), tuple(broken[:5])
    )


def _overseer(evidence: YouthEvidence) -> UnitOfWork:
    return evidence.world.work(evidence.stores, "information_lead", evidence.now, Purpose.OVERSIGHT)


def _again(work: UnitOfWork, decision_id: uuid.UUID) -> dict[str, Any] | None:
    """Return the answer of a decision made again, or None when it is another or cannot be made again."""
    try:
        found = disclosures.replay(work, decision_id=decision_id)
    except (SealBroken, KeyError, ValueError, TypeError):
        return None
    return dict(found.again) if found.same else None


def _codes(answer: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what stands in clear beside an answer: result, row and rule set; a MARAC's decisions name theirs in their own way."""
    if "allowed" in answer and "code" in answer:
        return "allow" if answer["allowed"] else "refuse", answer["code"], answer["rule_set"]
    return answer["result"], answer["row"], answer["rule_set"]


def only_what_was_allowed_went(evidence: YouthEvidence) -> Invariant:
    """What was delivered of a share are items of the categories that the decision at delivery allows, and all of those."""
    rows = evidence.connection.execute(
        """SELECT s.id, s.decision_id, array_agg(i.category) FILTER (WHERE i.is_delivered), array_agg(i.category)
           FROM share s JOIN share_item i ON i.share_id = s.id WHERE s.delivered_at IS NOT NULL
           GROUP BY s.id ORDER BY s.asked_at, s.id"""
    ).fetchall()
    broken = []
    with _overseer(evidence) as work:
        for share_id, decision_id, went, chosen in rows:
            again = _again(work, decision_id)
            if again is None or set(went or ()) != set(chosen) & set(again["allowed"]):
                broken.append(str(share_id))
    return Invariant(
        "exactly what the decision at delivery allows was delivered", not broken, len(rows), tuple(broken[:5])
    )


def a_parents_yes_ends(evidence: YouthEvidence) -> Invariant:
    """At sixteen a parent's yes is gone through again; 28 days later nothing goes by it."""
    broken, checked = [], 0
    for young in evidence.people:
        if young.story not in AT_16 or young.case_id is None:
            continue
        checked += 1
        turns_16 = sixteenth_birthday(young)
        ends = turns_16 + timedelta(days=PARENTS_YES_ENDS_AFTER_DAYS)
        row = evidence.connection.execute(
            """SELECT EXISTS (SELECT 1 FROM agreement_entry e JOIN agreement a ON a.id = e.agreement_id
                              WHERE a.case_id = %(case)s AND e.because = 'birthday' AND e.on = %(turns)s),
                      EXISTS (SELECT 1 FROM disclosure d JOIN agreement a ON a.id = d.agreement_id
                              WHERE d.case_id = %(case)s AND d.was_shared AND a.relation <> 'self'
                              AND (d.disclosed_at AT TIME ZONE 'Europe/London')::date >= %(ends)s)""",
            {"case": young.case_id, "turns": turns_16, "ends": ends},
        ).fetchone()
        if row != (True, False):
            broken.append(str(young.case_id))
    return Invariant(
        "a parent's yes is gone through again at sixteen and carries nothing 28 days later",
        not broken,
        checked,
        tuple(broken),
    )


def nobody_is_in_the_group_space(evidence: YouthEvidence) -> Invariant:
    """No row of the group's tables, sealed texts opened, has a known name, day of birth, address, telephone or case number."""
    known = {one.casefold() for one in _known(evidence)}
    broken, checked = [], 0
    for name, row_id, text in _group_texts(evidence):
        checked += 1
        if any(one in text for one in known):
            broken.append(f"{name} {row_id}")
    return Invariant("nobody is in the group's space", not broken and checked > 0, checked, tuple(broken[:5]))


def no_small_count_is_kept(evidence: YouthEvidence) -> Invariant:
    """No table of counts that the group keeps has a count below five, nor one cell alone from which it could be worked out."""
    tables = counts_shown(evidence)
    broken = []
    for entry_id, cells in tables.items():
        kept = [one["count"] for one in cells if one["count"] is not None]
        if any(count < SMALLEST_SHOWN for count in kept) or len(cells) - len(kept) == 1:
            broken.append(str(entry_id))
    checked = sum(len(cells) for cells in tables.values())
    return Invariant("no count below five is in the group's space", not broken, checked, tuple(broken[:5]))


def counts_shown(evidence: YouthEvidence) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """Return the cells of each table of counts that the group keeps, by entry."""
    found = {}
    with evidence.world.work(evidence.stores, None, evidence.now, Purpose.SCHEDULED) as work:
        for row in work.session.scalars(select(group_tables.GroupEntry).where(group_tables.GroupEntry.kind == "trend")):
            work.keys.load([row.key_id])
            found[row.id] = list((row.content.open(work.keys) or {}).get("table", []))
    return found


CHECKS: tuple[Callable[[YouthEvidence], Invariant], ...] = (
    every_decision_replays,
    only_what_was_allowed_went,
    a_parents_yes_ends,
    nobody_is_in_the_group_space,
    no_small_count_is_kept,
)


def _group_texts(evidence: YouthEvidence) -> Iterator[tuple[str, uuid.UUID, str]]:
    """Yield every row of the group's tables as one text in lower case, what is sealed in it opened."""
    with evidence.world.work(evidence.stores, None, evidence.now, Purpose.SCHEDULED) as work:
        for table in GROUP_TABLES:
            sealed = [name for name, one in vars(table).items() if isinstance(one, Sealed)]
            columns = [column.key for column in table.__table__.columns if not column.key.endswith("_sealed")]
            for row in work.session.scalars(select(table)):
                if sealed:
                    work.keys.load([row.key_id])  # type: ignore[attr-defined]  # a table with a sealed field has its key
                said = {name: getattr(row, name).open(work.keys) for name in sealed}
                said |= {name: str(getattr(row, name)) for name in columns}
                yield table.__tablename__, row.id, json.dumps(said, ensure_ascii=False).casefold()


def _known(evidence: YouthEvidence) -> set[str]:
    numbers = {row[0] for row in evidence.connection.execute("SELECT number FROM case_record")}
    return numbers | evidence.known | {word for young in evidence.people for word in known_of(young)}


def known_of(young: YoungPerson) -> set[str]:
    """Return what gives somebody away: whole name, mark, day of birth as people write it, telephone, postcode, street line."""
    document = young.document
    return {
        f"{document['given_names']} {document['family_name']}",
        young.mark,
        *_written(young.born),
        *(phone["number"] for phone in document["phones"]),
        *(phone["number"].replace(" ", "") for phone in document["phones"]),
        document["address"]["postcode"],
        document["address"]["lines"][0],
    }


def _written(day: date) -> set[str]:
    long = wednesday_9_december(day, with_year=True).split(" ", 1)[1]
    return {day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d.%m.%Y}", long}
