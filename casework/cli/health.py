"""`casework health PART`: whether a part of the installation has given a proof of life. For the health checks of containers."""

from __future__ import annotations

import os

import click

from casework.events import queries as events
from casework.work import connect
from config.settings import Settings


@click.command()
@click.argument("parts", nargs=-1, required=True, type=click.Choice(events.PARTS), metavar="worker|relay|beat …")
def health(parts: tuple[str, ...]) -> None:
    """End with 0 when every PART has shown within 30 seconds that it lives, else with 1, naming those that have not."""
    engine = connect(Settings.read(os.environ).database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            silent = sorted(set(parts) - events.living_parts(connection))
    finally:
        engine.dispose()
    if silent:
        raise click.ClickException(f"No proof of life of {', '.join(silent)}.")
    click.echo(f"{', '.join(parts)}: alive")
