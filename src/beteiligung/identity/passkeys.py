"""Passkeys and security keys (WebAuthn): what a browser has to sign and whether it did. The only user of py_webauthn."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from beteiligung.i18n import _
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash

_LONGEST = 20_000
_MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)
_MILLISECONDS = 120_000


class BadPasskey(Exception):
    """What the browser sent proves nothing."""


@dataclass(frozen=True)
class NewPasskey:
    """A verified enrolment; bytes as base64url."""

    credential: str
    public_key: str
    sign_count: int


def is_possible() -> bool:
    """Whether passkeys work at the address of this installation: they need a name, at an IP address browsers refuse."""
    host = _host()
    return not host.replace(".", "").isdigit() and ":" not in host


def _host() -> str:
    return urlsplit(settings().base_url).hostname or ""


def options_to_enrol(account_id: int, email: str, name: str, known: list[str]) -> tuple[str, str]:
    """Return (challenge, options as JSON) for a new passkey; the `known` ones of the account cannot be added twice."""
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=_("Beteiligung"),
        user_id=bytes.fromhex(keyed_hash("passkey-user", account_id)),
        user_name=email,
        user_display_name=name or email,
        timeout=_MILLISECONDS,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential)) for credential in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return bytes_to_base64url(options.challenge), options_to_json(options)


def options_to_prove(known: list[str]) -> tuple[str, str]:
    """Return (challenge, options as JSON) to show that one of the `known` passkeys is at hand."""
    options = generate_authentication_options(
        rp_id=_host(),
        timeout=_MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential)) for credential in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return bytes_to_base64url(options.challenge), options_to_json(options)


def enrolled(answer: str, challenge: str | None) -> NewPasskey:
    """Return the passkey that a browser made for this challenge. Raises BadPasskey, also without one."""
    if challenge is None:
        raise BadPasskey("no challenge")
    try:
        found = verify_registration_response(
            credential=answer[:_LONGEST],
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().base_url,
        )
    except _MALFORMED as error:
        raise BadPasskey(type(error).__name__) from error
    return NewPasskey(bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count)


def credential_of(answer: str) -> str:
    """Return the credential id that an answer names, empty where it names none."""
    try:
        found = json.loads(answer[:_LONGEST])["id"]
    except _MALFORMED:
        return ""
    return found if isinstance(found, str) else ""


def proven(answer: str, challenge: str, public_key: str, sign_count: int) -> int:
    """Return the key's new count. Raises BadPasskey, also for a count that fell back: then the key has been copied."""
    try:
        found = verify_authentication_response(
            credential=answer[:_LONGEST],
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(),
            expected_origin=settings().base_url,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
        )
    except _MALFORMED as error:
        raise BadPasskey(type(error).__name__) from error
    return found.new_sign_count
