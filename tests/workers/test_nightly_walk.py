"""The trail is walked once a night by the relay, and what does not fit raises an alarm in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from casework.access.actors import SYSTEM
from casework.audit.sealer import NO_PARTNERSHIP, Sealer
from casework.audit.verify import Verification
from casework.work import UnitOfWork
from tests.workers.conftest import MORNING, Place
from workers.verifying import verify_nightly

THREE = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)  # 03:00 on London's clocks


class Nights:
    """A sealed trail of two entries, and its nightly walk."""

    def __init__(self, place: Place, key_file: Path) -> None:
        self._engine, self._key_file, self._folder = place.stores.engine, key_file, place.folder / "audit"
        for _ in range(2):
            with UnitOfWork(place.stores, actor=SYSTEM, now=MORNING, partnership_id=None) as work:
                work.note("test:act")
        Sealer(self._engine, key_file, self._folder).seal_all()

    def walk(self, moment: datetime) -> Verification | None:
        return verify_nightly(self._engine, self._key_file, self._folder, moment=moment)


@pytest.fixture
def nights(place: Place, key_files: dict[str, str]) -> Nights:
    return Nights(place, Path(key_files["CASEWORK_AUDIT_KEY"]))


class TestTheNightlyWalk:
    def test_comes_once_after_three_in_london(self, nights: Nights) -> None:
        assert nights.walk(THREE - timedelta(seconds=1)) is None
        with capture_logs() as logged:
            assert nights.walk(THREE) == Verification(chains=1, entries=2, checkpoints=1, bad=())
        assert [(line["event"], line["entries"]) for line in logged] == [("audit_holds", 2)]
        assert nights.walk(THREE + timedelta(hours=20)) is None
        assert nights.walk(THREE + timedelta(hours=24)) is not None

    def test_raises_an_alarm_with_chain_and_position(self, nights: Nights, place: Place) -> None:
        place.sql.execute("SET session_replication_role = replica")
        place.sql.execute(
            "UPDATE audit_entry SET act = 'x' WHERE id = (SELECT entry_id FROM audit_link WHERE position = 2)"
        )
        with capture_logs() as logged:
            nights.walk(THREE)
        assert logged == [
            {
                "event": "audit_broken",
                "log_level": "critical",
                "chain_id": NO_PARTNERSHIP,
                "position": 2,
                "finding": "changed",
            }
        ]
