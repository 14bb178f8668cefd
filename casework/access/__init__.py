"""Who acts, in which role, and what a role may do at all. What a person may see of one case is decided by that concept's policy."""
