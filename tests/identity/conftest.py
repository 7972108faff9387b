"""Browsers at the real application."""

from contextlib import ExitStack

import pytest
from litestar.testing import TestClient

from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from identity.browsing import Browser
from support import application


@pytest.fixture
def browsers(database):
    """Make as many browsers as a test wants."""
    limiter.clear()
    page_cache().clear()
    with ExitStack() as stack:
        yield lambda base_url="http://localhost:8000": Browser(stack.enter_context(TestClient(application(), base_url=base_url)))
    limiter.clear()


@pytest.fixture
def browser(browsers):
    return browsers()
