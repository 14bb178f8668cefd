"""The trail: who did, saw, or was refused what, when and why. Insert-only, linked into a hash chain, checkpointed outside the database."""
