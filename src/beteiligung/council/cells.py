"""Numbers of people by group, so that nobody can be found in them. Pure."""

from collections.abc import Mapping

LEAST = 5
"""Smaller groups are not shown."""


def shown(counts: Mapping[str, int], least: int = LEAST) -> dict[str, int | None]:
    """The counts of one feature; None for a group under `least`.

    Where a single group would be hidden, the total tells its number, so the next smallest is hidden with it.
    """
    hidden = {value for value, number in counts.items() if 0 < number < least}
    if len(hidden) == 1:
        others = sorted((number, value) for value, number in counts.items() if number and value not in hidden)
        hidden |= {value for _, value in others[:1]}
    return {value: None if value in hidden else number for value, number in counts.items()}
