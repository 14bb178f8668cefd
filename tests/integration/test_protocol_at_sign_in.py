"""Whether an agency's protocol is good is asked with who is signed in. It is the same answer as everywhere else."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from casework.accounts.models import SignInSession
from casework.accounts.operations import resume, start_session
from casework.partnerships import operations as partnerships
from casework.partnerships import queries
from casework.work import UnitOfWork
from tests.factories.partnership import APartnership
from tests.team import OPERATOR

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
STANDINGS = [
    (TODAY, None),
    (TODAY - DAY, TODAY),
    (TODAY - DAY, TODAY + DAY),
    (TODAY - 400 * DAY, None),
    (TODAY - 400 * DAY, TODAY - DAY),
]


@pytest.mark.parametrize("ask_on", [TODAY - DAY, TODAY, TODAY + DAY, TODAY + 30 * DAY])
@pytest.mark.parametrize(("signed_on", "expires_on"), STANDINGS)
@pytest.mark.parametrize("leaves_on", [None, TODAY, TODAY + DAY])
def test_the_database_says_what_the_rules_say(
    partnership: APartnership, signed_on: date, expires_on: date | None, leaves_on: date | None, ask_on: date
) -> None:
    agency_id = partnership.agencies["education"]  # which has signed nothing so far
    with partnership.acting("coordinator") as work:
        partnerships.sign_protocol(
            work, agency_id=agency_id, version="2026.1", signed_on=signed_on, expires_on=expires_on
        )
        if leaves_on is not None:
            partnerships.leave(work, agency_id=agency_id, left_on=leaves_on)
    with partnership.acting("coordinator") as work:
        ruled = queries.protocol_is_signed(work, agency_id=agency_id, on=ask_on)
    with partnership.stores.engine.connect() as connection:
        asked = {"partnership": partnership.partnership_id, "agency": agency_id, "day": ask_on}
        question = text("SELECT protocol_is_good(:partnership, :agency, :day)")
        assert connection.scalar(question, asked) is ruled
        assert connection.scalar(question, {**asked, "partnership": uuid.uuid4()}) is False
        assert connection.scalar(question, {**asked, "agency": None}) is False
        assert connection.scalar(question, {**asked, "partnership": None}) is False


def test_the_question_leaves_the_partnership_as_it_was(partnership: APartnership) -> None:
    with partnership.acting("coordinator") as work:
        before = work.session.scalar(text("SELECT current_setting('app.partnership_id')"))
        assert before == str(partnership.partnership_id)
        work.session.execute(
            text("SELECT protocol_is_good(:other, :agency, :day)"),
            {"other": uuid.uuid4(), "agency": partnership.agencies["police"], "day": TODAY},
        )
        assert work.session.scalar(text("SELECT current_setting('app.partnership_id')")) == before


def test_somebody_is_signed_in_with_their_agencys_protocol_and_loses_it_with_it(partnership: APartnership) -> None:
    def signed_in() -> bool:
        with UnitOfWork(partnership.stores, actor=OPERATOR, now=partnership.now, partnership_id=None) as work:
            found = resume(work, token=token)
            assert found is not None
            return found.actor.protocol_signed

    with UnitOfWork(partnership.stores, actor=OPERATOR, now=partnership.now, partnership_id=None) as work:
        token = start_session(work, account_id=partnership.account("housing"))
    assert signed_in()
    with partnership.acting("coordinator") as work:
        partnerships.leave(work, agency_id=partnership.agencies["housing"], left_on=TODAY)
    assert not signed_in()
    with UnitOfWork(partnership.stores, actor=OPERATOR, now=partnership.now, partnership_id=None) as work:
        work.session.execute(select(SignInSession)).scalars().one().partnership_id = None
    assert not signed_in(), "nowhere is a protocol good where no partnership is chosen"
