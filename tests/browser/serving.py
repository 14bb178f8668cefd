"""The product at an address: beside a test, or as a process that a test kills (`python -m tests.browser.serving PORT MOMENT`, UTC)."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server, run_simple

from casework.app import create


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        """Say nothing: the tests read what the browser saw."""


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve `app` on a port of its own; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    """Serve the product with a clock that stands."""
    port, moment = int(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    run_simple("127.0.0.1", port, create(clock=lambda: moment), threaded=True)


if __name__ == "__main__":
    main()
