"""What a month of youth support comes to: its figures, asked of the database, and its lines of the table."""

from __future__ import annotations

from typing import Any

import psycopg

from casework.groups.rules.counts import KEPT_BACK, SMALL
from rehearsal.youth.invariants import YouthEvidence, counts_shown

# To sharing; whether somebody wants to be helped is an answer of its own.
_ANSWERS = "SELECT count(*) FROM agreement_entry e JOIN agreement a ON a.id = e.agreement_id WHERE a.kind = 'sharing'"
_FIGURES: dict[str, dict[str, str]] = {
    "enquiries": {
        "opened": "SELECT count(*) FROM youth_case",
        "pre_assessed": "SELECT count(*) FROM youth_step WHERE event = 'pre_assessment_done'",
        "assessed": "SELECT count(*) FROM youth_step WHERE event = 'assessment_completed'",
        "plans": "SELECT count(*) FROM youth_step WHERE event = 'plan_agreed'",
        "reviewed": "SELECT count(*) FROM plan_review",
        "held": "SELECT count(*) FROM youth_step WHERE event = 'agreement_withdrawn'",
        "closed": "SELECT count(*) FROM youth_case WHERE stage = 'closed'",
    },
    "agreements": {
        "given": f"{_ANSWERS} AND e.kind = 'given'",
        "partly_given": f"{_ANSWERS} AND e.kind = 'partly_given'",
        "refused": f"{_ANSWERS} AND e.kind = 'refused'",
        "narrowed": "SELECT count(*) FROM agreement_entry WHERE kind = 'narrowed'",
        "withdrawn": f"{_ANSWERS} AND e.kind = 'withdrawn'",
        "reaffirmed": f"{_ANSWERS} AND e.kind = 'reaffirmed'",
        "reviews_forced": "SELECT count(*) FROM agreement_entry WHERE kind = 'review_forced'",
    },
    "shares": {
        "asked": "SELECT count(*) FROM share",
        "delivered": "SELECT count(*) FROM share WHERE delivered_at IS NOT NULL",
        "in_part": "SELECT count(*) FROM disclosure WHERE kind = 'share' AND outcome = 'part' AND corrects_id IS NULL",
        "stopped": "SELECT count(*) FROM share WHERE state = 'stopped'",
        "refused": "SELECT count(*) FROM share WHERE state = 'refused'",
        "wait_for_agreement": "SELECT count(*) FROM share WHERE state = 'needs_agreement'",
        "passed_on": "SELECT count(*) FROM share WHERE source_share_id IS NOT NULL",
        "accepted": "SELECT count(*) FROM share WHERE state = 'accepted'",
        "declined": "SELECT count(*) FROM share WHERE state = 'declined'",
        "lapsed": "SELECT count(*) FROM share WHERE state = 'lapsed'",
    },
    "withdrawals": {
        "recorded": f"{_ANSWERS} AND e.kind = 'withdrawn'",
        "stopped_on_the_way": "SELECT count(*) FROM share WHERE stopped_because = 'withdrawn'",
        "recipients_told": "SELECT count(*) FROM withdrawal_notice",
        "deleted": "SELECT count(*) FROM withdrawal_notice WHERE answer = 'deleted'",
        "kept": "SELECT count(*) FROM withdrawal_notice WHERE answer = 'kept'",
        "late": "SELECT count(*) FROM duty WHERE kind = 'withdrawal_answer' AND late_since IS NOT NULL",
    },
    "steps": {
        "up": "SELECT count(*) FROM youth_step WHERE event = 'stepped_up'",
        "down": "SELECT count(*) FROM youth_step WHERE event = 'stepped_down'",
    },
    "interventions": {
        "recorded": "SELECT count(*) FROM intervention",
        "declined": "SELECT count(*) FROM intervention WHERE state = 'declined'",
        "signed": "SELECT count(*) FROM intervention WHERE signed_off_at IS NOT NULL",
        "letters_served": "SELECT count(*) FROM intervention WHERE served_on IS NOT NULL",
    },
    "contacts": {
        "opened": "SELECT count(*) FROM contact",
        "accepted": "SELECT count(*) FROM contact WHERE state = 'accepted'",
        "declined": "SELECT count(*) FROM contact WHERE state = 'declined'",
        "elsewhere": "SELECT count(*) FROM contact WHERE state = 'elsewhere'",
        "answered": "SELECT count(*) FROM contact WHERE state = 'answered'",
        "no_response": "SELECT count(*) FROM contact WHERE state = 'no_response'",
        "purged": "SELECT count(*) FROM contact WHERE purged_at IS NOT NULL",
        "risk_told": "SELECT count(*) FROM contact WHERE risk_told_at IS NOT NULL",
        "late": "SELECT count(*) FROM duty WHERE kind = 'contact_answer' AND late_since IS NOT NULL",
    },
    "group": {
        "meetings": "SELECT count(*) FROM group_meeting WHERE issued_at IS NOT NULL",
        "entries": "SELECT count(*) FROM group_entry WHERE withdrawn_at IS NULL",
        "stopped": "SELECT count(*) FROM audit_entry WHERE act = 'group:write' AND outcome = 'refused'",
        "doubts_put_aside": "SELECT coalesce(sum(confirmed_doubts), 0) FROM group_entry",
    },
    "decisions": {
        "made": "SELECT count(*) FROM sharing_decision WHERE programme = 'youth_support'",
        "permitted": """SELECT count(*) FROM sharing_decision
                        WHERE programme = 'youth_support' AND result IN ('allow', 'allow_part', 'must')""",
        "acts_recorded": "SELECT count(*) FROM disclosure WHERE kind = 'share'",
    },
}


def numbers(evidence: YouthEvidence) -> dict[str, dict[str, int]]:
    """Return the figures of youth support."""
    found = {
        part: {name: _one(evidence.connection, query) for name, query in queries.items()}
        for part, queries in _FIGURES.items()
    }
    shown = [cell["shown"] for cells in counts_shown(evidence).values() for cell in cells]
    found["group"] |= {"cells_below_five": shown.count(SMALL), "cells_kept_back": shown.count(KEPT_BACK)}
    return found


def lines(found: dict[str, dict[str, int]]) -> list[str]:
    """Return the figures as people read them."""
    return [
        f"{part:<13} " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
        for part, figures in found.items()
    ]


def _one(connection: psycopg.Connection, query: str) -> int:
    row: Any = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
