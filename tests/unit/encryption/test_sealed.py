"""A sealed document opens in its place and nowhere else."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from casework.encryption import envelope
from casework.encryption.envelope import SealBroken, bind, open_sealed, seal
from casework.encryption.key_store import context_of, field_key_and_commitment
from casework.encryption.master_keys import MasterKeys
from casework.encryption.sealed import Sealed
from tests.unit.encryption.rows import Keyring, Letter, Note, Worker

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
PARTNERSHIP, OTHER = uuid.uuid4(), uuid.uuid4()
SECRET = {"address": "12 Orchard Way, flat 3", "phone": "07700 900123"}

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
documents = st.dictionaries(st.text(), _values, max_size=6)


def a_note(keys: Keyring, **given: Any) -> Note:
    partnership_id = given.pop("partnership_id", PARTNERSHIP)
    key_id = given.pop("key_id", None) or keys.add(partnership_id)
    return Note(id=given.pop("id", uuid.uuid4()), partnership_id=partnership_id, key_id=key_id, **given)


def refuses(row: Any, keys: Keyring, field: str = "words") -> bool:
    try:
        getattr(row, field).open(keys)
    except SealBroken:
        return True
    return False


class TestASealedDocument:
    @given(documents)
    def test_opens_in_its_place_as_it_was(self, document: dict[str, Any]) -> None:
        keys = Keyring()
        note = a_note(keys)
        note.words.seal(keys, document)
        assert note.words.open(keys) == document

    @given(documents)
    def test_opens_for_a_row_that_was_read_again(self, document: dict[str, Any]) -> None:
        keys = Keyring()
        note = a_note(keys)
        note.words.seal(keys, document)
        again = a_note(keys, id=note.id, key_id=note.key_id, words_sealed=bytes(note.words_sealed or b""))
        assert again.words.open(keys) == document

    def test_shows_nothing_of_what_it_holds(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        assert note.words_sealed is not None
        assert b"Orchard" not in note.words_sealed
        assert "Orchard" not in repr(note.words)

    def test_is_different_each_time(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        first = note.words_sealed
        note.words.seal(keys, SECRET)
        assert note.words_sealed != first

    def test_stays_empty_when_there_is_nothing(self, keys: Keyring) -> None:
        note = a_note(keys)
        assert note.words.open(keys) is None
        note.words.seal(keys, SECRET)
        note.words.seal(keys, None)
        assert note.words_sealed is None

    def test_of_an_empty_document_is_not_nothing(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, {})
        assert note.words_sealed
        assert note.words.open(keys) == {}

    def test_in_a_table_without_partnership_opens_too(self, keys: Keyring) -> None:
        worker = Worker(id=uuid.uuid4(), key_id=keys.add())
        worker.profile.seal(keys, SECRET)
        assert worker.profile.open(keys) == SECRET


class TestMovedElsewhere:
    """Each case changes one thing that the seal is bound to and nothing else."""

    def test_to_another_row_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        assert refuses(a_note(keys, key_id=note.key_id, words_sealed=note.words_sealed), keys)

    def test_to_another_column_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        note.private_sealed = note.words_sealed
        assert refuses(note, keys, "private")
        assert not refuses(note, keys)

    def test_to_another_table_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        place = {"id": note.id, "partnership_id": PARTNERSHIP, "key_id": note.key_id}
        assert refuses(Letter(**place, words_sealed=note.words_sealed), keys)

    def test_to_another_partnership_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        note.partnership_id = OTHER
        assert refuses(note, keys)

    def test_to_another_data_key_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        note.key_id = keys.add(PARTNERSHIP)
        assert refuses(note, keys)

    def test_without_its_data_key_does_not_open(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        del keys.held[note.key_id]
        assert refuses(note, keys)

    @given(st.lists(st.binary(max_size=9), max_size=5), st.lists(st.binary(max_size=9), max_size=5))
    def test_no_two_places_read_alike(self, one: list[bytes], two: list[bytes]) -> None:
        assert (bind(*one) == bind(*two)) == (one == two)


class TestTampering:
    def test_with_any_byte_breaks_the_seal(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        whole = note.words_sealed or b""
        for position in range(len(whole)):
            note.words_sealed = whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]
            assert refuses(note, keys), position
        note.words_sealed = whole
        assert note.words.open(keys) == SECRET

    @given(st.data())
    def test_by_cutting_or_adding_breaks_the_seal(self, data: st.DataObject) -> None:
        keys = Keyring()
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        whole = note.words_sealed or b""
        cut = data.draw(st.integers(0, len(whole) - 1))
        note.words_sealed = data.draw(st.sampled_from([whole[:cut], whole[cut + 1 :], whole + bytes(cut + 1)]))
        assert refuses(note, keys)

    @given(st.binary(max_size=200))
    def test_with_other_bytes_altogether_gives_the_same_one_error(self, junk: bytes) -> None:
        keys = Keyring()
        assert refuses(a_note(keys, words_sealed=junk), keys)

    def test_error_names_the_place_and_nothing_of_the_content(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, SECRET)
        note.partnership_id = OTHER
        with pytest.raises(SealBroken, match=r"note\.words_sealed of row ") as caught:
            note.words.open(keys)
        assert str(note.id) in str(caught.value)
        assert "Orchard" not in str(caught.value)

    def test_that_leaves_no_document_is_the_same_error(self, keys: Keyring) -> None:
        note = a_note(keys)
        place = Note.words.place_of(note)
        for inside in (b"[1", b"\xff", b""):
            note.words_sealed = seal(keys.data_key(note.key_id).cipher, inside, place)
            assert refuses(note, keys)


class TestLength:
    @given(documents)
    def test_is_a_whole_number_of_steps(self, document: dict[str, Any]) -> None:
        keys = Keyring()
        note = a_note(keys)
        note.words.seal(keys, document)
        assert (len(note.words_sealed or b"") - 30) % 64 == 0

    @given(st.integers(0, 48), st.integers(0, 48))
    def test_of_documents_within_a_step_is_the_same(self, one: int, two: int) -> None:
        keys = Keyring()
        short, long = a_note(keys), a_note(keys)
        short.words.seal(keys, {"words": "x" * one})
        long.words.seal(keys, {"words": "x" * two})
        assert len(short.words_sealed or b"") == len(long.words_sealed or b"") == 64 + 30

    def test_grows_by_one_step_over_the_edge(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.words.seal(keys, {"w": "x" * 56})
        at_the_edge = len(note.words_sealed or b"")
        note.words.seal(keys, {"w": "x" * 57})
        assert len(note.words_sealed or b"") == at_the_edge + 64
        assert note.words.open(keys) == {"w": "x" * 57}


class TestSealingIsRefused:
    """Nothing is half-saved: the column stays as it was."""

    def test_before_the_row_has_an_id(self, keys: Keyring) -> None:
        note = a_note(keys, id=None)
        with pytest.raises(ValueError, match="give id and partnership_id"):
            note.words.seal(keys, SECRET)
        assert note.words_sealed is None

    def test_before_the_row_has_a_partnership(self, keys: Keyring) -> None:
        note = a_note(keys)
        note.partnership_id = None  # type: ignore[assignment]
        with pytest.raises(ValueError, match="give id and partnership_id"):
            note.words.seal(keys, SECRET)

    def test_before_the_row_has_a_key(self, keys: Keyring) -> None:
        with pytest.raises(ValueError, match="give key_id"):
            Note(id=uuid.uuid4(), partnership_id=PARTNERSHIP).words.seal(keys, SECRET)

    def test_under_the_key_of_another_partnership(self, keys: Keyring) -> None:
        note = a_note(keys, key_id=keys.add(OTHER))
        with pytest.raises(ValueError, match="another partnership"):
            note.words.seal(keys, SECRET)
        assert note.words_sealed is None

    @pytest.mark.parametrize("wrong", [["a"], "a", 1, {"when": object()}, {"x": float("nan")}])
    def test_for_what_is_no_json_object(self, keys: Keyring, wrong: Any) -> None:
        note = a_note(keys)
        with pytest.raises((TypeError, ValueError)):
            note.words.seal(keys, wrong)
        assert note.words_sealed is None

    def test_where_padding_would_hide_nothing(self) -> None:
        with pytest.raises(ValueError, match="pad"):
            Sealed("words_sealed", key="key_id", pad=1)


class TestFrozenVectors:
    """What was stored by an older release must open for ever."""

    def test_of_derived_keys_hold(self) -> None:
        derived = VECTORS["derived"]
        field_key, commitment = field_key_and_commitment(bytes.fromhex(derived["data_key"]))
        assert (field_key.hex(), commitment.hex()) == (derived["field_key"], derived["commitment"])

    @pytest.mark.parametrize("vector", VECTORS["wrapped"], ids=lambda vector: vector["kind"])
    def test_of_wrapped_keys_hold(self, vector: dict[str, str]) -> None:
        context = context_of(uuid.UUID(vector["key_id"]), uuid.UUID(vector["partnership_id"]), vector["kind"])
        assert context.hex() == vector["context"]
        master_keys = MasterKeys(current="k1", keys={"k1": bytes.fromhex(vector["master_key"])})
        opened = master_keys.unwrap("k1", bytes.fromhex(vector["wrapped"]), context)
        assert opened.hex() == vector["data_key"]

    @pytest.mark.parametrize("vector", VECTORS["sealed"], ids=lambda vector: vector["table"])
    def test_of_sealed_documents_hold_both_ways(
        self, keys: Keyring, vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = self.row_of(vector, keys)
        row.field.seal(keys, None)
        setattr(row, vector["column"], bytes.fromhex(vector["sealed"]))
        assert row.field.open(keys) == vector["document"]
        monkeypatch.setattr(envelope.os, "urandom", lambda _: bytes.fromhex(vector["nonce"]))
        row.field.seal(keys, vector["document"])
        assert getattr(row, vector["column"]).hex() == vector["sealed"]
        assert type(row).field.place_of(row).hex() == vector["place"]

    def row_of(self, vector: dict[str, Any], keys: Keyring) -> Any:
        """Return a row of the vector's table, made for the purpose."""
        partnership_id = uuid.UUID(vector["partnership_id"])
        made = type(
            "Row",
            (),
            {
                "__tablename__": vector["table"],
                "field": Sealed(vector["column"], key="key_id", pad=vector["pad"]),
                "id": uuid.UUID(vector["row_id"]),
                "key_id": keys.add(partnership_id, bytes.fromhex(vector["data_key"])),
            },
        )()
        if partnership_id.int:
            made.partnership_id = partnership_id
        return made


class TestTheCipher:
    def test_refuses_another_format_or_algorithm(self) -> None:
        cipher = AESGCM(bytes(32))
        sealed = seal(cipher, b"x", b"place")
        assert open_sealed(cipher, sealed, b"place") == b"x"
        for head in (b"\x02\x01", b"\x01\x02", b"\x00\x00"):
            with pytest.raises(SealBroken, match="format"):
                open_sealed(cipher, head + sealed[2:], b"place")


def test_a_sealed_field_is_found_by_whoever_lists_the_columns() -> None:
    assert Note.words.column == "words_sealed"
    assert Note.words.table == "note"
