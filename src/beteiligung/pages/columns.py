"""The columns of the open CSV files and the fields of the frozen figures, each with what it means. Files and pages have them from here."""

FIGURES: dict[str, str] = {
    "commitment": "Kurzname der Zusage",
    "title": "Titel",
    "version": "Fassung, zu der die Stimmen gehören",
    "box": "confirmed (Wohnort bestätigt), unconfirmed (noch nicht), outside (anderswo)",
    "people": "wie viele abgestimmt haben; Zeilen unter fünf fehlen",
    "for": "Menschen, die dafür sind",
    "neutral": "Menschen, die neutral sind",
    "against": "Menschen, die dagegen sind",
    "for_low": "untere Grenze des Anteils dafür (95 Prozent, Wilson), zwischen 0 und 1",
    "for_high": "obere Grenze des Anteils dafür",
    "against_low": "untere Grenze des Anteils dagegen",
    "against_high": "obere Grenze des Anteils dagegen",
    "comments": "sichtbare Kommentare",
    "snapshot": "Nummer der eingefrorenen Zahlen",
    "taken_at": "Stunde, zu der sie eingefroren wurden",
}
MODERATION: dict[str, str] = {
    "number": "Nummer der Zeile im Protokoll",
    "at": "wann",
    "act": "was geschah",
    "stage": "in welcher Stufe: vorläufig, erste Entscheidung, Widerspruch",
    "body": "wer entschied: Bürgerrat, Verwaltung",
    "measure": "welche Maßnahme",
    "ground": "aus welchem Grund",
    "law": "welches Gesetz",
    "source": "woher die Meldung kam",
    "deciders": "wie viele entschieden",
    "unanimous": "ob sie sich einig waren",
    "hours": "Stunden bis zur Entscheidung",
    "days": "Dauer der Maßnahme in Tagen",
    "automated": "ob ein Programm entschied (immer nein)",
    "changed": "ob ein Widerspruch etwas geändert hat",
    "account": "ob es um ein Konto geht",
    "by": "wer gemeldet hat: mit oder ohne Konto",
}
TRANSPARENCY: dict[str, str] = {
    "article": "Artikel der Verordnung (EU) 2022/2065, der die Angabe verlangt",
    "section": "Abschnitt des Berichts",
    "key": "unveränderlicher Name der Angabe",
    "name": "die Angabe in Worten",
    "value": "Wert; leer: wird hier nicht gezählt",
}

SNAPSHOT: dict[str, str] = {
    "version": "Nummer der eingefrorenen Zahlen in der Region",
    "taken_at": "Stunde, zu der sie eingefroren wurden",
    "digest": "SHA-256 des Inhalts",
    "format": "Fassung dieses Aufbaus",
    "region": "Kurzname der Region",
    "example": "ob die Menschen dieser Region erfunden sind",
    "totals": "Menschen (in Fünferschritten), Stimmen je Gruppe, Kommentare, Zusagen",
    "days[]": "je Tag: Kommentare; Anmeldungen, Bestätigungen und Stimmen ab zehn",
    "flags[]": "auffällige Häufungen: was, von wann bis wann, wie viel",
    "rankings": "Kurznamen von Zusagen: am meisten unterstützt, abgelehnt, umstritten (in Promille), besprochen; leer in der Ruhezeit",
    "groups": "Meinungsgruppen: ob sie klar sind, ihre Größe in Fünferschritten, was verbindet, was trennt; null in der Ruhezeit",
    "turnout": "wer mitmacht, nach Gemeinde und Alter, im Vergleich zur Bevölkerung; null, wo es keine Bevölkerungszahlen gibt",
    "commitments.{slug}.id": "Nummer der Zusage",
    "commitments.{slug}.title": "Titel",
    "commitments.{slug}.topic": "Kurzname des Themas",
    "commitments.{slug}.version": "Fassung, zu der die Stimmen gehören",
    "commitments.{slug}.comments": "sichtbare Kommentare",
    "commitments.{slug}.confirmed": "Menschen mit bestätigtem Wohnort: Zahlen, Prozente, Bereiche in Promille; null unter fünf",
    "commitments.{slug}.unconfirmed": "Menschen ohne bestätigten Wohnort, ebenso",
    "commitments.{slug}.outside": "Menschen mit Wohnort anderswo, ebenso",
    "commitments.{slug}.groups[]": "je Meinungsgruppe: Zahlen in Fünferschritten und Prozente",
    "commitments.{slug}.ranks": "Plätze in den Ranglisten",
    "commitments.{slug}.weighted": "nach Gemeinde und Alter gewichtete Anteile, wo genug Menschen Angaben machen",
    "commitments.{slug}.without": "Ergebnis ohne auffällige Konten, wo es welche gibt",
}
"""Of /api/v1/regions/{slug}/figures. A path covers all that lies below it; `{slug}` stands for any commitment."""


def covered(path: str) -> bool:
    """Whether a path of the figures is explained, itself or by what it lies in."""
    return any(path == known or path.startswith((f"{known}.", f"{known}[")) for known in SNAPSHOT)
