"""Browsers at the real application."""

from identity.conftest import browser, browsers

__all__ = ["browser", "browsers"]
