"""`casework sharing explain FACTS.json`: what the sharing rules decide on the facts given, and why. Needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from casework.consent import rules
from casework.errors import Invalid


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
