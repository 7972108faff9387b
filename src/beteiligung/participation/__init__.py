"""Votes, tallies, comments and follows."""
