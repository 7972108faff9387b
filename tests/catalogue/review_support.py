"""A file of an invented county on its way through the desk."""

from sqlmodel import select

from beteiligung import db
from beteiligung.catalogue import imports, uploads
from beteiligung.catalogue.candidates import Words
from beteiligung.catalogue.models import Candidate
from support import NOW

TEXT = """# Programm für den Musterkreis

## Verkehr

Wir werden bis 2030 einen Radweg zwischen Adorf und Beheim bauen. Das Wetter war im letzten Jahr schön.

Der Kreis soll die Busse abends länger fahren lassen. Wir wollen ein Ticket für Auszubildende einführen.

## Schule

Wir werden alle Schulen an das schnelle Netz anschließen und neue Tafeln kaufen. Die Turnhalle in Cestadt wollen wir sanieren.
"""


def queue(region_id, text=TEXT, form=None, account=None, now=NOW):
    """Take a file; returns the run's number."""
    stored = uploads.store_upload(text.encode(), "programm.md")
    with db.unit_of_work() as session:
        return imports.create_run(session, region_id, stored, form or {"title": "Programm Muster", "kind": "strategy"}, account, now).id


def read(run_id, now=NOW, batches=None):
    """What the worker does; `batches` ends it early, as a kill would."""
    with db.unit_of_work() as session:
        task = imports.begin(session, run_id, now)
    if task is not None:
        reading, position = imports.read(task), 0
        while position is not None:
            if batches is not None and batches == 0:
                return
            with db.unit_of_work() as session:
                position = imports.next_batch(session, task, reading, position, now)
            batches = None if batches is None else batches - 1
    with db.unit_of_work() as session:
        imports.complete(session, run_id, now)


def rows(model, *where):
    with db.reading() as session:
        return session.exec(select(model).where(*where).order_by(model.id)).all()


def living(run_id):
    """Return the candidates of a run that stand for themselves, in the text's order."""
    with db.reading() as session:
        query = select(Candidate).where(Candidate.run_id == run_id, Candidate.state != "replaced")
        return session.exec(query.order_by(Candidate.char_start, Candidate.id)).all()


def words(candidate, **values):
    return Words(**{"kind": candidate.kind, "topic": candidate.topic, **values})
