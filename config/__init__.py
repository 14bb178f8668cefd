"""How an installation is set up: its settings, its database roles and its server processes."""
