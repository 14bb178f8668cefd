"""The partnership that pages are measured on: a round of 17 cases whose research is half in, and 3,000 cases behind it."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from casework.access.permissions import Purpose
from casework.cases import operations as cases
from casework.cases.operations import Part
from casework.clock import add_working_days, at_london, is_working_day, london_date
from casework.conferences import queries as rounds
from casework.people import operations as people
from casework.work import Stores
from rehearsal import partnership
from rehearsal.days import run_day
from rehearsal.demonstration import QUICKLY
from rehearsal.drivers import InThisProcess
from rehearsal.partnership import World
from rehearsal.people import Inventor
from rehearsal.practitioners import Practitioners

CASES = 3_000
LISTED = 17
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Place:
    """What the measured pages are about: who looks, the round, and one of its cases."""

    coordinator_id: uuid.UUID
    conference_id: uuid.UUID
    case_id: uuid.UUID


def make(stores: Stores) -> Place:
    """Make the partnership, as of now."""
    now = datetime.now(UTC).replace(microsecond=0)
    world, inventor = _round_in_mid_cycle(stores, now)
    _cases_before(stores, world, inventor, now)
    with world.work(stores, "coordinator", now, Purpose.CONFERENCE) as work:
        # Two days before it sits, from 17:00, what agencies know is no longer taken in.
        found = rounds.conferences(work, states=["list_out", "inputs_closed"])
        boards = rounds.boards(work, conference_ids=[one.id for one in found])
        conference_id = max(boards, key=lambda one: len(boards[one].on_the_list))
        listed = boards[conference_id].on_the_list
        if len(listed) != LISTED:
            raise RuntimeError(f"the round has {len(listed)} cases, not {LISTED}")
        return Place(world.accounts["coordinator"], conference_id, listed[0].case_id)


def _round_in_mid_cycle(stores: Stores, now: datetime) -> tuple[World, Inventor]:
    today = london_date(now)
    sitting = partnership.first_wednesday(today, working_days=2)
    cut_off = add_working_days(sitting, -9)
    began = sitting - timedelta(days=31)
    world = partnership.found_partnership(
        stores,
        now=at_london(began, time(6, 0)),
        first_sittings=(sitting, sitting + timedelta(days=7)),
        capacity=LISTED,
    )
    partnership.plan(stores, world, now=at_london(began, time(6, 0)))
    practitioners = Practitioners(stores, world, random.Random(7))
    inventor = Inventor(practitioners.rng)
    days = [began + timedelta(days=number) for number in range((today - began).days + 1)]
    working = [day for day in days if is_working_day(day)]
    before = [day for day in working if day <= cut_off]
    couples: set[str] = set()
    while len(couples) < LISTED:
        day = before[len(couples) * len(before) // LISTED]
        document = inventor.referral(day)
        victim = document["victim"]
        # All in the area of one MARAC, nobody twice, nobody returned.
        victim["address"] = {**victim["address"], "postcode": "WV8 1AA"}
        name = f"{victim['given_names']} {victim['family_name']} {victim['date_of_birth']}"
        if name not in couples and document["routes"] and int(str(victim["date_of_birth"])[:4]) < began.year - 18:
            couples.add(name)
            practitioners.ledger.waiting.append((day, document))
    driver = InThisProcess(stores)
    for day in working:
        for _ in run_day(day, practitioners, driver, QUICKLY, until=now - timedelta(minutes=2)):
            pass
    return world, inventor


def _cases_before(stores: Stores, world: World, inventor: Inventor, now: datetime) -> None:
    first = date(london_date(now).year - 6, 1, 6)
    for start in range(0, CASES, _BATCH):
        with world.work(stores, None, now, Purpose.IMPORT) as work:
            keys = iter(work.keys.new_many("person", work.partnership_id, 2 * _BATCH))
            for number in range(start, start + _BATCH):
                referred_on = first + timedelta(days=number * 2 // 3)
                document = inventor.referral(referred_on)
                parts = [
                    Part(people.remember(work, document=document["victim"], key_id=next(keys)), "victim"),
                    Part(people.remember(work, document=document["perpetrators"][0], key_id=next(keys)), "perpetrator"),
                ]
                cases.open_case(
                    work,
                    marac_id=world.maracs["stafford"],
                    programme="marac",
                    parts=parts,
                    referred_on=referred_on,
                    band="high",
                    has_safe_contact=number % 3 > 0,
                )
