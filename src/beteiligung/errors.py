"""Expected conditions. Each carries the HTTP status it becomes and a German sentence for people."""

from typing import Any


class DomainError(Exception):
    """Something a person can understand and act on; never a 500.

    `message` is shown as it is. `fields` maps form field names to their own messages.
    """

    status = 400
    template = "errors/400.html"

    def __init__(self, message: str, fields: dict[str, str] | None = None, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}
        self.context = context


class Invalid(DomainError):
    """What was typed or uploaded cannot be taken as it is."""

    status = 422
    template = "errors/400.html"


class NotFound(DomainError):
    """There is no such page or row (or it is not for this person to know)."""

    status = 404
    template = "errors/404.html"


class Forbidden(DomainError):
    """A rule says that this person may not do this."""

    status = 403
    template = "errors/403.html"


class Conflict(DomainError):
    """Somebody else was faster, or the thing has changed since the form was opened."""

    status = 409
    template = "errors/409.html"


class Closed(Conflict):
    """The window has ended or not begun."""


class TooMany(DomainError):
    """A rate limit was reached."""

    status = 429
    template = "errors/429.html"


class TooLarge(DomainError):
    """The body of the request is larger than this form takes."""

    status = 413
    template = "errors/413.html"


def allow(reason: str | None, error: type[DomainError] = Forbidden) -> None:
    """Raise `error` with the reason that a rule gives; nothing where it gives none."""
    if reason:
        raise error(reason)


def by_field(error: DomainError | None, field: str = "") -> dict[str, str]:
    """Return what a form shows beside its fields; a message that belongs to none of them stands under `field`. Empty without an error."""
    return (error.fields or {field: error.message}) if error else {}
