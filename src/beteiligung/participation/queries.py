"""Read models of comments and of one's own marks. A page of comments is one SQL statement however long the thread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Integer, Select, String, case, func, literal, null, select, tuple_, union_all
from sqlmodel import Session, and_, col, or_

from beteiligung.catalogue.models import Commitment
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.models import Account
from beteiligung.participation import ordering
from beteiligung.participation.models import Comment, CommentVote, Follow, Vote
from beteiligung.participation.ordering import LANES, Cursor, Lane, Order, Placed
from beteiligung.participation.rules import EDIT_TIME

THREADS_A_PAGE = 20
REPLIES_SHOWN = 3
"""Of each thread on a page; the thread's own page has them all."""
REPLIES_A_PAGE = 50


@dataclass(frozen=True)
class Addition:
    """What the author added later."""

    at: datetime
    text: str


@dataclass(frozen=True)
class CommentView:
    """A comment as pages show it; of a withdrawn or hidden one only the trace, without its words."""

    id: int
    commitment_id: int
    parent_id: int | None
    reply_number: int | None
    author_id: int | None
    author_name: str
    official: bool
    stance: str | None
    text: str
    additions: tuple[Addition, ...]
    helpful: int
    created_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    hidden_at: datetime | None
    hidden_reason: str | None
    answered_at: datetime | None
    reply_count: int
    may_quote: bool = False
    """Whether its author lets reports quote it."""
    replies: tuple["CommentView", ...] = ()
    """Some replies in their order; `earlier` and `later` say how many there are around them."""

    @property
    def withdrawn(self) -> bool:
        """Whether the author has taken it back."""
        return self.withdrawn_at is not None

    @property
    def hidden(self) -> bool:
        """Whether moderation has hidden it."""
        return self.hidden_at is not None

    @property
    def edit_until(self) -> datetime:
        """Until when the author can still change it."""
        return self.created_at + EDIT_TIME

    @property
    def earlier(self) -> int:
        """How many replies come before those given here."""
        return self.replies[0].reply_number - 1 if self.replies and self.replies[0].reply_number else 0

    @property
    def later(self) -> int:
        """How many replies come after those given here."""
        last = self.replies[-1].reply_number if self.replies else 0
        return self.reply_count - (last or 0)


@dataclass(frozen=True)
class CommentPage:
    """Some threads in an order, with cursors (for addresses) to the pages around it."""

    order: Order
    threads: tuple[CommentView, ...]
    next_cursor: str | None
    previous_cursor: str | None
    first_number: int | None
    """The place of the first thread in this order, from 1; None after a deep link, where nobody has counted."""
    target_id: int | None = None
    """The comment of a deep link, if it is here."""


@dataclass(frozen=True)
class ThreadView:
    """One thread with a page of its replies (in `thread.replies`)."""

    thread: CommentView
    next_after: int | None
    """`after_reply` of the next page."""
    previous_after: int | None
    target_id: int
    """The comment that was asked for."""


@dataclass(frozen=True)
class MyMarks:
    """What a signed-in person did here themself; for their eyes only."""

    choice: str | None
    helpful: frozenset[int]
    not_helpful: frozenset[int]
    follows: frozenset[str]
    """Which of commitment, topic, region the person follows."""


_COLUMNS = (
    "id", "commitment_id", "parent_id", "reply_number", "author_id", "official", "stance", "text", "additions",
    "helpful", "created_at", "edited_at", "withdrawn_at", "hidden_at", "hidden_reason", "answered_at", "reply_count", "score",
    "may_quote",
)  # fmt: skip


def _comment_columns() -> list[Any]:
    return [*(getattr(Comment, name) for name in _COLUMNS), col(Comment.on_paper), col(Account.display_name).label("display_name")]


def _view(row: Any) -> CommentView:
    gone = row.withdrawn_at is not None or row.hidden_at is not None
    if row.official:
        name = _("Verwaltung")
    elif row.on_paper:
        name = _("auf Papier eingereicht")
    elif row.author_id is None:
        name = _("gelöschtes Konto")
    else:
        name = row.display_name or _("ohne Namen")
    additions = () if gone else tuple(Addition(datetime.fromisoformat(part["at"]), part["text"]) for part in row.additions)
    values = {field: getattr(row, field) for field in _COLUMNS if field not in ("text", "additions", "score")}
    return CommentView(**values, author_name=name, text="" if gone else row.text, additions=additions)


def _lane(commitment_id: int, cursor: Cursor, index: int, limit: int, *, backward: bool) -> Select[Any]:
    """Return the threads of one list next to the cut, with group, turn and side for merging."""
    lane, bound = LANES[cursor.order][index], cursor.bounds[index]
    key = (col(Comment.score), col(Comment.id)) if lane.by_score else (col(Comment.id),)
    falling = lane.descending != backward
    wanted = select(col(Comment.id), col(Comment.score)).where(
        col(Comment.commitment_id) == commitment_id,
        col(Comment.parent_id).is_(None),
        *_stance_is(lane),
        *_beyond(lane, bound, backward=backward),
    )
    near = wanted.order_by(*(part.desc() if falling else part.asc() for part in key)).limit(limit).subquery()
    step = -1 if backward else 1
    first = cursor.passed[index] - (1 if backward else 0)
    order = [(c.desc() if falling else c.asc()) for c in ((near.c.score, near.c.id) if lane.by_score else (near.c.id,))]
    turn = literal(first, Integer) + step * (func.row_number().over(order_by=order) - 1)
    return select(
        near.c.id, near.c.score, literal(index, Integer).label("lane"), literal(lane.group, Integer).label("grp"),
        turn.label("turn"), literal(lane.side, Integer).label("side"),
    )  # fmt: skip


def _stance_is(lane: Lane) -> list[Any]:
    if lane.any_stance:
        return []
    return [col(Comment.stance).is_(None) if lane.stance is None else col(Comment.stance) == lane.stance]


def _beyond(lane: Lane, bound: ordering.Bound | None, *, backward: bool) -> list[Any]:
    if bound is None:
        return [literal(0, Integer) == 1] if backward else []
    key: Any = tuple_(col(Comment.score), col(Comment.id)) if lane.by_score else col(Comment.id)
    value: Any = tuple_(literal(bound.score), literal(bound.id)) if lane.by_score else bound.id
    smaller = lane.descending != backward
    strict = bound.inclusive != backward
    if smaller:
        return [key < value if strict else key <= value]
    return [key > value if strict else key >= value]


def _merged(commitment_id: int, cursor: Cursor, limit: int, *, backward: bool) -> Select[Any]:
    """Return the `limit` threads next to the cut from all lists of the order."""
    lanes = [_lane(commitment_id, cursor, i, limit, backward=backward) for i in range(len(cursor.bounds))]
    near = (union_all(*lanes) if len(lanes) > 1 else lanes[0]).subquery()
    merge = (near.c.grp, near.c.turn, near.c.side)
    return select(near).order_by(*(part.desc() if backward else part.asc() for part in merge)).limit(limit)


@dataclass(frozen=True)
class _Target:
    """A comment somebody links to."""

    id: int
    thread_id: int
    reply_number: int | None
    stance: str | None
    score: float


def _target(session: Session, commitment_id: int, comment_id: int) -> _Target | None:
    thread = func.coalesce(Comment.parent_id, Comment.id)
    linked = (
        select(thread.label("thread_id"), col(Comment.reply_number))
        .where(col(Comment.id) == comment_id, col(Comment.commitment_id) == commitment_id)
        .subquery()
    )
    row = session.execute(
        select(linked.c.thread_id, linked.c.reply_number, col(Comment.stance), col(Comment.score)).join(
            linked, col(Comment.id) == linked.c.thread_id
        )
    ).one_or_none()
    return _Target(comment_id, *row) if row else None


def comment_page(
    session: Session,
    commitment_id: int,
    order: Order,
    after: str | None = None,
    around: int | None = None,
    limit: int = THREADS_A_PAGE,
) -> CommentPage:
    """Return a page of threads, each with its first three replies, in one statement (two for a deep link).

    `after` is a cursor of another page of this order; what is none is the first page. `around` names a
    comment: the page begins with its thread and, of a reply, holds the replies around it.
    """
    target = _target(session, commitment_id, around) if around is not None else None
    cursor = ordering.around(order, target.stance, target.score, target.thread_id) if target else ordering.decode(after, order)
    rows = session.execute(_page_statement(commitment_id, cursor, limit, target)).all()
    threads = [row for row in rows if row.kind == "thread"]
    threads.sort(key=lambda row: (row.grp, row.turn, row.side), reverse=cursor.backward)
    more, threads = len(threads) > limit, threads[:limit]
    if cursor.backward:
        threads.reverse()
    if not threads and after is not None:  # everything before or after it has gone
        return comment_page(session, commitment_id, order, limit=limit)
    replies: dict[int, list[CommentView]] = {}
    for row in sorted((row for row in rows if row.kind == "reply" and row.id is not None), key=lambda row: row.reply_number):
        replies.setdefault(row.parent_id, []).append(_view(row))
    placed = [Placed(row.lane, row.score, row.id) for row in threads]
    following, previous = ordering.after_page(cursor, placed), ordering.before_page(cursor, placed)
    has_previous = more if cursor.backward else any(row.kind == "probe" for row in rows) or (cursor.counted and any(cursor.passed))
    return CommentPage(
        order=order,
        threads=tuple(replace(_view(row), replies=tuple(replies.get(row.id, ()))) for row in threads),
        next_cursor=following.encode() if more or cursor.backward else None,
        previous_cursor=previous.encode() if has_previous else None,
        first_number=sum(previous.passed) + 1 if previous.counted and threads else None,
        target_id=target.id if target else None,
    )


def _page_statement(commitment_id: int, cursor: Cursor, limit: int, target: _Target | None) -> Any:
    page = _merged(commitment_id, cursor, limit + 1, backward=cursor.backward).cte("page")
    parts = [_threads(page), _replies(page, target)]
    if not cursor.counted and not cursor.backward:  # a deep link: is there anything before it?
        parts.append(_threads(_merged(commitment_id, cursor, 1, backward=True).cte("probe"), "probe"))
    return union_all(*parts)


def _place(page: CTE) -> list[Any]:
    return [page.c.lane, page.c.grp, page.c.turn, page.c.side]


def _threads(page: CTE, kind: str = "thread") -> Select[Any]:
    return (
        select(literal(kind, String).label("kind"), *_place(page), *_comment_columns())
        .select_from(page)
        .join(Comment, col(Comment.id) == page.c.id)
        .join(Account, col(Account.id) == col(Comment.author_id), isouter=True)
    )


def _replies(page: CTE, target: _Target | None) -> Select[Any]:
    linked, number = (target.thread_id, target.reply_number) if target and target.reply_number else (0, 0)
    # the first number hangs on the page's row: by a constant SQLite would first filter all replies there are
    first = case((page.c.id == linked, number - 1 if number > REPLIES_SHOWN else 1), else_=1)
    return (
        select(literal("reply", String), *_place(page), *_comment_columns())
        .select_from(page)
        .join(
            Comment,
            and_(
                col(Comment.parent_id) == page.c.id,
                col(Comment.reply_number) >= first,
                col(Comment.reply_number) < first + REPLIES_SHOWN,
            ),
            isouter=True,  # keeps SQLite from reading all replies and looking for their thread on the page
        )
        .join(Account, col(Account.id) == col(Comment.author_id), isouter=True)
    )


def thread(session: Session, comment_id: int, after_reply: int | None = None) -> ThreadView:
    """Return the thread of a comment with 50 replies, in one statement.

    Without `after_reply` they are the first ones or, for a reply, the page on which it stands. Raises NotFound.
    """
    number = func.coalesce(Comment.reply_number, 1)
    after: Any = number - 1 - (number - 1) % REPLIES_A_PAGE if after_reply is None else literal(min(max(after_reply, 0), 2**30), Integer)
    root = (
        select(func.coalesce(Comment.parent_id, Comment.id).label("id"), after.label("after"))
        .where(col(Comment.id) == comment_id)
        .cte("root")
    )
    head = (
        select(root.c.after, *_comment_columns())
        .select_from(root)
        .join(Comment, col(Comment.id) == root.c.id)
        .join(Account, col(Account.id) == col(Comment.author_id), isouter=True)
    )
    replies = (
        select(root.c.after, *_comment_columns())
        .select_from(root)
        .join(
            Comment,
            and_(
                col(Comment.parent_id) == root.c.id,
                col(Comment.reply_number) > root.c.after,
                col(Comment.reply_number) <= root.c.after + REPLIES_A_PAGE,
            ),
            isouter=True,  # as above
        )
        .join(Account, col(Account.id) == col(Comment.author_id), isouter=True)
    )
    rows = [row for row in session.execute(union_all(head, replies)) if row.id is not None]
    if not rows:
        raise NotFound(_("Diesen Kommentar gibt es nicht."))
    first = next(row for row in rows if row.parent_id is None)
    shown = sorted((row for row in rows if row.parent_id is not None), key=lambda row: row.reply_number)
    view = replace(_view(first), replies=tuple(_view(row) for row in shown))
    behind = first.after + REPLIES_A_PAGE
    return ThreadView(
        thread=view,
        next_after=behind if behind < first.reply_count else None,
        previous_after=max(first.after - REPLIES_A_PAGE, 0) if first.after else None,
        target_id=comment_id,
    )


def my_marks(session: Session, voter: str, account_id: int, commitment_id: int, version: int, comment_ids: Sequence[int] = ()) -> MyMarks:
    """Return the person's own vote, helpful marks and follows around a commitment, in one statement."""
    vote: Any = select(literal("vote", String).label("kind"), col(Vote.choice).label("word"), literal(0, Integer).label("number")).where(
        col(Vote.commitment_id) == commitment_id, col(Vote.version) == version, col(Vote.voter) == voter
    )
    marks = select(case((col(CommentVote.value) == 1, "helpful"), else_="not_helpful"), null(), col(CommentVote.comment_id)).where(
        col(CommentVote.comment_id).in_(list(comment_ids)), col(CommentVote.voter) == voter
    )
    follows = (
        select(literal("follow", String), col(Follow.kind), literal(0, Integer))
        .join(Commitment, and_(col(Commitment.id) == commitment_id, col(Commitment.region_id) == col(Follow.region_id)))
        .where(
            col(Follow.account_id) == account_id,
            or_(
                and_(col(Follow.kind) == "commitment", col(Follow.target) == col(Commitment.slug)),
                and_(col(Follow.kind) == "topic", col(Follow.target) == col(Commitment.topic)),
                col(Follow.kind) == "region",
            ),
        )
    )
    rows = session.execute(union_all(vote, marks, follows)).all()
    return MyMarks(
        choice=next((row.word for row in rows if row.kind == "vote"), None),
        helpful=frozenset(row.number for row in rows if row.kind == "helpful"),
        not_helpful=frozenset(row.number for row in rows if row.kind == "not_helpful"),
        follows=frozenset(row.word for row in rows if row.kind == "follow"),
    )


def is_following(session: Session, account_id: int, region_id: int, kind: str, target: str) -> bool:
    """Whether somebody follows this very commitment, topic or region."""
    return session.get(Follow, (account_id, region_id, kind, target)) is not None
