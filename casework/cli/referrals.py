"""`casework referrals …`: take in referrals from a file, each line whole or not at all (docs/referral-format.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import IO

import click
from sqlalchemy.exc import DataError, IntegrityError

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.cli.opening import stores
from casework.errors import CaseworkError, FieldError, NotFound
from casework.partnerships import queries as partnerships
from casework.partnerships.queries import PartnershipRecord
from casework.referral_format import LONGEST_LINE
from casework.referral_imports import operations
from casework.referral_imports.operations import CheckedRow, Checking
from casework.referral_imports.rules import UNFIT
from casework.work import Stores, UnitOfWork


@dataclass
class Report:
    """What became of a file: how many lines of each fate, and each rejected line with its mistakes."""

    read: int = 0
    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    rows: list[dict[str, object]] = field(default_factory=list)

    def reject(self, line: int, reference: str | None, errors: list[FieldError]) -> None:
        """Count a line as rejected and keep why. What the line says is not repeated."""
        self.rejected += 1
        told = [{"field": error.field, "message": error.message} for error in errors]
        self.rows.append({"line": line, "reference": reference, "errors": told})


@click.group()
def referrals() -> None:
    """Take in referrals from other systems."""


@referrals.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--partnership", "slug", help="Short name of the partnership; needed where there are several.")
@click.option("--dry-run", is_flag=True, help="Report the same and save nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def import_file(context: click.Context, file: IO[bytes], slug: str | None, dry_run: bool, as_json: bool) -> None:
    """Import FILE, JSON Lines with one referral a line ("-" reads from standard input).

    A bad line never stops the good ones; running the same file again changes nothing. Exit code 1 when a line was rejected.
    """
    with stores() as opened:
        importer = _Importer(opened, _partnership(opened, slug), dry_run=dry_run)
        for line in _lines(file):
            importer.take(line)
    click.echo(json.dumps(asdict(importer.report)) if as_json else _words(importer.report, dry_run=dry_run))
    context.exit(1 if importer.report.rejected else 0)


class _Importer:
    """Takes the lines of one file one after the other, each in a unit of work of its own."""

    def __init__(self, opened: Stores, partnership: PartnershipRecord, *, dry_run: bool) -> None:
        self.stores = opened
        self.partnership = partnership
        self.dry_run = dry_run
        self.report = Report()
        with self._work() as work:
            # The day of receipt is not held against today: a file may come from a system whose clock is simulated.
            self.checking = Checking.begin(work, received_today=None)

    def take(self, line: bytes) -> None:
        """Check one line whole and save it whole, or note why not."""
        self.report.read += 1
        reference = None
        try:
            with self._work() as work:
                found = operations.check(work, line, self.checking)
                reference = found.reference
                is_new = self._save(work, found)
        except CaseworkError as refused:
            self.report.reject(self.report.read, reference, [FieldError("line", refused.message)])
            return
        except (IntegrityError, DataError):
            # What the database refuses it says with what the line holds, so its words are not repeated.
            self.report.reject(self.report.read, reference, [FieldError("line", UNFIT)])
            return
        if found.errors:
            self.report.reject(self.report.read, reference, list(found.errors))
        elif is_new:
            self.report.imported += 1
        else:
            self.report.unchanged += 1

    def _save(self, work: UnitOfWork, found: CheckedRow) -> bool:
        """Say whether it is new; unless this is a dry run, it is then sent in."""
        if found.document is None or found.is_known:
            return False
        return self.dry_run or operations.take_in(work, found.document, self.checking)

    def _work(self) -> UnitOfWork:
        now = datetime.now(UTC)
        return UnitOfWork(
            self.stores, actor=SYSTEM, now=now, partnership_id=self.partnership.id, purpose=Purpose.IMPORT
        )


def _partnership(opened: Stores, slug: str | None) -> PartnershipRecord:
    with UnitOfWork(opened, actor=SYSTEM, now=datetime.now(UTC), partnership_id=None) as work:
        if slug is not None:
            return partnerships.partnership_by_slug(work, slug=slug)
        found = partnerships.partnerships(work)
    if not found:
        raise NotFound("There is no partnership yet. Found one with `casework setup`.")
    if len(found) > 1:
        names = ", ".join(one.slug for one in found)
        raise click.UsageError(f"There are several partnerships: name one with --partnership ({names}).")
    return found[0]


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Go through the lines without ever holding more of one than is refused for its length. Empty ones at the end are none."""
    empty: list[bytes] = []
    while line := file.readline(LONGEST_LINE + 2):
        if not line.endswith(b"\n") and len(line) == LONGEST_LINE + 2:
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        if not line.strip():
            empty.append(b"")
            continue
        yield from empty
        empty.clear()
        yield line.removesuffix(b"\n")


def _words(report: Report, *, dry_run: bool) -> str:
    lines = []
    for row in report.rows:
        reference = f" ({row['reference']})" if row["reference"] else ""
        errors: list[dict[str, str]] = row["errors"]  # type: ignore[assignment]  # as `reject` made them
        lines += [f"Line {row['line']}{reference}: {error['field']}: {error['message']}" for error in errors]
    done = "would be imported" if dry_run else "imported"
    counts = f"{report.imported} {done}, {report.unchanged} unchanged, {report.rejected} rejected"
    return "\n".join([*lines, f"{report.read} read: {counts}."])
