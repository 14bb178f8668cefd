"""Everything that `./dev lint` checks, quickest first: ruff, imports, types, templates, and that migrations equal models."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import alembic.util

from local import engines, provision, state

ROOT = Path(__file__).parents[1]


def check_ruff() -> list[str]:
    """Return what ruff found."""
    return _said("ruff", "check", "--quiet", "--output-format=concise", ".", "dev")


def check_imports() -> list[str]:
    """Return the broken import contracts."""
    return _said("lint-imports")


def check_types() -> list[str]:
    """Return what mypy found."""
    return _said("mypy")


def check_templates() -> list[str]:
    """Return what the tests of the templates found: inline script or style, unescaped text, a form without its token."""
    return _said(
        "python", "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", "tests/architecture/test_templates.py"
    )


def check_migrations() -> list[str]:
    """Return the differences between what the migrations make, up, down and up again, and what the models describe."""
    with state.temporary(in_memory=True) as folder, engines.running(folder, environment={}, durable=False) as running:
        settings = running.settings()
        provision.prepare_databases(settings)
        try:
            provision.check_migrations(settings)
        except alembic.util.CommandError as differs:
            return [str(differs)]
        provision.remove_tables(settings)
        provision.prepare_databases(settings)
    return []


CHECKS: dict[str, Callable[[], list[str]]] = {
    "ruff": check_ruff,
    "imports": check_imports,
    "templates": check_templates,
    "migrations": check_migrations,
    "types": check_types,
}


def main() -> int:
    """Run every check, or those named as arguments; the exit code is 1 when any found something."""
    wanted = sys.argv[1:] or list(CHECKS)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        print(f"./dev lint knows no check {unknown[0]!r}: it has {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    failed = False
    for name in wanted:
        began = time.monotonic()
        found = CHECKS[name]()
        failed = failed or bool(found)
        print(f"{name:<11}{'found this:' if found else 'well'}  ({time.monotonic() - began:.1f} s)", flush=True)
        for line in found:
            print(f"    {line}", flush=True)
    return 1 if failed else 0


def _said(program: str, *arguments: str) -> list[str]:
    """Run a checker of the environment; return what it said when it was not content."""
    done = subprocess.run(
        [Path(sys.executable).parent / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return []
    return (done.stdout + done.stderr).strip().splitlines() or [f"{program} ended with {done.returncode}"]


if __name__ == "__main__":
    sys.exit(main())
