"""Runs one benchmark by name, prints its tables and, if asked, writes them as JSON."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from benchmarks.measure import Result
from local.arguments import Arguments

NAMES = ("sealing", "relay", "audit", "mail", "minutes", "pages", "matching", "sharing", "year")


def main() -> None:
    """Run the benchmark that the command line names."""
    parser = Arguments(prog="./dev bench", description="Measure ours beside its baselines.")
    parser.add_argument("name", choices=[name for name in NAMES if Path(__file__).with_name(f"{name}.py").exists()])
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file too")
    chosen, rest = parser.parse_known_args()
    if chosen.json and not chosen.json.absolute().parent.is_dir():
        parser.error("--json: name a file in a folder that is there")
    result: Result = importlib.import_module(f"benchmarks.{chosen.name}").run(rest)
    print(result.printed())
    if chosen.json:
        chosen.json.write_text(json.dumps(result.figures(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
