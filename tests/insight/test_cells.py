"""Numbers that are published again and again: what somebody who compares two publications can learn."""

from hypothesis import given
from hypothesis import strategies as st

from beteiligung.insight.cells import STEP, UNDER, release, release_all

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=30)


@given(COUNTS)
def test_whenever_a_published_number_moves_five_people_have_moved(counts):
    shown, moved_at = None, None
    for count in counts:
        before, shown = shown, release(count, shown)
        assert shown % STEP == 0
        assert abs(shown - count) < UNDER
        if before is None or shown != before:
            assert moved_at is None or abs(count - moved_at) >= STEP
            moved_at = count


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40)), st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40)))
def test_cells_are_never_one_to_four_and_differences_are_steps(first, second):
    one = release_all(first, {})
    two = release_all(second, one)
    assert {*one.values(), *two.values()} <= {0, *range(5, 100, 5)}
    assert all(abs(two.get(key, 0) - one.get(key, 0)) % STEP == 0 for key in {*one, *two})
