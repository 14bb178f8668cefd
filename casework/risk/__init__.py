"""Risk assessments: immutable records of a checklist. The score is derived, never typed, and never the whole decision."""
