"""A rewording that is none: new words become a commitment of their own, and the old one is gone or stays."""

import pytest

from beteiligung.catalogue import candidates, publishing
from beteiligung.catalogue.models import Commitment
from beteiligung.errors import Invalid
from catalogue.review_support import TEXT, living, queue, read, rows
from catalogue.test_candidates import accept, clerk, do, now_version, region, run

__all__ = ["clerk", "region", "run"]


def test_new_words_can_be_another_commitment_and_the_same_again(region, clerk, run):
    for chapter in ("Verkehr", "Schule"):
        do(candidates.accept_sure, clerk, run, chapter)
    do(publishing.publish, clerk, run, None)
    old = "Wir wollen ein Ticket für Auszubildende einführen."
    later = queue(
        region.id, TEXT.replace(old, "Wir wollen ein Ticket für alle Schülerinnen und Schüler einführen."), {"slug": "programm-muster"}
    )
    read(later)
    (known,) = [c for c in living(later) if c.change == "reworded"]
    fresh = [c.id for c in living(later) if c.change == "new"]
    new = do(candidates.separate, clerk, later, known.id, known.version)
    (gone,) = [c for c in living(later) if c.change == "gone"]
    assert (gone.id, gone.quote, gone.state, gone.char_start) == (known.id, old, "open", None)
    assert (new.change, new.state, new.quote, new.commitment_id) == ("new", "open", known.quote, None)
    with pytest.raises(Invalid, match="geänderten"):
        do(candidates.separate, clerk, later, gone.id, gone.version)
    again = do(candidates.undo, clerk, later, new.id, now_version(new))
    assert (again.id, again.change, again.quote, again.char_start) == (known.id, "reworded", known.quote, known.char_start)
    assert [c.id for c in living(later) if c.change == "new"] == fresh
    other = do(candidates.separate, clerk, later, known.id, now_version(known))
    accept(clerk, later, other)
    do(candidates.reject, clerk, later, known.id, now_version(known), "")
    done = do(publishing.publish, clerk, later, None)
    assert (done.new, done.reworded, done.archived) == (1, 0, 0)
    assert {c.wording for c in rows(Commitment) if c.state == "published"} >= {old, known.quote}
