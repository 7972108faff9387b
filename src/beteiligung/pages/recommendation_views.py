"""What the Bürgerrat recommends, for everybody: the list with its agenda, one recommendation, a feed."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.council import recommendation_queries as queries
from beteiligung.council.recommendation_words import ANSWER
from beteiligung.i18n import _
from beteiligung.identity.session import public_page
from beteiligung.pages.feeds import ATOM, EMPTY_SINCE, made
from beteiligung.pages.items import region_state
from beteiligung.pages.news import atom, decision_news, newest_first, recommendation_news
from beteiligung.resolutions.queries import decisions


def _state(session: Session, slug: str) -> str:
    region = region_state(session, slug, utcnow())
    return f"{region.token}.{queries.state(session, region.region.id)}"


@get("/{region_slug:str}/empfehlungen", sync_to_thread=True, include_in_schema=False)
def recommendations(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """All adopted recommendations with where their answers stand, and what the council deals with now."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        known = region_state(session, region_slug, utcnow())
        return "pages/recommendations.html", {
            "region": known.region,
            "example": known.region.example,
            "found": queries.adopted(session, region_slug=region_slug),
            "agenda": queries.agenda(session, known.region.id, region_slug),
            "answers": {key: name() for key, name in ANSWER.items()},
            "today": known.today,
            "feed_url": f"/{region_slug}/empfehlungen/feed.atom",
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


@get("/{region_slug:str}/empfehlungen/{number:int}", sync_to_thread=True, include_in_schema=False)
def recommendation(request: Request, region_slug: FromPath[str], number: FromPath[int]) -> Response[Any]:
    """One recommendation with its vote and its answer."""

    def build(session: Session, _viewer: object) -> tuple[str, dict[str, Any]]:
        known = region_state(session, region_slug, utcnow())
        one = queries.adopted_one(session, region_slug, number)
        return "pages/recommendation.html", {
            "region": known.region,
            "example": known.region.example,
            "one": one,
            "answer_words": ANSWER[one.answer_kind]() if one.answer_kind else "",
            "decisions": decisions(session, recommendation_id=one.id),
            "today": known.today,
            "feed_url": f"/{region_slug}/empfehlungen/feed.atom",
        }

    return public_page(request, state=lambda session: _state(session, region_slug), build=build)


@get("/{region_slug:str}/empfehlungen/feed.atom", sync_to_thread=True, include_in_schema=False)
def recommendation_feed(request: Request, region_slug: FromPath[str]) -> Response[Any]:
    """Recommendations and answers as a feed."""

    def make(session: Session) -> str:
        region = region_state(session, region_slug, utcnow()).region
        found = recommendation_news(queries.adopted(session, region_slug=region_slug, limit=40))
        decided = [one for one in decisions(session, region_id=region.id) if one.kind == "recommendation"]
        found = newest_first([*found, *decision_news(decided)])
        title = _("Empfehlungen des Bürgerrats: {name}").format(name=region.name)
        return atom(title, f"/{region_slug}/empfehlungen", found, EMPTY_SINCE)

    return made(request, lambda session: _state(session, region_slug), make, ATOM)


ROUTES: list[Any] = [recommendations, recommendation, recommendation_feed]
