"""The trail on a real PostgreSQL: written with the act, sealed behind it, and every way of tampering with it found by position."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casework.access.actors import ANONYMOUS, SYSTEM
from casework.access.permissions import Permission, Purpose, Role
from casework.audit import queries
from casework.audit.models import AuditEntry
from casework.audit.rules import CHECKPOINTS, Checkpoint, first_hash
from casework.audit.sealer import NO_PARTNERSHIP, Sealer, in_chain, read_signing_key
from casework.audit.verify import Bad, Finding, Verification, verify
from casework.cli.__main__ import casework
from casework.errors import NotAllowed
from casework.work import Stores, UnitOfWork
from tests.conftest import Database
from tests.team import Team

MORNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
Superuser = psycopg.Connection[tuple[object, ...]]


@dataclass
class Trail:
    """A trail of its own: two partnerships' chains and the installation's, a sealer, and a hand that may do anything."""

    stores: Stores
    sealer: Sealer
    key: Ed25519PrivateKey
    folder: Path
    superuser: Superuser
    partnership_id: uuid.UUID

    def write(
        self, acts: int = 1, *, partnership_id: uuid.UUID | None = None, subject_id: uuid.UUID | None = None
    ) -> None:
        """Write some acts, each in a unit of work of its own."""
        for number in range(acts):
            with self.work(partnership_id or self.partnership_id) as work:
                work.note(f"case:view{number}", "case", subject_id or uuid.uuid4(), reason="detail")

    def work(self, partnership_id: uuid.UUID | None) -> UnitOfWork:
        whose = None if partnership_id == NO_PARTNERSHIP else partnership_id
        return UnitOfWork(self.stores, actor=SYSTEM, now=MORNING, partnership_id=whose, purpose=Purpose.SCHEDULED)

    def verify(self, since: datetime | None = None) -> Verification:
        return verify(self.stores.engine, self.key.public_key(), self.folder, since=since)

    def bad(self) -> tuple[int, Finding] | None:
        """Say the first bad position of the first partnership's chain, and what is wrong there."""
        for bad in self.verify().bad:
            if bad.chain_id == self.partnership_id:
                return bad.position, bad.finding
        return None

    def tamper(self, statement: str, **values: object) -> int:
        """Do something that the application's role cannot: as superuser, with every trigger switched off."""
        return self.superuser.execute(statement, {"chain": self.partnership_id, **values}).rowcount

    def entry_at(self, position: int) -> uuid.UUID:
        found = self.superuser.execute(
            "SELECT entry_id FROM audit_link WHERE chain_id = %s AND position = %s", (self.partnership_id, position)
        ).fetchone()
        assert found is not None
        return uuid.UUID(str(found[0]))

    def positions(self, chain_id: uuid.UUID) -> list[str]:
        """Give the acts of a chain in the order of their positions."""
        with in_chain(self.stores.engine, chain_id) as connection:
            return list(
                connection.scalars(
                    text(
                        "SELECT e.act FROM audit_link l JOIN audit_entry e ON e.id = l.entry_id"
                        " WHERE l.chain_id = :chain ORDER BY l.position"
                    ),
                    {"chain": chain_id},
                )
            )

    def outside(self) -> list[Checkpoint]:
        return [Checkpoint.from_line(line) for line in (self.folder / CHECKPOINTS).read_text().splitlines()]


@pytest.fixture
def trail(stores: Stores, database: Database, key_files: dict[str, str], tmp_path: Path) -> Iterator[Trail]:
    key_file = Path(key_files["CASEWORK_AUDIT_KEY"])
    folder = tmp_path / "audit"
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        ids = [uuid.uuid4(), uuid.uuid4()]
        for number, partnership_id in enumerate(ids):
            superuser.execute(
                "INSERT INTO partnership (id, slug, name, jurisdiction, next_case_number) VALUES (%s, %s, %s, 'england', 1)",
                (partnership_id, f"place{number}", f"Place {number}"),
            )
        yield Trail(
            stores, Sealer(stores.engine, key_file, folder), read_signing_key(key_file), folder, superuser, ids[0]
        )


def _count(stores: Stores, partnership_id: uuid.UUID, outcome: str) -> int:
    with in_chain(stores.engine, partnership_id) as connection:
        return (
            connection.scalar(text("SELECT count(*) FROM audit_entry WHERE outcome = :outcome"), {"outcome": outcome})
            or 0
        )


class TestAnEntry:
    def test_lands_with_the_act_or_not_at_all(self, trail: Trail) -> None:
        class PowerCut(Exception):
            pass

        with pytest.raises(PowerCut), trail.work(trail.partnership_id) as work:
            work.note("case:close", "case", uuid.uuid4())
            raise PowerCut
        assert _count(trail.stores, trail.partnership_id, "done") == 0
        trail.write()
        assert _count(trail.stores, trail.partnership_id, "done") == 1

    def test_of_a_view_cannot_be_written_without_a_purpose(self, trail: Trail) -> None:
        work = UnitOfWork(trail.stores, actor=SYSTEM, now=MORNING, partnership_id=trail.partnership_id)
        with pytest.raises(NotAllowed), work:
            work.note_view("case:view", "case", uuid.uuid4())
        assert _count(trail.stores, trail.partnership_id, "viewed") == 0
        assert _count(trail.stores, trail.partnership_id, "refused") == 1

    def test_of_a_refusal_stays_when_the_act_is_rolled_back(self, trail: Trail) -> None:
        work = UnitOfWork(trail.stores, actor=ANONYMOUS, now=MORNING, partnership_id=trail.partnership_id)
        with pytest.raises(NotAllowed), work:
            work.note("case:close", "case", uuid.uuid4())
            work.require(Permission.CASE_VIEW)
        assert _count(trail.stores, trail.partnership_id, "done") == 0
        assert _count(trail.stores, trail.partnership_id, "refused") == 1

    @pytest.mark.parametrize("role", ["url", "owner_url"])
    def test_is_never_changed_or_removed_by_the_application_or_the_owner(
        self, trail: Trail, database: Database, role: str
    ) -> None:
        trail.write()
        trail.sealer.seal_all()
        with psycopg.connect(getattr(database, role).replace("+psycopg", ""), autocommit=True) as connection:
            for table in ("audit_entry", "audit_link", "audit_checkpoint"):
                for change in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
                    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RaiseException)):
                        connection.execute(change.format(table))
        assert trail.verify() == Verification(chains=3, entries=1, checkpoints=1, bad=())

    def test_of_one_partnership_is_hidden_from_another(self, trail: Trail) -> None:
        trail.write(3)
        assert _count(trail.stores, uuid.uuid4(), "done") == 0
        with pytest.raises(DBAPIError), in_chain(trail.stores.engine, NO_PARTNERSHIP) as connection:
            connection.execute(
                text(
                    "INSERT INTO audit_entry (id, partnership_id, at, actor_kind, act, outcome)"
                    " VALUES (gen_random_uuid(), :elsewhere, now(), 'system', 'case:view', 'done')"
                ),
                {"elsewhere": trail.partnership_id},
            )


class TestSealing:
    def test_links_what_was_written_in_order_and_each_partnership_by_itself(self, trail: Trail) -> None:
        other = next(
            iter({row[0] for row in trail.superuser.execute("SELECT id FROM partnership")} - {trail.partnership_id})
        )
        trail.write(3)
        trail.write(2, partnership_id=uuid.UUID(str(other)))
        trail.write(1, partnership_id=NO_PARTNERSHIP)
        assert trail.sealer.seal_all() == 6
        assert trail.positions(trail.partnership_id) == ["case:view0", "case:view1", "case:view2"]
        assert len(trail.positions(uuid.UUID(str(other)))) == 2
        assert len(trail.positions(NO_PARTNERSHIP)) == 1
        assert trail.verify() == Verification(chains=3, entries=6, checkpoints=3, bad=())

    def test_goes_on_where_it_stopped_and_does_nothing_twice(self, trail: Trail) -> None:
        trail.write(2)
        assert trail.sealer.seal_all() == 2
        assert trail.sealer.seal_all() == 0
        trail.write(1)
        assert trail.sealer.seal_all() == 1
        assert [checkpoint.position for checkpoint in trail.outside()] == [2, 3]

    def test_catches_up_after_a_long_pause_in_several_batches(self, trail: Trail) -> None:
        trail.tamper(
            "INSERT INTO audit_entry (id, partnership_id, at, written_at, actor_kind, act, outcome)"
            " SELECT gen_random_uuid(), %(chain)s, now(), now() - interval '1 hour' + n * interval '1 ms', 'system', 'case:view', 'done'"
            " FROM generate_series(1, 10001) n"
        )
        assert trail.sealer.seal_all() == 10_001
        assert trail.verify().holds

    def test_takes_up_an_entry_that_was_committed_after_a_later_one(self, trail: Trail) -> None:
        trail.write(1)
        with trail.work(trail.partnership_id) as slow:
            slow.note("case:close", "case", uuid.uuid4())
            slow._store_records(slow._entries)
            slow._entries.clear()  # written, and still to be committed
            trail.write(1)
            assert trail.sealer.seal_all() == 2
        assert trail.sealer.seal_all() == 1
        assert trail.positions(trail.partnership_id)[-1] == "case:close"
        assert trail.verify().holds

    def test_leaves_the_work_to_the_one_that_is_at_it(self, trail: Trail, stores: Stores) -> None:
        trail.write(1)
        with stores.engine.begin() as other:
            other.execute(text("SELECT pg_advisory_xact_lock(4201952)"))
            assert trail.sealer.seal_all() == 0
        assert trail.sealer.seal_all() == 1

    def test_writes_outside_what_the_crash_before_kept_from_the_file(
        self, trail: Trail, stores: Stores, key_files: dict[str, str]
    ) -> None:
        trail.write(1)
        trail.sealer.seal_all()
        file = trail.folder / CHECKPOINTS
        whole = file.read_text()
        trail.write(1)
        trail.sealer.seal_all()
        file.write_text(whole + file.read_text()[len(whole) : len(whole) + 40])  # a line cut short
        again = Sealer(stores.engine, Path(key_files["CASEWORK_AUDIT_KEY"]), trail.folder)
        again.seal_all()
        assert [checkpoint.position for checkpoint in trail.outside()] == [1, 2]
        assert trail.verify().holds

    def test_signs_so_that_nobody_else_can(self, trail: Trail) -> None:
        trail.write(1)
        trail.sealer.seal_all()
        (checkpoint,) = trail.outside()
        assert checkpoint.is_genuine(trail.key.public_key())
        assert not checkpoint.is_genuine(Ed25519PrivateKey.generate().public_key())
        line = json.loads(checkpoint.line())
        assert not Checkpoint.from_line(json.dumps({**line, "position": 2})).is_genuine(trail.key.public_key())

    def test_begins_each_chain_from_a_place_of_its_own(self) -> None:
        assert first_hash(uuid.UUID(int=1)) != first_hash(uuid.UUID(int=2))

    def test_refuses_a_key_of_another_kind(self, trail: Trail, tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.pem"
        wrong.write_text("not a key")
        with pytest.raises(ValueError):
            Sealer(trail.stores.engine, wrong, trail.folder)


COLUMNS = {
    "at": "at + interval '1 second'",
    "written_at": "written_at - interval '1 second'",
    "actor_kind": "'person'",
    "account_id": "gen_random_uuid()",
    "agency_id": "gen_random_uuid()",
    "act": "'case:block'",
    "subject_kind": "'person'",
    "subject_id": "gen_random_uuid()",
    "purpose": "'oversight'",
    "outcome": "'refused'",
    "reason": "NULL",
    "correlation_id": "gen_random_uuid()",
}


def _remove(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit_entry WHERE id = %(entry)s", entry=trail.entry_at(4))


def _move_to_another_partnership(trail: Trail) -> None:
    trail.tamper(
        "UPDATE audit_entry SET partnership_id = (SELECT id FROM partnership WHERE id <> %(chain)s) WHERE id = %(entry)s",
        entry=trail.entry_at(4),
    )


def _swap(trail: Trail) -> None:
    one, other = trail.entry_at(4), trail.entry_at(7)
    trail.tamper("UPDATE audit_link SET entry_id = %(id)s WHERE entry_id = %(one)s", id=uuid.UUID(int=1), one=one)
    trail.tamper("UPDATE audit_link SET entry_id = %(one)s WHERE entry_id = %(other)s", one=one, other=other)
    trail.tamper("UPDATE audit_link SET entry_id = %(other)s WHERE entry_id = %(id)s", id=uuid.UUID(int=1), other=other)


def _swap_contents(trail: Trail) -> None:
    one, other = trail.entry_at(4), trail.entry_at(7)
    trail.tamper(
        "UPDATE audit_entry a SET act = b.act, subject_id = b.subject_id FROM audit_entry b"
        " WHERE (a.id, b.id) IN ((%(one)s, %(other)s), (%(other)s, %(one)s))",
        one=one,
        other=other,
    )


def _remove_with_its_link(trail: Trail) -> None:
    entry = trail.entry_at(4)
    trail.tamper("DELETE FROM audit_link WHERE entry_id = %(entry)s", entry=entry)
    trail.tamper("DELETE FROM audit_entry WHERE id = %(entry)s", entry=entry)


def _cut_off_the_tail(trail: Trail) -> None:
    trail.tamper(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_link WHERE chain_id = %(chain)s AND position > 8)"
    )
    trail.tamper("DELETE FROM audit_link WHERE chain_id = %(chain)s AND position > 8")


def _put_back_an_old_copy(trail: Trail) -> None:
    _cut_off_the_tail(trail)
    trail.tamper("DELETE FROM audit_checkpoint WHERE chain_id = %(chain)s AND position > 8")


def _put_back_an_old_copy_and_go_on(trail: Trail) -> None:
    _put_back_an_old_copy(trail)
    trail.write(5)
    trail.sealer.seal_all()


def _slip_in(trail: Trail) -> None:
    trail.tamper(
        "INSERT INTO audit_entry (id, partnership_id, at, written_at, actor_kind, act, outcome)"
        " VALUES (gen_random_uuid(), %(chain)s, now(), now() - interval '1 hour', 'person', 'case:view', 'viewed')"
    )
    trail.sealer.seal_all()  # does not take it up: it is too old to be a late commit


def _change_a_link(trail: Trail) -> None:
    trail.tamper("UPDATE audit_link SET hash = sha256(hash) WHERE chain_id = %(chain)s AND position = 4")


def _drop_a_checkpoint(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit_checkpoint WHERE chain_id = %(chain)s AND position = 5")


def _forge_a_checkpoint(trail: Trail) -> None:
    trail.tamper(
        "UPDATE audit_checkpoint SET signature = sha256(signature) || hash WHERE chain_id = %(chain)s AND position = 5"
    )


def _write_anew_from_the_fourth(trail: Trail) -> None:
    """Everything that needs no key: another entry, and every hash behind it worked out again."""
    trail.tamper("UPDATE audit_entry SET act = 'case:block' WHERE id = %(entry)s", entry=trail.entry_at(4))
    trail.tamper("DELETE FROM audit_link WHERE chain_id = %(chain)s AND position > 3")
    trail.tamper("DELETE FROM audit_checkpoint WHERE chain_id = %(chain)s AND position > 3")
    trail.sealer.seal_all()
    trail.tamper("DELETE FROM audit_checkpoint WHERE chain_id = %(chain)s AND position > 3")


class TestTampering:
    """Ten entries, with checkpoints at 5 and 10."""

    @pytest.fixture(autouse=True)
    def ten_entries(self, trail: Trail) -> None:
        trail.write(5)
        trail.sealer.seal_all()
        trail.write(5)
        trail.sealer.seal_all()
        assert trail.verify() == Verification(chains=3, entries=10, checkpoints=2, bad=())

    def test_with_any_column_of_an_entry_is_found(self, trail: Trail) -> None:
        trail.tamper("CREATE TEMPORARY TABLE as_written AS SELECT * FROM audit_entry")
        for column, value in COLUMNS.items():
            changed = trail.tamper(
                f"UPDATE audit_entry SET {column} = {value} WHERE id = %(entry)s", entry=trail.entry_at(4)
            )
            assert (changed, trail.bad()) == (1, (4, Finding.CHANGED)), column
            trail.tamper("DELETE FROM audit_entry")
            trail.tamper("INSERT INTO audit_entry SELECT * FROM as_written")
        assert trail.verify().holds
        assert set(COLUMNS) | {"id", "partnership_id"} == set(AuditEntry.__table__.columns.keys())

    @pytest.mark.parametrize(
        ("how", "expected"),
        [
            (_remove, (4, Finding.REMOVED)),
            (_move_to_another_partnership, (4, Finding.REMOVED)),
            (_swap, (4, Finding.CHANGED)),
            (_swap_contents, (4, Finding.CHANGED)),
            (_remove_with_its_link, (4, Finding.LINK_REMOVED)),
            (_cut_off_the_tail, (9, Finding.CUT_OFF)),
            (_put_back_an_old_copy, (9, Finding.CUT_OFF)),
            (_put_back_an_old_copy_and_go_on, (10, Finding.CHECKPOINT_REMOVED)),
            (_slip_in, (11, Finding.NOT_LINKED)),
            (_change_a_link, (4, Finding.CHANGED)),
            (_drop_a_checkpoint, (5, Finding.CHECKPOINT_REMOVED)),
            (_forge_a_checkpoint, (5, Finding.NOT_SIGNED_BY_US)),
            (_write_anew_from_the_fourth, (5, Finding.CHECKPOINT_REMOVED)),
        ],
    )
    def test_is_found_at_the_first_bad_position(
        self, trail: Trail, how: Callable[[Trail], None], expected: tuple[int, Finding]
    ) -> None:
        how(trail)
        assert trail.bad() == expected

    def test_with_a_chain_that_was_written_anew_is_found_by_what_was_signed(self, trail: Trail) -> None:
        _write_anew_from_the_fourth(trail)
        found = verify(trail.stores.engine, trail.key.public_key(), trail.folder).bad
        assert Bad(trail.partnership_id, 5, Finding.CHECKPOINT_REMOVED) in found
        for checkpoint in trail.outside():  # put the signed ones back: now the chain itself contradicts them
            trail.tamper("DELETE FROM audit_checkpoint WHERE position = %(position)s", position=checkpoint.position)
            trail.tamper(
                "INSERT INTO audit_checkpoint VALUES (gen_random_uuid(), %(chain)s, %(position)s, %(hash)s, %(at)s, %(signature)s)",
                position=checkpoint.position,
                hash=checkpoint.hash,
                at=checkpoint.signed_at,
                signature=checkpoint.signature,
            )
        assert trail.bad() == (5, Finding.NOT_AS_SIGNED)

    def test_with_the_file_outside_is_found(self, trail: Trail) -> None:
        file = trail.folder / CHECKPOINTS
        old = Checkpoint.sign(
            trail.key,
            chain_id=trail.partnership_id,
            position=5,
            hash=trail.outside()[0].hash,
            signed_at=datetime.now(UTC) - timedelta(hours=1),
        )
        trail.tamper(
            "UPDATE audit_checkpoint SET signed_at = %(at)s, signature = %(signature)s WHERE chain_id = %(chain)s AND position = 5",
            at=old.signed_at,
            signature=old.signature,
        )
        file.write_text(file.read_text().splitlines()[1] + "\n")
        assert trail.bad() == (5, Finding.NOT_OUTSIDE)
        file.write_text(old.line() + "\n" + "rubbish\n")
        assert trail.verify().bad == (Bad(NO_PARTNERSHIP, 2, Finding.UNREADABLE),)

    def test_with_a_whole_partnership_is_found(self, trail: Trail) -> None:
        for table in ("audit_entry", "audit_link", "audit_checkpoint", "partnership"):
            trail.tamper(f"DELETE FROM {table}")
        assert trail.bad() == (1, Finding.CUT_OFF)

    def test_with_one_chain_says_nothing_against_the_others(self, trail: Trail) -> None:
        trail.write(2, partnership_id=NO_PARTNERSHIP)
        trail.sealer.seal_all()
        _remove(trail)
        assert [bad.chain_id for bad in trail.verify().bad] == [trail.partnership_id]

    def test_is_not_suspected_of_an_entry_that_waits_to_be_linked(self, trail: Trail) -> None:
        trail.tamper(
            "INSERT INTO audit_entry (id, partnership_id, at, written_at, actor_kind, act, outcome)"
            " VALUES (gen_random_uuid(), %(chain)s, now(), now() + interval '1 minute', 'person', 'case:view', 'viewed')"
        )
        assert trail.verify().holds


class TestVerifyingSinceADay:
    def test_walks_only_what_came_after_the_last_checkpoint_before_it(self, trail: Trail) -> None:
        trail.write(5)
        trail.sealer.seal_all()
        between = datetime.now(UTC)
        trail.write(2)
        trail.sealer.seal_all()
        assert trail.verify(between).entries == 2
        assert trail.verify(between).holds
        trail.tamper("DELETE FROM audit_entry WHERE id = %(entry)s", entry=trail.entry_at(2))
        assert trail.verify(between).holds
        assert not trail.verify().holds
        trail.tamper("UPDATE audit_entry SET act = 'case:block' WHERE id = %(entry)s", entry=trail.entry_at(6))
        assert trail.verify(between).bad == (Bad(trail.partnership_id, 6, Finding.CHANGED),)


class TestTheCommand:
    def test_says_that_the_trail_holds_and_ends_with_0(self, trail: Trail, environment: dict[str, str]) -> None:
        trail.write(3)
        trail.sealer.seal_all()
        said = CliRunner().invoke(casework, ["audit", "verify"], env=environment)
        assert said.exit_code == 0, said.output
        assert "The trail holds: 3 entries" in said.output
        assert "younger than 5 seconds" in said.output

    def test_names_the_first_bad_position_and_ends_with_1(self, trail: Trail, environment: dict[str, str]) -> None:
        trail.write(3)
        trail.sealer.seal_all()
        trail.tamper("UPDATE audit_entry SET act = 'x' WHERE id = %(entry)s", entry=trail.entry_at(2))
        said = CliRunner().invoke(casework, ["audit", "verify", "--json"], env=environment)
        assert said.exit_code == 1
        assert json.loads(said.output)["first_bad"] == [
            {"chain_id": str(trail.partnership_id), "position": 2, "finding": "changed"}
        ]
        said = CliRunner().invoke(casework, ["audit", "verify"], env=environment)
        assert f"First bad position in the chain of partnership {trail.partnership_id}: 2 (" in said.output

    def test_needs_only_the_public_key_and_refuses_without_any(self, trail: Trail, environment: dict[str, str]) -> None:
        trail.write(1)
        trail.sealer.seal_all()
        without = {**environment, "CASEWORK_AUDIT_KEY": ""}
        assert CliRunner().invoke(casework, ["audit", "verify"], env=without).exit_code == 0
        (trail.folder / "audit-public-key.pem").unlink()
        said = CliRunner().invoke(casework, ["audit", "verify"], env=without)
        assert said.exit_code == 2  # 1 would say that the trail was changed
        assert "No audit key can be read" in said.output

    def test_does_not_take_a_database_out_of_reach_for_a_changed_trail(self, environment: dict[str, str]) -> None:
        away = {**environment, "DATABASE_URL": "postgresql://casework_app:hush@127.0.0.1:9/casework"}
        said = CliRunner().invoke(casework, ["audit", "verify"], env=away)
        assert (said.exit_code, said.output) == (2, "Error: The database cannot be used (OperationalError).\n")


class TestWhoLooked:
    @pytest.fixture
    def team(self, stores: Stores) -> Team:
        return Team.found(stores)

    def test_is_shown_to_the_coordinator_and_looking_is_noted(self, team: Team) -> None:
        case_id = uuid.uuid4()
        coordinator = team.person("Priya Nair", Role.COORDINATOR)
        with team.work(SYSTEM, purpose=Purpose.CONFERENCE) as work:
            work.note_view("case:view", "case", case_id)
            work.note_view("case:view", "case", uuid.uuid4())
        with team.work(coordinator.actor) as work:
            (entry,) = queries.entries_for(work, subject_ids=[case_id])
        assert (entry.act, entry.outcome, entry.purpose) == ("case:view", "viewed", "conference")
        with team.work(coordinator.actor) as work:
            latest, *_ = queries.entries_for(work, subject_ids=[case_id])
        assert (latest.act, latest.account_id) == ("audit:view", coordinator.account_id)

    def test_is_refused_to_a_representative_and_the_refusal_noted(self, team: Team) -> None:
        representative = team.person("Ruth Hadley", Role.REPRESENTATIVE)
        with pytest.raises(NotAllowed), team.work(representative.actor) as work:
            queries.entries_for(work, subject_ids=[uuid.uuid4()])
        assert _count(team.stores, team.partnership_id, "refused") == 1
