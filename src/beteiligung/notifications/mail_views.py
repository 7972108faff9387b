"""The page on which people choose what comes by mail, and the link at the end of every mail that ends it."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Invalid
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_viewer
from beteiligung.identity.viewer import Viewer
from beteiligung.notifications import cadence_rules, devices, kinds, preferences, push, rules, unsubscribe
from beteiligung.notifications.kinds import Choice
from beteiligung.notifications.preferences import Recipient
from beteiligung.settings import settings
from beteiligung.web.http import FormData, page, redirect, text
from beteiligung.web.limits import limiter, network

PATH = "/konto/benachrichtigungen"

WEEKDAYS: tuple[Callable[[], str], ...] = (
    lambda: _("montags"), lambda: _("dienstags"), lambda: _("mittwochs"), lambda: _("donnerstags"), lambda: _("freitags"),
    lambda: _("samstags"), lambda: _("sonntags"),
)  # fmt: skip
_PAUSED = {
    "no mailbox": lambda: _("Ihr Konto hat keine Mailadresse. Neues steht deshalb nur im Konto."),
    "invented": lambda: _("Das ist ein erfundenes Konto. Es bekommt keine Mails."),
    "complaint": lambda: _("Sie bekommen zurzeit keine Mails: Ihr Mailanbieter hat uns gemeldet, dass Sie keine möchten."),
}


def _paused(because: str | None) -> str | None:
    if because is None:
        return None
    words = _PAUSED.get(because)
    return words() if words else _("Sie bekommen zurzeit keine Mails: Ihre Adresse nimmt unsere Mails nicht an.")


def _summary(person: Recipient) -> list[str]:
    """Say in plain sentences what comes when."""
    names: dict[str, list[str]] = {}
    for kind in kinds.chosen():
        names.setdefault(person.choice(kind).mail, []).append(kinds.KIND[kind].name())
    if set(names) == {"never"}:
        return [_("Sie bekommen keine Mails über Neues. Nur Mails zu Ihrem Konto und Ihrem Wohnort kommen immer.")]
    starts = {
        "at_once": _("Sofort:"),
        "daily": _("Einmal am Tag, gesammelt:"),
        "weekly": _("Einmal in der Woche, {day}, gesammelt:").format(day=WEEKDAYS[person.weekday]()),
        "never": _("Keine Mail:"),
    }
    lines = [f"{starts[mail]} {'; '.join(names[mail])}." for mail in starts if mail in names]
    if person.quiet_from != person.quiet_until:
        quiet = _("Zwischen {start} und {end} Uhr schicken wir nichts.").format(start=person.quiet_from, end=person.quiet_until)
        lines.append(quiet)
    return lines


def _push(viewer: Viewer) -> dict[str, Any] | None:
    """Return what the page says of devices that show news; None where there is no push."""
    key = settings().push_key
    if key is None:
        return None
    with reading() as session:
        mine = devices.of(session, viewer.account_id)
    return {
        "key": push.public_part(push.key_of(key)),
        "may_add": rules.may_add_device(kiosk=viewer.kiosk),
        "devices": [
            {"id": one.id, "service": devices.service_of(one), "since": one.created_at, "wants": one.wants, "endpoint": one.endpoint}
            for one in mine
        ],
    }


def _page(
    request: Request, viewer: Viewer, person: Recipient, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    rows = [
        {
            "key": kind,
            "name": kinds.KIND[kind].name(),
            "mail": typed.get(f"mail-{kind}", "") if typed else person.choice(kind).mail,
            "in_account": f"konto-{kind}" in typed if typed else person.choice(kind).in_account,
            "always": kinds.KIND[kind].always_in_account,
        }
        for kind in kinds.chosen()
    ]
    chosen = {name: str(getattr(person, name)) for name in ("language", "quiet_from", "quiet_until", "weekday")}
    mails = {kind: person.choice(kind).mail for kind in kinds.chosen()}
    context = {
        "rows": rows,
        "summary": _summary(person),
        "paused": _paused(person.paused),
        "may_resume": person.paused in ("bounce", "complaint"),
        "interest": cadence_rules.interest(person.last_seen, utcnow()),
        "presets": [
            (name, preset.name(), all(preset.mail(kind) == mail for kind, mail in mails.items())) for name, preset in kinds.PRESETS.items()
        ],
        "cadences": [("at_once", _("sofort")), ("daily", _("täglich")), ("weekly", _("wöchentlich")), ("never", _("nie"))],
        "weekdays": [(str(number), name()) for number, name in enumerate(WEEKDAYS)],
        "hours": [(str(hour), _("{hour} Uhr").format(hour=hour)) for hour in range(24)],
        "form": typed or chosen,
        "errors": errors or {},
        "push": _push(viewer),
        "robots": "noindex",
    }
    return page(request, "notifications/choices.html", context, viewer=viewer, status=422 if errors else 200)


@get(PATH, sync_to_thread=True, include_in_schema=False)
def choices(request: Request) -> Response[Any]:
    """What comes by mail, when, and what the account shows."""
    with reading() as session:
        viewer = require_viewer(session, request, weiter=PATH)
        person = preferences.of(session, viewer.account_id)
    assert person is not None  # noqa: S101 - the session has just shown the account
    return _page(request, viewer, person)


@post(PATH, sync_to_thread=True, include_in_schema=False)
def save_choices(request: Request, data: FormData) -> Response[Any]:
    """Keep all choices of the page; on errors everything chosen is still there."""
    typed = {name: text(data, name, 40) for name in data if name != "csrf"}
    viewer = None
    try:
        with unit_of_work() as session:
            viewer = require_viewer(session, request, weiter=PATH)
            check_form(request, viewer, data)
            chosen = {kind: Choice(typed.get(f"mail-{kind}", ""), f"konto-{kind}" in typed) for kind in kinds.chosen()}
            preferences.save_settings(session, viewer.account_id, typed)
            preferences.save(session, viewer.account_id, chosen)
    except Invalid as invalid:
        if viewer is None:
            raise
        with reading() as session:
            person = preferences.of(session, viewer.account_id)
        if person is None:
            raise
        return _page(request, viewer, person, typed, invalid.fields)
    return redirect(PATH, meldung="benachrichtigungen")


@post(f"{PATH}/vorlage", sync_to_thread=True, include_in_schema=False)
def apply_preset(request: Request, data: FormData) -> Response[Any]:
    """Choose for all kinds by one button."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter=PATH)
        check_form(request, viewer, data)
        preferences.apply_preset(session, viewer.account_id, text(data, "vorlage", 40))
    return redirect(PATH, meldung="benachrichtigungen")


# The link at the end of every mail


def _what(scope: str) -> str:
    if scope == "all":
        return _("Alle Mails über Neues")
    return _("Gesammelte Mails, täglich oder wöchentlich") if scope == "digest" else kinds.KIND[scope].name()


def _stop_page(request: Request, token: str, *, done: bool) -> Response[Any]:
    with reading() as session:
        account, scope = unsubscribe.opened(session, token)
    context = {
        "what": _what(scope),
        "done": done,
        "action": f"{unsubscribe.PATH}/{token}",
        "all_action": f"{unsubscribe.PATH}/{unsubscribe.token(account, 'all')}" if scope != "all" else None,
        "robots": "noindex",
    }
    return page(request, "notifications/stop.html", context)


@get(unsubscribe.PATH + "/{token:str}", sync_to_thread=True, include_in_schema=False)
def stop_page(request: Request, token: FromPath[str]) -> Response[Any]:
    """Ask by one button; opening the link ends nothing, for scanners of mails open links too."""
    return _stop_page(request, token, done=False)


@post(unsubscribe.PATH + "/{token:str}", status_code=200, sync_to_thread=True, include_in_schema=False)
def stop(request: Request, token: FromPath[str]) -> Response[Any]:
    """End the mails at once, without signing in (RFC 8058): what the form says does not matter, the link is the secret."""
    limiter.hit("stop", network(request), 600, 600.0)
    with unit_of_work() as session:
        account, scope = unsubscribe.opened(session, token)
        preferences.stop(session, account.id or 0, scope)
    return _stop_page(request, token, done=True)


ROUTES: list[Any] = [choices, save_choices, apply_preset, stop_page, stop]
