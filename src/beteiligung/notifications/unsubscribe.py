"""The secret of a mail's link that ends mails: derived, stored nowhere, good for as long as the account lives."""

import hmac

from sqlmodel import Session

from beteiligung.errors import NotFound
from beteiligung.i18n import _, localized
from beteiligung.identity.models import Account
from beteiligung.notifications.preferences import SCOPES
from beteiligung.settings import settings
from beteiligung.web.http import keyed_hash

PATH = "/abmelden/benachrichtigung"


def token(account: Account, scope: str) -> str:
    """Return `number.scope.mac`. The moment the account was made is in it: its number may be given out again."""
    return f"{account.id}.{scope}.{keyed_hash('unsubscribe', account.id, account.created_at.isoformat(), scope)[:40]}"


def link(account: Account, scope: str) -> str:
    """Return the absolute address: POST ends the mails, GET shows a page with the button."""
    return f"{settings().base_url}{localized(PATH)}/{token(account, scope)}"


def opened(session: Session, given: str) -> tuple[Account, str]:
    """Return whose mails of which scope a link ends. Raises NotFound for a wrong one. Changes nothing."""
    number, _dot, rest = given.partition(".")
    scope = rest.partition(".")[0]
    whole = number.isascii() and number.isdigit() and len(number) <= 9
    account = session.get(Account, int(number)) if whole and scope in SCOPES else None
    right = token(account, scope) if account else "-"
    if account is None or not hmac.compare_digest(right.encode(), given.encode()):
        raise NotFound(_("Dieser Link gilt nicht. Ihre Mails stellen Sie in Ihrem Konto ein, oder mit dem Link am Ende jeder Mail."))
    return account, scope
