"""Awkward people, so that every page has something to show: counter-allegation, two partners, same address, alias, under 16, a sister."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from rehearsal.people import Inventor


def awkward_referrals(inventor: Inventor, on: date) -> list[dict[str, Any]]:
    """Return referrals received on a London day that strain the rules, each as an agency might send it."""
    first = inventor.referral(on)
    swapped = _other_way_round(first, inventor.referral(on))
    two_partners = {**inventor.referral(on), "victim": copy.deepcopy(first["victim"]), "children": []}
    same_address = inventor.referral(on)
    same_address["perpetrators"][0]["address"] = copy.deepcopy(same_address["victim"]["address"])
    same_address["victim"]["safe_contact"] = None
    same_address["victim"]["phones"] = [{"number": "07700 900123", "safe": False, "leave_message": False}]
    alias = inventor.referral(on)
    alias["victim"]["aliases"] = [{"given_names": alias["victim"]["given_names"], "family_name": "Smith-Jones"}]
    young = inventor.referral(on)
    young["victim"]["date_of_birth"] = date(on.year - 15, on.month, 1).isoformat()
    brother_of_a_worker = inventor.referral(on)
    brother_of_a_worker["perpetrators"][0] |= {"given_names": "Craig", "family_name": "Plant"}
    brother_of_a_worker["afraid_of"] = ["Craig Plant"]
    return [first, swapped, two_partners, same_address, alias, young, brother_of_a_worker]


def _other_way_round(first: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    """Return the counter-allegation: the couple of `first` with the parts exchanged, on the rest of another form."""
    was_victim, was_perpetrator = first["victim"], first["perpetrators"][0]
    shared = ("given_names", "family_name", "aliases", "date_of_birth", "address", "gender")
    victim = {**form["victim"], **{name: copy.deepcopy(was_perpetrator[name]) for name in shared}}
    perpetrator = {
        **form["perpetrators"][0],
        **{name: copy.deepcopy(was_victim[name]) for name in shared},
        "relationship_to_victim": "partner",
    }
    return {
        **form,
        "victim": victim,
        "perpetrators": [perpetrator],
        "children": [],
        "afraid_of": [f"{was_victim['given_names']} {was_victim['family_name']}"],
    }
