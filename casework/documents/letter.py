"""A letter about an intervention and its rendering as a tagged PDF (PDF/UA-1). What somebody typed travels as data, never as markup."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from casework.clock import wednesday_9_december

TEMPLATE: Final = Path(__file__).with_name("letter.typ")
LATIN: Final = 0xFF
"""The last character that every font has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDocument:
    """One letter as it was kept: who writes, to whom and where, its London day, its title and its words."""

    agency: str
    name: str
    address: str
    written_on: date
    title: str
    words: str


def render_letter(letter: LetterDocument, *, made_at: datetime, fonts: Path | None) -> bytes:
    """Return the letter as a PDF in British English. `made_at` (an instant) is written into the file.

    `fonts` is a folder of TrueType fonts; without it the renderer's own serve. A character that no font has is printed as its
    number, such as [U+674E]. Raises ValueError when the instant carries no zone.
    """
    if made_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    folder = str(fonts) if fonts is not None and fonts.is_dir() else None
    data = asdict(letter) | {"written_on": wednesday_9_december(letter.written_on, with_year=True)}
    try:
        return _compiled(_without(data, rare=False), made_at, folder)
    except typst.TypstError:
        return _compiled(_without(data, rare=True), made_at, folder)


def _without(data: dict[str, str], *, rare: bool) -> dict[str, str]:
    """Return the data with characters that cannot be printed as their numbers: control characters, and `rare` all but Latin ones."""

    def said(character: str) -> str:
        never = character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")
        return f"[U+{ord(character):04X}]" if never or (rare and ord(character) > LATIN) else character

    return {name: "".join(map(said, value)) for name, value in data.items()}


def _compiled(data: dict[str, str], made_at: datetime, folder: str | None) -> bytes:
    pdf = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(folder),
        sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("a PDF is one file")
    return pdf


@lru_cache(maxsize=4)
def _fonts(folder: str | None) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])
