"""Whether this process can serve: the database answers and has at least our migrations."""

from beteiligung.installed import can_serve


def why_not_ready() -> str | None:
    """Return what is missing, without any detail that helps an attacker, or None."""
    return None if can_serve() else "database"
