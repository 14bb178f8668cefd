"""Sharing: one share between two agencies from asking to its answer; reviews by two people; what follows when an agreement ends."""
