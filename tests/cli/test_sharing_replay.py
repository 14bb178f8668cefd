"""`casework sharing replay`: decisions that were kept are decided the same again, and a changed one is found."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from casework.cli.__main__ import casework
from casework.disclosures.models import SharingDecision
from casework.disclosures.operations.acts import keep_decision
from casework.sharing.queries.facts import decided
from tests.factories.partnership import APartnership
from tests.factories.sharing import EDUCATION, OFFERED, YoungPerson

Run = Callable[..., Result]


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    return lambda *arguments: CliRunner().invoke(
        casework, ["sharing", "replay", *map(str, arguments)], env=environment, catch_exceptions=False
    )


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    young = YoungPerson.of(partnership)
    young.agrees({"school_nursing": ["basic", "education"]})
    return young


def kept_wrongly(jamie: YoungPerson) -> uuid.UUID:
    """Keep the answer of one decision with the facts of another, as a fault or a forger would."""
    here = {"case_id": jamie.case_id, "person_id": jamie.person_id}
    agencies = jamie.partnership.agencies
    with jamie.partnership.acting(None) as work:
        asked = [
            decided(
                work,
                **here,
                from_agency_id=agencies["youth_service"],
                to_agency_id=agencies[to],
                items=[EDUCATION],
                declared=OFFERED,
            )
            for to in ("school_nursing", "housing")
        ]
        key_id = work.session.scalars(
            select(SharingDecision.key_id).where(SharingDecision.case_id == jamie.case_id).limit(1)
        ).one()
        assert key_id is not None
        return keep_decision(
            work,
            **here,
            facts=asked[1].facts,
            answer=asked[0].answer,
            moment="asked",
            key_id=key_id,
            from_agency_id=agencies["youth_service"],
            to_agency_id=agencies["housing"],
        )


class TestReplay:
    def test_finds_every_decision_the_same_also_the_noes(self, run: Run, jamie: YoungPerson) -> None:
        jamie.shares("school_nursing")
        jamie.asks("housing")
        done = run("--all")
        assert done.exit_code == 0
        assert done.output == "3 same, 0 different, 0 not opened\n"

    def test_prints_one_by_its_id_with_its_row_and_rule_set_and_nothing_of_the_facts(
        self, run: Run, jamie: YoungPerson
    ) -> None:
        decision_id = jamie.share(jamie.shares("school_nursing")).decision_id
        done = run(decision_id)
        assert done.exit_code == 0
        assert done.output == f"{decision_id}  same  row 11 of england-2026.3\n"

    def test_ends_with_1_and_names_a_decision_whose_answer_is_not_that_of_its_facts(
        self, run: Run, jamie: YoungPerson
    ) -> None:
        jamie.shares("school_nursing")
        wrong = kept_wrongly(jamie)
        done = run("--all")
        assert done.exit_code == 1
        assert done.output.splitlines() == [
            f"{wrong}  different  row 11 of england-2026.3",
            "2 same, 1 different, 0 not opened",
        ]
        assert run(wrong).exit_code == 1

    def test_counts_what_cannot_be_opened_and_calls_it_no_difference(self, run: Run, jamie: YoungPerson) -> None:
        decision_id = jamie.share(jamie.shares("school_nursing")).decision_id
        with jamie.partnership.acting(None) as work:
            key_id = work.session.get_one(SharingDecision, decision_id).key_id
            assert key_id is not None
            work.keys.destroy(key_id, "retention", work.now)
        done = run("--all")
        assert done.exit_code == 0
        assert done.output.splitlines()[-1] == "0 same, 0 different, 2 not opened"

    def test_says_what_it_needs(self, run: Run, jamie: YoungPerson) -> None:
        assert run().exit_code == 2
        missing = run(uuid.uuid4())
        assert missing.exit_code == 2
        assert "No decision of that id" in missing.output
