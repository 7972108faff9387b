"""What the fragments of this room show: the vote with its results, comments, following. One place for page and htmx."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from beteiligung.catalogue.models import Commitment, Document
from beteiligung.i18n import _
from beteiligung.identity.viewer import Viewer
from beteiligung.participation import rules
from beteiligung.participation.models import STANDINGS, Tally
from beteiligung.participation.ordering import Order
from beteiligung.participation.queries import CommentPage, CommentView, MyMarks
from beteiligung.participation.shares import Shares, shares
from beteiligung.places.queries import RegionFacts

ORDERS: dict[str, Order] = {"hilfreich": "helpful", "neu": "newest", "alt": "oldest", "seiten": "sides"}
"""The word in the address for each order."""
NO_MARKS = MyMarks(choice=None, helpful=frozenset(), not_helpful=frozenset(), follows=frozenset())


def participant_of(viewer: Viewer, region: RegionFacts, now: datetime) -> rules.Participant:
    """Return the signed-in person as this room's rules know them."""
    return rules.Participant(
        account_id=viewer.account_id,
        is_staff_of_region=viewer.is_barred_as_staff(region.id),
        confirmed_region_ids=viewer.confirmed_in,
        home_region_id=viewer.home_region_id,
        may_contribute=viewer.welcome_done and viewer.is_old_enough(region.min_age, now),
    )


@dataclass(frozen=True)
class Results:
    """The three standings apart; `as_of` is the newest of their hours."""

    confirmed: Shares
    unconfirmed: Shares
    outside: Shares
    as_of: datetime | None


def results_of(tally: Tally | None, threshold: int) -> Results:
    """Return what everybody sees of the votes."""
    confirmed, unconfirmed, outside = (shares(tally, standing, threshold) for standing in STANDINGS)
    return Results(confirmed, unconfirmed, outside, max((s.at for s in (confirmed, unconfirmed, outside) if s.at), default=None))


def vote_context(
    commitment: Commitment,
    document: Document,
    tally: Tally | None,
    region: RegionFacts,
    now: datetime,
    *,
    viewer: Viewer | None = None,
    marks: MyMarks = NO_MARKS,
    pending: str | None = None,
) -> dict[str, Any]:
    """Return what `participation/_vote.html` wants besides `c`, `viewer` and `csrf`."""
    participant = participant_of(viewer, region, now) if viewer else None
    if participant and viewer and (viewer.welcome_done or participant.is_staff_of_region):
        closed = rules.why_not_vote(participant, commitment, document, now)
    else:  # signed out, or the account's page comes first: the buttons are there
        closed = rules.why_votes_closed(commitment, document, now)
    return {
        "results": results_of(tally, region.page_threshold),
        "my_vote": marks.choice,
        "my_standing": rules.standing(participant, region.id) if participant else None,
        "vote_open": closed is None,
        "vote_closed_reason": closed,
        "pending_choice": None if closed else pending,
    }


def comment_form_context(
    commitment: Commitment,
    document: Document,
    region: RegionFacts,
    now: datetime,
    *,
    viewer: Viewer | None = None,
    draft: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what `participation/_comment_fields.html` wants besides `c`, `viewer` and `csrf`."""
    if viewer and (viewer.welcome_done or viewer.is_staff_of(region.id)):
        closed = rules.why_not_comment(participant_of(viewer, region, now), commitment, document, now)
    else:
        closed = rules.why_closed(commitment, document, now)
    return {
        "may_comment": closed is None,
        "comment_closed_reason": closed,
        "draft": str((draft or {}).get("text", "")),
        "draft_stance": str((draft or {}).get("stance") or ""),
        "draft_may_quote": bool((draft or {}).get("may_quote")),
        "errors": dict(errors or {}),
    }


@dataclass(frozen=True)
class CommentCard:
    """A comment as `participation/_comment.html` shows it to one person."""

    id: int
    url: str
    author_name: str
    is_me: bool
    official: bool
    stance: str | None
    created_at: datetime
    edited: bool
    paragraphs: str
    additions: list[tuple[datetime, str]]
    withdrawn: bool
    hidden_reason: str | None
    helpful_count: int
    my_helpful: bool
    can_edit: bool
    edit_minutes_left: int
    can_withdraw: bool
    can_add: bool
    reply_url: str | None
    report_url: str | None = None
    may_quote: bool | None = None
    """Whether reports may quote it; None where this person is not asked: replies, and what others wrote."""
    part_hidden_reason: str | None = None
    """Why a part of a comment that stands is hidden."""
    replies: list["CommentCard"] = field(default_factory=list)
    more_replies_url: str | None = None
    more_replies_count: int = 0


def comment_card(
    view: CommentView, page_url: str, now: datetime, *, viewer: Viewer | None = None, marks: MyMarks = NO_MARKS
) -> CommentCard:
    """Return a comment with its replies for one person; `page_url` is the commitment's address."""
    mine = viewer is not None and view.author_id == viewer.account_id
    alive = mine and not view.withdrawn and not view.official
    changing = alive and not view.hidden and now < view.edit_until
    around = view.earlier + view.later if view.replies or view.reply_count else 0
    return CommentCard(
        id=view.id,
        url=f"{page_url}?kommentar={view.id}#k{view.id}",
        author_name=view.author_name,
        is_me=mine,
        official=view.official,
        stance=view.stance,
        created_at=view.created_at,
        edited=view.edited_at is not None,
        paragraphs=view.text,
        additions=[(addition.at, addition.text) for addition in view.additions],
        withdrawn=view.withdrawn,
        hidden_reason=(view.hidden_reason or _("Verstoß gegen die Regeln")) if view.hidden else None,
        helpful_count=view.helpful,
        my_helpful=view.id in marks.helpful,
        can_edit=changing,
        edit_minutes_left=max(1, math.ceil((view.edit_until - now).total_seconds() / 60)) if changing else 0,
        can_withdraw=alive,
        can_add=alive and not view.hidden and not changing and len(view.additions) < rules.MAX_ADDITIONS,
        reply_url=None if view.hidden else f"/kommentare/{view.parent_id or view.id}#antworten",
        report_url=None if mine or view.hidden or view.withdrawn else f"/kommentare/{view.id}/melden",
        may_quote=view.may_quote if alive and view.parent_id is None else None,
        part_hidden_reason=None if view.hidden or view.withdrawn else view.hidden_reason,
        replies=[comment_card(reply, page_url, now, viewer=viewer, marks=marks) for reply in view.replies],
        more_replies_url=f"/kommentare/{view.id}" if around else None,
        more_replies_count=around,
    )


def shown_ids(views: tuple[CommentView, ...]) -> list[int]:
    """Return the ids of threads and their replies on a page."""
    return [one.id for view in views for one in (view, *view.replies)]


@dataclass(frozen=True)
class Stances:
    """Declared stances of visible comments; `none` without one. Not votes."""

    for_: int
    against: int
    question: int
    none: int


def comments_context(
    page: CommentPage,
    page_url: str,
    thread_count: int,
    now: datetime,
    *,
    viewer: Viewer | None = None,
    marks: MyMarks = NO_MARKS,
    stances: Stances | None = None,
) -> dict[str, Any]:
    """Return `comments` for `participation/_comments.html`."""
    word = next(word for word, order in ORDERS.items() if order == page.order)
    labels = {"hilfreich": _("hilfreichste"), "neu": _("neueste"), "alt": _("älteste"), "seiten": _("beide Seiten im Wechsel")}

    def address(cursor: str | None) -> str | None:
        order = f"reihenfolge={word}&" if word != "hilfreich" else ""
        return f"{page_url}?{order}nach={cursor}#kommentare" if cursor else None

    text = ""
    if page.first_number is not None and page.threads:
        last = page.first_number + len(page.threads) - 1
        text = _("Gespräche {first} bis {last} von {all}").format(first=page.first_number, last=last, all=thread_count)
    return {
        "thread_count": thread_count,
        "threads": [comment_card(view, page_url, now, viewer=viewer, marks=marks) for view in page.threads],
        "sorts": [
            (label, f"{page_url}{'' if name == 'hilfreich' else '?reihenfolge=' + name}#kommentare", name == word)
            for name, label in labels.items()
        ],
        "next_url": address(page.next_cursor),
        "prev_url": address(page.previous_cursor),
        "range_text": text,
        "stances": stances,
    }
