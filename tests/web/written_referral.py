"""A referral written by the pages, step by step, for the tests of referring and of what comes after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from casework.access.permissions import Purpose
from casework.referrals import queries
from tests.factories.partnership import APartnership
from tests.web.visitor import Visitor, text_of


def boxes(day: str, name: str) -> dict[str, str]:
    """A date in its three boxes."""
    year, month, in_month = day.split("-")
    return {f"{name}-day": in_month, f"{name}-month": month, f"{name}-year": year}


WHO = {
    "given_names": "Leanne",
    "family_name": "Whitehouse",
    "gender": "female",
    "address": "49 Wolverhampton Road\r\nBilbrook",
    "postcode": "wv9 9uz",
    **boxes("1992-03-27", "born"),
    "phones-count": "1",
    "phones-0-number": "07700 900954",
    "phones-0-safe": "yes",
    "phones-0-leave": "no",
    "perpetrators-count": "1",
    "perpetrators-0-given_names": "Piotr",
    "perpetrators-0-family_name": "Patel",
    "perpetrators-0-relationship": "ex_partner",
    "perpetrators-0-gender": "male",
    **boxes("1988-04-10", "perpetrators-0-born"),
}
CHECKLIST = {
    **{f"a{item}": "yes" if item <= 15 else "no" for item in range(1, 25)},
    "d14": "He said that he would burn the house down.",
    "s8": "her sister",
    **boxes("2026-11-22", "completed_on"),
}
ROUTES = {
    "routes": ["visible_high_risk"],
    "reasons": "Threats to kill since she left.",
    "incident": "He broke in at night.",
    "incident_kind": "violence",
    **boxes("2026-11-20", "incident_on"),
    "police_incidents": "2",
}
CHILDREN = {
    "any": "yes",
    "children-count": "1",
    "children-0-given_names": "Siân",
    "children-0-family_name": "Whitehouse",
    "children-0-to_victim": "child",
    **boxes("2015-12-10", "children-0-born"),
}
SAFE = {
    "channel": "phone",
    "windows": "weekdays 09:30-14:30",
    "words": "Call from the health centre",
    "aware": "yes",
    "consent": "given",
    "afraid_of": "Piotr Patel\r\nhis brother",
}
WHOLE = {"who": WHO, "checklist": CHECKLIST, "routes": ROUTES, "children": CHILDREN, "safe-contact": SAFE}


def begin(visitor: Visitor) -> str:
    """Begin a referral and give its address."""
    visitor.open("/refer/new")
    return visitor.send("/refer/new").headers["Location"].removesuffix("/who")


def fill(visitor: Visitor, **changes: Any) -> str:
    """Fill in every step; `changes` replace parts of a step (children={…}) or leave one out (children=None)."""
    address = begin(visitor)
    for step, given in WHOLE.items():
        change = changes.get(step.replace("-", "_"), {})
        if change is not None:
            visitor.open(f"{address}/{step}")
            answer = visitor.send(f"{address}/{step}", {**given, **change})
            assert answer.status_code == 303, text_of(answer)
    return address


def identity(address: str) -> UUID:
    """The referral's id."""
    return UUID(address.rsplit("/", 1)[1])


def record(partnership: APartnership, address: str) -> queries.ReferralRecord:
    """The referral as the co-ordinator reads it."""
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return queries.referral_record(work, referral_id=identity(address))
