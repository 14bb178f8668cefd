"""Every route, by everybody: who gets in and who meets a closed door. The table is data to be reviewed; a route without a row fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from casework.access.permissions import Purpose
from casework.cases.models import Flag
from casework.referrals.models import Referral
from casework.research.models import ResearchRequest
from casework.web import guard
from tests.factories.partnership import APartnership
from tests.web.access_table import GATES, PEOPLE
from tests.web.minuted_round import MinutedRound
from tests.web.visitor import Visitor, without_token

SHUT = (401, 403, 404)


@pytest.fixture
def ids(sitting_is_over: MinutedRound, partnership: APartnership) -> dict[str, Any]:
    """Everything that an address can name: of Leanne's case, heard on 9 December, from which probation's worker is shut out."""
    heard = sitting_is_over
    heard.shuts_out("probation", heard.leanne)
    heard.goes_out()
    found: dict[str, Any] = {
        "conference_id": heard.conference.id,
        "case_id": heard.leanne,
        "listing_id": heard.fortnight.listing(heard.conference, heard.leanne).id,
        "action_id": heard.actions[0],
        "account_id": partnership.account("second_coordinator"),
        "agency_id": partnership.agencies["housing"],
        "session_id": uuid.uuid4(),
        "question_id": uuid.uuid4(),
        "membership_id": uuid.uuid4(),
        "block_id": uuid.uuid4(),
        "step": "who",
        "answer": "accept",
        "token": "t" * 43,
        "filename": "none",
    }
    with partnership.acting(None, Purpose.OVERSIGHT) as work:
        housing = partnership.agencies["housing"]
        mine = (ResearchRequest.case_id == heard.leanne, ResearchRequest.agency_id == housing)
        found["request_id"] = work.session.scalar(select(ResearchRequest.id).where(*mine))
        found["flag_id"] = work.session.scalar(
            select(Flag.id).where(Flag.case_id == heard.leanne, Flag.agency_id == housing)
        )
        found["referral_id"] = work.session.scalar(select(Referral.id).where(Referral.case_id == heard.leanne))
    return found


@pytest.fixture
def browsers(app: Flask, partnership: APartnership) -> dict[str, Visitor]:
    """One browser for each of the people of the table; the stranger is nobody."""
    signed_in = {key: Visitor(app).becomes(partnership.people[key]) for key in PEOPLE if key in partnership.people}
    return {**signed_in, "stranger": Visitor(app)}


def gates(app: Flask) -> Iterator[tuple[str, str, Any]]:
    """Yield (endpoint, method, rule) of every address but those that are open to the world."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in guard.OPEN | guard.OPEN_IN_DEMONSTRATION:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, rule


class TestTheTable:
    def test_has_a_row_for_every_route(self, app: Flask) -> None:
        there = {f"{method} {endpoint}" for endpoint, method, _ in gates(app)}
        assert there - set(GATES) == set(), "a route without a row: say in access_table.py who may go there"


class TestEveryRoute:
    def test_lets_in_whom_the_table_names_and_nobody_else(
        self, app: Flask, ids: dict[str, Any], browsers: dict[str, Visitor]
    ) -> None:
        wrong = []
        for endpoint, method, rule in gates(app):
            path = address(app, rule, ids)
            for key in PEOPLE:
                got_in = knock(browsers[key], method, path)
                expected = key in GATES.get(f"{method} {endpoint}", "").split()
                # A form that is sent empty changes nothing, so that only the closed doors are tried by sending.
                if got_in is not None and got_in != expected:
                    wrong.append(f"{method} {endpoint}: {key} {'gets in' if got_in else 'is kept out'}")
        assert wrong == []


class TestAForbiddenRecord:
    def test_answers_byte_for_byte_like_one_that_is_not_there(
        self, app: Flask, ids: dict[str, Any], browsers: dict[str, Visitor]
    ) -> None:
        nobody = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in ids.items()}
        compared = 0
        for endpoint, method, rule in gates(app):
            named = {"case_id", "listing_id", "request_id", "referral_id", "action_id"} & set(rule.arguments)
            if method != "GET" or not named:
                continue
            for key in ("probation", "education", "midwife"):
                hidden = browsers[key].client.get(address(app, rule, ids))
                if hidden.status_code == 404:
                    missing = browsers[key].client.get(address(app, rule, nobody))
                    assert without_token(hidden) == without_token(missing), f"{endpoint} for {key}"
                    compared += 1
        assert compared > 10


def address(app: Flask, rule: Any, ids: dict[str, Any]) -> str:
    """Return the address of a rule with these ids in it."""
    ids = {**ids, "part": "voice" if "listing_id" in rule.arguments else "other_business"}
    with app.test_request_context():
        return str(
            app.url_map.bind("localhost").build(rule.endpoint, {name: ids.get(name, "x") for name in rule.arguments})
        )


def knock(visitor: Visitor, method: str, path: str) -> bool | None:
    """Say whether a door opens; None where trying would change something."""
    return is_open(visitor.client.get(path)) if method == "GET" else None


def is_open(response: TestResponse) -> bool:
    """Say whether an answer let somebody in: not refused, and not sent to the sign-in page."""
    return response.status_code not in SHUT and not response.headers.get("Location", "").startswith("/sign-in")


def send_empty(visitor: Visitor, path: str) -> bool:
    """Send an empty form and say whether the door was open."""
    return is_open(visitor.client.post(path, data={"csrf_token": visitor.form_token}))


class TestAFormOfSomebodyWithoutTheRight:
    def test_is_refused_and_changes_nothing(
        self, app: Flask, ids: dict[str, Any], browsers: dict[str, Visitor]
    ) -> None:
        wrong = []
        for endpoint, method, rule in gates(app):
            if method != "POST":
                continue
            for key in PEOPLE:
                if key in GATES.get(f"POST {endpoint}", "").split():
                    continue
                if send_empty(browsers[key], address(app, rule, ids)):
                    wrong.append(f"{endpoint}: {key}")
        assert wrong == []


class TestEveryPage:
    """ADR 9 and the house's budget: at most twelve statements, whoever opens whichever page."""

    def test_sends_at_most_twelve_statements(
        self,
        app: Flask,
        ids: dict[str, Any],
        browsers: dict[str, Visitor],
        statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        too_many, looked_at = {}, 0
        for endpoint, method, rule in gates(app):
            if method != "GET":
                continue
            for key in GATES.get(f"GET {endpoint}", "").split():
                with statements() as sent:
                    browsers[key].client.get(address(app, rule, ids))
                looked_at += 1
                if len(sent) > 12:
                    too_many[endpoint, key] = len(sent)
        assert looked_at > 150
        assert too_many == {}
