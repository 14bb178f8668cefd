"""What stories stand on: a partnership at work whose clocks go on."""

from __future__ import annotations

import pytest

from config.settings import Settings
from tests.factories.partnership import APartnership
from tests.scenarios.fortnight import Fortnight


@pytest.fixture
def fortnight(partnership: APartnership, settings: Settings) -> Fortnight:
    """The partnership on Monday 23 November, 09:00, with its clocks going on."""
    return Fortnight(partnership, settings)
