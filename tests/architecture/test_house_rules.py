"""The habits of CONTRIBUTING.md that a machine can hold: read from the source, so nothing is run."""

from __future__ import annotations

import ast
import configparser
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("casework", "workers", "config")
OURS = (*PRODUCT, "local", "rehearsal", "benchmarks")
MOST_LINES = {"tests": 600}  # a story stays whole; of anything else:
MOST_LINES_OF_CODE = 450
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "core", "base", "manager"}
# Where the present may be asked: the edges. Everything below is given `now`.
ASKS_THE_CLOCK = ("casework/web", "casework/cli", "casework/app.py", "workers", "config/logging.py")
CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "func.now",
    "func.current_timestamp",
}
# By the database's clock on purpose: leases and proofs of life must agree between processes, whatever their machines believe.
DATABASE_CLOCK = ("casework/events/", "casework/audit/", "casework/notifications/operations")
SESSION_SET = ("set session ", "set local ", "set role", "reset role", "set app.", "set_config(")


def _tracked(*folders: str) -> list[Path]:
    """Our Python files, as git knows or would know them."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted({ROOT / name for name in said.split() if name.endswith(".py") and (ROOT / name).is_file()})


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _dotted(node: ast.expr) -> str:
    """The last two names of what is called: `datetime.now` for `datetime.datetime.now`."""
    if isinstance(node, ast.Attribute):
        before = node.value
        owner = before.attr if isinstance(before, ast.Attribute) else before.id if isinstance(before, ast.Name) else ""
        return f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


class TestEveryModule:
    def test_says_what_it_is_for(self) -> None:
        silent = [
            _name(path)
            for path in _tracked(*OURS, "tests")
            if path.read_text().strip() and not ast.get_docstring(_tree(path))
        ]
        assert silent == []

    def test_is_short_enough_to_read(self) -> None:
        long = {
            _name(path): lines
            for path in _tracked(*OURS, "tests")
            if (lines := len(path.read_text().splitlines()))
            > MOST_LINES.get(path.relative_to(ROOT).parts[0], MOST_LINES_OF_CODE)
        }
        assert long == {}, "split it by subject"

    def test_is_named_for_its_subject(self) -> None:
        vague = [
            _name(path) for path in _tracked(*OURS, "tests") if VAGUE & {path.stem, *path.relative_to(ROOT).parts[:-1]}
        ]
        assert vague == []


class TestEveryPublicFunction:
    @pytest.mark.parametrize("kind", ["operations", "queries", "policy", "rules"])
    def test_of_a_concept_says_what_it_does(self, kind: str) -> None:
        files = [path for path in _tracked("casework") if kind in path.relative_to(ROOT).with_suffix("").parts]
        silent = [
            f"{_name(path)}: {function.name}"
            for path in files
            for function in _public(_tree(path).body)
            if not ast.get_docstring(function)
        ]
        assert len(files) > 5
        assert silent == []

    def test_elsewhere_in_the_product_says_so_too(self) -> None:
        silent = [
            f"{_name(path)}: {function.name}"
            for path in _tracked(*PRODUCT)
            for function in _public(_tree(path).body)
            if not ast.get_docstring(function)
        ]
        assert silent == []


class TestTheClock:
    def test_is_asked_at_the_edges_only(self) -> None:
        asking = [
            f"{_name(path)}:{call.lineno} {called}"
            for path in _tracked(*PRODUCT)
            if not _name(path).startswith(ASKS_THE_CLOCK)
            for called, call in _calls(path)
            if called in CLOCK and not (called.startswith("func.") and _name(path).startswith(DATABASE_CLOCK))
        ]
        assert asking == [], "take work.now, or an argument"

    def test_always_says_its_time_zone(self) -> None:
        naive = [
            f"{_name(path)}:{call.lineno}"
            for path in _tracked(*OURS)
            for called, call in _calls(path)
            if called == "datetime.utcnow" or (called == "datetime.now" and not call.args and not call.keywords)
        ]
        assert naive == []


class TestTheDatabase:
    def test_is_committed_to_by_the_unit_of_work_alone(self) -> None:
        committing = [
            f"{_name(path)}:{call.lineno}"
            for path in _tracked("casework")
            for called, call in _calls(path)
            if called in ("session.commit", "connection.commit", "db.commit") and path.name != "work.py"
        ]
        assert committing == []

    def test_is_told_whose_rows_to_show_for_one_transaction_only(self) -> None:
        """A setting of the session stays with a pooled connection, and the next user would see the rows of the one before."""
        told = []
        for path in _tracked("casework", "workers"):
            for node in ast.walk(_tree(path)):
                if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or " " not in node.value:
                    continue
                words = " ".join(node.value.lower().split())
                if "set_config(" in words and words.count("set_config(") == words.count(", true)"):
                    continue
                if words.startswith(SESSION_SET[:-1]) or "set_config(" in words:
                    told.append(f"{_name(path)}:{node.lineno}")
        assert told == []

    def test_gets_its_values_bound_and_never_pasted_into_a_statement(self) -> None:
        pasted = [
            f"{_name(path)}:{call.lineno}"
            for path in _tracked(*PRODUCT)
            for called, call in _calls(path)
            if (called == "text" or called.endswith((".execute", ".exec_driver_sql", ".text")))
            and call.args
            and isinstance(call.args[0], ast.JoinedStr)
            and not all(
                isinstance(part.value, ast.Name) and part.value.id.isupper()  # constants of the module
                for part in call.args[0].values
                if isinstance(part, ast.FormattedValue)
            )
        ]
        assert pasted == []


class TestTheQueue:
    def test_is_fed_by_the_workers_alone(self) -> None:
        feeding = [
            f"{_name(path)}:{call.lineno} {called}"
            for path in _tracked("casework", "config")
            for called, call in _calls(path)
            if called.endswith((".delay", ".apply_async", ".send_task"))
        ]
        assert feeding == [], "record an event: the relay does the rest"

    def test_has_no_task_that_waits_in_the_broker(self) -> None:
        """Waiting lives in the database: a message with a far moment comes back again and again (docs/adr/0003-outbox.md)."""
        waiting = [
            f"{_name(path)}:{call.lineno}"
            for path in _tracked("workers")
            for called, call in _calls(path)
            if called.endswith((".apply_async", ".send_task", ".retry"))
            for keyword in call.keywords
            if keyword.arg in ("eta", "countdown")
        ]
        assert waiting == []


class TestSecrets:
    def test_are_drawn_by_no_ordinary_chance(self) -> None:
        drawing = [
            f"{_name(path)}:{node.lineno}"
            for path in _tracked(*PRODUCT)
            for node in ast.walk(_tree(path))
            if (isinstance(node, ast.Import) and any(one.name == "random" for one in node.names))
            or (isinstance(node, ast.ImportFrom) and node.module == "random")
        ]
        assert drawing == [], "use secrets or os.urandom"

    def test_come_from_settings_and_not_from_the_environment(self) -> None:
        """Only what starts a process reads the environment."""
        starts = {"casework/app.py", "config/gunicorn.py", "workers/app.py", "workers/relay.py"}
        reading = [
            _name(path)
            for path in _tracked(*PRODUCT)
            if not _name(path).startswith("casework/cli/") and _name(path) not in starts
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Attribute) and _dotted(node) in ("os.environ", "os.getenv")
        ]
        assert reading == []


class TestTheLayout:
    """./dev lint holds the contracts of .importlinter; this holds the contracts to the tree, so that nothing new escapes them."""

    @pytest.fixture
    def contracts(self) -> configparser.ConfigParser:
        parser = configparser.ConfigParser()
        parser.read(ROOT / ".importlinter")
        return parser

    @staticmethod
    def _listed(contracts: configparser.ConfigParser, contract: str, option: str) -> set[str]:
        return {line for line in contracts[f"importlinter:contract:{contract}"][option].split("\n") if line}

    def test_names_every_concept(self, contracts: configparser.ConfigParser) -> None:
        six = {"operations", "queries", "policy", "models", "events", "rules"}
        ways_in_and_below = {"web", "cli", "access", "audit", "events"}
        concepts = {
            f"casework.{folder.name}"
            for folder in (ROOT / "casework").iterdir()
            if folder.is_dir()
            and folder.name not in ways_in_and_below
            and six & {part.stem for part in folder.iterdir() if part.name != "__init__.py"}
            and any(path.parent == folder for path in _tracked(f"casework/{folder.name}"))
        }
        assert concepts - {"casework.programmes"} == self._listed(contracts, "concept", "containers")

    def test_keeps_frameworks_out_of_everything_below_the_ways_in(self, contracts: configparser.ConfigParser) -> None:
        here = {f"casework.{path.relative_to(ROOT).with_suffix('').parts[1]}" for path in _tracked("casework")}
        ways_in = {"casework.app", "casework.web", "casework.cli", "casework.__init__"}
        ways_in |= {"casework.referral_format", "casework.referral_imports"}  # these know marshmallow
        assert here - ways_in == self._listed(contracts, "frameworks", "source_modules") - {"config"}

    def test_makes_no_exceptions(self, contracts: configparser.ConfigParser) -> None:
        ignored = [
            line
            for section in contracts.sections()
            for line in contracts[section].get("ignore_imports", "").split("\n")
            if line
        ]
        assert ignored == []
