"""Casework: event-driven case management for MARACs and Targeted Youth Support in England."""
