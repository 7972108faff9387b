"""How texts sound, for everybody: votes, declared stances and the tone of texts, three things apart, all from snapshots."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.catalogue.topics import TOPICS, Topic
from beteiligung.clock import utcnow
from beteiligung.errors import NotFound
from beteiligung.i18n import _
from beteiligung.identity.session import public_page
from beteiligung.insight import tone_queries, tone_words
from beteiligung.insight.tone_queries import Result
from beteiligung.pages.items import RegionState, region_state, sum_shown
from beteiligung.pages.listing import topic_of
from beteiligung.pages.region import overview


def _result(one: Result) -> dict[str, Any]:
    """Return a result with the words for its bars and for what it is about."""
    return {
        "known": one,
        "about": tone_words.scope_words(one.topic, one.since, one.until),
        "bars": [(tone_words.group_words(bar.tones), bar) for bar in one.bars],
        "whole": one.labelled == one.population,
    }


def tone_context(session: Session, state: RegionState, topic: Topic | None) -> dict[str, Any]:
    """Return what `pages/tone.html` wants. Five statements."""
    rows = [row for row in overview(session, state) if topic is None or row.topic == topic.slug]
    chosen = topic.slug if topic else ""
    results = tone_queries.results_of(session, state.region.id, state.region, state.today)
    own = [_result(one) for one in results if one.topic == chosen]
    stances = tone_queries.stances_of(session, state.region.id)
    evaluated = {one.topic for one in results}
    return {
        "region": state.region,
        "example": state.region.example,
        "topic": topic,
        "votes": sum_shown(rows, state.region.page_threshold),
        "stances": stances.get(chosen),
        "newest": own[0] if own else None,
        "earlier": own[1:],
        "discarded": tone_queries.discarded(session, state.region.id),
        "running": tone_queries.has_open(session, state.region.id),
        "quiet": state.quiet,
        "topics": [(one.name, f"/{state.region.slug}/tonlage/{one.slug}") for one in TOPICS if one.slug in evaluated | stances.keys()],
    }


def _page(request: Request, slug: str, topic: Topic | None) -> Response[Any]:
    def state(session: Session) -> str:
        found = region_state(session, slug, utcnow())
        return f"{found.token}.{tone_queries.state_of(session, found.region.id)}"

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        return "pages/tone.html", tone_context(session, region_state(session, slug, utcnow()), topic)

    return public_page(request, state=state, build=build)


@get("/{region_slug:str}/tonlage", sync_to_thread=True, include_in_schema=False)
def tone(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """How all texts of a region sound."""
    return _page(request, region_slug, None)


@get("/{region_slug:str}/tonlage/{topic_slug:str}", sync_to_thread=True, include_in_schema=False)
def tone_of_topic(request: Request, region_slug: FromPath[str], topic_slug: FromPath[str]) -> Response[Any]:
    """How the texts about one topic sound."""
    topic = topic_of(topic_slug)
    if topic is None:
        raise NotFound(_("Dieses Thema gibt es nicht."))
    return _page(request, region_slug, topic)


ROUTES: list[Any] = [tone, tone_of_topic]
