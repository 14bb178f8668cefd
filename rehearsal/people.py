"""Invented referrals by published national shares: 31% repeats, 36% partner referrals, 1.24 children a case, 6.4% male victims."""

from __future__ import annotations

import copy
import random
from datetime import date, timedelta
from typing import Any

WOMEN = "Leanne Kerry Fatima Siobhan Agnieszka Priyanka Donna Michelle Zofia Amina Chloe Bethany Rhiannon Oluchi Mei"
MEN = "Piotr Kofi Ryan Dean Imran Craig Tomasz Wayne Samuel Kyle Ravi Darren Liam Jerome Neil"
CHILDREN = "Anthony Siân Maya Jack Zara Oskar Ruby Idris Lily Noah Ada Callum"
SURNAMES = (
    "Whitehouse Patel Brown Turner Plant Williams O'Brien Nowak Begum Tonks Hodgkiss Okoro Walsh Ali Carter Fellows Kaur "
    "Smith-Jones Dyke Moss Perry Quigley Rashid Szymański Vale Yates Bickerton Cartwright Danks Edge"
)
STREETS = (
    "Wolverhampton Road|Church Lane|Castle View|Station Road|Mill Bank|Elm Grove|The Parade|Orchard Close|Heath Way"
)
PLACES = (
    ("Codsall", "WV8"),
    ("Perton", "WV6"),
    ("Wombourne", "WV5"),
    ("Bilbrook", "WV9"),
    ("Featherstone", "WV10"),
    ("Great Wyrley", "WS6"),
    ("Stafford", "ST16"),
    ("Penkridge", "ST19"),
    ("Gnosall", "ST20"),
)
PARTNERS = (
    "hospital",
    "idva_service",
    "housing",
    "mental_health",
    "childrens_social_care",
    "school_nursing",
    "probation",
)
COUPLES = ("partner", "ex_partner", "husband")
INCIDENTS = (
    "violence",
    "threats",
    "stalking_or_harassment",
    "controlling_behaviour",
    "unwanted_contact",
    "breach_of_order_or_bail",
)


class Inventor:
    """Invents referrals, always the same ones for the same seed. Remembers its couples, so that some come again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._number = 0
        self._couples: list[dict[str, Any]] = []

    def referral(self, received_on: date) -> dict[str, Any]:
        """Return one referral received on a London day, in the shape of docs/referral-format.md."""
        rng = self._rng
        self._number += 1
        again = bool(self._couples) and rng.random() < 0.31
        couple = copy.deepcopy(rng.choice(self._couples)) if again else self._couple(received_on)
        if not again:
            self._couples.append(copy.deepcopy(couple))
        score = rng.choices((rng.randint(14, 21), rng.randint(7, 13)), (0.66, 0.34))[0]
        yes = set(rng.sample(range(1, 25), score))
        agency = rng.choice(PARTNERS) if rng.random() < 0.361 else "police"
        incidents = rng.choice((0, 0, 1, 1, 2, 3, 5))
        routes = ["visible_high_risk"] if score >= 14 else []
        if incidents >= 3:
            routes.append("potential_escalation")
        if again:
            routes.append("repeat")
        judged = not routes and rng.random() < 0.9
        if judged:
            routes.append("professional_judgement")
        aware = rng.random() < 0.93
        happened_on = received_on - timedelta(days=rng.randint(0, 5))
        name = f"{rng.choice(f'{WOMEN} {MEN}'.split())} {rng.choice(SURNAMES.split())}"
        return {
            "format": "casework-referral/1",
            "reference": f"G-{self._number:05d}",
            "received_on": received_on.isoformat(),
            "referrer": {
                "agency": agency,
                "name": name,
                "email": f"worker{rng.randint(1, 60)}@{agency.replace('_', '-')}.example.gov.uk",
            },
            **couple,
            "dash": {
                "tool": "dash",
                "version": "safelives-24",
                "completed_on": happened_on.isoformat(),
                "answers": {
                    str(item): "yes" if item in yes else rng.choice(("no", "no", "dont_know")) for item in range(1, 25)
                },
                "sources": {},
            },
            "routes": routes,
            "reasons": (
                "Strangulation disclosed; she is terrified and believes she will be killed."
                if judged
                else "Control and threats, worse since the separation."
            ),
            "police_incidents_12_months": incidents,
            "most_recent_incident": {
                "on": happened_on.isoformat(),
                "summary": "Assault and threats at the home address.",
                "kind": rng.choice(INCIDENTS),
            },
            "victim_aware": aware,
            "consent": rng.choices(("given", "refused", "not_sought"), (0.78, 0.1, 0.12))[0] if aware else "not_sought",
            "not_aware_reason": None if aware else "Not safe to contact before the conference.",
            "afraid_of": [f"{one['given_names']} {one['family_name']}" for one in couple["perpetrators"]],
        }

    def _couple(self, on: date) -> dict[str, Any]:
        rng = self._rng
        victim_is_male = rng.random() < 0.064
        surname = rng.choice(SURNAMES.split())
        children = rng.choices((0, 1, 2, 3, 4), (0.34, 0.28, 0.22, 0.12, 0.04))[0]
        place, outward = rng.choice(PLACES)
        safe = rng.random() < 0.88
        victim = {
            "given_names": rng.choice((MEN if victim_is_male else WOMEN).split()),
            "family_name": surname,
            "aliases": [],
            "date_of_birth": self._born(on, 17, 71).isoformat(),
            "address": self._address(place, outward),
            "gender": "male" if victim_is_male else "female",
            "phones": [{"number": f"07700 900{rng.randint(0, 999):03d}", "safe": safe, "leave_message": False}],
            "safe_contact": (
                {"channel": "phone", "windows": "weekdays 09:30-14:30", "words": "Call from the health centre"}
                if safe
                else None
            ),
            "ethnicity": rng.choice(("white", "white", "white", "asian", "black", "mixed", "not_asked")),
            "disability": rng.choice(("no", "no", "yes", "not_asked")),
            "sexual_orientation": rng.choice(("heterosexual", "heterosexual", "lgb", "not_asked", "declined")),
            "not_safe_to_talk_to": [],
            "interpreter": None,
        }
        there, area = rng.choice(PLACES)
        relationship = rng.choice(("partner", "partner", "ex_partner", "ex_partner", "husband", "brother"))
        perpetrator = {
            "given_names": rng.choice((WOMEN if victim_is_male else MEN).split()),
            "family_name": rng.choice(SURNAMES.split()),
            "aliases": [],
            "date_of_birth": self._born(on, 18, 65).isoformat(),
            "address": self._address(there, area),
            "gender": "female" if victim_is_male else "male",
            "relationship_to_victim": relationship,
        }
        return {
            "victim": victim,
            "perpetrators": [perpetrator],
            "children": [
                {
                    "given_names": rng.choice(CHILDREN.split()),
                    "family_name": surname,
                    "date_of_birth": self._born(on, 0, 15).isoformat(),
                    "relationship_to_victim": "child",
                    "relationship_to_perpetrator": (
                        rng.choice(("child", "child", "stepchild")) if relationship in COUPLES else "none"
                    ),
                    "lives_with": "victim",
                }
                for _ in range(children)
            ],
        }

    def _born(self, on: date, youngest: int, oldest: int) -> date:
        return on - timedelta(days=self._rng.randint(youngest * 366 + 30, oldest * 365 + 300))

    def _address(self, place: str, outward: str) -> dict[str, Any]:
        rng = self._rng
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        return {
            "lines": [f"{rng.randint(1, 120)} {rng.choice(STREETS.split('|'))}", place],
            "postcode": f"{outward} {rng.randint(1, 9)}{rng.choice(letters)}{rng.choice(letters)}",
        }
