"""Who an authenticating proxy may sign in. Pure."""

from collections.abc import Collection, Sequence

from beteiligung.identity.rules import clean_email

STAFF = ("clerk", "operator")


def named_by_proxy(peer: str | None, values: Sequence[str], *, header: str | None, proxies: Collection[str]) -> str | None:
    """Return the mail address that an authenticating proxy vouches for, None where nobody's word counts.

    `peer` is the very address at the other end of the connection: no header says who it is. `values` are all lines of the header: a
    second one may have been put there by whoever asked, and then neither counts.
    """
    if header is None or peer is None or peer not in proxies or len(values) != 1 or "," in values[0]:
        return None
    return clean_email(values[0])


def may_enter_by_proxy(roles: Collection[str]) -> bool:
    """Whether somebody with these offices may sign in by the proxy's word: staff, whom the county's own sign-in knows, and nobody else."""
    return bool(set(roles) & set(STAFF))
