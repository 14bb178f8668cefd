"""The files that make the look (style sheet, script, font, icon): served from our own origin, named by the hash of their content."""

from __future__ import annotations

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

FOLDER = Path(__file__).parent / "static"
# Text is sent compressed; fonts are compressed already. Pages are not: a secret beside reflected text must not be (BREACH).
_COMPRESSED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"

# It carries the templates too, so that the shell works whatever the app was named.
blueprint = Blueprint("look", __name__, template_folder="templates")
ENDPOINT = "look.static_file"


def _find(name: str) -> Path | None:
    path = (FOLDER / name).resolve()
    return path if path.is_relative_to(FOLDER.resolve()) and path.is_file() else None


@lru_cache(maxsize=64)
def _hash(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@lru_cache(maxsize=32)
def _gzip(path: Path, _changed_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def content_hash(name: str) -> str | None:
    """Give the hash of a file below the static folder, or None when there is no such file (the assets have not been built)."""
    path = _find(name)
    return _hash(path, path.stat().st_mtime_ns) if path else None


def address(name: str, *, hashed: bool = True) -> str:
    """Give the address of a static file with its content's hash. Global in templates: `static('built/app.css')`.

    Without `hashed` it is the plain address, as the style sheet writes it for the font.
    """
    try:
        changed_ns = os.stat(f"{FOLDER}/{name}").st_mtime_ns if hashed else 0  # on every page, several times
    except FileNotFoundError:
        changed_ns = 0
    return _address(request.root_path, name, changed_ns)


@lru_cache(maxsize=64)
def _address(_root: str, name: str, changed_ns: int) -> str:
    found = content_hash(name) if changed_ns else None
    return url_for(ENDPOINT, name=name, v=found) if found else url_for(ENDPOINT, name=name)


# Not /static: an app may have a folder of that name of its own, whose route would come first.
@blueprint.get("/look/<path:name>")
def static_file(name: str) -> Response:
    """Send one file of the look. Open to everybody: it holds nothing about anybody.

    Kept by browsers for a year when asked for by its present hash, else for a day (a font, which the style sheet names).
    """
    path = _find(name)
    if path is None:
        raise NotFound
    kind = _COMPRESSED.get(path.suffix)
    if kind and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = Response(_gzip(path, path.stat().st_mtime_ns), mimetype=kind)
        answer.headers["Content-Encoding"] = "gzip"
    else:
        answer = send_from_directory(FOLDER, name)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = FOR_A_YEAR if request.args.get("v") == content_hash(name) else FOR_A_DAY
    return answer
