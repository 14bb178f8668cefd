"""What leaves Casework on paper or by mail: minutes as an accessible PDF, calendar invitations, and content-free mails.

Pure rendering from plain values: nothing here reads the database, the clock or a setting.
"""
