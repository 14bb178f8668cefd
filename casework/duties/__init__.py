"""Duties: whatever somebody owes by a date. One kind of row; reminders, chasing, calendars and "what stops Thursday" are views of it."""
