"""The key under which votes and voluntary answers are kept: told from another one, and refused once it has been changed."""

import hashlib
import hmac

from sqlmodel import Session, select

from beteiligung.errors import Conflict
from beteiligung.i18n import _
from beteiligung.identity.vote_key_models import VoteKey
from beteiligung.settings import settings


def key_mark(key: str) -> str:
    """Return what the database keeps of a vote key to tell it from another."""
    return hmac.new(key.encode(), b"mark of the vote key", hashlib.sha256).hexdigest()[:16]


def check_key(session: Session) -> None:
    """Refuse to write under a key that has been changed. Raises Conflict. Call it under the lock of what is written."""
    mark = session.exec(select(VoteKey.mark)).first()
    if mark is not None and mark != key_mark(settings().vote_key):
        raise Conflict(
            _("Gerade wird die Technik gewartet. Es ist nichts gespeichert. Bitte versuchen Sie es in einigen Minuten noch einmal.")
        )
