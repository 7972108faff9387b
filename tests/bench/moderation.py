"""`python -m tests.bench.moderation [CASES]`: ten thousand cases through the rules of moderation; asserts nothing.

Prints what must never happen (and how often it did), how evenly the work is spread, how long a case takes, and what that means
for a member's week. Minutes a decision are an assumption, not a measurement: see docs/moderation.md.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from moderation.simulation import World, simulate

MINUTES = 4
"""To read a comment with what stands around it, to decide and to write a sentence."""
WEEKS_A_MONTH = 365.25 / 12 / 7


def main(cases: int) -> None:
    """Print the tables."""
    print("members  reported  cases/week  wrong  waiting  load       decisions/case  thirds  median h  95 % h  minutes/week", flush=True)
    for members in (8, 15, 30):
        for share in (0.01, 0.02, 0.05):
            world = World(members=members, cases_a_week=7_000 * share / WEEKS_A_MONTH)
            done = simulate(cases, 1, world)
            low, high = done.spread
            hours = sorted(done.hours)
            minutes = world.cases_a_week * done.decisions_a_case * MINUTES / members
            print(
                f"{members:7}  {share:8.0%}  {world.cases_a_week:10.1f}  {len(done.wrong):5}  {done.waiting:7}  {low:+4.0%} {high:+4.0%}  "
                f"{done.decisions_a_case:14.2f}  {done.thirds / cases:6.0%}  {hours[len(hours) // 2]:8.0f}  "
                f"{hours[int(0.95 * len(hours))]:6.0f}  {minutes:12.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
