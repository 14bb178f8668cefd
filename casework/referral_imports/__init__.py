"""Imports of referrals: a file of another system, kept sealed while it is checked and taken in row by row, then deleted."""
