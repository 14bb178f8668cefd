"""The key store on a real PostgreSQL: keys are there before their rows, stay in their partnership, and go for good."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from casework.accounts.models import Account
from casework.cli.__main__ import casework
from casework.encryption import key_store as key_store_module
from casework.encryption import rotation
from casework.encryption.envelope import SealBroken
from casework.encryption.key_ring import KeyRing
from casework.encryption.key_store import NO_PARTNERSHIP, Keys, KeyStore
from casework.encryption.master_keys import MasterKeys
from casework.encryption.sealed import Sealed

PARTNERSHIP, OTHER = uuid.uuid4(), uuid.uuid4()
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class Note:
    """A row with a sealed field; rows need no table here, because the key store is what is tested."""

    __tablename__ = "note"
    words = Sealed("words_sealed", key="key_id", pad=64)

    def __init__(self, key_id: uuid.UUID, keys: Keys) -> None:
        self.id, self.partnership_id, self.key_id = uuid.uuid4(), PARTNERSHIP, key_id
        self.words_sealed: bytes | None = None
        self.words.seal(keys, {"words": "safe to phone on Tuesdays"})


@pytest.fixture
def store(module_database: Any, key_files: dict[str, str]) -> Iterator[KeyStore]:
    """An empty key store. It refuses to be emptied, so that is done past its guards, as only a superuser can."""
    server = module_database.superuser_url.rpartition("/")[0]
    superuser = create_engine(f"{server}/{module_database.key_store_url.rpartition('/')[2]}")
    with superuser.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("TRUNCATE data_key, shred_ledger")
    superuser.dispose()
    made = KeyStore(module_database.key_store_url, MasterKeys.read(Path(key_files["CASEWORK_MASTER_KEYS"])))
    yield made
    made.close()


@pytest.fixture
def statements(store: KeyStore) -> list[str]:
    """Every statement that reaches the key store."""
    seen: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


def held(store: KeyStore) -> int:
    count: int = store.run(text("SELECT count(*) AS held FROM data_key"), {})[0].held
    return count


@contextmanager
def another(store: KeyStore, master_keys: MasterKeys) -> Iterator[KeyStore]:
    """Another process on the same key store, with other master keys."""
    made = KeyStore(store.engine.url.render_as_string(hide_password=False), master_keys)
    yield made
    made.close()


class TestANewDataKey:
    def test_is_in_the_store_before_any_row_uses_it(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        assert store.keys().data_key(key_id).partnership_id == PARTNERSHIP

    def test_opens_in_another_unit_what_was_sealed_in_this_one(self, store: KeyStore) -> None:
        here = store.keys(PARTNERSHIP)
        note = Note(here.new("person", PARTNERSHIP), here)
        assert note.words.open(store.keys(PARTNERSHIP)) == {"words": "safe to phone on Tuesdays"}

    def test_is_stored_wrapped_with_the_time_of_the_database(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        (row,) = store.run(text("SELECT *, now() AS now FROM data_key"), {})
        assert (row.id, row.kind, row.master_key) == (key_id, "case", store.master_keys.current())
        assert timedelta(0) <= row.now - row.created_at < timedelta(minutes=1)
        assert row.created_at.utcoffset() == timedelta(0)
        assert len(row.wrapped) == 2 + 12 + 32 + 16

    def test_comes_with_many_in_one_round_trip(self, store: KeyStore, statements: list[str]) -> None:
        made = store.keys().new_many("person", PARTNERSHIP, 300)
        assert len(set(made)) == 300
        assert len(statements) == 1
        assert held(store) == 300

    def test_is_none_when_none_is_wanted(self, store: KeyStore, statements: list[str]) -> None:
        assert store.keys().new_many("person", PARTNERSHIP, 0) == []
        assert statements == []

    def test_of_an_unknown_kind_is_refused_and_nothing_stored(self, store: KeyStore) -> None:
        with pytest.raises(ValueError, match="kind of a data key must be one of account, agency"):
            store.keys().new("vehicle", PARTNERSHIP)
        assert held(store) == 0


class TestLoadingDataKeys:
    def test_takes_one_round_trip_for_all_and_none_the_second_time(
        self, store: KeyStore, statements: list[str]
    ) -> None:
        made = store.keys().new_many("case", PARTNERSHIP, 25)
        statements.clear()
        keys = store.keys(PARTNERSHIP)
        keys.load(made)
        keys.load(made)
        assert {keys.data_key(key_id).id for key_id in made} == set(made)
        assert len(statements) == 1

    def test_holds_what_it_opened_for_the_next_unit_of_work(self, store: KeyStore, statements: list[str]) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        store.keys().data_key(key_id)
        store.keys().data_key(key_id)  # this one looked at the ledger for the first time, and fetched again
        statements.clear()
        assert store.keys(PARTNERSHIP).data_key(key_id).id == key_id
        assert statements == []

    def test_never_holds_a_key_for_another_partnership(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        for _ in range(2):
            assert store.keys(PARTNERSHIP).data_key(key_id).id == key_id
        with pytest.raises(SealBroken, match="belongs to another partnership"):
            store.keys(uuid.uuid4()).data_key(key_id)

    def test_drops_what_it_holds_when_any_process_destroys_a_key(self, store: KeyStore) -> None:
        now = [0.0]
        store.ring = KeyRing(
            lambda: int(store.run(text("SELECT count(*) FROM shred_ledger"), {})[0][0]), clock=lambda: now[0]
        )
        key_id = store.keys().new("case", PARTNERSHIP)
        for _ in range(3):
            store.keys().data_key(key_id)
        with another(store, store.master_keys) as elsewhere:
            elsewhere.keys().destroy(key_id, "erasure", NOW)
        now[0] += 1
        with pytest.raises(SealBroken, match="has been destroyed"):
            store.keys().data_key(key_id)

    def test_that_are_not_there_fails_when_they_are_used(self, store: KeyStore) -> None:
        keys = store.keys()
        nowhere = uuid.uuid4()
        keys.load([nowhere])
        with pytest.raises(SealBroken, match=f"there is no data key {nowhere}"):
            keys.data_key(nowhere)

    def test_goes_on_after_the_server_closed_the_connection(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        with store.engine.connect() as one:
            pid = one.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with another(store, MasterKeys.generate()) as elsewhere:
            elsewhere.run(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        assert store.keys().data_key(key_id).id == key_id


class TestAUnitOfOnePartnership:
    """The third wall: even a row that reached the wrong partnership does not open there."""

    def test_opens_its_own_keys(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        assert store.keys(PARTNERSHIP).data_key(key_id).id == key_id

    def test_opens_keys_that_belong_to_no_partnership(self, store: KeyStore) -> None:
        key_id = store.keys().new("account", NO_PARTNERSHIP)
        assert store.keys(PARTNERSHIP).data_key(key_id).id == key_id

    def test_opens_no_key_of_another(self, store: KeyStore) -> None:
        here = store.keys()
        note = Note(here.new("case", PARTNERSHIP), here)
        with pytest.raises(SealBroken, match="another partnership"):
            note.words.open(store.keys(OTHER))

    def test_opens_none_of_a_partnership_when_it_has_none_itself(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        with pytest.raises(SealBroken, match="another partnership"):
            store.keys(NO_PARTNERSHIP).data_key(key_id)


class TestSomebodyWhoWritesInTheKeyStore:
    def test_cannot_give_a_key_to_another_partnership(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        store.run(text("UPDATE data_key SET partnership_id = :other"), {"other": OTHER})
        with pytest.raises(SealBroken):
            store.keys(OTHER).data_key(key_id)

    def test_cannot_put_one_key_in_the_place_of_another(self, store: KeyStore) -> None:
        one, two = store.keys().new_many("case", PARTNERSHIP, 2)
        store.run(
            text(
                "UPDATE data_key SET wrapped = other.wrapped, commitment = other.commitment"
                " FROM data_key AS other WHERE data_key.id = :one AND other.id = :two"
            ),
            {"one": one, "two": two},
        )
        with pytest.raises(SealBroken):
            store.keys().data_key(one)
        assert store.keys().data_key(two).id == two

    def test_cannot_change_a_commitment_unnoticed(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        store.run(text("UPDATE data_key SET commitment = decode(repeat('00', 32), 'hex')"), {})
        with pytest.raises(SealBroken, match="committed"):
            store.keys().data_key(key_id)


class TestTheKeyStoreItself:
    def test_is_closed_to_the_role_of_the_records(self, module_database: Any) -> None:
        app_role = module_database.url.rpartition("/")[0]
        keys_database = module_database.key_store_url.rpartition("/")[2]
        with pytest.raises(OperationalError, match="permission denied"):
            create_engine(f"{app_role}/{keys_database}").connect()

    def test_can_be_prepared_by_several_at_once(self, store: KeyStore, module_database: Any) -> None:
        store.keys().new("case", PARTNERSHIP)
        with ThreadPoolExecutor(4) as several:
            list(several.map(key_store_module.prepare, [module_database.key_store_url] * 8))
        assert held(store) == 1

    def test_is_well_only_with_its_tables_and_a_working_master_key(self, store: KeyStore, module_database: Any) -> None:
        store.health()
        empty = KeyStore(module_database.superuser_url, store.master_keys)
        with pytest.raises(DBAPIError):
            empty.health()
        empty.close()

    def test_opens_an_account_that_was_stored_and_read_again(self, store: KeyStore, module_database: Any) -> None:
        keys, engine = store.keys(), create_engine(module_database.superuser_url)
        account = Account(
            id=uuid.uuid4(), key_id=keys.new("account", NO_PARTNERSHIP), email_token=b"t" * 16, created_at=NOW
        )
        account.profile.seal(keys, {"name": "Ann Lee"})
        with Session(engine, expire_on_commit=False) as session:
            session.add(account)
            session.commit()
        with Session(engine) as session:
            again = session.get_one(Account, account.id)
            assert again.profile.open(store.keys()) == {"name": "Ann Lee"}
            assert again.secret.open(store.keys()) is None
            assert b"Ann" not in again.profile_sealed
        engine.dispose()


class TestADestroyedKey:
    def test_opens_nothing_any_more_in_any_unit(self, store: KeyStore) -> None:
        here = store.keys()
        note = Note(here.new("case", PARTNERSHIP), here)
        assert here.destroy(note.key_id, "retention_ended", NOW) == NOW
        for keys in (here, store.keys(), store.keys(PARTNERSHIP)):
            with pytest.raises(SealBroken, match="has been destroyed"):
                note.words.open(keys)

    def test_leaves_every_other_key_as_it_was(self, store: KeyStore) -> None:
        gone, stays = store.keys().new_many("case", PARTNERSHIP, 2)
        store.keys().destroy(gone, "retention_ended", NOW)
        assert store.keys().data_key(stays).id == stays

    def test_is_written_once_to_the_ledger(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        store.keys().destroy(key_id, "retention_ended", NOW)
        assert store.keys().destroy(key_id, "asked_again", NOW + timedelta(days=1)) == NOW
        (row,) = store.run(text("SELECT * FROM shred_ledger"), {})
        assert (row.key_id, row.partnership_id, row.kind) == (key_id, PARTNERSHIP, "case")
        assert (row.reason_code, row.destroyed_at) == ("retention_ended", NOW)

    def test_leaves_no_wrapped_key_in_its_row(self, store: KeyStore) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        store.keys().destroy(key_id, "retention_ended", NOW)
        (row,) = store.run(text("SELECT * FROM data_key"), {})
        assert (row.wrapped, row.destroyed_at) == (None, NOW)

    def test_that_never_was_is_an_error(self, store: KeyStore) -> None:
        with pytest.raises(SealBroken, match="there is no data key"):
            store.keys().destroy(uuid.uuid4(), "retention_ended", NOW)

    @pytest.mark.parametrize("words", ["", "Mrs Lee asked us to", "a" * 41, "Asked"])
    def test_needs_a_reason_that_is_a_code(self, store: KeyStore, words: str) -> None:
        key_id = store.keys().new("case", PARTNERSHIP)
        with pytest.raises(ValueError, match="reason_code"):
            store.keys().destroy(key_id, words, NOW)
        assert store.keys().data_key(key_id).id == key_id

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE data_key SET wrapped = commitment, destroyed_at = NULL",
            "UPDATE shred_ledger SET reason_code = 'other'",
            "DELETE FROM shred_ledger",
            "DELETE FROM data_key",
            "TRUNCATE data_key, shred_ledger",
        ],
    )
    def test_cannot_be_brought_back_or_hidden(self, store: KeyStore, change: str) -> None:
        store.keys().destroy(store.keys().new("case", PARTNERSHIP), "retention_ended", NOW)
        with pytest.raises(DBAPIError, match="is not allowed"):
            store.run(text(change), {})


class TestRewrapping:
    @pytest.fixture
    def old(self, store: KeyStore) -> Iterator[KeyStore]:
        """A process that has learnt of the new master key and still writes under the old one."""
        with another(store, self.learnt(store)) as made:
            yield made

    @pytest.fixture
    def new(self, store: KeyStore, old: KeyStore) -> Iterator[KeyStore]:
        """A process that writes under the new master key."""
        assert isinstance(old.master_keys, MasterKeys)
        with another(store, old.master_keys.with_current("k2")) as made:
            yield made

    def learnt(self, store: KeyStore) -> MasterKeys:
        assert isinstance(store.master_keys, MasterKeys)
        return store.master_keys.with_new()[0]

    def test_moves_every_key_and_opens_every_record_as_before(self, old: KeyStore, new: KeyStore) -> None:
        keys = old.keys()
        notes = [Note(key_id, keys) for key_id in keys.new_many("case", PARTNERSHIP, 25)]
        assert rotation.rewrap(new, batch=10) == rotation.Rewrapped(moved=25, broken=(), left=0)
        assert rotation.status(new).data_keys == {"k2": 25}
        for reader in (old, new):
            assert all(note.words.open(reader.keys()) for note in notes)

    def test_again_moves_nothing(self, old: KeyStore, new: KeyStore) -> None:
        old.keys().new_many("case", PARTNERSHIP, 3)
        rotation.rewrap(new)
        assert rotation.rewrap(new) == rotation.Rewrapped(moved=0, broken=(), left=0)

    def test_makes_the_old_master_key_needless(self, old: KeyStore, new: KeyStore, tmp_path: Path) -> None:
        key_id = old.keys().new("case", PARTNERSHIP)
        rotation.rewrap(new)
        assert isinstance(new.master_keys, MasterKeys)
        new.master_keys.write(tmp_path / "keys.json")
        content = json.loads((tmp_path / "keys.json").read_text())
        del content["keys"]["k1"]
        with another(new, MasterKeys.of(content)) as later:
            assert later.keys().data_key(key_id).id == key_id

    def test_that_was_stopped_goes_on_where_it_was(self, old: KeyStore, new: KeyStore) -> None:
        made = old.keys().new_many("case", PARTNERSHIP, 7)
        with old.engine.connect().execution_options(isolation_level="READ COMMITTED") as busy:
            busy.execute(text("SELECT 1 FROM data_key WHERE id = ANY(:ids) FOR UPDATE"), {"ids": made[:2]})
            assert rotation.rewrap(new, batch=2) == rotation.Rewrapped(moved=5, broken=(), left=2)
        assert rotation.rewrap(new, batch=2) == rotation.Rewrapped(moved=2, broken=(), left=0)

    def test_leaves_and_names_a_key_that_does_not_open(self, old: KeyStore, new: KeyStore) -> None:
        good, bad = old.keys().new_many("case", PARTNERSHIP, 2)
        old.run(text("UPDATE data_key SET wrapped = '\\x00' WHERE id = :bad"), {"bad": bad})
        for moved in (1, 0):
            assert rotation.rewrap(new) == rotation.Rewrapped(moved=moved, broken=(bad,), left=0)
        assert rotation.status(new).data_keys == {"k1": 1, "k2": 1}
        assert new.keys().data_key(good).id == good

    def test_does_not_touch_destroyed_keys(self, old: KeyStore, new: KeyStore) -> None:
        old.keys().destroy(old.keys().new("case", PARTNERSHIP), "retention_ended", NOW)
        assert rotation.rewrap(new) == rotation.Rewrapped(moved=0, broken=(), left=0)
        assert rotation.status(new) == rotation.Status(current="k2", data_keys={}, destroyed=1)

    def test_disturbs_no_work_beside_it(self, old: KeyStore, new: KeyStore) -> None:
        keys = old.keys()
        notes = [Note(key_id, keys) for key_id in keys.new_many("case", PARTNERSHIP, 60)]

        def work(number: int) -> int:
            process = (old, new)[number % 2]
            mine = process.keys(PARTNERSHIP)
            notes.append(Note(mine.new("case", PARTNERSHIP), mine))
            return sum(note.words.open(process.keys(PARTNERSHIP)) is not None for note in notes[:60])

        with ThreadPoolExecutor(4) as several:
            running = [several.submit(work, number) for number in range(12)]
            runs = [several.submit(rotation.rewrap, new, batch=5) for _ in range(3)]
            assert [done.result() for done in running] == [60] * 12
            moved = sum(done.result().moved for done in runs)
        assert moved + rotation.rewrap(new).moved >= 60
        assert rotation.status(new).data_keys == {"k2": 72}


class TestTheKeysCommand:
    """The operator's ceremony, as docs/sealing.md tells it."""

    @pytest.fixture
    def environment(self, store: KeyStore, key_files: dict[str, str], tmp_path: Path) -> dict[str, str]:
        """The settings of an installation with master keys of its own; only the key store is reached."""
        path = tmp_path / "own-master-keys.json"
        MasterKeys.generate().write(path)
        return {
            "DATABASE_URL": "postgresql://casework_app:x@127.0.0.1:9/casework",
            "KEY_STORE_URL": store.engine.url.render_as_string(hide_password=False),
            "REDIS_URL": "redis://127.0.0.1:9/0",
            "SMTP_URL": "smtp://127.0.0.1:9",
            "CASEWORK_BASE_URL": "http://127.0.0.1:8000",
            "CASEWORK_STATE": str(tmp_path),
            **key_files,
            "CASEWORK_MASTER_KEYS": str(path),
        }

    def run(self, environment: dict[str, str], *words: str) -> Result:
        unset: dict[str, str | None] = {name: None for name in os.environ if name.startswith(("CASEWORK_", "KEY_"))}
        return CliRunner().invoke(casework, ["keys", *words], env=unset | environment)

    def answer(self, environment: dict[str, str], *words: str) -> dict[str, Any]:
        done = self.run(environment, *words, "--json")
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.output)
        return found

    def test_rotates_from_one_master_key_to_the_next(self, environment: dict[str, str]) -> None:
        path = Path(environment["CASEWORK_MASTER_KEYS"])
        store = KeyStore(environment["KEY_STORE_URL"], MasterKeys.read(path))
        keys = store.keys()
        notes = [Note(key_id, keys) for key_id in keys.new_many("case", PARTNERSHIP, 4)]
        store.close()
        assert self.answer(environment, "new") == {"new": "k2", "current": "k1"}
        assert self.answer(environment, "rotate") == {"current": "k2", "before": "k1"}
        counts = {"current": "k2", "data_keys": {"k1": 4}, "destroyed": 0, "to_rewrap": 4}
        assert self.answer(environment, "status") == counts
        assert self.answer(environment, "rewrap") == {"moved": 4, "left": 0, "broken": []}
        assert self.answer(environment, "status") == {**counts, "data_keys": {"k2": 4}, "to_rewrap": 0}
        store = KeyStore(environment["KEY_STORE_URL"], MasterKeys.read(path))
        assert all(note.words.open(store.keys()) for note in notes)
        store.close()

    def test_makes_the_first_master_key_where_there_is_no_file(self, tmp_path: Path) -> None:
        path = tmp_path / "first.json"
        done = self.run({}, "new", "--file", str(path))
        assert done.exit_code == 0
        assert MasterKeys.read(path).names == ("k1",)

    def test_goes_back_to_a_named_master_key(self, environment: dict[str, str]) -> None:
        self.answer(environment, "new")
        self.answer(environment, "rotate")
        assert self.answer(environment, "rotate", "k1") == {"current": "k1", "before": "k2"}

    def test_says_in_words_what_stands_where(self, environment: dict[str, str]) -> None:
        done = self.run(environment, "status")
        assert done.output.splitlines()[0] == "Current master key: k1"
        assert "0 data keys to rewrap" in done.output

    def test_never_shows_a_key(self, environment: dict[str, str]) -> None:
        shown = "".join(self.run(environment, word).output for word in ("status", "new", "rotate", "rewrap"))
        content = json.loads(Path(environment["CASEWORK_MASTER_KEYS"]).read_text())
        assert len(content["keys"]) == 2
        assert not any(key in shown for key in content["keys"].values())

    def test_ends_in_failure_while_a_key_does_not_open(self, environment: dict[str, str]) -> None:
        store = KeyStore(environment["KEY_STORE_URL"], MasterKeys.generate())
        key_id = store.keys().new("case", PARTNERSHIP)
        store.close()
        self.answer(environment, "new")
        self.answer(environment, "rotate")
        done = self.run(environment, "rewrap")
        assert done.exit_code == 1
        assert f"could not be opened: data key {key_id}" in done.output

    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("CASEWORK_MASTER_KEYS", "/nowhere/keys.json", "CASEWORK_MASTER_KEYS"),
            ("KEY_STORE_URL", "mysql://x", "KEY_STORE_URL"),
            ("KEY_STORE_URL", "postgresql://casework_keys:x@127.0.0.1:9/casework_keys", "OperationalError"),
        ],
    )
    def test_says_in_one_line_what_is_wrong(
        self, environment: dict[str, str], name: str, value: str, says: str
    ) -> None:
        done = self.run({**environment, name: value}, "status")
        assert done.exit_code == 2
        assert says in done.output
        assert "Traceback" not in done.output

    def test_refuses_a_master_key_that_is_not_held(self, environment: dict[str, str]) -> None:
        done = self.run(environment, "rotate", "k9")
        assert (done.exit_code, done.output) == (2, "Error: current must name one of the keys\n")

    def test_leaves_a_transit_key_to_its_engine(self, tmp_path: Path) -> None:
        transit = {"address": "https://vault.example", "mount": "transit", "key": "casework", "token_file": "t"}
        path = tmp_path / "transit.json"
        path.write_text(json.dumps({"transit": transit}))
        path.chmod(0o600)
        for word in ("new", "rotate"):
            done = self.run({}, word, "--file", str(path))
            assert done.exit_code == 2
            assert "rotate it there" in done.output
