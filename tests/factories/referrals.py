"""Referrals for tests: a whole document that may be changed in part, and its way through the operations."""

from __future__ import annotations

import copy
import itertools
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from casework.access.permissions import Purpose
from casework.clock import london_date
from casework.referral_format import FORMAT, content_fingerprint, parse
from casework.referrals import operations
from casework.referrals.operations import Submission
from tests.factories.partnership import APartnership

_numbers = itertools.count(1)

LEANNE: Mapping[str, Any] = {
    "given_names": "Leanne",
    "family_name": "Whitehouse",
    "aliases": [],
    "date_of_birth": "1992-03-27",
    "address": {"lines": ["49 Wolverhampton Road", "Bilbrook"], "postcode": "WV9 9UZ"},
    "gender": "female",
    "phones": [{"number": "07700 900954", "safe": True, "leave_message": False}],
    "safe_contact": {
        "channel": "phone",
        "windows": "weekdays 09:30-14:30",
        "words": "Call from the health centre",
        "leave_message": False,
        "expires_on": "2027-06-01",
    },
    "ethnicity": "not_asked",
    "disability": "no",
    "sexual_orientation": "heterosexual",
    "not_safe_to_talk_to": ["Piotr's mother"],
    "interpreter": None,
}
PIOTR: Mapping[str, Any] = {
    "given_names": "Piotr",
    "family_name": "Patel",
    "aliases": [],
    "date_of_birth": "1988-04-10",
    "address": {"lines": ["78 Stafford Street", "Gnosall"], "postcode": "ST20 2XB"},
    "gender": "male",
    "relationship_to_victim": "ex_partner",
}
SIAN: Mapping[str, Any] = {
    "given_names": "Siân",
    "family_name": "Whitehouse",
    "date_of_birth": "2015-12-10",
    "relationship_to_victim": "child",
    "relationship_to_perpetrator": "child",
    "lives_with": "victim",
}


def dash(yes: int = 15, *, completed_on: date) -> dict[str, Any]:
    """Return a checklist in which the first `yes` items are yes and the rest no."""
    return {
        "tool": "dash",
        "version": "safelives-24",
        "completed_on": completed_on.isoformat(),
        "answers": {str(item): "yes" if item <= yes else "no" for item in range(1, 25)},
        "sources": {},
    }


def a_document(received_on: date, *, yes: int = 15, **changes: Any) -> dict[str, Any]:
    """Return a referral of Leanne and Piotr received on a London day; `changes` replace whole top-level fields."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "reference": f"V-{next(_numbers):05}",
        "received_on": received_on.isoformat(),
        "referrer": {"agency": "police", "name": "Amy Lowe", "email": "amy.lowe@police.example.gov.uk"},
        "victim": dict(LEANNE),
        "perpetrators": [dict(PIOTR)],
        "children": [dict(SIAN)],
        "dash": dash(yes, completed_on=received_on - timedelta(days=1)),
        "routes": ["visible_high_risk"] if yes >= 14 else [],
        "reasons": "Threats to kill since she left. He waits outside the school.",
        "police_incidents_12_months": 1,
        "most_recent_incident": {
            "on": (received_on - timedelta(days=2)).isoformat(),
            "summary": "He broke in at night and held her by the throat.",
        },
        "victim_aware": True,
        "not_aware_reason": None,
        "consent": "given",
        "afraid_of": ["Piotr Patel"],
    }
    return copy.deepcopy(document | changes)


def submitted(
    partnership: APartnership, document: Mapping[str, Any] | None = None, *, by: str = "referrer"
) -> uuid.UUID:
    """Send a referral now as one of the people, who refers for their own agency. Returns the referral's id."""
    document = document or a_document(london_date(partnership.now))
    parsed = parse(document, received_today=london_date(partnership.now), known_agencies=set(partnership.agencies))
    with partnership.acting(by, Purpose.REFERRING) as work:
        return operations.submit(
            work,
            submission=Submission(
                document=parsed.to_document(),
                fingerprint=content_fingerprint(parsed),
                referrer_agency_id=partnership.agencies[parsed.referrer.agency],
                reference=parsed.reference,
                received_on=parsed.received_on,
            ),
        ).referral_id


def accepted(
    partnership: APartnership,
    document: Mapping[str, Any] | None = None,
    *,
    by: str = "referrer",
    known_case_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Send a referral and accept it as the co-ordinator. Returns the case's id."""
    referral_id = submitted(partnership, document, by=by)
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return operations.accept(work, referral_id=referral_id, known_case_id=known_case_id)
