"""Consent: what a young person has agreed or refused, and the decision whether something may be shared."""
