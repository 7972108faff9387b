"""News for people who follow something: one row per person and event."""
