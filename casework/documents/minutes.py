"""The minutes of a sitting as one reader may see them, and their rendering as a tagged PDF (PDF/UA-1).

Whoever builds `MinutesDocument` decides what the reader may see; what is left out here is not in the file. Text travels as data,
never as markup, so whatever somebody typed stays text.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from casework.clock import clock_words, london_date, wednesday_9_december

TEMPLATE: Final = Path(__file__).with_name("minutes.typ")

LATIN: Final = 0xFF
"""The last character that every font has."""

HANDLING: Final = (
    "Restricted when complete. Do not copy, forward or put on a shared drive. The perpetrator must not learn of this."
)
"""Printed at the foot of each page unless a partnership has words of its own."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at the sitting: for whom they stood in, and whether they accepted the confidentiality statement."""

    name: str
    agency: str
    accepted: bool
    deputises_for: str | None = None


@dataclass(frozen=True, slots=True)
class Apologies:
    """Somebody who could not come, and when their agency's information was sent instead (None: it was not)."""

    name: str
    agency: str
    information_sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnfinishedAction:
    """An action of an earlier sitting that is not done, with what its agency said happened."""

    case_number: str
    owner: str
    what: str
    due_on: date
    what_happened: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an agency knows, with its London day when it has one."""

    words: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Information:
    """What one agency told the conference about a case. `withheld` says that something was kept back from this reader or
    from the table, never what it is."""

    agency: str
    facts: tuple[Fact, ...] = ()
    opinions: tuple[str, ...] = ()
    nothing_known: bool = False
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """What the danger is, and to whom ("the victim")."""

    to: str
    words: str


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """What one agency does by when."""

    owner: str
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CrimeDisclosed:
    """A crime disclosed at the hearing, and what the victim wishes about reporting it. Minuted under its own heading, so that the
    rules of crime recording can be met."""

    what: str
    wish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedCase:
    """One case as heard, or put off with the reason. `who` names the people; parts that the reader may not see are absent."""

    number: str
    who: str
    is_repeat: bool = False
    put_off_because: str | None = None
    information: tuple[Information, ...] = ()
    victims_voice: str | None = None
    risks: tuple[Risk, ...] = ()
    actions: tuple[AgreedAction, ...] = ()
    no_action_because: str | None = None
    crimes: tuple[CrimeDisclosed, ...] = ()
    teller: str | None = None
    tell_how: str | None = None
    nobody_tells_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesDocument:
    """The minutes of one sitting for one reader (SafeLives' template for minutes).

    `copy_for` is the agency whose copy it is, None for the whole record. `sits_at` and `approved_at` are instants. Unfinished actions
    stand in two lists, overtaken by events apart from simply not done.
    """

    marac: str
    sits_at: datetime
    venue: str
    chair: str
    version: int
    confidentiality_statement: str
    copy_for: str | None = None
    approved_at: datetime | None = None
    present: tuple[Present, ...] = ()
    observers: tuple[Present, ...] = ()
    apologies: tuple[Apologies, ...] = ()
    overtaken: tuple[UnfinishedAction, ...] = ()
    not_done: tuple[UnfinishedAction, ...] = ()
    cases: tuple[MinutedCase, ...] = ()
    lapsed: tuple[str, ...] = ()
    other_business: str | None = None
    handling: str = HANDLING


def render_minutes(minutes: MinutesDocument, *, made_at: datetime, fonts: Path | None) -> bytes:
    """The minutes as a PDF: tagged, PDF/UA-1, British English, its title shown in the window.

    `made_at` is the instant written into the file. `fonts` is a folder of TrueType fonts with Atkinson Hyperlegible; without the
    folder or the font, the renderer's own fonts serve. Raises ValueError when an instant carries no zone.
    """
    if made_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    folder = str(fonts) if fonts is not None and fonts.is_dir() else None
    data = _data(minutes)
    characters = _characters(data)
    never = frozenset(c for c in characters if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs"))
    try:
        return _compiled(data, never, made_at, folder)
    except typst.TypstError:
        # The standard forbids a character that no font has: its number is printed instead, and the first page says so.
        rare = frozenset(character for character in characters - never if ord(character) > LATIN)
        lost = frozenset(character for character in rare if not _is_printable(character, folder))
    try:
        return _compiled(data, never | lost, made_at, folder)
    except typst.TypstError:
        # Signs that can be printed alone but not joined.
        return _compiled(data, never | rare, made_at, folder)


def _compiled(data: dict[str, Any], lost: frozenset[str], made_at: datetime, folder: str | None) -> bytes:
    readable = (_spelt_out(data, lost) if lost else data) | {"unprintable": bool(lost)}
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(folder),
        sys_inputs={"minutes": json.dumps(readable, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


@lru_cache(maxsize=4096)
def _is_printable(character: str, folder: str | None) -> bool:
    """Whether some font has the character: tried on a page of its own."""
    probe = b'#set document(title: "one character")\n#sys.inputs.character'
    try:
        typst.compile(
            probe, font_paths=_fonts(folder), sys_inputs={"character": character}, pdf_standards=["ua-1"], timestamp=0
        )
    except typst.TypstError:
        return False
    return True


def _characters(value: Any) -> frozenset[str]:
    """Every character of the data's texts."""
    if isinstance(value, dict | list):
        below = value.values() if isinstance(value, dict) else value
        return frozenset().union(*(_characters(item) for item in below))
    return frozenset(value) if isinstance(value, str) else frozenset()


def _spelt_out(value: Any, lost: frozenset[str]) -> Any:
    """The same data with each lost character as its number, such as [U+674E]."""
    if isinstance(value, dict):
        return {name: _spelt_out(item, lost) for name, item in value.items()}
    if isinstance(value, list):
        return [_spelt_out(item, lost) for item in value]
    if isinstance(value, str):
        return "".join(f"[U+{ord(character):04X}]" if character in lost else character for character in value)
    return value


@lru_cache(maxsize=4)
def _fonts(folder: str | None) -> typst.Fonts:
    """The fonts, searched once: what the machine happens to have installed is left out, so that every machine prints the same."""
    return typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])


def _data(minutes: MinutesDocument) -> dict[str, Any]:
    day = wednesday_9_december(london_date(minutes.sits_at), with_year=True)
    plain: dict[str, Any] = _plain(minutes)
    return plain | {
        "title": f"Minutes of {minutes.marac}, {day}",
        "when": f"{day}, {clock_words(minutes.sits_at)}",
        "approved": minutes.approved_at and wednesday_9_december(london_date(minutes.approved_at), with_year=True),
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return wednesday_9_december(value, with_year=True)
    return value
