"""Read models of the desk: what needs doing, how the words of a commitment changed, the imports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import case, func, literal_column, or_
from sqlalchemy import select as pick
from sqlmodel import Session, col, select

from beteiligung.administration import rules
from beteiligung.catalogue.history import Piece, difference
from beteiligung.catalogue.models import Candidate, Commitment, Document, ImportRun, Revision
from beteiligung.catalogue.queries import place_parts
from beteiligung.clock import berlin_date
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.participation.models import Comment
from beteiligung.places.queries import RegionFacts

A_PAGE = 5
_RUNS = 20
_UNDER_WAY = ("queued", "running", "review")
_OPS = {"same": "same", "ins": "add", "del": "del"}

Item = TypeVar("Item")


@dataclass(frozen=True)
class Part(Generic[Item]):
    """One page of one list of the desk; `address` takes a page number at its end."""

    items: tuple[Item, ...]
    total: int
    page: int
    pages: int
    address: str


@dataclass(frozen=True)
class RoughItem:
    """A commitment without plain words."""

    title: str
    url: str
    edit_url: str
    place: tuple[str, ...]


@dataclass(frozen=True)
class QuestionItem:
    """A resident's question without an official answer; `title` is that of the commitment."""

    text: str
    author_name: str
    date: date
    supporters: int
    url: str
    answer_url: str
    title: str


@dataclass(frozen=True)
class OverdueItem:
    """An answer that is late; `title` is the beginning of the question."""

    title: str
    url: str
    edit_url: str
    since: date
    days: int


@dataclass(frozen=True)
class RunItem:
    """An import; `status` is waiting, running, review, done or failed.

    `found` are the commitments its document has so far, `proposed` what was recognised in the file and `reviewed` how
    much of that clerks have decided.
    """

    id: int
    title: str
    status: str
    done: int
    total: int
    found: int
    proposed: int
    reviewed: int
    message: str
    url: str
    review_url: str | None
    result_url: str | None


@dataclass(frozen=True)
class Desk:
    """What a clerk sees first."""

    rough: Part[RoughItem]
    questions: Part[QuestionItem]
    overdue: Part[OverdueItem]
    imports: tuple[RunItem, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How much of each there is."""
        waiting = sum(run.status in ("waiting", "running", "review") for run in self.imports)
        return {"rough": self.rough.total, "questions": self.questions.total, "overdue": self.overdue.total, "imports": waiting}


@dataclass(frozen=True)
class RevisionItem:
    """One change of words: when, by whom, and how the old became the new, as (op, text) with op same, add or del."""

    number: int
    date: datetime
    author: str
    note: str
    changes_meaning: bool
    title_diff: tuple[tuple[str, str], ...]
    summary_diff: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Question:
    """A resident's comment that a clerk answers."""

    author_name: str
    created_at: datetime
    paragraphs: str
    helpful_count: int


def _part(session: Session, query: Any, page: int, address: str, make: Callable[[Any], Item]) -> Part[Item]:
    total = session.execute(pick(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    pages = max(1, -(-total // A_PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(query.limit(A_PAGE).offset((page - 1) * A_PAGE)).all() if total else []
    return Part(tuple(make(row) for row in rows), total, page, pages, address)


def desk(session: Session, region: RegionFacts, now: datetime, *, worte: int = 1, fragen: int = 1, frist: int = 1) -> Desk:
    """Return the desk of a region; the numbers are pages of its lists. Seven statements."""
    base = f"/verwaltung/{region.slug}"
    rough = (
        pick(Commitment)
        .where(col(Commitment.region_id) == region.id, col(Commitment.state) == "published", col(Commitment.plain).is_(False))
        .order_by(col(Commitment.comment_count).desc(), col(Commitment.position), col(Commitment.id))
    )
    unanswered = (
        pick(
            col(Comment.id),
            col(Comment.text),
            col(Comment.created_at),
            col(Comment.helpful),
            col(Account.display_name),
            col(Commitment.title),
            col(Commitment.slug),
        )
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .outerjoin(Account, col(Account.id) == Comment.author_id)
        .where(
            col(Commitment.region_id) == region.id,
            col(Commitment.state) == "published",
            col(Comment.parent_id).is_(None),
            col(Comment.stance) == literal_column("'question'"),  # as the index of the unanswered says it
            col(Comment.answered_at).is_(None),
            col(Comment.withdrawn_at).is_(None),
            col(Comment.hidden_at).is_(None),
        )
    )
    late = or_(col(Comment.created_at) < rules.asked_before(now), col(Comment.helpful) >= rules.MANY_HELPFUL)

    def rough_item(row: Any) -> RoughItem:
        it: Commitment = row[0]
        return RoughItem(it.title, f"/{region.slug}/zusagen/{it.slug}", f"{base}/zusagen/{it.slug}#worte", place_parts(it))

    def question(row: Any) -> QuestionItem:
        number, text, asked, helpful, name, title, slug = row
        url = f"/{region.slug}/zusagen/{slug}?kommentar={number}#k{number}"
        return QuestionItem(text, name or _("Gelöschtes Konto"), berlin_date(asked), helpful, url, f"{base}/fragen/{number}", title)

    def overdue(row: Any) -> OverdueItem:
        number, text, asked, _helpful, _name, _title, slug = row
        line = " ".join(text.split())
        short = line if len(line) <= 90 else line[:89].rpartition(" ")[0] + "…"
        url = f"/{region.slug}/zusagen/{slug}?kommentar={number}#k{number}"
        return OverdueItem(short, url, f"{base}/fragen/{number}", berlin_date(asked), rules.days_waiting(asked, now))

    by_support = unanswered.order_by(col(Comment.score).desc(), col(Comment.helpful).desc(), col(Comment.id))
    by_age = unanswered.where(late).order_by(col(Comment.created_at), col(Comment.id))
    return Desk(
        rough=_part(session, rough, worte, f"{base}?worte=", rough_item),
        questions=_part(session, by_support, fragen, f"{base}?fragen=", question),
        overdue=_part(session, by_age, frist, f"{base}?frist=", overdue),
        imports=tuple(runs(session, region, since=now - timedelta(days=1))),
    )


def commitment_id(session: Session, region_id: int, slug: str) -> int:
    """Return the number of a region's commitment, archived ones included; raises NotFound. One statement."""
    found = session.exec(select(Commitment.id).where(Commitment.region_id == region_id, Commitment.slug == slug)).first()
    if found is None:
        raise NotFound(_("Diese Zusage gibt es nicht."))
    return found


def revisions(session: Session, commitment: Commitment) -> list[RevisionItem]:
    """Return how the words of a commitment changed, the newest change first. One statement."""
    found = session.exec(
        select(Revision, Account.display_name)
        .outerjoin(Account, col(Account.id) == Revision.account_id)
        .where(Revision.commitment_id == commitment.id)
        .order_by(col(Revision.number).desc())
    ).all()
    after = (commitment.title, commitment.summary)
    items = []
    for revision, name in found:
        items.append(
            RevisionItem(
                number=revision.number,
                date=revision.replaced_at,
                author=name or (_("Verwaltung") if revision.by_clerk else _("Katalog")),
                note=revision.note,
                changes_meaning=revision.changes_meaning,
                title_diff=_ops(difference(revision.title, after[0])),
                summary_diff=_ops(difference(revision.summary, after[1])),
            )
        )
        after = (revision.title, revision.summary)
    return items


def _ops(pieces: tuple[Piece, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((_OPS[piece.change], piece.text) for piece in pieces)


def compare(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Return the difference of two texts as pages show it."""
    return _ops(difference(old, new))


def question(session: Session, region: RegionFacts, comment_id: int) -> tuple[Question, dict[str, str]]:
    """Return a thread of this region and its commitment (title, url); raises NotFound, also for replies. One statement."""
    row = session.execute(
        pick(Comment, col(Account.display_name), col(Commitment.title), col(Commitment.slug))
        .join(Commitment, col(Commitment.id) == Comment.commitment_id)
        .outerjoin(Account, col(Account.id) == Comment.author_id)
        .where(
            col(Comment.id) == comment_id,
            col(Commitment.region_id) == region.id,
            col(Comment.parent_id).is_(None),
            col(Comment.withdrawn_at).is_(None),
            col(Comment.hidden_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound(_("Diese Frage gibt es in dieser Region nicht, oder sie wurde zurückgezogen."))
    comment, name, title, slug = row
    asked = Question(name or _("Gelöschtes Konto"), comment.created_at, comment.text, comment.helpful)
    return asked, {"title": title, "url": f"/{region.slug}/zusagen/{slug}?kommentar={comment_id}#k{comment_id}", "slug": slug}


def runs(session: Session, region: RegionFacts, *, run_id: int | None = None, since: datetime | None = None) -> list[RunItem]:
    """Return the imports of a region, those under way first, then the newest. One statement.

    `since` leaves out those that ended earlier.
    """
    found = pick(func.count()).where(col(Commitment.document_id) == ImportRun.document_id).scalar_subquery()
    of_run = pick(func.count()).where(
        col(Candidate.run_id) == ImportRun.id, col(Candidate.state) != "replaced", col(Candidate.change).not_in(("unchanged", "moved"))
    )
    proposed, reviewed = of_run.scalar_subquery(), of_run.where(col(Candidate.state) != "open").scalar_subquery()
    query = (
        pick(ImportRun, col(Document.title), col(Document.slug), found, proposed, reviewed)
        .outerjoin(Document, col(Document.id) == ImportRun.document_id)
        .where(col(ImportRun.region_id) == region.id)
        .order_by(case((col(ImportRun.state).in_(_UNDER_WAY), 0), else_=1), col(ImportRun.id).desc())
        .limit(_RUNS)
    )
    if run_id is not None:
        query = query.where(col(ImportRun.id) == run_id)
    if since is not None:
        query = query.where(or_(col(ImportRun.state).in_(_UNDER_WAY), col(ImportRun.finished_at) >= since))
    return [
        RunItem(
            id=cast(int, run.id),
            title=title or run.form.get("title") or run.file_name,
            status="waiting" if run.state == "queued" else run.state,
            done=run.done,
            total=run.total,
            found=count,
            proposed=of_file,
            reviewed=decided,
            message=run.message,
            url=f"/verwaltung/{region.slug}/importe/{run.id}",
            review_url=f"/verwaltung/{region.slug}/importe/{run.id}/pruefen" if run.state == "review" or of_file else None,
            result_url=f"/{region.slug}/dokumente/{slug}" if slug else None,
        )
        for run, title, slug, count, of_file, decided in session.execute(query).all()
    ]


def document_choices(session: Session, region_id: int) -> list[tuple[str, str]]:
    """Return (slug, title) of the region's documents, for choosing the one a file belongs to. One statement."""
    query = select(Document.slug, Document.title).where(Document.region_id == region_id).order_by(col(Document.position), col(Document.id))
    return [(slug, title) for slug, title in session.exec(query)]


def run(session: Session, region: RegionFacts, run_id: int) -> RunItem:
    """Return one import of the region; raises NotFound. One statement."""
    found = runs(session, region, run_id=run_id)
    if not found:
        raise NotFound(_("Diesen Import gibt es nicht."))
    return found[0]
