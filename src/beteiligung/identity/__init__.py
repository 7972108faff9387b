"""Accounts, sign-in by mail, sessions, roles and confirmed residence."""
