"""`casework audit verify`: whether the trail is as it was written, by the database and by the file outside it."""

from __future__ import annotations

import json
import os
from datetime import datetime, time
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from casework.audit import rules, verify
from casework.audit.sealer import NO_PARTNERSHIP, read_public_key, read_signing_key
from casework.audit.verify import Bad, Verification
from casework.cli.refusals import CannotRun
from casework.clock import at_london
from casework.work import connect
from config.settings import Settings


@click.group()
def audit() -> None:
    """Check the trail of who did, saw or was refused what."""


@audit.command("verify")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Walk only what was signed after this London day began."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(since: datetime | None, as_json: bool) -> None:
    """Walk every chain and every checkpoint; end with 1 and the first bad position when anything does not fit.

    An entry is linked within the sealing delay, which is printed: entries younger than that are not part of a chain yet. Without
    CASEWORK_AUDIT_KEY the public key that lies beside the checkpoints is used.
    """
    settings = Settings.read(os.environ)
    folder = settings.state / "audit"
    engine = connect(settings.database_url, pool_size=1)
    try:
        found = verify.verify(
            engine,
            _key(settings.audit_key, folder),
            folder,
            since=at_london(since.date(), time.min) if since else None,
        )
    finally:
        engine.dispose()
    click.echo(json.dumps(_figures(found)) if as_json else "\n".join(_lines(found)))
    if not found.holds:
        raise SystemExit(1)


def _key(private: Path | None, folder: Path) -> Ed25519PublicKey:
    try:
        if private is not None:
            return read_signing_key(private).public_key()
        return read_public_key(folder / rules.PUBLIC_KEY)
    except (OSError, ValueError):
        raise CannotRun(
            "No audit key can be read: set CASEWORK_AUDIT_KEY, or run this where the relay writes its checkpoints."
        ) from None


def _lines(found: Verification) -> list[str]:
    delay = f"{rules.SEALING_DELAY.total_seconds():.0f}"
    walked = f"{found.entries} entries in {found.chains} chains, {found.checkpoints} checkpoints"
    if found.holds:
        return [f"The trail holds: {walked}. Entries younger than {delay} seconds may still wait to be linked."]
    return [f"The trail does not hold: {walked}.", *(_line(bad) for bad in found.bad)]


def _line(bad: Bad) -> str:
    whose = "the installation's chain" if bad.chain_id == NO_PARTNERSHIP else f"the chain of partnership {bad.chain_id}"
    return f"First bad position in {whose}: {bad.position} ({verify.WORDS[bad.finding]})."


def _figures(found: Verification) -> dict[str, object]:
    return {
        "holds": found.holds,
        "chains": found.chains,
        "entries": found.entries,
        "checkpoints": found.checkpoints,
        "sealing_delay_seconds": rules.SEALING_DELAY.total_seconds(),
        "first_bad": [
            {"chain_id": str(bad.chain_id), "position": bad.position, "finding": bad.finding.value} for bad in found.bad
        ],
    }
