"""What the command for licences lets through."""

import pytest

import licences


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False), ("", False),
        ("(MIT OR AGPL-3.0-only) AND Zlib", True), ("(MIT AND AGPL-3.0-only) OR Zlib", True), ("MIT AND", False), ("(MIT", False),
        ("MIT extra", False), ("UNLICENSED", False), ("SEE LICENSE IN x", False),
    ],
)  # fmt: skip
def test_only_what_leaves_an_allowed_way(expression, may):
    assert licences.allowed(expression) is may


def test_everything_that_is_locked_may_be_given_away(capsys):
    assert licences.main() == 0, capsys.readouterr().out
