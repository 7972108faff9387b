"""How any decision about a candidate begins and ends: with the run locked and the version that its author saw, and in the audit log."""

from datetime import datetime

from sqlmodel import Session, select

from beteiligung import audit
from beteiligung.catalogue import service
from beteiligung.catalogue.models import Candidate, ImportRun
from beteiligung.errors import Closed, Conflict, Invalid, NotFound
from beteiligung.i18n import _

SETTLED = ("unchanged", "moved")
"""Changes of a known commitment about which nobody has to decide: its words are the same."""


def hold(session: Session, clerk: int, run_id: int, now: datetime) -> ImportRun:
    """Return a run under review, locked against other clerks. Raises NotFound, Forbidden, Closed."""
    query = select(ImportRun).where(ImportRun.id == run_id).with_for_update().execution_options(populate_existing=True)
    run = session.exec(query).first()
    if run is None:
        raise NotFound(_("Diesen Import gibt es nicht."))
    service.require_reviewer(session, clerk, run.region_id, now)
    if run.state != "review":
        raise Closed(_("Dieses Dokument wird nicht mehr geprüft. Es ist veröffentlicht oder durch eine neuere Fassung ersetzt."))
    return run


def fresh(session: Session, clerk: int, run_id: int, candidate_id: int, version: int, now: datetime) -> Candidate:
    """Return the candidate that a clerk saw, locked. Raises Conflict where somebody has decided since."""
    hold(session, clerk, run_id, now)
    query = select(Candidate).where(Candidate.id == candidate_id, Candidate.run_id == run_id).with_for_update()
    candidate = session.exec(query.execution_options(populate_existing=True)).first()
    if candidate is None:
        raise NotFound(_("Diesen Vorschlag gibt es nicht."))
    if candidate.state == "published":
        raise Conflict(_("Diese Zusage ist schon veröffentlicht. Ihre Worte ändern Sie auf der Seite der Zusage."))
    if candidate.change in SETTLED:
        raise Invalid(_("Diese Zusage ist schon veröffentlicht und hat sich nicht geändert. Hier ist nichts zu tun."))
    if candidate.state == "replaced":
        raise Conflict(_("Jemand anderes hat diesen Vorschlag gerade geteilt oder verbunden. Hier sehen Sie, was daraus geworden ist."))
    if candidate.version != version:
        raise Conflict(
            _("Jemand anderes hat diesen Vorschlag gerade bearbeitet. Ihre Eingabe ist noch da. Bitte sehen Sie sich den neuen Stand an.")
        )
    return candidate


def decided(session: Session, candidate: Candidate, clerk: int, now: datetime) -> Candidate:
    """Write down who has just decided: on the candidate the last one, in the audit log each of them under their own name."""
    candidate.decided_by, candidate.decided_at = clerk, now
    session.add(candidate)
    if candidate.id is None:
        session.flush()  # the log names its number
    else:
        candidate.version += 1
    run = session.get_one(ImportRun, candidate.run_id)
    audit.record(
        session, "import.decided", str(run.form.get("title", run.file_name)), now,
        account_id=clerk, region_id=run.region_id, run=run.id, candidate=candidate.id, state=candidate.state,
    )  # fmt: skip
    return candidate
