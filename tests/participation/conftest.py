"""The browsers of the pages' tests."""

from pages.conftest import browser, browsers, later, resident  # noqa: F401 - fixtures
