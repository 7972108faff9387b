"""A report written by hand, every part of it filled, for tests of the formats. The region, its people and all texts are made up."""

from datetime import UTC, date, datetime

from beteiligung.reporting.dataset import (
    SCHEMA,
    Change,
    Chart,
    Column,
    CorrectionNote,
    OfficialAnswer,
    Origin,
    Population,
    Quote,
    Recommendation,
    ReportData,
    Section,
    Sitting,
    Table,
    seal,
)

_LEAST = "Weniger als 100 bestätigte Stimmen: nur Anzahlen, keine Anteile."
_VOTE_COLUMNS = (
    Column("title", "Zusage", "text"),
    Column("link", "Seite", "link"),
    Column("people", "Stimmen", "count"),
    Column("for", "dafür", "count"),
    Column("neutral", "neutral", "count"),
    Column("against", "dagegen", "count"),
    Column("share_for", "Anteil dafür", "share", "%", 1),
    Column("low_for", "mindestens", "low", "%", 1, "share_for"),
    Column("high_for", "höchstens", "high", "%", 1, "share_for"),
    Column("share_against", "Anteil dagegen", "share", "%", 1),
    Column("low_against", "mindestens", "low", "%", 1, "share_against"),
    Column("high_against", "höchstens", "high", "%", 1, "share_against"),
    Column("comments", "Kommentare", "count"),
)


def _vote(
    title: str, slug: str, counts: tuple[int, int, int], shares: tuple[int | None, ...], comments: int
) -> tuple[str | int | None, ...]:
    return (title, f"/musterkreis/zusagen/{slug}", sum(counts), *counts, *shares, comments)


_BUS = _vote("Busse fahren abends jede Stunde", "busse-abends", (612, 61, 311), (622, 591, 652, 316, 288, 346), 48)
_ROOFS = _vote("Auf jedes Schuldach kommt eine Solaranlage", "schuldaecher", (812, 90, 98), (812, 787, 835, 98, 81, 118), 31)
_FEES = _vote("Die Gebühr für Sperrmüll steigt", "sperrmuell", (54, 20, 226), (180, 141, 227, 753, 701, 799), 77)
_ODD = _vote("=1+1 und „Größe“: ein Titel, der wie eine Formel aussieht", "formel", (3, 1, 4), (None,) * 6, 2)
_RANKS = tuple(column for column in _VOTE_COLUMNS if column.key != "neutral")


def _ranked(*rows: tuple[str | int | None, ...]) -> tuple[tuple[str | int | None, ...], ...]:
    place = [column.key for column in _VOTE_COLUMNS].index("neutral")
    return tuple(row[:place] + row[place + 1 :] for row in rows)


def _tables() -> tuple[Table, ...]:
    rankings = "reporting.compose.rankings"
    return (
        Table(
            "totals", "Beteiligung im Überblick", "insight.snapshots.compute: totals",
            (Column("what", "Was", "text"), Column("number", "Anzahl", "count")),
            (("Menschen mit bestätigter Stimme", 1_285), ("bestätigte Stimmen", 4_312), ("Kommentare", 158)),
            note="Menschen werden in Fünferschritten gezählt.",
        ),
        Table(
            "days", "Kommentare und Stimmen je Tag", "insight.snapshots.compute: days",
            (Column("day", "Tag", "date"), Column("comments", "Kommentare", "count"), Column("votes", "Stimmen", "count")),
            (("2026-10-01", 12, 340), ("2026-10-02", 0, None), ("2026-10-03", 7, 55)),
            suppressed="Tage mit weniger als zehn Stimmen werden nicht gezeigt.",
        ),
        Table(
            "turnout_age", "Beteiligung nach Alter", "insight.turnout.turnout: age",
            (
                Column("group", "Gruppe", "text"), Column("population", "Einwohner", "count"), Column("people", "beteiligt", "count"),
                Column("per_1000", "von 1.000", "number", "", 1), Column("share_population", "Anteil an der Bevölkerung", "share", "%"),
                Column("share_people", "Anteil an den Beteiligten", "share", "%"),
            ),
            (("14 bis 29", 18_200, 210, 115, 17, 18), ("30 bis 59", 41_700, 640, 153, 39, 56), ("60 und älter", 46_800, 295, 63, 44, 26)),
        ),
        Table(
            "topics", "Themen", "reporting.compose.topics",
            (Column("topic", "Thema", "text"), Column("commitments", "Zusagen", "count"), Column("votes", "Stimmen", "count"),
             Column("comments", "Kommentare", "count")),
            (("Mobilität", 12, 2_101, 70), ("Klima & Energie", 9, 1_480, 55), ("Bildung & Schule", 4, 731, 33)),
        ),
        Table("supported", "Am meisten unterstützt", rankings, _RANKS, _ranked(_ROOFS, _BUS)),
        Table("opposed", "Am meisten abgelehnt", rankings, _RANKS, _ranked(_FEES)),
        Table("divided", "Am stärksten umstritten", rankings, _RANKS, _ranked(_BUS)),
        Table("discussed", "Am meisten besprochen", rankings,
              (Column("title", "Zusage", "text"), Column("link", "Seite", "link"), Column("comments", "Kommentare", "count")),
              ((_FEES[0], _FEES[1], 77), (_BUS[0], _BUS[1], 48))),
        Table("unites", "Was die Gruppen verbindet", "insight.groups.describe: unites",
              (Column("title", "Zusage", "text"), Column("direction", "Mehrheit jeder Gruppe ist", "text"),
               Column("A", "Gruppe A dafür", "share", "%"), Column("B", "Gruppe B dafür", "share", "%")),
              ((_ROOFS[0], "dafür", 91, 68),)),
        Table("status", "Stand der Umsetzung", "reporting.compose.status",
              (Column("status", "Stand", "text"), Column("number", "Zusagen", "count")),
              (("in Umsetzung", 11), ("umgesetzt", 3), ("noch nicht begonnen", 11))),
        Table("moderation", "Moderation", "moderation.transparency.report",
              (Column("what", "Was", "text"), Column("number", "Wert", "number")),
              (("Meldungen zusammen", 14), ("Anordnungen", None)), suppressed="Wird hier nicht gezählt."),
        Table("votes", "Alle Zusagen", "insight.figures.box", _VOTE_COLUMNS, (_ROOFS, _BUS, _FEES, _ODD), suppressed=_LEAST,
              note="Nur bestätigte Stimmen. Intervall: 95 %, nach Wilson."),
    )  # fmt: skip


def _quote(number: int, title: str, stance: str, text: str) -> Quote:
    salt = f"{number:032x}"
    return Quote(
        number, title, "/musterkreis/zusagen/busse-abends", "for" if stance == "for" else "against", seal(salt, text), text, salt,
        helpful="hilfreich in Gruppe A und in Gruppe B",
    )  # fmt: skip


def _sections() -> tuple[Section, ...]:
    stacked = ("for", "neutral", "against")
    return (
        Section("participation", "Wer hat mitgemacht?", ("1.285 Menschen haben bestätigt abgestimmt, 12 von 1.000.",),
                ("totals", "days", "turnout_age"),
                (Chart("bars", "turnout_age", "group", ("per_1000",)), Chart("days", "days", "day", ("comments",), rows=120))),
        Section("topics", "Themen", ("Am meisten bewegt hat die Mobilität.",), ("topics",),
                (Chart("bars", "topics", "topic", ("votes",)),)),
        Section("votes", "Zustimmung, Ablehnung, Streit", ("Gezeigt werden nur Zusagen ab 100 bestätigten Stimmen.",),
                ("supported", "opposed", "divided", "discussed"),
                (Chart("interval", "supported", "title", ("share_for", "low_for", "high_for")),
                 Chart("interval", "opposed", "title", ("share_against", "low_against", "high_against")),
                 Chart("stacked", "votes", "title", stacked))),
        Section("unites", "Was verbindet?", ("Zwei Gruppen stimmen oft verschieden. Hier sind sie sich einig.",), ("unites",)),
        Section("sentiment", "Stimmung der Kommentare", absent="Noch keine Stichprobe wurde von Menschen ganz eingeordnet."),
        Section("arguments", "Argumente dafür und dagegen", ("Drei Kommentare, nach der veröffentlichten Regel gewählt.",)),
        Section("recommendations", "Empfehlungen des Bürgerrats", ("Der Bürgerrat hat zwei Empfehlungen beschlossen.",)),
        Section("status", "Stand der Umsetzung", ("Von 25 Zusagen sind 3 umgesetzt.",), ("status",),
                (Chart("bars", "status", "status", ("number",)),)),
        Section("moderation", "Moderation in Zahlen", ("14 Kommentare wurden gemeldet.",), ("moderation",)),
        Section("method", "So entstand der Bericht", ("Alle Zahlen stammen aus dem öffentlichen Stand Nummer 17.",)),
        Section("annex", "Anhang: alle Zahlen", (), ("votes",)),
    )  # fmt: skip


def example() -> ReportData:
    """Return the example: two corrections behind it, one quote blacked out, one figure suppressed, one section absent."""
    quotes = (
        _quote(1, _BUS[0] or "", "for", "Nach der Spätschicht komme ich sonst nicht heim. Ein Bus in der Stunde würde reichen."),  # type: ignore[arg-type]
        _quote(2, _BUS[0] or "", "against", "=SUMME(A1:A9) – im Ernst: Leere Busse kosten uns alle „Geld“.\nBesser wäre ein Ruftaxi."),  # type: ignore[arg-type]
        Quote(3, str(_FEES[0]), "/musterkreis/zusagen/sperrmuell", "against", seal("f" * 32, "weg"), None, None,
              "Die Person, die das schrieb, hat den Kommentar zurückgezogen."),
    )  # fmt: skip
    return ReportData(
        schema=SCHEMA,
        number=4,
        correction=2,
        region="musterkreis",
        region_name="Musterkreis",
        example=True,
        site="https://beteiligung.example",
        link="/musterkreis/berichte/4",
        title="Bericht Nr. 4 an den Kreistag",
        sitting=Sitting(
            "Kreistag", date(2026, 12, 3), ("Ausschuss für Verkehr und Bau", "Haupt- und Finanzausschuss"), date(2026, 7, 1),
            date(2026, 9, 30), ("Mobilität", "Klima & Energie"), "VL-112/2026", "Bürgerbeteiligung: Bericht zum dritten Quartal 2026",
        ),
        as_of=datetime(2026, 9, 30, 21, tzinfo=UTC),
        origin=Origin(17, datetime(2026, 9, 30, 21, tzinfo=UTC), "9f" * 32),
        population=Population(106_700, date(2025, 12, 31), "Statistisches Amt Musterland", "https://statistik.example", 1_285, 120),
        notice="Dies ist ein Meinungsbild derer, die mitgemacht haben, keine Abstimmung im Sinne des Kommunalrechts.",
        summary=(
            "1.285 von 106.700 Menschen haben mitgemacht, das sind 12 von 1.000.",
            "Am meisten Zustimmung: „Auf jedes Schuldach kommt eine Solaranlage“ (78,7 bis 83,5 % dafür).",
            "Am meisten Ablehnung: „Die Gebühr für Sperrmüll steigt“ (70,1 bis 79,9 % dagegen).",
        ),
        sections=_sections(),
        tables=_tables(),
        quotes=quotes,
        quote_rule="Gewählt wird, was in allen Gruppen als hilfreich gilt. Bei Gleichstand entscheidet der ältere Kommentar.",
        recommendations=(
            Recommendation(
                1, "Ruftaxi erproben", "Der Kreis erprobt ein **Ruftaxi** für ein Jahr.\n\n- in drei Orten\n- ab 20 Uhr",
                "/musterkreis/empfehlungen/1", date(2026, 8, 14), 19, 2, 1, date(2026, 10, 9), date(2026, 10, 1), "wird übernommen",
                "Das Ruftaxi startet im Januar.",
            ),
            Recommendation(2, "Schuldächer zuerst", "Zuerst die Grundschulen.", "/musterkreis/empfehlungen/2", date(2026, 9, 20), 12, 6, 4,
                           date(2026, 11, 15)),
        ),
        method=(
            "Abstimmen konnte, wer im Kreis wohnt und das mit einem Code aus einem Brief bestätigt hat.",
            "Wer mitmacht, ist keine Zufallsauswahl. Das Intervall sagt nichts über die, die nicht mitgemacht haben.",
        ),
        foreword="Sehr geehrte Damen und Herren,\n\ndieser Bericht ist der **vierte** seiner Art.",
        answers=(
            OfficialAnswer("Über die Gebühr entscheidet der Kreistag im Dezember.", str(_FEES[0]), "/musterkreis/zusagen/sperrmuell"),
            OfficialAnswer("Wir danken allen, die mitgemacht haben."),
        ),
        corrections=(
            CorrectionNote(1, date(2026, 10, 5), "Eine Zahl war falsch übertragen.",
                           (Change("Themen, Mobilität, Kommentare", "71", "70"),)),
            CorrectionNote(2, date(2026, 10, 9), "Ein Zitat wurde geschwärzt.", (Change("Zitat 3", "Wortlaut", "geschwärzt"),)),
        ),
    )  # fmt: skip
