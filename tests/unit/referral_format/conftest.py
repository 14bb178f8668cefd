"""One good referral as police sent it: the first of the 60 sample referrals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "data" / "referrals.jsonl"


@pytest.fixture
def line() -> bytes:
    return SAMPLES.read_bytes().splitlines(keepends=True)[0]


@pytest.fixture
def referral(line: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(line)
    return value


@pytest.fixture
def full(referral: dict[str, Any]) -> dict[str, Any]:
    """The same referral with every optional answer given."""
    referral["referrer"] |= {"phone": "01785 000000", "job_title": "Domestic abuse officer"}
    referral["victim"]["safe_contact"] |= {"leave_message": False, "expires_on": "2027-02-09"}
    referral["victim"] |= {
        "interpreter": "Polish",
        "safe_to_talk_to": ["Her sister"],
        "second_safe_contact": {
            "name": "Jo Tonks",
            "relationship": "Sister",
            "phone": "07700 900111",
            "words": "Knows everything.",
        },
        "language": "Polish",
        "communication_needs": "Reads lips.",
        "tenure": "council",
        "landlord": "Southfield Homes",
        "gp_surgery": "Mill Lane Surgery",
        "no_recourse_to_public_funds": "no",
        "wishes": "To stay in the house\nwith the children.",
        "police_contact": {"wish": "does_not_wish", "words": "Not now."},
    }
    referral["perpetrators"][0]["occupation"] = "Locksmith"
    for child in referral["children"]:
        child["school"] = "Perton First School"
    referral["dash"] |= {"sources": {"19": "police officer"}, "details": {"1": "A broken wrist."}}
    referral["most_recent_incident"] |= {"kind": "violence", "crime_reference": "21/123456/26"}
    referral |= {
        "consent": "refused",
        "without_consent": {
            "purpose": "To prevent serious harm.",
            "lawful_basis": "Public task.",
            "why_proportionate": "Only what the conference needs.",
        },
        "earlier_maracs": [{"area": "Leeds", "on": "2024-05-01", "reference": "L-12"}],
    }
    return referral
