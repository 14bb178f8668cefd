"""Disclosures: the only way to hand information to another agency. Each act, and each decision not to, cites the decision behind it."""
