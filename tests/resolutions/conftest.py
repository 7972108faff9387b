from pages.conftest import browser, browsers, later  # noqa: F401 - fixtures
