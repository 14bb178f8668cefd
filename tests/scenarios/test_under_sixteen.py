"""A victim who is too young for MARAC: redirected to children's safeguarding on the way in, heard from the sixteenth birthday on."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from casework.access.permissions import Purpose
from casework.cases import queries as cases
from casework.duties import queries as duties
from casework.errors import Conflict
from casework.referrals import operations, queries
from casework.referrals.rules import RedirectDestination
from tests.factories.partnership import APartnership
from tests.factories.referrals import LEANNE, a_document, submitted

TODAY = date(2026, 11, 23)


def born(day: date | None) -> dict[str, Any]:
    """A referral of a victim born on that day."""
    return a_document(TODAY, victim={**LEANNE, "date_of_birth": day.isoformat() if day else None})


def looked_at(partnership: APartnership, referral_id: uuid.UUID) -> queries.ReferralRecord:
    with partnership.acting("coordinator", Purpose.TRIAGE) as work:
        return queries.referral_record(work, referral_id=referral_id)


class TestAVictimOfFifteen:
    @pytest.fixture
    def young(self, partnership: APartnership) -> uuid.UUID:
        return submitted(partnership, born(date(2010, 11, 24)))

    def test_goes_to_childrens_safeguarding_and_says_why(self, partnership: APartnership, young: uuid.UUID) -> None:
        record = looked_at(partnership, young)
        assert record.line.state == "redirected"
        assert [(step.step, step.code) for step in record.steps if step.step == "redirected"] == [
            ("redirected", "under_16")
        ]

    def test_never_waits_for_triage_and_opens_no_case(self, partnership: APartnership, young: uuid.UUID) -> None:
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            assert queries.inbox(work) == ()
            assert cases.case_list(work).total == 0
            assert duties.my_duties(work) == ()

    def test_cannot_be_accepted(self, partnership: APartnership, young: uuid.UUID) -> None:
        with pytest.raises(Conflict), partnership.acting("coordinator", Purpose.TRIAGE) as work:
            operations.accept(work, referral_id=young)

    def test_stays_where_the_writer_can_read_what_became_of_it(
        self, partnership: APartnership, young: uuid.UUID
    ) -> None:
        with partnership.acting("referrer", Purpose.REFERRING) as work:
            (line,) = queries.my_referrals(work)
        assert (line.id, line.state) == (young, "redirected")


class TestTheSixteenthBirthday:
    def test_is_the_first_day_on_which_marac_hears_her(self, partnership: APartnership) -> None:
        waiting = submitted(partnership, born(date(2010, 11, 23)))
        assert looked_at(partnership, waiting).line.state == "submitted"
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            assert operations.accept(work, referral_id=waiting)

    def test_is_looked_at_on_the_day_received_and_not_on_a_later_one(self, partnership: APartnership) -> None:
        young = submitted(partnership, born(date(2010, 11, 24)))
        partnership.now += timedelta(days=2)
        assert looked_at(partnership, young).line.state == "redirected"

    def test_after_the_redirect_she_may_be_referred_anew(self, partnership: APartnership) -> None:
        submitted(partnership, born(date(2010, 11, 24)))
        partnership.now += timedelta(days=1)
        again = submitted(partnership, a_document(date(2026, 11, 24), victim={**LEANNE, "date_of_birth": "2010-11-24"}))
        record = looked_at(partnership, again)
        assert (record.line.state, record.candidates) == ("submitted", ())


class TestNoDateOfBirth:
    def test_redirects_nobody_and_is_asked_for(self, partnership: APartnership) -> None:
        waiting = submitted(partnership, born(None))
        record = looked_at(partnership, waiting)
        assert record.line.state == "submitted"
        assert "victim.date_of_birth" in {one.field for one in record.missing}
        with partnership.acting("coordinator", Purpose.TRIAGE) as work:
            destination = RedirectDestination.CHILDRENS_SAFEGUARDING
            operations.redirect(work, referral_id=waiting, destination=destination, words="She says that she is 15.")
        assert looked_at(partnership, waiting).line.state == "redirected"
