"""Open data: what the API says of regions, commitments and comments. No person, and of votes only what was last shown."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.catalogue.queries import place_parts
from beteiligung.clock import berlin_date
from beteiligung.council import recommendation_queries as council
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.pages.items import TALLY
from beteiligung.participation.models import CHOICES, STANDINGS, Comment, Tally
from beteiligung.places.models import Region
from beteiligung.places.queries import OPEN
from beteiligung.resolutions.queries import newest
from beteiligung.settings import settings

Record = TypeVar("Record")


def says(about: str) -> msgspec.Meta:
    """Return what a field means, in German: the pages of the open data and the API's own description have it from here."""
    return msgspec.Meta(description=about)


class Listing(msgspec.Struct, Generic[Record], frozen=True):
    """One page of a list and how many there are in all."""

    items: Annotated[list[Record], says("die Einträge dieser Seite")]
    total: Annotated[int, says("wie viele es insgesamt gibt")]


class DocumentRecord(msgspec.Struct, frozen=True):
    """A source text; `not_resolution` is true where the assembly has not resolved it."""

    slug: Annotated[str, says("Kurzname, Teil der Adresse")]
    title: Annotated[str, says("Titel")]
    kind: Annotated[
        str,
        says(
            "Art: resolution (Beschluss), strategy (Strategie), draft (Entwurf), coalition_contract (Koalitionsvertrag), "
            "election_programme (Wahlprogramm)"
        ),
    ]
    author: Annotated[str, says("wer es geschrieben hat")]
    not_resolution: Annotated[bool, says("wahr, wo die gewählte Vertretung das nicht beschlossen hat")]
    term_start: Annotated[int | None, says("erstes Jahr, für das es gilt")]
    term_end: Annotated[int | None, says("letztes Jahr, für das es gilt")]
    source_url: Annotated[str | None, says("wo es veröffentlicht ist")]


class RegionRecord(msgspec.Struct, frozen=True):
    """A county or city with its documents."""

    id: Annotated[int, says("unveränderliche Nummer")]
    slug: Annotated[str, says("Kurzname, Teil der Adressen")]
    name: Annotated[str, says("Name")]
    kind: Annotated[str, says("county (Kreis) oder city (Stadt)")]
    state: Annotated[str, says("Bundesland")]
    assembly: Annotated[str, says("wie die gewählte Vertretung heißt")]
    url: Annotated[str, says("Seite der Region")]
    commitments: Annotated[int, says("wie viele Zusagen veröffentlicht sind")]
    documents: Annotated[list[DocumentRecord], says("ihre Dokumente")]


class Location(msgspec.Struct, frozen=True):
    """Where a commitment stands. Lines count only where `printed_lines`."""

    section: Annotated[list[str], says("Überschriften, unter denen die Stelle steht, von der größten zur kleinsten")]
    chapter: Annotated[str | None, says("Nummer des Kapitels")]
    page: Annotated[int | None, says("Seite")]
    line_start: Annotated[int | None, says("erste gedruckte Zeile")]
    line_end: Annotated[int | None, says("letzte gedruckte Zeile")]
    printed_lines: Annotated[bool, says("ob das Dokument Zeilennummern druckt")]
    label: Annotated[str, says("die Stelle in Worten")]


class Counts(msgspec.Struct, frozen=True, rename={"for_": "for"}):
    """People by choice, as last shown; `as_of` is the hour."""

    for_: Annotated[int, says("Menschen, die dafür sind")]
    neutral: Annotated[int, says("Menschen, die neutral sind")]
    against: Annotated[int, says("Menschen, die dagegen sind")]
    as_of: Annotated[str, says("Stunde, zu der das veröffentlicht wurde")]


class Votes(msgspec.Struct, frozen=True):
    """The three standings apart; null where fewer than five people's votes are shown."""

    version: Annotated[int, says("Fassung, zu der die Stimmen gehören")]
    confirmed: Annotated[Counts | None, says("Menschen mit bestätigtem Wohnort in der Region; null unter fünf")]
    unconfirmed: Annotated[Counts | None, says("Menschen ohne bestätigten Wohnort; null unter fünf")]
    outside: Annotated[Counts | None, says("Menschen mit Wohnort anderswo; null unter fünf")]


class CommitmentRecord(msgspec.Struct, frozen=True):
    """One commitment in plain words, with its place, status and counters."""

    id: Annotated[int, says("unveränderliche Nummer")]
    slug: Annotated[str, says("Kurzname, Teil der Adresse")]
    region: Annotated[str, says("Kurzname der Region")]
    url: Annotated[str, says("Seite der Zusage")]
    document: Annotated[str, says("Kurzname des Dokuments")]
    first_line: Annotated[str, says("wer verspricht, in Worten")]
    title: Annotated[str, says("Titel in einfachen Worten, oder der Anfang des Wortlauts")]
    summary: Annotated[str, says("Zusammenfassung in einfachen Worten")]
    plain: Annotated[bool, says("ob Titel und Zusammenfassung in einfachen Worten sind")]
    wording: Annotated[str | None, says("Wortlaut im Dokument; null, solange er nicht eingelesen ist")]
    location: Annotated[Location, says("wo sie im Dokument steht")]
    topic: Annotated[str, says("Kurzname des Themas")]
    kind: Annotated[
        str, says("measure (Maßnahme), goal (Ziel), examination (Prüfauftrag), continued_support (Weiterführung), position (Haltung)")
    ]
    actor: Annotated[str | None, says("wer handeln soll, wo das Dokument es sagt")]
    deadline: Annotated[int | None, says("Jahr, bis zu dem es geschehen soll")]
    figures: Annotated[list[str], says("Zahlen, die das Dokument nennt")]
    sdg: Annotated[int | None, says("Nummer des Nachhaltigkeitsziels der Vereinten Nationen")]
    status: Annotated[
        str,
        says(
            "open (offen), under_examination (in Prüfung), in_progress (in Arbeit), "
            "partly_done (teilweise umgesetzt), done (umgesetzt), dropped (aufgegeben)"
        ),
    ]
    state: Annotated[str, says("published (veröffentlicht) oder archived (archiviert)")]
    votes: Annotated[Votes, says("Zähler, wie sie zuletzt veröffentlicht wurden")]
    comments: Annotated[int, says("sichtbare Kommentare und Antworten")]
    threads: Annotated[int, says("sichtbare Kommentare ohne Antworten")]
    created_on: Annotated[date, says("Tag, seit dem sie hier steht")]


class CommentRecord(msgspec.Struct, frozen=True):
    """A visible comment without its author. `parent_id` is the comment it replies to."""

    id: Annotated[int, says("unveränderliche Nummer")]
    parent_id: Annotated[int | None, says("Nummer des Kommentars, auf den geantwortet wird")]
    text: Annotated[str, says("Wortlaut; […] steht für ausgeblendete Worte")]
    additions: Annotated[list[str], says("was später hinzugefügt wurde")]
    stance: Annotated[str | None, says("angegebene Haltung: for (dafür), against (dagegen), question (Frage); keine Stimme")]
    official: Annotated[bool, says("ob die Verwaltung schreibt")]
    created_on: Annotated[date, says("Tag")]


class VoteOfCouncil(msgspec.Struct, frozen=True, rename={"for_": "for"}):
    """What the urn held; who voted how is known to nobody. `members` is who sat in the council when the vote began."""

    for_: Annotated[int, says("Stimmen dafür")]
    against: Annotated[int, says("Stimmen dagegen")]
    abstain: Annotated[int, says("Enthaltungen")]
    members: Annotated[int, says("wie viele im Bürgerrat saßen, als die Abstimmung begann")]


class RecommendationRecord(msgspec.Struct, frozen=True):
    """A recommendation the council has adopted, and the administration's answer; `overdue` while it lacks one after its term."""

    number: Annotated[int, says("Nummer in der Region")]
    region: Annotated[str, says("Kurzname der Region")]
    url: Annotated[str, says("Seite der Empfehlung")]
    title: Annotated[str, says("Titel")]
    text: Annotated[str, says("Wortlaut (Markdown)")]
    commitments: Annotated[list[str], says("Kurznamen der Zusagen, um die es geht")]
    adopted_on: Annotated[date, says("Tag, an dem der Bürgerrat sie beschlossen hat")]
    vote: Annotated[VoteOfCouncil | None, says("wie er abgestimmt hat")]
    answer_due: Annotated[date, says("letzter Tag für die Antwort der Verwaltung")]
    answered_on: Annotated[date | None, says("Tag der Antwort")]
    answer_kind: Annotated[
        str | None, says("accepted (setzt um), partly (einen Teil), examined (prüft), passed_on (weitergegeben), declined (setzt nicht um)")
    ]
    answer: Annotated[str | None, says("Begründung (Markdown)")]
    overdue: Annotated[bool, says("ob die Antwort überfällig ist")]


class ResolutionRecord(msgspec.Struct, frozen=True):
    """What a body of the assembly did with a commitment, a recommendation or a report."""

    id: Annotated[int, says("Nummer des Eintrags, der gilt")]
    region: Annotated[str, says("Kurzname der Region")]
    about: Annotated[str, says("commitment (Zusage), recommendation (Empfehlung) oder report (Bericht)")]
    title: Annotated[str, says("wie das hieß, worüber entschieden wurde")]
    url: Annotated[str, says("seine Seite")]
    body: Annotated[str, says("Gremium")]
    act: Annotated[
        str,
        says(
            "noted (zur Kenntnis genommen), referred (verwiesen), adopted (beschlossen), "
            "rejected (abgelehnt), adjourned (vertagt), void (der Eintrag ist zurückgenommen)"
        ),
    ]
    decided_on: Annotated[date, says("Tag der Sitzung")]
    item: Annotated[str, says("Nummer auf der Tagesordnung")]
    paper: Annotated[str, says("Nummer der Vorlage")]
    minutes_url: Annotated[str, says("Adresse der Niederschrift")]
    note: Annotated[str, says("Anmerkung")]
    corrects: Annotated[int | None, says("Nummer des Eintrags, den dieser berichtigt")]
    reason: Annotated[str, says("was am früheren Eintrag falsch war")]
    recorded_on: Annotated[date, says("Tag, an dem er eingetragen wurde")]


def region_records(session: Session) -> Listing[RegionRecord]:
    """Return all regions. Two statements."""
    documents: dict[int, list[DocumentRecord]] = defaultdict(list)
    for d in session.exec(select(Document).order_by(col(Document.position), col(Document.id))):
        documents[d.region_id].append(
            DocumentRecord(d.slug, d.title, d.kind, d.author, d.not_resolution, d.term_start, d.term_end, d.source_url)
        )
    query = (
        select(Region, func.count(col(Commitment.id)))
        .outerjoin(Commitment, (col(Commitment.region_id) == Region.id) & (col(Commitment.state) == "published"))
        .where(OPEN)
        .group_by(col(Region.id))
        .order_by(col(Region.position), Region.name)
    )
    items = [
        RegionRecord(
            id=r.id or 0,
            slug=r.slug,
            name=r.name,
            kind=r.kind,
            state=r.state,
            assembly=r.assembly_name,
            url=f"{settings().base_url}/{r.slug}",
            commitments=n,
            documents=documents[r.id or 0],
        )
        for r, n in session.exec(query)
    ]
    return Listing(items, len(items))


def _counts(tally: Tally | None, standing: str) -> Counts | None:
    at = getattr(tally, f"shown_{standing}_at") if tally else None
    if at is None:
        return None
    for_, neutral, against = (getattr(tally, f"shown_{standing}_{choice}") for choice in CHOICES)
    return Counts(for_, neutral, against, at.isoformat())


def _record(commitment: Commitment, document: Document, region: Region, tally: Tally | None) -> CommitmentRecord:
    c = commitment
    return CommitmentRecord(
        id=c.id or 0,
        slug=c.slug,
        region=region.slug,
        url=f"{settings().base_url}/{region.slug}/zusagen/{c.slug}",
        document=document.slug,
        first_line=document.first_line,
        title=c.title,
        summary=c.summary,
        plain=c.plain,
        wording=c.wording,
        location=Location(
            c.section,
            c.chapter,
            c.page,
            c.line_start if c.printed_lines else None,
            c.line_end if c.printed_lines else None,
            c.printed_lines,
            ", ".join(place_parts(c)),
        ),
        topic=c.topic,
        kind=c.kind,
        actor=c.actor,
        deadline=c.deadline,
        figures=c.figures,
        sdg=c.sdg,
        status=c.status,
        state=c.state,
        votes=Votes(c.version, *(_counts(tally, standing) for standing in STANDINGS)),
        comments=c.comment_count,
        threads=c.thread_count,
        created_on=berlin_date(c.created_at),
    )


def _joined() -> Any:
    return (
        select(Commitment, Document, Region, Tally)
        .join(Document, col(Document.id) == Commitment.document_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .outerjoin(Tally, TALLY)
    )


def commitment_records(session: Session, region: str | None, page: int, per_page: int) -> Listing[CommitmentRecord]:
    """Return one page of published commitments, of one region or all, by id. Two statements."""
    wanted = [col(Commitment.state) == "published", OPEN, *([col(Region.slug) == region] if region else [])]
    count = select(func.count(col(Commitment.id))).join(Region, col(Region.id) == Commitment.region_id).where(*wanted)
    total = session.exec(count).one()
    rows = session.execute(_joined().where(*wanted).order_by(col(Commitment.id)).limit(per_page).offset((page - 1) * per_page))
    return Listing([_record(*row) for row in rows], total)


def commitment_record(session: Session, commitment_id: int) -> CommitmentRecord:
    """Return one commitment, archived ones too. One statement. Raises NotFound."""
    row = session.execute(_joined().where(col(Commitment.id) == commitment_id, OPEN)).first()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return _record(*row)


def comment_records(session: Session, commitment_id: int, page: int, per_page: int) -> Listing[CommentRecord]:
    """Return one page of a commitment's visible comments and replies, by id. Two statements."""
    wanted = [col(Comment.commitment_id) == commitment_id, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None)]
    total = session.exec(select(func.count(col(Comment.id))).where(*wanted)).one()
    rows: Sequence[Comment] = session.exec(
        select(Comment).where(*wanted).order_by(col(Comment.id)).limit(per_page).offset((page - 1) * per_page)
    ).all()
    items = [
        CommentRecord(
            id=c.id or 0,
            parent_id=c.parent_id,
            text=c.text,
            additions=[addition["text"] for addition in c.additions],
            stance=c.stance,
            official=c.official,
            created_on=berlin_date(c.created_at),
        )
        for c in rows
    ]
    return Listing(items, total)


def recommendation_records(session: Session, region: str | None, page: int, per_page: int, today: date) -> Listing[RecommendationRecord]:
    """Return one page of adopted recommendations, newest first, of one region or all. Three statements."""
    closed = set(session.exec(select(Region.slug).where(col(Region.preparing))).all())
    found = [one for one in council.adopted(session, region_slug=region) if one.url.split("/")[1] not in closed]
    items = [
        RecommendationRecord(
            number=one.number,
            region=one.url.split("/")[1],
            url=f"{settings().base_url}{one.url}",
            title=one.title,
            text=one.text,
            commitments=[commitment.slug for commitment in one.about],
            adopted_on=one.adopted_on,
            vote=VoteOfCouncil(r.votes_for, r.votes_against, r.votes_abstain, r.members) if (r := one.result) else None,
            answer_due=one.answer_due,
            answered_on=one.answered_on,
            answer_kind=one.answer_kind,
            answer=one.answer,
            overdue=one.overdue(today),
        )
        for one in found[(page - 1) * per_page : page * per_page]
    ]
    return Listing(items, len(found))


def resolution_records(session: Session, region: str | None, page: int, per_page: int) -> Listing[ResolutionRecord]:
    """Return one page of decisions as they hold, newest first, of one region or all. Four statements."""
    slugs = dict(session.exec(select(Region.id, Region.slug).where(OPEN, *([Region.slug == region] if region else []))).all())
    found, total = newest(session, [number or 0 for number in slugs], page, per_page)
    items = [
        ResolutionRecord(
            id=one.id,
            region=slugs[number],
            about=one.kind,
            title=one.title,
            url=f"{settings().base_url}{one.path}",
            body=one.body,
            act=one.act,
            decided_on=one.decided_on,
            item=one.item,
            paper=one.paper,
            minutes_url=one.minutes_url,
            note=one.note,
            corrects=one.earlier[0].id if one.earlier else None,
            reason=one.reason,
            recorded_on=one.recorded_on,
        )
        for number, one in found
    ]
    return Listing(items, total)


def commitment_state(session: Session, commitment_id: int) -> str:
    """Return a token of one commitment's record. One statement. Raises NotFound."""
    query = (
        select(Commitment.changes, Document.slug, Document.first_line, Region.slug)
        .join(Document, col(Document.id) == Commitment.document_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .where(Commitment.id == commitment_id, OPEN)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return ".".join(map(str, row))
