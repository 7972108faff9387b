"""Filling again leaves alone what people have decided since."""

import pytest

from beteiligung import bootstrap, db
from beteiligung.demo import remove_demo
from support import NOW, make_account


@pytest.fixture
def loaded(database, monkeypatch):
    """Count how often a filling wants example people; nothing else is filled."""
    asked = []
    monkeypatch.setattr(bootstrap, "load_catalogues", list)
    monkeypatch.setattr(bootstrap, "attach_originals", lambda _found: [])
    monkeypatch.setattr(bootstrap, "load_demo", lambda now: asked.append(now) or "loaded")
    return asked


def test_example_people_come_with_the_first_filling_and_not_again_once_removed(loaded):
    assert bootstrap.seed() == ["loaded"]
    assert bootstrap.seed() == []
    assert bootstrap.seed(always=True) == ["loaded"]  # which finds them there
    with db.unit_of_work() as session:
        make_account(session, is_example=True)
    assert remove_demo(NOW).people == 1
    assert bootstrap.seed(always=True) == []
    assert len(loaded) == 2
