"""Who gets in where among young people's files: each route by each of the people, with at most twelve statements a page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from tests.factories.partnership import APartnership
from tests.web.test_access_matrix import address, gates, is_open, send_empty
from tests.web.visitor import Visitor, without_token
from tests.web.young_person import a_young_person

# The youth worker leads Jamie's plan, their manager and safeguarding lead answer for the file, the school's worker is on the team; the
# worker of housing is a youth worker too, and has nothing to do with Jamie.
WHOLE = "youth_worker youth_manager safeguarding_lead"
TEAM = f"{WHOLE} school_worker"
YOUTH = f"{TEAM} housing_worker"
PEOPLE = f"{YOUTH} information_lead group_chair coordinator administrator chair police idva referrer observer operator"
GATES = {
    "GET young_people.mine": YOUTH,
    "GET young_people.new": "youth_worker school_worker housing_worker",
    "POST young_people.new": "youth_worker school_worker housing_worker",
    "GET young_people.file": TEAM,
    "GET young_people.who_knows": TEAM,
    "GET young_people.step": TEAM,
    "POST young_people.step": TEAM,
    "GET young_people.action": TEAM,
    "POST young_people.action": TEAM,
    "GET young_people.leave": WHOLE,
    "POST young_people.leave": WHOLE,
    "GET young_people.disagreement": TEAM,
    "POST young_people.disagreement": TEAM,
    "GET interventions.history": WHOLE,
    "GET interventions.new": WHOLE,
    "POST interventions.new": WHOLE,
    "GET interventions.one": WHOLE,
    "POST interventions.goes_on": WHOLE,
    "GET interventions.letter": WHOLE,
    "POST interventions.letter": WHOLE,
    "GET interventions.printed": WHOLE,
    "GET interventions.pdf": WHOLE,
    "POST interventions.sign": WHOLE,  # that nothing waits for a signature is told to them
}
BLUEPRINTS = ("young_people.", "interventions.")


@pytest.fixture
def ids(partnership: APartnership) -> dict[str, Any]:
    """Everything of Jamie's file that an address can name; the step is one that any of the team may take."""
    return {**a_young_person(partnership), "step": "step-up"}


@pytest.fixture
def browsers(app: Flask, partnership: APartnership) -> dict[str, Visitor]:
    """One browser for each of the people; the stranger is nobody."""
    return {key: Visitor(app).becomes(partnership.people[key]) for key in PEOPLE.split()} | {"stranger": Visitor(app)}


class TestEveryRouteOfAFile:
    def test_lets_in_whom_the_table_names_and_nobody_else(
        self,
        app: Flask,
        ids: dict[str, Any],
        browsers: dict[str, Visitor],
        statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        wrong, too_many, seen = [], {}, set()
        for endpoint, method, rule in gates(app):
            if not endpoint.startswith(BLUEPRINTS):
                continue
            seen.add(f"{method} {endpoint}")
            path = address(app, rule, ids)
            allowed = GATES.get(f"{method} {endpoint}", "").split()
            for key, browser in browsers.items():
                if method == "POST" and key in allowed:
                    continue  # a form that is sent empty changes nothing, so only the closed doors are tried by sending
                with statements() as sent:
                    got_in = is_open(browser.client.get(path)) if method == "GET" else send_empty(browser, path)
                if got_in != (key in allowed):
                    wrong.append(f"{method} {endpoint}: {key} {'gets in' if got_in else 'is kept out'}")
                if len(sent) > 12:
                    too_many[endpoint, key] = len(sent)
        assert wrong == []
        assert too_many == {}
        assert seen == set(GATES)

    def test_answers_whom_it_shuts_out_as_if_there_were_nothing(
        self, app: Flask, ids: dict[str, Any], browsers: dict[str, Visitor]
    ) -> None:
        nobody = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in ids.items()}
        compared = 0
        for endpoint, method, rule in gates(app):
            if method != "GET" or not endpoint.startswith(BLUEPRINTS) or not rule.arguments:
                continue
            for key in ("housing_worker", "coordinator", "police"):
                hidden = browsers[key].client.get(address(app, rule, ids))
                missing = browsers[key].client.get(address(app, rule, nobody))
                assert hidden.status_code == 404, f"{endpoint} for {key}"
                assert without_token(hidden) == without_token(missing), f"{endpoint} for {key}"
                compared += 1
        assert compared > 20
