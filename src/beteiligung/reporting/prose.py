"""The sentences of a report, made from its tables alone, so that they agree with them before and after a correction. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from beteiligung.i18n import speaking
from beteiligung.reporting.dataset import Chart, Population, ReportData, Section, Table, Value, records, said
from beteiligung.web.filters import long_date

NOTICE = "Dies ist ein Meinungsbild derer, die mitgemacht haben, keine Abstimmung im Sinne des Kommunalrechts."
NO_FIGURES = "Bis zum Ende dieses Zeitraums waren noch keine Zahlen veröffentlicht."
TITLES = {
    "participation": "Wer hat mitgemacht?",
    "topics": "Themen",
    "votes": "Zustimmung, Ablehnung, Streit",
    "unites": "Was verbindet?",
    "sentiment": "Ton der Kommentare",
    "arguments": "Argumente dafür und dagegen",
    "recommendations": "Empfehlungen des Bürgerrats",
    "status": "Stand der Umsetzung",
    "moderation": "Moderation in Zahlen",
    "method": "So entstand der Bericht",
    "annex": "Anhang: alle Zahlen",
}
"""The sections in the order to be read."""


def told(data: ReportData, absent: Mapping[str, str]) -> ReportData:
    """Return the data with population, summary and sections that say what its tables say. `absent`: why a section has nothing."""
    tables = {table.key: table for table in data.tables}
    counted = replace(data, population=_population(data.population, tables))
    sections = tuple(_section(key, counted, tables, absent.get(key, "")) for key in TITLES)
    return replace(counted, summary=tuple(_summary(counted, tables)), sections=sections)


@speaking("de")
def retold(data: ReportData) -> ReportData:
    """Return the data with sentences made anew after a figure was mended; what was absent stays absent."""
    return told(data, {section.key: section.absent for section in data.sections if section.absent})


def _cell(table: Table, place: int, key: str) -> str:
    column = next(column for column in table.columns if column.key == key)
    return said(column, _value(table, place, key))


def _value(table: Table, place: int, key: str) -> Value:
    return list(records(table))[place][key]


def _number(table: Table | None, place: int, key: str) -> int:
    value = _value(table, place, key) if table and len(table.rows) > place else None
    return value if isinstance(value, int) else 0


def _of(count: int, one: str, many: str) -> str:
    return f"{_n(count)} {one if count == 1 else many}"


def about(people: int) -> str:
    """Return people as they are counted, in steps of five: „etwa 35 Menschen“."""
    return f"etwa {_of(people, 'Mensch', 'Menschen')}" if people else "weniger als fünf Menschen"


def _n(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _population(known: Population | None, tables: Mapping[str, Table]) -> Population | None:
    """Return the population with how many took part, from the overview."""
    if known is None:
        return None
    people = _number(tables.get("totals"), 0, "number") or None
    return replace(known, taking_part=people, per_1000=per_1000(people, known.people) if people else None)


def per_1000(people: int, residents: int) -> int:
    """Return how many of 1,000 residents took part, in tenths, rounded half up without floats."""
    return (20_000 * people + residents) // (2 * residents)


def tenths(value: int) -> str:
    """Return a number with one decimal as German readers write it."""
    return f"{value // 10},{value % 10}"


# Page one


def _summary(data: ReportData, tables: Mapping[str, Table]) -> list[str]:
    made = []
    people, votes, comments = (_number(tables.get("totals"), place, "number") for place in (0, 1, 4))
    if "totals" in tables:
        if data.population and data.population.per_1000 is not None:
            rate = f", das sind {tenths(data.population.per_1000)} von 1.000 Menschen, die hier leben"
        else:
            rate = ""
        made.append(
            f"Seit Beginn {'hat' if people == 1 else 'haben'} in der ganzen Region {about(people)} mit bestätigtem Wohnsitz "
            f"{_of(votes, 'Stimme', 'Stimmen')} abgegeben{rate}. Geschrieben {'wurde' if comments == 1 else 'wurden'} "
            f"{_of(comments, 'Kommentar', 'Kommentare')}, auch von Menschen ohne bestätigten Wohnsitz."
        )
    for key, words, side in (
        ("supported", "Am meisten unterstützt", "for"),
        ("opposed", "Am meisten abgelehnt", "against"),
    ):
        if key in tables:
            made.append(f"{words}: {_leader(tables[key], side)}.")
    if "divided" in tables:
        one = tables["divided"]
        shares = f"{_cell(one, 0, 'share_for')} dafür, {_cell(one, 0, 'share_against')} dagegen"
        made.append(f"Am stärksten umstritten: „{_cell(one, 0, 'title')}“ ({shares}).")
    if "discussed" in tables:
        one = tables["discussed"]
        number = _of(_number(one, 0, "comments"), "Kommentar", "Kommentare")
        made.append(f"Am meisten besprochen: „{_cell(one, 0, 'title')}“ ({number}).")
    if "unites" in tables:
        made.append(f"Das verbindet auch Menschen, die sonst oft verschieden stimmen: „{_cell(tables['unites'], 0, 'title')}“.")
    if data.recommendations:
        answered = sum(bool(one.answer) for one in data.recommendations)
        number = _of(len(data.recommendations), "Empfehlung", "Empfehlungen")
        made.append(f"Der Bürgerrat hat {number} beschlossen, {_of(answered, 'davon ist', 'davon sind')} beantwortet.")
    if "status" in tables:
        done = _number(tables["status"], 4, "number")
        everything = sum(_number(tables["status"], place, "number") for place in range(len(tables["status"].rows)))
        made.append(f"Von {_of(everything, 'Zusage', 'Zusagen')} {'ist' if done == 1 else 'sind'} {_n(done)} umgesetzt.")
    return made


def _leader(table: Table, side: str) -> str:
    word = {"for": "dafür", "against": "dagegen"}[side]
    low, high = _cell(table, 0, f"low_{side}"), _cell(table, 0, f"high_{side}")
    return f"„{_cell(table, 0, 'title')}“ ({_cell(table, 0, f'share_{side}')} {word}, Intervall {low} bis {high})"


# Sections


def _section(key: str, data: ReportData, tables: Mapping[str, Table], absent: str) -> Section:
    made = _MAKERS[key](data, tables)
    if absent or not (made.paragraphs or made.tables):
        return Section(key, TITLES[key], absent=absent or NO_FIGURES)
    return made


def _there(tables: Mapping[str, Table], *keys: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key in tables)


def _participation(data: ReportData, tables: Mapping[str, Table]) -> Section:
    keys = _there(tables, "totals", *(key for key in tables if key.startswith("turnout_")), "days", "weighted")
    if "totals" not in tables:
        return Section("participation", TITLES["participation"])
    people = _number(tables["totals"], 0, "number")
    voted = f"{'hat' if people == 1 else 'haben'} in der ganzen Region {about(people)} mit bestätigtem Wohnsitz abgestimmt"
    words = [f"Seit Beginn {voted}."]
    if data.population and data.population.per_1000 is not None:
        words[0] += (
            f" In der Region leben {_n(data.population.people)} Menschen (Stand {long_date(data.population.on)}), "
            f"es haben also etwa {tenths(data.population.per_1000)} von 1.000 abgestimmt."
        )
    words.append("Wer mitmacht, hat sich selbst dafür entschieden. Die Ergebnisse gelten für diese Menschen, nicht für alle.")
    if not any(key.startswith("turnout_") for key in keys):
        words.append(
            "Wie sich die Beteiligten von der Bevölkerung unterscheiden, lässt sich noch nicht sagen: Dazu fehlen bestätigte Zahlen."
        )
    if "weighted" not in tables:
        words.append("Gewichtete Ergebnisse gibt es nicht: Dafür ist zu wenig über die Beteiligten bekannt.")
    charts = [Chart("bars", key, "group", ("per_1000",), 20) for key in keys if key.startswith("turnout_")]
    if "days" in tables:
        charts.append(Chart("days", "days", "day", ("comments",), 120))
    return Section("participation", TITLES["participation"], tuple(words), keys, tuple(charts))


def _topics(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    if "topics" not in tables or not tables["topics"].rows:
        return Section("topics", TITLES["topics"])
    one = tables["topics"]
    words = f"Die meisten Stimmen gab es zu „{_cell(one, 0, 'topic')}“ ({_cell(one, 0, 'votes')})."
    return Section("topics", TITLES["topics"], (words,), ("topics",), (Chart("bars", "topics", "topic", ("votes",), 16),))


def _votes(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    keys = _there(tables, "supported", "opposed", "divided", "discussed")
    if not keys:
        return Section("votes", TITLES["votes"])
    words = []
    if keys != ("discussed",):
        words.append(
            "Der Balken zeigt den Anteil, die Linie das Intervall: So weit könnte der Anteil schwanken, "
            "wenn andere Menschen dieser Art mitgemacht hätten. Geordnet ist nach seinem unteren Rand, damit wenige Stimmen nicht gewinnen."
        )
    else:
        words.append("Keine Zusage hat genug Stimmen für eine Rangliste. Gezeigt wird nur, worüber am meisten gesprochen wird.")
    charts = {
        "supported": Chart("interval", "supported", "title", ("share_for", "low_for", "high_for")),
        "opposed": Chart("interval", "opposed", "title", ("share_against", "low_against", "high_against")),
        "divided": Chart("stacked", "divided", "title", ("for", "neutral", "against")),
        "discussed": Chart("bars", "discussed", "title", ("comments",)),
    }
    return Section("votes", TITLES["votes"], tuple(words), keys, tuple(charts[key] for key in keys))


def _unites(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    if "groups" not in tables:
        return Section("unites", TITLES["unites"])
    keys = _there(tables, "groups", "unites", "divides")
    words = [f"Wer oft gleich stimmt, bildet hier eine von {len(tables['groups'].rows)} Meinungsgruppen."]
    if "unites" in tables:
        words.append("Bei diesen Zusagen ist sich die Mehrheit jeder Gruppe einig. Sie tragen weiter als eine knappe Mehrheit aller.")
    else:
        words.append("Keine Zusage mit genug Stimmen verbindet alle Gruppen.")
    return Section("unites", TITLES["unites"], tuple(words), keys)


def _sentiment(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    keys = _there(tables, "tones", "stances")
    words = []
    if "tones" in tables:
        words.append(
            "Menschen haben eine zufällige Stichprobe gelesen, ein Modell alle Kommentare. Zusammen ergeben sie Anteile mit Intervall."
        )
    elif "stances" in tables:
        words.append("Der Ton der Texte ist nicht ausgewertet. Gezeigt wird nur, welche Haltung die Schreibenden selbst angeben.")
    charts = (Chart("interval", "tones", "tone", ("share", "low", "high"), 12),) if "tones" in tables else ()
    return Section("sentiment", TITLES["sentiment"], tuple(words), keys, charts)


def _arguments(data: ReportData, _tables: Mapping[str, Table]) -> Section:
    if not data.quotes:
        return Section("arguments", TITLES["arguments"])
    words = f"{_of(len(data.quotes), 'Kommentar ist', 'Kommentare sind')} als Beispiel zitiert. Sie stehen für sich, nicht für alle."
    return Section("arguments", TITLES["arguments"], (words,))


def _recommendations(data: ReportData, _tables: Mapping[str, Table]) -> Section:
    if not data.recommendations:
        return Section("recommendations", TITLES["recommendations"])
    waiting = sum(not one.answer for one in data.recommendations)
    words = f"Der ausgeloste Bürgerrat hat {_of(len(data.recommendations), 'Empfehlung', 'Empfehlungen')} beschlossen."
    words += f" Auf {_of(waiting, 'davon', 'davon')} fehlt noch eine Antwort der Verwaltung." if waiting else " Alle sind beantwortet."
    return Section("recommendations", TITLES["recommendations"], (words,))


def _status(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    if "status" not in tables:
        return Section("status", TITLES["status"])
    changes = len(tables["status_changes"].rows) if "status_changes" in tables else 0
    words = f"Im Zeitraum hat sich der Stand {_n(changes)} Mal geändert." if changes else "Im Zeitraum hat sich kein Stand geändert."
    keys = _there(tables, "status", "status_changes")
    return Section("status", TITLES["status"], (words,), keys, (Chart("bars", "status", "status", ("number",)),))


def _moderation(_data: ReportData, tables: Mapping[str, Table]) -> Section:
    if "moderation" not in tables:
        return Section("moderation", TITLES["moderation"])
    words = (
        "Über gemeldete Kommentare entscheiden zwei ausgeloste Mitglieder des Bürgerrats, bei Uneinigkeit ein drittes. Solange er noch "
        "keine acht Mitglieder hat, entscheiden zwei Personen der Verwaltung. Offensichtlich Verbotenes darf die Verwaltung vorläufig "
        "ausblenden. Ein Programm entscheidet nie."
    )
    return Section("moderation", TITLES["moderation"], (words,), ("moderation",))


def _method(data: ReportData, _tables: Mapping[str, Table]) -> Section:
    return Section("method", TITLES["method"], data.method)


def _annex(data: ReportData, tables: Mapping[str, Table]) -> Section:
    words = "Zu jeder Tabelle steht, mit welcher Abfrage des Programms ihre Zahlen entstehen."
    return Section("annex", TITLES["annex"], (words,) if data.tables else (), tuple(key for key in tables if key.startswith("votes")))


_MAKERS: dict[str, Callable[[ReportData, Mapping[str, Table]], Section]] = {
    "participation": _participation,
    "topics": _topics,
    "votes": _votes,
    "unites": _unites,
    "sentiment": _sentiment,
    "arguments": _arguments,
    "recommendations": _recommendations,
    "status": _status,
    "moderation": _moderation,
    "method": _method,
    "annex": _annex,
}
