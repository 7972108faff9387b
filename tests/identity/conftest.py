"""Browsers at the real application."""

from contextlib import ExitStack
from functools import cache

import pytest
from litestar.testing import TestClient

from beteiligung.app import create_app
from beteiligung.web.cache import page_cache
from beteiligung.web.limits import limiter
from identity.browsing import Browser

_app = cache(create_app)  # it keeps nothing of a test: settings and database are asked for anew


@pytest.fixture
def browsers(database):
    """Make as many browsers as a test wants."""
    limiter.clear()
    page_cache().clear()
    with ExitStack() as stack:
        yield lambda base_url="http://localhost:8000": Browser(stack.enter_context(TestClient(_app(), base_url=base_url)))
    limiter.clear()


@pytest.fixture
def browser(browsers):
    return browsers()
