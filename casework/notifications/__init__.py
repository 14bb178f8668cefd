"""Notices: content-free messages to people who have something to do, sent at least once under one fixed Message-ID."""
