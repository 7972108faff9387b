"""The forms by which a browser begins and ends to show news, and the script that shows them."""

from functools import cache
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import unit_of_work
from beteiligung.errors import Forbidden, NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_viewer
from beteiligung.notifications import devices, rules
from beteiligung.notifications.push import Device
from beteiligung.settings import ROOT, settings
from beteiligung.web.http import FormData, redirect, text
from beteiligung.web.limits import limiter, network

_CHOICES = "/konto/benachrichtigungen"
SCRIPT = "/konto/geraet.js"
"""Its folder is all that the script may ever act for; so it lies here and not among the other scripts."""


@cache
def _script() -> bytes:
    return (ROOT / "frontend" / "push-worker.js").read_bytes()


@get(SCRIPT, sync_to_thread=True, include_in_schema=False, media_type="text/javascript")
def script() -> Response[bytes]:
    """The script that shows news on a device; browsers ask for it again every day."""
    if settings().push_key is None:
        raise NotFound("")
    return Response(_script(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@post(f"{_CHOICES}/geraete", sync_to_thread=True, include_in_schema=False)
def add_device(request: Request, data: FormData) -> Response[Any]:
    """Let this browser show news; `endpoint`, `p256dh` and `auth` are what its push service gave it."""
    limiter.hit("device", network(request), 30, 600.0)
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter=_CHOICES)
        check_form(request, viewer, data)
        if settings().push_key is None:
            raise NotFound("")
        if not rules.may_add_device(kiosk=viewer.kiosk):
            raise Forbidden(_("Auf diesem Gerät geht das nicht."))
        device = Device(text(data, "endpoint", 1000), text(data, "p256dh", 200), text(data, "auth", 100))
        devices.remember(session, viewer.account_id, device, text(data, "wants", 10), utcnow())
    return redirect(_CHOICES, meldung="geraet-an")


@post(_CHOICES + "/geraete/{device_id:int}", sync_to_thread=True, include_in_schema=False)
def remove_device(request: Request, device_id: FromPath[int], data: FormData) -> Response[Any]:
    """Show no news on a device of one's own any more."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter=_CHOICES)
        check_form(request, viewer, data)
        devices.forget(session, viewer.account_id, device_id)
    return redirect(_CHOICES, meldung="geraet-aus")


ROUTES: list[Any] = [script, add_device, remove_device]
