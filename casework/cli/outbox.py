"""`casework outbox status|resend|dead`: what waits for its handlers, and what was given up on. Ids, codes and times only."""

from __future__ import annotations

import json
import uuid

import click

from casework.access.permissions import Permission
from casework.cli.opening import operator_work, stores
from casework.cli.refusals import CannotRun
from casework.errors import CaseworkError
from casework.events import operations, queries

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def outbox() -> None:
    """Look after the events that wait for their handlers."""


@outbox.command()
@_json
def status(as_json: bool) -> None:
    """Say how many events wait, are with a worker, are done or dead, and how long the oldest has been waiting."""
    with stores() as opened, operator_work(opened) as work:
        work.require(Permission.SYSTEM_OPERATE)
        found = queries.status(work.connection())
    figures = {
        "pending": found.pending,
        "sent": found.sent,
        "done": found.done,
        "dead": found.dead,
        "oldest_waiting_seconds": round(found.oldest_waiting_seconds, 1),
    }
    lines = [
        f"{found.pending} not sent yet, {found.sent} sent and not done, {found.done} done, {found.dead} dead",
        f"The oldest has waited {found.oldest_waiting_seconds:.0f} seconds.",
    ]
    click.echo(json.dumps(figures) if as_json else "\n".join(lines))


@outbox.command()
@_json
def dead(as_json: bool) -> None:
    """List the events that were given up on after ten attempts, with the class of the last error."""
    with stores() as opened, operator_work(opened) as work:
        work.require(Permission.SYSTEM_OPERATE)
        found = queries.dead_letters(work.connection())
    if as_json:
        letters = [
            {"id": str(letter.id), "event": letter.event, "attempt": letter.attempt, "failure": letter.failure}
            for letter in found
        ]
        click.echo(json.dumps({"dead": letters}))
        return
    for letter in found:
        click.echo(f"{letter.id}  {letter.event}  {letter.attempt} attempts  {letter.failure}")
    click.echo(f"{len(found)} dead" if found else "None is dead.")


@outbox.command()
@click.argument("ids", nargs=-1, type=click.UUID, metavar="[ID …]")
@_json
def resend(ids: tuple[uuid.UUID, ...], as_json: bool) -> None:
    """Try dead events again: those named, or all. A handler that had done its part does nothing the second time.

    When one of those named is not dead, none is sent.
    """
    with stores() as opened, operator_work(opened) as work:
        work.require(Permission.SYSTEM_OPERATE)
        connection = work.connection()
        wanted = ids or tuple(letter.id for letter in queries.dead_letters(connection))
        for message_id in wanted:
            try:
                operations.resend(connection, message_id=message_id)
            except CaseworkError as refused:
                raise CannotRun(f"{message_id}: {refused.message} Nothing was sent.") from None
            work.note("outbox:resend", "outbox_message", message_id)
    click.echo(json.dumps({"resent": [str(one) for one in wanted]}) if as_json else f"{len(wanted)} sent again.")
