"""Every query answers an outsider with nothing: each public query that needs no more than the unit of work, and each that is given
the very ids of a case, its conference, referral and people. Run on a partnership in the middle of a round."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import casework
from casework.access.actors import Actor, ActorKind
from casework.access.permissions import Purpose
from casework.errors import NotAllowed, NotFound
from casework.referrals import operations as referrals
from casework.work import UnitOfWork
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import ASSAULT, Fortnight

Query = Callable[..., Any]


def _modules() -> Iterator[str]:
    for found in sorted(Path(casework.__path__[0]).glob("*/queries*")):
        parts = (
            ["queries"]
            if found.suffix
            else [f"queries.{one.stem}" for one in sorted(found.glob("*.py")) if one.stem != "__init__"]
        )
        for part in parts:
            yield f"casework.{found.parent.name}.{part}"


def _queries() -> Iterator[tuple[str, Query]]:
    for name in _modules():
        module = importlib.import_module(name)
        for verb, query in vars(module).items():
            if inspect.isfunction(query) and query.__module__ == name and not verb.startswith("_"):
                parameters = list(inspect.signature(query).parameters)
                if parameters and parameters[0] == "work":
                    yield f"{name.removeprefix('casework.')}.{verb}", query


QUERIES = dict(_queries())


def _needs(query: Query) -> set[str]:
    parameters = list(inspect.signature(query).parameters.values())[1:]
    return {one.name for one in parameters if one.default is one.empty}


def _is_nothing(answer: Any) -> bool:
    """None, empty, zero, or a record or mapping made of nothing else."""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        shape = {"page", "pages", "size"}
        return all(
            _is_nothing(getattr(answer, one.name)) for one in dataclasses.fields(answer) if one.name not in shape
        )
    if isinstance(answer, Mapping):
        return all(_is_nothing(value) for value in answer.values())
    return not answer


def _ask(work: UnitOfWork, query: Query, given: Mapping[str, Any]) -> Any:
    try:
        parameters = inspect.signature(query).parameters
        positional = [
            given[name]
            for name, one in parameters.items()
            if name in _needs(query) and one.kind is not one.KEYWORD_ONLY
        ]
        named = {name: given[name] for name in _needs(query) if parameters[name].kind is parameters[name].KEYWORD_ONLY}
        return query(work, *positional, **named)
    except (NotAllowed, NotFound):
        return None


# What everybody who works in a partnership may know: nothing of it is about a case or a person in one.
DIRECTORY = {
    "agencies.queries.agencies": "public names of agencies",
    "conferences.queries.table.attendance": "who sat at a sitting, likewise",
    "conferences.queries.calendar.maracs": "public names and areas",
    "conferences.queries.calendar.marac_for": "which MARAC an area belongs to",
    "conferences.queries.board.numbering": "how many MARACs and rounds there are, for the numbers of cases",
    "conferences.queries.calendar.conferences": "days of sittings, to those whose role takes part in rounds",
    "conferences.queries.calendar.conference_record": "the day of a sitting, likewise",
    "conferences.queries.table.round_and_word": "the day of a sitting, and whether the reader has accepted its statement",
    "conferences.queries.table.agenda": "the day of a sitting, with an empty list for an outsider (tested below)",
    "partnerships.queries.holidays": "days on which nobody works",
    "partnerships.queries.partnerships": "names of partnerships",
    "partnerships.queries.partnership_record": "its own name",
    "partnerships.queries.policy_versions": "local practice: clocks and thresholds",
    "partnerships.queries.core_agency_ids": "who is a core member",
    "partnerships.queries.agency_key_ids": "random ids of keys",
}
# Reads for other queries and for scheduled work, which hand over ids that have passed the condition of the record.
ON_CHECKED_IDS = {
    "conferences.queries.table.people_on_the_list": "accounts to remind, for the clocks",
    "cases.queries.access.accepted_confidentiality": "which accounts have accepted a round's statement",
    "conferences.queries.table.agencies_bound_to_confidentiality": "the same by agency",
}
# What the operator, who sees no case, looks after.
OPERATED = {
    "accounts.queries.managed.members": "accounts and roles",
    "actions.queries.counts": "totals without a case",
    "duties.queries.counts": "totals without a case",
    "notifications.queries.counts": "totals without a case",
    "notifications.queries.count_due": "totals without a case",
    "referrals.queries.inbox.counts": "totals without a case",
    "research.queries.counts": "totals without a case",
}


@pytest.fixture
def story(partnership: APartnership, settings: Settings) -> tuple[Fortnight, dict[str, Any]]:
    """A case from its referral to issued minutes, with an answer, an action and its sitting; and every id of it."""
    told = Fortnight(partnership, settings)
    referral_id = told.refers()
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        case_id = referrals.accept(work, referral_id=referral_id)
    told.settle()
    conference = told.list_goes_out()
    told.accepts_confidentiality(conference, "coordinator", "police", "housing", "chair")
    told.answers("housing", conference, case_id, ASSAULT)
    told.sitting_begins(conference, "coordinator", "police", "housing", "chair")
    [action_id] = told.hears(conference, case_id, ("housing", "Change the locks.", date(2026, 12, 16)))
    told.sitting_ends(conference)
    told.minutes_go_out(conference)
    given = {
        "case_id": case_id,
        "case_ids": [case_id],
        "conference_id": conference.id,
        "conference_ids": [conference.id],
        "referral_id": referral_id,
        "referral_ids": [referral_id],
        "action_id": action_id,
        "marac_id": partnership.maracs["south"],
        "listing_id": told.listing(conference, case_id).id,
    }
    return told, given


class TestAQuery:
    def test_tells_an_outsider_nothing_and_the_coordinator_what_there_is(
        self, story: tuple[Fortnight, dict[str, Any]]
    ) -> None:
        told, given = story
        asked = {name: query for name, query in QUERIES.items() if _needs(query) <= set(given)}
        assert len(asked) > 40
        answers = {who: self._answers(told, actor, asked, given) for who, actor in self._outsiders(told).items()}
        assert answers["stranger"] - set(DIRECTORY) - set(ON_CHECKED_IDS) == set()
        assert answers["without a protocol"] - set(DIRECTORY) - set(ON_CHECKED_IDS) == set()
        assert answers["operator"] - set(DIRECTORY) - set(ON_CHECKED_IDS) - set(OPERATED) == set()
        insider = self._answers(told, told.partnership.actor_of("coordinator"), asked, given)
        about_the_case = insider - set(DIRECTORY) - set(ON_CHECKED_IDS) - set(OPERATED)
        assert {"cases.queries.records.case_record", "cases.queries.lists.case_list"} <= about_the_case
        assert len(about_the_case) > 10

    @staticmethod
    def _outsiders(told: Fortnight) -> dict[str, Actor]:
        return {
            "stranger": Actor(ActorKind.PERSON, uuid.uuid4(), uuid.uuid4(), frozenset(), False),
            "without a protocol": told.partnership.actor_of("education"),
            "operator": told.partnership.actor_of("operator"),
        }

    @staticmethod
    def _answers(told: Fortnight, actor: Actor, asked: Mapping[str, Query], given: Mapping[str, Any]) -> set[str]:
        """The names of the queries that answered with anything."""
        found = set()
        for name, query in asked.items():
            with told.partnership.work(actor, purpose=Purpose.CONFERENCE) as work:
                if not _is_nothing(_ask(work, query, given)):
                    found.add(name)
        return found

    def test_of_an_agenda_shows_the_day_and_no_case_to_an_agency_without_a_protocol(
        self, story: tuple[Fortnight, dict[str, Any]]
    ) -> None:
        told, given = story
        query = QUERIES["conferences.queries.table.agenda"]
        with told.partnership.work(told.partnership.actor_of("education"), purpose=Purpose.CONFERENCE) as work:
            outsider = _ask(work, query, given)
        with told.partnership.work(told.partnership.actor_of("coordinator"), purpose=Purpose.CONFERENCE) as work:
            insider = _ask(work, query, given)
        assert not outsider.people
        assert not outsider.board.places
        assert insider.people
        assert insider.board.places

    def test_that_is_excused_is_still_there(self) -> None:
        assert set(DIRECTORY) | set(ON_CHECKED_IDS) | set(OPERATED) <= set(QUERIES)
