"""Contacts between exactly two agencies about one young person: an opener that names nobody, an answer, a share, an end."""
