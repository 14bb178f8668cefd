"""Interventions: what was offered to or taken about a young person, from a dated catalogue, with its letters and its history."""
