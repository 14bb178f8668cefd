"""Reads that pages make all the time go to the driver past SQLAlchemy's session: under the same walls, with the same errors."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    ARRAY,
    Executable,
    Select,
    String,
    Uuid,
    any_,
    bindparam,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Bundle

from casework.access.actors import SYSTEM, Actor
from casework.access.permissions import Role
from casework.cases.models import Case, CasePerson
from casework.conferences.models import Conference, Marac
from casework.kept_statements import KeptStatement, Sort
from casework.work import UnitOfWork
from tests.factories.partnership import APartnership
from tests.factories.referrals import accepted

WORD = "Mei Quigley"


def _every_case(_actor: Actor, _now: datetime) -> Executable:
    return select(Case.id, Case.number).order_by(Case.number)


def _cases_with_people(_actor: Actor, _now: datetime) -> Executable:
    return (
        select(Case, Bundle("member", CasePerson.id, CasePerson.part), Conference, func.count().over().label("rows"))
        .outerjoin(CasePerson, CasePerson.case_id == Case.id)
        .outerjoin(Conference, Conference.id == bindparam("conference_id", type_=Uuid))
        .order_by(CasePerson.id)
    )


def _said(_actor: Actor, _now: datetime) -> Executable:
    return select(bindparam("word", type_=String).label("word"), func.pg_backend_pid().label("pid"))


def _broken(_actor: Actor, _now: datetime) -> Executable:
    return select((literal(1) / (func.length(bindparam("word", type_=String)) - len(WORD))).label("never"))


def _in_two_states(_actor: Actor, _now: datetime) -> Executable:
    return select(Case.id).where(Case.state.in_(["open", "actions_live"]))


def _ids_of(_actor: Actor, _now: datetime) -> Executable:
    return select(Case.id).where(Case.id == any_(bindparam("ids", type_=ARRAY(Uuid))))


class TestWhatComesBack:
    def test_are_the_columns_by_their_names(self, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        with partnership.acting("coordinator") as work:
            row = work.rows(_every_case)[0]
            assert (row.id, row.number) == tuple(row)
            assert row.id == case_id
            assert work.rows(_ids_of, ids=[case_id, uuid.uuid4()]) == [(case_id,)]
            assert work.rows(_in_two_states) == [(case_id,)]

    def test_holds_whole_objects_and_parts_of_them_to_be_read_only(self, partnership: APartnership) -> None:
        case_id = accepted(partnership)
        with partnership.acting("coordinator") as work:
            rows = work.rows(_cases_with_people, conference_id=uuid.uuid4())
            case, member, conference, count = rows[0]
            assert case.id == case_id
            whole = work.session.get_one(Case, case_id)
            assert case == tuple(getattr(whole, name) for name in case._fields)
            assert {row.member.part for row in rows} >= {"victim", "perpetrator"}
            assert member.id
            assert conference is None, "nothing was joined"
            assert count == len(rows) == rows[0].rows
            with pytest.raises(AttributeError):
                case.state = "closed"

    def test_holds_what_this_unit_has_changed_and_nothing_of_what_was_rolled_back(
        self, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        with pytest.raises(KeyError), partnership.acting("coordinator") as work:
            work.session.get_one(Case, case_id).number = "C-99999"
            assert work.rows(_every_case) == [(case_id, "C-99999")]
            raise KeyError
        with partnership.acting("coordinator") as work:
            assert work.rows(_every_case)[0].number != "C-99999"


class TestTheWalls:
    def test_hold_between_partnerships(self, partnership: APartnership, two_at_work: APartnership) -> None:
        with partnership.acting("coordinator") as work:
            ours = {row.id for row in work.rows(_every_case)}
        with two_at_work.acting("coordinator") as work:
            theirs = {row.id for row in work.rows(_every_case)}
        assert ours
        assert theirs
        assert not ours & theirs

    def test_hold_after_a_refusal_rolled_everything_back(self, partnership: APartnership) -> None:
        ours = accepted(partnership)
        with partnership.acting("coordinator") as work:
            work._roll_back()
            assert [row.id for row in work.rows(_every_case)] == [ours], "whose rows are asked for was said again"

    def test_show_nothing_where_no_partnership_was_named(self, partnership: APartnership) -> None:
        accepted(partnership)
        with UnitOfWork(partnership.stores, actor=SYSTEM, now=partnership.now, partnership_id=None) as work:
            assert not work.rows(_every_case)

    def test_a_look_outside_leaves_no_transaction_and_no_partnership_behind(self, partnership: APartnership) -> None:
        accepted(partnership)
        with UnitOfWork(partnership.stores, actor=SYSTEM, now=partnership.now, partnership_id=None) as work:
            pid = work.look(_said, word=WORD)[0].pid
        with partnership.stores.engine.connect() as connection:
            assert connection.scalar(select(func.pg_backend_pid())) == pid, "the same connection of the pool"
            assert connection.scalar(select(func.count()).select_from(Case)) == 0
            connection.rollback()
            assert not connection.connection.dbapi_connection.autocommit  # type: ignore[union-attr]

    def test_keep_one_statement_for_each_sort_of_actor(self, partnership: APartnership) -> None:
        asked: list[Sort] = []

        def build(actor: Actor, _now: datetime) -> Executable:
            asked.append(Sort(actor.kind, actor.roles, actor.protocol_signed, True, True))
            return select(Case.id)

        for key in ("coordinator", "coordinator", "chair", "coordinator"):
            with partnership.acting(key) as work:
                work.rows(build)
        assert [set(one.roles) for one in asked] == [{Role.COORDINATOR}, {Role.CHAIR}]


class TestAnError:
    def test_is_one_of_sqlalchemys_and_says_nothing_of_the_values(self, partnership: APartnership) -> None:
        with pytest.raises(DBAPIError) as told, partnership.acting("coordinator") as work:
            work.rows(_broken, word=WORD)
        assert WORD not in str(told.value)
        with partnership.acting("coordinator") as work:
            assert work.rows(_said, word=WORD)[0].word == WORD, "the connection goes on"

    @pytest.mark.parametrize("way", ["rows", "look"])
    def test_of_a_dead_connection_is_told_and_the_next_page_gets_another(
        self, partnership: APartnership, way: str
    ) -> None:
        ended: list[int] = []

        def end(connection: Any) -> None:
            pid = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            connection.rollback()
            if not ended:
                ended.append(pid)
                _terminate(partnership, pid)

        event.listen(partnership.stores.engine, "checkout", lambda connection, *_: end(connection))
        with pytest.raises(OperationalError) as told, partnership.acting("coordinator") as work:
            getattr(work, way)(_said, word=WORD)
        assert told.value.connection_invalidated
        with partnership.acting("coordinator") as work:
            assert getattr(work, way)(_said, word=WORD)[0].pid not in ended

    def test_a_value_that_is_missing_is_named(self, partnership: APartnership) -> None:
        with pytest.raises(KeyError, match="word"), partnership.acting("coordinator") as work:
            work.rows(_said)

    def test_leaves_a_connection_as_it_was(self, partnership: APartnership) -> None:
        with pytest.raises(KeyError, match="word"), partnership.acting("coordinator") as work:
            work.look(_said)
        with partnership.acting("coordinator") as work:
            server: Any = work.connection().connection.dbapi_connection
            assert not server.autocommit
            assert partnership.stores.engine.pool.checkedout() == 1  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            (select(Case.id).where(Case.id.in_(bindparam("ids", expanding=True))), "any_"),
            (text("SELECT 1"), "query"),
        ],
    )
    def test_a_statement_that_cannot_be_kept_is_refused(
        self, partnership: APartnership, statement: Select[Any], why: str
    ) -> None:
        with pytest.raises(TypeError, match=why):
            KeptStatement(statement, partnership.stores.engine.dialect)

    def test_columns_left_out_of_an_object_are_refused_rather_than_mixed_up(self, partnership: APartnership) -> None:
        joined: Callable[[], Select[Any]] = lambda: select(Conference, Marac).join(Marac)  # noqa: E731
        KeptStatement(joined(), partnership.stores.engine.dialect)
        aliased: Select[Any] = select(select(Case).subquery())
        assert KeptStatement(aliased, partnership.stores.engine.dialect)


def _terminate(partnership: APartnership, pid: int) -> None:
    url = partnership.stores.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (pid,))
