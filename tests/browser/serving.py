"""A web process of its own for a test that kills it: `python -m tests.browser.serving PORT MOMENT`, the moment in ISO, UTC."""

from __future__ import annotations

import sys
from datetime import datetime

from werkzeug.serving import run_simple

from casework.app import create


def main() -> None:
    """Serve the product with a clock that stands."""
    port, moment = int(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    run_simple("127.0.0.1", port, create(clock=lambda: moment), threaded=True)


if __name__ == "__main__":
    main()
