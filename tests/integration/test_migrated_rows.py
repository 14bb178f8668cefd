"""What a migration fills in for rows that were there before it: nothing that an earlier release wrote may be lost or stay empty."""

from __future__ import annotations

from typing import Any

import alembic.command
import psycopg
import pytest

from casework.cli.migrate import migrations
from casework.consent.rules import Category
from casework.referral_imports import operations as imports
from casework.youth import operations as youth
from tests.conftest import Database
from tests.factories import contacts as made
from tests.factories.partnership import APartnership
from tests.factories.referrals import accepted, submitted
from tests.factories.sharing import BASIC, EDUCATION, YoungPerson, item
from tests.factories.youth import acting, opened


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know three things."""
    young = YoungPerson.of(partnership)
    young.agrees({"school_nursing": ["basic", "education", "health"]})
    return young


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        return connection.execute(query).fetchall()


def there_and_back(database: Database, revision: str) -> None:
    """Take the tables back to those of an earlier release, and bring them up to date as an upgrade does."""
    alembic.command.downgrade(migrations(database.owner_url), revision)
    alembic.command.upgrade(migrations(database.owner_url), "head")


class TestAnUpgrade:
    def test_keeps_who_was_told_of_a_withdrawal_and_of_what(self, database: Database, jamie: YoungPerson) -> None:
        jamie.shares("school_nursing", BASIC, EDUCATION, item(Category.HEALTH))
        jamie.withdraws()
        notices = "SELECT id, disclosure_id, is_part, categories, purposes FROM withdrawal_notice ORDER BY id"
        before = rows(database, notices)
        assert [one[3] for one in before] == [["basic", "education", "health"]]
        there_and_back(database, "0011")
        assert rows(database, notices) == before

    def test_names_the_share_from_which_a_file_was_opened(
        self, database: Database, partnership: APartnership, jamie: YoungPerson
    ) -> None:
        contact_id = made.opens(partnership, jamie.case_id, locality=None)
        made.arrives(partnership, made.tells(partnership, contact_id, jamie.case_id))
        made.does(partnership, "school_worker", "accept", contact_id, known_as="J.S.", concern="School attendance.")
        sources = "SELECT id, taken_into_case_id FROM share ORDER BY id"
        before = rows(database, sources)
        assert [one[1] is None for one in before] == [False]
        there_and_back(database, "0008")
        assert rows(database, sources) == before

    def test_closes_the_cases_of_files_that_were_closed_before(
        self, database: Database, partnership: APartnership
    ) -> None:
        opened(partnership)
        closed = opened(partnership)
        with acting(partnership) as work:
            youth.begin_closing(work, case_id=closed, words="No contact.")
        with acting(partnership) as work:
            youth.close(work, case_id=closed, reason="no_contact", achieved={}, words="Never answered.")
        states = (
            "SELECT stage, state FROM youth_case JOIN case_record ON case_record.id = youth_case.case_id ORDER BY 1"
        )
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
            connection.execute("UPDATE case_record SET state = 'open'")  # as an earlier release left it
        there_and_back(database, "0014")
        assert rows(database, states) == [("closed", "closed"), ("enquiry", "open")]

    def test_hides_what_is_owed_about_a_referral_like_each_case_that_it_may_be_about(
        self, database: Database, partnership: APartnership
    ) -> None:
        case_id = accepted(partnership)
        submitted(partnership)
        owed = "SELECT kind, case_id, hidden_like FROM duty WHERE state = 'open' AND subject_kind = 'referral' ORDER BY 1, 2"
        before = rows(database, owed)
        assert ("idva_contact", None, [case_id]) in before
        assert ("idva_contact", case_id, []) in before
        there_and_back(database, "0012")
        assert rows(database, owed) == before

    def test_counts_a_file_under_way_from_when_it_was_brought(
        self, database: Database, partnership: APartnership
    ) -> None:
        with partnership.acting("coordinator") as work:
            imports.begin(work, import_id=imports.upload(work, content=b"{}\n{}"))
        begun = "SELECT state, begun_at = uploaded_at FROM referral_import"
        there_and_back(database, "0013")
        assert rows(database, begun) == [("done", True)]
