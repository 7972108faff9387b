"""The identity providers of an installation, read from the TOML file that the settings name. See docs/identity-providers.md."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from beteiligung.settings import SettingsError, settings

_KEY = re.compile(r"[a-z][a-z0-9-]{0,30}")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REQUIRED = frozenset({"name", "issuer", "client_id"})
_KNOWN = _REQUIRED | {"client_secret", "client_secret_file", "scopes", "hosts", "logout", "claims", "municipalities", "residence"}
_CLAIMS = {
    "name": "name",
    "mail": "email",
    "mail_verified": "email_verified",
    "municipality": "",
    "assurance": "acr",
    "given_name": "given_name",
    "family_name": "family_name",
    "born": "birthdate",
}
"""What is known of a person → the claim it comes from; an empty one is never read."""


@dataclass(frozen=True)
class Provider:
    """One identity provider: where it is, who we are to it, and what its claims mean."""

    key: str
    """Short name for addresses and tables; must not change."""
    name: str
    """Shown to people: „BundID“."""
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scopes: tuple[str, ...]
    hosts: frozenset[str]
    """Hosts (with a port where it is not the usual one) that its metadata may name."""
    logout: bool
    """Whether signing out here also leads to signing out there."""
    claims: Mapping[str, str]
    municipalities: Mapping[str, tuple[str, str]]
    """A value of the municipality's claim → (slug of the region, slug of the municipality)."""
    confirms: frozenset[str]
    """Levels of assurance at which the municipality counts as confirmed residence."""


def may_fetch(url: str, hosts: frozenset[str], *, production: bool) -> bool:
    """Whether this address may be asked or shown: https to one of these hosts; http to this machine outside production only."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname or parts.netloc.lower() not in hosts:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and not production and parts.hostname in _LOOPBACK and port != 0


def parse(content: str, folder: Path, *, production: bool) -> dict[str, Provider]:
    """Return key → provider. `folder` is where relative names of secret files start. Raises SettingsError."""
    try:
        tables = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The file of identity providers is no TOML: {error}") from error
    return {key: _provider(key, table, folder, production=production) for key, table in tables.items()}


def _provider(key: str, table: Any, folder: Path, *, production: bool) -> Provider:
    def refuse(message: str) -> SettingsError:
        return SettingsError(f"Identity provider {key!r}: {message}")

    if not _KEY.fullmatch(key) or not isinstance(table, dict):
        raise refuse("its table needs a short name of small letters, digits and hyphens.")
    if unknown := sorted(set(table) - _KNOWN):
        raise refuse(f"{', '.join(unknown)} means nothing here; known are {', '.join(sorted(_KNOWN))}.")
    missing = [name for name in sorted(_REQUIRED) if not isinstance(table.get(name), str) or not table[name]]
    if missing:
        raise refuse(f"{', '.join(missing)} is missing.")
    claims = {**_CLAIMS, **cast(dict[str, str], table.get("claims", {}))}
    if wrong := sorted(set(claims) - set(_CLAIMS)):
        raise refuse(f"[claims] knows no {', '.join(wrong)}.")
    issuer = cast(str, table["issuer"])
    hosts = frozenset({urlsplit(issuer).netloc.lower(), *(str(host).lower() for host in table.get("hosts", []))})
    if not may_fetch(issuer, hosts, production=production) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise refuse("the issuer must be an https address without a query.")
    places = {value: tuple(place.split("/")) for value, place in table.get("municipalities", {}).items()}
    if any(len(place) != 2 for place in places.values()):
        raise refuse('[municipalities] says for each value "region/municipality".')
    confirms = frozenset(map(str, table.get("residence", {}).get("levels", [])))
    if confirms and not (claims["municipality"] and places):
        raise refuse("a residence can only be confirmed with a claim and a list of municipalities.")
    return Provider(
        key=key,
        name=table["name"],
        issuer=issuer,
        client_id=table["client_id"],
        client_secret=_secret(table, folder),
        scopes=("openid", *(scope for scope in table.get("scopes", ["profile", "email"]) if scope != "openid")),
        hosts=hosts,
        logout=bool(table.get("logout", True)),
        claims=claims,
        municipalities=cast(dict[str, tuple[str, str]], places),
        confirms=confirms,
    )


def _secret(table: dict[str, Any], folder: Path) -> str | None:
    if name := table.get("client_secret_file"):
        try:
            return (folder / str(name)).read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"The client secret {name} cannot be read.") from error
    return cast("str | None", table.get("client_secret"))


@cache
def _read(path: Path, *, production: bool) -> dict[str, Provider]:
    try:
        content = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"The file of identity providers {path} cannot be read.") from error
    return parse(content, path.parent, production=production)


def providers() -> dict[str, Provider]:
    """Return the providers of this installation by key, in the file's order; none where no file is named."""
    path = settings().oidc_file
    return _read(path, production=settings().mode == "production") if path else {}
