"""The pages on which a partnership is looked after: agencies and their protocol, local policy, own holidays."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, time

from sqlalchemy import select

from casework.audit.models import AuditEntry
from casework.clock import at_london, london_date
from casework.conferences import operations as rounds
from casework.conferences.queries import ConferenceRecord, calendar
from casework.partnerships import operations, queries
from casework.partnerships.queries import MemberAgency
from tests.factories.partnership import APartnership
from tests.web.open_round import words_of
from tests.web.visitor import Visitor, text_of

WEDNESDAY = date(2026, 12, 9)
CLOSED = date(2027, 6, 9)
As = Callable[[str], Visitor]


def day(name: str, on: date) -> dict[str, str]:
    """A date as its three boxes are sent."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def member(partnership: APartnership, slug: str) -> MemberAgency:
    """An agency as it stands."""
    with partnership.acting("coordinator") as work:
        found = queries.member_agencies(work, on=london_date(work.now))
    return next(one for one in found if one.slug == slug)


class TestTheAgencies:
    def test_stand_with_the_state_of_their_protocol(self, visitor_as: As, partnership: APartnership) -> None:
        said = words_of(text_of(visitor_as("coordinator").open("/partnership/agencies")))
        assert re.search(r"Vale housing Yes .* Signed version", said)
        assert "Not signed" in said, "education never signed"

    def test_have_signed_once_their_protocol_is_noted_and_until_it_runs_out(
        self, visitor_as: As, partnership: APartnership
    ) -> None:
        coordinator = visitor_as("coordinator")
        path = f"/partnership/agencies/{partnership.agencies['education']}"
        coordinator.open(path)
        today = london_date(partnership.now)
        wrong = coordinator.send(path, {"go": "protocol", **day("signed_on", today), **day("expires_on", today)})
        assert "Enter which version" in text_of(wrong)
        wrong = coordinator.send(
            path, {"go": "protocol", "version": "2026.1", **day("signed_on", today), **day("expires_on", today)}
        )
        assert "must expire after the day" in text_of(wrong)
        of_old = {"signed_on-day": "1", "signed_on-month": "1", "signed_on-year": "26"}
        wrong = coordinator.send(path, {"go": "protocol", "version": "2026.1", **day("signed_on", today), **of_old})
        assert "year" in text_of(wrong)
        assert not member(partnership, "education").has_signed
        answer = coordinator.follow(
            coordinator.send(
                path, {"go": "protocol", "version": "2026.1", **day("signed_on", today), **day("expires_on", WEDNESDAY)}
            )
        )
        assert "The protocol is noted" in text_of(answer)
        assert member(partnership, "education").has_signed
        partnership.now = at_london(WEDNESDAY, time(9))
        assert "Not good today" in text_of(visitor_as("coordinator").open("/partnership/agencies"))

    def test_are_added_new_or_known_and_leave(self, visitor_as: As, partnership: APartnership) -> None:
        coordinator = visitor_as("coordinator")
        path = "/partnership/agencies/add"
        coordinator.open(path)
        today = london_date(partnership.now)
        new = {"agency": "new", "core": "yes", **day("joined_on", today)}
        wrong = text_of(coordinator.send(path, {**new, "name": "Vale Veterans", "slug": "Vale Veterans"}))
        assert "Say what the new agency is in law" in wrong
        wrong = text_of(coordinator.send(path, {**new, "name": "", "slug": "Vale Veterans", "body": "charity"}))
        assert "Give a short name of a-z" in wrong
        assert "Give a name of up to" in wrong
        answer = coordinator.follow(
            coordinator.send(path, {**new, "name": "Vale Veterans", "slug": "vale-veterans", "body": "charity"})
        )
        assert "The agency is a member" in text_of(answer)
        there = member(partnership, "vale-veterans")
        assert (there.kind, there.is_core, there.has_signed) == ("charity", True, False)
        partnership.now = partnership.now.replace(day=27)
        coordinator = visitor_as("coordinator")
        here = f"/partnership/agencies/{there.agency_id}"
        coordinator.open(here)
        coordinator.send(here, {"go": "leave", **day("left_on", date(2026, 11, 27))})
        assert "Vale Veterans" not in text_of(coordinator.open("/partnership/agencies"))
        assert coordinator.open(here).status_code == 404
        assert coordinator.open(f"/partnership/agencies/{uuid.uuid4()}").status_code == 404
        assert "Vale Veterans" in text_of(coordinator.open(path)), "it may come back"


class TestTheLocalPolicy:
    def boxes(self, visitor: Visitor) -> dict[str, object]:
        """The form as it stands on the page, to be sent back."""
        page = text_of(visitor.open("/partnership/policy")).partition('class="app-practice"')[2]
        found: dict[str, object] = {}
        for tag in re.findall(r"<input[^>]+>", page):
            name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and 'type="checkbox"' not in tag and name[1] != "csrf_token":
                found[name[1]] = value[1] if value else ""
        found["routes"] = re.findall(r'name="routes" type="checkbox" value="([^"]+)" checked', page)
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            chosen = re.search(r'value="([^"]+)" selected', options)
            found[name] = chosen[1] if chosen else ""
        return found

    def test_gets_a_next_version_that_differs_only_where_it_was_changed(
        self, visitor_as: As, partnership: APartnership
    ) -> None:
        coordinator = visitor_as("coordinator")
        boxes = self.boxes(coordinator)
        with partnership.acting("coordinator") as work:
            before = queries.policy_in_force(work, on=london_date(work.now)).policy
        today = london_date(partnership.now)
        answer = coordinator.follow(
            coordinator.send("/partnership/policy", {**boxes, "capacity": "18", **day("from_date", today)})
        )
        assert "The new version is recorded" in text_of(answer), words_of(text_of(answer))
        with partnership.acting("coordinator") as work:
            after = queries.policy_in_force(work, on=london_date(work.now)).policy
        assert after.to_settings() == {**before.to_settings(), "capacity": 18}
        assert "Changed: Room at a sitting for" in text_of(answer)

    def test_refuses_clocks_out_of_order_and_keeps_what_was_typed(
        self, visitor_as: As, partnership: APartnership
    ) -> None:
        coordinator = visitor_as("coordinator")
        boxes = {**self.boxes(coordinator), **day("from_date", london_date(partnership.now))}
        wrong = coordinator.send("/partnership/policy", {**boxes, "cut_off_days": "2", "threshold": "99"})
        assert wrong.status_code == 422
        assert "Give a whole number of yes answers from 1 to 24" in text_of(wrong)
        wrong = coordinator.send("/partnership/policy", {**boxes, "cut_off_days": "2"})
        assert "The cut-off must come before the list goes out" in text_of(wrong)
        assert re.search(r'name="cut_off_days"[^>]*value="2"', text_of(wrong))
        with partnership.acting("coordinator") as work:
            assert len(queries.policy_versions(work)) == 1


class TestOwnHolidays:
    def test_are_said_and_recorded(self, visitor_as: As, partnership: APartnership) -> None:
        coordinator = visitor_as("coordinator")
        assert "No day of your own" in text_of(coordinator.open("/partnership/holidays"))
        assert "Say what the holiday is" in text_of(
            coordinator.send("/partnership/holidays", day("on_date", date(2026, 12, 24)))
        )
        answer = coordinator.follow(
            coordinator.send("/partnership/holidays", {**day("on_date", date(2026, 12, 24)), "reason": "Office closed"})
        )
        assert "Thursday 24 December 2026" in text_of(answer)
        assert "Office closed" in text_of(answer)


class TestAHolidayThatIsNone:
    def holiday(self, partnership: APartnership) -> None:
        """Wednesday 9 June is a closure; the rounds of that spring are planned with it."""
        with partnership.acting("coordinator") as work:
            operations.add_extra_holiday(work, on_date=CLOSED, reason="Office closed")
        partnership.now = at_london(date(2027, 2, 22), time(9))
        with partnership.acting(None) as work:
            rounds.plan_conferences(work, marac_id=partnership.maracs["south"])

    def sitting(self, partnership: APartnership, planned_on: date) -> ConferenceRecord:
        """The round of the south planned on a day, as it stands."""
        with partnership.acting(None) as work:
            planned = calendar.conferences(work, marac_id=partnership.maracs["south"], limit=200)
        return next(one for one in planned if one.planned_on == planned_on)

    def test_is_taken_out_with_the_clocks_that_move_shown_before(
        self, visitor_as: As, partnership: APartnership
    ) -> None:
        self.holiday(partnership)
        before = self.sitting(partnership, CLOSED)
        assert before.sits_on != CLOSED
        assert before.moved_because is not None
        path = f"/partnership/holidays/{CLOSED}"
        coordinator = visitor_as("coordinator")
        assert path in text_of(coordinator.open("/partnership/holidays"))
        said = words_of(text_of(coordinator.open(path)))
        assert "Clocks that move" in said
        assert re.search(r"Sitting Thursday 10 June, 09:30 Wednesday 9 June, 09:30", said), said
        answer = text_of(coordinator.follow(coordinator.send(path)))
        assert "is no holiday any more" in answer
        assert "Office closed" not in answer
        after = self.sitting(partnership, CLOSED)
        assert (after.sits_on, after.moved_because) == (CLOSED, None)
        assert after.minutes_out_at < before.minutes_out_at
        with partnership.acting("coordinator") as work:
            assert queries.holidays(work) == []
            acts = set(work.session.scalars(select(AuditEntry.act)))
        assert {"holiday:remove", "conference:recount"} <= acts
        assert coordinator.open(path).status_code == 404
        assert coordinator.send(path).status_code == 404

    def test_moves_no_clock_that_has_passed_or_was_set_without_it(
        self, visitor_as: As, partnership: APartnership
    ) -> None:
        """9 December's round was planned before the closure was known, and 9 June’s cut-off has passed."""
        with partnership.acting("coordinator") as work:
            operations.add_extra_holiday(work, on_date=date(2026, 12, 4), reason="Flooded")
        unmoved = self.sitting(partnership, WEDNESDAY)
        said = words_of(text_of(visitor_as("coordinator").open("/partnership/holidays/2026-12-04")))
        assert "No clock of a round moves" in said
        self.holiday(partnership)
        before = self.sitting(partnership, CLOSED)
        partnership.now = before.cut_off_at
        coordinator = visitor_as("coordinator")
        said = words_of(text_of(coordinator.open(f"/partnership/holidays/{CLOSED}")))
        assert "its cut-off has passed" in said
        for day in (CLOSED, date(2026, 12, 4)):
            coordinator.send(f"/partnership/holidays/{day}")
        assert self.sitting(partnership, CLOSED) == before
        assert self.sitting(partnership, WEDNESDAY) == unmoved

    def test_is_taken_out_by_who_looks_after_the_partnership(self, visitor_as: As, partnership: APartnership) -> None:
        self.holiday(partnership)
        path = f"/partnership/holidays/{CLOSED}"
        assert visitor_as("operator").open(path).status_code == 200
        assert visitor_as("administrator").open(path).status_code in (403, 404)
        for nonsense in ("x", "2027-06-10"):
            assert visitor_as("operator").open(f"/partnership/holidays/{nonsense}").status_code == 404


class TestWhoLooksAfterThem:
    def test_are_coordinators_and_operators(self, visitor_as: As, partnership: APartnership) -> None:
        for path in ("/partnership/agencies", "/partnership/policy", "/partnership/holidays"):
            for key in ("coordinator", "operator"):
                assert visitor_as(key).open(path).status_code == 200
            for key in ("administrator", "chair", "housing", "referrer", "observer"):
                assert visitor_as(key).open(path).status_code == 403
