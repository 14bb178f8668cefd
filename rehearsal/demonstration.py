"""Makes the demonstration: three rounds behind it and one in mid-cycle, as of now. Prints who can sign in. Run twice, it only prints."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from casework.access.actors import SYSTEM
from casework.accounts import queries as accounts
from casework.clock import add_working_days, at_london, is_working_day, london_date
from casework.notifications import operations as notifications
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork
from config.settings import Settings
from rehearsal import partnership, young_people
from rehearsal.awkward import awkward_referrals
from rehearsal.days import Pace, run_day
from rehearsal.drivers import InThisProcess
from rehearsal.partnership import PASSWORD, World
from rehearsal.people import Inventor
from rehearsal.practitioners import Practitioners

SEED = 11
ROUNDS_BEFORE = 3
REFERRALS_BEFORE = 18
REFERRALS_NOW = 22
# A demonstration must be ready within a minute, so its past is followed in bigger steps than a rehearsal.
QUICKLY = Pace(
    ticks=(time(17, 1),),
    hours=(
        (time(9, 20), "sit"),
        (time(10, 0), "refer"),
        (time(11, 0), "triage"),
        (time(14, 0), "answer"),
        (time(15, 30), "report"),
    ),
    answers_a_day=0.5,
    reports_a_day=0.6,
    clocks_after_work=False,
    reports_on=frozenset({1, 4}),
)


def make(stores: Stores, now: datetime) -> World:
    """Make the partnership and work its last six weeks up to `now` (UTC)."""
    today = london_date(now)
    # The next sitting lies two to six working days ahead: its list is out and its research half in.
    next_sitting = partnership.first_wednesday(today, working_days=2)
    first = next_sitting - timedelta(days=14 * ROUNDS_BEFORE)
    began = first - timedelta(days=17)
    start = at_london(began, time(6, 0))
    world = partnership.found_partnership(
        stores, now=start, first_sittings=(first, first + timedelta(days=7)), capacity=16
    )
    partnership.plan(stores, world, now=start)
    people = Practitioners(stores, world, random.Random(SEED))
    inventor = Inventor(people.rng)
    days = [began + timedelta(days=number) for number in range((today - began).days + 1)]
    working = [day for day in days if is_working_day(day)]
    fresh = _fill_diaries(people, inventor, working, next_sitting)
    driver = InThisProcess(stores)
    for day in working:
        people.ledger.waiting.sort(key=lambda one: one[0])
        for _ in run_day(day, people, driver, QUICKLY, until=now - timedelta(minutes=2)):
            pass
    # Not before: whatever the hour and the day, some wait in the inbox.
    people.ledger.waiting += fresh
    people.refer(now)
    young_people.make(stores, world, now)
    driver(now)
    # What would have been posted weeks ago is not posted today.
    with world.work(stores, None, now) as work:
        notifications.withdraw_older(work, before=now - timedelta(days=1))
    return world


def _fill_diaries(
    people: Practitioners, inventor: Inventor, working: list[date], next_sitting: date
) -> list[tuple[date, dict[str, Any]]]:
    """Fill the diaries of the weeks that are worked; give back the referrals of the last moment."""
    cut_off = add_working_days(next_sitting, -9)
    earlier = [day for day in working if day <= cut_off]
    this_round = [day for day in earlier if day > next_sitting - timedelta(days=28)]
    for days, number in ((earlier, REFERRALS_BEFORE), (this_round, REFERRALS_NOW)):
        for one in range(number):
            day = days[one * len(days) // number]
            people.ledger.waiting.append((day, inventor.referral(day)))
    people.ledger.waiting += [(cut_off, document) for document in awkward_referrals(inventor, cut_off)]
    return [(working[-1], inventor.referral(working[-1])) for _ in range(3)]


def _people(stores: Stores, now: datetime) -> str:
    with UnitOfWork(stores, actor=SYSTEM, now=now, partnership_id=None) as work:
        people = accounts.demonstration_people(work)
    lines = ["Sign in as one of these invented people, here or with one press on the sign-in page:"]
    for one in people:
        lines.append(
            f"  {one.name:<28} {', '.join(one.roles):<16} {one.agency_name:<34} {one.email:<52} code {one.code}"
        )
    lines.append(f"Password of all: {PASSWORD}")
    lines.append(
        "A one-time code changes every 30 seconds: ./dev run prints new ones, and the sign-in page signs in with one press."
    )
    return "\n".join(lines)


def main() -> int:
    """Make the demonstration if there is none, and print the sign-in list."""
    settings = Settings.read(os.environ)
    if not settings.demonstration:
        print("CASEWORK_DEMONSTRATION is not set: nothing invented is put beside real people.", file=sys.stderr)
        return 2
    stores = Stores.open(settings)
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        with UnitOfWork(stores, actor=SYSTEM, now=now, partnership_id=None) as work:
            there = [one.slug for one in partnerships.partnerships(work)]
        if partnership.SLUG not in there:
            make(stores, now)
        print(_people(stores, now))
    finally:
        stores.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
