"""`casework sharing explain FACTS.json`: what the sharing rules decide on the facts given, and why; needs no database.

`casework sharing replay`: whether decisions that were kept are decided the same again.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.cli.opening import stores
from casework.consent import rules
from casework.disclosures import queries as disclosures
from casework.disclosures.queries import Replay
from casework.encryption.envelope import SealBroken
from casework.errors import Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.work import Stores, UnitOfWork


@click.group()
def sharing() -> None:
    """Ask the rules whether something may be shared."""


@sharing.command()
@click.argument("facts", type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True))
def explain(facts: str) -> None:
    """Print, as JSON, what the rules decide on the facts in FACTS (a file, or - for standard input), and why.

    Ends with 0 for any decision, also for a refusal, and with 2 for facts that cannot be used, naming the field.
    """
    try:
        read = rules.facts_from(_document(facts))
    except Invalid as wrong:
        _unusable("; ".join(f"{error.field}: {error.message}" for error in wrong.errors))
    answer = rules.may_share(read)
    click.echo(json.dumps(answer.as_document(), indent=2, ensure_ascii=False))


@sharing.command()
@click.argument("decision", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="Replay every decision that was kept.")
def replay(decision: uuid.UUID | None, every: bool) -> None:
    """Decide again on the facts that were kept with a DECISION, or with --all of them, by the rules of their day.

    Prints ids, rule sets and rows, and nothing of what the facts say. Ends with 0 when every answer is the same, with 1 when one is
    different. What cannot be opened, because its key was destroyed, is counted and is no difference.
    """
    if (decision is None) != every:
        raise click.UsageError("Name one decision, or say --all.")
    said = {"same": 0, "different": 0, "not opened": 0}
    with stores() as opened:
        for partnership_id in _partnerships(opened):
            for found in _replays(opened, partnership_id, decision):
                outcome = "not opened" if isinstance(found, uuid.UUID) else "same" if found.same else "different"
                said[outcome] += 1
                if decision is not None or outcome != "same":
                    click.echo(_line(found, outcome))
    if decision is not None and not sum(said.values()):
        raise NotFound("No decision of that id was kept with its facts.")
    if every:
        click.echo(f"{said['same']} same, {said['different']} different, {said['not opened']} not opened")
    if said["different"]:
        raise SystemExit(1)


def _partnerships(opened: Stores) -> list[uuid.UUID]:
    with UnitOfWork(opened, actor=SYSTEM, now=datetime.now(UTC), partnership_id=None) as work:
        return [one.id for one in partnerships.partnerships(work)]


def _replays(opened: Stores, partnership_id: uuid.UUID, decision: uuid.UUID | None) -> Iterator[Replay | uuid.UUID]:
    """Replay one decision of a partnership if it is there, or all of them; gives the id alone of one that cannot be opened."""
    after: uuid.UUID | None = None
    while True:
        with UnitOfWork(
            opened, actor=SYSTEM, now=datetime.now(UTC), partnership_id=partnership_id, purpose=Purpose.OVERSIGHT
        ) as work:
            ids = [decision] if decision is not None else disclosures.decision_ids(work, after=after)
            for one in ids:
                try:
                    yield disclosures.replay(work, decision_id=one)
                except SealBroken:
                    yield one
                except NotFound:
                    return
        if decision is not None or not ids:
            return
        after = ids[-1]


def _line(found: Replay | uuid.UUID, outcome: str) -> str:
    if isinstance(found, uuid.UUID):
        return f"{found}  {outcome}"
    return f"{found.decision_id}  {outcome}  row {found.row} of {found.rule_set}"


def _document(path: str) -> object:
    """Read JSON in UTF-8. The mistakes of a file are told like those of a field; its content is never repeated."""
    try:
        held = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return json.loads(held.decode("utf-8-sig"), object_pairs_hook=_each_once, parse_constant=_no_number)
    except OSError as wrong:
        _unusable(f"the file cannot be read ({type(wrong).__name__})")
    except UnicodeDecodeError:
        _unusable("the file is not in UTF-8")
    except json.JSONDecodeError as wrong:
        _unusable(f"not JSON: line {wrong.lineno}, column {wrong.colno}: {wrong.msg}")
    except RecursionError:
        _unusable("the facts are nested too deeply")
    except ValueError as wrong:
        _unusable(str(wrong))


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:60]}: this field is given twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not facts")


def _unusable(why: str) -> NoReturn:
    click.echo(f"The facts cannot be used: {why}", err=True)
    raise SystemExit(2)
