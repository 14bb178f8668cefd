"""`./dev bench pages`: the co-ordinator's pages over HTTP, sealed as shipped, beside the same with a null cipher and a hello world.

Signed in, with access and trail on, behind gunicorn as it is shipped; wrk is the load.
"""

from __future__ import annotations

import gzip
import re
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from subprocess import run as run_program
from urllib.parse import urljoin

from benchmarks import null_copy, three_thousand
from benchmarks.installation import Installation, installed
from benchmarks.measure import Case, Result, Table, alternate
from benchmarks.statements import counted
from benchmarks.three_thousand import Place
from casework.access.actors import SYSTEM
from casework.accounts import operations as accounts
from casework.app import create
from casework.web.unit import EXTENSION
from casework.work import UnitOfWork
from config.settings import Settings
from local import children

CONNECTIONS = 4
# Many short slices: which of the server's processes takes how many connections is drawn anew for each, and weighs as much as the page.
SECONDS = 2
ROUNDS = 9
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")
_LINKED = re.compile(r"""(?:href|src)="([^"]*/look/[^"]+)"|url\(["']?([^"')]+)""")
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """One gunicorn and the cookie that its pages are asked with."""

    name: str
    address: str
    cookie: str

    def rate(self, path: str) -> float:
        """Return the seconds that a request takes while wrk keeps its connections busy. Raises RuntimeError for a refused page."""
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{SECONDS}s",
            "-H",
            f"Cookie: {self.cookie}",
            self.address + path,
        ]
        told = run_program(command, capture_output=True, text=True, check=True).stdout
        if _FAILED.search(told):
            raise RuntimeError(f"{self.name} {path}: {told}")
        return 1 / float(_RATE.findall(told)[0])


def run(arguments: Sequence[str]) -> Result:
    """Measure the case list, a case and the agenda of 17 cases. `arguments` are not used."""
    if shutil.which("wrk") is None:
        raise SystemExit("./dev bench pages needs wrk: apt-get install -y --no-install-recommends wrk")
    with installed() as place:
        print("· making 3,000 cases", file=sys.stderr)
        about = three_thousand.make(place.stores)
        cookie = _cookie(place, about)
        place.stores.engine.dispose()
        place.stores.key_store.engine.dispose()
        null_url = null_copy.make(place)
        ours = _serve(place, "sealed, as shipped", "casework.app:create()", cookie)
        cookie = f"{cookie}; {_form_cookie(ours)}"
        ours = replace(ours, cookie=cookie)
        null = _serve(place, "null cipher", "benchmarks.null_copy:create()", cookie, DATABASE_URL=null_url)
        hello = _serve(place, "hello world", "benchmarks.hello:app", "")
        pages = {
            "case list, 25 rows": "/cases",
            "case": f"/cases/{about.case_id}",
            "agenda, 17 cases": f"/rounds/{about.conference_id}/sitting",
        }
        tables = [_measured(name, path, (ours, null, hello)) for name, path in pages.items()]
        statements = {name: _statements(place, cookie, path) for name, path in pages.items()}
        requests, weight = _first_page(ours, "/sign-in")
        home = len(_get(ours, "/")[0])
    facts: dict[str, float] = {}
    for table in tables:
        for other in (null, hello):
            facts[f"{table.title}: rate sealed over {other.name}"] = 1 / table.ratio(ours.name, other.name)
    facts |= {f"{name}: statements": count for name, count in statements.items()}
    facts |= {
        "first page: requests": requests,
        "first page: kB as sent": weight / 1000,
        "home of the co-ordinator: kB": home / 1000,
    }
    notes = (
        f"wrk with {CONNECTIONS} connections, {SECONDS} s a slice, {ROUNDS} rounds, slices in turn; 2 gunicorn workers",
    )
    return Result("pages", tables, facts, notes)


def _measured(name: str, path: str, servers: Sequence[Server]) -> Table:
    cases = [Case(one.name, partial(one.rate, "/" if one.name == "hello world" else path), 1) for one in servers]
    return alternate(name, "pages", cases, rounds=ROUNDS)


def _serve(place: Installation, name: str, app: str, cookie: str, **settings: str) -> Server:
    port = children.free_port()
    kept = dict(place.environment)
    place.environment.update(settings, WEB_CONCURRENCY="2")
    try:
        place.start("gunicorn", "--config", str(_ROOT / "config/gunicorn.py"), "--bind", f"127.0.0.1:{port}", app)
    finally:
        place.environment.clear()
        place.environment.update(kept)
    server = Server(name, f"http://127.0.0.1:{port}", cookie)
    _wait(server)
    return server


def _wait(server: Server) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            _get(server, "/")
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _cookie(place: Installation, about: Place) -> str:
    with UnitOfWork(
        place.stores, actor=SYSTEM, now=datetime.now(UTC).replace(microsecond=0), partnership_id=None
    ) as work:
        return f"casework={accounts.start_session(work, account_id=about.coordinator_id)}"


def _form_cookie(server: Server) -> str:
    """Return the cookie of the form tokens as the first page sets it: a browser sends it back with every page after that."""
    return _get(server, "/")[1]["Set-Cookie"].partition(";")[0]


def _get(server: Server, path: str) -> tuple[bytes, Mapping[str, str]]:
    asked = urllib.request.Request(
        urljoin(server.address, path), headers={"Cookie": server.cookie, "Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return answer.read(), answer.headers


def _first_page(server: Server, path: str) -> tuple[int, int]:
    """Return how many requests a browser with an empty cache makes for a page, and how many bytes come."""
    waiting, seen, weight = [path], set[str](), 0
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        body, headers = _get(server, address)
        weight += len(body)
        text = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        kind = headers.get("Content-Type", "")
        if "html" in kind or "css" in kind:
            found = [one or other for one, other in _LINKED.findall(text.decode())]
            # Of a font's faces a browser asks for those with letters of the page; the extended Latin ones are for few names.
            waiting += [urljoin(address, one) for one in found if not one.startswith("data:") and "-ext" not in one]
    return len(seen), weight


def _statements(place: Installation, cookie: str, path: str) -> int:
    """Return how many statements the databases get for one page: the main one and the key store together."""
    app = create(Settings.read(place.environment))
    stores = app.extensions[EXTENSION].stores
    for engine in (stores.engine, stores.key_store.engine):
        engine.connect().close()  # what a connection asks when it is made is not the page's
    with counted() as sent:
        answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie, "Host": "127.0.0.1"})
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    stores.close()
    return len(sent)
