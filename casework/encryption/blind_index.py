"""Blind indexes: keyed tokens by which equal things are found without being opened. Compound, so that nothing can be ranked.

A token of a surname alone gives a thief of the table 60% of the commonest names by counting; surname with date of birth gives
nothing to count. INDEXES lists every index with what it still tells.
"""

from __future__ import annotations

import hmac
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from casework.encryption.envelope import KEY_BYTES, bind, expand

TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Index:
    """One index: the parts that make a token, and what a reader of the tokens learns.

    `single` says why a single part may stand alone; without it an index has two parts or more. `exact` keeps punctuation
    and marks, where leaving them out would make two different things equal.
    """

    parts: tuple[str, ...]
    leaks: str
    single: str | None = None
    exact: bool = False


INDEXES = {
    "person.name_birth": Index(
        ("surname", "given name", "date of birth"),
        leaks="two records of a partnership name the same person; nearly every value is unique, so nothing to count",
    ),
    "person.surname_birth": Index(
        ("surname", "date of birth"),
        leaks="two records are of one person, or of twins; in 20,000 people 19,985 values were distinct",
    ),
    "person.birth_postcode": Index(
        ("date of birth", "postcode"),
        leaks="two records are of one person or of twins at one address; fifteen households share a postcode",
    ),
    "person.phone": Index(
        ("phone", "given name"),
        leaks="two records give the same phone and given name, so are most likely one person; says not which number",
    ),
    "account.email": Index(
        ("e-mail",),
        leaks="two sign-in attempts were for one address; with the index key, a guessed work address can be confirmed",
        single="a work e-mail address is unique to one account, so nothing can be counted, and sign-in has nothing else",
        exact=True,
    ),
    "referral.reference": Index(
        ("agency", "reference"),
        leaks="an agency sent the same reference twice",
        exact=True,
    ),
    "referral.form": Index(
        ("whole form",),
        leaks="the same form came twice, to the letter",
        single="a whole form is its own many parts and is never repeated by chance",
        exact=True,
    ),
    "sign_in.source": Index(
        ("network address",),
        leaks="sign-in attempts came from one network address; with the index key, all IPv4 addresses can be tried",
        single="tries from one place must be counted to be slowed; kept for hours, and says nothing about a case",
        exact=True,
    ),
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
        rule = INDEXES.get(index)
        if rule is None:
            raise ValueError("index must be one of " + ", ".join(INDEXES))
        if len(parts) != len(rule.parts) or isinstance(parts, str):
            raise ValueError(f"{index} takes {len(rule.parts)} parts: {', '.join(rule.parts)}")
        plain = [(normalise_exact if rule.exact else normalise)(part) for part in parts]
        for name, part in zip(rule.parts, plain, strict=True):
            if not part:
                raise ValueError(f"{index}: {name} is empty")
        message = bind(index.encode(), *(part.encode("utf-8", "surrogatepass") for part in plain))
        return hmac.digest(self._key(partnership_id), message, "sha256")[:TOKEN_BYTES]

    def _key(self, partnership_id: uuid.UUID) -> bytes:
        key = self._keys.get(partnership_id)
        if key is None:
            key = self._keys[partnership_id] = expand(self._root, bind(b"casework/v1/index", partnership_id.bytes))
        return key
