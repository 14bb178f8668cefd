"""People spoken of in referrals and cases: victims, perpetrators, children, others. Reached only through cases and referrals."""
