"""`casework keys status|new|rotate|rewrap`: the master keys and what stands under them. docs/sealing.md has the ceremony."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from casework.cli.refusals import CannotRun
from casework.encryption import rotation
from casework.encryption.key_store import KeyStore
from casework.encryption.master_keys import MasterKeyError, MasterKeys
from casework.encryption.transit import open_master_keys
from config.settings import Settings

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_file = click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CASEWORK_MASTER_KEYS",
    required=True,
    help="File of the master keys (default: CASEWORK_MASTER_KEYS).",
)


@click.group()
def keys() -> None:
    """Show, make, rotate and apply the master keys that wrap every data key."""


@keys.command()
@_json
def status(as_json: bool) -> None:
    """Say which master key is current, and how many data keys stand under each."""
    with _refusals(), _key_store() as store:
        store.health()
        found = rotation.status(store)
    lines = [f"Current master key: {found.current}"]
    lines += [f"{held} data keys under {name}" for name, held in found.data_keys.items()]
    lines += [f"{found.destroyed} data keys destroyed", f"{found.to_rewrap} data keys to rewrap"]
    say = {"data_keys": found.data_keys, "destroyed": found.destroyed, "to_rewrap": found.to_rewrap}
    _answer({"current": found.current, **say}, lines, as_json)


@keys.command()
@_file
@_json
def new(path: Path, as_json: bool) -> None:
    """Add a master key to the file; the first one is current at once, a later one after `rotate`."""
    with _refusals():
        if path.exists():
            held, name = _in_file(path).with_new()
        else:
            held, name = MasterKeys.generate(), "k1"
        held.write(path)
    lines = [f"Added master key {name} to {path}; current is {held.current()}."]
    if name != held.current():
        lines.append("Copy the file to its two other places and restart every process; then: casework keys rotate")
    _answer({"new": name, "current": held.current()}, lines, as_json)


@keys.command()
@click.argument("name", required=False)
@_file
@_json
def rotate(name: str | None, path: Path, as_json: bool) -> None:
    """Make NAME, or else the newest master key, the current one. Every process must be able to read it already."""
    with _refusals():
        held = _in_file(path)
        turned = held.with_current(name or held.names[-1])
        turned.write(path)
    lines = [f"Current master key: {turned.current()} (before: {held.current()})."]
    lines.append("Restart every process; then: casework keys rewrap")
    _answer({"current": turned.current(), "before": held.current()}, lines, as_json)


@keys.command()
@_json
def rewrap(as_json: bool) -> None:
    """Wrap every data key under the current master key. May be stopped and run again; exits 1 while any is left."""
    with _refusals(), _key_store() as store:
        done = rotation.rewrap(store)
    lines = [f"{done.moved} data keys moved, {done.left} left, {len(done.broken)} could not be opened."]
    lines += [f"could not be opened: data key {key_id}" for key_id in done.broken]
    if done.left:
        lines.append("Keys are left because other work held them: run this again.")
    found = {"moved": done.moved, "left": done.left, "broken": [str(key_id) for key_id in done.broken]}
    _answer(found, lines, as_json)
    if done.left or done.broken:
        raise SystemExit(1)


def _in_file(path: Path) -> MasterKeys:
    held = open_master_keys(path)
    if not isinstance(held, MasterKeys):
        raise MasterKeyError("the master key is in Vault or OpenBao: rotate it there, then run casework keys rewrap")
    return held


@contextmanager
def _key_store() -> Iterator[KeyStore]:
    settings = Settings.read(os.environ)
    store = KeyStore(settings.key_store_url, open_master_keys(settings.master_keys), pool_size=1)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in one line what only these commands meet; never show the text of a database error, which may hold values."""
    try:
        yield
    except OSError as wrong:
        raise CannotRun(f"The file cannot be written ({type(wrong).__name__}).") from None
    except DBAPIError as wrong:
        raise CannotRun(f"The key store cannot be used ({type(wrong.orig).__name__}).") from None


def _answer(found: dict[str, Any], lines: list[str], as_json: bool) -> None:
    click.echo(json.dumps(found) if as_json else "\n".join(lines))
