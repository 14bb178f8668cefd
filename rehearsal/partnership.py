"""The demonstration partnership: its agencies, its people who sign in, its two MARACs and their calendar."""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from casework.access.actors import SYSTEM, Actor, ActorKind
from casework.access.permissions import Purpose, Role
from casework.accounts import operations as accounts
from casework.accounts import queries as account_queries
from casework.accounts.rules import DEMONSTRATION_PASSWORD
from casework.agencies import operations as agencies
from casework.clock import add_months, add_working_days, london_date
from casework.conferences import operations as conferences
from casework.conferences import queries as rounds
from casework.conferences.operations import NewMarac
from casework.partnerships import operations as partnerships
from casework.work import Stores, UnitOfWork

SLUG = "south-staffordshire"
NAME = "South Staffordshire and Stafford MARAC team"
PASSWORD = DEMONSTRATION_PASSWORD

# slug, name, kind, and whether it is asked about every listed case: fifteen are.
AGENCIES: tuple[tuple[str, str, str, bool], ...] = (
    ("police", "Staffordshire Constabulary (invented)", "public_authority", True),
    ("idva_service", "Harbour IDVA Service", "charity", True),
    ("childrens_social_care", "Children's Social Care", "public_authority", True),
    ("adult_social_care", "Adult Social Care", "public_authority", True),
    ("hospital", "Mid Counties Hospital", "public_authority", True),
    ("primary_care", "Primary Care Safeguarding", "public_authority", True),
    ("mental_health", "Mental Health Trust", "public_authority", True),
    ("health_visiting", "Health Visiting", "public_authority", True),
    ("school_nursing", "School Nursing", "public_authority", True),
    ("education", "Education Safeguarding", "public_authority", True),
    ("housing", "Southfield Homes", "landlord", True),
    ("probation", "Probation Service", "public_authority", True),
    ("substance_misuse", "Turning Tide Drug and Alcohol Service", "charity", True),
    ("fire_service", "Fire and Rescue", "public_authority", True),
    ("refuge", "Willow Refuge", "charity", True),
    ("youth_service", "Targeted Youth Support", "public_authority", False),
    ("voluntary_sector", "Voluntary Sector Forum", "charity", False),
    ("community_safety", "Community Safety Team", "public_authority", False),
)

# key, name, agency, post, roles
PEOPLE: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("coordinator", "Priya Nair", "community_safety", "MARAC co-ordinator", (Role.COORDINATOR,)),
    ("administrator", "Gwen Pryce", "community_safety", "MARAC administrator", (Role.ADMINISTRATOR,)),
    ("chair", "Inspector Daniel Okafor", "police", "Chair", (Role.CHAIR,)),
    ("deputy_chair", "Margaret Lacey", "probation", "Deputy chair", (Role.CHAIR,)),
    ("police", "Sergeant Ruth Hadley", "police", "Domestic abuse sergeant", (Role.REPRESENTATIVE,)),
    ("idva", "Aisha Rahman", "idva_service", "IDVA manager", (Role.IDVA,)),
    ("idva_colleague", "Joanna Tranter", "idva_service", "IDVA", (Role.IDVA,)),
    ("childrens_social_care", "Helen Marsh", "childrens_social_care", "Team manager", (Role.REPRESENTATIVE,)),
    ("adult_social_care", "Colin Webb", "adult_social_care", "Safeguarding lead", (Role.REPRESENTATIVE,)),
    ("hospital", "Sister Bola Adeyemi", "hospital", "Safeguarding nurse", (Role.REPRESENTATIVE,)),
    ("primary_care", "Dr Tomasz Zielinski", "primary_care", "Named GP", (Role.REPRESENTATIVE,)),
    ("mental_health", "Nadia Farooq", "mental_health", "Safeguarding practitioner", (Role.REPRESENTATIVE,)),
    ("health_visiting", "Carol Dunne", "health_visiting", "Lead health visitor", (Role.REPRESENTATIVE,)),
    ("school_nursing", "Shona Wright", "school_nursing", "School nurse", (Role.REPRESENTATIVE,)),
    ("education", "Peter Allsop", "education", "Safeguarding officer", (Role.REPRESENTATIVE,)),
    ("housing", "Karen Stubbs", "housing", "Tenancy manager", (Role.REPRESENTATIVE,)),
    ("housing_deputy", "Ian Moult", "housing", "Tenancy officer", (Role.REPRESENTATIVE,)),
    ("probation", "Lewis Grant", "probation", "Senior probation officer", (Role.REPRESENTATIVE,)),
    ("probation_colleague", "Tanya Plant", "probation", "Probation officer", (Role.REPRESENTATIVE,)),
    ("substance_misuse", "Mo Hussain", "substance_misuse", "Service manager", (Role.REPRESENTATIVE,)),
    ("fire_service", "Steve Poole", "fire_service", "Community safety officer", (Role.REPRESENTATIVE,)),
    ("refuge", "Dawn Ellery", "refuge", "Refuge manager", (Role.REPRESENTATIVE,)),
    ("referrer_police", "Constable Amy Lowe", "police", "Response officer", (Role.REFERRER,)),
    ("referrer_midwife", "Grace Obi", "hospital", "Midwife", (Role.REFERRER,)),
    ("observer", "Hugh Sandford", "voluntary_sector", "Forum member", (Role.OBSERVER,)),
    ("operator", "Lena Fischer", "community_safety", "System operator", (Role.OPERATOR,)),
    ("youth_worker", "Jo Marsh", "youth_service", "Youth worker", (Role.YOUTH_WORKER,)),
    ("youth_manager", "Helen Frost", "youth_service", "Team manager", (Role.YOUTH_MANAGER,)),
    ("safeguarding_lead", "Mina Shah", "youth_service", "Safeguarding lead", (Role.SAFEGUARDING_LEAD,)),
    ("school_worker", "Tom Beech", "school_nursing", "School nurse", (Role.YOUTH_WORKER,)),
    ("housing_worker", "Ivy Colclough", "housing", "Young tenants’ officer", (Role.YOUTH_WORKER,)),
    ("information_lead", "Sara Quill", "community_safety", "Information lead", (Role.INFORMATION_LEAD,)),
    ("group_chair", "Neil Abbott", "fire_service", "Station manager", (Role.GROUP_CHAIR,)),
)

SOUTH_STAFFORDSHIRE = ("WV3", "WV4", "WV5", "WV6", "WV7", "WV8", "WV9", "WV10", "WS6", "WS11", "DY3", "DY7")
STAFFORD = ("ST16", "ST17", "ST18", "ST19", "ST20", "ST21")


@dataclass
class World:
    """Where everything of the demonstration partnership is: ids by the short names above."""

    partnership_id: uuid.UUID
    agencies: dict[str, uuid.UUID] = field(default_factory=dict)
    accounts: dict[str, uuid.UUID] = field(default_factory=dict)
    agency_of: dict[str, str] = field(default_factory=dict)
    roles_of: dict[str, frozenset[Role]] = field(default_factory=dict)
    maracs: dict[str, uuid.UUID] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """Return somebody as the actor that signing in would make of them."""
        return Actor(
            kind=ActorKind.PERSON,
            account_id=self.accounts[key],
            agency_id=self.agencies[self.agency_of[key]],
            roles=self.roles_of[key],
            protocol_signed=True,
        )

    def work(self, stores: Stores, key: str | None, now: datetime, purpose: Purpose | None = None) -> UnitOfWork:
        """Open a unit of work as somebody (None: the system) at a moment (UTC)."""
        actor = SYSTEM if key is None else self.actor(key)
        return UnitOfWork(
            stores,
            actor=actor,
            now=now,
            partnership_id=self.partnership_id,
            purpose=purpose or (Purpose.SCHEDULED if key is None else Purpose.CONFERENCE),
        )

    def speakers(self) -> dict[str, str]:
        """Return, for each core agency, the key of the person who speaks for it."""
        found: dict[str, str] = {}
        for key, _, agency, _, roles in PEOPLE:
            if {Role.REPRESENTATIVE, Role.IDVA} & set(roles):
                found.setdefault(agency, key)
        return found


def found_partnership(stores: Stores, *, now: datetime, first_sittings: tuple[date, date], capacity: int = 16) -> World:
    """Make the demonstration partnership as of `now` (UTC), its MARACs sitting every fortnight from the given Wednesdays."""
    world = World(partnership_id=uuid.uuid4())
    since = add_months(london_date(now), -24)
    with UnitOfWork(stores, actor=SYSTEM, now=now, partnership_id=world.partnership_id) as work:
        partnerships.create_partnership(work, slug=SLUG, name=NAME, from_date=since, settings={"capacity": capacity})
        for slug, name, kind, is_core in AGENCIES:
            agency_id = agencies.register_agency(work, slug=slug, name=name, kind=kind)
            world.agencies[slug] = agency_id
            partnerships.add_agency(work, agency_id=agency_id, joined_on=since, is_core=is_core)
            partnerships.sign_protocol(
                work, agency_id=agency_id, version="2026", signed_on=since, expires_on=add_months(since, 48)
            )
    with UnitOfWork(stores, actor=SYSTEM, now=now, partnership_id=world.partnership_id) as work:
        for key, name, agency, post, roles in PEOPLE:
            invited = accounts.invite(
                work,
                name=name,
                email=_email(name, agency),
                post=post,
                agency_id=world.agencies[agency],
                roles=roles,
                from_date=since,
            )
            accounts.activate(work, account_id=invited.account_id, password=PASSWORD, secret=_secret(key))
            world.accounts[key] = invited.account_id
            world.agency_of[key] = agency
            world.roles_of[key] = frozenset(roles)
        for slug, name, first, areas in (
            ("south-staffordshire", "South Staffordshire MARAC", first_sittings[0], SOUTH_STAFFORDSHIRE),
            ("stafford", "Stafford MARAC", first_sittings[1], STAFFORD),
        ):
            world.maracs[slug] = conferences.add_marac(
                work,
                new=NewMarac(
                    slug=slug,
                    name=name,
                    frequency="fortnight",
                    starts_on=first,
                    sits_at_time=time(9, 30),
                    venue="Civic Centre, Wolverhampton Road, Codsall",
                    capacity=capacity,
                    postcode_areas=areas,
                ),
            )
    return world


def plan(stores: Stores, world: World, *, now: datetime) -> None:
    """Put six months of conferences into the calendar and appoint the chair of each."""
    with world.work(stores, "coordinator", now) as work:
        for marac_id in world.maracs.values():
            conferences.plan_conferences(work, marac_id=marac_id)
    with world.work(stores, "coordinator", now) as work:
        for conference in rounds.conferences(work, states=["planned"]):
            if conference.chair_account_id is None:
                conferences.appoint_chair(work, conference_id=conference.id, account_id=world.accounts["chair"])


def first_wednesday(after: date, *, working_days: int) -> date:
    """Return the first Wednesday that is at least so many working days after a London day."""
    day = add_working_days(after, working_days)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def known_world(work: UnitOfWork) -> dict[str, uuid.UUID]:
    """Return the accounts of an existing demonstration partnership by name; for looking into one that is running."""
    names = {name: key for key, name, _, _, _ in PEOPLE}
    found = account_queries.account_names(work, account_queries.accounts_with_role(work, roles=list(Role)))
    return {names[person.name]: account_id for account_id, person in found.items() if person.name in names}


def _email(name: str, agency: str) -> str:
    return f"{'.'.join(name.lower().split()[-2:])}@{agency.replace('_', '-')}.example.gov.uk"


def _secret(key: str) -> str:
    """Return the same secret of one-time codes for the same invented person on every machine."""
    return b32encode(hashlib.sha256(f"casework demonstration {key}".encode()).digest()[:20]).decode()
