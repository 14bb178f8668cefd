"""MARAC's rows of the sharing table: high risk, not high risk, victims under 16. Who hears a listed case is decided in `sharing`.

These rows explain a single question ("may this agency tell that one?") in the words of the table; agreement is not asked.
"""

from __future__ import annotations

from casework.programmes.sharing_table import ROWS_FOR_ALL, PartOfTable

PART = PartOfTable(
    rows=ROWS_FOR_ALL | {"6", "7", "8"},
    settings_for_persons=frozenset({"conference", "bilateral"}),
)
