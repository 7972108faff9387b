"""One's own residence and the voluntary answers for statistics."""

from datetime import date, datetime
from typing import Any

from litestar import Request, Response, get, post

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Invalid, by_field
from beteiligung.i18n import _
from beteiligung.identity import demographics, residence
from beteiligung.identity import residence_queries as queries
from beteiligung.identity import residence_rules as rules
from beteiligung.identity.residence import WrongCode
from beteiligung.identity.session import check_form, note_seen, require_participant
from beteiligung.identity.viewer import Viewer
from beteiligung.web.http import FormData, keyed_hash, page, redirect, text
from beteiligung.web.limits import limiter, network

_HOUR = 3600.0
_CODES_PER_NETWORK = 100
_FIELDS = ("code", "given_name", "family_name", "born")


def _sentence(problem: WrongCode) -> dict[str, str]:
    return {
        WrongCode.WRONG: {"code": _("Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit dem Brief, Zeichen für Zeichen.")},
        WrongCode.USED: {"code": _("Dieser Code ist schon benutzt. Jeder Code gilt ein Mal.")},
        WrongCode.OLD: {
            "code": _("Dieser Code ist abgelaufen. Bitte bestätigen Sie Ihren Wohnort am Schalter oder fragen Sie nach einem neuen Brief.")
        },
        WrongCode.TOO_MANY: {
            "code": _("Zu diesem Code wurden zu viele falsche Angaben gemacht. Er gilt nicht mehr. Am Schalter geht es weiter.")
        },
        WrongCode.OTHER_PERSON: {
            "given_name": _(
                "Code, Name und Geburtsdatum gehören nicht zusammen. Bitte schreiben Sie Ihren Namen so, wie er im Brief steht."
            ),
        },
    }[problem]


def checked_person(typed: dict[str, str], now: datetime) -> date:
    """Return the birthday of a form with given_name, family_name and born. Raises Invalid with a message per field."""
    errors = {}
    born = rules.read_day(typed["born"])
    if born is None or not rules.is_possible_birthday(born, berlin_date(now)):
        errors["born"] = _("Bitte schreiben Sie das Geburtsdatum so: 3.4.1985")
    asked = {"given_name": _("Bitte geben Sie den Vornamen an."), "family_name": _("Bitte geben Sie den Nachnamen an.")}
    errors |= {name: message for name, message in asked.items() if not any(char.isalpha() for char in typed[name])}
    if errors or born is None:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)
    return born


@get("/konto/wohnsitz", sync_to_thread=True, include_in_schema=False)
def own_residence(request: Request) -> Response[Any]:
    """Whether one's residence is confirmed, and the ways to do it."""
    with reading() as session:
        viewer = require_participant(session, request)
    return _residence_page(request, viewer)


def _residence_page(
    request: Request, viewer: Viewer, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        own = queries.own_residence(session, viewer.account_id, viewer.home_region_id, utcnow())
    note_seen(viewer)
    context = {
        "own": own,
        "form": typed or dict.fromkeys(_FIELDS, ""),
        "errors": by_field(error),
        "minutes": int(rules.TICKET_HOLDS.total_seconds()) // 60,
        "robots": "noindex",
    }
    return page(request, "identity/residence.html", context, viewer=viewer, status=error.status if error else 200)


@post("/konto/wohnsitz", sync_to_thread=True, include_in_schema=False)
def enter_code(request: Request, data: FormData) -> Response[Any]:
    """Confirm one's residence by the code of a letter; on errors everything typed is still there."""
    typed = {name: text(data, name, 200).strip() for name in _FIELDS}
    with reading() as session:
        viewer = require_participant(session, request, weiter="/konto/wohnsitz")
    check_form(request, viewer, data)
    try:
        if not typed["code"]:
            raise Invalid(_("Bitte prüfen Sie die markierten Felder."), {"code": _("Bitte tippen Sie den Code aus dem Brief ein.")})
        born = checked_person(typed, utcnow())
        limiter.hit("residence-code", keyed_hash("limit", viewer.account_id), rules.CODES_AN_HOUR, _HOUR)
        limiter.hit("residence-code-network", network(request), _CODES_PER_NETWORK, _HOUR)
        with unit_of_work() as session:  # a wrong person is committed too: it has cost one of the tries
            outcome = residence.use_code(
                session, viewer.account_id, typed["code"], typed["given_name"], typed["family_name"], born, utcnow()
            )
        if isinstance(outcome, WrongCode):
            raise Invalid(_("Bitte prüfen Sie die markierten Felder."), _sentence(outcome))
    except DomainError as error:
        return _residence_page(request, viewer, typed, error)
    return redirect("/konto/wohnsitz", meldung="wohnsitz")


@post("/konto/wohnsitz/zahl", sync_to_thread=True, include_in_schema=False)
def ask_for_number(request: Request, data: FormData) -> Response[Any]:
    """Show a number for the counter, new with every press."""
    with unit_of_work() as session:
        viewer = require_participant(session, request, weiter="/konto/wohnsitz")
        check_form(request, viewer, data)
        limiter.hit("counter-number", keyed_hash("limit", viewer.account_id), rules.NUMBERS_AN_HOUR, _HOUR)
        residence.ask_for_number(session, viewer.account_id, utcnow())
    return redirect("/konto/wohnsitz", anchor="#schalter")


@post("/konto/wohnsitz/umgezogen", sync_to_thread=True, include_in_schema=False)
def moved(request: Request, data: FormData) -> Response[Any]:
    """End one's confirmation in a region: one lives there no longer."""
    with unit_of_work() as session:
        viewer = require_participant(session, request, weiter="/konto/wohnsitz")
        check_form(request, viewer, data)
        region = text(data, "region", 100)
        if region.isascii() and region.isdigit() and len(region) < 10:
            residence.lapse(session, viewer.account_id, int(region), utcnow(), reason="moved")
    return redirect("/konto/wohnsitz", meldung="umgezogen")


# Voluntary answers


@get("/konto/angaben", sync_to_thread=True, include_in_schema=False)
def own_answers(request: Request) -> Response[Any]:
    """The voluntary answers, to oneself."""
    with reading() as session:
        viewer = require_participant(session, request)
        own = demographics.own(session, viewer.account_id)
    note_seen(viewer)
    return _answers_page(request, viewer, {"age_band": own.age_band or "", "sex": own.sex or "", "drawable": "1" if own.drawable else ""})


def _answers_page(request: Request, viewer: Viewer, typed: dict[str, str], error: DomainError | None = None) -> Response[Any]:
    context = {
        "form": typed,
        "errors": error.fields if error else {},
        "has_answers": any(typed.values()),
        "robots": "noindex",
    }
    return page(request, "identity/answers.html", context, viewer=viewer, status=error.status if error else 200)


@post("/konto/angaben", sync_to_thread=True, include_in_schema=False)
def keep_answers(request: Request, data: FormData) -> Response[Any]:
    """Keep the voluntary answers, or delete them all."""
    typed = {name: text(data, name, 20) for name in ("age_band", "sex", "drawable")}
    gone = text(data, "do", 10) == "delete"
    with reading() as session:
        viewer = require_participant(session, request, weiter="/konto/angaben")
    check_form(request, viewer, data)
    try:
        with unit_of_work() as session:
            if gone:
                demographics.erase(session, viewer.account_id)
            else:
                demographics.keep(
                    session, viewer.account_id, age_band=typed["age_band"], sex=typed["sex"], drawable=bool(typed["drawable"])
                )
    except Invalid as error:
        return _answers_page(request, viewer, typed, error)
    return redirect("/konto/angaben", meldung="angaben-weg" if gone else "angaben")


ROUTES: list[Any] = [own_residence, enter_code, ask_for_number, moved, own_answers, keep_answers]
