"""Nothing lost, nothing twice, whatever dies, with Redis: see harness.py. A file of its own, so that brokers are tried side by side."""

import pytest

from faults.harness import check


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_each_event_is_told_once_and_mailed_once_whatever_dies(database):
    check(database, "redis")
