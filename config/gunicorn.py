"""How gunicorn serves the pages: `gunicorn --config config/gunicorn.py --bind HOST:PORT 'casework.app:create()'`.

No access log: addresses tell which case was opened. The application logs requests by route instead.
"""

import gc
import os
from typing import Any

from config.logging import gunicorn_loggers, set_up_logging
from config.settings import log_level

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 4
preload_app = True  # imported once; connections are opened only when a page asks for one, so none is shared
timeout = 60
graceful_timeout = 5
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 2_048
limit_request_fields = 50
accesslog = None
errorlog = "-"
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # heartbeats must not wait for a disk
logconfig_dict = dict(gunicorn_loggers())


def when_ready(_server: Any) -> None:
    """Set what has been imported aside, so that looking for garbage goes through what requests leave and nothing else.

    The processes that serve are forked after this and inherit it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def on_starting(_server: Any) -> None:
    """Log in our way before anything is served; the processes that serve inherit it."""
    set_up_logging(log_level(os.environ))
