"""First contact does not wait for triage: the IDVA service is told when a referral is sent, and may try from the form itself."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose, Role
from casework.cases import operations as cases
from casework.duties import queries as duties
from casework.errors import Conflict, NotAllowed, NotFound
from casework.referrals import operations, queries
from casework.referrals.rules import ContactOutcome, RedirectDestination, ReturnReason
from tests.conftest import MailSink
from tests.scenarios.fortnight import Fortnight


def owed(fortnight: Fortnight, key: str) -> list[tuple[str, uuid.UUID | None]]:
    """What somebody owes, and about which case."""
    with fortnight.partnership.acting(key) as work:
        return [(duty.kind, duty.case_id) for duty in duties.my_duties(work)]


def tries(fortnight: Fortnight, referral_id: uuid.UUID, key: str = "idva") -> None:
    """The IDVA reaches the victim."""
    with fortnight.partnership.acting(key, Purpose.SUPPORT) as work:
        operations.record_contact(
            work, referral_id=referral_id, outcome=ContactOutcome.REACHED, words="She is at her mother's until Friday."
        )


def reads(fortnight: Fortnight, referral_id: uuid.UUID, key: str = "idva") -> queries.FirstContact:
    """What somebody reads of a referral to reach the victim."""
    with fortnight.partnership.acting(key, Purpose.SUPPORT) as work:
        return queries.first_contact(work, referral_id=referral_id)


class TestAReferralThatIsSent:
    def test_reaches_the_idva_and_the_coordinators_at_once_by_a_notice_that_says_nothing(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        fortnight.settle()
        mail.recipients.clear()
        before = len(mail.messages)
        fortnight.refers()
        people = fortnight.partnership.people
        assert sorted(mail.recipients) == sorted(
            people[key].email for key in ("idva", "coordinator", "second_coordinator")
        )
        assert "Leanne" not in "".join(str(message) for message in mail.messages[before:])
        assert owed(fortnight, "idva") == [("idva_contact", None)]
        with fortnight.partnership.acting("idva") as work:
            [duty] = duties.my_duties(work)
        assert duty.due_at - fortnight.partnership.now <= timedelta(hours=48)

    def test_gives_the_idva_the_whole_form_and_nobody_else_beside_triage(self, fortnight: Fortnight) -> None:
        referral_id = fortnight.refers()
        assert reads(fortnight, referral_id).document["victim"]["given_names"] == "Leanne"
        for key in ("police", "housing", "midwife", "chair", "coordinator"):
            with pytest.raises(NotAllowed):
                reads(fortnight, referral_id, key)
        elsewhere = fortnight.partnership
        elsewhere.people["other_idva"] = elsewhere.person("Ria Poole", Role.IDVA, agency=elsewhere.agencies["hospital"])
        with pytest.raises(NotFound):
            reads(fortnight, referral_id, "other_idva")

    def test_is_not_the_idvas_to_withdraw_or_to_correct(self, fortnight: Fortnight) -> None:
        referral_id = fortnight.refers()
        with pytest.raises(NotFound), fortnight.partnership.acting("idva", Purpose.SUPPORT) as work:
            operations.withdraw(work, referral_id=referral_id, words="Not mine.")
        with pytest.raises(NotFound), fortnight.partnership.acting("idva", Purpose.SUPPORT) as work:
            queries.referral_record(work, referral_id=referral_id)

    def test_may_be_tried_before_it_is_accepted_and_the_case_keeps_the_try(self, fortnight: Fortnight) -> None:
        referral_id = fortnight.refers()
        tries(fortnight, referral_id)
        assert owed(fortnight, "idva") == []
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            case_id = operations.accept(work, referral_id=referral_id)
        fortnight.settle()
        assert owed(fortnight, "idva") == []
        with fortnight.partnership.acting("idva", Purpose.SUPPORT) as work:
            record = queries.contacts(work, case_id=case_id)
        assert [one.words for one in record.tries] == ["She is at her mother's until Friday."]

    def test_tells_its_writer_that_she_was_reached_and_not_what_she_said(self, fortnight: Fortnight) -> None:
        referral_id = fortnight.refers()
        tries(fortnight, referral_id)
        for key, words in (("referrer", [""]), ("coordinator", ["She is at her mother's until Friday."])):
            with fortnight.partnership.acting(key, Purpose.REFERRING) as work:
                record = queries.referral_record(work, referral_id=referral_id)
            assert [(one.code, one.words) for one in record.steps if one.step == "contact"] == [
                ("reached", word) for word in words
            ]

    def test_is_one_duty_and_one_notice_through_return_correction_and_acceptance(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        fortnight.settle()
        mail.recipients.clear()
        referral_id = fortnight.refers()
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            document = queries.referral_record(work, referral_id=referral_id).document
            operations.return_to_referrer(
                work, referral_id=referral_id, reason=ReturnReason.REASONS_TOO_THIN, words="Why now?"
            )
        assert reads(fortnight, referral_id).state == "returned"
        with fortnight.partnership.acting("referrer", Purpose.REFERRING) as work:
            operations.resubmit(work, referral_id=referral_id, document=document, fingerprint="again")
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            case_id = operations.accept(work, referral_id=referral_id)
        fortnight.settle()
        assert owed(fortnight, "idva") == [("idva_contact", case_id)]
        assert mail.recipients.count(fortnight.partnership.people["idva"].email) == 1

    def test_stays_with_the_idva_when_the_conference_is_not_the_place_and_ends_when_it_is_taken_back(
        self, fortnight: Fortnight
    ) -> None:
        redirected, taken_back = fortnight.refers(), fortnight.refers(fortnight.couple(1))
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.redirect(
                work, referral_id=redirected, destination=RedirectDestination.IDVA_OR_OUTREACH, words="Not high risk."
            )
        with fortnight.partnership.acting("referrer", Purpose.REFERRING) as work:
            operations.withdraw(work, referral_id=taken_back, words="Sent twice.")
        assert owed(fortnight, "idva") == [("idva_contact", None)]
        tries(fortnight, redirected)
        with pytest.raises(NotFound):
            tries(fortnight, taken_back)


def joined(fortnight: Fortnight) -> None:
    """The IDVA has a colleague in her service."""
    partnership = fortnight.partnership
    partnership.people["colleague"] = partnership.person(
        "Joanna Tranter", Role.IDVA, agency=partnership.agencies["idva_service"]
    )


def shuts_out(fortnight: Fortnight, case_id: uuid.UUID, *, service: bool = False) -> None:
    """The co-ordinator shuts the IDVA out of a case, or her whole service."""
    partnership = fortnight.partnership
    whom: dict[str, uuid.UUID] = (
        {"agency_id": partnership.agencies["idva_service"]} if service else {"account_id": partnership.account("idva")}
    )
    with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
        cases.block(work, case_id=case_id, reason="Her sister.", **whom)


def corrects(fortnight: Fortnight, referral_id: uuid.UUID, document: dict[str, Any]) -> None:
    """The co-ordinator returns a referral, and its writer sends it again with other people in it."""
    with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
        operations.return_to_referrer(work, referral_id=referral_id, reason=ReturnReason.REASONS_TOO_THIN, words="Who?")
    with fortnight.partnership.acting("referrer", Purpose.REFERRING) as work:
        operations.resubmit(work, referral_id=referral_id, document=document, fingerprint=str(document["victim"]))
    fortnight.settle()


class TestAnIdvaWhoIsShutOut:
    def test_learns_nothing_when_the_couple_is_referred_again_while_her_colleague_does(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        joined(fortnight)
        case_id = fortnight.case_for()
        tries(fortnight, self.referral_of(fortnight, case_id), "colleague")
        shuts_out(fortnight, case_id)
        mail.recipients.clear()
        again = fortnight.refers()
        people = fortnight.partnership.people
        assert people["idva"].email not in mail.recipients
        assert people["colleague"].email in mail.recipients
        assert owed(fortnight, "idva") == []
        assert [kind for kind, _ in owed(fortnight, "colleague")] == ["idva_contact"]
        with pytest.raises(NotFound):
            reads(fortnight, again)
        assert reads(fortnight, again, "colleague").state == "submitted"

    def test_owes_nothing_more_once_a_correction_names_her_sister(self, fortnight: Fortnight) -> None:
        joined(fortnight)
        case_id = fortnight.case_for()
        tries(fortnight, self.referral_of(fortnight, case_id), "colleague")
        shuts_out(fortnight, case_id)
        referral_id = fortnight.refers(fortnight.couple(2))
        assert owed(fortnight, "idva") == [("idva_contact", None)]
        corrects(fortnight, referral_id, fortnight.document())
        assert owed(fortnight, "idva") == []
        assert owed(fortnight, "colleague") == [("idva_contact", None)]
        with pytest.raises(NotFound):
            reads(fortnight, referral_id)
        # It is about another couple after all.
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.dismiss_candidate(work, referral_id=referral_id, case_id=case_id)
        assert owed(fortnight, "idva") == [("idva_contact", None)]

    @staticmethod
    def referral_of(fortnight: Fortnight, case_id: uuid.UUID) -> uuid.UUID:
        with fortnight.partnership.acting("coordinator", Purpose.SUPPORT) as work:
            [past] = queries.history(work, case_id=case_id)
        return past.referral_id


class TestAServiceThatIsShutOut:
    def test_is_not_asked_and_the_coordinator_is_told_to_find_somebody_else(
        self, fortnight: Fortnight, mail: MailSink
    ) -> None:
        people = fortnight.partnership.people
        case_id = fortnight.case_for()
        fortnight.settle()
        shuts_out(fortnight, case_id, service=True)
        fortnight.settle()
        with fortnight.partnership.acting("second_coordinator", Purpose.TRIAGE) as work:
            assert [duty.kind for duty in duties.my_duties(work)] == ["contact_by_another"]
        fortnight.partnership.now += timedelta(hours=1)
        mail.recipients.clear()
        again = fortnight.refers()
        fortnight.settle()
        assert people["idva"].email not in mail.recipients
        assert mail.recipients.count(people["coordinator"].email) == 2
        assert owed(fortnight, "idva") == []
        with pytest.raises(NotFound):
            reads(fortnight, again)
        fortnight.partnership.now += timedelta(hours=1)  # steps stand in the order of their time
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            assert queries.referral_record(work, referral_id=again).seeks_somebody
            operations.somebody_found(work, referral_id=again, words="Amy Shaw of the midwives, from today.")
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            record = queries.referral_record(work, referral_id=again)
            owing = [duty.subject_id for duty in duties.my_duties(work) if duty.kind == "contact_by_another"]
        assert not record.seeks_somebody
        assert again not in owing
        assert record.steps[-1].words == "Amy Shaw of the midwives, from today."
        with fortnight.partnership.acting("referrer", Purpose.REFERRING) as work:
            assert [step.step for step in queries.referral_record(work, referral_id=again).steps] == ["submitted"]
        with pytest.raises(Conflict), fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.somebody_found(work, referral_id=again, words="Amy Shaw.")

    def test_is_asked_again_when_a_correction_names_a_stranger(self, fortnight: Fortnight) -> None:
        case_id = fortnight.case_for()
        shuts_out(fortnight, case_id)
        referral_id = fortnight.refers()
        assert owed(fortnight, "idva") == []
        assert ("contact_by_another", None) in owed(fortnight, "coordinator")
        with fortnight.partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.dismiss_candidate(work, referral_id=referral_id, case_id=case_id)
        assert owed(fortnight, "idva") == [("idva_contact", None)]
        assert ("contact_by_another", None) not in owed(fortnight, "coordinator")

    def test_is_no_word_to_a_coordinator_who_is_shut_out_as_well(self, fortnight: Fortnight, mail: MailSink) -> None:
        partnership = fortnight.partnership
        case_id = fortnight.case_for()
        shuts_out(fortnight, case_id, service=True)
        with partnership.acting("coordinator", Purpose.OVERSIGHT) as work:
            cases.block(work, case_id=case_id, reason="Hers too.", account_id=partnership.account("second_coordinator"))
        fortnight.settle()
        mail.recipients.clear()
        fortnight.refers()
        fortnight.settle()
        assert owed(fortnight, "second_coordinator") == []
        assert partnership.people["second_coordinator"].email not in mail.recipients
        assert {"contact_by_another", "referral_triage"} <= {kind for kind, _ in owed(fortnight, "coordinator")}
