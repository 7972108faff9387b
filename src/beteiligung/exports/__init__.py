"""Exports: what the administration takes out at any time, as background work with progress and a link that expires."""
