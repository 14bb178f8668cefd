"""Conferences: the MARACs of a partnership, their rounds with all clocks, the list, the sitting and the minutes."""
