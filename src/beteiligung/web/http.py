"""Answers: full pages, fragments, redirects after a form, and the error pages."""

import hashlib
import hmac
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from litestar import MediaType, Request, Response
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.params import Body

from beteiligung.errors import DomainError, Forbidden, Invalid, NotFound, TooLarge
from beteiligung.i18n import LANGUAGE, LANGUAGES, _, localized
from beteiligung.settings import settings
from beteiligung.web.language import links_in_language, without_language
from beteiligung.web.render import Viewer, render

FormData = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
"""A posted form; values are strings, or lists where a name came more than once. Use `text()` and `texts()`."""

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def text(form: dict[str, Any], name: str, limit: int = 10_000) -> str:
    """Return one field of a form as text, without NUL; missing is empty. Raises Invalid when far too long."""
    value = form.get(name, "")
    if isinstance(value, list):
        value = value[-1] if value else ""
    value = str(value).replace("\x00", "")
    if len(value) > limit:
        raise Invalid(_("Ein Feld ist zu lang."), {name: _("Dieser Text ist zu lang.")})
    return value


def texts(form: dict[str, Any], name: str) -> list[str]:
    """Return all values of a field that may come more than once."""
    value = form.get(name, [])
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def whole_number(value: str | None, *, least: int = 1, most: int = 2**31 - 1) -> int | None:
    """Return a query value as a number within bounds, else None: a wrong address shows the first page, no error."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 10:
        return None
    return min(max(int(value), least), most)


def safe_path(path: str | None, fallback: str = "/") -> str:
    """Return a path of our own site in ASCII, or the fallback: no redirect leads elsewhere, and each fits into a header."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(c) < 0x21 for c in path):
        return fallback
    return quote(path, safe="/?#&=%+,;:@!$'()*[]~", errors="replace")


def host_of(url: str | None) -> str:
    """Return host and port of an address, empty where it has none or is none."""
    try:
        return urlsplit(url or "").netloc
    except ValueError:
        return ""


def keyed_hash(purpose: str, *parts: object) -> str:
    """Return HMAC-SHA256(secret key, purpose and parts) in hex; parts are told apart unmistakably."""
    message = "\x1f".join([purpose, *map(str, parts)])
    return hmac.new(settings().secret_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_fragment(request: Request) -> bool:
    """Whether htmx asks: it gets the fragment that the same form returns."""
    return request.headers.get("hx-request") == "true"


FLASHES = {
    "stimme": lambda: _("Ihre Stimme ist gespeichert."),
    "stimme-zurueck": lambda: _("Ihre Stimme ist zurückgezogen."),
    "kommentar": lambda: _("Ihr Kommentar ist veröffentlicht."),
    "geaendert": lambda: _("Ihre Änderung ist gespeichert."),
    "ergaenzt": lambda: _("Ihre Ergänzung ist gespeichert."),
    "bericht": lambda: _("Angenommen. Die Zahlen werden zusammengestellt."),
    "bericht-worte": lambda: _("Vorwort und Antworten sind gespeichert."),
    "bericht-freigegeben": lambda: _("Der Bericht ist freigegeben. Die Dateien werden erstellt."),
    "bericht-veroeffentlicht": lambda: _("Der Bericht ist veröffentlicht."),
    "bericht-weg": lambda: _("Der Entwurf ist verworfen."),
    "bericht-berichtigt": lambda: _("Die Berichtigung ist veröffentlicht."),
    "zitieren": lambda: _("Gespeichert. Berichte dürfen Ihren Kommentar ohne Namen zitieren."),
    "zitieren-aus": lambda: _("Gespeichert. Berichte zitieren Ihren Kommentar nicht. Wo es schon geschah, wird er geschwärzt."),
    "zurueckgezogen": lambda: _("Ihr Kommentar ist zurückgezogen."),
    "hilfreich": lambda: _("Ihre Bewertung ist gespeichert."),
    "folgen": lambda: _("Gespeichert. Sie folgen jetzt."),
    "folgen-aus": lambda: _("Gespeichert. Sie folgen nicht mehr."),
    "angemeldet": lambda: _("Sie sind angemeldet."),
    "abgemeldet": lambda: _("Sie sind abgemeldet."),
    "verbunden": lambda: _("Die beiden Konten sind verbunden."),
    "getrennt": lambda: _("Die beiden Konten sind nicht mehr verbunden. Die Mail zum Anmelden bekommen Sie weiterhin."),
    "zweiter-schritt": lambda: _("Sie sind angemeldet, auch mit dem zweiten Schritt."),
    "zweiter-schritt-neu": lambda: _("Eingerichtet. Beim nächsten Anmelden können Sie das benutzen."),
    "zweiter-schritt-weg": lambda: _("Entfernt. Die anderen Möglichkeiten gelten weiter."),
    "aufgabe": lambda: _("Gespeichert. Die Person bekommt eine Mail."),
    "doppelkonto": lambda: _("Der Vorschlag ist gespeichert. Jetzt entscheidet eine zweite Person."),
    "doppelkonto-entschieden": lambda: _("Die Entscheidung ist gespeichert und steht im Protokoll."),
    "konto": lambda: _("Ihre Angaben sind gespeichert."),
    "daten": lambda: _("Ihre Datei wird zusammengestellt."),
    "loeschen-mail": lambda: _("Wir haben Ihnen eine Mail geschickt. Noch ist nichts gelöscht."),
    "loeschen-bestaetigt": lambda: _("Ihr Konto wird in sieben Tagen gelöscht."),
    "behalten": lambda: _("Ihr Konto bleibt. Es wird nichts gelöscht."),
    "auslosung": lambda: _("Die Auslosung ist angelegt. Als Nächstes kommt die Liste."),
    "auslosung-liste": lambda: _("Die Liste ist gespeichert."),
    "auslosung-quoten": lambda: _("Die Quoten sind gespeichert."),
    "auslosung-rechnen": lambda: _("Gespeichert."),
    "auslosung-oeffentlich": lambda: _("Die Auslosung ist veröffentlicht. Jetzt steht alles fest, nur das Los noch nicht."),
    "auslosung-gelost": lambda: _("Gelost. Die Plätze sind angeboten, die Mails gehen gleich hinaus."),
    "auslosung-ende": lambda: _("Gespeichert. Die Liste ist gelöscht."),
    "auslosung-platz": lambda: _("Die Antwort ist eingetragen."),
    "auslosung-einladung": lambda: _("Die Einladungen werden vorbereitet."),
    "auslosung-antwort": lambda: _("Die Antwort ist eingetragen."),
    "auslosung-geschlossen": lambda: _("Die Rückmeldungen sind abgeschlossen."),
    "platz-angenommen": lambda: _("Sie sitzen jetzt im Bürgerrat. Willkommen!"),
    "platz-abgelehnt": lambda: _("Sie haben abgelehnt. Danke für Ihre Antwort."),
    "platz-name": lambda: _("Ihr Name ist gespeichert."),
    "platz-zurueck": lambda: _("Sie haben Ihren Platz zurückgegeben. Danke für Ihre Arbeit."),
    "einladung-ja": lambda: _("Sie sind im Lostopf. Danke!"),
    "einladung-nein": lambda: _("Ihre Antwort ist gespeichert. Danke!"),
    "wohnsitz": lambda: _("Ihr Wohnort ist bestätigt. Ihre Stimmen wandern jetzt zu den bestätigten."),
    "wohnsitz-schalter": lambda: _("Der Wohnort ist bestätigt."),
    "umgezogen": lambda: _("Gespeichert. Ihr Wohnort gilt hier nicht mehr als bestätigt."),
    "angaben": lambda: _("Ihre freiwilligen Angaben sind gespeichert."),
    "angaben-weg": lambda: _("Ihre freiwilligen Angaben sind gelöscht."),
    "vorlage-eigene": lambda: _("Gespeichert. Ab jetzt entstehen Vorlagen auf Ihrem Muster."),
    "vorlage-neutral": lambda: _("Gespeichert. Ab jetzt gilt wieder das neutrale Muster."),
    "druck": lambda: _("Angenommen. Der Druck wird vorbereitet."),
    "papier": lambda: _("Der Bogen ist gespeichert und zählt."),
    "kiosk-aus": lambda: _("Das ist wieder ein gewöhnliches Gerät."),
    "gelesen": lambda: _("Alles ist als gelesen markiert."),
    "benachrichtigungen": lambda: _("Gespeichert. Ihre Einstellung gilt ab sofort."),
    "mails-an": lambda: _("Gespeichert. Sie bekommen wieder Mails von uns."),
    "geraet-an": lambda: _("Gespeichert. Dieses Gerät zeigt jetzt Neues an."),
    "geraet-aus": lambda: _("Gespeichert. Das Gerät zeigt nichts mehr an."),
    "region": lambda: _("Die Angaben der Region sind gespeichert."),
    "region-neu": lambda: _("Die Region ist angelegt. Noch sieht sie nur die Verwaltung."),
    "region-offen": lambda: _("Die Region ist offen. Jetzt sehen sie alle."),
    "region-zu": lambda: _("Die Region ist geschlossen. Jetzt sieht sie nur noch die Verwaltung."),
    "auftrag": lambda: _("Gespeichert."),
    "barriere": lambda: _("Danke. Ihre Meldung ist angekommen."),
    "antwort": lambda: _("Die Stellungnahme ist veröffentlicht."),
    "status": lambda: _("Der Umsetzungsstand ist gespeichert."),
    "worte": lambda: _("Die neue Fassung ist gespeichert."),
    "archiviert": lambda: _("Die Zusage ist archiviert."),
    "wiederhergestellt": lambda: _("Die Zusage ist wieder veröffentlicht."),
    "import": lambda: _("Die Datei ist angenommen und wird jetzt gelesen."),
    "vorschlag-ja": lambda: _("Angenommen."),
    "vorschlag-nein": lambda: _("Abgelehnt."),
    "vorschlag-worte": lambda: _("Ihre Änderung ist gespeichert."),
    "vorschlag-offen": lambda: _("Zurückgenommen."),
    "vorschlag-geteilt": lambda: _("In zwei Vorschläge geteilt."),
    "vorschlag-getrennt": lambda: _("Das ist jetzt ein neuer Vorschlag. Die alte Zusage steht bei den entfallenen."),
    "vorschlag-verbunden": lambda: _("Zwei Vorschläge sind jetzt einer."),
    "vorschlag-neu": lambda: _("Als Vorschlag aufgenommen."),
    "vorschlag-sichere": lambda: _("Die sicheren Vorschläge sind angenommen."),
    "gemeldet": lambda: _("Danke. Ihre Meldung ist angekommen. Menschen prüfen sie."),
    "widerspruch": lambda: _("Ihr Widerspruch ist angekommen. Drei andere Personen entscheiden."),
    "fall": lambda: _("Ihre Entscheidung ist gespeichert."),
    "eingeordnet": lambda: _("Gespeichert. Das ist der nächste Text."),
    "eingeordnet-zurueck": lambda: _("Zurückgeholt. Bitte ordnen Sie diesen Text neu ein."),
    "nichts-zurueck": lambda: _("Es gibt nichts, was Sie zurückholen können."),
    "schon-eingeordnet": lambda: _("Diesen Text haben schon genug Menschen eingeordnet. Es geht mit dem nächsten weiter."),
    "stichprobe": lambda: _("Die Stichprobe ist gezogen. Jetzt können zwei Menschen sie lesen."),
    "stichprobe-weg": lambda: _("Die Stichprobe ist verworfen."),
    "fall-zurueck": lambda: _("Zurückgegeben. Jemand anderes wird ausgelost."),
    "einfuehrung": lambda: _("Danke. Jetzt fehlen nur noch Ihre Tage."),
    "tage": lambda: _("Ihre Tage sind gespeichert."),
    "tagesordnung": lambda: _("Das steht jetzt auf der Tagesordnung."),
    "tagesordnung-ab": lambda: _("Das ist von der Tagesordnung genommen."),
    "entwurf": lambda: _("Der Entwurf ist angelegt."),
    "fassung": lambda: _("Die neue Fassung ist gespeichert."),
    "gesagt": lambda: _("Ihre Wortmeldung ist gespeichert."),
    "abstimmung": lambda: _("Die Abstimmung läuft. Alle Mitglieder bekommen eine Nachricht."),
    "ratsstimme": lambda: _("Ihre Stimme ist gezählt."),
    "beantwortet": lambda: _("Die Antwort ist veröffentlicht. Wer folgt, bekommt eine Nachricht."),
    "beschluss": lambda: _("Eingetragen. Wer folgt oder kommentiert hat, bekommt eine Nachricht."),
    "berichtigt": lambda: _("Die Berichtigung ist veröffentlicht."),
    "export": lambda: _("Angenommen. Die Datei wird zusammengestellt."),
    "export-weg": lambda: _("Die Datei ist gelöscht."),
    "vorlaeufig": lambda: _("Vorläufig ausgeblendet. Jetzt wird mit Gründen entschieden."),
    "verworfen": lambda: _("Verworfen. Am Bestand hat sich nichts geändert."),
    "veroeffentlicht": lambda: _("Veröffentlicht. Wer folgt, bekommt jetzt eine Nachricht."),
}
"""What the page after a saved form says; the address carries only the key."""


def page(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    viewer: Viewer | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response[str]:
    """Render a page or fragment for one person. Never stored by a shared cache."""
    html = render_page(request, template, context, viewer=viewer)
    return Response(html, status_code=status, media_type=MediaType.HTML, headers={"Cache-Control": "private, no-store", **(headers or {})})


def render_page(request: Request, template: str, context: dict[str, Any], *, viewer: Viewer | None = None) -> str:
    """Render a template with what `base.html` wants besides the page's own context."""
    flash = FLASHES.get(request.query_params.get("meldung", ""))
    path = request.url.path
    query = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "meldung"])
    here = f"{path}?{query}" if query else path
    defaults: dict[str, Any] = {
        "viewer": viewer,
        "csrf": viewer.csrf_token() if viewer else "",
        "path": here,
        "canonical": settings().base_url + localized(path),
        "in_languages": [(one, localized(_page_of(request, here), one)) for one in LANGUAGES],
        "base_url": settings().base_url,
        "lang": LANGUAGE.get(),
        "flash": flash() if flash else None,
        "region": None,
        "example": False,
        "nav": "",
        "errors": {},
    }
    return links_in_language(render(template, **{**defaults, **context}))


def _page_of(request: Request, here: str) -> str:
    """Return a path that shows this page by GET; the answer to a form that was refused stands where no page is."""
    if request.method in ("GET", "HEAD"):
        return safe_path(here)  # `//elsewhere.example`, read as a link, is another site
    came_from = request.headers.get("referer", "")
    if host_of(came_from) != request.headers.get("host"):
        return "/"
    return without_language(safe_path(urlsplit(came_from).path))[1]


def redirect(path: str, *, meldung: str | None = None, anchor: str = "", cookies: list[Any] | None = None) -> Response[None]:
    """303 to a path of our own after a form has been saved, with the message the next page shows."""
    path, hash_sign, place = safe_path(path).partition("#")
    anchor = anchor or hash_sign + place
    if meldung:
        path += ("&" if "?" in path else "?") + "meldung=" + quote(meldung)
    return Response(None, status_code=303, headers={"Location": path + anchor, "Cache-Control": "no-store"}, cookies=cookies)


def check_same_origin(request: Request) -> None:
    """Refuse a form that another site sent. Raises Forbidden.

    Browsers say where a request comes from by Sec-Fetch-Site, older ones by Origin. One that says
    neither is stopped by the token of `identity.session`, which every signed-in form carries.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = origin is None or origin == settings().base_url or (host_of(origin) == request.headers.get("host"))
    if origin == "null":  # a page that hides where it is; our own never do (Referrer-Policy)
        ours = site == "same-origin"
    if not ours or site not in (None, "same-origin", "none"):
        raise Forbidden(_("Dieses Formular kam von einer anderen Website. Deshalb haben wir nichts gespeichert."))


def error_page(request: Request, error: DomainError, *, viewer: Viewer | None = None) -> Response[str]:
    """Say what happened, that nothing was lost, and what to do next."""
    if request.url.path.startswith("/api/"):
        return Response({"error": error.message or _("Diese Seite gibt es nicht.")}, status_code=error.status, media_type=MediaType.JSON)  # type: ignore[arg-type]
    headers = {"Retry-After": str(error.context["retry_after"])} if "retry_after" in error.context else {}
    known = {name: error.context[name] for name in ("kept", "back", "region") if error.context.get(name)}
    context = {"reason": error.message or None, **known}
    return page(request, error.template, context, viewer=viewer, status=error.status, headers=headers)


def from_http_exception(error: HTTPException) -> DomainError:
    """Turn the framework's own errors into ours, so that people read German sentences."""
    if error.status_code in (404, 405):
        return NotFound("")  # the page itself says it
    if error.status_code == 413:
        return TooLarge(_("Das war zu groß. Ein Text darf höchstens 4.000 Zeichen haben, eine Datei höchstens 20 Megabyte."))
    if error.status_code == 403:
        return Forbidden(_("Das dürfen Sie hier nicht."))
    return DomainError(_("Diese Anfrage haben wir nicht verstanden."))
