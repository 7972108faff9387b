"""The tables of a report, from the public snapshot of the region's figures and from public records. Pure; every value is a whole number.

Percentages and intervals stand where at least `threshold` confirmed people voted (the region's own setting for reports, 100 unless
changed); below it there are counts and no ranking. Intervals are those the snapshot froze.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.catalogue.topics import TOPICS, by_slug
from beteiligung.clock import berlin_date
from beteiligung.insight import figures as insight
from beteiligung.insight import tone_words
from beteiligung.insight.figures import Row, Standing
from beteiligung.reporting.dataset import Column, Table, Value
from beteiligung.reporting.gathering import Facts, in_scope

Commitments = Mapping[str, Mapping[str, Any]]
RANKINGS = {
    "supported": "Am meisten unterstützt",
    "opposed": "Am meisten abgelehnt",
    "divided": "Am stärksten umstritten",
    "discussed": "Am meisten besprochen",
}
_TITLE = (Column("title", "Zusage", "text"), Column("link", "Seite", "link"))
_COUNTS = (
    Column("people", "Stimmen", "count"),
    Column("for", "dafür", "count"),
    Column("neutral", "neutral", "count"),
    Column("against", "dagegen", "count"),
)
_SHARES = tuple(
    column
    for side, word in (("for", "dafür"), ("against", "dagegen"))
    for column in (
        Column(f"share_{side}", f"Anteil {word}", "share", "%", 1),
        Column(f"low_{side}", "mindestens", "low", "%", 1, f"share_{side}"),
        Column(f"high_{side}", "höchstens", "high", "%", 1, f"share_{side}"),
    )
)
_COMMENTS = Column("comments", "Kommentare", "count")
_MARGINS = {"municipality": "nach Gemeinde", "age": "nach Alter", "sex": "nach Geschlecht"}
_TOTALS = {
    "people": "Menschen mit bestätigter Stimme",
    "votes_confirmed": "Stimmen von Menschen mit bestätigtem Wohnsitz",
    "votes_unconfirmed": "Stimmen von Menschen, die ihren Wohnsitz angeben, aber nicht bestätigt haben",
    "votes_outside": "Stimmen von außerhalb",
    "comments": "Kommentare",
    "commitments": "Zusagen",
}


def scoped(facts: Facts) -> Commitments:
    """Return the snapshot's commitments the report is about, in the order of their numbers."""
    if facts.snapshot is None:
        return {}
    known = facts.snapshot.content["commitments"].items()
    return {slug: one for slug, one in sorted(known, key=lambda pair: pair[1]["id"]) if in_scope(facts.asked, one["topic"])}


def tables(facts: Facts) -> list[Table]:
    """Return all tables there is something to say in."""
    made = [*_status(facts), *_moderation(facts), *_tones(facts)]
    if facts.snapshot is None:
        return made
    content, commitments = facts.snapshot.content, scoped(facts)
    return [
        _totals(content["totals"]),
        *_days(facts, content["days"]),
        *_turnout(content["turnout"]),
        *_weighted(facts, commitments),
        _topics(commitments),
        *_rankings(facts, commitments),
        *_groups(facts, content["groups"], commitments),
        *made,
        *_votes(facts, commitments),
    ]


def _link(facts: Facts, slug: str) -> str:
    return f"/{facts.region.slug}/zusagen/{slug}"


def _totals(totals: Mapping[str, int]) -> Table:
    return Table(
        "totals",
        "Beteiligung im Überblick",
        "beteiligung.insight.snapshots.compute → totals",
        (Column("what", "Was", "text"), Column("number", "Anzahl", "count")),
        tuple((words, totals[key]) for key, words in _TOTALS.items()),
        "In der ganzen Region seit Beginn. Menschen werden in Fünferschritten gezählt.",
    )


def _days(facts: Facts, days: Iterable[Mapping[str, Any]]) -> list[Table]:
    first, last = facts.asked.since.isoformat(), facts.asked.until.isoformat()
    rows = tuple((day["day"], day["comments"], day.get("votes"), day["confirmations"]) for day in days if first <= day["day"] <= last)
    if not rows:
        return []
    columns = (
        Column("day", "Tag", "date"),
        _COMMENTS,
        Column("votes", "mehr Stimmen", "count"),
        Column("confirmations", "bestätigte Wohnsitze", "count"),
    )
    hidden = "Weniger als zehn an einem Tag, oder an diesem Tag wurde nicht gezählt." if _gaps(rows) else ""
    return [Table("days", "Beteiligung je Tag", "beteiligung.insight.snapshots.compute → days", columns, rows, suppressed=hidden)]


def _gaps(rows: Iterable[Sequence[Value]]) -> bool:
    return any(value is None for row in rows for value in row)


def _turnout(turnout: Mapping[str, Any] | None) -> list[Table]:
    """Who took part beside who lives there, one attribute at a time."""
    made = []
    for margin in turnout["margins"] if turnout else ():
        rows = tuple(
            (
                group["name"],
                group["population"],
                group["people"] or None,
                round(10 * group["per_1000"]) if group["people"] else None,
                group["share_population"],
                group["share_people"],
            )
            for group in margin["groups"]
        )
        columns = (
            Column("group", "Gruppe", "text"),
            Column("population", "Einwohner", "count"),
            Column("people", "haben mitgemacht", "count"),
            Column("per_1000", "von 1.000", "number", "", 1),
            Column("share_population", "Anteil an der Bevölkerung", "share", "%"),
            Column("share_people", "Anteil an denen, die mitmachten", "share", "%"),
        )
        note = f"{margin['base']}. Gezählt in Fünferschritten, von {margin['known']} Menschen ist die Angabe bekannt."
        title = f"Wer mitgemacht hat {_MARGINS[margin['name']]}"
        query = f"beteiligung.insight.turnout.turnout → {margin['name']}"
        hidden = "Weniger als sieben Menschen." if _gaps(rows) else ""
        made.append(Table(f"turnout_{margin['name']}", title, query, columns, rows, note, hidden))
    return made


def _weighted(facts: Facts, commitments: Commitments) -> list[Table]:
    """Shares as they are beside shares weighted to the population; only above the report's threshold."""
    rows = tuple(
        (one["title"], _link(facts, slug), told["people"], told["raw"][0], told["weighted"][0], told["raw"][2], told["weighted"][2])
        for slug, one in commitments.items()
        if (told := one.get("weighted")) and _people(one) >= facts.threshold
    )
    if not rows:
        return []
    columns = (
        *_TITLE,
        Column("with_facts", "Menschen mit Angaben", "count"),
        Column("raw_for", "dafür, gezählt", "share", "%"),
        Column("weighted_for", "dafür, gewichtet", "share", "%"),
        Column("raw_against", "dagegen, gezählt", "share", "%"),
        Column("weighted_against", "dagegen, gewichtet", "share", "%"),
    )
    note = "Gewichtet nach den bestätigten Angaben zur Bevölkerung. Das gleicht nur aus, was dort angegeben ist."
    return [Table("weighted", "Gezählt und gewichtet", "beteiligung.insight.turnout.weighted", columns, rows, note)]


def _people(one: Mapping[str, Any]) -> int:
    return int(one["confirmed"]["people"]) if one["confirmed"] else 0


def _topics(commitments: Commitments) -> Table:
    rows = []
    for topic in TOPICS:
        own = [one for one in commitments.values() if one["topic"] == topic.slug]
        if own:
            rows.append((topic.name, len(own), sum(map(_people, own)), sum(one["comments"] for one in own)))
    columns = (Column("topic", "Thema", "text"), Column("commitments", "Zusagen", "count"), Column("votes", "Stimmen", "count"), _COMMENTS)
    rows.sort(key=lambda row: (-row[2], row[0]))
    note = "Stimmen von Menschen mit bestätigtem Wohnsitz."
    return Table("topics", "Themen", "beteiligung.reporting.figures._topics", columns, tuple(rows), note)


def _box(box: Mapping[str, Any] | None, threshold: int) -> tuple[Value, ...]:
    """Return counts, then shares with their intervals in per mille; None for what is not told."""
    if box is None:
        return (None,) * (len(_COUNTS) + len(_SHARES))
    counts = (box["people"], box["for"], box["neutral"], box["against"])
    if box["people"] < threshold or "interval" not in box:
        return (*counts, *(None,) * len(_SHARES))
    shares: list[Value] = []
    for place, side in ((0, "for"), (2, "against")):
        shares += [share_in_tenths(box[side], box["people"]), *box["interval"][place]]
    return (*counts, *shares)


def share_in_tenths(count: int, people: int) -> int:
    """Return a share in tenths of a percent, rounded half up, without floats."""
    return (2000 * count + people) // (2 * people)


def ranked(commitments: Commitments, threshold: int) -> dict[str, list[str]]:
    """Return each ranking as slugs, by the public rule of the pages (`insight.figures.rankings`) with the report's threshold."""
    slugs = {one["id"]: slug for slug, one in commitments.items()}
    rows = [
        Row(one["id"], slug, one["title"], one["topic"], one["version"], one["comments"], _standing(one["confirmed"]))
        for slug, one in commitments.items()
    ]
    return {name: [slugs[one["id"]] for one in found] for name, found in insight.rankings(rows, threshold).items()}


def _standing(box: Mapping[str, Any] | None) -> Standing | None:
    return Standing(box["for"], box["neutral"], box["against"]) if box else None


def _rankings(facts: Facts, commitments: Commitments) -> list[Table]:
    made = []
    for name, slugs in ranked(commitments, facts.threshold).items():
        if not slugs:
            continue
        query = f"beteiligung.reporting.figures.ranked → {name}"
        if name == "discussed":
            rows: tuple[tuple[Value, ...], ...] = tuple(
                (commitments[slug]["title"], _link(facts, slug), commitments[slug]["comments"]) for slug in slugs
            )
            made.append(Table(name, RANKINGS[name], query, (*_TITLE, _COMMENTS), rows))
            continue
        rows = tuple(
            (commitments[slug]["title"], _link(facts, slug), *_box(commitments[slug]["confirmed"], facts.threshold)) for slug in slugs
        )
        note = f"Nur Zusagen ab {facts.threshold} Stimmen. Geordnet nach dem unteren Rand des Intervalls (95 %, Wilson)."
        hidden = "Zu diesen Stimmen ist kein Intervall eingefroren." if _gaps(rows) else ""
        made.append(Table(name, RANKINGS[name], query, (*_TITLE, *_COUNTS, *_SHARES), rows, note, hidden))
    return made


def _groups(facts: Facts, groups: Mapping[str, Any], commitments: Commitments) -> list[Table]:
    """What groups of opinion agree on and what divides them, as the snapshot tells it."""
    if not groups["clear"]:
        return []
    names = [group["name"] for group in groups["groups"]]
    columns = (*_TITLE, *(Column(f"group_{name}", f"Gruppe {name} dafür", "share", "%") for name in names))
    sizes = tuple((f"Gruppe {group['name']}", group["people"]) for group in groups["groups"])
    made = [
        Table(
            "groups",
            "Meinungsgruppen",
            "beteiligung.insight.groups.find",
            (Column("group", "Gruppe", "text"), Column("people", "Menschen", "count")),
            sizes,
            "Menschen, die oft gleich stimmen. In Fünferschritten gezählt.",
        )
    ]
    for key, title in (("unites", "Was die Gruppen verbindet"), ("divides", "Was die Gruppen trennt")):
        rows = tuple(
            (commitments[slug]["title"], _link(facts, slug), *(cell["percent_for"] for cell in commitments[slug]["groups"]))
            for one in groups[key]
            if (slug := one["commitment"]) in commitments
            and "groups" in commitments[slug]
            and _people(commitments[slug]) >= facts.threshold
        )
        if rows:
            note = f"Nur Zusagen ab {facts.threshold} Stimmen mit bestätigtem Wohnsitz."
            made.append(Table(key, title, f"beteiligung.insight.groups.describe → {key}", columns, rows, note))
    return made


def _status(facts: Facts) -> list[Table]:
    if not sum(facts.statuses.values()):
        return []
    rows = tuple((STATUS_NAMES[status](), number) for status, number in facts.statuses.items())
    columns = (Column("status", "Stand", "text"), Column("number", "Zusagen", "count"))
    note = f"Wie am {facts.asked.until:%d.%m.%Y} veröffentlicht."
    made = [Table("status", "Stand der Umsetzung", "beteiligung.reporting.gathering._statuses", columns, rows, note)]
    steps = tuple(
        (
            step.on.isoformat(),
            step.title,
            _link(facts, step.slug),
            STATUS_NAMES[step.before]() if step.before else "",
            STATUS_NAMES[step.after](),
            step.source,
        )
        for step in facts.steps
    )
    if steps:
        told = (
            Column("day", "Tag", "date"),
            *_TITLE,
            Column("before", "vorher", "text"),
            Column("after", "jetzt", "text"),
            Column("source", "Quelle", "text"),
        )
        made.append(Table("status_changes", "Was sich geändert hat", "beteiligung.reporting.gathering._statuses → steps", told, steps))
    return made


def _moderation(facts: Facts) -> list[Table]:
    rows = tuple(
        (section.title, row.name, None if row.value is None else round(row.value)) for section in facts.moderation for row in section.rows
    )
    if not rows:
        return []
    columns = (Column("section", "Bereich", "text"), Column("what", "Was", "text"), Column("number", "Wert", "number"))
    hidden = "Dazu gibt es hier nichts zu zählen." if _gaps(rows) else ""
    query = "beteiligung.moderation.transparency.of_lines"
    note = "Aus dem öffentlichen Protokoll der Moderation, gezählt im Zeitraum des Berichts."
    return [Table("moderation", "Moderation", query, columns, rows, note, hidden)]


def _tones(facts: Facts) -> list[Table]:
    made = []
    rows = tuple(
        (
            tone_words.scope_words(one.topic, one.since, one.until),
            tone_words.group_words(bar.tones),
            bar.percent,
            bar.low,
            bar.high,
            one.labelled,
            one.population,
        )
        for one in facts.tones
        for bar in one.bars
    )
    if rows:
        columns = (
            Column("scope", "Kommentare", "text"),
            Column("tone", "Ton", "text"),
            Column("share", "Anteil", "share", "%"),
            Column("low", "mindestens", "low", "%", 0, "share"),
            Column("high", "höchstens", "high", "%", 0, "share"),
            Column("labelled", "von Menschen eingeordnet", "count"),
            Column("population", "alle Kommentare", "count"),
        )
        models = ", ".join(sorted({one.model for one in facts.tones}))
        note = f"Zwei Menschen lesen jeden Text der Stichprobe. Modell: {models}. Intervall: 95 %."
        made.append(Table("tones", "Ton der Kommentare", "beteiligung.insight.tone_results.shares_of", columns, rows, note))
    return [*made, *_stances(facts)]


def _stances(facts: Facts) -> list[Table]:
    """What authors say of their comments themselves."""
    stances = tuple(
        (_topic(slug), one.for_, one.against, one.question, one.none) for slug, one in sorted(facts.stances.items())
    )  # fmt: skip
    columns = (
        Column("topic", "Kommentare zu", "text"),
        Column("for", "dafür", "count"),
        Column("against", "dagegen", "count"),
        Column("question", "Frage", "count"),
        Column("none", "ohne Angabe", "count"),
    )
    counted = max((berlin_date(one.at) for one in facts.stances.values()), default=None)
    note = f"Was die Schreibenden selbst angeben, gezählt am {counted:%d.%m.%Y}." if counted else ""
    query = "beteiligung.insight.tone_queries.stances_of"
    return [Table("stances", "Angegebene Haltung", query, columns, stances, note)] if stances else []


def _topic(slug: str) -> str:
    topic = by_slug(slug)
    return topic.name if topic else "alle Themen"


def _votes(facts: Facts, commitments: Commitments) -> list[Table]:
    """Every commitment with its confirmed votes, and the two other boxes where anything is shown of them."""
    rows = tuple(
        (one["title"], _link(facts, slug), _topic(one["topic"]), *_box(one["confirmed"], facts.threshold), one["comments"])
        for slug, one in commitments.items()
    )
    columns = (*_TITLE, Column("topic", "Thema", "text"), *_COUNTS, *_SHARES, _COMMENTS)
    note = "Stimmen von Menschen mit bestätigtem Wohnsitz. Intervall: 95 %, nach Wilson."
    hidden = f"Anteile erst ab {facts.threshold} Stimmen, Anzahlen ab fünf." if _gaps(rows) else ""
    query = "beteiligung.insight.snapshots.compute → commitments"
    made = [Table("votes", "Alle Zusagen", f"{query} → confirmed", columns, rows, note, hidden)]
    for key, title in (("unconfirmed", "Stimmen ohne bestätigten Wohnsitz"), ("outside", "Stimmen von außerhalb")):
        others = tuple(
            (one["title"], _link(facts, slug), *_box(one[key], 1)[: len(_COUNTS)]) for slug, one in commitments.items() if one[key]
        )
        if others:
            text = "Sie zählen nicht zu den Ergebnissen und stehen nur hier."
            made.append(Table(f"votes_{key}", title, f"{query} → {key}", (*_TITLE, *_COUNTS), others, text))
    return made
