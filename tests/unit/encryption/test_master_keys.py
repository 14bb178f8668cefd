"""Master keys come from a file that only its owner reads; a data key unwraps in its place under the key it names."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.encryption.envelope import SealBroken
from casework.encryption.key_store import context_of, field_key_and_commitment, unwrap
from casework.encryption.master_keys import MasterKeyError, MasterKeys
from casework.encryption.transit import Transit, open_master_keys

K1, K2 = "11" * 32, "22" * 32
DEK = bytes(range(32))


def a_file(folder: Path, content: Any, mode: int = 0o400) -> Path:
    path = folder / "master-keys.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(mode)
    return path


class StoredKey:
    """A row of the key store."""

    def __init__(self, master_keys: MasterKeys, **other: Any) -> None:
        self.id, self.partnership_id, self.kind = uuid.uuid4(), uuid.uuid4(), "case"
        context = context_of(self.id, self.partnership_id, self.kind)
        self.wrapped: bytes | None
        self.master_key, self.wrapped = master_keys.wrap(other.get("dek", DEK), context)
        self.commitment = field_key_and_commitment(DEK)[1]


class TestTheFile:
    @pytest.mark.parametrize("mode", [0o400, 0o600])
    def test_is_read_when_only_its_owner_can(self, tmp_path: Path, mode: int) -> None:
        path = a_file(tmp_path, {"current": "k2", "keys": {"k1": K1, "k2": K2}}, mode)
        held = open_master_keys(path)
        assert isinstance(held, MasterKeys)
        assert held.current() == "k2"
        assert held.names == ("k1", "k2")
        held.health()

    @pytest.mark.parametrize("mode", [0o440, 0o404, 0o640, 0o644, 0o410, 0o666])
    def test_is_refused_when_others_can_touch_it(self, tmp_path: Path, mode: int) -> None:
        with pytest.raises(MasterKeyError, match="0400 or 0600"):
            MasterKeys.read(a_file(tmp_path, {"current": "k1", "keys": {"k1": K1}}, mode))

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("", "not JSON"),
            ("[]", "not a JSON object"),
            ({}, "the form is"),
            ({"current": "k1"}, "the form is"),
            ({"current": "k1", "keys": [K1]}, "the form is"),
            ({"current": 1, "keys": {"k1": K1}}, "the form is"),
            ({"current": "k1", "keys": {"k1": K1}, "more": 1}, "the form is"),
            ({"current": "k2", "keys": {"k1": K1}}, "current must name"),
            ({"current": "k1", "keys": {"k1": K1[:-2]}}, "64 hexadecimal"),
            ({"current": "k1", "keys": {"k1": K1 + "00"}}, "64 hexadecimal"),
            ({"current": "k1", "keys": {"k1": "zz" * 32}}, "64 hexadecimal"),
            ({"current": "k1", "keys": {"k1": 5}}, "64 hexadecimal"),
            ({"current": "K 1", "keys": {"K 1": K1}}, "a name has"),
            ({"current": "k1", "keys": {"k1": K1[:32]}}, "64 hexadecimal"),
            ({"current": "k1", "keys": {"k1": K1, "k2": K1}}, "no two are the same"),
        ],
    )
    def test_is_refused_in_another_form_without_being_repeated(self, tmp_path: Path, content: Any, says: str) -> None:
        with pytest.raises(MasterKeyError, match=says) as caught:
            MasterKeys.read(a_file(tmp_path, content))
        assert K1[:20] not in str(caught.value)

    def test_is_refused_when_missing(self, tmp_path: Path) -> None:
        with pytest.raises(MasterKeyError, match="FileNotFoundError"):
            MasterKeys.read(tmp_path / "none.json")

    def test_is_written_for_its_owner_only_and_read_back(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        held, name = MasterKeys.generate().with_new()
        held.write(path)
        assert path.stat().st_mode & 0o777 == 0o600
        again = MasterKeys.read(path)
        assert (again.names, again.current(), name) == (("k1", "k2"), "k1", "k2")
        master, blob = held.wrap(DEK, b"here")
        assert again.unwrap(master, blob, b"here") == DEK
        assert os.listdir(tmp_path) == ["keys.json"]

    def test_keeps_its_mode_when_written_again(self, tmp_path: Path) -> None:
        path = a_file(tmp_path, {"current": "k1", "keys": {"k1": K1}}, 0o400)
        MasterKeys.read(path).with_new()[0].write(path)
        assert path.stat().st_mode & 0o777 == 0o400


class TestAWrappedDataKey:
    def test_unwraps_in_its_place(self) -> None:
        held = MasterKeys.generate()
        row = StoredKey(held)
        assert unwrap(held, row)[0] == DEK

    def test_shows_nothing_of_itself(self) -> None:
        row = StoredKey(MasterKeys.generate())
        assert DEK not in (row.wrapped or b"")

    @pytest.mark.parametrize(
        ("field", "other"), [("id", uuid.uuid4()), ("partnership_id", uuid.uuid4()), ("kind", "person")]
    )
    def test_does_not_unwrap_when_moved(self, field: str, other: Any) -> None:
        held = MasterKeys.generate()
        row = StoredKey(held)
        setattr(row, field, other)
        with pytest.raises(SealBroken):
            unwrap(held, row)

    def test_does_not_unwrap_with_any_byte_altered(self) -> None:
        held = MasterKeys.generate()
        row = StoredKey(held)
        whole = row.wrapped or b""
        for position in range(len(whole)):
            row.wrapped = whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
            with pytest.raises(SealBroken):
                unwrap(held, row)

    def test_does_not_unwrap_when_it_is_not_the_key_committed_to(self) -> None:
        held = MasterKeys.generate()
        with pytest.raises(SealBroken, match="committed"):
            unwrap(held, StoredKey(held, dek=bytes(32)))

    def test_does_not_unwrap_when_its_commitment_was_altered(self) -> None:
        held = MasterKeys.generate()
        row = StoredKey(held)
        row.commitment = bytes(32)
        with pytest.raises(SealBroken, match="committed"):
            unwrap(held, row)

    def test_is_gone_when_destroyed(self) -> None:
        held = MasterKeys.generate()
        row = StoredKey(held)
        row.wrapped = None
        with pytest.raises(SealBroken, match="destroyed"):
            unwrap(held, row)

    def test_is_tried_under_the_key_it_names_and_no_other(self) -> None:
        held = MasterKeys(current="k1", keys={"k1": bytes.fromhex(K1), "k2": bytes.fromhex(K2)})
        row = StoredKey(held)
        row.master_key = "k2"
        with pytest.raises(SealBroken):
            unwrap(held, row)
        row.master_key = "k3"
        with pytest.raises(SealBroken, match="k3 is not held"):
            unwrap(held, row)


class TestRotation:
    """The order is: new, let every process read it, make it current, rewrap. At no step does anything stop opening."""

    @given(st.lists(st.sampled_from(["new", "rotate", "write with old", "write with newest", "rewrap"]), max_size=25))
    def test_opens_everything_at_any_interleaving_of_old_and_new_processes(self, steps: list[str]) -> None:
        old = newest = MasterKeys.generate()  # two processes: `old` restarts (learns the file) before the next rotation
        rows = [StoredKey(old)]
        for step in steps:
            if step == "new":
                newest = newest.with_new()[0]
                old = newest.with_current(old.current())
            elif step == "rotate":
                newest = newest.with_current(newest.names[-1])
            elif step.startswith("write"):
                rows.append(StoredKey(old if step.endswith("old") else newest))
            else:
                for row in rows:
                    context = context_of(row.id, row.partnership_id, row.kind)
                    row.master_key, row.wrapped = newest.wrap(unwrap(newest, row)[0], context)
            for row in rows:
                assert unwrap(old, row)[0] == unwrap(newest, row)[0] == DEK

    def test_names_the_new_key_after_the_last(self) -> None:
        held = MasterKeys(current="first", keys={"first": bytes.fromhex(K1), "k7": bytes.fromhex(K2)})
        assert held.with_new()[1] == "k8"
        with pytest.raises(MasterKeyError, match="current must name"):
            held.with_current("k9")


class TestThePlaceOfTheMasterKey:
    def test_is_the_transit_engine_when_the_file_says_so(self, tmp_path: Path) -> None:
        transit = {"address": "https://vault.example", "mount": "transit", "key": "casework", "token_file": "t"}
        assert isinstance(open_master_keys(a_file(tmp_path, {"transit": transit})), Transit)
        with pytest.raises(MasterKeyError, match="the form is"):
            open_master_keys(a_file(tmp_path / ".", {"transit": transit, "keys": {}}, 0o600))
