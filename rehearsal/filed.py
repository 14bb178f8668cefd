"""A file of referrals as a rehearsal takes it in: by the rules of the import, and with a mark put into each to be looked for later."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from casework.errors import Invalid
from casework.referral_format import content_fingerprint, parse_line, read_line
from casework.referral_imports.rules import rows_of
from rehearsal.partnership import AGENCIES, PEOPLE

_MOST_ALIASES = 10
_MOST_REASONS = 10_000
_SHORTEST = 6
_SAID_ANYWAY = "\n".join([name for _, name, _, _ in AGENCIES] + [name for _, name, _, _, _ in PEOPLE])


class Filed:
    """The referrals of a file. `rejected` counts the lines that are wrong, once `documents` has been gone through."""

    def __init__(self, file: Path, *, agencies: Collection[str]) -> None:
        self._file = file
        self._agencies = agencies
        self.rejected = 0

    def documents(self) -> Iterator[Mapping[str, Any]]:
        """Yield each referral once, as `casework referrals import` would take them in (docs/referral-format.md).

        The same reference from the same agency again is the same referral, and rejected when it says something else.
        """
        fingerprints: dict[tuple[str, str], str] = {}
        for line in rows_of(self._file.read_bytes()):
            try:
                document = parse_line(line, received_today=None, known_agencies=self._agencies)
            except Invalid:
                self.rejected += 1
                continue
            key, fingerprint = (document.referrer.agency, document.reference), content_fingerprint(document)
            if key not in fingerprints:
                fingerprints[key] = fingerprint
                yield read_line(line)
            elif fingerprints[key] != fingerprint:
                self.rejected += 1


def with_mark(document: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """Return the referral with `mark` among the victim's names and in the reasons; where there is no room, something gives way."""
    victim = dict(document["victim"])
    aliases = victim.get("aliases") or []
    victim["aliases"] = [*aliases[: _MOST_ALIASES - 1], {"given_names": mark, "family_name": mark}]
    reasons = unicodedata.normalize("NFC", document["reasons"]).strip()[: _MOST_REASONS - len(mark) - 1]
    return {**document, "victim": victim, "reasons": f"{reasons} {mark}"}


def words_of(document: Mapping[str, Any]) -> set[str]:
    """Return what must be found nowhere: whole names, phone numbers, street lines.

    Left out is what stands elsewhere by chance: a line as short as a house number, and the names that the partnership has itself.
    """
    people = [document["victim"], *document["perpetrators"], *document.get("children", [])]
    words = {f"{one['given_names']} {one['family_name']}" for one in people}
    words |= {phone["number"] for phone in document["victim"].get("phones", [])}
    words |= {one["address"]["lines"][0] for one in people if one.get("address")}
    return {word for word in words if len(word) >= _SHORTEST and word not in _SAID_ANYWAY}
