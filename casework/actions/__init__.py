"""Actions: what an agency has agreed to do about a case by a day, and what became of it."""
