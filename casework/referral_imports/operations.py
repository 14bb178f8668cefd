"""A file of referrals comes in: checked row by row with nothing saved of a wrong one, then taken in by steps in the background."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DataError, IntegrityError

from casework.access.permissions import Purpose
from casework.clock import london_date
from casework.conferences import queries as conferences
from casework.errors import CaseworkError, Conflict, FieldError, Invalid, NotFound
from casework.partnerships import queries as partnerships
from casework.referral_format import ReferralDocument, content_fingerprint, parse, read_line, stated_reference
from casework.referral_imports import events, policy, rules
from casework.referral_imports.models import ReferralImport, ReferralImportRow
from casework.referral_imports.rules import ImportState, RowState
from casework.referrals import operations as referrals
from casework.referrals import queries as known
from casework.referrals.operations import ChangedReferral, Submission
from casework.work import UnitOfWork


@dataclass
class Checking:
    """What a file's rows are checked against: the partnership's agencies by short name, and the rows before.

    `received_today` is the London day against which a row's day of receipt is held; None holds it against none.
    """

    agencies: Mapping[str, uuid.UUID]
    received_today: date | None
    seen: dict[tuple[uuid.UUID, str], str] = field(default_factory=dict)

    @classmethod
    def begin(cls, work: UnitOfWork, *, received_today: date | None) -> Checking:
        """Return the checking of one file. Raises NotFound where no MARAC could hear a row."""
        conferences.marac_for(work)
        members = partnerships.member_agencies(work, on=london_date(work.now))
        return cls({member.slug: member.agency_id for member in members}, received_today)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row as checked: its reference, as far as it can be repeated; its referral; whether the same came before; or what is wrong."""

    reference: str | None
    document: ReferralDocument | None = None
    is_known: bool = False
    errors: tuple[FieldError, ...] = ()


def check(work: UnitOfWork, row: bytes, checking: Checking) -> CheckedRow:
    """Check one row whole, and whether its reference is known, here or from an earlier row. Saves nothing."""
    reference = None
    try:
        given = read_line(row)
        reference = stated_reference(given)
        document = parse(given, received_today=checking.received_today, known_agencies=checking.agencies)
    except Invalid as invalid:
        return CheckedRow(reference, errors=tuple(invalid.errors))
    agency_id, fingerprint = checking.agencies[document.referrer.agency], content_fingerprint(document)
    same = known.came_before(work, agency_id=agency_id, reference=document.reference, fingerprint=fingerprint)
    earlier = checking.seen.get((agency_id, document.reference))
    if same is False or earlier not in (None, fingerprint):
        return CheckedRow(reference, errors=(FieldError("reference", ChangedReferral.message),))
    checking.seen[agency_id, document.reference] = fingerprint
    return CheckedRow(reference, document, is_known=bool(same or earlier))


def take_in(work: UnitOfWork, document: ReferralDocument, checking: Checking) -> bool:
    """Send one checked referral in, as its agency would; False when the same came before. Raises as `referrals.submit` does."""
    agency_id = checking.agencies[document.referrer.agency]
    submission = Submission(
        document=document.to_document(),
        fingerprint=content_fingerprint(document),
        referrer_agency_id=agency_id,
        reference=document.reference,
        received_on=document.received_on,
    )
    try:
        return referrals.submit(work, submission=submission).is_new
    except (CaseworkError, IntegrityError, DataError):
        del checking.seen[agency_id, document.reference]
        raise


def upload(work: UnitOfWork, *, content: bytes) -> uuid.UUID:
    """Check a file of referrals (docs/referral-format.md) and keep it sealed until it is taken in. Returns the import's id.

    Each row is right as a whole or rejected with each wrong field; nothing of any is a referral yet. Raises NotAllowed, and
    Invalid for the field `file` when there is no row or too many.
    """
    policy.require(work)
    rows = rules.rows_of(content)
    if not rows:
        raise Invalid.field("file", "Choose a file with at least one referral: this one is empty.")
    if len(rows) > rules.MOST_ROWS:
        raise Invalid.field(
            "file", f"Divide the file: it has {len(rows):,} rows, and {rules.MOST_ROWS:,} at most are read."
        )
    brought = ReferralImport(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        state=ImportState.CHECKED.value,
        uploaded_at=work.now,
        uploaded_by_account_id=work.actor.account_id,
    )
    work.session.add(brought)
    checking = Checking.begin(work, received_today=london_date(work.now))
    key_id = work.keys.new("referral", work.partnership_id)
    work.session.add_all(
        _checked(work, brought.id, key_id, number, row, checking) for number, row in enumerate(rows, 1)
    )
    work.note("referral_import:upload", "referral_import", brought.id)
    return brought.id


def _checked(
    work: UnitOfWork, import_id: uuid.UUID, key_id: uuid.UUID, number: int, row: bytes, checking: Checking
) -> ReferralImportRow:
    found = check(work, row, checking)
    kept = ReferralImportRow(
        id=uuid.uuid4(),
        partnership_id=work.partnership_id,
        import_id=import_id,
        number=number,
        state=(RowState.UNCHANGED if found.is_known else RowState.READY).value,
        key_id=key_id,
    )
    if found.errors:
        _reject(work, kept, found)
    elif not found.is_known:
        kept.content.seal(work.keys, {"row": row.decode("utf-8")})
    return kept


def _reject(work: UnitOfWork, row: ReferralImportRow, found: CheckedRow) -> None:
    row.state = RowState.REJECTED.value
    row.content_sealed = None
    errors = [{"field": error.field, "message": error.message} for error in found.errors]
    row.refusal.seal(work.keys, {"reference": found.reference, "errors": errors})


def begin(work: UnitOfWork, *, import_id: uuid.UUID) -> None:
    """Take in the rows that are ready, in the background. Raises NotAllowed, NotFound, Conflict unless the file waits for this."""
    brought = _reach(work, import_id)
    brought.state = ImportState.UNDER_WAY.value
    brought.begun_at = work.now
    work.note("referral_import:begin", "referral_import", brought.id)
    _go_on(work, brought)


def discard(work: UnitOfWork, *, import_id: uuid.UUID) -> None:
    """Delete a checked file instead of taking it in. Raises NotAllowed, NotFound, Conflict once it is under way."""
    brought = _reach(work, import_id)
    _delete_rows(work, [brought.id])
    brought.state = ImportState.DISCARDED.value
    brought.ended_at = work.now
    work.note("referral_import:discard", "referral_import", brought.id)


def _reach(work: UnitOfWork, import_id: uuid.UUID) -> ReferralImport:
    policy.require(work)
    own = select(ReferralImport).where(ReferralImport.id == import_id, policy.is_own(work))
    brought = work.session.scalar(own.with_for_update())
    if brought is None:
        raise NotFound
    if brought.state != ImportState.CHECKED:
        raise Conflict("This file is being taken in, or has been, or was discarded.")
    return brought


def take_next_rows(work: UnitOfWork, *, import_id: uuid.UUID, from_row: int) -> int:
    """Take in rows of a file from one on, each whole or not at all, and see to the rest after these. Returns how many were looked at.

    Follows `begin` and itself; run again for the same row it does nothing. A row is checked once more, since agencies and referrals
    may have changed; what it said is deleted with the same commit.
    """
    policy.require(work)
    own = select(ReferralImport).where(ReferralImport.id == import_id, policy.is_own(work))
    brought = work.session.scalar(own.with_for_update())
    if brought is None or brought.state != ImportState.UNDER_WAY or _next_ready(work, import_id) != from_row:
        return 0
    ready = (ReferralImportRow.import_id == import_id, ReferralImportRow.state == RowState.READY.value)
    query = select(ReferralImportRow).where(*ready).order_by(ReferralImportRow.number).limit(rules.TOGETHER)
    rows = work.session.scalars(query).all()
    work.keys.load({row.key_id for row in rows})
    with _importing(work):
        checking = Checking.begin(work, received_today=london_date(work.now))
        for row in rows:
            _take_row(work, row, checking)
    _go_on(work, brought)
    return len(rows)


def _next_ready(work: UnitOfWork, import_id: uuid.UUID) -> int | None:
    return work.session.scalar(
        select(func.min(ReferralImportRow.number)).where(
            ReferralImportRow.import_id == import_id, ReferralImportRow.state == RowState.READY.value
        )
    )


def _go_on(work: UnitOfWork, brought: ReferralImport) -> None:
    """See to the next rows, or note that there are none."""
    from_row = _next_ready(work, brought.id)
    if from_row is not None:
        work.record(events.RowsWaiting(partnership_id=work.partnership_id, import_id=brought.id, from_row=from_row))
        return
    brought.state = ImportState.DONE.value
    brought.ended_at = work.now
    work.note("referral_import:done", "referral_import", brought.id)


def _take_row(work: UnitOfWork, row: ReferralImportRow, checking: Checking) -> None:
    found = check(work, str((row.content.open(work.keys) or {})["row"]).encode(), checking)
    if found.document is not None and not found.is_known:
        try:
            # A row that fails in the midst leaves nothing behind, and the rows around it go on.
            with work.part():
                is_new = take_in(work, found.document, checking)
        except CaseworkError as refused:
            found = CheckedRow(found.reference, errors=(FieldError("line", refused.message),))
        except (IntegrityError, DataError):
            # What the database refuses it says with what the row holds, so its words are not repeated.
            found = CheckedRow(found.reference, errors=(FieldError("line", rules.UNFIT),))
        else:
            found = CheckedRow(found.reference, found.document, is_known=not is_new)
    if found.errors:
        _reject(work, row, found)
    else:
        row.state = (RowState.UNCHANGED if found.is_known else RowState.IMPORTED).value
        row.content_sealed = None
    work.session.flush()


@contextmanager
def _importing(work: UnitOfWork) -> Iterator[None]:
    """Say in the trail that these referrals came from a file."""
    purpose, work.purpose = work.purpose, Purpose.IMPORT
    try:
        yield
    finally:
        work.purpose = purpose


def forget(work: UnitOfWork) -> None:
    """Delete checked files that nobody took in for a day, and results a month after they ended. Run by the schedule.

    A file that is still under way a day after it was begun has stuck: its rows that are left are rejected, to be brought again.
    """
    _end_stuck(work)
    old = work.session.scalars(
        update(ReferralImport)
        .where(ReferralImport.state == ImportState.CHECKED.value, ReferralImport.uploaded_at < work.now - rules.WAITS)
        .values(state=ImportState.DISCARDED.value, ended_at=work.now)
        .returning(ReferralImport.id)
    ).all()
    for import_id in old:
        work.note("referral_import:discard", "referral_import", import_id, reason="waited_too_long")
    ended = work.session.scalars(
        select(ReferralImport.id).where(ReferralImport.ended_at < work.now - rules.REMEMBERED)
    ).all()
    _delete_rows(work, [*old, *ended])
    work.session.execute(delete(ReferralImport).where(ReferralImport.id.in_(ended)))


def _end_stuck(work: UnitOfWork) -> None:
    stuck = work.session.scalars(
        update(ReferralImport)
        .where(ReferralImport.state == ImportState.UNDER_WAY.value, ReferralImport.begun_at < work.now - rules.WAITS)
        .values(state=ImportState.DONE.value, ended_at=work.now)
        .returning(ReferralImport.id)
    ).all()
    left = (ReferralImportRow.import_id.in_(stuck), ReferralImportRow.state == RowState.READY.value)
    rows = work.session.scalars(select(ReferralImportRow).where(*left)).all()
    work.keys.load({row.key_id for row in rows})
    for row in rows:
        _reject(work, row, CheckedRow(None, errors=(FieldError("line", rules.STUCK),)))
    for import_id in stuck:
        work.note("referral_import:done", "referral_import", import_id, reason="stuck")


def _delete_rows(work: UnitOfWork, import_ids: list[uuid.UUID]) -> None:
    gone = delete(ReferralImportRow).where(ReferralImportRow.import_id.in_(import_ids))
    for key_id in sorted(set(work.session.scalars(gone.returning(ReferralImportRow.key_id)))):
        work.record(events.FileDeleted(partnership_id=work.partnership_id, key_id=key_id))


def shred(work: UnitOfWork, *, key_id: uuid.UUID) -> None:
    """Destroy the data key of a file whose rows are deleted, so that no copy of them opens again (docs/sealing.md).

    Follows the deletion once that is committed, so that a deletion that fails loses nothing. Run again, or while a row is still
    there, it does nothing.
    """
    policy.require(work)
    there = select(ReferralImportRow.id).where(ReferralImportRow.key_id == key_id).limit(1)
    if work.session.scalar(there) is None:
        work.keys.destroy(key_id, "file_deleted", work.now)
