"""`casework referrals …`: take in referrals from a file, each line whole or not at all (docs/referral-format.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import IO
from uuid import UUID

import click

from casework.access.actors import SYSTEM
from casework.access.permissions import Purpose
from casework.cli.opening import stores
from casework.clock import london_date
from casework.conferences import queries as conferences
from casework.errors import CaseworkError, FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.partnerships.queries import PartnershipRecord
from casework.referral_format import (
    LONGEST_LINE,
    ReferralDocument,
    content_fingerprint,
    parse,
    read_line,
    stated_reference,
)
from casework.referrals import operations, queries
from casework.referrals.operations import ChangedReferral, Submission
from casework.work import Stores, UnitOfWork

_CHANGED = FieldError("reference", ChangedReferral.message)


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
        self.seen: dict[tuple[UUID, str], str] = {}
        with self._work() as work:
            members = partnerships.member_agencies(work, on=london_date(work.now))
            conferences.marac_for(work)  # without any MARAC no line can be taken: said once, before the first
        self.agencies: Mapping[str, UUID] = {member.slug: member.agency_id for member in members}

    def take(self, line: bytes) -> None:
        """Check one line whole and save it whole, or note why not."""
        self.report.read += 1
        number, reference = self.report.read, None
        try:
            given = read_line(line)
            reference = stated_reference(given)
            # The day of receipt is not held against today: a file may come from a system whose clock is simulated.
            document = parse(given, received_today=None, known_agencies=self.agencies)
            is_new = self._try(document) if self.dry_run else self._save(document)
        except Invalid as invalid:
            self.report.reject(number, reference, invalid.errors)
        except ChangedReferral:
            self.report.reject(number, reference, [_CHANGED])
        except CaseworkError as refused:
            self.report.reject(number, reference, [FieldError("line", refused.message)])
        else:
            if is_new:
                self.report.imported += 1
            else:
                self.report.unchanged += 1

    def _save(self, document: ReferralDocument) -> bool:
        with self._work() as work:
            submission = Submission(
                document=document.to_document(),
                fingerprint=content_fingerprint(document),
                referrer_agency_id=self.agencies[document.referrer.agency],
                reference=document.reference,
                received_on=document.received_on,
            )
            return operations.submit(work, submission=submission).is_new

    def _try(self, document: ReferralDocument) -> bool:
        """Say what saving would: a reference may be known already, or stand on an earlier line of this file."""
        agency_id, fingerprint = self.agencies[document.referrer.agency], content_fingerprint(document)
        earlier = self.seen.get((agency_id, document.reference))
        with self._work() as work:
            same = queries.came_before(work, agency_id=agency_id, reference=document.reference, fingerprint=fingerprint)
        if same is None and earlier is not None:
            same = earlier == fingerprint
        if same is False:
            raise ChangedReferral
        self.seen.setdefault((agency_id, document.reference), fingerprint)
        return same is None

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
    """Go through the lines without ever holding more of one than is refused for its length."""
    while line := file.readline(LONGEST_LINE + 2):
        if not line.endswith(b"\n") and len(line) == LONGEST_LINE + 2:
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
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
