"""Each act of sharing, and each no, is kept whole: decided again years later, read by whom it concerns, corrected, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework.access.permissions import Purpose as Why
from casework.disclosures import operations as records
from casework.disclosures import queries as disclosures
from casework.disclosures.models import Disclosure, SharingDecision
from casework.errors import Invalid, NotAllowed, NotFound
from casework.sharing.rules import ShareState
from tests.factories.partnership import APartnership
from tests.factories.sharing import EDUCATION, HARM, MENTAL_HEALTH, YoungPerson

NURSE = "school_nursing"


@pytest.fixture
def jamie(partnership: APartnership) -> YoungPerson:
    """Jamie agreed that the school nurse may know basic details and education, for the support plan."""
    made = YoungPerson.of(partnership)
    made.agrees({NURSE: ["basic", "education"]})
    return made


class TestEveryDecision:
    def test_is_made_again_from_what_was_kept_with_the_same_answer(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        jamie.asks("housing")
        jamie.asks("childrens_social_care", declared=replace(HARM, why=replace(HARM.why, necessity="A broken arm.")))
        jamie.withdraws()
        with jamie.partnership.acting(None) as work:
            ids = work.session.scalars(select(SharingDecision.id)).all()
        jamie.partnership.now += timedelta(days=900)
        with jamie.partnership.acting(None, Why.OVERSIGHT) as work:
            again = [disclosures.replay(work, decision_id=one) for one in ids]
        assert len(again) >= 4
        assert all(one.same for one in again)
        assert {one.kept["result"] for one in again} >= {"allow", "ask"}

    def test_is_replayed_for_who_oversees_sharing_and_for_nobody_else(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        decision_id = jamie.acts()[0].decision_id
        with jamie.partnership.acting("information_lead", Why.OVERSIGHT) as work:
            assert disclosures.replay(work, decision_id=decision_id).same
        with pytest.raises(NotAllowed), jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            disclosures.replay(work, decision_id=decision_id)


class TestTheRecord:
    def test_of_a_share_holds_every_point_and_of_the_words_a_fingerprint_only(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE, EDUCATION, MENTAL_HEALTH)
        [act] = jamie.acts()
        assert (act.cause, act.purpose, act.consent, act.method, act.outcome, act.retention, act.jurisdiction) == (
            "offered",
            "support_plan",
            "partly",
            "inbox",
            "part",
            "youth_file",
            "england",
        )
        assert (act.article_6, act.told, act.agreement_id) == ("public_task", "when_safe", jamie.agreements[0])
        assert act.decided_by_account_id == jamie.partnership.account("youth_worker")
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            whole = disclosures.disclosure(work, disclosure_id=act.id)
        assert [(one.category, one.went) for one in whole.words.items] == [
            ("education", True),
            ("mental_health", False),
        ]
        assert all(len(one.fingerprint) == 64 for one in whole.words.items)
        assert EDUCATION.words not in repr(whole)
        assert whole.words.need_to_know == "Runs the drop-in that Jamie goes to."

    def test_is_kept_of_a_no_too_and_no_other_agency_reads_it(self, jamie: YoungPerson) -> None:
        jamie.agrees({}, status="refused", purposes=())
        assert jamie.asks("housing").state is ShareState.REFUSED
        [act] = jamie.acts()
        assert (act.was_shared, act.outcome, act.consent, act.method) == (False, "not_shared", "refused", "none")
        with pytest.raises(NotFound), jamie.partnership.acting("housing_worker", Why.SUPPORT) as work:
            disclosures.disclosure(work, disclosure_id=act.id)
        with jamie.partnership.acting("youth_manager", Why.SUPPORT) as work:
            assert disclosures.disclosure(work, disclosure_id=act.id).record.row == "14"

    def test_can_not_be_changed_by_anybody(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        with pytest.raises(Exception, match="permission denied"), jamie.partnership.acting(None) as work:
            work.session.scalars(select(Disclosure)).one().outcome = "not_shared"

    def test_is_corrected_by_a_record_of_its_own(self, jamie: YoungPerson) -> None:
        jamie.shares(NURSE)
        [act] = jamie.acts()
        jamie.partnership.now += timedelta(hours=1)
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            later = records.correct(work, disclosure_id=act.id, changes={"advice": "Rang the protection officer."})
        assert [(one.id, one.corrects_id) for one in jamie.acts()] == [(act.id, None), (later, act.id)]
        with jamie.partnership.acting("youth_worker", Why.SUPPORT) as work:
            whole = disclosures.disclosure(work, disclosure_id=later)
            assert (whole.words.advice, len(whole.words.items)) == ("Rang the protection officer.", 2)
            assert disclosures.disclosure(work, disclosure_id=act.id).words.advice == ""
        for key, changes in (("youth_worker", {"items": "none"}), ("youth_worker", {"advice": " "})):
            with pytest.raises(Invalid), jamie.partnership.acting(key, Why.SUPPORT) as work:
                records.correct(work, disclosure_id=act.id, changes=changes)
        with pytest.raises(NotFound), jamie.partnership.acting("school_worker", Why.SUPPORT) as work:
            records.correct(work, disclosure_id=act.id, changes={"advice": "Ours."})
