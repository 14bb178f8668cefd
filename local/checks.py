"""Everything that `./dev lint` checks, quickest first: ruff, imports, types, templates, and that migrations equal models."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import alembic.util
from jinja2 import Environment, TemplateSyntaxError

from local import engines, provision, state

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "casework" / "web" / "templates"

# What the content security policy would stop in the browser, and what would put stored text on a page unescaped.
FORBIDDEN_IN_MARKUP = {
    r"<script(?![^>]*\bsrc=)": "a script of its own: scripts live in casework/web/assets",
    r"<style\b": "a style sheet of its own: styles live in casework/web/assets",
    r"\sstyle\s*=": "a style attribute: give it a class",
    r"""\son[a-z]+\s*=\s*["']""": "a script attribute: use data-module",
    r"javascript:": "a javascript: address",
}
FORBIDDEN_IN_JINJA = {
    r"\|\s*safe\b": "the filter safe: build markup with a macro",
    r"\{%-?\s*autoescape": "a change of escaping",
}
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def check_ruff() -> list[str]:
    """Return what ruff found."""
    return _said("ruff", "check", "--quiet", "--output-format=concise", ".", "dev")


def check_imports() -> list[str]:
    """Return the broken import contracts."""
    return _said("lint-imports")


def check_types() -> list[str]:
    """Return what mypy found."""
    return _said("mypy")


def check_templates(folder: Path = TEMPLATES) -> list[str]:
    """Return the templates that do not parse or hold what a page may not hold, each with its line."""
    found = []
    environment = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    for template in sorted(folder.rglob("*.*")):
        source = template.read_text(encoding="utf-8")
        name = template.relative_to(folder)
        try:
            environment.parse(source)
        except TemplateSyntaxError as wrong:
            found.append(f"{name}:{wrong.lineno}: {wrong.message}")
        for cut, forbidden in ((_JINJA, FORBIDDEN_IN_MARKUP), (_COMMENT, FORBIDDEN_IN_JINJA)):
            text = cut.sub(lambda removed: "\n" * removed[0].count("\n"), source)  # lines keep their numbers
            for pattern, why in forbidden.items():
                for match in re.finditer(pattern, text, flags=re.IGNORECASE):
                    found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {why}")
    return found


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
