"""`casework setup`: founds the first partnership of an empty installation, with its host agency and its first person."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import UTC, date, datetime

import click

from casework.access.permissions import Role
from casework.accounts import operations as accounts
from casework.agencies import operations as agencies
from casework.agencies.rules import AgencyKind
from casework.cli.accounts import say_link
from casework.cli.opening import OPERATOR, operator_work, stores
from casework.clock import london_date
from casework.errors import Conflict
from casework.partnerships import operations as partnerships
from casework.partnerships import queries as partnership_queries
from casework.work import UnitOfWork

_FIRST_ROLES = {
    "co-ordinator": (Role.COORDINATOR,),
    "operator": (Role.OPERATOR,),
    "both": (Role.COORDINATOR, Role.OPERATOR),
}


def short_name(name: str) -> str:
    """Return a short name made from a public one: "Vale of Trent MARACs" gives vale-of-trent-maracs."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


@click.command()
@click.option("--partnership", "name", prompt="Name of the partnership", help="Public name, e.g. Vale MARACs.")
@click.option("--short-name", "slug", help="Its short name in commands; made from the name when left out.")
@click.option("--agency", "agency_name", prompt="Agency that hosts it", help="Public name of the host agency.")
@click.option("--agency-short-name", "agency_slug", help="Made from its name when left out.")
@click.option(
    "--agency-kind", type=click.Choice([kind.value for kind in AgencyKind]), default=AgencyKind.PUBLIC_AUTHORITY.value
)
@click.option(
    "--protocol-signed-on",
    type=click.DateTime(["%Y-%m-%d"]),
    prompt="Day on which the host agency signed the sharing protocol (YYYY-MM-DD)",
    help="Without a signed protocol nobody of the agency opens a case.",
)
@click.option("--protocol-version", default="1", show_default=True)
@click.option("--person", prompt="Name of the first person", help="Who invites everybody else.")
@click.option("--email", prompt="Their work e-mail address")
@click.option("--post", default="MARAC co-ordinator", show_default=True)
@click.option(
    "--role",
    type=click.Choice(list(_FIRST_ROLES)),
    default="co-ordinator",
    prompt="Their role",
    help="A co-ordinator runs the rounds; an operator runs the installation and sees no case.",
)
def setup(
    name: str,
    slug: str | None,
    agency_name: str,
    agency_slug: str | None,
    agency_kind: str,
    protocol_signed_on: datetime,
    protocol_version: str,
    person: str,
    email: str,
    post: str,
    role: str,
) -> None:
    """Found the first partnership and invite its first person. Everything is made, or nothing."""
    now = datetime.now(UTC)
    today = london_date(now)
    slug = slug or short_name(name)
    with stores() as opened:
        with operator_work(opened) as work:
            if partnership_queries.partnerships(work):
                raise Conflict(
                    "This installation has a partnership already. Invite people with: casework accounts invite"
                )
        with UnitOfWork(opened, actor=OPERATOR, now=now, partnership_id=uuid.uuid4()) as work:
            partnerships.create_partnership(work, slug=slug, name=name, from_date=today)
            agency_id = agencies.register_agency(
                work, slug=agency_slug or short_name(agency_name), name=agency_name, kind=agency_kind
            )
            _join(work, agency_id, protocol_signed_on.date(), protocol_version, today)
            invited = accounts.invite(
                work, name=person, email=email, post=post, agency_id=agency_id, roles=_FIRST_ROLES[role]
            )
    click.echo(f"The partnership {name.strip()} is founded; commands know it as {slug}.")
    say_link(invited)


def _join(work: UnitOfWork, agency_id: uuid.UUID, signed_on: date, version: str, today: date) -> None:
    partnerships.add_agency(work, agency_id=agency_id, joined_on=min(signed_on, today))
    partnerships.sign_protocol(work, agency_id=agency_id, version=version, signed_on=signed_on, expires_on=None)
