"""What an agency keeps back, and its private notes, never leave it: not to the co-ordinator, not to the table, by no read at all."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from casework.access.permissions import Purpose
from casework.conferences.queries import ConferenceRecord
from casework.errors import CaseworkError, Invalid, NotFound
from casework.research import operations as research
from casework.research import queries as answers
from casework.research.models import ResearchRequest
from casework.research.rules import Answer, Fact, KeptBack
from tests.scenarios.fortnight import Fortnight
from tests.scenarios.reads import Known, everything_read_by

KEPT, WHY, NOTES, FACT, OPINION = "Kestrel", "Whimbrel", "Nightjar", "Fulmar", "Ouzel"
ANSWER = Answer(
    kind="shared",
    facts=(Fact(FACT),),
    opinions=(OPINION,),
    kept_back=(KeptBack(what=KEPT, reason="third_party", why=WHY),),
    private_notes=NOTES,
)


@pytest.fixture
def case_id(fortnight: Fortnight) -> uuid.UUID:
    """A case on the list that is out; everybody is bound."""
    case_id = fortnight.case_for()
    conference = fortnight.list_goes_out()
    fortnight.accepts_confidentiality(conference, "housing", "police", "probation", "idva", "chair")
    return case_id


def about(
    fortnight: Fortnight, who: str, conference: ConferenceRecord, case_id: uuid.UUID
) -> list[answers.SharedAnswer]:
    with fortnight.partnership.acting(who, Purpose.CONFERENCE) as work:
        found = answers.shared_about(work, conference_id=conference.id, case_ids=[case_id])
    return [one for one in found.get(case_id, ()) if one.state != "asked"]


class TestTheTable:
    def test_hears_facts_and_opinions_apart_and_only_that_something_is_kept_back(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        conference = fortnight.round()
        fortnight.answers("housing", conference, case_id, ANSWER)
        [heard] = about(fortnight, "police", conference, case_id)
        assert heard.answer == {
            "kind": "shared",
            "facts": [{"on": None, "words": FACT}],
            "opinions": [OPINION],
            "keeps_something_back": True,
        }

    def test_learns_nothing_of_an_answer_that_is_all_kept_back_but_that_there_is_one(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        conference = fortnight.round()
        kept = Answer(kind="kept_back", kept_back=ANSWER.kept_back, private_notes=NOTES)
        fortnight.answers("housing", conference, case_id, kept)
        [heard] = about(fortnight, "coordinator", conference, case_id)
        assert (heard.state, heard.keeps_something_back, heard.answer["facts"]) == ("kept_back", True, [])

    def test_is_given_no_reason_without_one(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        with pytest.raises(Invalid):
            fortnight.answers("housing", fortnight.round(), case_id, Answer(kind="kept_back"))


class TestPrivateNotes:
    def test_and_what_is_kept_back_are_there_for_the_agency_itself(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        conference = fortnight.round()
        fortnight.answers("housing", conference, case_id, ANSWER)
        [mine] = fortnight.asked("housing", conference)
        assert mine.private == {
            "kept_back": [{"what": KEPT, "reason": "third_party", "why": WHY}],
            "private_notes": NOTES,
        }
        with fortnight.partnership.acting("probation", Purpose.RESEARCH) as work, pytest.raises(NotFound):
            answers.own_request(work, request_id=mine.id)

    def test_reach_nobody_else_by_any_read_before_during_and_after_the_sitting(
        self, fortnight: Fortnight, case_id: uuid.UUID
    ) -> None:
        conference = fortnight.round()
        fortnight.answers("housing", conference, case_id, ANSWER)
        readers = (
            "coordinator",
            "administrator",
            "chair",
            "police",
            "probation",
            "idva",
            "referrer",
            "observer",
            "operator",
        )
        for step in ("before", "during", "after"):
            if step == "during":
                fortnight.sitting_begins(conference, "police", "housing")
            if step == "after":
                fortnight.hears(conference, case_id)
                fortnight.sitting_ends(conference)
                fortnight.minutes_go_out(conference)
            known = Known.of(fortnight.partnership)
            for reader in (*readers, "education"):
                read = everything_read_by(fortnight.partnership, reader, known)
                for word in (KEPT, WHY, NOTES):
                    assert word not in read, f"{reader}, {step} the sitting"
            # The other way round: the agency reads its own, and the table hears what was shared.
            assert NOTES in everything_read_by(fortnight.partnership, "housing", known)
            assert FACT in everything_read_by(fortnight.partnership, "coordinator", known)

    def test_are_sealed_under_the_agency_s_own_key(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.answers("housing", conference, case_id, ANSWER)
        with fortnight.partnership.acting(None) as work:
            row = work.session.get_one(ResearchRequest, fortnight.asked("housing", conference)[0].id)
            keys = {row.key_id, row.agency_key_id}
            work.keys.load([row.key_id])
            assert len(keys) == 2
            assert NOTES not in repr(row.answer.open(work.keys))

    def test_stay_when_the_answer_is_taken_back(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        fortnight.answers("housing", conference, case_id, ANSWER)
        [mine] = fortnight.asked("housing", conference)
        fortnight.partnership.now += timedelta(hours=1)
        with fortnight.partnership.acting("housing", Purpose.RESEARCH) as work:
            research.take_back(work, request_id=mine.id)
        assert about(fortnight, "police", conference, case_id) == []
        [again] = fortnight.asked("housing", conference)
        assert (again.state, again.answer) == ("asked", None)
        assert NOTES in repr(again.private)

    def test_can_be_kept_before_there_is_an_answer(self, fortnight: Fortnight, case_id: uuid.UUID) -> None:
        conference = fortnight.round()
        [mine] = fortnight.asked("housing", conference)
        with fortnight.partnership.acting("housing", Purpose.RESEARCH) as work:
            research.keep_draft(work, request_id=mine.id, draft={"notes": [NOTES]})
        assert about(fortnight, "coordinator", conference, case_id) == []
        with fortnight.partnership.acting("police", Purpose.RESEARCH) as work, pytest.raises(CaseworkError):
            research.keep_draft(work, request_id=mine.id, draft={"notes": ["Not mine."]})
