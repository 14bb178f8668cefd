"""`casework accounts list|invite|link|reset|end-sessions|suspend|reinstate`: people, where no co-ordinator can do it by the pages."""

from __future__ import annotations

import os

import click

from casework.access.permissions import Role
from casework.accounts import operations, queries
from casework.agencies import queries as agencies
from casework.cli.opening import operator_work, stores
from casework.errors import NotFound
from casework.work import UnitOfWork
from config.settings import Settings

_partnership = click.option("--partnership", required=True, help="Short name of the partnership.")
_email = click.argument("email")


def link_to(token: str) -> str:
    """Return the address that a person opens to set up their account."""
    return f"{Settings.read(os.environ).base_url}/invitation/{token}"


def say_link(invited: operations.Invited) -> None:
    """Print the link once; or that none is needed."""
    if invited.token is None:
        click.echo("This person has an account already and has the new roles now.")
    else:
        click.echo("Hand over this link in person or by a way that you trust. It works once, for 72 hours:")
        click.echo(link_to(invited.token))


@click.group()
def accounts() -> None:
    """Invite people, and help those who cannot sign in. Nobody can choose another's password."""


@accounts.command(name="list")
@_partnership
def list_people(partnership: str) -> None:
    """List the people of a partnership."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        people = queries.members(work)
    for one in people:
        roles = ", ".join(role.value for role in one.current_roles) or "no role today"
        click.echo(f"{one.email}  {one.name}  {one.agency_name or 'no agency'}  {roles}  {one.state.value}")


@accounts.command()
@_partnership
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--post", default="")
@click.option("--agency", help="Short name of the agency; left out for people of the partnership itself.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="May be repeated.",
)
def invite(partnership: str, name: str, email: str, post: str, agency: str | None, roles: tuple[str, ...]) -> None:
    """Invite somebody, and print the link by which they set up their account."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        invited = operations.invite(
            work,
            name=name,
            email=email,
            post=post,
            agency_id=agencies.agency_by_slug(work, slug=agency).id if agency else None,
            roles=[Role(role) for role in roles],
        )
    say_link(invited)


@accounts.command()
@_partnership
@_email
def link(partnership: str, email: str) -> None:
    """Print a new link for somebody who has yet to set up their account. Links sent before stop working."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        invited = operations.invite_again(work, account_id=_member(work, email).account_id)
    say_link(invited)


@accounts.command()
@_partnership
@_email
def reset(partnership: str, email: str) -> None:
    """Void somebody's password and codes, and print a link to set them up anew. First make sure that it is they who ask."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        invited = operations.reset(work, account_id=_member(work, email).account_id)
    say_link(invited)


@accounts.command()
@_partnership
@_email
def end_sessions(partnership: str, email: str) -> None:
    """Sign somebody out everywhere."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        ended = operations.end_sessions(work, account_id=_member(work, email).account_id)
    click.echo(f"{ended} sessions ended.")


@accounts.command()
@_partnership
@_email
def suspend(partnership: str, email: str) -> None:
    """Keep somebody from signing in anywhere, at once."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        operations.suspend(work, account_id=_member(work, email).account_id)
    click.echo("Suspended, and signed out everywhere.")


@accounts.command()
@_partnership
@_email
def reinstate(partnership: str, email: str) -> None:
    """Let somebody who was suspended sign in again."""
    with stores() as opened, operator_work(opened, partnership=partnership) as work:
        operations.reinstate(work, account_id=_member(work, email).account_id)
    click.echo("This person can sign in again, as before.")


def _member(work: UnitOfWork, email: str) -> queries.Member:
    found = next((one for one in queries.members(work) if one.email == email.strip().casefold()), None)
    if found is None:
        raise NotFound("Nobody of this partnership has that e-mail address.")
    return found
