"""What a rehearsal reports: the numbers of docs/rehearsing.md, asked of the database, and the table that people read."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import psycopg

from casework.actions import queries as actions
from casework.documents import mails
from casework.duties import queries as duties
from casework.notifications import queries as notifications
from casework.referrals import queries as referrals
from casework.research import queries as research
from casework.work import Stores
from rehearsal import invariants
from rehearsal.invariants import Evidence, Invariant
from rehearsal.partnership import World
from rehearsal.youth import report as youth


def numbers(stores: Stores, world: World, now: datetime, connection: psycopg.Connection) -> dict[str, Any]:
    """Return how many referrals, conferences, answers, actions, duties, notices and flags there were, in every state."""
    with world.work(stores, None, now) as work:
        came, asked, agreed = referrals.counts(work), research.counts(work), actions.counts(work)
        owed, posted = duties.counts(work), notifications.counts(work)
    answered = sum(asked.get(state, 0) for state in ("nothing_known", "shared", "kept_back"))
    return {
        "referrals": {
            "received": _one(connection, "SELECT count(*) FROM referral"),
            "returned": _one(connection, "SELECT count(*) FROM referral_decision WHERE step = 'returned'"),
            "accepted": came.get("accepted", 0),
            "redirected_under_16": _one(connection, "SELECT count(*) FROM referral WHERE victim_under_16"),
            "rejected_rows": 0,
            "repeats": came["repeats"],
        },
        "conferences": [_conference(row) for row in connection.execute(_CONFERENCES)],
        "research": {
            "asked": answered + asked.get("asked", 0),
            "answered": answered,
            "nothing_known": asked.get("nothing_known", 0),
            "late": asked.get("late", 0),
            "never": asked.get("asked", 0),
        },
        "actions": {
            "agreed": sum(agreed.get(state, 0) for state in ("agreed", "done", "overtaken", "not_done")),
            "done": agreed.get("done", 0),
            "overtaken": agreed.get("overtaken", 0),
            "not_done": agreed.get("not_done", 0),
            "overdue_now": agreed["overdue_now"],
            "escalated": _one(
                connection, "SELECT count(*) FROM duty WHERE kind = 'action_report' AND escalated_at IS NOT NULL"
            ),
        },
        "duties": {
            "raised": _one(connection, "SELECT count(*) FROM duty"),
            "met": owed.get("met", 0),
            "late": owed["late"],
            "open": owed.get("open", 0),
        },
        "notices": {
            "recorded": sum(posted.values()),
            "sent": posted.get("sent", 0),
            "failed": posted.get("dead", 0),
            "withdrawn": posted.get("withdrawn", 0),
        },
        "flags": {
            "raised": _one(connection, "SELECT count(*) FROM flag"),
            "lapsed": _one(connection, "SELECT count(*) FROM flag WHERE end_reason = 'lapsed'"),
        },
    }


_CONFERENCES = """
SELECT c.sits_on, c.capacity,
       count(l.id) FILTER (WHERE l.position IS NOT NULL),
       count(l.id) FILTER (WHERE l.state = 'heard'),
       count(l.id) FILTER (WHERE l.state = 'deferred'),
       (SELECT count(DISTINCT agency_id) FROM attendance a WHERE a.conference_id = c.id AND a.state = 'present'),
       (SELECT count(DISTINCT x.agency_id) FROM confidentiality k JOIN account x ON x.id = k.account_id
        WHERE k.conference_id = c.id)
FROM conference c LEFT JOIN listing l ON l.conference_id = c.id
WHERE c.started_at IS NOT NULL GROUP BY c.id ORDER BY c.sits_at
"""


def _conference(row: Any) -> dict[str, Any]:
    on: date = row[0]
    return {
        "date": on.isoformat(),
        "capacity": row[1],
        "listed": row[2],
        "heard": row[3],
        "deferred": row[4],
        "agencies_present": row[5],
        "agencies_accepted_confidentiality": row[6],
    }


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def mail_numbers(evidence: Evidence) -> dict[str, Any]:
    """Return how many mails arrived, under how many Message-IDs, of which template."""
    templates: Counter[str] = Counter()
    ids: set[str] = set()
    for mail in invariants.received(evidence):
        ids.add(str(mail["Message-ID"]))
        code = mails.matches_template(mail, service_name=invariants.SERVICE, base_url=evidence.base_url)
        templates[str(code or "none of them")] += 1
    return {
        "received": sum(templates.values()),
        "distinct_message_ids": len(ids),
        "templates": dict(sorted(templates.items())),
    }


def as_json(invariant: Invariant) -> dict[str, Any]:
    """Return an invariant as the report has it."""
    found = asdict(invariant)
    if not found["broken_by"]:
        del found["broken_by"]
    return found


def table(report: dict[str, Any]) -> str:
    """Return the report as people read it: a MARAC's figures where there were any, youth support's where there were any."""
    lines = []
    of_marac = ("referrals", "research", "actions", "flags") if report["simulated"]["fortnights"] else ()
    for part in (*of_marac, "duties", "notices"):
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report[part].items())
        lines.append(f"{part:<12} {words}")
    lines.append(
        f"{'mail':<12} {report['mail']['received']} received, {report['mail']['distinct_message_ids']} different"
    )
    for one in report["conferences"]:
        lines.append(
            f"{'conference':<12} {one['date']}: {one['listed']} of {one['capacity']} listed, {one['heard']} heard, "
            f"{one['deferred']} deferred, {one['agencies_present']} agencies present"
        )
    lines += youth.lines(report.get("youth", {}))
    lines.append(f"{'trail':<12} {report['audit']['entries']} entries, verified: {report['audit']['verified']}")
    for one in report["invariants"]:
        lines.append(f"{'held' if one['held'] else 'BROKEN':<12} {one['name']} ({one['checked']})")
    return "\n".join(lines)
