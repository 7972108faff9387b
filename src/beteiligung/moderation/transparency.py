"""The transparency report of a year by the fields of Articles 15 and 24 DSA, counted from the public log alone. Pure.

Because nothing but the log goes in, anybody can count it again from the log's CSV and compare.
Days are German ones; hours are those the log states, from opening a case to its decision.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from beteiligung.clock import berlin_date
from beteiligung.i18n import _
from beteiligung.moderation import words
from beteiligung.moderation.models import GROUNDS, LAW_GROUNDS, MEASURES, RULE_GROUNDS
from beteiligung.moderation.rules import PAUSE_DAYS


@dataclass(frozen=True)
class Line:
    """A line of the public log."""

    at: datetime
    act: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One field: its key never changes, `value` is a count, or hours where the key ends so; None: not counted here."""

    key: str
    name: str
    value: float | None


@dataclass(frozen=True)
class Section:
    """Fields that belong together. `article` is where the law asks for them, `note` what else has to be said."""

    key: str
    title: str
    article: str
    note: str
    rows: tuple[Row, ...]


def report(lines: Iterable[Line], year: int) -> list[Section]:
    """Return the fields of a year in the order of the law; every field is there, also where it is 0."""
    return of_lines([line for line in lines if berlin_date(line.at).year == year])


def of_lines(told: list[Line]) -> list[Section]:
    """Return the same fields for any part of the log, as reports to the assembly need them."""
    reported = [line.facts for line in told if line.act == "reported"]
    decided = [line.facts for line in told if line.act == "decided"]
    first = [facts for facts in decided if facts["stage"] == "first"]
    appealed = [line.facts for line in told if line.act == "appealed"]
    return [
        _orders(),
        _reports(reported, [facts for facts in first if facts["source"] == "reports"], told),
        _own_initiative([line.facts for line in told if line.act == "provisional"], first, told),
        _measures(decided),
        _complaints(appealed, [facts for facts in decided if facts["stage"] == "appeal"]),
        _automated(decided),
        _further(decided),
        _who(decided),
    ]


def figures(sections: Iterable[Section]) -> dict[str, float | None]:
    """Return key → value of a report, to compare one with another."""
    return {row.key: row.value for section in sections for row in section.rows}


def _count(key: str, name: str, facts: Iterable[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool] = lambda _facts: True) -> Row:
    return Row(key, name, sum(bool(wanted(one)) for one in facts))


def _hours(key: str, name: str, facts: Iterable[dict[str, Any]]) -> Row:
    known = [one["hours"] for one in facts if one.get("hours") is not None]
    return Row(key, name, float(median(known)) if known else None)


def _by_ground(key: str, facts: Iterable[dict[str, Any]], grounds: Iterable[str] = GROUNDS) -> list[Row]:
    found = Counter(one.get("ground") for one in facts)
    return [Row(f"{key}.{ground}", words.ground_words(ground), found[ground]) for ground in grounds]


def _is(name: str, value: object) -> Callable[[dict[str, Any]], bool]:
    return lambda facts: bool(facts.get(name) == value)


def _restricts(facts: dict[str, Any]) -> bool:
    return bool(facts["measure"] != "none")


def _orders() -> Section:
    return Section(
        "orders",
        _("Anordnungen von Behörden"),
        _("Artikel 15 Absatz 1 a"),
        _("Anordnungen gehen an die Verwaltung, nicht an diese Software. Sie werden hier nicht gezählt."),
        (Row("orders", _("Anordnungen"), None),),
    )


def _reports(reported: list[dict[str, Any]], first: list[dict[str, Any]], told: list[Line]) -> Section:
    acted = [facts for facts in first if _restricts(facts)]
    return Section(
        "reports",
        _("Meldungen"),
        _("Artikel 15 Absatz 1 b"),
        _("Vertrauenswürdige Hinweisgeber sind nicht gesondert erfasst. Kein Programm bearbeitet Meldungen."),
        (
            _count("reports", _("Meldungen zusammen"), reported),
            _count("reports.law", _("davon wegen eines Gesetzes"), reported, lambda one: one["law"]),
            _count("reports.rule", _("davon wegen einer Regel"), reported, lambda one: not one["law"]),
            _count("reports.no_account", _("davon ohne Konto"), reported, lambda one: not one["account"]),
            *_by_ground("reports.ground", reported),
            Row("reports.trusted", _("von vertrauenswürdigen Hinweisgebern"), None),
            Row("reports.automated", _("allein von einem Programm bearbeitet"), 0),
            _count("reports.acted_law", _("gemeldete Kommentare, eingeschränkt wegen eines Gesetzes"), acted, lambda one: one["law"]),
            _count("reports.acted_rule", _("gemeldete Kommentare, eingeschränkt wegen einer Regel"), acted, lambda one: not one["law"]),
            _count("reports.stays", _("gemeldete Kommentare, die stehen blieben"), first, lambda one: not _restricts(one)),
            _count("reports.withdrawn", _("erledigt, weil zurückgezogen"), [line.facts for line in told if line.act == "withdrawn"]),
            _hours("reports.median_hours", _("mittlere Zeit bis zur Entscheidung in Stunden (Median)"), first),
        ),
    )  # fmt: skip


def _own_initiative(provisional: list[dict[str, Any]], first: list[dict[str, Any]], told: list[Line]) -> Section:
    office = [facts for facts in first if facts["source"] == "office"]
    return Section(
        "own",
        _("Aus eigenem Anlass"),
        _("Artikel 15 Absatz 1 c"),
        _("Die Verwaltung darf vorläufig ausblenden, was offensichtlich gegen ein Gesetz verstößt. Danach entscheidet der Bürgerrat."),
        (
            _count("own", _("vorläufig ausgeblendet"), provisional),
            *_by_ground("own.ground", provisional, LAW_GROUNDS),
            _count("own.confirmed", _("danach bestätigt"), office, _restricts),
            _count("own.lifted", _("danach aufgehoben"), office, lambda one: not _restricts(one)),
            _count("own.escalated", _("72 Stunden ohne Entscheidung"), [line.facts for line in told if line.act == "escalated"]),
            Row("own.automated", _("von einem Programm gefunden"), 0),
        ),
    )


def _measures(decided: list[dict[str, Any]]) -> Section:
    restricting = [facts for facts in decided if _restricts(facts)]
    kinds = [_count(f"measures.{measure}", words.MEASURE[measure](), decided, _is("measure", measure)) for measure in MEASURES]
    return Section(
        "measures",
        _("Was entschieden wurde"),
        _("Artikel 15 Absatz 1 c"),
        _("Alle Entscheidungen: erste, nach Widerspruch und bei Nachprüfungen. Wer entscheidet, hat vorher eine Einführung gelesen."),
        (
            _count("measures", _("Entscheidungen zusammen"), decided),
            *kinds,
            *_by_ground("measures.rule", restricting, RULE_GROUNDS),
            *_by_ground("measures.law", restricting, LAW_GROUNDS),
        ),
    )


def _complaints(appealed: list[dict[str, Any]], decided: list[dict[str, Any]]) -> Section:
    return Section(
        "complaints",
        _("Widersprüche"),
        _("Artikel 15 Absatz 1 d"),
        _("Über einen Widerspruch entscheiden drei Personen, die damit noch nichts zu tun hatten."),
        (
            _count("complaints", _("Widersprüche zusammen"), appealed),
            _count("complaints.author", _("von Menschen, die geschrieben haben"), appealed, lambda one: one["by"] == "author"),
            _count("complaints.reporter", _("von Menschen, die gemeldet haben"), appealed, lambda one: one["by"] == "reporter"),
            _count("complaints.decided", _("entschieden"), decided),
            _count("complaints.changed", _("davon geändert"), decided, lambda one: one["changed"]),
            _count("complaints.kept", _("davon bestätigt"), decided, lambda one: not one["changed"]),
            _hours("complaints.median_hours", _("mittlere Zeit bis zur Entscheidung in Stunden (Median)"), decided),
        ),
    )


def _automated(decided: list[dict[str, Any]]) -> Section:
    return Section(
        "automated",
        _("Programme"),
        _("Artikel 15 Absatz 1 e"),
        _("Kein Programm sucht, entscheidet oder entscheidet vor. Eine Fehlerquote gibt es deshalb nicht."),
        (_count("automated", _("Entscheidungen durch ein Programm"), decided, lambda one: one["automated"]),),
    )


def _further(decided: list[dict[str, Any]]) -> Section:
    pauses = [
        _count(f"pauses.{days}", _("{days} Tage").format(days=days), decided, _is("days", days))
        for days in PAUSE_DAYS
    ]  # fmt: skip
    return Section(
        "further",
        _("Streitbeilegung, Pausen, Leserschaft"),
        _("Artikel 24 Absätze 1 und 2"),
        _(
            "Verfahren bei Streitbeilegungsstellen führt die Verwaltung. Wie viele Menschen lesen, wird nicht gezählt: "
            "Lesen geht ohne Konto und ohne Cookie."
        ),
        (
            Row("disputes", _("Streitigkeiten vor Streitbeilegungsstellen"), None),
            _count("pauses", _("Konten mit einer Pause (Artikel 23)"), decided, lambda one: one["measure"] == "pause"),
            *pauses,
            Row("recipients", _("Nutzende im Monat"), None),
        ),
    )


def _who(decided: list[dict[str, Any]]) -> Section:
    review = [facts for facts in decided if facts["stage"] == "review"]
    return Section(
        "who",
        _("Wer entschieden hat"),
        _("freiwillige Angabe"),
        _("Nie entscheidet jemand allein. Was die Verwaltung entschied, prüft der erste Bürgerrat nach."),
        (
            _count("who.council", _("vom Bürgerrat"), decided, lambda one: one["body"] == "council"),
            _count("who.clerks", _("von zwei Personen der Verwaltung"), decided, lambda one: one["body"] == "clerks"),
            _count("who.unanimous", _("einstimmig"), decided, lambda one: one["unanimous"]),
            _count("who.review", _("Nachprüfungen"), review),
            _count("who.review_changed", _("davon geändert"), review, lambda one: one["changed"]),
        ),
    )
