"""A sealed field: one JSON document of one row, under the row's data key, bound to partnership, table, column and row.

It is a descriptor and not a column type, because a column type sees the value and never the row it is bound to.
"""

from __future__ import annotations

import json
from typing import Any, Self, overload

from casework.encryption.envelope import SealBroken, bind, open_sealed, seal
from casework.encryption.key_store import NO_PARTNERSHIP, OpensKeys

Document = dict[str, Any]

_UUID_LENGTH = (16).to_bytes(4)
_HEAD = bind(b"casework/v1/field") + _UUID_LENGTH
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder().raw_decode  # stops at the closing bracket and so passes over the padding


class Sealed:
    """Declares a sealed field of a table: `content = Sealed("content_sealed", key="key_id", pad=512)`.

    `column` holds the sealed bytes, or None when there is nothing; `key` holds the id of the data key. Documents are
    lengthened to the next multiple of `pad` bytes, so that the stored length tells little. Renaming the table or the
    column breaks the seal: it is part of what is bound.
    """

    def __init__(self, column: str, *, key: str, pad: int) -> None:
        if pad < 16:
            raise ValueError("pad must be 16 bytes or more")
        self.column, self.key, self.pad = column, key, pad

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.table: str = owner.__dict__["__tablename__"]
        self._place = bind(self.table.encode(), self.column.encode()) + _UUID_LENGTH

    @overload
    def __get__(self, row: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, row: object, owner: type[Any]) -> SealedField: ...

    def __get__(self, row: object | None, owner: type[Any]) -> Self | SealedField:
        return self if row is None else SealedField(self, row)

    def place_of(self, row: Any) -> bytes:
        """Return all that the seal of `row` is bound to. Raises ValueError before the row has its id and partnership."""
        partnership_id = getattr(row, "partnership_id", NO_PARTNERSHIP)
        if partnership_id is None or row.id is None:
            raise ValueError(f"{self.table}: give id and partnership_id before sealing {self.column}")
        return b"".join((_HEAD, partnership_id.bytes, self._place, row.id.bytes))


class SealedField:
    """The sealed field of one row."""

    __slots__ = ("_declared", "_row")

    def __init__(self, declared: Sealed, row: Any) -> None:
        self._declared, self._row = declared, row

    def seal(self, keys: OpensKeys, document: Document | None) -> None:
        """Seal `document` into the row; None empties the column. Where absence itself would tell, seal an empty document.

        Raises ValueError when the row has no id, partnership or key yet, or the key is another partnership's; TypeError
        when the document is not a JSON object; SealBroken when the key cannot be had. The row is then unchanged.
        """
        declared, row = self._declared, self._row
        if document is None:
            setattr(row, declared.column, None)
            return
        if not isinstance(document, dict):
            raise TypeError(f"{declared.table}.{declared.column} takes a JSON object")
        place, key_id = declared.place_of(row), getattr(row, declared.key)
        if key_id is None:
            raise ValueError(f"{declared.table}: give {declared.key} before sealing {declared.column}")
        data_key = keys.data_key(key_id)
        if data_key.partnership_id != getattr(row, "partnership_id", NO_PARTNERSHIP):
            raise ValueError(f"{declared.table}.{declared.key} is a data key of another partnership")
        plain = _encode(document).encode("ascii")
        # JSON ends at its closing bracket; spaces behind it are padding and are passed over on reading.
        padded = plain.ljust(-(-len(plain) // declared.pad) * declared.pad)
        setattr(row, declared.column, seal(data_key.cipher, padded, place))

    def open(self, keys: OpensKeys) -> Document | None:
        """Return the document, or None when the column is empty. Raises SealBroken for any failure."""
        declared, row = self._declared, self._row
        sealed = getattr(row, declared.column)
        if sealed is None:
            return None
        try:
            data_key = keys.data_key(getattr(row, declared.key))
            document: Document = _decode(open_sealed(data_key.cipher, sealed, declared.place_of(row)).decode("ascii"))[
                0
            ]
        except (SealBroken, ValueError) as broken:
            cause = str(broken) if isinstance(broken, SealBroken) else "not a document in its place"
            raise SealBroken(f"{declared.table}.{declared.column} of row {row.id}: {cause}") from None
        return document
