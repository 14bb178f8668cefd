"""Three walls between partnerships: the policy, row-level security, and the binding of every data key. Each is taken away in turn
and the next one holds. Threats 7 and 8 of the threat model; the catalogue of the database is held by tests/architecture/test_tables.py."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import ColumnElement, func, select, text, true, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from casework.access.permissions import Purpose
from casework.cases import policy as case_policy
from casework.cases import queries as cases
from casework.cases.models import Case, CaseLink
from casework.db import Base, InPartnership
from casework.encryption.envelope import SealBroken
from casework.encryption.sealed import Sealed
from casework.errors import NotFound
from casework.people.models import Person
from tests.conftest import Database
from tests.factories.contacts import opens
from tests.factories.groups import a_group
from tests.factories.neighbour import a_neighbour
from tests.factories.partnership import APartnership
from tests.factories.sharing import BASIC, EDUCATION, YoungPerson
from tests.factories.youth import with_plan

INSERT_ONLY = ("audit_entry", "disclosure", "sharing_decision")
YOUTH = frozenset(
    f"casework.{one}.models" for one in ("consent", "sharing", "youth", "interventions", "groups", "contacts")
)


def walled() -> list[type[Any]]:
    """Every table of the product whose rows belong to a partnership."""
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, InPartnership)]


@pytest.fixture
def neighbour(two_at_work: APartnership) -> APartnership:
    """Another partnership at work in the same database. Each has a case with research, an action, flags, minutes and a block."""
    return two_at_work


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The database past every rule."""
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.fixture
def without_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall is gone: whoever asks may see every case."""

    def everything(*_: object) -> ColumnElement[bool]:
        return true()

    monkeypatch.setattr(case_policy, "may_see", everything)


@pytest.mark.usefixtures("without_the_policy")
class TestWithoutThePolicy:
    def test_the_wall_is_really_gone_inside_the_partnership(
        self, partnership: APartnership, neighbour: APartnership
    ) -> None:
        with partnership.acting("observer", Purpose.OVERSIGHT) as work:
            assert cases.visible_ids(work, case_ids=[partnership.case]) == {partnership.case}  # type: ignore[attr-defined]

    def test_row_level_security_shows_no_case_of_the_neighbour(
        self, partnership: APartnership, neighbour: APartnership
    ) -> None:
        theirs = neighbour.case  # type: ignore[attr-defined]
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            assert theirs not in {line.id for line in cases.case_list(work, size=200).lines}
            assert cases.visible_ids(work, case_ids=[theirs]) == set()
        with pytest.raises(NotFound), partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.case_record(work, case_id=theirs)
        with neighbour.acting("coordinator", Purpose.OVERSIGHT) as work:
            assert cases.visible_ids(work, case_ids=[theirs]) == {theirs}

    def test_row_level_security_shows_no_row_of_the_neighbour_in_any_table(
        self, partnership: APartnership, neighbour: APartnership, superuser: psycopg.Connection[Any]
    ) -> None:
        empty = []
        for model in walled():
            name = model.__tablename__
            there = superuser.execute(
                f"SELECT count(*) FROM {name} WHERE partnership_id = %s", (neighbour.partnership_id,)
            ).fetchone()
            if not there or not there[0]:
                empty.append(name)
            with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
                owners = set(work.session.scalars(select(model.partnership_id)))
            assert owners <= {partnership.partnership_id}, name
        # Every table that this story fills has been tried with rows on both sides; those of youth support are tried below.
        assert set(empty) <= {one.__tablename__ for one in walled() if one.__module__ in YOUTH} | {
            "colleague_question",
            "extra_holiday",
            "case_link",
            "referral_candidate",
            "minutes_copy",
            "minutes_case",
            "minutes_edit",
            "attendance",
        }

    def test_row_level_security_shows_the_neighbour_no_row_of_youth_support(self, partnership: APartnership) -> None:
        neighbour = a_neighbour(partnership)
        with_plan(partnership)
        jamie = YoungPerson.of(partnership)
        jamie.agrees({"school_nursing": ["basic", "education"]})
        jamie.shares("school_nursing")
        jamie.asks("school_nursing", BASIC, EDUCATION)
        jamie.withdraws()
        group = a_group(partnership)
        opens(partnership, jamie.case_id, words="A key worker at school.")
        group.says("youth_worker", "Our drop-in moves to Tuesdays.")
        group.meets("youth_worker")
        filled = set()
        for model in walled():
            if model.__module__ in YOUTH:
                with partnership.acting(None) as work:
                    if set(work.session.scalars(select(model.partnership_id))) == {partnership.partnership_id}:
                        filled.add(model.__tablename__)
                with neighbour.acting(None) as work:
                    assert work.session.scalars(select(model.partnership_id)).all() == [], model.__tablename__
        assert {"agreement", "agreement_entry", "share", "share_item", "withdrawal_notice"} <= filled
        assert {"youth_case", "youth_step", "youth_assessment", "team_member", "plan_action"} <= filled
        assert {"youth_group", "group_meeting", "group_entry", "group_attendance", "contact", "contact_step"} <= filled

    def test_row_level_security_lets_nothing_of_the_neighbour_be_changed_or_put_there(
        self, partnership: APartnership, neighbour: APartnership
    ) -> None:
        theirs = neighbour.case  # type: ignore[attr-defined]
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            changed = work.session.execute(update(Case).where(Case.id == theirs).values(state="lapsed"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
        with (
            pytest.raises(DBAPIError, match="row-level security"),
            partnership.acting("coordinator", Purpose.OVERSIGHT) as work,
        ):
            work.session.execute(
                text("INSERT INTO extra_holiday (id, partnership_id, on_date, reason) VALUES (:id, :there, :day, 'x')"),
                {"id": uuid.uuid4(), "there": neighbour.partnership_id, "day": "2027-01-04"},
            )

    def test_a_key_does_not_tell_that_a_row_of_the_neighbour_exists(
        self, partnership: APartnership, neighbour: APartnership
    ) -> None:
        answers = []
        for other in (neighbour.case, uuid.uuid4()):  # type: ignore[attr-defined]
            with pytest.raises(IntegrityError) as refused, partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
                work.session.add(
                    CaseLink(
                        id=uuid.uuid4(),
                        partnership_id=partnership.partnership_id,
                        case_id=partnership.case,  # type: ignore[attr-defined]
                        other_case_id=other,
                        kind="earlier_case",
                        noted_at=work.now,
                    )
                )
                work.session.flush()
            answers.append((type(refused.value.orig), refused.value.orig.diag.constraint_name))  # type: ignore[union-attr]
        assert answers[0] == answers[1]


class TestWithoutRowLevelSecurity:
    def test_nothing_sealed_of_the_neighbour_opens(
        self,
        partnership: APartnership,
        neighbour: APartnership,
        superuser: psycopg.Connection[Any],
        without_the_policy: None,
    ) -> None:
        for model in walled():
            superuser.execute(f"ALTER TABLE {model.__tablename__} DISABLE ROW LEVEL SECURITY")
        tried = []
        for model in walled():
            fields = [name for name, field in vars(model).items() if isinstance(field, Sealed)]
            with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
                rows = work.session.scalars(select(model).where(model.partnership_id == neighbour.partnership_id)).all()
                for row, name in ((row, name) for row in rows for name in fields):
                    if getattr(row, f"{name}_sealed") is None:
                        continue
                    with pytest.raises(SealBroken):
                        getattr(row, name).open(work.keys)
                    tried.append(f"{model.__tablename__}.{name}")
        assert {"person.record", "referral.document", "listing.hearing", "action.what", "minutes.body"} <= set(tried)
        assert {"research_request.answer", "research_request.private", "case_block.reason"} <= set(tried)
        with neighbour.acting("coordinator", Purpose.OVERSIGHT) as work:
            theirs = work.session.scalars(
                select(Person).where(Person.partnership_id == neighbour.partnership_id).limit(1)
            ).one()
            assert theirs.record.open(work.keys)

    def test_no_page_of_cases_comes_up_with_the_neighbour_s_people(
        self,
        partnership: APartnership,
        neighbour: APartnership,
        superuser: psycopg.Connection[Any],
        without_the_policy: None,
    ) -> None:
        for model in walled():
            superuser.execute(f"ALTER TABLE {model.__tablename__} DISABLE ROW LEVEL SECURITY")
        with pytest.raises(SealBroken), partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.case_record(work, case_id=neighbour.case)  # type: ignore[attr-defined]


class TestTheContext:
    def test_ends_with_its_transaction(self, partnership: APartnership, neighbour: APartnership) -> None:
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            assert work.session.scalar(select(func.count()).select_from(Case))
        for _ in range(3):
            with partnership.stores.engine.begin() as connection:
                assert connection.scalar(text("SELECT count(*) FROM case_record")) == 0
                assert connection.scalar(text("SELECT nullif(current_setting('app.partnership_id', true), '')")) is None

    def test_holds_again_after_a_commit_within_one_unit_of_work(
        self, partnership: APartnership, neighbour: APartnership
    ) -> None:
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            before = work.session.scalar(select(func.count()).select_from(Case))
            work.session.rollback()
            assert work.session.scalar(select(func.count()).select_from(Case)) == before

    def test_holds_inside_a_savepoint(self, partnership: APartnership) -> None:
        with partnership.acting("coordinator") as work, work.session.begin_nested():
            told = work.session.scalar(text("SELECT current_setting('app.partnership_id')"))
        assert told == str(work.partnership_id)


class TestAConnectionThatTheServerHasEnded:
    def test_is_noticed_before_a_unit_of_work_uses_it(self, partnership: APartnership, database: Database) -> None:
        for _ in range(2):
            with partnership.acting("coordinator") as work:
                work.session.execute(text("SELECT 1"))
            with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as above_all:
                ended = above_all.execute(
                    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
                    " WHERE usename = 'casework_app' AND datname = current_database()"
                ).fetchone()
            assert ended != (0,)
        with partnership.acting("coordinator") as work:
            assert work.session.scalar(text("SELECT current_setting('app.partnership_id')")) == str(work.partnership_id)


class TestTheApplicationsRole:
    @pytest.mark.parametrize("table", INSERT_ONLY)
    def test_only_adds_to_the_trail_and_the_acts_of_sharing(
        self, table: str, partnership: APartnership, neighbour: APartnership
    ) -> None:
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with (
                pytest.raises(DBAPIError) as refused,
                partnership.acting("coordinator", Purpose.OVERSIGHT) as work,
            ):
                work.session.execute(text(statement))
            assert refused.value.orig.sqlstate == "42501"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE mine (id int)",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE case_record DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE case_record NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY own_partnership ON case_record",
            "DROP TABLE case_record",
            "TRUNCATE case_record CASCADE",
            "DROP TRIGGER insert_only ON audit_entry",
            "SET ROLE casework_owner",
        ],
    )
    def test_reshapes_nothing_and_takes_no_wall_down(self, statement: str, partnership: APartnership) -> None:
        with pytest.raises(DBAPIError) as refused, partnership.stores.engine.begin() as connection:
            connection.execute(text(statement))
        assert refused.value.orig.sqlstate == "42501"  # type: ignore[union-attr]
