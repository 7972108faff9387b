"""The only writer of attempts at identity providers and of the accounts there that people may sign in by. Never commits."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, delete, select

from beteiligung.db import inserting
from beteiligung.errors import Conflict, Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity import logins, notices, oidc_rules, residence
from beteiligung.identity.logins import SignedIn
from beteiligung.identity.models import Account, LoginSession
from beteiligung.identity.oidc import LoggedOut, SignedInThere
from beteiligung.identity.oidc_models import IdentityLink, OidcArrival, OidcAttempt, OidcLogout
from beteiligung.identity.oidc_providers import Provider
from beteiligung.identity.oidc_rules import Asserted
from beteiligung.identity.session import hashed
from beteiligung.places.models import Municipality, Region

log = logging.getLogger(__name__)

_NEXT_LENGTH = 1_000


@dataclass(frozen=True)
class Waiting:
    """Somebody came back from a provider and has to say to which account here the one there belongs."""

    id: int
    provider: str
    email: str | None
    next_path: str


def begin(session: Session, provider: Provider, browser: str, next_path: str, now: datetime) -> str:
    """Note that a browser leaves for a provider; returns the state, of which only the hash is kept."""
    state = secrets.token_urlsafe(32)
    session.add(
        OidcAttempt(
            provider=provider.key,
            state=hashed(state),
            browser=browser,
            next_path=next_path if len(next_path) <= _NEXT_LENGTH else "/",
            created_at=now,
            expires_at=now + oidc_rules.ATTEMPT_HOLDS,
        )
    )
    return state


def come_back(session: Session, provider: Provider, state: str, browser: str | None, now: datetime) -> str | None:
    """Use up an attempt, once, in the browser that left; returns where it wanted to go, None where there is no such attempt.

    Committed before anything is fetched: the same answer a second time is refused whatever comes of the first.
    """
    used = session.execute(
        update(OidcAttempt)
        .where(
            col(OidcAttempt.state) == hashed(state),
            col(OidcAttempt.provider) == provider.key,
            col(OidcAttempt.browser) == (browser or ""),
            col(OidcAttempt.used_at).is_(None),
            col(OidcAttempt.expires_at) > now,
        )
        .values(used_at=now)
    )
    if cast(CursorResult[Any], used).rowcount != 1:
        return None
    return session.exec(select(OidcAttempt.next_path).where(OidcAttempt.state == hashed(state))).one()


def arrive(
    session: Session,
    provider: Provider,
    there: SignedInThere,
    *,
    browser: str,
    next_path: str,
    viewer_account: int | None,
    old_session: str | None,
    now: datetime,
) -> SignedIn | Waiting:
    """Sign in by an account at a provider: known, or new with an address of its own; else keep it until the person agrees."""
    said = oidc_rules.asserted(provider, there.claims)
    account = session.exec(
        select(Account)
        .join(IdentityLink, col(IdentityLink.account_id) == col(Account.id))
        .where(IdentityLink.provider == provider.key, IdentityLink.subject == said.subject)
    ).first()
    if account is None and viewer_account is None and said.email and not _has_account(session, said.email):
        account = _new_account(session, provider, said, now)
    if account is None:
        return _keep(session, provider, said, there, browser, next_path, now)
    if said.person:
        _confirm_residence(session, cast(int, account.id), _vouched(session, said), now)
    opened = logins.start(session, account, now, old_session=old_session, next_path=next_path)
    _mark(session, hashed(opened.secret), provider.key, there.sid, there.id_token if provider.logout else None)
    return opened


def _has_account(session: Session, email: str) -> bool:
    return session.exec(select(Account.id).where(Account.email == email)).first() is not None


def _new_account(session: Session, provider: Provider, said: Asserted, now: datetime) -> Account:
    account = logins.account_for(session, cast(str, said.email), now)
    account.display_name = account.display_name or said.name or None
    account.municipality_id = account.municipality_id or _home(session, said)
    session.add(account)
    _link(session, cast(int, account.id), provider.key, said.subject, now)
    return account


def _keep(
    session: Session, provider: Provider, said: Asserted, there: SignedInThere, browser: str, next_path: str, now: datetime
) -> Waiting:
    session.execute(delete(OidcArrival).where(col(OidcArrival.browser) == browser))
    row = OidcArrival(
        provider=provider.key,
        subject=said.subject,
        browser=browser,
        email=said.email,
        claims={"vouched": _vouched(session, said), "sid": there.sid, "id_token": there.id_token if provider.logout else None},
        next_path=next_path,
        created_at=now,
        expires_at=now + oidc_rules.ARRIVAL_HOLDS,
    )
    session.add(row)
    session.flush()
    return Waiting(cast(int, row.id), row.provider, row.email, row.next_path)


def waiting(session: Session, browser: str | None, now: datetime) -> Waiting | None:
    """Return what waits in this browser for consent. No cookie: no statement."""
    row = _arrival(session, browser, now) if browser else None
    return Waiting(cast(int, row.id), row.provider, row.email, row.next_path) if row else None


def _arrival(session: Session, browser: str, now: datetime) -> OidcArrival | None:
    return session.exec(select(OidcArrival).where(OidcArrival.browser == browser, col(OidcArrival.expires_at) > now)).first()


def join(session: Session, account_id: int, session_id: str, browser: str | None, now: datetime) -> str:
    """Join what waits in this browser to the account somebody is signed in to and agreed with; returns where to go on.

    Raises Conflict where nothing waits or the account there belongs to somebody else, Forbidden where the addresses differ.
    """
    row = _arrival(session, browser or "", now)
    if row is None:
        raise Conflict(_("Das hat zu lange gedauert oder ist schon geschehen. Bitte beginnen Sie noch einmal beim Anmelden."))
    account = session.get_one(Account, account_id)
    if not oidc_rules.may_join(arrival_email=row.email, account_email=account.email):
        raise Forbidden(_("Die Mailadressen der beiden Konten sind verschieden. Deshalb haben wir nichts verbunden."))
    _link(session, account_id, row.provider, row.subject, now)
    notices.tell(session, account_id, "link_added", now, provider=row.provider)
    if row.claims.get("vouched"):
        _confirm_residence(session, account_id, row.claims["vouched"], now)
    _mark(session, session_id, row.provider, row.claims.get("sid"), row.claims.get("id_token"))
    session.delete(row)
    return row.next_path


def rules_allow(kept: Waiting, account_email: str) -> bool:
    """Whether what waits may be joined to the account with this address."""
    return oidc_rules.may_join(arrival_email=kept.email, account_email=account_email)


def address_of(session: Session, account_id: int) -> str:
    """Return an account's own address."""
    return session.exec(select(Account.email).where(Account.id == account_id)).one()


def decline(session: Session, browser: str | None) -> None:
    """Forget what waits in this browser."""
    session.execute(delete(OidcArrival).where(col(OidcArrival.browser) == (browser or "")))


def _link(session: Session, account_id: int, provider: str, subject: str, now: datetime) -> None:
    insert = inserting(session)(IdentityLink).values(provider=provider, subject=subject, account_id=account_id, created_at=now)
    session.execute(insert.on_conflict_do_nothing(index_elements=["provider", "subject"]))
    owner = session.exec(select(IdentityLink.account_id).where(IdentityLink.provider == provider, IdentityLink.subject == subject)).one()
    if owner != account_id:
        raise Conflict(_("Dieses Konto ist schon mit einem anderen verbunden. Wir haben nichts geändert."))


def unlink(session: Session, account_id: int, provider: str, now: datetime) -> bool:
    """Part an account from one at a provider; the mail link still signs in. Tells whether there was a link."""
    gone = session.execute(delete(IdentityLink).where(col(IdentityLink.account_id) == account_id, col(IdentityLink.provider) == provider))
    if cast(CursorResult[Any], gone).rowcount == 0:
        return False
    notices.tell(session, account_id, "link_removed", now, provider=provider)
    return True


def links_of(session: Session, account_id: int) -> frozenset[str]:
    """Return the providers (keys) to which an account is joined."""
    return frozenset(session.exec(select(IdentityLink.provider).where(IdentityLink.account_id == account_id)).all())


# Residence


def _home(session: Session, said: Asserted) -> int | None:
    if said.place is None:
        return None
    region, municipality = said.place
    return session.exec(
        select(Municipality.id)
        .join(Region, col(Region.id) == col(Municipality.region_id))
        .where(Region.slug == region, Municipality.slug == municipality)
    ).first()


def _vouched(session: Session, said: Asserted) -> dict[str, Any] | None:
    """Return region's id, municipality's id and the person's fingerprint where the provider vouches for the residence."""
    home = _home(session, said)
    if said.person is None or home is None:
        return None
    region_id = session.exec(select(Municipality.region_id).where(Municipality.id == home)).one()
    try:
        return {"region": region_id, "home": home, "fingerprint": residence.fingerprint(region_id, *said.person)}
    except Invalid:  # a name without letters
        return None


def _confirm_residence(session: Session, account_id: int, vouched: dict[str, Any] | None, now: datetime) -> None:
    """Confirm what the provider vouches for. Somebody confirmed by another account already signs in all the same, unconfirmed."""
    if vouched is None:
        return
    try:
        with session.begin_nested():
            residence.confirm(session, account_id, vouched["region"], channel="provider", fingerprint=vouched["fingerprint"], now=now)
            session.execute(update(Account).where(col(Account.id) == account_id).values(municipality_id=vouched["home"]))
    except residence.Taken:
        log.info("a residence is confirmed by another account already")


# Signing out there


def _mark(session: Session, session_id: str, provider: str, sid: str | None, id_token: str | None) -> None:
    session.flush()
    session.execute(
        update(LoginSession).where(col(LoginSession.id) == session_id).values(provider=provider, provider_session=sid, id_token=id_token)
    )


def provider_of(session: Session, session_id: str) -> tuple[str, str | None] | None:
    """Return (provider, ID token) of a session that was opened by one."""
    row = session.exec(select(LoginSession.provider, LoginSession.id_token).where(LoginSession.id == session_id)).first()
    return (row[0], row[1]) if row and row[0] else None


def log_out(session: Session, provider: Provider, said: LoggedOut, now: datetime) -> int | None:
    """End the sessions a provider names: of one of its sessions, or of all of a person's; returns how many, None for a replay."""
    insert = inserting(session)(OidcLogout).values(provider=provider.key, jti=said.jti, expires_at=now + 2 * oidc_rules.TOKEN_AGE)
    taken = session.execute(insert.on_conflict_do_nothing(index_elements=["provider", "jti"]).returning(col(OidcLogout.jti)))
    if taken.first() is None:  # the row count of such an insert is not to be had from PostgreSQL
        return None
    statement = delete(LoginSession).where(col(LoginSession.provider) == provider.key)
    if said.sid:
        statement = statement.where(col(LoginSession.provider_session) == said.sid)
    if said.sub:
        owner = select(IdentityLink.account_id).where(IdentityLink.provider == provider.key, IdentityLink.subject == said.sub)
        statement = statement.where(col(LoginSession.account_id).in_(owner))
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def clean_up(session: Session, now: datetime) -> None:
    """Delete attempts, arrivals and logout tokens that have run out."""
    for model in (OidcAttempt, OidcArrival, OidcLogout):
        session.execute(delete(model).where(col(model.expires_at) <= now))
