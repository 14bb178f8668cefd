"""A second partnership in the same installation, with agencies in common, a co-ordinator and a MARAC of its own."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, time

from casework.access.actors import SYSTEM
from casework.access.permissions import Role
from casework.accounts import operations as accounts
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import NewMarac
from casework.partnerships import operations as partnerships
from casework.work import UnitOfWork
from tests.factories.partnership import WEDNESDAY_9_DECEMBER, APartnership
from tests.team import OPERATOR, PASSWORD, Person

SHARED = ("police", "idva_service", "housing", "probation")
PEOPLE = {
    "coordinator": ("Moira Kelsall", "police", Role.COORDINATOR),
    "housing": ("Tess Oakden", "housing", Role.REPRESENTATIVE),
    "referrer": ("Ben Calder", "police", Role.REFERRER),
}
_SECRET = "NFXHMZLOORSWIIDTMVRXEZLU"


def a_neighbour(partnership: APartnership) -> APartnership:
    """Found the partnership Moor beside Vale: four of the same agencies, three people of its own, one MARAC with its calendar."""
    neighbour = replace(partnership, partnership_id=uuid.uuid4(), people={}, maracs={}, conferences={}, _actors={})
    neighbour.agencies = {slug: partnership.agencies[slug] for slug in SHARED}
    since = date(2025, 1, 1)
    with UnitOfWork(
        partnership.stores, actor=OPERATOR, now=partnership.now, partnership_id=neighbour.partnership_id
    ) as work:
        partnerships.create_partnership(work, slug="moor", name="Moor MARACs", from_date=since)
        for agency_id in neighbour.agencies.values():
            partnerships.add_agency(work, agency_id=agency_id, joined_on=since)
            partnerships.sign_protocol(work, agency_id=agency_id, version="2026", signed_on=since, expires_on=None)
    for key, (name, agency, role) in PEOPLE.items():
        email = f"{name.replace(' ', '.').lower()}@{agency}.example.gov.uk"
        with neighbour.work() as work:
            invited = accounts.invite(
                work, name=name, email=email, post="Practitioner", agency_id=neighbour.agencies[agency], roles=[role]
            )
        with neighbour.work(SYSTEM) as work:
            accounts.activate(work, account_id=invited.account_id, password=PASSWORD, secret=_SECRET)
        neighbour.people[key] = Person(neighbour, invited.account_id, name, email, _SECRET)
    with neighbour.acting("coordinator") as work:
        marac_id = conferences.add_marac(
            work,
            new=NewMarac(
                slug="moor",
                name="Moor MARAC",
                frequency="fortnight",
                starts_on=WEDNESDAY_9_DECEMBER,
                sits_at_time=time(14),
                venue="Town Hall, Leek",
                capacity=16,
            ),
        )
    with neighbour.acting("coordinator") as work:
        conferences.plan_conferences(work, marac_id=marac_id)
    with neighbour.acting("coordinator") as work:
        planned = rounds.conferences(work, marac_id=marac_id)
    neighbour.maracs["moor"] = marac_id
    neighbour.conferences["moor"] = tuple(one.id for one in planned)
    return neighbour
