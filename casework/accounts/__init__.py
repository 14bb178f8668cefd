"""Accounts: who may sign in, how they prove it, and their sessions. Names and e-mail addresses of staff are sealed too."""
