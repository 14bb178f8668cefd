"""The people of the partnership by the pages: inviting, roles, suspending, resetting; and who may not."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest

from casework.access.actors import SYSTEM
from casework.access.permissions import Role
from casework.accounts import operations, queries
from casework.partnerships import operations as partnerships
from casework.work import UnitOfWork
from tests.team import MONDAY, OPERATOR, PASSWORD, Person, Team
from tests.web.visitor import Visitor, text_of, without_token

Visitors = Callable[[], Visitor]


@pytest.fixture
def ben(team: Team) -> Person:
    return team.person("Ben Ode", Role.COORDINATOR)


@pytest.fixture
def ana(team: Team) -> Person:
    return team.person("Ana Reyes", Role.REPRESENTATIVE)


@pytest.fixture
def coordinator(visitor: Visitor, ben: Person) -> Visitor:
    return visitor.becomes(ben)


class TestInvitingSomebody:
    def given(self, team: Team, **changes: object) -> dict[str, object]:
        return {
            "name": "Ivy Moss",
            "email": "ivy@mail.example.gov.uk",
            "post": "Housing officer",
            "agency_id": str(team.housing),
            "roles": ["representative", "referrer"],
        } | changes

    def test_shows_a_link_once_that_sets_up_the_account(
        self, coordinator: Visitor, team: Team, another_visitor: Visitors
    ) -> None:
        coordinator.open("/people/invite")
        page = text_of(coordinator.send("/people/invite", self.given(team)))
        link = re.search(r"http://127\.0\.0\.1:8000(/invitation/[\w-]+)", page)
        assert link
        assert "Ivy Moss" in text_of(another_visitor().open(link.group(1)))
        people = text_of(coordinator.open("/people"))
        assert "Ivy Moss" in people
        assert "/invitation/" not in people

    def test_asks_for_no_password(self, coordinator: Visitor) -> None:
        assert 'type="password"' not in text_of(coordinator.open("/people/invite"))

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"name": ""}, "Enter the person’s name"),
            ({"email": "ivy"}, "like name@example.gov.uk"),
            ({"roles": []}, "Choose at least one role"),
            ({"roles": ["operator"]}, "Choose at least one role"),
            ({"agency_id": "none"}, "Choose the agency for which the person works"),
            ({"agency_id": "00000000-0000-4000-8000-000000000000"}, "Choose the agency"),
        ],
    )
    def test_says_what_is_wrong_and_saves_nothing(
        self, coordinator: Visitor, team: Team, changes: dict[str, object], told: str
    ) -> None:
        coordinator.open("/people/invite")
        wrong = coordinator.send("/people/invite", self.given(team, **changes))
        assert wrong.status_code == 422
        assert told in text_of(wrong)
        assert "Ivy Moss" not in text_of(coordinator.open("/people"))

    def test_of_somebody_who_has_an_account_gives_the_role_and_no_link(
        self, coordinator: Visitor, team: Team, ana: Person
    ) -> None:
        coordinator.open("/people/invite")
        given = self.given(team, email=ana.email, agency_id=str(team.police), roles=["referrer"])
        page = text_of(coordinator.follow(coordinator.send("/people/invite", given)))
        assert "has an account already" in page
        assert "/invitation/" not in page
        assert ana.actor.roles == {Role.REPRESENTATIVE, Role.REFERRER}


class TestOnePerson:
    def test_is_suspended_and_reinstated(self, coordinator: Visitor, ana: Person, another_visitor: Visitors) -> None:
        hers = another_visitor().becomes(ana)
        coordinator.open(f"/people/{ana.account_id}")
        page = coordinator.follow(coordinator.send(f"/people/{ana.account_id}/suspend"))
        assert "Suspended" in text_of(page)
        assert hers.open("/account").status_code == 401
        assert coordinator.send(f"/people/{ana.account_id}/suspend").status_code == 409
        coordinator.open(f"/people/{ana.account_id}")
        coordinator.follow(coordinator.send(f"/people/{ana.account_id}/reinstate"))
        assert hers.signs_in(ana).headers["Location"] == "/"

    def test_is_reset_without_anybody_seeing_the_link(self, coordinator: Visitor, ana: Person) -> None:
        coordinator.open(f"/people/{ana.account_id}")
        page = text_of(coordinator.follow(coordinator.send(f"/people/{ana.account_id}/reset")))
        assert "goes to the person by mail" in page
        assert "/invitation/" not in page
        again = text_of(coordinator.follow(coordinator.send(f"/people/{ana.account_id}/invite-again")))
        assert "/invitation/" not in again
        assert not ana.enters_password()

    def test_gets_a_role_and_loses_it(self, coordinator: Visitor, team: Team, ana: Person) -> None:
        coordinator.open(f"/people/{ana.account_id}/role")
        coordinator.follow(coordinator.send(f"/people/{ana.account_id}/role", {"role": "chair"}))
        assert ana.actor.roles == {Role.REPRESENTATIVE, Role.CHAIR}
        twice = coordinator.send(f"/people/{ana.account_id}/role", {"role": "chair"})
        assert twice.status_code == 422
        assert "has that role already" in text_of(twice)
        with team.work() as work:
            held = {one.role: one.membership_id for one in queries.member(work, account_id=ana.account_id).roles}
        coordinator.open(f"/people/{ana.account_id}")
        coordinator.send(f"/people/{ana.account_id}/role/{held[Role.CHAIR]}/end")
        assert ana.actor.roles == {Role.REPRESENTATIVE}

    def test_deputises_for_a_few_days(self, coordinator: Visitor, ana: Person) -> None:
        coordinator.open(f"/people/{ana.account_id}/role")
        days = {
            "from_date-day": "2", "from_date-month": "12", "from_date-year": "2026",
            "until_date-day": "4", "until_date-month": "12", "until_date-year": "2026",
        }  # fmt: skip
        done = coordinator.send(f"/people/{ana.account_id}/role", {"role": "chair", **days})
        assert "2 December 2026" in text_of(coordinator.follow(done))
        assert ana.actor.roles == {Role.REPRESENTATIVE}

    def test_cannot_be_made_an_operator_by_a_coordinator(self, coordinator: Visitor, ana: Person) -> None:
        page = coordinator.open(f"/people/{ana.account_id}/role")
        assert "Operator" not in text_of(page)
        assert coordinator.send(f"/people/{ana.account_id}/role", {"role": "operator"}).status_code == 422

    def test_is_not_oneself(self, coordinator: Visitor, ben: Person) -> None:
        page = text_of(coordinator.open(f"/people/{ben.account_id}"))
        assert "This is you" in page
        for verb in ("suspend", "reset", "end-sessions", "invite-again"):
            assert coordinator.send(f"/people/{ben.account_id}/{verb}").status_code == 404
        assert ben.actor.roles == {Role.COORDINATOR}


class TestOthers:
    @pytest.mark.parametrize(
        "role", [role for role in Role if role not in (Role.COORDINATOR, Role.OPERATOR)], ids=lambda role: role.value
    )
    def test_do_not_reach_people_at_all(self, visitor: Visitor, team: Team, ana: Person, role: Role) -> None:
        cat = team.person("Cat Lo", role)
        visitor.becomes(cat)
        assert "People" not in text_of(visitor.open("/"))
        assert visitor.open("/people").status_code == 403
        assert visitor.open("/people/invite").status_code == 403
        here = without_token(visitor.open(f"/people/{ana.account_id}"))
        nowhere = without_token(visitor.open(f"/people/{uuid.uuid4()}"))
        assert here == nowhere
        assert here[0] == 404
        for verb in ("suspend", "reset", "end-sessions", "reinstate", "invite-again"):
            assert visitor.send(f"/people/{ana.account_id}/{verb}").status_code == 404
        assert ana.enters_password()

    def test_are_told_nothing_of_people_of_another_partnership(self, visitor: Visitor, team: Team, ana: Person) -> None:
        other = uuid.uuid4()
        with UnitOfWork(team.stores, actor=OPERATOR, now=MONDAY, partnership_id=other) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=date(2026, 1, 1))
            partnerships.add_agency(work, agency_id=team.housing, joined_on=date(2026, 1, 1))
            invited = operations.invite(
                work, name="Moor Lead", email="lead@mail.example.gov.uk", post="", agency_id=team.housing,
                roles=[Role.COORDINATOR],
            )  # fmt: skip
        secret = operations.new_secret()
        with team.work(SYSTEM) as work:
            operations.activate(work, account_id=invited.account_id, password=PASSWORD, secret=secret)
        visitor.becomes(Person(team, invited.account_id, "Moor Lead", "lead@mail.example.gov.uk", secret))
        people = text_of(visitor.open("/people"))
        assert "Ana Reyes" not in people
        assert "1 person" in people
        there = without_token(visitor.open(f"/people/{ana.account_id}"))
        assert there == without_token(visitor.open(f"/people/{uuid.uuid4()}"))
        assert visitor.send(f"/people/{ana.account_id}/suspend").status_code == 404

    def test_are_operators_who_manage_people_too(self, visitor: Visitor, team: Team, ana: Person) -> None:
        visitor.becomes(team.person("Ola Finch", Role.OPERATOR))
        assert "Ana Reyes" in text_of(visitor.open("/people"))
        page = visitor.open(f"/people/{ana.account_id}/role")
        assert "Operator" in text_of(page)


class TestChoosingAPartnership:
    def test_comes_first_for_somebody_with_two(self, visitor: Visitor, team: Team, ana: Person) -> None:
        other = uuid.uuid4()
        with UnitOfWork(team.stores, actor=OPERATOR, now=MONDAY, partnership_id=other) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=date(2026, 1, 1))
            partnerships.add_agency(work, agency_id=team.police, joined_on=date(2026, 1, 1))
            operations.invite(
                work, name="Ana", email=ana.email, post="", agency_id=team.police, roles=[Role.COORDINATOR]
            )
        visitor.becomes(ana)
        assert visitor.open("/").headers["Location"] == "/account/partnership"
        assert visitor.open("/people").headers["Location"] == "/account/partnership"
        page = text_of(visitor.open("/account/partnership"))
        assert "Moor MARAC" in page
        assert "Vale MARACs" in page
        assert "Moor MARAC" in text_of(
            visitor.follow(visitor.send("/account/partnership", {"partnership": str(other)}))
        )
        assert visitor.open("/people").status_code == 200  # co-ordinator there
        visitor.send("/account/partnership", {"partnership": str(team.partnership_id)})
        assert visitor.open("/people").status_code == 403  # representative here
        assert visitor.send("/account/partnership", {"partnership": str(uuid.uuid4())}).status_code == 404
        assert visitor.send("/account/partnership", {"partnership": "somewhere"}).status_code == 422

    def test_is_of_no_use_without_a_role(self, visitor: Visitor, team: Team, ana: Person) -> None:
        with team.work() as work:
            held = queries.member(work, account_id=ana.account_id).roles[0].membership_id
        with team.work() as work:
            operations.end_role(work, membership_id=held)
        visitor.becomes(ana)
        assert visitor.open("/").headers["Location"] == "/account/partnership"
        assert "You have no role at the moment" in text_of(visitor.open("/account/partnership"))
