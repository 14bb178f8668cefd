"""Blind indexes: keyed tokens by which equal things are found without being opened. Compound, so that nothing can be ranked.

A token of a surname alone gives a thief of the table 60% of the commonest names by counting; surname with date of birth gives
nothing to count. INDEXES lists every index with what it still tells.
"""

from __future__ import annotations

import hmac
import unicodedata
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from casework.encryption.envelope import KEY_BYTES, bind, expand

TOKEN_BYTES = 16


class Index(NamedTuple):
    """One index: the parts that make a token, and what a reader of the tokens learns.

    An index has two parts or more unless it is `single`; then `leaks` also says why that is borne. `exact` keeps
    punctuation and marks, where leaving them out would make two different things equal.
    """

    parts: tuple[str, ...]
    leaks: str
    single: bool = False
    exact: bool = False


INDEXES = {
    # Two records agree in every part: in 20,000 people 19,985 values of the second were distinct, so nothing can be ranked.
    "person.name_birth": Index(("surname", "given name", "date of birth"), "that two records name one person"),
    "person.surname_birth": Index(("surname", "date of birth"), "that two records are one person, or twins"),
    "person.birth_postcode": Index(("date of birth", "postcode"), "that two records are one person, or twins at home"),
    "person.phone": Index(("phone", "given name"), "that two records are most likely one person; not the number"),
    # What the search box is asked for alone is kept with an initial, of which there are 27: a search tries each, and a thief of
    # the table cannot rank the postcodes of a refuge, because its people fall apart by their initials.
    "person.birth_initial": Index(("date of birth", "initial"), "that two people of one initial were born on one day"),
    "person.postcode_initial": Index(("postcode", "initial"), "that two people of one initial share a postcode"),
    "person.phone_initial": Index(("last six digits", "initial"), "that two people of one initial share a telephone"),
    "referral.reference": Index(("agency", "reference"), "that an agency sent a reference twice", exact=True),
    # Sign-in has nothing else to find an account by. An address is unique to one account, so nothing can be counted; whoever
    # holds the index key too can confirm an address that they guess.
    "account.email": Index(("e-mail",), "that two tries to sign in were for one address", single=True, exact=True),
    # Tries from one place are counted to slow them, for hours. Whoever holds the index key too can try every address.
    "sign_in.source": Index(("address",), "that two tries came from one network address", single=True, exact=True),
    # A form is many parts in one and never the same by chance.
    "referral.form": Index(("whole form",), "that the same form came twice, to the letter", single=True, exact=True),
}


def normalise(text: str) -> str:
    """Return `text` as names are compared: no marks, no case, letters and digits only (O'Brien-Siân: obriensian)."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(filter(str.isalnum, spread))


def normalise_exact(text: str) -> str:
    """Return `text` as codes and addresses are compared: no case, no space around, everything else kept."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class BlindIndex:
    """Makes tokens under the index root: a secret of its own that no master key leads to. Build it once for each process."""

    def __init__(self, root: bytes) -> None:
        if len(root) != KEY_BYTES:
            raise ValueError("the index root has 32 bytes")
        self._root = root
        self._keys: dict[uuid.UUID, bytes] = {}

    def token(self, partnership_id: uuid.UUID, index: str, parts: Sequence[str]) -> bytes:
        """Return the 16-byte token of `parts` in an index of INDEXES; the same parts give another token in another partnership.

        Dates are ISO, phones in international form. Raises ValueError for an unknown index, for another number of parts
        than it has, and for a part with nothing in it: make no token where something is missing.
        """
        if index not in INDEXES:
            raise ValueError("index must be one of " + ", ".join(INDEXES))
        rule = INDEXES[index]
        if len(parts) != len(rule.parts) or isinstance(parts, str):
            raise ValueError(f"{index} takes {len(rule.parts)} parts: {', '.join(rule.parts)}")
        plain = [(normalise_exact if rule.exact else normalise)(part) for part in parts]
        if "" in plain:
            raise ValueError(f"{index}: {rule.parts[plain.index('')]} is empty")
        message = bind(index.encode(), *(part.encode("utf-8", "surrogatepass") for part in plain))
        return hmac.digest(self._key(partnership_id), message, "sha256")[:TOKEN_BYTES]

    def _key(self, partnership_id: uuid.UUID) -> bytes:
        if partnership_id not in self._keys:
            self._keys[partnership_id] = expand(self._root, bind(b"casework/v1/index", partnership_id.bytes))
        return self._keys[partnership_id]
