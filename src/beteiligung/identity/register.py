"""The register of columns: for what each one is there, how long it stays, and what of it is a secret."""

import tomllib
from dataclasses import dataclass
from functools import cache

from beteiligung.settings import ROOT

REGISTER = ROOT / "data" / "privacy" / "columns.toml"


@dataclass(frozen=True)
class Registered:
    """One table of the register. `columns` maps names to purposes; `retention` says how long a row stays."""

    purpose: str
    retention: str
    columns: dict[str, str]
    secret: frozenset[str]
    """Columns that are told to nobody, not even to whom they concern: keys, hashes of keys, what codes are derived from."""


@cache
def register() -> dict[str, Registered]:
    """Return the register by table."""
    tables = tomllib.loads(REGISTER.read_text("utf-8"))
    return {
        name: Registered(entry["purpose"], entry["retention"], entry["columns"], frozenset(entry.get("secret", ())))
        for name, entry in tables.items()
    }


def secret_columns(table: str) -> frozenset[str]:
    """Return the columns of a table that an export leaves out. Raises KeyError for a table that is not in the register."""
    return register()[table].secret
