"""The forms of taking part: vote, comment, reply, edit, add, withdraw, helpful, follow; and the page of one thread."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session

from beteiligung.clock import berlin_date, utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, Forbidden, Invalid
from beteiligung.i18n import _
from beteiligung.identity.session import (
    SignInNeeded,
    browser_cookie,
    browser_id,
    check_form,
    drop_draft,
    keep_draft,
    note_seen,
    pending_choice,
    public_page,
    require_participant,
    settled_cookie,
    sign_in_answer,
    viewer_of,
)
from beteiligung.identity.viewer import Viewer
from beteiligung.participation import comments, rules, service
from beteiligung.participation.forms import Form, Mark, change_form, form_context, leading_back, thread_context, typed_in
from beteiligung.participation.models import CHOICES
from beteiligung.participation.present import NO_MARKS, comment_card, participant_of, vote_context
from beteiligung.participation.queries import CommentView, is_following, thread
from beteiligung.participation.subject import Subject, subject_by_slug, subject_of_comment
from beteiligung.web.http import FormData, is_fragment, page, redirect, text, whole_number
from beteiligung.web.limits import limiter, network

MINUTE = 60.0
TEN_MINUTES = 600.0


def personal_page(
    request: Request,
    *,
    state: Callable[[Session], str],
    build: Callable[[Session, Viewer | None], tuple[str, dict[str, Any]]],
) -> Response[Any]:
    """Answer a public page that may hold a draft or a choice made before signing in: those are never from the cache."""
    if browser_id(request) is None:
        return public_page(request, state=state, build=build)
    with reading() as session:  # also beside a session that has ended: its cookie looks like any other
        viewer = viewer_of(session, request)
        built = build(session, viewer)
    if viewer:
        note_seen(viewer)
    return page(request, *built, viewer=viewer)


def _count(request: Request, bucket: str, account_id: int, times: int, seconds: float) -> None:
    """Count an act of an account and of its network; a school class behind one address stays far below the second."""
    limiter.hit("network", network(request), 600, TEN_MINUTES)
    limiter.hit(bucket, str(account_id), times, seconds)


# Votes


@post("/{region_slug:str}/zusagen/{slug:str}/stimme", status_code=200, sync_to_thread=True, include_in_schema=False)
def vote(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Cast, change or withdraw a vote. Signed out, the choice waits in the browser's cookie alone."""
    pressed = text(data, "choice")
    choice = pressed if pressed in CHOICES else None
    if choice is None and pressed != "withdraw":
        raise Invalid(_("Bitte wählen Sie dafür, neutral oder dagegen."))
    with reading() as session:
        viewer = viewer_of(session, request)
        subject = subject_by_slug(session, region_slug, slug)
    check_form(request, viewer, data)
    if viewer is None or not viewer.welcome_done:
        answer = sign_in_answer(request, _needed(viewer, subject.url + "#stimme"))
        if choice:
            answer.set_cookie(browser_cookie(request, (subject.id, choice))[1])
        return answer
    _count(request, "vote", viewer.account_id, 60, MINUTE)
    now = utcnow()
    participant = participant_of(viewer, subject.region, now)
    version = whole_number(text(data, "version")) or 0
    with leading_back(subject), unit_of_work() as session:
        saved = service.cast_vote(session, participant, subject.id, choice, now, version)
    meldung = "stimme" if choice else "stimme-zurueck"
    waiting = pending_choice(request)
    settled = [settled_cookie(request)] if waiting and waiting[0] == subject.id else []
    if not is_fragment(request):
        return redirect(subject.url, meldung=meldung, anchor="#stimme", cookies=settled)
    with reading() as session:
        following = is_following(session, viewer.account_id, subject.region.id, "commitment", slug)
    marks = replace(NO_MARKS, choice=choice)
    context = {"following": following} | vote_context(
        subject.commitment, subject.document, saved.tally, subject.region, now, viewer=viewer, marks=marks
    )
    flash = _("Ihre Stimme ist gespeichert.") if choice else _("Ihre Stimme ist zurückgezogen.")
    answer_fragment = page(request, "participation/_vote.html", {"c": subject, "flash": flash, **context}, viewer=viewer)
    for cookie in settled:
        answer_fragment.set_cookie(cookie)
    return answer_fragment


def _needed(viewer: Viewer | None, weiter: str) -> SignInNeeded:
    first = "/konto/willkommen" if viewer else "/anmelden"
    return SignInNeeded(f"{first}?weiter={quote(weiter, safe='')}")


# Writing


def _form_page(
    request: Request, subject: Subject, form: Form, typed: dict[str, str], viewer: Viewer | None, error: DomainError | None = None
) -> Response[Any]:
    context = form_context(subject, form, typed, error)
    return page(request, "participation/comment_form.html", context, viewer=viewer, status=error.status if error else 200)


def _keep(request: Request, subject: Subject, path: str, typed: dict[str, str], viewer: Viewer | None) -> Response[Any]:
    """Keep a text for the page it was typed on and lead to sign-in (or to the account's first page)."""
    limiter.hit("draft", network(request), 100, TEN_MINUTES)
    browser, cookie = browser_cookie(request)
    with unit_of_work() as session:
        keep_draft(session, browser, path, typed, utcnow())
    answer = sign_in_answer(request, _needed(viewer, (subject.url if path == subject.url else path) + "#schreiben"))
    answer.set_cookie(cookie)
    return answer


def _write(
    request: Request, subject: Subject, form: Form, viewer: Viewer | None, data: dict[str, Any], parent_id: int | None
) -> Response[Any]:
    check_form(request, viewer, data)
    typed = typed_in(data)
    path = form.back_url.partition("#")[0]
    if viewer is None or not viewer.welcome_done:
        return _keep(request, subject, path, typed, viewer)
    now = utcnow()
    try:
        with leading_back(subject, typed["text"]):
            comments.clean_text(typed["text"])  # a text that cannot be taken does not count as an attempt
            _count(request, "comment", viewer.account_id, 10, TEN_MINUTES)
            with unit_of_work() as session:
                written = comments.write_comment(
                    session,
                    participant_of(viewer, subject.region, now),
                    subject.id,
                    typed["text"],
                    typed["stance"] or None,
                    now,
                    parent_id,
                    may_quote=typed["may_quote"] == "1",
                )
                drop_draft(session, browser_id(request), path)
    except DomainError as error:
        if error.status in (422, 429):
            return _form_page(request, subject, form, typed, viewer, error)
        raise
    return redirect(f"{subject.url}?kommentar={written.id}", meldung="kommentar", anchor=f"#k{written.id}")


@post("/{region_slug:str}/zusagen/{slug:str}/kommentare", status_code=200, sync_to_thread=True, include_in_schema=False)
def comment(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Write a comment; signed out it is kept until after sign-in."""
    with reading() as session:
        viewer = viewer_of(session, request)
        subject = subject_by_slug(session, region_slug, slug)
    return _write(request, subject, Form("new", f"{subject.url}/kommentare", f"{subject.url}#schreiben"), viewer, data, None)


@post("/kommentare/{comment_id:int}/antworten", status_code=200, sync_to_thread=True, include_in_schema=False)
def reply(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Answer in the thread of a comment."""
    with reading() as session:
        viewer = viewer_of(session, request)
        subject = subject_of_comment(session, comment_id)
        found = thread(session, comment_id)
    card = comment_card(found.thread, subject.url, utcnow(), viewer=viewer)
    form = Form("reply", f"/kommentare/{found.thread.id}/antworten", f"/kommentare/{found.thread.id}#schreiben", card)
    return _write(request, subject, form, viewer, data, found.thread.id)


# The page of one thread


@get("/kommentare/{comment_id:int}", sync_to_thread=True, include_in_schema=False)
def conversation(request: Request, comment_id: FromPath[int]) -> Response[Any]:
    """One thread with its replies, fifty a page."""

    def state(session: Session) -> str:
        subject = subject_of_comment(session, comment_id)
        return f"{subject.commitment.changes}.{subject.region.example}.{berlin_date(utcnow())}"

    after, browser = whole_number(request.query_params.get("ab"), least=0, most=2**30), browser_id(request)
    return personal_page(
        request,
        state=state,
        build=lambda session, viewer: ("participation/thread.html", thread_context(session, comment_id, after, browser, viewer, utcnow())),
    )


# One's own comments


def _own(session: Session, request: Request, comment_id: int) -> tuple[Viewer, Subject, CommentView]:
    """Return who is asking, the commitment and the comment; raises SignInNeeded, NotFound."""
    subject = subject_of_comment(session, comment_id)
    viewer = require_participant(session, request, weiter=f"{subject.url}?kommentar={comment_id}")
    found = thread(session, comment_id)
    view = next(one for one in (found.thread, *found.thread.replies) if one.id == comment_id)
    return viewer, subject, view


def _change_page(request: Request, comment_id: int, mode: str) -> Response[Any]:
    with reading() as session:
        viewer, subject, view = _own(session, request, comment_id)
    participant, now = participant_of(viewer, subject.region, utcnow()), utcnow()
    with leading_back(subject):
        allowed = rules.why_not_edit_comment(participant, view, now) if mode == "edit" else rules.why_not_add(participant, view, now)
        if allowed:
            raise Forbidden(allowed)
    typed = {"text": view.text if mode == "edit" else "", "stance": view.stance or ""}
    return _form_page(request, subject, change_form(subject, view, viewer, mode, now), typed, viewer)


def _change(request: Request, comment_id: int, data: dict[str, Any], mode: str) -> Response[Any]:
    with reading() as session:
        viewer, subject, view = _own(session, request, comment_id)
    check_form(request, viewer, data)
    typed, now = typed_in(data), utcnow()
    participant = participant_of(viewer, subject.region, now)
    try:
        with leading_back(subject, typed["text"]):
            _count(request, "change", viewer.account_id, 30, TEN_MINUTES)
            with unit_of_work() as session:
                if mode == "edit":
                    comments.edit_comment(session, participant, comment_id, typed["text"], typed["stance"] or None, now)
                else:
                    comments.add_to_comment(session, participant, comment_id, typed["text"], now)
    except DomainError as error:
        if error.status in (422, 429):
            return _form_page(request, subject, change_form(subject, view, viewer, mode, now), typed, viewer, error)
        raise
    return _back_to(subject, comment_id, "geaendert" if mode == "edit" else "ergaenzt")


def _back_to(subject: Subject, comment_id: int, meldung: str) -> Response[None]:
    return redirect(f"{subject.url}?kommentar={comment_id}", meldung=meldung, anchor=f"#k{comment_id}")


@get("/kommentare/{comment_id:int}/bearbeiten", sync_to_thread=True, include_in_schema=False)
def edit_page(request: Request, comment_id: FromPath[int]) -> Response[Any]:
    """The form to change a comment within its first 15 minutes."""
    return _change_page(request, comment_id, "edit")


@post("/kommentare/{comment_id:int}/bearbeiten", status_code=200, sync_to_thread=True, include_in_schema=False)
def edit(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Change a comment."""
    return _change(request, comment_id, data, "edit")


@get("/kommentare/{comment_id:int}/ergaenzen", sync_to_thread=True, include_in_schema=False)
def addition_page(request: Request, comment_id: FromPath[int]) -> Response[Any]:
    """The form to add to a comment."""
    return _change_page(request, comment_id, "addition")


@post("/kommentare/{comment_id:int}/ergaenzen", status_code=200, sync_to_thread=True, include_in_schema=False)
def addition(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Add to a comment."""
    return _change(request, comment_id, data, "addition")


@get("/kommentare/{comment_id:int}/zurueckziehen", sync_to_thread=True, include_in_schema=False)
def withdraw_page(request: Request, comment_id: FromPath[int]) -> Response[Any]:
    """Ask whether the comment shall be withdrawn."""
    with reading() as session:
        viewer, subject, view = _own(session, request, comment_id)
    with leading_back(subject):
        if reason := rules.why_not_withdraw(participant_of(viewer, subject.region, utcnow()), view):
            raise Forbidden(reason)
    card = comment_card(view, subject.url, utcnow(), viewer=viewer)
    context = {"k": card, "c": subject, "action": request.url.path, "back_url": card.url, "robots": "noindex"}
    context |= {"region": subject.region, "example": subject.region.example}
    return page(request, "participation/withdraw.html", context, viewer=viewer)


@post("/kommentare/{comment_id:int}/zurueckziehen", status_code=200, sync_to_thread=True, include_in_schema=False)
def withdraw(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Withdraw a comment; its thread stays."""
    with reading() as session:
        viewer, subject, _view = _own(session, request, comment_id)
    check_form(request, viewer, data)
    now = utcnow()
    with leading_back(subject), unit_of_work() as session:
        comments.withdraw_comment(session, participant_of(viewer, subject.region, now), comment_id, now)
    return _back_to(subject, comment_id, "zurueckgezogen")


# Helpful marks and following


@post("/kommentare/{comment_id:int}/hilfreich", status_code=200, sync_to_thread=True, include_in_schema=False)
def helpful(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Mark a comment as helpful, or take the mark back."""
    wanted = text(data, "helpful") == "1"
    with reading() as session:
        subject = subject_of_comment(session, comment_id)
        viewer = require_participant(session, request, weiter=f"{subject.url}?kommentar={comment_id}")
    check_form(request, viewer, data)
    _count(request, "helpful", viewer.account_id, 120, TEN_MINUTES)
    now = utcnow()
    with leading_back(subject), unit_of_work() as session:
        marked = comments.mark_helpful(session, participant_of(viewer, subject.region, now), comment_id, int(wanted), now)
    if is_fragment(request):
        return page(request, "participation/_helpful.html", {"k": Mark(comment_id, wanted, marked.helpful)}, viewer=viewer)
    return _back_to(subject, comment_id, "hilfreich")


@post("/{region_slug:str}/zusagen/{slug:str}/folgen", status_code=200, sync_to_thread=True, include_in_schema=False)
def follow(request: Request, region_slug: FromPath[str], slug: FromPath[str], data: FormData) -> Response[Any]:
    """Follow a commitment, or stop."""
    wanted = text(data, "follow") == "1"
    with reading() as session:
        subject = subject_by_slug(session, region_slug, slug)
        viewer = require_participant(session, request, weiter=subject.url + "#folgen")
    check_form(request, viewer, data)
    _count(request, "follow", viewer.account_id, 60, MINUTE)
    with unit_of_work() as session:
        if wanted:
            service.follow(session, viewer.account_id, subject.region.id, "commitment", slug, utcnow())
        else:
            service.unfollow(session, viewer.account_id, subject.region.id, "commitment", slug)
    if not is_fragment(request):
        return redirect(subject.url, meldung="folgen" if wanted else "folgen-aus", anchor="#folgen")
    flash = _("Gespeichert. Sie folgen jetzt.") if wanted else _("Gespeichert. Sie folgen nicht mehr.")
    context = {"c": subject, "following": wanted, "follower_count": 0, "feed_url": f"{subject.url}/feed.atom", "flash": flash}
    return page(request, "participation/_follow.html", context, viewer=viewer)


ROUTES: list[Any] = [
    vote,
    comment,
    reply,
    conversation,
    edit_page,
    edit,
    addition_page,
    addition,
    withdraw_page,
    withdraw,
    helpful,
    follow,
]
