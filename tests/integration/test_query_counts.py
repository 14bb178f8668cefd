"""A read sends as many statements for seventeen cases as for three: nobody is fetched one by one, and no key is."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from benchmarks import statements
from casework.access.permissions import Purpose
from casework.actions.models import Action
from casework.cases.models import Case, Flag
from casework.conferences import operations as conferences
from casework.conferences.models import Listing
from casework.encryption.key_ring import KeyRing
from casework.errors import CaseworkError
from casework.minutes import operations as minutes
from casework.minutes.models import Minutes
from casework.referrals.models import Referral
from casework.research.models import ResearchRequest
from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import ASSAULT, Fortnight
from tests.scenarios.reads import Known, shown

FEW, MANY = 3, 17
READERS = ("coordinator", "housing", "chair")
# Reads that no page makes: they go through every partnership, or serve the demonstration's list of people.
APART = {"accounts.demonstration_people", "partnerships.partnerships"}


class Statements:
    """Counts what a partnership's stores send, to the database and to the key store."""

    def __init__(self, partnership: APartnership) -> None:
        self._key_store = partnership.stores.key_store
        self.count = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count from nought, in a process that holds no key yet."""
        self.count = 0
        self._key_store.ring = KeyRing(lambda: 0)
        with statements.counted() as sent:
            yield
        self.count = len(sent)


def a_round_of(fortnight: Fortnight, number: int, cases: range) -> None:
    """So many cases through a round to the minutes, with answers of two agencies and two actions for each."""
    partnership = fortnight.partnership
    fortnight.partnership.now = fortnight.round(number).cut_off_at - timedelta(hours=8)
    with partnership.acting("coordinator") as work:
        conferences.set_capacity(work, conference_id=fortnight.round(number).id, capacity=MANY)
    ids = [fortnight.case_for(fortnight.couple(one, children=one % 3)) for one in cases]
    conference = fortnight.list_goes_out(number)
    fortnight.accepts_confidentiality(conference, "housing", "police", "chair")
    for key, case_id in itertools.product(("housing", "police"), ids):
        fortnight.answers(key, conference, case_id, ASSAULT)
    fortnight.sitting_begins(conference, "housing", "police", "chair")
    day = conference.sits_on + timedelta(days=3)
    for case_id in ids:
        fortnight.hears(
            conference, case_id, ("housing", "Offer a lock change", day), ("police", "Mark the address", day)
        )
    fortnight.sitting_ends(conference)
    fortnight.minutes_go_out(conference)
    with partnership.acting("housing", Purpose.CONFERENCE) as work:
        minutes.open_copy(work, conference_id=conference.id)
    for one in range(len(cases)):
        fortnight.refers(fortnight.couple(one + number, yes=9))


def known_of(fortnight: Fortnight, number: int) -> Known:
    """What a page of this round may ask for: one of each thing, and all cases of the round together."""
    conference = fortnight.round(number)
    with fortnight.partnership.acting(None) as work:
        listed = work.session.scalars(
            select(Listing).where(Listing.conference_id == conference.id).order_by(Listing.position)
        ).all()
        case_ids = [one.case_id for one in listed]

        def of_round(model: Any, condition: Any) -> list[tuple[str, Any]]:
            return [("one", work.session.scalars(select(model.id).where(condition).order_by(model.id)).first())]

        housing = fortnight.partnership.housing
        requests = (ResearchRequest.conference_id == conference.id) & (ResearchRequest.agency_id == housing)
        ids = {
            "conference_id": [("round", conference.id)],
            "case_id": [("one", case_ids[0])],
            "listing_id": [("one", listed[0].id)],
            "request_id": of_round(ResearchRequest, requests),
            "action_id": of_round(Action, Action.conference_id == conference.id),
            "referral_id": of_round(Referral, Referral.case_id == case_ids[0]),
            "flag_id": of_round(Flag, Flag.case_id == case_ids[0]),
            "minutes_id": of_round(Minutes, Minutes.conference_id == conference.id),
            "person_id": [],
        }
        known = Known.labelled(fortnight.partnership, ids)
        assert len(case_ids) == (FEW, MANY)[number]
        assert work.session.scalar(select(Case.id).where(Case.id == case_ids[0]))
    return Known({**known.values, "case_ids": [("all", case_ids)], "words": [("name", "Offer Corfield")]})


def counts(fortnight: Fortnight, known: Known) -> dict[str, int]:
    """How many statements each read sends, for each reader; those that are refused are left out."""
    found = {}
    statements = Statements(fortnight.partnership)
    for reader in READERS:
        for name, query in shown().items():
            if name in APART:
                continue
            needed = [one for one in list(inspect.signature(query).parameters.values())[1:] if one.default is one.empty]
            given = [known.values[one.name][:1] for one in needed]
            if not all(given):
                continue
            named = {one.name: given[place][0][1] for place, one in enumerate(needed) if one.kind is one.KEYWORD_ONLY}
            plain = [given[place][0][1] for place, one in enumerate(needed) if one.kind is not one.KEYWORD_ONLY]
            with fortnight.partnership.acting(reader, Purpose.CONFERENCE) as work:
                work.connection()
                with statements.counted():
                    try:
                        query(work, *plain, **named)
                    except CaseworkError:
                        continue
                found[f"{reader} reads {name}"] = statements.count
    return found


@pytest.fixture
def counted(partnership: APartnership, settings: Settings) -> tuple[dict[str, int], dict[str, int]]:
    """How many statements each read sends in a round of three cases, and a fortnight later in one of seventeen."""
    fortnight = Fortnight(partnership, settings)
    a_round_of(fortnight, 0, range(FEW))
    few = counts(fortnight, known_of(fortnight, 0))
    a_round_of(fortnight, 1, range(FEW, FEW + MANY))
    return few, counts(fortnight, known_of(fortnight, 1))


class TestEveryRead:
    def test_sends_no_more_statements_for_seventeen_cases_than_for_three(
        self, counted: tuple[dict[str, int], dict[str, int]]
    ) -> None:
        few, many = counted
        assert len(many) > 80
        assert {name: (few[name], many[name]) for name in many if name in few and many[name] > few[name]} == {}

    def test_that_a_page_is_made_of_sends_a_dozen_at_most(self, counted: tuple[dict[str, int], dict[str, int]]) -> None:
        _, many = counted
        assert {name: count for name, count in many.items() if count > 12} == {}
        assert "housing reads research.own_requests" in many
        assert "coordinator reads cases.case_list" in many
        assert "coordinator reads minutes.whole_record" in many
