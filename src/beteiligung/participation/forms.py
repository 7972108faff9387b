"""What the pages with forms for text show, and what an error page needs to lead back. Nothing here knows a request."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from beteiligung.errors import DomainError, by_field
from beteiligung.i18n import _
from beteiligung.identity.session import draft_for
from beteiligung.identity.viewer import Viewer
from beteiligung.participation.present import NO_MARKS, comment_card, comment_form_context, shown_ids
from beteiligung.participation.queries import CommentView, my_marks, thread
from beteiligung.participation.subject import Subject, subject_of_comment
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.web.http import text

_TYPED = 60_000
"""Characters of a form's text that are read at all, so that somebody who wrote too much gets it back."""


class leading_back:  # noqa: N801 - reads as a phrase where it is used
    """Give an error the way back to the commitment, and the text that was typed."""

    def __init__(self, subject: Subject, kept: str | None = None) -> None:
        self.subject, self.kept = subject, kept

    def __enter__(self) -> None:
        """Nothing is to be set up."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Add what the error page shows."""
        if isinstance(error, DomainError):
            error.context.update(back=self.subject.url, kept=self.kept, region=self.subject.region)


@dataclass(frozen=True)
class Form:
    """One of the four forms for text: where it is sent, and what its page shows besides."""

    mode: str
    action: str
    back_url: str
    parent: Any = None
    minutes_left: int = 0


def form_context(subject: Subject, form: Form, typed: dict[str, str], error: DomainError | None = None) -> dict[str, Any]:
    """Return what `participation/comment_form.html` wants."""
    return {
        "mode": form.mode,
        "action": form.action,
        "c": subject,
        "region": subject.region,
        "example": subject.region.example,
        "robots": "noindex",
        "parent": form.parent,
        "form": typed,
        "errors": by_field(error),
        "minutes_left": form.minutes_left,
        "back_url": form.back_url,
    }


def typed_in(data: dict[str, Any]) -> dict[str, str]:
    """Return the text, the stance and whether reports may quote it, as they were typed."""
    return {"text": text(data, "text", _TYPED).replace("\r\n", "\n"), "stance": text(data, "stance"), "may_quote": text(data, "may_quote")}


def change_form(subject: Subject, view: CommentView, viewer: Viewer, mode: str, now: datetime) -> Form:
    """Return the form to edit a comment or to add to it."""
    card = comment_card(view, subject.url, now, viewer=viewer)
    word = "bearbeiten" if mode == "edit" else "ergaenzen"
    return Form(mode, f"/kommentare/{view.id}/{word}", card.url, card, card.edit_minutes_left)


def thread_context(
    session: Session, comment_id: int, after: int | None, browser: str | None, viewer: Viewer | None, now: datetime
) -> dict[str, Any]:
    """Return what `participation/thread.html` wants. Two statements, and one each for a person's marks and draft."""
    subject = subject_of_comment(session, comment_id)
    found = thread(session, comment_id, after)
    marks = NO_MARKS
    if viewer:
        voter = voter_pseudonym(viewer.account_id, subject.region.id)
        marks = my_marks(session, voter, viewer.account_id, subject.id, subject.version, shown_ids((found.thread,)))
    own = f"/kommentare/{found.thread.id}"
    draft = draft_for(session, browser, own)
    form = comment_form_context(subject.commitment, subject.document, subject.region, now, viewer=viewer, draft=draft)
    replies = found.thread.replies
    return {
        "region": subject.region,
        "example": subject.region.example,
        "nav": "commitments",
        "robots": "noindex, nofollow",
        "c": subject,
        "thread": replace(comment_card(found.thread, subject.url, now, viewer=viewer, marks=marks), more_replies_url=None),
        "next_url": f"{own}?ab={found.next_after}" if found.next_after is not None else None,
        "prev_url": f"{own}?ab={found.previous_after}" if found.previous_after is not None else None,
        "range_text": _("Antworten {first} bis {last} von {all}").format(
            first=replies[0].reply_number, last=replies[-1].reply_number, all=found.thread.reply_count
        )
        if replies
        else "",
        "reply": {"action": f"{own}/antworten", "form": {"text": form["draft"], "stance": form["draft_stance"]}, "errors": {}}
        if form["may_comment"] and not found.thread.hidden
        else None,
    }


@dataclass(frozen=True)
class Mark:
    """What `participation/_helpful.html` shows of a comment."""

    id: int
    my_helpful: bool
    helpful_count: int
