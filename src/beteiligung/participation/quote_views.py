"""The button by which people let reports quote their comment, and take that back."""

from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.identity.session import check_form, require_participant
from beteiligung.participation import quoting
from beteiligung.participation.forms import leading_back
from beteiligung.participation.present import participant_of
from beteiligung.participation.subject import subject_of_comment
from beteiligung.web.http import FormData, redirect, text


@post("/kommentare/{comment_id:int}/zitieren", status_code=200, sync_to_thread=True, include_in_schema=False)
def let_quote(request: Request, comment_id: FromPath[int], data: FormData) -> Response[Any]:
    """Let reports quote one's own comment (`may_quote` 1), or not any more."""
    wanted = text(data, "may_quote") == "1"
    with reading() as session:
        subject = subject_of_comment(session, comment_id)
        viewer = require_participant(session, request, weiter=f"{subject.url}?kommentar={comment_id}")
    check_form(request, viewer, data)
    now = utcnow()
    with leading_back(subject), unit_of_work() as session:
        quoting.set_may_quote(session, participant_of(viewer, subject.region, now), comment_id, wanted, now)
    return redirect(f"{subject.url}?kommentar={comment_id}", meldung="zitieren" if wanted else "zitieren-aus", anchor=f"#k{comment_id}")


ROUTES: list[Any] = [let_quote]
