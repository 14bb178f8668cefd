"""Celery and nothing but Celery: the relay, the handlers of events, the schedule. Nobody imports this package."""
