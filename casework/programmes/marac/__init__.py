"""The MARAC programme: local policy, routes in, the repeat rule, ages, and who hears a listed case."""
