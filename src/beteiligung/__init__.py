"""Beteiligung: residents discuss and vote on what their county has promised."""
