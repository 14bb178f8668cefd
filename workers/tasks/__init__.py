"""What happens after an event, and on the schedule. Each function makes one call into the domain."""
