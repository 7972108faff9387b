"""Moderation by the Bürgerrat: reports, cases, decisions, appeals, the public log."""
