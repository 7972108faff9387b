"""The clerk's forms about people on the list of a draw: inviting them, letters, answers on paper, the end of the answers."""

from typing import Any, cast

from litestar import Request, Response, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.administration import printing
from beteiligung.administration.draw_views import act
from beteiligung.clock import utcnow
from beteiligung.council import inviting, seating
from beteiligung.council.models import Draw
from beteiligung.errors import Conflict, Invalid, NotFound
from beteiligung.i18n import _
from beteiligung.identity.residence_rules import read_day
from beteiligung.identity.viewer import Viewer
from beteiligung.web.filters import long_date, number
from beteiligung.web.http import FormData, redirect, text


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/einladen", sync_to_thread=True, include_in_schema=False)
def invite(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Begin the time for answers, or with `close` end it."""
    closing = bool(text(data, "close"))

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        if closing:
            inviting.close(session, viewer.account_id, row, utcnow())
        else:
            inviting.invite(session, viewer.account_id, row, read_day(text(data, "reply_by", 50)), utcnow())

    meldung = "auslosung-geschlossen" if closing else "auslosung-einladung"
    return act(request, region_slug, draw_id, data, "einladen", meldung, do, names=("reply_by",))


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/drucken", sync_to_thread=True, include_in_schema=False)
def order_letters(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Have letters printed: to everybody invited who has not answered, or to those whom a seat was offered."""
    about = "offered" if text(data, "about") == "offered" else "invited"
    step = "plaetze" if about == "offered" else "einladen"
    sender = " ".join(text(data, "sender", 300).split())

    def do(session: Session, viewer: Viewer, row: Draw) -> None:
        message = _("Bitte schreiben Sie den Absender in eine Zeile, höchstens 90 Zeichen.")
        if not 3 <= len(sender) <= 90:
            raise Invalid(message, {"sender": message})
        if row.state != ("drawn" if about == "offered" else "inviting"):
            raise Conflict(_("Zu diesem Zeitpunkt gibt es keine Briefe."))
        people = inviting.addressees(session, cast(int, row.id), about)
        if not people:
            raise Conflict(_("Niemand, der noch einen Brief braucht, hat auf der Liste eine Anschrift."))
        words = _("{title}: {count} Einladungen") if about == "invited" else _("{title}: {count} Briefe an Gezogene")
        content = {
            "draw": row.id, "about": about, "sender": sender, "contact": row.contact, "day": long_date(utcnow()), "size": row.size,
            "start": long_date(row.term_start), "end": long_date(row.term_end), "reply_by": long_date(row.reply_by) if row.reply_by else "",
        }  # fmt: skip
        title = words.format(title=row.title, count=number(len(people)))
        printing.order(session, viewer.account_id, row.region_id, "letters", len(people), title, content, utcnow())

    answer = act(request, region_slug, draw_id, data, step, "druck", do, names=("sender",))
    return redirect(f"/verwaltung/{region_slug}/briefe", meldung="druck", anchor="#gedruckt") if answer.status_code == 303 else answer


@post("/verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/antworten", sync_to_thread=True, include_in_schema=False)
def note_reply(request: Request, region_slug: FromPath[str], draw_id: FromPath[int], data: FormData) -> Response[Any]:
    """Note an answer that came by post or telephone, by the code of the letter."""
    said = text(data, "said", 10)

    def do(session: Session, _viewer: Viewer, row: Draw) -> None:
        if said not in ("yes", "no"):
            raise Invalid(_("Bitte wählen Sie, was die Person geantwortet hat."))
        try:
            person = seating.person_by_code(session, text(data, "code", 60))
        except NotFound as error:
            raise Invalid(error.message, {"code": error.message}) from error
        inviting.reply(session, row, person, said, utcnow())

    return act(request, region_slug, draw_id, data, "einladen", "auslosung-antwort", do, names=("code",))


ROUTES: list[Any] = [invite, order_letters, note_reply]
