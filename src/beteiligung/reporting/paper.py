"""„Vorlage zum Stichtag“: a paper for the assembly on the newest public figures of a day, without any report, sample or quote.

Facts come from the frozen snapshot alone, shares from the region's threshold for reports on. What only people can say (financial
effects, the wanted decision) is left to be filled, marked in yellow.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from beteiligung import audit
from beteiligung.catalogue.models import Commitment
from beteiligung.catalogue.rules import one_line
from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.catalogue.topics import by_slug
from beteiligung.clock import BERLIN, berlin_date
from beteiligung.council import recommendation_queries
from beteiligung.council.recommendation_queries import Adopted
from beteiligung.errors import Invalid
from beteiligung.files import own_folder, write_whole
from beteiligung.i18n import _
from beteiligung.insight.population import Population, population_of
from beteiligung.insight.shown import Snapshot
from beteiligung.places.models import Committee, Region
from beteiligung.places.queries import RegionFacts
from beteiligung.reporting import paper_template, prose
from beteiligung.reporting.dataset import Column, Value, said
from beteiligung.reporting.figures import share_in_tenths
from beteiligung.reporting.formats.as_docx import widths
from beteiligung.reporting.formats.facts import EXAMPLE, day, moment
from beteiligung.reporting.formats.wordfile import TO_FILL, Sheet
from beteiligung.reporting.gathering import end_of, snapshot_of
from beteiligung.reporting.models import Report
from beteiligung.reporting.paper_template import Piece
from beteiligung.settings import settings

MOST_LINES = 12
MOST_ROWS = 60
LINE = 200
_ROOM = 170.0
_COUNT = Column("", "", "count")
_COLUMNS = (
    Column("title", "Zusage", "text"),
    Column("for", "dafür", "count"),
    Column("neutral", "neutral", "count"),
    Column("against", "dagegen", "count"),
    Column("share_for", "Anteil dafür", "share", "%", 1),
    Column("range", "Bereich", "share"),
    Column("comments", "Kommentare", "count"),
    Column("status", "Umsetzung", "text"),
)


@dataclass(frozen=True)
class Wish:
    """What the clerk asks for. `committees`: (name, day or empty) in the order in which they advise; `topics`, `slugs`: empty is all."""

    number: str
    subject: str
    committees: tuple[tuple[str, str], ...]
    day: date
    topics: tuple[str, ...]
    slugs: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the paper says."""

    region: RegionFacts
    threshold: int
    snapshot: Snapshot | None
    population: Population | None
    commitments: tuple[tuple[Commitment, dict[str, Any]], ...]
    more: int
    """Commitments in question beyond `MOST_ROWS`."""
    recommendations: tuple[Adopted, ...]
    reports: tuple[tuple[int, date], ...]
    """Published by the day: number, day."""


# What may be typed


def checked(session: Session, region_id: int, typed: dict[str, Any], wanted_day: date | None, today: date) -> Wish:
    """Return what is asked for. Raises Invalid with a message for each field."""
    errors: dict[str, str] = {}
    number, subject = one_line(typed["number"]), one_line(typed["subject"])
    too_long = _("Höchstens {number} Zeichen sind möglich.").format(number=LINE)
    if not number:
        errors["number"] = _("Bitte geben Sie die Nummer der Vorlage an, zum Beispiel VL-112/2026.")
    if not subject:
        errors["subject"] = _("Bitte geben Sie den Betreff an.")
    errors |= {name: too_long for name, value in (("number", number), ("subject", subject)) if len(value) > LINE}
    lines = [one_line(line) for line in typed["committees"].splitlines() if line.strip()]
    if not lines or len(lines) > MOST_LINES or any(len(line) > LINE for line in lines):
        errors["committees"] = _("Bitte nennen Sie 1 bis {most} Gremien, jedes in einer Zeile.").format(most=MOST_LINES)
    if wanted_day is None:
        errors["day"] = _("Bitte schreiben Sie den Tag so: 30.11.2026.")
    elif wanted_day > today:
        errors["day"] = _("Der Stichtag liegt in der Zukunft.")
    topics = tuple(dict.fromkeys(slug for slug in typed["topics"] if by_slug(slug)))
    slugs = tuple(dict.fromkeys(part.strip("/").rpartition("/")[2] for part in typed["slugs"].replace(",", " ").split()))[:MOST_ROWS]
    known = select(Commitment.slug).where(Commitment.region_id == region_id, col(Commitment.slug).in_(slugs))
    if unknown := sorted(set(slugs) - set(session.exec(known).all())):
        errors["slugs"] = _("Diese Zusage gibt es hier nicht: {name}").format(name=unknown[0][:100])
    if errors or wanted_day is None:
        raise Invalid(_("Bitte prüfen Sie die markierten Felder. Ihre Eingaben sind noch da."), errors)
    return Wish(number, subject, tuple(map(_committee, lines)), wanted_day, topics, slugs)


def _committee(line: str) -> tuple[str, str]:
    """Return name and day of „Kreisausschuss, 12.11.2026“."""
    found = re.fullmatch(r"(.*?)[,;:\s]+(\d{1,2}\.\d{1,2}\.\d{4})", line)
    return (found[1], found[2]) if found else (line, "")


def proposed_committees(session: Session, region: RegionFacts) -> str:
    """Return what the field for the committees holds at first: the region's, then the assembly."""
    names = session.exec(select(Committee.name).where(Committee.region_id == region.id).order_by(col(Committee.id))).all()
    return "\n".join([*names[: MOST_LINES - 1], region.assembly_name])


# Reading


def read(session: Session, region: RegionFacts, wish: Wish) -> Facts:
    """Return the facts of a day. Five statements."""
    found = snapshot_of(session, region.id, end_of(wish.day))
    known = found.content["commitments"] if found else {}
    chosen = [
        slug
        for slug, one in sorted(known.items(), key=lambda pair: pair[1]["id"])
        if (slug in wish.slugs if wish.slugs else not wish.topics or one["topic"] in wish.topics)
    ]
    most = sorted(chosen, key=lambda slug: -(known[slug]["confirmed"] or {"people": 0})["people"])[:MOST_ROWS]
    rows = {row.slug: row for row in session.exec(select(Commitment).where(col(Commitment.slug).in_(most)))}
    shown = tuple((rows[slug], known[slug]) for slug in chosen if slug in most and slug in rows)
    about = {row.id for row, _one in shown}
    adopted = recommendation_queries.adopted(session, region_slug=region.slug)
    reports = session.exec(
        select(Report.number, Report.published_at)
        .where(Report.region_id == region.id, Report.state == "published", col(Report.published_at) < end_of(wish.day))
        .order_by(col(Report.number))
    ).all()
    return Facts(
        region=region,
        threshold=session.get_one(Region, region.id).report_threshold,
        snapshot=found,
        population=population_of(region.slug),
        commitments=shown,
        more=len(chosen) - len(most),
        recommendations=tuple(
            one for one in reversed(adopted) if one.adopted_on <= wish.day and about & {commitment.id for commitment in one.about}
        ),
        reports=tuple((number, berlin_date(at)) for number, at in reports if number and at),
    )


def note_made(session: Session, account_id: int, region_id: int, wish: Wish, now: datetime) -> None:
    """Write into the audit log that a clerk took a paper."""
    audit.record(session, "paper.made", f"region:{region_id}", now, account_id=account_id, region_id=region_id, day=wish.day.isoformat())


# Writing


def render(template: bytes, facts: Facts, wish: Wish, today: date) -> bytes:
    """Return the paper as DOCX; same facts, template and day: same bytes. Raises Invalid for a template that cannot be filled."""
    inline = {
        "Nummer": wish.number,
        "Betreff": wish.subject,
        "Region": facts.region.name,
        "Gremium": wish.committees[-1][0],
        "Stichtag": day(wish.day),
        "Datum": day(today),
    }
    blocks = {
        "Beratungsfolge": list(_order(wish)),
        "Sachdarstellung": list(_matter(facts, wish)),
        "Finanzielle Auswirkungen": [_to_fill(_("Auswirkungen auf Haushalt, Folgekosten und Stellen. Wenn keine: „keine“."))],
        "Beschlussvorschlag": [_to_fill(_("Was das Gremium beschließen oder zur Kenntnis nehmen soll."))],
        "Anlagen": list(_attached(facts)),
    }
    return paper_template.fill(template, inline, blocks, datetime.combine(today, time(), BERLIN))


def _to_fill(words: str) -> Piece:
    return Piece(f"{TO_FILL}: {words}]", marked=True)


def _order(wish: Wish) -> Iterator[Piece]:
    rows = [(str(place), name, on or f"{TO_FILL}]", "") for place, (name, on) in enumerate(wish.committees, start=1)]
    yield Piece(table=Sheet("Beratungsfolge", ("Nr.", "Gremium", "Sitzung am", "Ergebnis"), rows, (12, 82, 36, 40), (False,) * 4, 10))


def _matter(facts: Facts, wish: Wish) -> Iterator[Piece]:
    yield Piece(prose.NOTICE, bold=True)
    if facts.region.example:
        yield Piece(EXAMPLE, bold=True)
    if facts.snapshot is None:
        yield Piece(f"Bis zum {day(wish.day)} gibt es für {facts.region.name} keine veröffentlichten Zahlen der Beteiligung.")
        return
    totals = facts.snapshot.content["totals"]
    votes, comments = (said(_COUNT, totals[key]) for key in ("votes_confirmed", "comments"))
    yield Piece(
        f"Auf der Plattform {settings().base_url} können Einwohnerinnen und Einwohner zu den Zusagen der Politik abstimmen und schreiben. "
        f"Bis zum {moment(facts.snapshot.taken_at)} haben in der ganzen Region {prose.about(totals['people'])} mit "
        f"bestätigtem Wohnsitz {votes} Stimmen abgegeben; {comments} Kommentare wurden geschrieben, auch von Menschen ohne bestätigten "
        "Wohnsitz."
    )
    if facts.population is not None:
        words = f"Hier leben {said(_COUNT, facts.population.people)} Menschen"
        shown = prose.tenths(prose.per_1000(totals["people"], facts.population.people))
        yield Piece(f"{words} (Stand {day(facts.population.on)}, {facts.population.source}). Abgestimmt haben etwa {shown} von 1.000.")
    yield from _table(facts)
    if facts.recommendations:
        yield Piece("Dazu hat der Bürgerrat empfohlen:", bold=True)
    for one in facts.recommendations:
        answer = f"Antwort der Verwaltung vom {day(one.answered_on)} liegt vor." if one.answered_on else "Noch ohne Antwort der Verwaltung."
        yield Piece(f"Empfehlung {one.number} vom {day(one.adopted_on)}: {one.title}. {answer}", bullet=True)
    yield Piece(
        f"Alle Zahlen: öffentlicher Stand Nummer {facts.snapshot.version} vom {moment(facts.snapshot.taken_at)}, Prüfsumme (SHA-256) "
        f"{facts.snapshot.digest}. Menschen werden in Fünferschritten gezählt. Wie die Kommentare klingen, ist nicht ausgewertet, "
        "Kommentare sind nicht zitiert."
    )


def _table(facts: Facts) -> Iterator[Piece]:
    if not facts.commitments:
        yield Piece("Zu dieser Auswahl gibt es noch keine veröffentlichten Zahlen.")
        return
    rows = [list(_row(row, one, facts.threshold)) for row, one in facts.commitments]
    shared = any(row[4] != "–" for row in rows)
    kept = [place for place, column in enumerate(_COLUMNS) if shared or column.kind != "share"]
    columns, rows = [_COLUMNS[place] for place in kept], [[row[place] for place in kept] for row in rows]
    sizes = widths(columns, [column.label for column in columns], rows, _ROOM, 8)
    right = [column.kind != "text" for column in columns]
    yield Piece("Abstimmung der Menschen mit bestätigtem Wohnsitz", bold=True)
    yield Piece(table=Sheet("Abstimmung", [column.label for column in columns], rows, sizes, right, 8))
    more = f" Gezeigt sind die {MOST_ROWS} mit den meisten Stimmen, {facts.more} weitere stehen im Netz." if facts.more else ""
    how = (
        f"Bereich: 95-%-Intervall nach Wilson. „–“: weniger als {facts.threshold} Stimmen, deshalb nur Anzahlen."
        if shared
        else f"Anteile gibt es erst ab {facts.threshold} Stimmen zu einer Zusage. „–“: weniger als fünf Menschen."
    )
    yield Piece(f"{how} Umsetzung: wie heute veröffentlicht.{more}")


def _row(row: Commitment, one: dict[str, Any], threshold: int) -> Sequence[str]:
    box = one["confirmed"]
    status = STATUS_NAMES[row.status]()
    counts: list[Value] = [box[key] for key in ("for", "neutral", "against")] if box else [None] * 3
    share, ends = None, "–"
    if box and box["people"] >= threshold and "interval" in box:
        share = share_in_tenths(box["for"], box["people"])
        low, high = (said(_COLUMNS[4], end) for end in box["interval"][0])
        ends = f"{low} bis {high}"
    values: list[Value] = [one["title"], *counts, share, ends, one["comments"], status]
    return [said(column, value) for column, value in zip(_COLUMNS, values, strict=True)]


def _attached(facts: Facts) -> Iterator[Piece]:
    base = f"{settings().base_url}/{facts.region.slug}"
    if facts.snapshot is not None:
        yield Piece(f"Zahlen der Beteiligung, Stand {moment(facts.snapshot.taken_at)}: {base}/zahlen.csv", bullet=True)
    for number, on in facts.reports:
        yield Piece(f"Bericht Nr. {number} vom {day(on)}: {base}/berichte/{number}", bullet=True)
    yield _to_fill(_("weitere Anlagen"))


# The template


def _path(region_slug: str) -> Path:
    return own_folder(settings().var / "templates") / f"{region_slug}.docx"


def template(region_slug: str) -> tuple[bytes, bool]:
    """Return the region's template, and whether it is its own."""
    path = _path(region_slug)
    return (path.read_bytes(), True) if path.is_file() else (paper_template.default(), False)


def keep_template(session: Session, account_id: int, region: RegionFacts, content: bytes, now: datetime) -> None:
    """Use another template from now on. Raises Invalid (field `file`)."""
    paper_template.check(content)
    audit.record(session, "paper.template_kept", f"region:{region.id}", now, account_id=account_id, region_id=region.id)
    write_whole(_path(region.slug), content)


def drop_template(session: Session, account_id: int, region: RegionFacts, now: datetime) -> None:
    """Go back to the neutral one."""
    audit.record(session, "paper.template_dropped", f"region:{region.id}", now, account_id=account_id, region_id=region.id)
    _path(region.slug).unlink(missing_ok=True)
