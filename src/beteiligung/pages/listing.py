"""The list of a region's commitments: search, filters with their counts, orders, pages; each view has its address."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from beteiligung.catalogue.models import KINDS, STATUSES, Commitment, Document
from beteiligung.catalogue.status_words import STATUS_NAMES
from beteiligung.catalogue.topics import TOPICS, Topic, by_slug
from beteiligung.i18n import _
from beteiligung.pages.items import CONFIRMED, DIVIDED, FOR, CommitmentItem, RegionState, item_of, item_query
from beteiligung.pages.search import MAX_QUERY, Search, search_for
from beteiligung.web.http import whole_number

PER_PAGE = 20
_SLUG = re.compile(r"[a-z0-9-]{1,100}")
FILTERS = ("thema", "dokument", "status", "art")
SORTS: dict[str, Callable[[], str]] = {
    "relevanz": lambda: _("beste Treffer"),
    "dokument": lambda: _("wie im Dokument"),
    "diskutiert": lambda: _("viel diskutiert"),
    "unterstuetzt": lambda: _("viel Zustimmung"),
    "umstritten": lambda: _("umstritten"),
    "neueste": lambda: _("neueste"),
}
KIND_NAMES: dict[str, Callable[[], str]] = {
    "measure": lambda: _("Maßnahme"),
    "goal": lambda: _("Ziel"),
    "examination": lambda: _("Prüfauftrag"),
    "continued_support": lambda: _("Fortführung"),
    "position": lambda: _("Haltung"),
}


@dataclass(frozen=True)
class View:
    """What a reader asked for. Unknown values have been dropped; an empty filter means all."""

    q: str = ""
    thema: tuple[str, ...] = ()
    dokument: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    art: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1

    def address(self, base: str, **changes: Any) -> str:
        """Return the address of this view with some values changed; its first page unless `page` is given."""
        view = replace(self, **{"page": 1, **changes})
        pairs = [("q", view.q)] if view.q else []
        pairs += [(name, value) for name in FILTERS for value in getattr(view, name)]
        pairs += [("sortierung", view.sort)] if view.sort else []
        pairs += [("seite", str(view.page))] if view.page > 1 else []
        return base + ("?" + urlencode(pairs) if pairs else "")


def read_view(params: Mapping[str, list[str]], *, topic: Topic | None = None) -> View:
    """Return what an address asks for; on the page of a topic the topic is fixed and `thema` means nothing."""

    def last(name: str) -> str:
        return (params.get(name) or [""])[-1].replace("\x00", "")

    def known(name: str, values: Iterable[str]) -> tuple[str, ...]:
        asked = set(params.get(name) or [])
        return tuple(value for value in values if value in asked)

    q = " ".join(last("q").split())[:MAX_QUERY]
    sort = last("sortierung")
    return View(
        q=q,
        thema=() if topic else known("thema", [t.slug for t in TOPICS]),
        dokument=tuple(dict.fromkeys(v for v in params.get("dokument") or [] if _SLUG.fullmatch(v)))[:20],
        status=known("status", STATUSES),
        art=known("art", KINDS),
        sort=sort if sort in SORTS and (sort != "relevanz" or q) else "",
        page=whole_number(last("seite"), most=10_000) or 1,
    )


@dataclass(frozen=True)
class Option:
    """A choice of a filter; `count` is how many would be found with the other filters as they are."""

    value: str
    label: str
    count: int
    selected: bool
    url: str


@dataclass(frozen=True)
class Group:
    """How many commitments the search finds that share topic, document, status and kind."""

    thema: str
    dokument: str
    status: str
    art: str
    title: str
    count: int


@dataclass(frozen=True)
class Found:
    """What a search found before filters: the groups, and the search itself (widened where nothing fitted exactly)."""

    groups: list[Group]
    search: Search | None = field(default=None)


def _wanted(view: View) -> Search | None:
    return search_for(view.q) if view.q else None


def find(session: Session, state: RegionState, view: View, topic: Topic | None = None) -> Found:
    """Return the groups of a search. One statement, two where no word is found as it stands."""
    search = _wanted(view)
    groups = _groups(session, state, search, topic)
    if search and not groups:
        search = search.wider()
        groups = _groups(session, state, search, topic)
    return Found(groups, search)


def _groups(session: Session, state: RegionState, search: Search | None, topic: Topic | None) -> list[Group]:
    columns: list[Any] = [Commitment.topic, Document.slug, Commitment.status, Commitment.kind, Document.title, Document.position]
    query = (
        select(*columns, func.count())
        .join(Document, col(Document.id) == Commitment.document_id)
        .where(col(Commitment.region_id) == state.region.id, col(Commitment.state) == "published")
        .group_by(*columns)
        .order_by(col(Document.position), col(Document.slug))
    )
    if topic:
        query = query.where(col(Commitment.topic) == topic.slug)
    if search:
        query = query.where(*search.conditions())
    return [Group(thema, dokument, status, art, title, n) for thema, dokument, status, art, title, _p, n in session.execute(query)]


def _passes(group: Group, view: View, without: str = "") -> bool:
    return all(name == without or not getattr(view, name) or getattr(group, name) in getattr(view, name) for name in FILTERS)


def _options(name: str, names: Sequence[tuple[str, str]], groups: Sequence[Group], view: View, base: str) -> list[Option]:
    chosen: tuple[str, ...] = getattr(view, name)
    counts: dict[str, int] = {}
    for group in groups:
        if _passes(group, view, without=name):
            value = getattr(group, name)
            counts[value] = counts.get(value, 0) + group.count
    options = []
    for value, label in names:
        if value in counts or value in chosen:
            toggled = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
            options.append(Option(value, label, counts.get(value, 0), value in chosen, view.address(base, **{name: toggled})))
    return options


def _order(sort: str, search: Search | None, threshold: int) -> list[ColumnElement[Any]]:
    """Return the order. By votes only from the threshold on; below it, and among equals, as in the document."""
    last: list[Any] = [col(Commitment.position), col(Commitment.id)]
    enough = func.coalesce(CONFIRMED, 0) >= max(threshold, 1)
    if sort == "relevanz" and search:
        return [search.weight().desc(), *last]
    if sort == "diskutiert":
        return [col(Commitment.thread_count).desc(), col(Commitment.comment_count).desc(), *last]
    if sort == "unterstuetzt":
        return [case((enough, 1.0 * FOR / CONFIRMED), else_=-1.0).desc(), *last]
    if sort == "umstritten":
        return [case((enough, DIVIDED), else_=-1.0).desc(), *last]
    if sort == "neueste":
        return [col(Commitment.created_at).desc(), col(Commitment.id).desc()]
    return last


def _items(session: Session, state: RegionState, view: View, found: Found, topic: Topic | None, sort: str) -> list[CommitmentItem]:
    query = item_query().where(col(Commitment.region_id) == state.region.id, col(Commitment.state) == "published")
    if topic:
        query = query.where(col(Commitment.topic) == topic.slug)
    for name, column in (("thema", Commitment.topic), ("dokument", Document.slug), ("status", Commitment.status), ("art", Commitment.kind)):
        if values := getattr(view, name):
            query = query.where(col(column).in_(values))
    if found.search:
        query = query.where(*found.search.conditions())
    query = query.order_by(*_order(sort, found.search, state.region.page_threshold)).limit(PER_PAGE).offset((view.page - 1) * PER_PAGE)
    return [item_of(row, state.region, state.today) for row in session.execute(query)]


def _suggestions(session: Session, state: RegionState, view: View, found: Found, base: str) -> list[tuple[str, str]]:
    """Offer ways out of an empty list: without the filters, or each word alone."""
    if found.groups:
        n = sum(group.count for group in found.groups)
        return [(_("{n} Zusagen ohne Filter").format(n=n), View(q=view.q, sort=view.sort).address(base))]
    words = view.q.split()
    alone = [word for word in words if search_for(word)][:4] if len(words) > 1 else []
    if not alone:
        return []
    searches = [(word, search) for word in alone if (search := search_for(word))]
    columns = [func.sum(case((search.conditions()[0], 1), else_=0)) for _word, search in searches]
    query = select(*columns).where(col(Commitment.region_id) == state.region.id, col(Commitment.state) == "published")
    counts = session.execute(query).one()
    return [(f"{word} ({n})", View(q=word).address(base)) for (word, _s), n in zip(searches, counts, strict=True) if n]


def list_context(session: Session, state: RegionState, view: View, topic: Topic | None = None) -> dict[str, Any]:
    """Return what `pages/list.html` wants. Two statements, three where a search has to be widened or finds nothing."""
    region = state.region
    base = f"/{region.slug}/themen/{topic.slug}" if topic else f"/{region.slug}/zusagen"
    found = find(session, state, view, topic)
    total = sum(group.count for group in found.groups if _passes(group, view))
    pages = max(1, -(-total // PER_PAGE))
    default = "relevanz" if found.search else "dokument"
    sort = view.sort or default
    first = (view.page - 1) * PER_PAGE + 1
    past_end = total > 0 and view.page > pages
    items = _items(session, state, view, found, topic, sort) if total and not past_end else []
    names = {
        "thema": [] if topic else [(t.slug, t.name) for t in TOPICS],
        "dokument": list(dict.fromkeys((g.dokument, g.title) for g in found.groups)),
        "status": [(s, STATUS_NAMES[s]()) for s in STATUSES],
        "art": [(k, KIND_NAMES[k]()) for k in KINDS],
    }
    filters = {name: _options(name, names[name], found.groups, view, base) for name in FILTERS}
    page_one = view.address(base)
    sorts = [name for name in SORTS if name != "relevanz" or found.search]
    return {
        "region": region,
        "example": region.example,
        "nav": "topics" if topic else "commitments",
        "feed_url": f"{base}/feed.atom" if topic else f"/{region.slug}/feed.atom",
        "robots": "noindex, follow" if view.q or view.sort or any(getattr(view, name) for name in FILTERS) else None,
        "heading": topic.name if topic else _("Zusagen"),
        "lead": None,
        "figures": state.figures if topic and not state.quiet else None,
        "leading": state.figures.topics.get(topic.slug, {}) if topic and state.figures else {},
        "items": items,
        "total": total,
        "all_count": state.published,
        "first": first,
        "last": min(first + PER_PAGE - 1, total),
        "page": view.page,
        "pages": pages,
        "past_end": past_end,
        "page_address": page_one + ("&" if "?" in page_one else "?") + "seite=",
        "page_one": page_one,
        "q": view.q,
        "action": base,
        "clear_url": base,
        "filters": filters,
        "chips": [(option.label, option.url) for options in filters.values() for option in options if option.selected],
        "sorts": [(SORTS[name](), view.address(base, sort="" if name == default else name), name == sort) for name in sorts],
        "sort": view.sort,
        "suggestions": _suggestions(session, state, view, found, base) if not total else [],
    }


def topic_of(slug: str) -> Topic | None:
    """Return the topic of an address, or None."""
    return by_slug(slug)
