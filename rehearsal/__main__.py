"""`./dev rehearse`: simulated practitioners work fortnights of MARACs, a month of youth support or both. See docs/rehearsing.md."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from casework.audit.verify import verify
from casework.clock import at_london, is_working_day, wednesday_9_december
from local.arguments import Arguments
from local.engines import EnginesError
from local.postgres import PostgresError
from local.state import StateError
from local.valkey import ValkeyError
from rehearsal import filed, invariants, partnership, report, visits
from rehearsal.days import CLOSELY, Pace, run_day
from rehearsal.drivers import ThroughTheBroker
from rehearsal.installation import Installation, installed, keep
from rehearsal.invariants import Evidence
from rehearsal.partnership import AGENCIES, World
from rehearsal.people import Inventor
from rehearsal.practitioners import Practitioners
from rehearsal.youth import invariants as youth_invariants
from rehearsal.youth import report as youth_report
from rehearsal.youth.invariants import YouthEvidence
from rehearsal.youth.month import TICKS, Month, last_day

_FIRST_DAY, _LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)
OF_THE_MONTH = Pace(ticks=TICKS, hours=())


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="./dev rehearse", description=__doc__)
    parser.add_argument("--fortnights", type=int, default=2, help="how many sittings of each MARAC (2)")
    parser.add_argument("--from", dest="start", type=date.fromisoformat, default=date(2026, 11, 30), metavar="DATE")
    parser.add_argument("--referrals", type=Path, help="a file of referrals; without it they are invented")
    parser.add_argument("--seed", type=int, default=7, help="same seed, same story (7)")
    parser.add_argument(
        "--cases", type=int, default=17, help="room, and invented referrals, a fortnight; young people (17)"
    )
    parser.add_argument(
        "--programme", choices=["marac", "youth", "both"], default="marac", help="what is worked through"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the report there")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep dump, logs, mail and broker file there")
    arguments = parser.parse_args(given)
    if arguments.fortnights < 1 or not 1 <= arguments.cases <= 60:
        parser.error("--fortnights must be 1 or more, and --cases from 1 to 60")
    if arguments.referrals is not None and not arguments.referrals.is_file():
        parser.error("--referrals: there is no such file")
    if arguments.json is not None and (arguments.json.is_dir() or not arguments.json.absolute().parent.is_dir()):
        parser.error("--json: name a file in a folder that is there")
    if arguments.keep is not None and arguments.keep.exists() and not arguments.keep.is_dir():
        parser.error("--keep: name a folder")
    if not _FIRST_DAY <= arguments.start <= _LAST_DAY:
        parser.error(f"--from must be from {_FIRST_DAY} to {_LAST_DAY}")
    if arguments.referrals is not None and arguments.programme == "youth":
        parser.error("--referrals are a MARAC's: leave them out with --programme youth")
    return arguments


def main(given: list[str] | None = None) -> int:
    """Rehearse and report. Returns 0 when every invariant held, 1 when one did not, 2 when it could not run."""
    try:
        arguments = _arguments(given)
    except SystemExit as wrong:
        return 0 if wrong.code == 0 else 2
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        try:
            installation = stack.enter_context(installed())
        except (EnginesError, PostgresError, StateError, ValkeyError, RuntimeError, OSError) as reason:
            print(f"./dev rehearse: {' '.join(str(reason).split())}", file=sys.stderr)
            return 2
        story = Story(installation, arguments)
        story.work_through()
        found = story.found(time.monotonic() - began)
    print(report.table(found))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0 if all(one["held"] for one in found["invariants"]) else 1


class Story:
    """One rehearsal from its first morning to its last minutes: of MARACs, of youth support, or of both side by side."""

    def __init__(self, installation: Installation, arguments: argparse.Namespace) -> None:
        self._installation = installation
        self._arguments = arguments
        self._start: date = arguments.start
        self._is_marac = arguments.programme in ("marac", "both")
        is_youth = arguments.programme in ("youth", "both")
        # Without a MARAC's rounds the first of them lies behind the month.
        first = partnership.first_wednesday(self._start, working_days=10 if self._is_marac else 60)
        self._marac_ends = first + timedelta(days=14 * (arguments.fortnights - 1) + 7 + 6)
        self._end = max(
            [self._marac_ends] * self._is_marac + [last_day(self._start)] * is_youth,
        )
        morning = at_london(self._start, clock_time(6, 0))
        self._world: World = partnership.found_partnership(
            installation.stores,
            now=morning,
            first_sittings=(first, first + timedelta(days=7)),
            capacity=arguments.cases,
        )
        partnership.plan(installation.stores, self._world, now=morning)
        self._people = Practitioners(installation.stores, self._world, random.Random(arguments.seed))
        self._rejected = 0
        self._known: set[str] = set()
        self._marked: set[str] = set()
        self._month: Month | None = None
        if self._is_marac:
            self._fill_diary()
        if is_youth:
            self._begin_month()

    def _begin_month(self) -> None:
        self._month = Month.begin(
            self._installation.stores,
            self._world,
            start=self._start,
            seed=self._arguments.seed,
            number_of_people=self._arguments.cases,
        )
        for young in self._month.people:
            self._marked.add(young.mark)
            self._known |= filed.words_of({"victim": young.document, "perpetrators": []})

    def _fill_diary(self) -> None:
        for number, raw in enumerate(self._raw_referrals()):
            mark = invariants.marked(number)
            document = filed.with_mark(raw, mark)
            self._marked.add(mark)
            self._known |= filed.words_of(document)
            self._people.ledger.waiting.append((date.fromisoformat(document["received_on"]), document))

    def _raw_referrals(self) -> Iterator[Mapping[str, Any]]:
        if self._arguments.referrals is None:
            yield from self._invented()
            return
        file = filed.Filed(self._arguments.referrals, agencies={slug for slug, _, _, _ in AGENCIES})
        yield from file.documents()
        self._rejected = file.rejected

    def _invented(self) -> Iterator[Mapping[str, Any]]:
        inventor = Inventor(self._people.rng)
        days = [self._start + timedelta(days=number) for number in range((self._marac_ends - self._start).days - 16)]
        working = [day for day in days if is_working_day(day)]
        for number in range(self._arguments.cases * self._arguments.fortnights):
            yield inventor.referral(
                working[number * len(working) // (self._arguments.cases * self._arguments.fortnights)]
            )

    def work_through(self) -> None:
        """Let the practitioners work every day, and tell of it."""
        driver = ThroughTheBroker(self._installation.stores, self._installation.settings, self._world)
        day = self._start
        while day <= self._end:
            before = self._counts()
            practitioners = self._people if self._is_marac and day <= self._marac_ends else None
            is_month = self._month is not None and day <= last_day(self._start)
            hours = self._month.hours() if self._month is not None and is_month else ()
            pace = CLOSELY if self._is_marac else OF_THE_MONTH
            for moment in run_day(day, practitioners, driver, pace, also=hours):
                self._now: datetime = moment.at
            self._installation.supervisor.watch()
            self._tell(day, before)
            day += timedelta(days=1)
        if self._is_marac:
            visits.look_at_homes(self._installation, self._world, visits.MARAC)
        if self._month is not None:
            visits.look_at_homes(self._installation, self._world, visits.YOUTH)

    def _counts(self) -> Counter[str]:
        return self._people.ledger.counts + (self._month.office.counts if self._month is not None else Counter())

    def _tell(self, day: date, before: Mapping[str, int]) -> None:
        counts = self._counts()
        news = [f"{counts[name] - before[name]} {name}" for name in counts if counts[name] != before[name]]
        with self._installation.connect() as connection:
            sat = connection.execute(
                "SELECT count(*) FROM conference WHERE sits_on = %s AND started_at IS NOT NULL", [day]
            )
            row = sat.fetchone()
        if row and row[0]:
            news.append("the conference sat")
        print(f"{wednesday_9_december(day):<24} {', '.join(news) or '·'}", flush=True)

    def found(self, seconds: float) -> dict[str, Any]:
        """Return the whole report, with every invariant checked."""
        installation = self._installation
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(installation.connect()) as connection:
            youth = self._youth_evidence(connection)
            # First, because making decisions again is noted in the trail too.
            of_youth = youth_invariants.check_all(youth) if youth is not None else []
            time.sleep(6)  # the trail is linked within five seconds
            dump = installation.dump(Path(folder) / "database.sql")
            numbers = [row[0] for row in connection.execute("SELECT number FROM case_record")]
            evidence = Evidence(
                connection=connection,
                mail=installation.state.path / "mail",
                base_url=installation.settings.base_url,
                known_to_mail=frozenset(self._known | self._marked | set(numbers)),
                known_elsewhere=frozenset(self._known | self._marked),
                dump=dump,
                other_places=(installation.state.path / "logs", installation.state.path / "valkey"),
            )
            verified = self._verify()
            checked = [*invariants.check_all(evidence, with_marac=self._is_marac), *of_youth]
            checked.append(invariants.Invariant("the chain verifies", verified[0], verified[1]))
            result = {
                "simulated": {
                    "from": self._start.isoformat(),
                    "to": self._end.isoformat(),
                    "fortnights": self._arguments.fortnights if self._is_marac else 0,
                    "programme": self._arguments.programme,
                    "seed": self._arguments.seed,
                },
                **report.numbers(installation.stores, self._world, self._now, connection),
                **({"youth": youth_report.numbers(youth)} if youth is not None else {}),
                "mail": report.mail_numbers(evidence),
                "audit": {"entries": verified[1], "verified": verified[0]},
                "faults": [],
                "invariants": [report.as_json(one) for one in checked],
                "seconds": round(seconds, 1),
            }
            result["referrals"]["rejected_rows"] = self._rejected
            result["referrals"]["after_the_end"] = len(self._people.ledger.waiting)
            if self._arguments.keep:
                keep(installation, dump, self._arguments.keep, result)
        return result

    def _youth_evidence(self, connection: psycopg.Connection) -> YouthEvidence | None:
        if self._month is None:
            return None
        return YouthEvidence(
            connection=connection,
            stores=self._installation.stores,
            world=self._world,
            now=self._now,
            people=self._month.people,
            known=frozenset(self._known | self._marked),
        )

    def _verify(self) -> tuple[bool, int]:
        settings = self._installation.settings
        if settings.audit_key is None:
            return False, 0
        key = load_pem_private_key(settings.audit_key.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            return False, 0
        found = verify(self._installation.stores.engine, key.public_key(), settings.state / "audit")
        return found.holds, found.entries


if __name__ == "__main__":
    sys.exit(main())
