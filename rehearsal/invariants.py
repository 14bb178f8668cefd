"""What must hold after every rehearsal, each asked of the database, the post and the trail, not of the practitioners."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import psycopg

from casework.documents import mails

SERVICE = "Casework"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One invariant: its name, whether it held, how many things were looked at, and what broke it (ids and codes)."""

    name: str
    held: bool
    checked: int
    broken_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where to look: the database past every rule, the mail as it arrived, and the other places that must hold no content."""

    connection: psycopg.Connection
    mail: Path
    base_url: str
    known_to_mail: frozenset[str]
    known_elsewhere: frozenset[str]
    dump: Path
    other_places: tuple[Path, ...]


def check_all(evidence: Evidence, *, with_marac: bool = True) -> list[Invariant]:
    """Check every invariant, those of MARACs where there were any, and return the answers."""
    queries = (*(MARAC if with_marac else ()), *EVERYWHERE)
    by_query = [ask(evidence.connection, name, count, broken) for name, count, broken in queries]
    return [*by_query, *(check(evidence) for check in CHECKS)]


Queries = tuple[tuple[str, str, str], ...]
# Each: the name, a query that counts what is looked at, a query that returns what breaks it.
MARAC: Queries = (
    (
        "every accepted referral is listed for exactly one open round or was heard",
        "SELECT count(*) FROM referral WHERE state = 'accepted'",
        """SELECT r.id FROM referral r WHERE r.state = 'accepted' AND
           (SELECT count(*) FROM listing l WHERE l.case_id = r.case_id AND l.state = 'listed') <> 1 AND
           NOT EXISTS (SELECT 1 FROM listing l WHERE l.case_id = r.case_id AND l.state IN ('heard', 'withdrawn'))""",
    ),
    (
        "no case waits on two lists",
        "SELECT count(*) FROM case_record",
        "SELECT case_id FROM listing WHERE state = 'listed' GROUP BY case_id HAVING count(*) > 1",
    ),
    (
        "none is listed after the cut-off without the chair's word",
        "SELECT count(*) FROM listing",
        """SELECT l.id FROM listing l JOIN conference c ON c.id = l.conference_id
           WHERE l.listed_at >= c.cut_off_at AND l.chair_agreed_by_account_id IS NULL""",
    ),
    (
        "no list went out before its time",
        "SELECT count(*) FROM conference WHERE listed_at IS NOT NULL",
        "SELECT id FROM conference WHERE listed_at < cut_off_at",
    ),
    (
        "every case that an agency was asked about was disclosed to it by a decision",
        "SELECT count(*) FROM research_request",
        """SELECT r.id FROM research_request r LEFT JOIN disclosure d ON d.id = r.asked_disclosure_id
           LEFT JOIN sharing_decision s ON s.id = d.decision_id
           WHERE s.id IS NULL OR NOT d.was_shared OR s.result <> 'allow' OR d.to_agency_id <> r.agency_id""",
    ),
    (
        "every case in an agency's minutes is a disclosure to that agency",
        "SELECT count(*) FROM minutes_case",
        """SELECT m.id FROM minutes_case m LEFT JOIN disclosure d ON d.id = m.disclosure_id
           WHERE d.id IS NULL OR NOT d.was_shared OR d.to_agency_id <> m.agency_id OR d.case_id <> m.case_id""",
    ),
    (
        "nobody was asked about a case without standing in it",
        "SELECT count(*) FROM research_request",
        """SELECT r.id FROM research_request r WHERE NOT EXISTS (
           SELECT 1 FROM standing s WHERE s.case_id = r.case_id AND s.agency_id = r.agency_id)""",
    ),
    (
        "nobody answered or reported on a case from which they are blocked",
        "SELECT count(*) FROM case_block",
        """SELECT b.id FROM case_block b JOIN audit_entry a ON a.subject_id = b.case_id AND a.account_id = b.account_id
           WHERE a.at >= b.from_at AND (b.lifted_at IS NULL OR a.at < b.lifted_at) AND a.outcome <> 'refused'""",
    ),
    (
        "every opened case is in the trail",
        "SELECT count(*) FROM audit_entry WHERE outcome = 'viewed'",
        """SELECT id FROM research_request r WHERE r.answered_at IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM audit_entry a WHERE a.subject_id = r.case_id AND a.account_id = r.answered_by_account_id)""",
    ),
    (
        "every heard case has risks, actions or the reason for none, and a round that has sat",
        "SELECT count(*) FROM listing WHERE state = 'heard'",
        """SELECT l.id FROM listing l JOIN conference c ON c.id = l.conference_id
           WHERE l.state = 'heard' AND (l.ended_at IS NULL OR l.hearing_sealed IS NULL OR c.started_at IS NULL)""",
    ),
)

EVERYWHERE: Queries = (
    (
        "no notice was sent before its time",
        "SELECT count(*) FROM notice WHERE state = 'sent'",
        "SELECT id FROM notice WHERE state = 'sent' AND sent_at < send_at",
    ),
    (
        "every reminder that came due went out once or was needless",
        "SELECT count(*) FROM duty_reminder WHERE taken_at IS NOT NULL",
        """SELECT d.id FROM duty_reminder d
           WHERE (d.taken_at IS NULL AND d.due_at < (SELECT max(slot) - interval '30 minutes' FROM scheduled_run))
              OR (SELECT count(*) FROM notice_reminder n WHERE n.reminder_id = d.id) > 40""",
    ),
    (
        "at most one reminder mail a person a morning",
        "SELECT count(*) FROM notice WHERE template = 'reminder'",
        """SELECT min(id::text)::uuid FROM notice WHERE template = 'reminder'
           GROUP BY recipient_account_id, (recorded_at AT TIME ZONE 'Europe/London')::date HAVING count(*) > 1""",
    ),
    (
        "every disclosure cites a decision",
        "SELECT count(*) FROM disclosure",
        "SELECT d.id FROM disclosure d LEFT JOIN sharing_decision s ON s.id = d.decision_id WHERE s.id IS NULL",
    ),
    (
        "every event was handled",
        "SELECT count(*) FROM outbox_message",
        "SELECT id FROM outbox_message WHERE state <> 'done'",
    ),
    (
        "every entry of the trail is linked",
        "SELECT count(*) FROM audit_entry",
        """SELECT e.id FROM audit_entry e LEFT JOIN audit_link l ON l.entry_id = e.id
           WHERE l.id IS NULL AND e.written_at < clock_timestamp() - interval '10 seconds'""",
    ),
)


def ask(connection: psycopg.Connection, name: str, count: str, broken: str) -> Invariant:
    """Check one invariant by two queries: one counts what is looked at, one returns what breaks it."""
    checked = connection.execute(count).fetchone()
    rows = connection.execute(broken).fetchall()
    return Invariant(name, not rows, int(checked[0]) if checked else 0, tuple(str(row[0]) for row in rows[:5]))


def received(evidence: Evidence) -> Iterator[EmailMessage]:
    """Yield every mail that the mail server kept."""
    for path in sorted(evidence.mail.rglob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes no other
        yield message


def every_notice_arrived(evidence: Evidence) -> Invariant:
    """Every notice recorded as sent was received, under its own Message-ID."""
    rows = evidence.connection.execute("SELECT message_id FROM notice WHERE state = 'sent'").fetchall()
    there = {str(mail["Message-ID"]) for mail in received(evidence)}
    missing = [row[0] for row in rows if row[0] not in there]
    waiting = evidence.connection.execute("SELECT count(*) FROM notice WHERE state IN ('waiting', 'dead')").fetchone()
    left = int(waiting[0]) if waiting else 0
    return Invariant("every notice recorded was received", not missing and not left, len(rows), tuple(missing[:5]))


def every_mail_is_a_template(evidence: Evidence) -> Invariant:
    """Every mail is one of the fixed texts, word for word."""
    broken, checked = [], 0
    for mail in received(evidence):
        checked += 1
        if mails.matches_template(mail, service_name=SERVICE, base_url=evidence.base_url) is None:
            broken.append(str(mail["Message-ID"]))
    return Invariant("every mail matches a template", not broken and checked > 0, checked, tuple(broken[:5]))


def no_mail_says_anything(evidence: Evidence) -> Invariant:
    """No mail carries a known name, number, address or case reference."""
    broken, checked = [], 0
    for path in sorted(evidence.mail.rglob("*.eml")):
        checked += 1
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(value in text for value in evidence.known_to_mail):
            broken.append(path.name)
    return Invariant(
        "no mail carries a known name, number, address or case reference", not broken, checked, tuple(broken[:5])
    )


def no_place_holds_a_name(evidence: Evidence) -> Invariant:
    """What was put into people's records is found in no dump, broker file or log."""
    broken, checked = [], 0
    for place in (evidence.dump, *evidence.other_places):
        for path in [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.is_file()):
            checked += 1
            content = path.read_bytes()
            if any(value.encode() in content for value in evidence.known_elsewhere):
                broken.append(path.name)
    return Invariant(
        "a marked value put into people's records is found in no dump, broker file or log",
        not broken and checked > 0,
        checked,
        tuple(broken[:5]),
    )


CHECKS: tuple[Callable[[Evidence], Invariant], ...] = (
    every_notice_arrived,
    every_mail_is_a_template,
    no_mail_says_anything,
    no_place_holds_a_name,
)


def marked(number: int) -> str:
    """Return a value that occurs nowhere by chance, to be put into people's records and looked for elsewhere."""
    return f"Zz{uuid.UUID(int=number * 0x9E3779B97F4A7C15 % (1 << 128)).hex[:14]}"
