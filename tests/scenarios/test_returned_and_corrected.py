"""A referral is too thin: it goes back with what is needed, its writer corrects it, and it is decided on again."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.duties import queries as duties
from casework.errors import Conflict, Invalid, NotAllowed, NotFound
from casework.referral_format import content_fingerprint
from casework.referrals import operations as referrals
from casework.referrals import queries as referral_queries
from casework.referrals.rules import ReturnReason
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight

WORDS = "Nine yes answers and no other route. If you judge the risk to be high, please write why."


def send_back(fortnight: Fortnight, referral_id: uuid.UUID, who: str = "coordinator", words: str = WORDS) -> None:
    fortnight.partnership.now += timedelta(hours=1)
    with fortnight.partnership.acting(who, Purpose.TRIAGE) as work:
        referrals.return_to_referrer(work, referral_id=referral_id, reason=ReturnReason.NO_JUDGEMENT, words=words)
    fortnight.settle()


def correct(fortnight: Fortnight, referral_id: uuid.UUID, who: str = "referrer") -> None:
    with fortnight.partnership.acting(who, Purpose.REFERRING) as work:
        document: dict[str, Any] = dict(referral_queries.referral_record(work, referral_id=referral_id).document)
    document |= {"routes": ["professional_judgement"], "reasons": "She fears for her life: he has bought a knife."}
    with fortnight.partnership.acting(who, Purpose.REFERRING) as work:
        referrals.resubmit(work, referral_id=referral_id, document=document, fingerprint=content_fingerprint(document))
    fortnight.settle()


def waiting(fortnight: Fortnight) -> list[str]:
    with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return [line.state for line in referral_queries.inbox(work)]


@pytest.fixture
def thin(fortnight: Fortnight) -> uuid.UUID:
    """A referral below every route."""
    return fortnight.refers(fortnight.document(yes=9))


class TestAThinReferral:
    def test_has_no_way_in_without_a_written_judgement(self, fortnight: Fortnight, thin: uuid.UUID) -> None:
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work, pytest.raises(Invalid) as refused:
            referrals.accept(work, referral_id=thin)
        assert [error.field for error in refused.value.errors] == ["reasons"]
        assert waiting(fortnight) == ["submitted"], "nothing is half done"
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            referrals.accept(work, referral_id=thin, judgement="He has bought a knife; I judge the risk to be high.")
        assert waiting(fortnight) == []

    def test_goes_back_to_its_writer_with_the_words_and_a_mail_that_says_nothing(
        self, fortnight: Fortnight, thin: uuid.UUID, mail: MailSink
    ) -> None:
        fortnight.settle()
        before = len(mail.messages)
        send_back(fortnight, thin)
        assert [message["To"] for message in mail.messages[before:]] == [fortnight.partnership.people["referrer"].email]
        assert "Nine" not in mail.messages[-1].as_string()
        with fortnight.partnership.acting("referrer", Purpose.REFERRING) as work:
            record = referral_queries.referral_record(work, referral_id=thin)
        assert (record.line.state, record.may_correct, record.steps[-1].words) == ("returned", True, WORDS)
        with fortnight.partnership.acting("coordinator") as work:
            assert duties.my_duties(work) == ()

    def test_comes_again_corrected_and_is_owed_a_decision_again(self, fortnight: Fortnight, thin: uuid.UUID) -> None:
        send_back(fortnight, thin)
        fortnight.comes_to(fortnight.round().cut_off_at.date())
        correct(fortnight, thin)
        with fortnight.partnership.acting("coordinator") as work:
            [duty] = duties.my_duties(work)
        assert (duty.kind, duty.subject_id, duty.is_late) == ("referral_triage", thin, False)
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            case_id = referrals.accept(work, referral_id=thin)
        [listing] = fortnight.listed(fortnight.round())
        assert (listing.case.id, listing.routes) == (case_id, ("professional_judgement",))

    def test_cannot_be_decided_on_while_its_writer_has_it(self, fortnight: Fortnight, thin: uuid.UUID) -> None:
        send_back(fortnight, thin)
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work, pytest.raises(Conflict):
            referrals.accept(work, referral_id=thin, judgement="High.")

    def test_is_corrected_by_nobody_but_its_writer(self, fortnight: Fortnight, thin: uuid.UUID) -> None:
        send_back(fortnight, thin)
        for who in ("police", "midwife", "idva", "chair", "coordinator"):
            with pytest.raises(NotFound):
                correct(fortnight, thin, who)
        assert waiting(fortnight) == ["returned"]

    def test_is_sent_back_by_the_coordinator_alone_and_with_words(self, fortnight: Fortnight, thin: uuid.UUID) -> None:
        for who in ("administrator", "chair", "police", "idva", "referrer"):
            with pytest.raises(NotAllowed):
                send_back(fortnight, thin, who)
        with pytest.raises(Invalid):
            send_back(fortnight, thin, words=" ")
