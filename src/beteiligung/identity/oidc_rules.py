"""What the claims of an identity provider mean here, and who may join accounts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from beteiligung.identity.oidc_providers import Provider
from beteiligung.identity.rules import NAME_LENGTH, clean_email, clean_name, looks_like_contact, sounds_official

ATTEMPT_HOLDS = timedelta(minutes=10)
ARRIVAL_HOLDS = timedelta(minutes=60)
"""As long as the mail link that may be needed in between."""
CLOCK_SKEW = 60
"""Seconds by which a provider's clock may differ."""
TOKEN_AGE = timedelta(minutes=10)
"""An ID or logout token issued earlier than this is too old, whatever it says itself."""


@dataclass(frozen=True)
class Asserted:
    """What a provider says of somebody, in our terms."""

    subject: str
    email: str | None
    """Only where the provider says that it has verified it."""
    name: str
    """A display name to offer, or empty. Never stored without the person."""
    place: tuple[str, str] | None
    """(slug of the region, slug of the municipality)."""
    person: tuple[str, str, date] | None
    """(given name, family name, day of birth) where the provider vouches for the residence; made into a fingerprint, never stored."""


def asserted(provider: Provider, claims: Mapping[str, Any]) -> Asserted:
    """Translate validated claims by the provider's settings. A value of an unexpected type counts as not said."""

    def said(what: str) -> Any:
        name = provider.claims[what]
        return claims.get(name) if name else None

    mail = said("mail")
    verified = said("mail_verified")
    email = clean_email(mail) if isinstance(mail, str) and (verified is True or verified == "true") else None
    name = clean_name(said("name")) if isinstance(said("name"), str) else ""
    usable = len(name) in NAME_LENGTH and not looks_like_contact(name) and not sounds_official(name)
    municipality, level = said("municipality"), said("assurance")
    place = provider.municipalities.get(str(municipality)) if isinstance(municipality, (str, int)) else None
    vouched = place is not None and isinstance(level, (str, int)) and str(level) in provider.confirms
    person = _person(said("given_name"), said("family_name"), said("born")) if vouched else None
    return Asserted(str(claims["sub"]), email, name if usable else "", place, person)


def says_who_it_is(provider: Provider, claims: Mapping[str, Any]) -> bool:
    """Whether claims hold name, address, place or birthday: a token with them is not kept."""
    return any(
        claims.get(name) is not None for what, name in provider.claims.items() if name and what not in ("mail_verified", "assurance")
    )


def _person(given: Any, family: Any, born: Any) -> tuple[str, str, date] | None:
    if not all(isinstance(value, str) and value.strip() for value in (given, family, born)):
        return None
    try:
        return given.strip(), family.strip(), date.fromisoformat(born)
    except ValueError:
        return None


def may_join(*, arrival_email: str | None, account_email: str) -> bool:
    """Whether an account at a provider may be joined to the account somebody is signed in to here.

    An address that the provider has verified must be the account's own; where it has verified none, the
    person has shown by the mail link that the account is theirs.
    """
    return arrival_email is None or arrival_email == account_email
