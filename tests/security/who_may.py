"""Who may do what, for every address of the application. An address that is not here fails `test_who_may.py`.

One block for each rule; what a rule means for each role stands in OUTCOMES. A new route gets one line here.
"""

RULES = {
    # Everybody, also without an account. Who is signed in needs the token of the form all the same.
    "everybody": """
        GET /
        GET /static/{name:str}
        GET /{region_slug:str}
        GET /{region_slug:str}/zusagen
        GET /{region_slug:str}/themen
        GET /{region_slug:str}/themen/{topic_slug:str}
        GET /{region_slug:str}/zusagen/{slug:str}
        GET /{region_slug:str}/dokumente
        GET /{region_slug:str}/dokumente/{slug:str}
        GET /{region_slug:str}/feed.atom
        GET /{region_slug:str}/themen/{topic_slug:str}/feed.atom
        GET /{region_slug:str}/zusagen/{slug:str}/feed.atom
        GET /{region_slug:str}/was-verbindet
        GET /{region_slug:str}/wer-mitmacht
        GET /{region_slug:str}/zahlen.csv
        GET /api/v1/regions/{slug:str}/figures
        GET /{region_slug:str}/moderation
        GET /{region_slug:str}/buergerrat
        GET /{region_slug:str}/buergerrat/auslosungen/{draw_id:int}
        GET /{region_slug:str}/buergerrat/auslosungen/{draw_id:int}/{name:str}
        GET /einladung
        POST /einladung
        GET /{region_slug:str}/moderation.csv
        GET /{region_slug:str}/tonlage
        GET /{region_slug:str}/tonlage/{topic_slug:str}
        GET /{region_slug:str}/moderation/feed.atom
        GET /{region_slug:str}/moderation/{year:int}
        GET /{region_slug:str}/moderation/{year:int}/bericht.csv
        GET /{region_slug:str}/moderation/{year:int}/bericht.pdf
        GET /{region_slug:str}/empfehlungen
        GET /{region_slug:str}/empfehlungen/{number:int}
        GET /{region_slug:str}/empfehlungen/feed.atom
        GET /{region_slug:str}/berichte
        GET /{region_slug:str}/berichte/{number:int}
        GET /{region_slug:str}/berichte/{number:int}/{correction:int}
        GET /{region_slug:str}/berichte/{number:int}/dateien/{file:str}
        GET /{region_slug:str}/berichte/{number:int}/{correction:int}/{file:str}
        GET /{region_slug:str}/beschluesse
        GET /api/v1/resolutions
        GET /offene-daten/felder
        GET /{region_slug:str}/katalog.jsonld
        GET /api/v1/recommendations
        GET /kommentare/{comment_id:int}/melden
        POST /kommentare/{comment_id:int}/melden
        GET /meldungen/{flag_id:int}/{token:str}
        POST /meldungen/{flag_id:int}/{token:str}
        GET /kommentare/{comment_id:int}
        GET /so-funktioniert-es
        GET /regeln
        GET /impressum
        GET /datenschutz
        GET /metrics
        GET /logo/{sha256:str}
        GET /protokoll
        GET /protokoll/feed.atom
        GET /leichte-sprache
        GET /offene-daten
        GET /barrierefreiheit
        POST /barrierefreiheit
        GET /health/live
        GET /health/ready
        GET /sitemap.xml
        GET /sitemaps/{number:int}
        GET /robots.txt
        GET /api/v1/regions
        GET /api/v1/commitments
        GET /api/v1/commitments/{commitment_id:int}
        GET /api/v1/commitments/{commitment_id:int}/comments
        GET /anmelden
        POST /anmelden
        GET /anmelden/schule
        POST /anmelden/schule
        POST /anmelden/dienst
        POST /anmelden/anbieter/{provider:str}
        GET /anmelden/anbieter/{provider:str}/zurueck
        GET /anmelden/abgemeldet
        POST /anmelden/anbieter/{provider:str}/abmeldung
        POST /abmelden
        GET /beispiel/post
        GET /konto/loeschen/{erasure_id:int}/{token:str}
        POST /konto/loeschen/{erasure_id:int}/{token:str}
        GET /kiosk
        GET /kiosk/ende
    """,
    # Only with something that the mail, the provider or this browser's cookie gave: any role may try.
    "with a secret": """
        GET /anmelden/code
        POST /anmelden/code
        GET /anmelden/link/{sign_in_id:int}/{token:str}
        POST /anmelden/link/{sign_in_id:int}/{token:str}
        GET /abmelden/benachrichtigung/{token:str}
        POST /abmelden/benachrichtigung/{token:str}
        POST /haken/mail
        GET /konto/geraet.js
        GET /einladung/{code:str}
        POST /einladung/{code:str}
        GET /anmelden/verbinden
        POST /anmelden/verbinden
    """,
    # Whoever is signed in, for their own account.
    "own account": """
        GET /konto
        POST /konto
        GET /konto/willkommen
        POST /konto/willkommen
        GET /konto/neues
        GET /konto/neues/{notification_id:int}
        POST /konto/neues/gelesen
        GET /konto/benachrichtigungen
        POST /konto/benachrichtigungen
        POST /konto/benachrichtigungen/vorlage
        POST /konto/benachrichtigungen/wieder-an
        POST /konto/benachrichtigungen/geraete
        POST /konto/benachrichtigungen/geraete/{device_id:int}
        GET /konto/daten
        POST /konto/daten
        GET /konto/daten/{export_id:int}
        GET /konto/loeschen
        POST /konto/loeschen
        POST /konto/behalten
        GET /konto/entscheidungen/{case_id:int}
        POST /konto/entscheidungen/{case_id:int}
        GET /konto/meldungen/{flag_id:int}
        POST /konto/meldungen/{flag_id:int}
        POST /konto/anbieter/{provider:str}/trennen
    """,
    # Whoever is signed in and has a second factor, or is about to get one.
    "own second factor": """
        GET /anmelden/zweiter-schritt
        POST /anmelden/zweiter-schritt
        POST /anmelden/zweiter-schritt/schluessel
        POST /anmelden/zweiter-schritt/frage
        GET /konto/zweiter-schritt
        POST /konto/zweiter-schritt/schluessel
        POST /konto/zweiter-schritt/app
        POST /konto/zweiter-schritt/app/code
        POST /konto/zweiter-schritt/codes
        POST /konto/zweiter-schritt/schluessel/{key_id:int}
        POST /konto/zweiter-schritt/app/entfernen
    """,
    # Whoever has a name, the age and has accepted the rules.
    "participant": """
        POST /konto/folgen
        POST /{region_slug:str}/zusagen/{slug:str}/folgen
        GET /konto/wohnsitz
        POST /konto/wohnsitz
        POST /konto/wohnsitz/zahl
        POST /konto/wohnsitz/umgezogen
        GET /konto/angaben
        POST /konto/angaben
    """,
    # Participants, but not the region's own administration.
    "participant, not staff": """
        POST /{region_slug:str}/zusagen/{slug:str}/stimme
        POST /{region_slug:str}/zusagen/{slug:str}/kommentare
        POST /kommentare/{comment_id:int}/antworten
    """,
    # Participants, but neither the region's own administration nor who wrote the comment.
    "participant, not staff or author": """
        POST /kommentare/{comment_id:int}/hilfreich
    """,
    # The comment's author alone.
    "author": """
        GET /kommentare/{comment_id:int}/bearbeiten
        POST /kommentare/{comment_id:int}/bearbeiten
        GET /kommentare/{comment_id:int}/zurueckziehen
        POST /kommentare/{comment_id:int}/zurueckziehen
        POST /kommentare/{comment_id:int}/zitieren
    """,
    # The comment's author alone, and not within the first 15 minutes (as here).
    "author, later": """
        GET /kommentare/{comment_id:int}/ergaenzen
        POST /kommentare/{comment_id:int}/ergaenzen
    """,
    # The administration of this region.
    "clerk of the region": """
        GET /verwaltung/{region_slug:str}
        GET /verwaltung/{region_slug:str}/zusagen/{slug:str}
        POST /verwaltung/{region_slug:str}/zusagen/{slug:str}/worte
        POST /verwaltung/{region_slug:str}/zusagen/{slug:str}/stellungnahme
        POST /verwaltung/{region_slug:str}/zusagen/{slug:str}/stand
        POST /verwaltung/{region_slug:str}/zusagen/{slug:str}/archiv
        POST /verwaltung/{region_slug:str}/zusagen/{slug:str}/wiederherstellen
        GET /verwaltung/{region_slug:str}/fragen/{comment_id:int}
        POST /verwaltung/{region_slug:str}/fragen/{comment_id:int}
        GET /verwaltung/{region_slug:str}/importe
        POST /verwaltung/{region_slug:str}/importe
        GET /verwaltung/{region_slug:str}/importe/{run_id:int}
        GET /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/{candidate_id:int}
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/ergaenzen
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/sichere
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/sichere-zurueck
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/veroeffentlichen
        POST /verwaltung/{region_slug:str}/importe/{run_id:int}/pruefen/verwerfen
        GET /verwaltung/{region_slug:str}/wohnsitz
        POST /verwaltung/{region_slug:str}/wohnsitz
        GET /verwaltung/{region_slug:str}/briefe
        POST /verwaltung/{region_slug:str}/briefe
        GET /verwaltung/{region_slug:str}/briefe/muster.csv
        GET /verwaltung/{region_slug:str}/druck
        POST /verwaltung/{region_slug:str}/druck/karten
        POST /verwaltung/{region_slug:str}/druck/boegen
        GET /verwaltung/{region_slug:str}/druck/{run_id:int}
        GET /verwaltung/{region_slug:str}/druck/{run_id:int}/datei
        GET /verwaltung/{region_slug:str}/papier
        POST /verwaltung/{region_slug:str}/papier
        POST /kiosk
        GET /verwaltung/{region_slug:str}/stichproben
        POST /verwaltung/{region_slug:str}/stichproben
        POST /verwaltung/{region_slug:str}/stichproben/{sample_id:int}
        GET /verwaltung/{region_slug:str}/meldungen
        POST /verwaltung/{region_slug:str}/meldungen
        GET /verwaltung/{region_slug:str}/empfehlungen
        GET /verwaltung/{region_slug:str}/empfehlungen/{number:int}
        POST /verwaltung/{region_slug:str}/empfehlungen/{number:int}
        GET /verwaltung/{region_slug:str}/berichte
        POST /verwaltung/{region_slug:str}/berichte
        GET /verwaltung/{region_slug:str}/berichte/{report_id:int}
        GET /verwaltung/{region_slug:str}/berichte/{report_id:int}/vorschau
        POST /verwaltung/{region_slug:str}/berichte/{report_id:int}/worte
        POST /verwaltung/{region_slug:str}/berichte/{report_id:int}/freigabe
        POST /verwaltung/{region_slug:str}/berichte/{report_id:int}/veroeffentlichung
        POST /verwaltung/{region_slug:str}/berichte/{report_id:int}/verwerfen
        GET /verwaltung/{region_slug:str}/berichte/{report_id:int}/berichtigung
        POST /verwaltung/{region_slug:str}/berichte/{report_id:int}/berichtigung
        GET /verwaltung/{region_slug:str}/exporte
        POST /verwaltung/{region_slug:str}/exporte
        GET /verwaltung/{region_slug:str}/exporte/{run_id:int}
        GET /verwaltung/{region_slug:str}/exporte/{run_id:int}/datei
        POST /verwaltung/{region_slug:str}/exporte/{run_id:int}/loeschen
        GET /verwaltung/{region_slug:str}/beschluesse
        GET /verwaltung/{region_slug:str}/beschluesse/zusagen/{slug:str}
        POST /verwaltung/{region_slug:str}/beschluesse/zusagen/{slug:str}
        GET /verwaltung/{region_slug:str}/beschluesse/empfehlungen/{number:int}
        POST /verwaltung/{region_slug:str}/beschluesse/empfehlungen/{number:int}
        GET /verwaltung/{region_slug:str}/beschluesse/berichte/{number:int}
        POST /verwaltung/{region_slug:str}/beschluesse/berichte/{number:int}
        GET /verwaltung/{region_slug:str}/beschluesse/berichtigung/{resolution_id:int}
        POST /verwaltung/{region_slug:str}/beschluesse/berichtigung/{resolution_id:int}
        GET /verwaltung/{region_slug:str}/vorlage
        POST /verwaltung/{region_slug:str}/vorlage
        GET /verwaltung/{region_slug:str}/vorlage/muster.docx
        POST /verwaltung/{region_slug:str}/vorlage/muster
        GET /verwaltung/{region_slug:str}/rollen
        POST /verwaltung/{region_slug:str}/rollen
        POST /verwaltung/{region_slug:str}/doppelkonten
        GET /verwaltung/{region_slug:str}/auslosungen
        POST /verwaltung/{region_slug:str}/auslosungen
        GET /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/personen
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/quoten
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/rechnen
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/veroeffentlichen
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/losen
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/ende
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/plaetze/{seat_id:int}
        GET /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/pool.csv
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/einladen
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/drucken
        POST /verwaltung/{region_slug:str}/auslosungen/{draw_id:int}/antworten
        GET /verwaltung/{region_slug:str}/auslosungen/muster/{name:str}
    """,
    # The administration of this region, but nobody ends their own office (role 1 is the clerk's).
    "clerk of the region, not for oneself": """
        POST /verwaltung/{region_slug:str}/rollen/{role_id:int}
    """,
    # Members of this region's council, and its administration, which decides until there is one.
    "council or clerk": """
        GET /buergerrat/{region_slug:str}
        POST /buergerrat/{region_slug:str}/faelle/{case_id:int}
        GET /verwaltung/{region_slug:str}/doppelkonten
        POST /verwaltung/{region_slug:str}/doppelkonten/{case_id:int}
        GET /buergerrat/{region_slug:str}/einordnen
        POST /buergerrat/{region_slug:str}/einordnen
    """,
    # Members of this region's council.
    "council": """
        GET /buergerrat/{region_slug:str}/einfuehrung
        POST /buergerrat/{region_slug:str}/einfuehrung
        GET /buergerrat/{region_slug:str}/tage
        POST /buergerrat/{region_slug:str}/tage
        GET /buergerrat/{region_slug:str}/platz
        POST /buergerrat/{region_slug:str}/platz
        GET /buergerrat/{region_slug:str}/empfehlungen
        POST /buergerrat/{region_slug:str}/empfehlungen
        POST /buergerrat/{region_slug:str}/tagesordnung
        GET /buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}
        POST /buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/fassung
        POST /buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/kommentar
        POST /buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/abstimmung
        POST /buergerrat/{region_slug:str}/empfehlungen/{recommendation_id:int}/stimme
    """,
    # Who runs the site.
    "operator": """
        GET /betrieb/rollen
        POST /betrieb/rollen
        POST /betrieb/rollen/{role_id:int}
        GET /betrieb
        GET /betrieb/regionen
        POST /betrieb/regionen
        GET /betrieb/regionen/{region_slug:str}
        POST /betrieb/regionen/{region_slug:str}
        POST /betrieb/regionen/{region_slug:str}/logo
        POST /betrieb/regionen/{region_slug:str}/stand
        GET /betrieb/auftraege
        POST /betrieb/auftraege/{entry_id:int}
    """,
}

ROLES = (
    "guest", "newcomer", "resident", "confirmed", "council", "council elsewhere", "clerk", "clerk elsewhere", "operator",
)  # fmt: skip
"""Those of tests/security/conftest.py. The resident is the author; office and home are musterkreis, elsewhere is nachbarkreis."""

_EACH = dict.fromkeys(ROLES, "open")
_SIGNED_IN = {**_EACH, "guest": "sign in"}
_REFUSED = {**dict.fromkeys(ROLES, "refused"), "guest": "sign in"}

OUTCOMES = {
    "everybody": _EACH,
    "with a secret": dict.fromkeys(ROLES, "open or refused"),
    "own account": _SIGNED_IN,
    "own second factor": {**dict.fromkeys(ROLES, "open or refused"), "guest": "sign in"},
    "participant": {**_SIGNED_IN, "newcomer": "welcome"},
    "participant, not staff": {**_SIGNED_IN, "newcomer": "welcome", "clerk": "refused"},
    "participant, not staff or author": {**_SIGNED_IN, "newcomer": "welcome", "clerk": "refused", "resident": "refused"},
    "author, later": {**_REFUSED, "newcomer": "welcome or refused"},
    "author": {**_REFUSED, "newcomer": "welcome or refused", "resident": "open"},
    "clerk of the region": {**_REFUSED, "clerk": "open"},
    "clerk of the region, not for oneself": _REFUSED,
    "council or clerk": {**_REFUSED, "council": "open", "clerk": "open"},
    "council": {**_REFUSED, "council": "open"},
    "operator": {**_REFUSED, "operator": "open"},
}
"""What each role meets: the page or its own answer (open), the sign-in, the welcome page, or a refusal (403)."""


def rule_of() -> dict[str, str]:
    """Return „METHOD path“ → rule. Raises ValueError where an address has two rules."""
    found: dict[str, str] = {}
    for rule, block in RULES.items():
        for line in filter(None, map(str.strip, block.splitlines())):
            if line in found:
                raise ValueError(f"{line} has two rules")
            found[line] = rule
    return found
