"""A month of youth support: young people, the practitioners who help them, what must hold, and what is reported. docs/rehearsing.md."""
