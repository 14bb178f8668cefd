"""What stands before every view: one whose guard was forgotten is closed to everybody, and the trail says that it was tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.factories.partnership import APartnership
from tests.web.visitor import Visitor


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An app that is changed here."""
    return own_app


@pytest.fixture
def forgotten(app: Flask) -> str:
    """The address of a view that declares no guard."""
    app.add_url_rule("/forgotten", "forgotten.page", lambda: "Leanne Whitehouse")
    return "/forgotten"


def stops(database: Any) -> list[Any]:
    """What the trail says of pages without a guard."""
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        return connection.execute(
            "SELECT act, outcome, account_id FROM audit_entry WHERE reason = 'no_guard'"
        ).fetchall()


class TestAViewWithoutAGuard:
    def test_is_closed_to_the_coordinator_too_and_the_trail_says_which_it_was(
        self, forgotten: str, visitor_as: Callable[[str], Visitor], partnership: APartnership, database: Any
    ) -> None:
        answer = visitor_as("coordinator").open(forgotten)
        assert answer.status_code == 403
        assert b"Leanne" not in answer.data
        assert stops(database) == [("page:forgotten.page", "refused", partnership.account("coordinator"))]

    def test_is_closed_before_anybody_signs_in(self, forgotten: str, visitor: Visitor, database: Any) -> None:
        assert visitor.open(forgotten).status_code == 401
        assert stops(database) == []
