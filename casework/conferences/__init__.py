"""Conferences: the MARACs of a partnership, their rounds with all clocks, the list and the sitting."""
