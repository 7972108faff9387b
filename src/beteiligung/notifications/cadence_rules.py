"""When mail goes out: quiet hours, the mornings of digests, and less mail for people who stay away. Pure.

All hours are those of clocks in Berlin. A digest is due at a boundary, the latest morning of its rhythm that has passed, and
holds what was written before it and has not gone out. So a day without beat is made up for on the next one, and nothing
that came later slips into the wrong day's mail.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from beteiligung.clock import BERLIN

MORNING = time(7)
"""Of digests; it exists on every day, also when clocks change."""
WEEKLY_AFTER = timedelta(days=90)
"""Since somebody was last signed in: from then on one mail a week at most."""
MONTHLY_AFTER = timedelta(days=180)
NONE_AFTER = timedelta(days=270)
GIVE_UP_AFTER = timedelta(days=3)
"""A mail that the server keeps putting off."""
RESEND_AFTER = timedelta(minutes=30)
"""A legal notice of which nobody knows whether it arrived."""
MOST_SENDINGS = 3


def boundary(cadence: str, now: datetime, weekday: int = 0) -> datetime:
    """Return the latest morning, at or before now, at which a digest of this rhythm (daily, weekly, monthly) was due."""
    day = now.astimezone(BERLIN).date()
    if now < morning(day):
        day -= timedelta(days=1)
    if cadence == "weekly":
        day -= timedelta(days=(day.weekday() - weekday) % 7)
    elif cadence == "monthly":
        day = day.replace(day=1)
    elif cadence != "daily":
        raise ValueError(cadence)
    return morning(day)


def morning(day: date) -> datetime:
    """Return seven in the morning in Berlin."""
    return datetime.combine(day, MORNING, BERLIN)


def after_quiet(now: datetime, quiet_from: int, quiet_until: int) -> datetime:
    """Return now, or within quiet hours their end."""
    local = now.astimezone(BERLIN)
    overnight = quiet_from > quiet_until
    quiet = (local.hour >= quiet_from or local.hour < quiet_until) if overnight else quiet_from <= local.hour < quiet_until
    if not quiet:
        return now
    day = local.date() + timedelta(days=1 if overnight and local.hour >= quiet_from else 0)
    return max(now, datetime.combine(day, time(quiet_until), BERLIN).astimezone(now.tzinfo))


def interest(last_seen: datetime, now: datetime) -> str:
    """Return how much mail somebody still gets who was last signed in then: full, weekly, monthly or none."""
    away = now - last_seen
    return "none" if away >= NONE_AFTER else "monthly" if away >= MONTHLY_AFTER else "weekly" if away >= WEEKLY_AFTER else "full"


def slowed(cadence: str, interest_left: str) -> str:
    """Return the rhythm that is left of a chosen one: at_once, daily, weekly, monthly or never."""
    if cadence == "never" or interest_left == "full":
        return cadence
    return "never" if interest_left == "none" else interest_left


def retry_at(attempts: int, now: datetime, chance: Callable[[], float]) -> datetime:
    """Return when to try again: after 5 minutes, doubled with each attempt up to 4 hours, a quarter more or less by chance (0 to 1)."""
    minutes = min(5 * 2 ** min(max(attempts - 1, 0), 10), 240)
    return now + timedelta(minutes=minutes * (0.75 + chance() / 2))
