"""Programmes: what differs between MARAC and youth support, as pure code. Each has rules and a sharing model of its own."""
