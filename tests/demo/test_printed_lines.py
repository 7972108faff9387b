"""An installation that stored its originals before printed lines were kept shows them after the next filling."""

from sqlmodel import select

from beteiligung import bootstrap, db
from beteiligung.catalogue import wordings
from beteiligung.catalogue.models import Commitment, Document, Passage
from support import make_commitment, make_document, make_region

PLACES = [first + last for first in ("A", "Be", "Ce", "Do", "E") for last in ("dorf", "heim", "stadt", "hausen", "bach")]
TEXT = "".join(
    f"{1 + 2 * n} Wir werden den Radweg nach {place} bauen, bevor\n{2 + 2 * n} in {place} die Kinder zur Schule kommen.\n\n"
    for n, place in enumerate(PLACES)
)


def test_lines_that_an_older_version_did_not_keep_come_back(database, tmp_path, monkeypatch):
    path = tmp_path / "vertrag.txt"
    path.write_text(TEXT, "utf-8")
    with db.unit_of_work() as session:
        region = make_region(session, slug="musterkreis")
        document = make_document(session, region)
        make_commitment(session, document).printed_lines = True
        key = document.id
    monkeypatch.setattr(bootstrap.documents, "document_of_file", lambda session, _sha: session.get_one(Document, key))
    assert len(bootstrap.attach_originals({"a" * 64: path})) == 1
    with db.unit_of_work() as session:
        kept = [passage.lines for passage in session.exec(select(Passage).order_by(Passage.position))]
        for passage in session.exec(select(Passage)):
            passage.lines = []
        assert session.exec(select(Commitment.printed_lines)).all() == [True]
    assert any(kept)
    assert len(bootstrap.attach_originals({"a" * 64: path})) == 1
    assert bootstrap.attach_originals({"a" * 64: path}) == []
    with db.reading() as session:
        assert [passage.lines for passage in session.exec(select(Passage).order_by(Passage.position))] == kept
        assert not wordings.lacks_lines(session, session.get_one(Document, key))
