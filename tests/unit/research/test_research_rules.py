"""Nothing known, shared, or kept back with a reason; facts apart from opinions; private notes never leave."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.research.rules import (
    Answer,
    Fact,
    KeptBack,
    KeptBackReason,
    what_is_wrong,
    what_leaves,
    what_stays,
)

TODAY = date(2026, 12, 4)
KEPT = KeptBack("A disclosure made in counselling.", "confidence_owed", "Promised, and no danger follows from it.")
SHARED = Answer(
    kind="shared",
    facts=(Fact("Seen at home with a bruise.", date(2026, 11, 30)),),
    opinions=("She plays it down.",),
    kept_back=(KEPT,),
    private_notes="Ask the duty worker.",
)


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        "answer",
        [
            Answer(kind="nothing_known"),
            Answer(kind="nothing_known", private_notes="Searched by both names."),
            SHARED,
            Answer(kind="shared", opinions=("She plays it down.",)),
            Answer(kind="shared", facts=(Fact("Rang this morning.", TODAY),)),
            Answer(kind="kept_back", kept_back=(KEPT,)),
        ],
    )
    def test_with_a_whole_answer_is_nothing(self, answer: Answer) -> None:
        assert what_is_wrong(answer, TODAY) == []

    @pytest.mark.parametrize(
        ("answer", "field"),
        [
            (Answer(kind="asked"), "kind"),
            (Answer(kind="later"), "kind"),
            (Answer(kind="shared"), "facts"),
            (Answer(kind="shared", kept_back=(KEPT,)), "facts"),
            (Answer(kind="kept_back"), "kept_back"),
            (replace(SHARED, kind="kept_back"), "kind"),
            (replace(SHARED, kind="nothing_known"), "kind"),
            (Answer(kind="nothing_known", kept_back=(KEPT,)), "kind"),
            (replace(SHARED, facts=(Fact(" "),)), "facts.0.words"),
            (replace(SHARED, facts=(*SHARED.facts, Fact("Seen.", date(2026, 12, 5)))), "facts.1.on"),
            (replace(SHARED, opinions=("",)), "opinions.0"),
            (replace(SHARED, kept_back=(replace(KEPT, why=" "),)), "kept_back.0.why"),
            (replace(SHARED, kept_back=(replace(KEPT, what=""),)), "kept_back.0.what"),
            (replace(SHARED, kept_back=(KEPT, replace(KEPT, reason="because"))), "kept_back.1.reason"),
        ],
    )
    def test_is_named_by_field(self, answer: Answer, field: str) -> None:
        assert [error.field for error in what_is_wrong(answer, TODAY)] == [field]


class TestWhatLeaves:
    def test_is_the_facts_and_the_opinions_apart(self) -> None:
        assert what_leaves(SHARED) == {
            "kind": "shared",
            "facts": [{"on": "2026-11-30", "words": "Seen at home with a bruise."}],
            "opinions": ["She plays it down."],
            "keeps_something_back": True,
        }

    def test_the_agency_s_own_file_has_the_rest(self) -> None:
        stays = what_stays(SHARED)
        assert stays["private_notes"] == "Ask the duty worker."
        assert stays["kept_back"][0]["why"] == KEPT.why

    @given(st.sampled_from(["nothing_known", "shared", "kept_back"]), st.integers(10**6, 10**7))
    def test_never_holds_a_private_note_or_what_is_kept_back(self, kind: str, mark: int) -> None:
        private = f"PRIVATE{mark}"
        kept = KeptBack(private, KeptBackReason.THIRD_PARTY, private)
        answer = replace(SHARED, kind=kind, kept_back=(kept,), private_notes=private)
        assert private not in json.dumps(what_leaves(answer))
        assert json.dumps(what_stays(answer)).count(private) == 3
