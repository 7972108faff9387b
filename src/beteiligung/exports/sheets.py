"""The tables of an export: their columns with what each means. XLSX, CSV, the notes in the file and the tests have them from here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`name` heads the column, `about` explains it to who opens the file."""

    name: str
    about: str


@dataclass(frozen=True)
class Sheet:
    """One table. `key` names its CSV file."""

    key: str
    title: str
    columns: tuple[Column, ...]


_COMMITMENT = Column("Zusage", "Titel der Zusage, wie er auf der Plattform steht")
_SLUG = Column("Kurzname", "unveränderlicher Name der Zusage, Teil ihrer Adresse")

COMMENTS = Sheet(
    "kommentare",
    "Kommentare",
    (
        Column("Nummer", "unveränderliche Nummer des Kommentars auf der Plattform"),
        Column("Antwort auf", "Nummer des Kommentars, auf den geantwortet wird; leer: eigener Beitrag"),
        _COMMITMENT,
        _SLUG,
        Column("Tag", "Tag, an dem er geschrieben wurde, in Berliner Zeit"),
        Column("Haltung", "was der Mensch selbst angegeben hat: dafür, dagegen oder Frage; leer: nichts. Das ist keine Stimme."),
        Column("Verwaltung", "ja: eine Antwort der Verwaltung"),
        Column("Text", "der Wortlaut; […] steht für Worte, die die Moderation ausgeblendet hat"),
        Column("Ergänzungen", "was später hinzugefügt wurde"),
        Column("Hilfreich", "wie viele ihn hilfreich finden"),
        Column("Nicht hilfreich", "wie viele ihn nicht hilfreich finden"),
        Column("Adresse", "die Stelle auf der Plattform"),
    ),
)
VOTES = Sheet(
    "stimmen",
    "Stimmen",
    (
        _COMMITMENT,
        _SLUG,
        Column("Fassung", "Stimmen gehören zu einer Fassung; ändert sich der Sinn, beginnt eine neue"),
        Column("Gruppe", "bestätigt: Wohnort bestätigt; unbestätigt: noch nicht; von außerhalb: anderswo bestätigt"),
        Column("Menschen", "wie viele abgestimmt haben; leer: weniger als fünf oder noch nicht veröffentlicht"),
        Column("dafür", "Menschen"),
        Column("neutral", "Menschen"),
        Column("dagegen", "Menschen"),
        Column("dafür in Prozent", "leer, wo zu wenige abgestimmt haben"),
        Column("dafür mindestens", "untere Grenze des Bereichs von 95 Prozent (Wilson), in Prozent"),
        Column("dafür höchstens", "obere Grenze, in Prozent"),
        Column("dagegen in Prozent", "leer, wo zu wenige abgestimmt haben"),
        Column("dagegen mindestens", "untere Grenze des Bereichs von 95 Prozent (Wilson), in Prozent"),
        Column("dagegen höchstens", "obere Grenze, in Prozent"),
        Column("Stand", "Stunde, zu der diese Zahlen veröffentlicht wurden"),
    ),
)
COMMITMENTS = Sheet(
    "zusagen",
    "Zusagen",
    (
        _COMMITMENT,
        _SLUG,
        Column("Thema", "Thema der Zusage"),
        Column("Dokument", "woher sie stammt"),
        Column("Umsetzung", "der Stand, wie ihn die Verwaltung angibt"),
        Column("archiviert", "ja: nicht mehr in den Listen"),
        Column("Menschen", "wie viele mit bestätigtem Wohnort abgestimmt haben; leer: weniger als fünf"),
        Column("dafür", "Menschen mit bestätigtem Wohnort"),
        Column("neutral", "Menschen mit bestätigtem Wohnort"),
        Column("dagegen", "Menschen mit bestätigtem Wohnort"),
        Column("dafür in Prozent", "leer, wo zu wenige abgestimmt haben"),
        Column("neutral in Prozent", "leer, wo zu wenige abgestimmt haben"),
        Column("dagegen in Prozent", "leer, wo zu wenige abgestimmt haben"),
        Column("unbestätigt", "wie viele ohne bestätigten Wohnort abgestimmt haben; leer: weniger als fünf"),
        Column("Kommentare", "sichtbare Kommentare und Antworten, ohne die der Verwaltung"),
        Column("Haltung dafür", "davon mit der angegebenen Haltung dafür"),
        Column("Haltung dagegen", "davon mit der angegebenen Haltung dagegen"),
        Column("Fragen", "davon Fragen"),
        Column("ohne Haltung", "davon ohne Angabe"),
        Column("Adresse", "die Seite auf der Plattform"),
    ),
)
ANSWERS = Sheet(
    "antworten",
    "Antworten",
    (
        _COMMITMENT,
        _SLUG,
        Column("Tag", "an dem sie gegeben wurde oder seit dem der Stand gilt"),
        Column("Art", "Stellungnahme oder Umsetzungsstand"),
        Column("Umsetzung", "der neue Stand; leer bei Stellungnahmen"),
        Column("Text", "was die Verwaltung schreibt"),
        Column("Quelle", "worauf sie sich beruft"),
    ),
)
DECISIONS = Sheet(
    "beschluesse",
    "Beschlüsse",
    (
        _COMMITMENT,
        _SLUG,
        Column("Worum es ging", "die Zusage selbst oder eine Empfehlung des Bürgerrats dazu"),
        Column("Titel", "der Zusage oder Empfehlung, wie sie damals hieß"),
        Column("Gremium", "wer entschieden hat"),
        Column("Ergebnis", "zur Kenntnis genommen, verwiesen, beschlossen, abgelehnt, vertagt"),
        Column("Tag", "der Sitzung"),
        Column("Tagesordnungspunkt", "Nummer auf der Tagesordnung"),
        Column("Vorlage", "Nummer der Vorlage"),
        Column("Niederschrift", "Adresse"),
        Column("Anmerkung", "was noch dazugehört"),
    ),
)

SHEETS: dict[str, tuple[Sheet, ...]] = {"feedback": (COMMITMENTS, ANSWERS, DECISIONS), "comments": (COMMENTS,), "votes": (VOTES,)}
"""Kind of export → its tables."""
