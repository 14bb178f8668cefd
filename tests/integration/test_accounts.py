"""Accounts on a real database: invited, set up, signed in, limited, changed, suspended; and what the trail tells of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import psycopg
import pyotp
import pytest

from casework.access.actors import ANONYMOUS, SYSTEM, Actor, ActorKind
from casework.access.permissions import Role
from casework.accounts import operations, queries, rules
from casework.accounts.operations import proving
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.partnerships import operations as partnerships
from casework.partnerships import queries as partnership_queries
from casework.work import Stores, UnitOfWork
from tests.team import MONDAY, OPERATOR, PASSWORD, Team


@pytest.fixture
def team(stores: Stores) -> Team:
    return Team.found(stores)


@pytest.fixture
def trail(database: object) -> Iterator[Callable[[], list[tuple[str, str, str | None]]]]:
    """Read the trail past every rule: act, outcome, reason, in the order of the acts."""
    url = database.superuser_url.replace("+psycopg", "")  # type: ignore[attr-defined]
    with psycopg.connect(url, autocommit=True) as connection:
        yield lambda: connection.execute("SELECT act, outcome, reason FROM audit_entry ORDER BY at, act").fetchall()


class TestAnInvitation:
    def invited(self, team: Team) -> operations.Invited:
        with team.work() as work:
            return operations.invite(
                work, name="Ana Reyes", email=" Ana.Reyes@Mail.example.gov.uk ", post="Sergeant",
                agency_id=team.police, roles=[Role.REPRESENTATIVE],
            )  # fmt: skip

    def set_up(self, team: Team, token: str, *, password: str = PASSWORD, code: str | None = None) -> list[str]:
        secret = operations.new_secret()
        with team.work(ANONYMOUS, inside=False) as work:
            return operations.set_up(
                work, token=token, password=password, secret=secret, code=code or pyotp.TOTP(secret).at(team.now)
            )

    def test_sets_up_the_account_once(self, team: Team) -> None:
        token = self.invited(team).token
        assert token is not None
        with team.work(ANONYMOUS, inside=False) as work:
            assert queries.open_invitation(work, token=token).email == "ana.reyes@mail.example.gov.uk"
        assert len(set(self.set_up(team, token))) == rules.RECOVERY_CODES
        with pytest.raises(NotFound):
            self.set_up(team, token)
        with pytest.raises(NotFound), team.work(ANONYMOUS, inside=False) as work:
            queries.open_invitation(work, token=token)

    def test_lasts_72_hours(self, team: Team) -> None:
        token = self.invited(team).token
        assert token is not None
        team.now = MONDAY + rules.INVITATION_LASTS - timedelta(seconds=1)
        with team.work(ANONYMOUS, inside=False) as work:
            queries.open_invitation(work, token=token)
        team.now = MONDAY + rules.INVITATION_LASTS
        with pytest.raises(NotFound):
            self.set_up(team, token)

    def test_a_newer_link_replaces_it(self, team: Team) -> None:
        first = self.invited(team)
        with team.work() as work:
            second = operations.invite_again(work, account_id=first.account_id)
        assert first.token is not None
        assert second.token is not None
        with pytest.raises(NotFound):
            self.set_up(team, first.token)
        assert self.set_up(team, second.token)

    @pytest.mark.parametrize("password", ["short", "password1234", "sergeant reyes is on duty"])
    def test_refuses_a_weak_password_and_stays_good(self, team: Team, password: str) -> None:
        token = self.invited(team).token
        assert token is not None
        with pytest.raises(Invalid) as refused:
            self.set_up(team, token, password=password)
        assert [error.field for error in refused.value.errors] == ["password"]
        assert self.set_up(team, token)

    def test_needs_the_code_of_the_device(self, team: Team) -> None:
        token = self.invited(team).token
        assert token is not None
        with pytest.raises(Invalid) as refused:
            self.set_up(team, token, code="abcdef")
        assert [error.field for error in refused.value.errors] == ["code"]

    def test_keeps_its_token_out_of_the_event_and_the_tables(self, team: Team, database: object) -> None:
        token = self.invited(team).token
        assert token is not None
        url = database.superuser_url.replace("+psycopg", "")  # type: ignore[attr-defined]
        with psycopg.connect(url) as connection:
            events = connection.execute("SELECT event, payload::text FROM outbox_message").fetchall()
            kept = connection.execute("SELECT encode(token_hash, 'escape') FROM invitation").fetchall()
        assert [event for event, _ in events] == ["account.invited"]
        assert token not in str(events) + str(kept)

    def test_names_every_wrong_field(self, team: Team) -> None:
        with pytest.raises(Invalid) as refused, team.work() as work:
            operations.invite(work, name=" ", email="ana@", post="", agency_id=None, roles=[Role.IDVA])
        assert {error.field for error in refused.value.errors} == {"name", "email", "agency_id"}

    def test_of_somebody_with_an_account_only_gives_the_role(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        with team.work() as work:
            again = operations.invite(
                work, name="X", email=ana.email, post="", agency_id=team.police, roles=[Role.CHAIR]
            )
        assert again == operations.Invited(ana.account_id, None)
        assert team.actor(ana.account_id).roles == {Role.REPRESENTATIVE, Role.CHAIR}
        with team.work() as work:
            assert queries.account_names(work, [ana.account_id])[ana.account_id].name == "Ana Reyes"

    def test_token_for_the_mail_is_the_mailers_alone(self, team: Team) -> None:
        invited = self.invited(team)
        with pytest.raises(NotAllowed), team.work() as work:
            operations.invitation_token(work, account_id=invited.account_id)
        with team.work(SYSTEM) as work:
            token = operations.invitation_token(work, account_id=invited.account_id)
            assert queries.addresses_for(work, account_ids=[invited.account_id]) == {}
            assert queries.addresses_for(work, account_ids=[invited.account_id], invited=True)
        assert token is not None
        assert self.set_up(team, token)
        with team.work(SYSTEM) as work:
            assert operations.invitation_token(work, account_id=invited.account_id) is None


class TestSigningIn:
    def test_takes_password_and_code(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        assert ana.enters_password()
        assert ana.enters_code(ana.code)
        found = ana.is_signed_in(ana.session())
        assert found is not None
        assert (found.name, found.partnership_name) == ("Ana Reyes", "Vale MARACs")
        assert found.actor.roles == {Role.REPRESENTATIVE}
        assert found.actor.agency_id == team.police

    def test_refuses_what_is_wrong(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        assert not ana.enters_password("violet otter lamb")
        assert not ana.enters_code("000000" if ana.code != "000000" else "111111")
        assert not ana.enters_code("")

    def test_takes_the_codes_next_to_the_present_one_and_no_others(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        codes = {
            offset: pyotp.TOTP(ana.secret).at(team.now + offset * timedelta(seconds=30)) for offset in range(-2, 3)
        }
        assert not ana.enters_code(codes[-2])
        assert not ana.enters_code(codes[2])
        assert all(ana.enters_code(codes[offset]) for offset in (-1, 0, 1))

    def test_takes_each_code_once(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        assert ana.enters_code(ana.code)
        assert not ana.enters_code(ana.code)

    def test_takes_a_code_once_when_it_is_sent_many_times_at_once(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(lambda _: ana.enters_code(ana.code), range(6))) == 1

    def test_takes_each_recovery_code_once(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        me = team.actor(ana.account_id)
        with team.work(ANONYMOUS, inside=False) as work:
            attempt = operations.count_attempt(work, email=ana.email, source="192.0.2.1")
        with team.work(me) as work:
            codes = operations.new_recovery_codes(work, attempt=attempt, password=PASSWORD)
        assert codes is not None
        assert ana.enters_code(codes[0].upper().replace("-", " "))
        assert not ana.enters_code(codes[0])
        assert ana.enters_code(codes[1])
        with team.work(me) as work:
            operations.new_recovery_codes(work, attempt=attempt, password=PASSWORD)
        assert not ana.enters_code(codes[2])

    def test_is_closed_to_an_account_after_ten_failures_and_opens_again(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        for source in range(rules.LIMIT_PER_ACCOUNT):
            assert not ana.enters_password("not my password", source=f"192.0.2.{source}")
        assert not ana.enters_password(source="198.51.100.7")
        assert not ana.enters_code(ana.code)
        team.now += rules.LIMIT_WINDOW + timedelta(seconds=1)
        assert ana.enters_password()
        assert ana.enters_code(ana.code)

    def test_does_the_same_work_for_an_unknown_address(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        hash_of_nothing = proving._hash_of_nothing
        ana.enters_password("not my password")
        before = hash_of_nothing.cache_info()
        ana.email = "nobody@mail.example.gov.uk"
        assert not ana.enters_password()
        after = hash_of_nothing.cache_info()
        assert after.hits + after.misses == before.hits + before.misses + 1

    def test_success_is_no_failure(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        assert all(ana.enters_password() for _ in range(rules.LIMIT_PER_ACCOUNT + 2))

    def test_counts_tries_that_come_at_once(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)

        def counted(_: int) -> bool:
            with team.work(ANONYMOUS, inside=False) as work:
                return operations.count_attempt(work, email=ana.email, source="192.0.2.1").is_limited

        with ThreadPoolExecutor(8) as pool:
            assert sum(not limited for limited in pool.map(counted, range(24))) == rules.LIMIT_PER_ACCOUNT

    def test_is_closed_to_a_source_after_fifty_failures_and_open_to_others(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        for number in range(rules.LIMIT_PER_SOURCE):
            with team.work(ANONYMOUS, inside=False) as work:
                email = f"guess{number}@mail.example.gov.uk"
                assert not operations.count_attempt(work, email=email, source="203.0.113.9").is_limited
        assert not ana.enters_password(source="203.0.113.9")
        assert ana.enters_password(source="203.0.113.10")

    def test_forgets_tries_after_a_day(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        ana.enters_password()
        team.now += rules.ATTEMPTS_KEPT
        with team.work(SYSTEM, inside=False) as work:
            assert operations.forget_attempts(work) == 0
        team.now += timedelta(seconds=1)
        with team.work(SYSTEM, inside=False) as work:
            assert operations.forget_attempts(work) == 1

    def test_is_in_the_trail_without_the_address(
        self, team: Team, trail: Callable[[], list[tuple[str, str, str | None]]]
    ) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        ana.enters_password("not my password")
        ana.enters_code(ana.code)
        ana.session()
        told = [entry for entry in trail() if entry[0] in ("account:sign_in", "account:prove")]
        assert sorted(told, key=str) == sorted(
            [
                ("account:sign_in", "refused", "wrong_password"),
                ("account:prove", "done", None),
                ("account:sign_in", "done", "codes"),
            ],
            key=str,
        )
        assert "ana@" not in str(trail())


class TestASession:
    def test_ends_after_15_idle_minutes(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        token = ana.session()
        team.now += rules.SESSION_IDLE - timedelta(seconds=1)
        assert ana.is_signed_in(token)
        team.now += rules.SESSION_IDLE
        assert ana.is_signed_in(token) is None
        team.now -= timedelta(minutes=10)
        assert ana.is_signed_in(token) is None  # over for good

    def test_ends_after_eight_hours_whatever_happens(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        token = ana.session()
        for _ in range(47):
            team.now += timedelta(minutes=10)
            assert ana.is_signed_in(token)
        team.now += timedelta(minutes=10)
        assert ana.is_signed_in(token) is None

    def test_of_another_token_is_nobodys(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        ana.session()
        assert ana.is_signed_in("x" * 43) is None

    def test_ends_with_signing_out(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        here, elsewhere = ana.session(), ana.session()
        found = ana.is_signed_in(here)
        assert found is not None
        with team.work(found.actor, inside=False) as work:
            operations.sign_out(work, session_id=found.session_id)
        assert ana.is_signed_in(here) is None
        assert ana.is_signed_in(elsewhere)

    @pytest.mark.parametrize("change", ["give_role", "end_role", "suspend", "reset", "end_sessions", "change_password"])
    def test_ends_everywhere_at_once_when_something_changes(self, team: Team, change: str) -> None:
        ana, ben = team.person("Ana Reyes", Role.REPRESENTATIVE), team.person("Ben Ode", Role.COORDINATOR)
        tokens = [ana.session(), ana.session(), ana.session()]
        unharmed = ben.session()
        with team.work(team.actor(ben.account_id)) as work:
            role = queries.member(work, account_id=ana.account_id).roles[0].membership_id
        with team.work(team.actor(ben.account_id)) as work:
            if change == "give_role":
                operations.give_role(work, account_id=ana.account_id, role=Role.CHAIR)
            elif change == "end_role":
                operations.end_role(work, membership_id=role)
            elif change == "change_password":
                pass
            else:
                getattr(operations, change)(work, account_id=ana.account_id)
        if change == "change_password":
            me = team.actor(ana.account_id)
            with team.work(ANONYMOUS, inside=False) as work:
                attempt = operations.count_attempt(work, email=ana.email, source="192.0.2.1")
            with team.work(me) as work:
                assert operations.change_password(work, attempt=attempt, current=PASSWORD, new="kestrel mop harbour")
            assert ana.enters_password("kestrel mop harbour")
            assert not ana.enters_password()
        assert [ana.is_signed_in(token) for token in tokens] == [None, None, None]
        assert ben.is_signed_in(unharmed)

    def test_begins_in_the_only_partnership_and_else_in_the_last_one(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        other = uuid.uuid4()
        with UnitOfWork(team.stores, actor=OPERATOR, now=MONDAY, partnership_id=other) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=date(2026, 1, 1))
            partnerships.add_agency(work, agency_id=team.police, joined_on=date(2026, 1, 1))
            operations.invite(work, name="Ana", email=ana.email, post="", agency_id=team.police, roles=[Role.CHAIR])
        found = ana.is_signed_in(token := ana.session())
        assert found is not None
        assert found.partnership_id is None
        assert found.actor.roles == frozenset()
        with team.work(found.actor, inside=False) as work:
            operations.choose_partnership(work, session_id=found.session_id, partnership_id=other)
        found = ana.is_signed_in(token)
        assert found is not None
        assert (found.partnership_id, found.actor.roles) == (other, {Role.CHAIR})
        team.now += timedelta(hours=1)
        found = ana.is_signed_in(ana.session())
        assert found is not None
        assert found.partnership_id == other
        with pytest.raises(NotFound), team.work(found.actor, inside=False) as work:
            operations.choose_partnership(work, session_id=found.session_id, partnership_id=uuid.uuid4())


class TestManagingPeople:
    def as_coordinator(self, team: Team) -> Callable[[], AbstractContextManager[UnitOfWork]]:
        ben = team.person("Ben Ode", Role.COORDINATOR)
        return lambda: team.work(team.actor(ben.account_id))

    def test_is_not_for_others(self, team: Team) -> None:
        ana, cat = team.person("Ana Reyes", Role.CHAIR, Role.REPRESENTATIVE), team.person("Cat Lo", Role.REFERRER)
        me = team.actor(ana.account_id)
        for verb in (operations.suspend, operations.reset, operations.end_sessions, operations.invite_again):
            with pytest.raises(NotAllowed), team.work(me) as work:
                verb(work, account_id=cat.account_id)
        with pytest.raises(NotAllowed), team.work(me) as work:
            operations.give_role(work, account_id=cat.account_id, role=Role.CHAIR)
        with pytest.raises(NotAllowed), team.work(me) as work:
            queries.members(work)

    def test_is_never_of_oneself(self, team: Team) -> None:
        ben = team.person("Ben Ode", Role.COORDINATOR)
        for verb in (operations.suspend, operations.reset, operations.end_sessions):
            with pytest.raises(NotAllowed), team.work(team.actor(ben.account_id)) as work:
                verb(work, account_id=ben.account_id)
        with pytest.raises(NotAllowed), team.work(team.actor(ben.account_id)) as work:
            operations.give_role(work, account_id=ben.account_id, role=Role.CHAIR)

    def test_makes_operators_only_by_operators(self, team: Team) -> None:
        as_coordinator, ana = self.as_coordinator(team), team.person("Ana Reyes", Role.REPRESENTATIVE)
        with pytest.raises(NotAllowed), as_coordinator() as work:
            operations.give_role(work, account_id=ana.account_id, role=Role.OPERATOR)
        with team.work() as work:
            operations.give_role(work, account_id=ana.account_id, role=Role.OPERATOR)

    def test_shows_the_link_of_a_reset_to_nobody(self, team: Team) -> None:
        as_coordinator, ana = self.as_coordinator(team), team.person("Ana Reyes", Role.REPRESENTATIVE)
        with as_coordinator() as work:
            assert operations.reset(work, account_id=ana.account_id).token is None
        with as_coordinator() as work:
            assert operations.invite_again(work, account_id=ana.account_id).token is None
        assert not ana.enters_password()
        assert not ana.enters_code(ana.code)

    def test_ends_a_role_today_and_gives_it_back(self, team: Team) -> None:
        as_coordinator, ana = self.as_coordinator(team), team.person("Ana Reyes", Role.REPRESENTATIVE, Role.REFERRER)
        with as_coordinator() as work:
            held = {one.role: one for one in queries.member(work, account_id=ana.account_id).roles}
            operations.end_role(work, membership_id=held[Role.REPRESENTATIVE].membership_id)
        assert team.actor(ana.account_id).roles == {Role.REFERRER}
        with team.work() as work:
            assert queries.representatives_of(work, team.police) == []
        with pytest.raises(Conflict), as_coordinator() as work:
            operations.end_role(work, membership_id=held[Role.REPRESENTATIVE].membership_id)
        with as_coordinator() as work:
            operations.give_role(work, account_id=ana.account_id, role=Role.REPRESENTATIVE)
        with team.work() as work:
            assert queries.representatives_of(work, team.police) == [ana.account_id]
        with pytest.raises(Conflict), as_coordinator() as work:
            operations.give_role(work, account_id=ana.account_id, role=Role.REPRESENTATIVE)

    def test_gives_a_role_for_a_time(self, team: Team) -> None:
        as_coordinator, ana = self.as_coordinator(team), team.person("Ana Reyes", Role.REFERRER)
        with as_coordinator() as work:
            operations.give_role(
                work, account_id=ana.account_id, role=Role.REPRESENTATIVE,
                from_date=date(2026, 12, 2), until_date=date(2026, 12, 4),
            )  # fmt: skip
        held = {}
        for day in (1, 2, 3, 4):
            team.now = datetime(2026, 12, day, 12, tzinfo=UTC)
            held[day] = Role.REPRESENTATIVE in team.actor(ana.account_id).roles
        assert held == {1: False, 2: True, 3: True, 4: False}

    def test_suspends_and_reinstates(self, team: Team) -> None:
        as_coordinator, ana = self.as_coordinator(team), team.person("Ana Reyes", Role.REPRESENTATIVE)
        with as_coordinator() as work:
            operations.suspend(work, account_id=ana.account_id)
        assert not ana.enters_password()
        assert not ana.enters_code(ana.code)
        with team.work(SYSTEM) as work:
            assert queries.addresses_for(work, account_ids=[ana.account_id]) == {}
        with as_coordinator() as work:
            operations.reinstate(work, account_id=ana.account_id)
        assert ana.enters_password()
        assert ana.enters_code(ana.code)

    def test_does_not_reach_into_another_partnership(self, team: Team) -> None:
        ana, other = team.person("Ana Reyes", Role.REPRESENTATIVE), uuid.uuid4()
        with UnitOfWork(team.stores, actor=OPERATOR, now=MONDAY, partnership_id=other) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=date(2026, 1, 1))
        stranger = Actor(kind=ActorKind.PERSON, account_id=uuid.uuid4(), roles=frozenset({Role.COORDINATOR}))
        for verb in (operations.suspend, operations.reset, operations.end_sessions):
            with (
                pytest.raises(NotFound),
                UnitOfWork(team.stores, actor=stranger, now=MONDAY, partnership_id=other) as work,
            ):
                verb(work, account_id=ana.account_id)
        with UnitOfWork(team.stores, actor=stranger, now=MONDAY, partnership_id=other) as work:
            assert queries.members(work) == []
        with UnitOfWork(team.stores, actor=SYSTEM, now=MONDAY, partnership_id=other) as work:
            assert queries.addresses_for(work, account_ids=[ana.account_id]) == {}
            with pytest.raises(NotFound):
                queries.actor_for(work, account_id=ana.account_id)

    def test_leaves_alone_who_works_elsewhere_too(self, team: Team) -> None:
        as_coordinator, ana, other = (
            self.as_coordinator(team),
            team.person("Ana Reyes", Role.REPRESENTATIVE),
            uuid.uuid4(),
        )
        with UnitOfWork(team.stores, actor=OPERATOR, now=MONDAY, partnership_id=other) as work:
            partnerships.create_partnership(work, slug="moor", name="Moor MARAC", from_date=date(2026, 1, 1))
            partnerships.add_agency(work, agency_id=team.police, joined_on=date(2026, 1, 1))
            operations.invite(work, name="Ana", email=ana.email, post="", agency_id=team.police, roles=[Role.CHAIR])
        with pytest.raises(Conflict), as_coordinator() as work:
            operations.suspend(work, account_id=ana.account_id)
        with team.work() as work:
            operations.suspend(work, account_id=ana.account_id)


class TestAnActor:
    def test_has_the_protocol_of_the_agency_while_it_is_good(self, team: Team) -> None:
        ana, dee = (
            team.person("Ana Reyes", Role.REPRESENTATIVE),
            team.person("Dee Shah", Role.IDVA, agency=team.housing),
        )
        assert team.actor(ana.account_id).protocol_signed
        assert not team.actor(dee.account_id).protocol_signed
        team.now = datetime(2027, 1, 4, 12, tzinfo=UTC)
        assert team.actor(ana.account_id).protocol_signed
        team.now = datetime(2027, 1, 5, 12, tzinfo=UTC)
        assert not team.actor(ana.account_id).protocol_signed

    def test_loses_it_when_the_agency_leaves(self, team: Team) -> None:
        ana = team.person("Ana Reyes", Role.REPRESENTATIVE)
        with team.work() as work:
            partnerships.leave(work, agency_id=team.police, left_on=date(2026, 12, 1))
        assert team.actor(ana.account_id).protocol_signed
        team.now = datetime(2026, 12, 1, 12, tzinfo=UTC)
        assert not team.actor(ana.account_id).protocol_signed


class TestLocalPolicy:
    def test_is_the_version_in_force_on_the_day(self, team: Team) -> None:
        with team.work() as work:
            partnerships.set_policy(work, settings={"capacity": 20}, from_date=date(2026, 12, 1))
        with team.work() as work:
            before = partnership_queries.policy_in_force(work, on=date(2026, 11, 30))
            after = partnership_queries.policy_in_force(work, on=date(2026, 12, 1))
            assert (before.policy.version, before.policy.capacity) == (1, 16)
            assert (after.policy.version, after.policy.capacity) == (2, 20)
            assert partnership_queries.policy_version(work, version_id=before.version_id) == before.policy
            with pytest.raises(partnership_queries.NoPolicyInForce):
                partnership_queries.policy_in_force(work, on=date(2025, 12, 31))

    def test_is_refused_whole_when_a_setting_is_wrong(self, team: Team) -> None:
        with pytest.raises(Invalid) as refused, team.work() as work:
            partnerships.set_policy(work, settings={"capacity": 0, "speed": 3}, from_date=date(2026, 12, 1))
        assert {error.field for error in refused.value.errors} == {"capacity", "speed"}
        with team.work() as work:
            assert len(partnership_queries.policy_versions(work)) == 1

    def test_takes_extra_holidays(self, team: Team) -> None:
        with team.work() as work:
            partnerships.add_extra_holiday(work, on_date=date(2026, 12, 29), reason="Office closed")
        with team.work() as work:
            assert partnership_queries.extra_holidays(work) == {date(2026, 12, 29)}
