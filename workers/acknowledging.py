"""What happens when the broker does not take an acknowledgement: the connection is given up and made anew."""

from __future__ import annotations

from celery.utils.log import get_logger
from celery.worker.request import Request

_LOG = get_logger(__name__)


class FrankRequest(Request):
    """A message in the hands of this worker, whose failures to acknowledge reach the consumer.

    Celery logs them and goes on; but the message keeps its place among those that may be in hand, and after as many failures
    as the worker has processes it is up, answers pings and takes nothing any more. It catches the errors that it is given, so
    it is given none.
    """

    def acknowledge(self) -> None:
        """Tell the broker that the message is done with."""
        if not self.acknowledged:
            self._on_ack(_LOG, ())  # type: ignore[attr-defined]  # the stubs leave it out
            self.acknowledged = True

    def reject(self, requeue: bool = False) -> None:
        """Tell the broker that the message is not done with; with `requeue` it comes again."""
        if not self.acknowledged:
            self._on_reject(_LOG, (), requeue)  # type: ignore[attr-defined]  # the stubs leave it out
            self.acknowledged = True
