"""Whether this process can serve: the database answers and has the newest migrations."""

from beteiligung.installed import at_head


def why_not_ready() -> str | None:
    """Return what is missing, without any detail that helps an attacker, or None."""
    return None if at_head() else "database"
