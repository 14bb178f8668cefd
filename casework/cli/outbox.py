"""`casework outbox status|dead|resend`: how events stand on their way to what follows from them, and how to try dead ones again."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict

import click

from casework.cli.opening import stores
from casework.events import operations, queries

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def outbox() -> None:
    """Show how events stand, list those that could not be handled, and have them tried again."""


@outbox.command()
@_json
def status(as_json: bool) -> None:
    """Say how many messages wait, are with a worker, and are dead; ends with 1 when any is dead."""
    with stores() as opened, opened.engine.connect() as connection:
        found = queries.status(connection)
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo(f"{found.pending} wait, {found.sent} are with the queue or a worker, {found.dead} are dead.")
        click.echo(f"The oldest has been due for {found.oldest_waiting_seconds:.0f} seconds.")
    if found.dead:
        raise SystemExit(1)


@outbox.command()
@_json
def dead(as_json: bool) -> None:
    """List the messages that have used up their attempts, the oldest first."""
    with stores() as opened, opened.engine.connect() as connection:
        found = queries.dead_letters(connection)
    if as_json:
        letters = [{**asdict(one), "id": str(one.id)} for one in found]
        click.echo(json.dumps({"dead": letters}))
    else:
        lines = [f"{one.id}  {one.event}  {one.attempt} attempts  {one.failure or 'no failure noted'}" for one in found]
        click.echo("\n".join(lines) or "No message is dead.")


@outbox.command()
@click.argument("message_ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="Every dead message.")
@_json
def resend(message_ids: tuple[uuid.UUID, ...], every: bool, as_json: bool) -> None:
    """Have dead messages handled afresh. Handlers that were through before the death are not run again."""
    if bool(message_ids) == every:
        raise click.UsageError("Name the messages, or say --all.")
    with stores() as opened, opened.engine.begin() as connection:
        ids = [one.id for one in queries.dead_letters(connection)] if every else list(message_ids)
        for message_id in ids:
            operations.resend(connection, message_id=message_id)
    if as_json:
        click.echo(json.dumps({"resent": [str(one) for one in ids]}))
    else:
        click.echo(f"{len(ids)} messages wait again.")
