"""`casework partnerships …`: member agencies, their protocol, local policy and extra holidays."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import IO, Any

import click

from casework.agencies import operations as agencies
from casework.agencies import queries as agency_queries
from casework.agencies.rules import AgencyKind
from casework.cli.opening import OPERATOR, operator_work, stores
from casework.clock import london_date
from casework.errors import Invalid, NotFound
from casework.partnerships import operations, queries
from casework.work import UnitOfWork

_partnership = click.option("--partnership", required=True, help="Short name of the partnership.")
_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def partnerships() -> None:
    """Found partnerships, and keep their agencies, protocol, policy and holidays."""


@partnerships.command(name="list")
def list_partnerships() -> None:
    """List the partnerships with their member agencies."""
    with stores() as opened:
        with operator_work(opened) as work:
            found = queries.partnerships(work)
        for one in found:
            click.echo(f"{one.slug}  {one.name}")
            with operator_work(opened, partnership=one.slug) as work:
                members = queries.member_agencies(work, on=london_date(work.now))
            for member in members:
                signed = f"protocol {member.protocol_version}" if member.has_signed else "no good protocol"
                click.echo(f"  {member.slug}  {member.name}  {signed}")


@partnerships.command()
@click.option("--name", required=True)
@click.option("--short-name", "slug", required=True)
def found(name: str, slug: str) -> None:
    """Found a further partnership, with usual practice as its policy from today."""
    now = datetime.now(UTC)
    with stores() as opened, UnitOfWork(opened, actor=OPERATOR, now=now, partnership_id=uuid.uuid4()) as work:
        operations.create_partnership(work, slug=slug, name=name, from_date=london_date(now))
    click.echo(f"{name} is founded.")


@partnerships.command()
@_partnership
@click.option("--name", help="Public name; needed for an agency that is not registered yet.")
@click.option("--short-name", "slug", required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in AgencyKind]), default="public_authority")
@click.option("--core/--not-core", default=True, help="Whether it is asked about every listed case.")
def add_agency(partnership: str, name: str | None, slug: str, kind: str, core: bool) -> None:
    """Make an agency a member from today; it is registered first when it is new."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        try:
            agency_id = agency_queries.agency_by_slug(work, slug=slug).id
        except NotFound:
            agency_id = agencies.register_agency(work, slug=slug, name=name or "", kind=kind)
        operations.add_agency(work, agency_id=agency_id, joined_on=london_date(work.now), is_core=core)
    click.echo("The agency is a member. Nobody of it opens a case until its protocol is signed.")


@partnerships.command()
@_partnership
@click.option("--agency", required=True, help="Short name of the agency.")
@click.option("--version", required=True, help="Which protocol was signed.")
@click.option("--signed-on", type=_day, required=True)
@click.option("--expires-on", type=_day)
def sign_protocol(
    partnership: str, agency: str, version: str, signed_on: datetime, expires_on: datetime | None
) -> None:
    """Record that an agency has signed the sharing protocol."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        operations.sign_protocol(
            work,
            agency_id=agency_queries.agency_by_slug(work, slug=agency).id,
            version=version,
            signed_on=signed_on.date(),
            expires_on=expires_on.date() if expires_on else None,
        )
    click.echo("The protocol is signed.")


@partnerships.command()
@_partnership
def policy(partnership: str) -> None:
    """Print the policy in force today, as JSON that `set-policy` takes."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        in_force = queries.policy_in_force(work, on=london_date(work.now))
    click.echo(json.dumps(in_force.policy.to_settings(), indent=2))


@partnerships.command()
@_partnership
@click.option("--from", "from_date", type=_day, required=True, help="In force from this day.")
@click.argument("file", type=click.File("r"))
def set_policy(partnership: str, from_date: datetime, file: IO[str]) -> None:
    """Add a version of the policy from a JSON file. What the file leaves out is usual practice."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        operations.set_policy(work, settings=_settings(file), from_date=from_date.date())
    click.echo("The new version is recorded.")


@partnerships.command()
@_partnership
@click.option("--on", "on_date", type=_day, required=True)
@click.option("--reason", required=True)
def add_holiday(partnership: str, on_date: datetime, reason: str) -> None:
    """Record a holiday beside the bank holidays of England."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        operations.add_extra_holiday(work, on_date=on_date.date(), reason=reason)
    click.echo("The holiday is recorded.")


def _settings(file: IO[str]) -> dict[str, Any]:
    try:
        read = json.load(file)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Invalid.field("file", "Give a file with one JSON object of settings.")
    return read
