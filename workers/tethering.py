"""A worker's processes end with it: on Linux the kernel ends them when their parent dies, however it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PARENT = os.getpid()  # imported before the pool is forked


def end_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (prctl(2), PR_SET_PDEATHSIG); elsewhere than on Linux do nothing.

    A pool's process that waits for its turn at the pipe never learns that its parent was killed, and would stay for ever. Its
    task comes back with another worker. Call it right after the fork: if the parent is gone already, this process ends too.
    """
    if sys.platform == "linux" and os.getpid() != _PARENT:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != _PARENT:
            os._exit(127)
