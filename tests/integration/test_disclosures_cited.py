"""Nothing is handed over without the disclosure that it cites: the database refuses a list, an answer or minutes without one."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose
from casework.disclosures import queries as disclosures
from casework.disclosures.models import SharingDecision
from tests.conftest import Database
from tests.factories.partnership import APartnership
from tests.web.minuted_round import MinutedRound


@pytest.fixture
def sql(database: Database, sitting_is_over: MinutedRound) -> psycopg.Connection[tuple[object, ...]]:
    """A round from list to issued minutes, read past row-level security but not past a constraint."""
    sitting_is_over.goes_out()
    return psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True)


class TestTheDatabase:
    @pytest.mark.parametrize(
        ("what", "statement"),
        [
            ("a case on an agency's list", "UPDATE research_request SET asked_disclosure_id = NULL"),
            ("a case in an agency's minutes", "UPDATE minutes_case SET disclosure_id = NULL"),
        ],
    )
    def test_refuses_to_forget_the_disclosure_behind(
        self, what: str, statement: str, sql: psycopg.Connection[tuple[object, ...]]
    ) -> None:
        with pytest.raises(psycopg.errors.NotNullViolation):
            sql.execute(statement)

    def test_refuses_research_that_was_shared_without_one(self, sql: psycopg.Connection[tuple[object, ...]]) -> None:
        shared = sql.execute("SELECT count(*) FROM research_request WHERE state = 'shared'").fetchone()
        assert shared is not None
        assert shared[0]
        with pytest.raises(psycopg.errors.CheckViolation, match="answer_is_a_disclosure"):
            sql.execute("UPDATE research_request SET answer_disclosure_id = NULL WHERE state = 'shared'")

    @pytest.mark.parametrize("column", ["record_sealed", "key_id", "cause", "purpose", "consent", "outcome", "told"])
    def test_refuses_a_record_that_is_not_whole(self, column: str, sql: psycopg.Connection[tuple[object, ...]]) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match="is_a_whole_record"):
            sql.execute(self._copy("disclosure", column))

    @pytest.mark.parametrize("column", ["facts_sealed", "answer_sealed", "key_id"])
    def test_refuses_a_decision_that_could_not_be_made_again(
        self, column: str, sql: psycopg.Connection[tuple[object, ...]]
    ) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match="can_be_decided_again"):
            sql.execute(self._copy("sharing_decision", column))

    @staticmethod
    def _copy(table: str, without: str) -> str:
        """One more row like another, with one column empty."""
        return (
            f"INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(),"
            f" '{without}', null))).* FROM {table} AS one LIMIT 1"
        )


class TestEveryDecisionOfARound:
    def test_is_made_again_from_what_was_kept_with_the_same_answer(
        self, sitting_is_over: MinutedRound, partnership: APartnership
    ) -> None:
        sitting_is_over.goes_out()
        with partnership.acting(None) as work:
            ids = work.session.scalars(select(SharingDecision.id)).all()
        with partnership.acting(None, Purpose.OVERSIGHT) as work:
            again = [disclosures.replay(work, decision_id=one) for one in ids]
        assert len(again) > 20
        assert all(one.same for one in again)
        assert {one.kept["allowed"] for one in again} == {True, False}
