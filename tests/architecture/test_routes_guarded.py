"""Every address is closed unless it says for whom it is open; what is open to the world stands in one list, without spare lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from casework.access.permissions import Permission
from casework.app import create
from casework.web import guard, navigation
from casework.web.unit import EXTENSION
from config.settings import Settings


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The app with everything that it can have, the demonstration's pages too."""
    made = create(replace(settings, demonstration=True, state=tmp_path))
    yield made
    made.extensions[EXTENSION].stores.close()


@pytest.fixture
def plain(settings: Settings) -> Iterator[Flask]:
    made = create(settings)
    yield made
    made.extensions[EXTENSION].stores.close()


def views(app: Flask) -> dict[str, Callable[..., object]]:
    return dict(app.view_functions)


class TestEveryAddress:
    def test_declares_its_guard_or_is_listed_as_open(self, app: Flask) -> None:
        open_to_all = guard.OPEN | guard.OPEN_IN_DEMONSTRATION
        closed = [name for name, view in views(app).items() if name not in open_to_all and guard.guard_of(view) is None]
        assert closed == [], "these views declare no guard, so nobody reaches them"

    def test_that_is_open_exists_and_declares_nothing_else(self, app: Flask, plain: Flask) -> None:
        assert set(views(plain)) >= guard.OPEN
        assert set(views(app)) >= guard.OPEN_IN_DEMONSTRATION
        both = [name for name in guard.OPEN | guard.OPEN_IN_DEMONSTRATION if guard.guard_of(views(app)[name])]
        assert both == [], "open to the world and guarded: one of the two is wrong"

    def test_of_the_demonstration_is_missing_elsewhere(self, plain: Flask) -> None:
        assert not set(views(plain)) & guard.OPEN_IN_DEMONSTRATION
        assert not [rule.rule for rule in plain.url_map.iter_rules() if rule.rule.startswith("/demo")]

    def test_is_shut_to_who_is_not_signed_in(self, app: Flask) -> None:
        client = app.test_client()
        for rule in app.url_map.iter_rules():
            if rule.endpoint in guard.OPEN | guard.OPEN_IN_DEMONSTRATION or "GET" not in (rule.methods or ()):
                continue
            with app.test_request_context():
                address = app.url_for(rule.endpoint, **_something_for(rule))
            answer = client.get(address)
            if rule.endpoint == guard.HOME:
                assert answer.headers["Location"] == "/sign-in"
            else:
                assert answer.status_code == 401, address

    def test_is_closed_when_a_view_forgets_its_guard(self, app: Flask) -> None:
        app.add_url_rule("/forgotten", "forgotten", lambda: "everything")
        assert app.test_client().get("/forgotten").status_code == 401


class TestTheNavigation:
    def test_leads_to_pages_that_exist_and_let_the_same_people_in(self, app: Flask) -> None:
        for entry in navigation.ENTRIES:
            declared = guard.guard_of(views(app)[entry.endpoint])
            assert declared is not None, entry
            assert set(entry.permissions) <= set(declared.permissions) or not declared.permissions, entry

    def test_names_a_guard_by_permissions(self) -> None:
        with pytest.raises(ValueError, match="for_members"):
            guard.needs()
        marked = guard.needs(Permission.CASE_VIEW)(lambda: None)
        assert guard.guard_of(marked) == guard.Guard((Permission.CASE_VIEW,))


def _something_for(rule: Rule) -> dict[str, Any]:
    """Return a value that fits each part of an address: one of the words that it offers, or an id."""
    return {
        name: sorted(converter.items)[0]
        if isinstance(converter, AnyConverter)
        else "00000000-0000-4000-8000-000000000000"
        for name, converter in rule._converters.items()
    }
