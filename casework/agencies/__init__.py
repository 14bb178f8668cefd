"""Agencies: the bodies that come to the table. Their names are public; the people who work for them are in accounts."""
