"""A partnership and its people for tests: made through the operations, signed in by what they know and hold.

`team` fixtures in tests/web/conftest.py and tests/integration/test_accounts.py use it; its clock stands still until a test moves it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyotp

from casework.access.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from casework.access.permissions import Purpose, Role
from casework.accounts import operations, queries
from casework.agencies import operations as agencies
from casework.partnerships import operations as partnerships
from casework.work import Stores, UnitOfWork

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
PASSWORD = "violet otter lamp"
OPERATOR = Actor(kind=ActorKind.OPERATOR, roles=frozenset({Role.OPERATOR}))


@dataclass
class Team:
    """A partnership with two member agencies, the police with a signed protocol and housing without; and its clock."""

    stores: Stores
    partnership_id: uuid.UUID
    police: uuid.UUID
    housing: uuid.UUID
    now: datetime = MONDAY

    @classmethod
    def found(cls, stores: Stores) -> Team:
        """Found the partnership."""
        partnership_id = uuid.uuid4()
        with UnitOfWork(stores, actor=OPERATOR, now=MONDAY, partnership_id=partnership_id) as work:
            partnerships.create_partnership(work, slug="vale", name="Vale MARACs", from_date=date(2026, 1, 1))
            police = agencies.register_agency(work, slug="police", name="Vale Police")
            housing = agencies.register_agency(work, slug="housing", name="Vale Housing", kind="landlord")
            for agency_id in (police, housing):
                partnerships.add_agency(work, agency_id=agency_id, joined_on=date(2026, 1, 1))
            partnerships.sign_protocol(
                work, agency_id=police, version="2026", signed_on=date(2026, 1, 5), expires_on=date(2027, 1, 5)
            )
        return cls(stores, partnership_id, police, housing)

    def work(self, actor: Actor = OPERATOR, *, inside: bool = True, purpose: Purpose | None = None) -> UnitOfWork:
        """Open a unit of work at the team's present moment, in the partnership or outside any."""
        partnership_id = self.partnership_id if inside else None
        return UnitOfWork(self.stores, actor=actor, now=self.now, partnership_id=partnership_id, purpose=purpose)

    def actor(self, account_id: uuid.UUID) -> Actor:
        """Give a person as an actor of today."""
        with self.work(SYSTEM) as work:
            return queries.actor_for(work, account_id=account_id)

    def person(self, name: str, *roles: Role, agency: uuid.UUID | None = None) -> Person:
        """Invite somebody and set up their account. They work for the police unless another agency is named."""
        email = f"{name.split()[0].lower()}@mail.example.gov.uk"
        with self.work() as work:
            invited = operations.invite(
                work, name=name, email=email, post="Officer", agency_id=agency or self.police, roles=roles
            )
        secret = operations.new_secret()
        with self.work(SYSTEM) as work:
            operations.activate(work, account_id=invited.account_id, password=PASSWORD, secret=secret)
        return Person(self, invited.account_id, name, email, secret)


@dataclass
class Person:
    """Somebody whose account is set up, with what they know and hold."""

    team: Team
    account_id: uuid.UUID
    name: str
    email: str
    secret: str

    @property
    def actor(self) -> Actor:
        """This person as an actor of today."""
        return self.team.actor(self.account_id)

    @property
    def code(self) -> str:
        """What their authenticator app shows now."""
        return pyotp.TOTP(self.secret).at(self.team.now)

    def enters_password(self, password: str = PASSWORD, *, source: str = "192.0.2.1") -> bool:
        """Say whether e-mail address and password are taken."""
        with self.team.work(ANONYMOUS, inside=False) as work:
            attempt = operations.count_attempt(work, email=self.email, source=source)
        with self.team.work(ANONYMOUS, inside=False) as work:
            found = operations.check_password(work, attempt=attempt, email=self.email, password=password)
        return found == self.account_id

    def enters_code(self, code: str, *, source: str = "192.0.2.1") -> bool:
        """Say whether a code is taken."""
        with self.team.work(ANONYMOUS, inside=False) as work:
            attempt = operations.count_attempt(work, account_id=self.account_id, source=source)
        with self.team.work(ANONYMOUS, inside=False) as work:
            return operations.check_code(work, attempt=attempt, account_id=self.account_id, code=code)

    def session(self) -> str:
        """Begin a session and give its token."""
        with self.team.work(ANONYMOUS, inside=False) as work:
            return operations.start_session(work, account_id=self.account_id)

    def is_signed_in(self, token: str) -> operations.SignedIn | None:
        """Say who a token belongs to."""
        with self.team.work(ANONYMOUS, inside=False) as work:
            return operations.resume(work, token=token)
