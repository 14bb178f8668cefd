"""Minutes of some thirty pages as a tagged PDF (PDF/UA-1): in a process that is warm, and in a new one.

Each call prints other minutes, so that nothing is served from the renderer's memory of the last ones.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pypdf

from benchmarks.measure import Case, Result, alternate
from casework.documents.minutes import (
    AgreedAction,
    CrimeDisclosed,
    Fact,
    Information,
    MinutedCase,
    MinutesDocument,
    Present,
    Risk,
    render_minutes,
)

CASES = 17
AGENCIES = ("Police", "Housing", "IDVA service", "Children's social care", "School nursing")
FONTS = Path(__file__).parents[1] / "casework" / "web" / "static" / "built" / "fonts"
MADE_AT = datetime(2026, 12, 9, 14, 0, tzinfo=UTC)


def the_minutes(number: int) -> MinutesDocument:
    """Return made-up minutes; another number gives other words throughout."""
    said = f"On visit {number} the worker heard shouting, saw a broken door and was told about messages every night. "
    day = date(2026, 12, 1)
    information = tuple(
        Information(agency, facts=(Fact(f"{agency}: {said}", day), Fact(said)), opinions=(f"Escalating. {said}",))
        for agency in AGENCIES
    )
    cases = tuple(
        MinutedCase(
            number=f"M26-{case:04d}",
            who=f"Victim {number}.{case}, perpetrator {number}.{case}",
            information=information,
            victims_voice=said,
            risks=(Risk("the victim", said), Risk("children", said)),
            actions=tuple(AgreedAction(a, f"{a} {said[:90]}", day + timedelta(days=14)) for a in AGENCIES),
            crimes=(CrimeDisclosed("Threats to kill", "Does not wish to report"),),
            teller="IDVA service",
            tell_how="By phone, on a weekday morning.",
        )
        for case in range(CASES)
    )
    return MinutesDocument(
        marac="South Staffordshire MARAC",
        sits_at=datetime(2026, 12, 9, 9, 30, tzinfo=UTC),
        venue="Civic Centre, Codsall",
        chair="Detective Inspector Begum",
        version=number,
        confidentiality_statement=said,
        present=tuple(Present(f"Person {place}", agency, accepted=True) for place, agency in enumerate(AGENCIES * 3)),
        cases=cases,
    )


def in_a_new_process(number: int) -> float:
    """Return the seconds for the first minutes of a fresh Python, imports left out."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.minutes", str(number)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def run(_: Sequence[str]) -> Result:
    """Measure both ways."""
    numbers = itertools.count(1)
    pdf = render_minutes(the_minutes(0), made_at=MADE_AT, fonts=FONTS)
    pages = len(pypdf.PdfReader(BytesIO(pdf)).pages)
    table = alternate(
        f"Tagged minutes of {pages} pages",
        "documents",
        [
            Case("warm", lambda: seconds_for(next(numbers)), 1),
            Case("first in a new process", lambda: in_a_new_process(next(numbers)), 1),
        ],
    )
    warm, first = (sorted(each.seconds)[len(each.seconds) // 2] for each in table.measured)
    return Result("minutes", [table], {"pages": pages, "seconds, warm": warm, "seconds, new process": first})


def seconds_for(number: int) -> float:
    """Return the seconds for one rendering; making the values is left out."""
    minutes = the_minutes(number)
    started = perf_counter()
    render_minutes(minutes, made_at=MADE_AT, fonts=FONTS)
    return perf_counter() - started


if __name__ == "__main__":
    print(seconds_for(int(sys.argv[1])))
