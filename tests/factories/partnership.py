"""A small partnership at work, for tests of pages, stories and commands: made through the operations, at a given moment.

`a_partnership(stores, now)` founds seventeen agencies (education without a protocol), two MARACs with six months of
conferences every fortnight on a Wednesday, and people for each role. `WEDNESDAY_9_DECEMBER` is their next sitting. A test
that asks for the fixture `partnership` gets a copy of one that was founded once for the run, as of Monday 23 November, 09:00.
"""

from __future__ import annotations

import uuid
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from casework.access.actors import SYSTEM, Actor
from casework.access.permissions import Purpose, Role
from casework.accounts import operations as accounts
from casework.agencies import operations as agencies
from casework.clock import add_months, london_date
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import NewMarac
from casework.partnerships import operations as partnerships
from casework.work import Stores, UnitOfWork
from tests.team import OPERATOR, PASSWORD, Person, Team

MONDAY_23_NOVEMBER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEDNESDAY_9_DECEMBER = date(2026, 12, 9)

CORE = (
    *("police", "idva_service", "childrens_social_care", "adult_social_care", "hospital", "primary_care"),
    *("mental_health", "health_visiting", "school_nursing", "housing", "probation", "substance_misuse"),
)
NOT_CORE = ("education", "fire_service", "refuge", "youth_service", "voluntary_sector")
UNSIGNED = "education"

# key: name, agency, roles. The key names the person in tests: `partnership.people["chair"]`.
PEOPLE: Mapping[str, tuple[str, str, tuple[Role, ...]]] = {
    "coordinator": ("Priya Nair", "police", (Role.COORDINATOR,)),
    "second_coordinator": ("Owen Hart", "housing", (Role.COORDINATOR,)),
    "administrator": ("Gwen Pryce", "police", (Role.ADMINISTRATOR,)),
    "chair": ("Daniel Okafor", "police", (Role.CHAIR,)),
    "police": ("Ruth Hadley", "police", (Role.REPRESENTATIVE,)),
    "housing": ("Karen Stubbs", "housing", (Role.REPRESENTATIVE,)),
    "probation": ("Lewis Grant", "probation", (Role.REPRESENTATIVE,)),
    "education": ("Peter Allsop", "education", (Role.REPRESENTATIVE,)),
    "idva": ("Aisha Rahman", "idva_service", (Role.IDVA,)),
    "referrer": ("Amy Lowe", "police", (Role.REFERRER,)),
    "midwife": ("Grace Obi", "hospital", (Role.REFERRER,)),
    "observer": ("Hugh Sandford", "voluntary_sector", (Role.OBSERVER,)),
    "operator": ("Lena Fischer", "police", (Role.OPERATOR,)),
    "youth_worker": ("Jo Marsh", "youth_service", (Role.YOUTH_WORKER,)),
    "youth_manager": ("Helen Frost", "youth_service", (Role.YOUTH_MANAGER,)),
    "safeguarding_lead": ("Mina Shah", "youth_service", (Role.SAFEGUARDING_LEAD,)),
    "school_worker": ("Tom Beech", "school_nursing", (Role.YOUTH_WORKER,)),
    "housing_worker": ("Ivy Colclough", "housing", (Role.YOUTH_WORKER,)),
    "information_lead": ("Sara Quill", "police", (Role.INFORMATION_LEAD,)),
    "group_chair": ("Neil Abbott", "fire_service", (Role.GROUP_CHAIR,)),
}
_SECRET = b32encode(b"an invented secret").decode().rstrip("=")


@dataclass
class APartnership(Team):
    """The partnership with ids by short name. `now` is its clock: move it, and pages and units of work move with it."""

    agencies: dict[str, uuid.UUID] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    maracs: dict[str, uuid.UUID] = field(default_factory=dict)
    conferences: dict[str, tuple[uuid.UUID, ...]] = field(default_factory=dict)
    _actors: dict[tuple[str, date], Actor] = field(default_factory=dict)

    def on(self, stores: Stores) -> APartnership:
        """Give the same partnership on a copy of its databases, with a clock of its own."""
        copied = replace(self, stores=stores, people={}, _actors={})
        copied.people.update({key: replace(person, team=copied) for key, person in self.people.items()})
        return copied

    def acting(self, key: str | None, purpose: Purpose | None = None) -> UnitOfWork:
        """Open a unit of work in the partnership, now, as one of its people (None: the installation itself)."""
        if key is None:
            return self.work(SYSTEM, purpose=purpose or Purpose.SCHEDULED)
        return self.work(self.actor_of(key), purpose=purpose)

    def actor_of(self, key: str) -> Actor:
        """Give one of the people as an actor of today."""
        today = (key, london_date(self.now))
        if today not in self._actors:
            self._actors[today] = self.people[key].actor
        return self._actors[today]

    def account(self, key: str) -> uuid.UUID:
        """Give the account of one of the people."""
        return self.people[key].account_id


def a_partnership(stores: Stores, now: datetime = MONDAY_23_NOVEMBER, *, capacity: int = 16) -> APartnership:
    """Found the partnership as of `now`: agencies with signed protocols, people whose accounts are set up, MARACs, a calendar."""
    since = add_months(london_date(now), -24)
    partnership_id = uuid.uuid4()
    ids: dict[str, uuid.UUID] = {}
    with UnitOfWork(stores, actor=OPERATOR, now=now, partnership_id=partnership_id) as work:
        partnerships.create_partnership(work, slug="vale", name="Vale MARACs", from_date=since)
        for slug in (*CORE, *NOT_CORE):
            ids[slug] = agencies.register_agency(work, slug=slug, name=f"Vale {slug.replace('_', ' ')}")
            partnerships.add_agency(work, agency_id=ids[slug], joined_on=since, is_core=slug in CORE)
            if slug != UNSIGNED:
                until = add_months(since, 60)
                partnerships.sign_protocol(work, agency_id=ids[slug], version="2026", signed_on=since, expires_on=until)
    made = APartnership(stores, partnership_id, ids["police"], ids["housing"], now, agencies=ids)
    for key, (name, agency, roles) in PEOPLE.items():
        made.people[key] = _person(made, name=name, agency=agency, roles=roles, since=since)
    _calendar(made, capacity)
    return made


def _person(made: APartnership, *, name: str, agency: str, roles: tuple[Role, ...], since: date) -> Person:
    email = f"{name.replace(' ', '.').lower()}@{agency.replace('_', '-')}.example.gov.uk"
    with made.work() as work:
        invited = accounts.invite(
            work,
            name=name,
            email=email,
            post="Practitioner",
            agency_id=made.agencies[agency],
            roles=roles,
            from_date=since,
        )
    with made.work(SYSTEM) as work:
        accounts.activate(work, account_id=invited.account_id, password=PASSWORD, secret=_SECRET)
    return Person(made, invited.account_id, name, email, _SECRET)


def _calendar(made: APartnership, capacity: int) -> None:
    for slug, name, areas in (
        ("north", "Vale North MARAC", ("ST18", "ST20")),
        ("south", "Vale South MARAC", ("WV8", "WV9")),
    ):
        with made.acting("coordinator") as work:
            marac_id = conferences.add_marac(
                work,
                new=NewMarac(
                    slug=slug,
                    name=name,
                    frequency="fortnight",
                    starts_on=WEDNESDAY_9_DECEMBER,
                    sits_at_time=time(9, 30),
                    venue="Civic Centre, Codsall",
                    capacity=capacity,
                    postcode_areas=areas,
                ),
            )
        with made.acting("coordinator") as work:
            conferences.plan_conferences(work, marac_id=marac_id)
        with made.acting("coordinator") as work:
            planned = rounds.conferences(work, marac_id=marac_id)
            conferences.appoint_chair(work, conference_id=planned[0].id, account_id=made.account("chair"))
        made.maracs[slug] = marac_id
        made.conferences[slug] = tuple(one.id for one in planned)
