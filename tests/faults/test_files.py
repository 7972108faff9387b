"""Nothing lost, nothing twice, whatever dies, with the embedded broker: see harness.py."""

import pytest

from conftest import SERVERS
from faults.harness import check


@pytest.mark.parametrize("database", ["postgresql" if SERVERS else "sqlite"], indirect=True)
def test_each_event_is_told_once_and_mailed_once_whatever_dies(database):
    check(database, "files")
