"""The fixture of the sealing tests."""

from __future__ import annotations

import pytest

from tests.unit.encryption.rows import Keyring


@pytest.fixture
def keys() -> Keyring:
    """An empty set of data keys."""
    return Keyring()
