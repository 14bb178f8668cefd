"""One line of a JSON Lines file: read strictly, so that nothing is guessed, dropped or overwritten on the way to the schema."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final, NoReturn

from casework.errors import Invalid
from casework.referral_format.document import ReferralDocument
from casework.referral_format.schema import REFERENCE, REFERENCE_MOST, parse

LONGEST_LINE: Final = 256 * 1024
"""Bytes. Reading a file, stop a line here and give what was read to `read_line`, which refuses it."""
DEEPEST: Final = 12
"""Levels of lists and objects within each other; a referral needs five."""


def parse_line(line: bytes, *, received_today: date | None, known_agencies: Collection[str]) -> ReferralDocument:
    """Read and check one line of an import file. Raises Invalid; mistakes of the line as a whole have the field `line`."""
    return parse(read_line(line), received_today=received_today, known_agencies=known_agencies)


def read_line(line: bytes) -> dict[str, Any]:
    """The JSON object of one line, in UTF-8 (a byte order mark is passed over). Raises Invalid for the field `line`.

    Refused: more than 256 KiB, not UTF-8, not JSON or not an object, a field named twice, NaN and infinities, numbers
    and nesting beyond anything a referral holds.
    """
    if len(line) > LONGEST_LINE:
        raise _refusal(f"Keep each referral to {LONGEST_LINE // 1024} KiB: this line is longer.")
    try:
        text = line.removeprefix(codecs.BOM_UTF8).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise _refusal("Save the file as UTF-8: this line is not.") from None
    if not text:
        raise _refusal("Give one referral on each line: this line is empty.")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (json.JSONDecodeError, RecursionError, ValueError):
        # ValueError also covers numbers of more digits than Python will read.
        raise _refusal("Give one JSON object on each line: this line is not JSON.") from None
    if not isinstance(value, dict):
        raise _refusal("Give one JSON object on each line: this line is another kind of value.")
    if _too_deep(value):
        raise _refusal(f"Nest no more than {DEEPEST} levels: this line is deeper.")
    return value


def stated_reference(mapping: Mapping[str, Any]) -> str | None:
    """The reference of a referral that may be wrong elsewhere, for the report on it; None when it cannot be repeated safely."""
    given = mapping.get("reference")
    if not isinstance(given, str) or len(given) > REFERENCE_MOST or not REFERENCE.fullmatch(given):
        return None
    return given


def _refusal(message: str) -> Invalid:
    return Invalid.field("line", message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _refusal("Name each field once: a field is named twice in one object of this line.")
    return read


def _no_constant(_: str) -> NoReturn:
    raise _refusal("Give numbers as digits: NaN and Infinity are not JSON.")


def _too_deep(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            below
            for item in level
            for below in (item.values() if isinstance(item, dict) else item)
            if isinstance(below, dict | list)
        ]
        if not level:
            return False
    return True
