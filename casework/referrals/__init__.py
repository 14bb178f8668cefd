"""Referrals: what an agency brings to the MARAC, its triage, and the check whether the pair is known."""
