"""The page of one commitment.

Three statements besides the person's own: the commitment with its document, region, tally and
neighbours; its history, with its moves within the document, and the declared stances; one page of
comments (two for a deep link).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import escape
from sqlalchemy import Integer, and_, func, literal, null, or_, select, true, union_all
from sqlalchemy import cast as sql_cast
from sqlmodel import Session, col

from beteiligung.catalogue.models import Candidate, Commitment, Document, HistoryEntry, Similar
from beteiligung.catalogue.queries import Event, Window, common_window, event_of, place_parts, window_of
from beteiligung.catalogue.rules import is_quiet
from beteiligung.catalogue.topics import by_slug
from beteiligung.catalogue.version_models import DocumentChange, DocumentVersion
from beteiligung.clock import berlin_date
from beteiligung.council.recommendation_models import Recommendation, RecommendationCommitment
from beteiligung.council.recommendation_rules import is_overdue
from beteiligung.council.recommendation_words import ANSWER
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.viewer import Viewer
from beteiligung.insight.shown import commitment_figures
from beteiligung.pages.items import TALLY, hash_of
from beteiligung.participation.models import Comment, Tally
from beteiligung.participation.present import (
    NO_MARKS,
    ORDERS,
    Stances,
    comment_form_context,
    comments_context,
    results_of,
    shown_ids,
    vote_context,
)
from beteiligung.participation.queries import comment_page, my_marks
from beteiligung.participation.shares import Shares
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.places.models import Region
from beteiligung.places.queries import RegionFacts, check_seen, is_seen, region_facts
from beteiligung.resolutions.models import Resolution
from beteiligung.resolutions.queries import Decision, about, ordered
from beteiligung.web.cache import page_cache
from beteiligung.web.markdown import render_markdown


@dataclass(frozen=True)
class Neighbour:
    """A commitment alike; `region_name` is that of its own region."""

    title: str
    url: str
    place: tuple[str, ...]
    region_name: str
    confirmed: Shares


@dataclass(frozen=True)
class HistoryItem:
    """A dated event as the page shows it."""

    date: date
    kind: str
    status: str | None
    title: str
    body_html: str
    source: str
    source_url: str | None
    decision: Decision | None = None
    """Of the kind "resolution": what the assembly did."""


@dataclass(frozen=True)
class Loaded:
    """The rows behind a commitment's page, and a token that changes with what they hold.

    The token is exact for the commitment (`Commitment.changes`: words, status, history, published
    votes, comments), its document, region and neighbours, and for the day. A name that a commenter
    changes is not in it and lags by `web.cache.MAX_AGE` at most.
    """

    commitment: Commitment
    document: Document
    region: RegionFacts
    tally: Tally | None
    neighbours: list[tuple[Commitment, RegionFacts, Tally | None]]
    today: date
    token: str
    figures: dict[str, Any] | None = None
    """What the region's last snapshot says of it; see `insight.snapshots`."""

    @property
    def url(self) -> str:
        """The path of the page."""
        return f"/{self.region.slug}/zusagen/{self.commitment.slug}"


def load(session: Session, region_slug: str, slug: str, now: datetime) -> Loaded:
    """Return the rows of a commitment and its neighbours. One statement. Raises NotFound, also for another region's slug."""
    own = select(col(Commitment.id)).where(col(Commitment.slug) == slug)
    wanted: Any = union_all(own, select(col(Similar.other_id)).where(col(Similar.commitment_id).in_(own)))
    frozen = commitment_figures(region_slug, slug)
    query = (
        select(Commitment, Document, Region, Tally, col(Similar.rank), null() if frozen is None else frozen)
        .join(Document, col(Document.id) == Commitment.document_id)
        .join(Region, col(Region.id) == Commitment.region_id)
        .outerjoin(Tally, TALLY)
        .outerjoin(Similar, and_(col(Similar.other_id) == Commitment.id, col(Similar.commitment_id).in_(own)))
        .where(col(Commitment.id).in_(wanted), or_(col(Commitment.slug) == slug, col(Commitment.state) == "published"))
        .order_by(col(Similar.rank))
    )
    rows = session.execute(query).all()
    main = next((row for row in rows if row[0].slug == slug and row[2].slug == region_slug), None)
    if main is None:
        raise NotFound(_("Diese Zusage gibt es nicht. Vielleicht ist die Adresse nicht vollständig."))
    commitment, document, region, tally, _rank, figures = main
    check_seen(session, region)
    facts = region_facts(region)
    near = [row for row in rows if row[4] is not None and row[0] is not commitment and is_seen(session, row[2])]
    neighbours = [(o, region_facts(place), votes) for o, _d, place, votes, _r, _f in near]
    today = berlin_date(now)
    parts = [document.title, document.author, document.first_line, document.closed, document.window_start, document.window_end]
    token = hash_of(
        commitment.changes,
        today,
        facts,
        document.not_resolution,
        parts,
        figures,
        [(o.slug, o.title, o.changes) for o, _place, _votes in neighbours],
    )
    own_figures = figures if figures and figures["version"] == commitment.version else None
    return Loaded(commitment, document, facts, tally, neighbours, today, token, own_figures)


@dataclass(frozen=True)
class CommitmentView:
    """What `pages/commitment.html` calls `c`."""

    id: int
    slug: str
    url: str
    version: int
    archived: bool
    title: str
    summary: str
    first_line: str
    not_resolution: bool
    place: tuple[str, ...]
    status: str
    kind: str
    topic_name: str
    topic_url: str
    plain: bool
    closed: bool
    window: Window | None
    comment_count: int
    comments_url: str
    confirmed: Shares
    wording: list[tuple[int | None, str]]
    wording_source: str
    document_url: str
    context_before: str
    context_after: str
    history: list[HistoryItem]
    similar: list[Neighbour]


def _wording_source(document: Document, place: tuple[str, ...]) -> str:
    return ", ".join([document.title, *([document.author] if document.author else []), *place])


def _address(c: Commitment) -> str:
    """Return the address of a commitment's passage in its document: the printed line it begins on, where lines are printed."""
    return f"z{c.line_start}" if c.printed_lines and c.line_start is not None and c.char_start is not None else f"zusage-{c.id}"


def history_item(event: Event) -> HistoryItem:
    """Return an event with its title in words."""
    title = {
        "published": _("Auf dieser Seite veröffentlicht"),
        "revision": _("Wortlaut im Dokument geändert") if event.source else _("Titel oder Zusammenfassung geändert"),
        "answer": _("Stellungnahme der Verwaltung"),
        "status": _("Umsetzungsstand"),
        "archived": _("Archiviert"),
        "restored": _("Wieder veröffentlicht"),
    }[event.kind]
    body = render_markdown(event.body) if event.body else ""
    return HistoryItem(event.happened_on, event.kind, event.status, title, body, event.source, event.source_url)


def move_item(published_at: datetime, section: Sequence[str], page: int | None) -> HistoryItem:
    """Return that a new form of the document has the same words elsewhere; nobody is told of it, and votes stay."""
    parts = [_("im Abschnitt „{section}“").format(section=" › ".join(section))] if section else []
    parts += [_("auf Seite {page}").format(page=page)] if page is not None else []
    where = " ".join(parts) or _("an anderer Stelle")
    body = escape(_("Die Worte sind dieselben. In der neuen Fassung stehen sie {where}.").format(where=where))
    return HistoryItem(berlin_date(published_at), "moved", None, _("Im Dokument an anderer Stelle"), f"<p>{body}</p>", "", None)


def recommendation_items(row: Recommendation, region_slug: str, today: date) -> list[HistoryItem]:
    """Return that the council has recommended something about the commitment, and where the answer stands."""
    if row.adopted_at is None or row.answer_due is None:
        return []
    link = f'<p><a href="/{region_slug}/empfehlungen/{row.number}">{escape(row.title)}</a></p>'
    asked = HistoryItem(berlin_date(row.adopted_at), "recommendation", None, _("Empfehlung des Bürgerrats"), link, "", None)
    if row.answered_at and row.answer_kind:
        said = f"<p>{escape(ANSWER[row.answer_kind]())}</p>{link}"
        title = _("Antwort der Verwaltung an den Bürgerrat")
        return [asked, HistoryItem(berlin_date(row.answered_at), "recommendation", None, title, said, "", None)]
    if is_overdue(row.answer_due, answered=False, today=today):
        return [asked, HistoryItem(row.answer_due, "recommendation", None, _("Antwort an den Bürgerrat überfällig"), link, "", None)]
    return [asked]


def decision_items(rows: Sequence[Resolution]) -> list[HistoryItem]:
    """Return what bodies of the assembly did with the commitment, or with a recommendation about it."""
    return [HistoryItem(one.decided_on, "resolution", None, "", "", "", None, one) for one in ordered(rows)]


def _stances(commitment_id: int, known: Stances | None) -> Any:
    """Return the select of how often each stance was declared: counted, or, where that is known, as constants."""
    names = ("for_", "against", "question", "none")
    if known is not None:
        return select(*(literal(getattr(known, name), Integer).label(name) for name in names))
    declared = [col(Comment.stance) == stance for stance in ("for", "against", "question")]
    undeclared = and_(col(Comment.stance).is_(None), col(Comment.official).is_(False))
    numbers = [func.count().filter(one).label(name) for one, name in zip([*declared, undeclared], names, strict=True)]
    visible = [col(Comment.commitment_id) == commitment_id, col(Comment.withdrawn_at).is_(None), col(Comment.hidden_at).is_(None)]
    return select(*numbers).select_from(Comment).where(*visible)


def _history_and_stances(
    session: Session, commitment_id: int, changes: int, region_slug: str, today: date
) -> tuple[list[HistoryItem], Stances]:
    """Return events, moves, recommendations and decisions, oldest first, and how often each stance was declared.

    One statement, even without any event. Stances are counted once for each state of the commitment, not for each reader:
    they are all that grows with the thread.
    """
    known = page_cache().recall(f"stances {commitment_id}", changes)
    stances = _stances(commitment_id, known).subquery()
    nobody = sql_cast(null(), Integer)  # in a UNION of four PostgreSQL would take the first ones for text
    events: Any = select(
        col(HistoryEntry.id).label("entry"), nobody.label("version"), nobody.label("advice"), nobody.label("decision")
    ).where(col(HistoryEntry.commitment_id) == commitment_id)
    moves = select(nobody, col(DocumentChange.version_id), nobody, nobody).where(
        col(DocumentChange.commitment_id) == commitment_id, col(DocumentChange.change) == "moved"
    )
    advice = select(nobody, nobody, col(RecommendationCommitment.recommendation_id), nobody).where(
        col(RecommendationCommitment.commitment_id) == commitment_id
    )
    decided = select(nobody, nobody, nobody, col(Resolution.id)).where(about(commitment_id))
    told = union_all(events, moves, advice, decided).subquery()
    place: Any = (col(DocumentVersion.published_at), col(Candidate.section), col(Candidate.page))
    query: Any = (
        select(stances, HistoryEntry, *place, Recommendation, Resolution)
        .select_from(stances)
        .outerjoin(told, true())
        .outerjoin(HistoryEntry, col(HistoryEntry.id) == told.c.entry)
        .outerjoin(DocumentVersion, col(DocumentVersion.id) == told.c.version)
        .outerjoin(Candidate, and_(col(Candidate.run_id) == DocumentVersion.run_id, col(Candidate.commitment_id) == literal(commitment_id)))
        .outerjoin(Recommendation, and_(col(Recommendation.id) == told.c.advice, col(Recommendation.state) == "adopted"))
        .outerjoin(Resolution, col(Resolution.id) == told.c.decision)
        .order_by(col(HistoryEntry.happened_on), col(HistoryEntry.id), col(DocumentVersion.id))
    )
    rows = session.execute(query).all()
    items = [history_item(event_of(row[4])) for row in rows if row[4] is not None]
    items += [move_item(row[5], row[6] or [], row[7]) for row in rows if row[5] is not None]
    items += [item for row in rows if row[8] is not None for item in recommendation_items(row[8], region_slug, today)]
    items += decision_items([row[9] for row in rows if row[9] is not None])
    found = Stances(*rows[0][:4])
    if known is None:
        page_cache().keep(f"stances {commitment_id}", changes, found)
    return sorted(items, key=lambda item: item.date), found


def view_of(loaded: Loaded, history: list[HistoryItem]) -> CommitmentView:
    """Return the read model of the page."""
    c, document, region = loaded.commitment, loaded.document, loaded.region
    place = place_parts(c)
    topic = by_slug(c.topic)
    results = results_of(loaded.tally, region.page_threshold)
    return CommitmentView(
        id=c.id or 0,
        slug=c.slug,
        url=loaded.url,
        version=c.version,
        archived=c.state == "archived",
        title=c.title,
        summary=c.summary,
        first_line=document.first_line.rstrip(" .:…"),
        not_resolution=document.not_resolution,
        place=place,
        status=c.status,
        kind=c.kind,
        topic_name=topic.name if topic else "",
        topic_url=f"/{region.slug}/themen/{c.topic}",
        plain=c.plain,
        closed=document.closed,
        window=window_of(*common_window((c.window_start, c.window_end), (document.window_start, document.window_end)), loaded.today),
        comment_count=c.comment_count,
        comments_url=f"{loaded.url}#kommentare",
        confirmed=results.confirmed,
        wording=[(c.line_start if c.printed_lines else None, c.wording)] if c.wording else [],
        wording_source=_wording_source(document, place),
        document_url=f"/{region.slug}/dokumente/{document.slug}#{_address(c)}",
        context_before=c.context_before,
        context_after=c.context_after,
        history=history,
        similar=[
            Neighbour(
                title=other.title,
                url=f"/{where.slug}/zusagen/{other.slug}",
                place=place_parts(other),
                region_name=where.name,
                confirmed=results_of(tally, where.page_threshold).confirmed,
            )
            for other, where, tally in loaded.neighbours
        ],
    )


@dataclass(frozen=True)
class Asked:
    """What the address asks of the comments, and what a browser brings along."""

    order: str = "hilfreich"
    after: str | None = None
    around: int | None = None
    pending: tuple[int, str] | None = None
    draft: Mapping[str, Any] | None = None


def commitment_context(session: Session, loaded: Loaded, asked: Asked, now: datetime, viewer: Viewer | None) -> dict[str, Any]:
    """Return what `pages/commitment.html` and its fragments want; one statement more for a person's own marks."""
    c, region = loaded.commitment, loaded.region
    commitment_id = c.id or 0
    history, stances = _history_and_stances(session, commitment_id, c.changes, region.slug, loaded.today)
    page = comment_page(session, commitment_id, ORDERS.get(asked.order, "helpful"), asked.after, asked.around)
    marks = NO_MARKS
    if viewer:
        voter = voter_pseudonym(viewer.account_id, region.id)
        marks = my_marks(session, voter, viewer.account_id, commitment_id, c.version, shown_ids(page.threads))
    pending = asked.pending[1] if asked.pending and asked.pending[0] == commitment_id and not marks.choice else None
    return {
        "region": region,
        "example": region.example,
        "nav": "commitments",
        "feed_url": f"{loaded.url}/feed.atom",
        "robots": "noindex, follow" if asked.after or asked.around else None,
        "c": view_of(loaded, history),
        "comments": comments_context(page, loaded.url, c.thread_count, now, viewer=viewer, marks=marks, stances=stances),
        "following": "commitment" in marks.follows,
        "follower_count": 0,
        "frozen": loaded.figures,
        "quiet": is_quiet(region, loaded.today),
        **vote_context(c, loaded.document, loaded.tally, region, now, viewer=viewer, marks=marks, pending=pending),
        **comment_form_context(c, loaded.document, region, now, viewer=viewer, draft=asked.draft),
    }
