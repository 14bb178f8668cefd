"""A partnership that does not exist, and the simulated practitioners who work its weeks: for `./dev rehearse` and for the demonstration.

Everybody here is invented. Practitioners do nothing that a page does not: they call the same operations as the same actors.
"""
