"""The pages about one's rights: fetch one's data, delete the account, think better of it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.administration import rights
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity import retention_rules as periods
from beteiligung.identity import rights as identity
from beteiligung.identity.session import check_form, require_viewer, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.web.http import FormData, page, redirect, text


def account_part(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return what the account page shows of one's rights: the deletion that waits for its day."""
    return {"erasure": identity.own_erasure(session, viewer.account_id)}


# One's data


@get("/konto/daten", sync_to_thread=True, include_in_schema=False)
def own_data(request: Request) -> Response[Any]:
    """Say what there is, and offer the finished files."""
    with reading() as session:
        viewer = require_viewer(session, request)
        exports = identity.own_exports(session, viewer.account_id, utcnow())
    context = {
        "exports": exports,
        "waiting": any(row.ready_at is None for row in exports),
        "days": periods.EXPORT_HOLDS.days,
        "robots": "noindex",
    }
    return page(request, "administration/own_data.html", context, viewer=viewer)


@post("/konto/daten", sync_to_thread=True, include_in_schema=False)
def ask_for_data(request: Request, data: FormData) -> Response[Any]:
    """Have the file made by a worker."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto/daten")
        check_form(request, viewer, data)
        identity.request_export(session, viewer.account_id, utcnow())
    return redirect("/konto/daten", meldung="daten")


@get("/konto/daten/{export_id:int}", sync_to_thread=True, include_in_schema=False)
def fetch_data(request: Request, export_id: FromPath[int]) -> Response[bytes]:
    """Hand the file to its owner, and to nobody else."""
    with reading() as session:
        viewer = require_viewer(session, request)
        row = identity.own_export(session, viewer.account_id, export_id, utcnow())
    path = rights.exports_folder() / identity.export_file(row)
    if not path.is_file():
        raise NotFound(_("Diese Datei gibt es nicht oder nicht mehr."))
    headers = {"Content-Disposition": 'attachment; filename="meine-daten.zip"', "Cache-Control": "private, no-store"}
    return Response(path.read_bytes(), media_type="application/zip", headers=headers)


# The end of the account


@get("/konto/loeschen", sync_to_thread=True, include_in_schema=False)
def erase_form(request: Request) -> Response[Any]:
    """Say what goes and what may stay."""
    with reading() as session:
        viewer = require_viewer(session, request)
        waiting = identity.own_erasure(session, viewer.account_id)
    return redirect("/konto") if waiting else _erase_page(request, viewer, {"comments": "", "votes": ""}, {})


def _erase_page(request: Request, viewer: Viewer, typed: dict[str, str], errors: dict[str, str]) -> Response[Any]:
    context = {
        "form": typed,
        "errors": errors,
        "days": periods.GRACE.days,
        "sent": request.query_params.get("meldung") == "loeschen-mail",
        "robots": "noindex",
    }
    return page(request, "administration/erase.html", context, viewer=viewer, status=422 if errors else 200)


@post("/konto/loeschen", sync_to_thread=True, include_in_schema=False)
def ask_to_erase(request: Request, data: FormData) -> Response[Any]:
    """Note the wish and ask by mail whether it is meant; without an address the grace begins at once."""
    typed = {name: text(data, name, 20) for name in ("comments", "votes")}
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto/loeschen")
        check_form(request, viewer, data)
        errors = {name: _("Bitte wählen Sie eines von beiden.") for name, value in typed.items() if value not in ("keep", "remove")}
        confirmed = not errors and identity.request_erasure(
            session, viewer.account_id, utcnow(), keep_comments=typed["comments"] == "keep", keep_votes=typed["votes"] == "keep"
        )
    if errors:
        return _erase_page(request, viewer, typed, errors)
    return redirect("/konto", meldung="loeschen-bestaetigt") if confirmed else redirect("/konto/loeschen", meldung="loeschen-mail")


@get("/konto/loeschen/{erasure_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def open_erase_link(request: Request, erasure_id: FromPath[int], token: FromPath[str]) -> Response[Any]:
    """Show the button that confirms. Opening a link changes nothing: mail scanners open links too."""
    with reading() as session:
        row = identity.erasure_to_confirm(session, erasure_id, token, utcnow())
        viewer = viewer_of(session, request)
    context = {"action": request.url.path, "wish": row, "days": periods.GRACE.days, "robots": "noindex"}
    return page(request, "administration/erase_confirm.html", context, viewer=viewer)


@post("/konto/loeschen/{erasure_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def confirm_erase(request: Request, erasure_id: FromPath[int], token: FromPath[str], data: FormData) -> Response[Any]:
    """Begin the week of grace: who has the mail has the account, signed in or not."""
    with unit_of_work() as session:
        viewer = viewer_of(session, request)
        check_form(request, viewer, data)
        due = identity.confirm_erasure(session, erasure_id, token, utcnow())
    return page(request, "administration/erase_confirm.html", {"due": due, "robots": "noindex"}, viewer=viewer)


@post("/konto/behalten", sync_to_thread=True, include_in_schema=False)
def keep_account(request: Request, data: FormData) -> Response[Any]:
    """Take the wish back, with one click."""
    with unit_of_work() as session:
        viewer = require_viewer(session, request, weiter="/konto")
        check_form(request, viewer, data)
        kept = rights.cancel_erasure(session, viewer.account_id, utcnow())
    return redirect("/konto", meldung="behalten" if kept else None)


ROUTES: list[Any] = [own_data, ask_for_data, fetch_data, erase_form, ask_to_erase, open_erase_link, confirm_erase, keep_account]
