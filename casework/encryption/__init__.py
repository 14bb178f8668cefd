"""Sealing: what is known about people is stored sealed under a key of its own, bound to the place where it stands.

docs/sealing.md says what this protects and what it does not; docs/adr/0006-sealing-and-key-store.md says why it is built so.
"""
