"""Research: what each agency is asked about each listed case, what it shares, keeps back and notes for itself."""
