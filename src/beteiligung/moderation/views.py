"""What everybody can do: report a comment, read how it was decided and why, object."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from sqlmodel import Session, select

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import DomainError, NotFound, by_field
from beteiligung.i18n import _
from beteiligung.identity.session import check_form, require_viewer, viewer_of
from beteiligung.identity.viewer import Viewer
from beteiligung.moderation import mails, rules, service, words
from beteiligung.moderation.models import GROUNDS, LAW_GROUNDS, Appeal, Case, Flag, Outcome
from beteiligung.moderation.rules import Person
from beteiligung.moderation.service import Report
from beteiligung.participation.models import Comment
from beteiligung.participation.subject import subject_of_comment
from beteiligung.web.http import FormData, page, redirect, text
from beteiligung.web.limits import limiter, network

_HOUR = 3600.0


def person_of(viewer: Viewer, region_id: int) -> Person:
    """Return the signed-in person as this room's rules know them."""
    return Person(viewer.account_id, council=viewer.is_council_of(region_id), clerk=viewer.is_staff_of(region_id))


def grounds(*, law_only: bool = False) -> list[tuple[str, str, str]]:
    """Return (key, name, where it stands) of all grounds."""
    return [(key, words.GROUND[key].name(), words.GROUND[key].source()) for key in (LAW_GROUNDS if law_only else GROUNDS)]


# Reports


def _flag_page(
    request: Request, comment_id: int, viewer: Viewer | None, typed: dict[str, str] | None = None, error: DomainError | None = None
) -> Response[Any]:
    with reading() as session:
        subject = subject_of_comment(session, comment_id)
        comment = session.get_one(Comment, comment_id)
    gone = comment.withdrawn_at is not None or comment.hidden_at is not None
    context = {
        "c": subject,
        "region": subject.region,
        "example": subject.region.example,
        "text": "" if gone else comment.text,
        "gone": gone,
        "rules": [] if viewer is None else [one for one in grounds() if one[0] not in LAW_GROUNDS],
        "laws": grounds(law_only=True),
        "form": typed or dict.fromkeys(("ground", "text", "name", "email"), ""),
        "errors": by_field(error),
        "back_url": f"{subject.url}?kommentar={comment_id}#k{comment_id}",
        "action": f"/kommentare/{comment_id}/melden",
        "robots": "noindex",
    }
    return page(request, "moderation/flag.html", context, viewer=viewer, status=error.status if error else 200)


@get("/kommentare/{comment_id:int}/melden", sync_to_thread=True, include_in_schema=False)
def flag_page(request: Request, comment_id: FromPath[int]) -> Response[Any]:
    """The form to report a comment; without an account only what is unlawful."""
    with reading() as session:
        viewer = viewer_of(session, request)
    return _flag_page(request, comment_id, viewer)


@post("/kommentare/{comment_id:int}/melden", sync_to_thread=True, include_in_schema=False)
def flag(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Report a comment; on errors everything typed is still there."""
    with reading() as session:
        viewer = viewer_of(session, request)
        subject = subject_of_comment(session, comment_id)
    check_form(request, viewer, data)
    typed = {name: text(data, name, 10_000) for name in ("ground", "text", "name", "email")}
    try:
        limiter.hit("flag", str(viewer.account_id) if viewer else network(request), 20, _HOUR)
        with unit_of_work() as session:
            service.flag(session, person_of(viewer, subject.region.id) if viewer else None, comment_id, Report(**typed), utcnow())
    except NotFound:
        raise
    except DomainError as error:
        return _flag_page(request, comment_id, viewer, typed, error)
    return redirect(f"{subject.url}?kommentar={comment_id}", meldung="gemeldet", anchor=f"#k{comment_id}")


# Outcomes and objections


def _outcome_page(
    request: Request,
    case_id: int,
    *,
    viewer: Viewer | None,
    flag_row: Flag | None = None,
    typed: str = "",
    error: DomainError | None = None,
) -> Response[Any]:
    """Show what was decided, or that it is still open, with the form to object where that is possible."""
    now = utcnow()
    with reading() as session:
        case = session.get_one(Case, case_id)
        subject = subject_of_comment(session, case.comment_id)
        outcome = session.get(Outcome, case_id)
        comment = session.get_one(Comment, case.comment_id)
        objection = session.exec(select(Appeal).where(Appeal.case_id == case_id)).first()
        final = session.get(Outcome, objection.new_case_id) if objection else None
        final_case = session.get(Case, objection.new_case_id) if objection else None
    is_author = viewer is not None and outcome is not None and outcome.author_id == viewer.account_id
    closed = None
    if outcome is not None:
        closed = rules.why_not_appeal(case.stage, outcome.measure, outcome.decided_at, now, is_author=is_author, is_reporter=not is_author)
    context = {
        "c": subject,
        "region": subject.region,
        "example": subject.region.example,
        "is_author": is_author,
        "flagged": flag_row,
        "ground": words.ground_words(flag_row.ground) if flag_row else "",
        "text": comment.text if is_author else "",
        "decided_at": outcome.decided_at if outcome else None,
        "withdrawn": outcome is None and case.decided_at is not None,
        "lines": mails.statement_lines(case, outcome) if outcome else [],
        "final_lines": mails.statement_lines(final_case, final) if final and final_case else [],
        "objected": objection is not None,
        "appeal_closed": closed,
        "action": request.url.path,
        "form": {"text": typed},
        "errors": by_field(error),
        "robots": "noindex",
    }
    return page(request, "moderation/outcome.html", context, viewer=viewer, status=error.status if error else 200)


def _own_outcome(session: Session, request: Request, case_id: int) -> Viewer:
    viewer = require_viewer(session, request)
    outcome = session.get(Outcome, case_id)
    if outcome is None or not rules.may_read_outcome(viewer.account_id, outcome.author_id, ()):
        raise NotFound(_("Diese Entscheidung gibt es nicht, oder sie betrifft Sie nicht."))
    return viewer


def _own_flag(session: Session, request: Request, flag_id: int) -> tuple[Viewer, Flag]:
    viewer = require_viewer(session, request)
    row = session.get(Flag, flag_id)
    if row is None or not rules.may_read_outcome(viewer.account_id, None, {row.reporter_id}):
        raise NotFound(_("Diese Meldung gibt es nicht, oder sie ist nicht von Ihnen."))
    return viewer, row


def _flag_of_link(session: Session, flag_id: int, token: str) -> Flag:
    row = session.get(Flag, flag_id)
    if row is None or row.email is None or not mails.flag_token_is(flag_id, token):
        raise NotFound(_("Dieser Link gilt nicht oder nicht mehr."))
    return row


def _object(request: Request, data: dict[str, Any], case_id: int, *, viewer: Viewer | None, flag_row: Flag | None = None) -> Response[Any]:
    typed = text(data, "text", 10_000)
    try:
        limiter.hit("appeal", str(viewer.account_id) if viewer else network(request), 10, _HOUR)
        with unit_of_work() as session:
            if viewer:
                service.appeal(session, case_id, typed, utcnow(), account_id=viewer.account_id)
            else:
                service.appeal(session, case_id, typed, utcnow(), flag_id=flag_row.id if flag_row else None)
    except DomainError as error:
        return _outcome_page(request, case_id, viewer=viewer, flag_row=flag_row, typed=typed, error=error)
    return redirect(request.url.path, meldung="widerspruch")


def _check_token(request: Request, data: FormData) -> None:
    """Look at the form's token before anything it names, so that every form answers strangers alike. Raises Forbidden."""
    with reading() as session:
        check_form(request, viewer_of(session, request), data)


@get("/konto/entscheidungen/{case_id:int}", sync_to_thread=True, include_in_schema=False)
def own_outcome(request: Request, case_id: FromPath[int]) -> Response[Any]:
    """The statement of reasons, for the author."""
    with reading() as session:
        viewer = _own_outcome(session, request, case_id)
    return _outcome_page(request, case_id, viewer=viewer)


@post("/konto/entscheidungen/{case_id:int}", sync_to_thread=True, include_in_schema=False)
def object_as_author(request: Request, case_id: FromPath[int], data: FormData) -> Response[Any]:
    """Object as the author."""
    _check_token(request, data)
    with reading() as session:
        viewer = _own_outcome(session, request, case_id)
    return _object(request, data, case_id, viewer=viewer)


@get("/konto/meldungen/{flag_id:int}", sync_to_thread=True, include_in_schema=False)
def own_flag(request: Request, flag_id: FromPath[int]) -> Response[Any]:
    """How one's report was decided."""
    with reading() as session:
        viewer, row = _own_flag(session, request, flag_id)
    return _outcome_page(request, row.case_id, viewer=viewer, flag_row=row)


@post("/konto/meldungen/{flag_id:int}", sync_to_thread=True, include_in_schema=False)
def object_as_reporter(request: Request, flag_id: FromPath[int], data: FormData) -> Response[Any]:
    """Object as who reported."""
    _check_token(request, data)
    with reading() as session:
        viewer, row = _own_flag(session, request, flag_id)
    return _object(request, data, row.case_id, viewer=viewer, flag_row=row)


@get("/meldungen/{flag_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def flag_of_link(request: Request, flag_id: FromPath[int], token: FromPath[str]) -> Response[Any]:
    """How a report without an account was decided, by the link of its mail."""
    with reading() as session:
        row, viewer = _flag_of_link(session, flag_id, token), viewer_of(session, request)
    return _outcome_page(request, row.case_id, viewer=viewer, flag_row=row)


@post("/meldungen/{flag_id:int}/{token:str}", sync_to_thread=True, include_in_schema=False)
def object_by_link(request: Request, flag_id: FromPath[int], token: FromPath[str], data: FormData) -> Response[Any]:
    """Object by the link of a mail."""
    _check_token(request, data)
    with reading() as session:
        row = _flag_of_link(session, flag_id, token)
    return _object(request, data, row.case_id, viewer=None, flag_row=row)


ROUTES: list[Any] = [
    flag_page,
    flag,
    own_outcome,
    object_as_author,
    own_flag,
    object_as_reporter,
    flag_of_link,
    object_by_link,
]
