"""Partnerships: who works together under one protocol, and the local policy of each, by date."""
