"""Targeted Youth Support: who may agree for a young person, and sharing between two agencies with agreement first."""
