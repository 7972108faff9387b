"""Search terms of commitments and neighbours found by them; all texts are invented."""

import pytest
from sqlmodel import select

from beteiligung.catalogue import similar
from beteiligung.catalogue.models import SearchTerm, Similar
from beteiligung.catalogue.search import index_commitment, reindex, terms_of
from beteiligung.db import reading, unit_of_work
from beteiligung.text.terms import query_terms
from support import make_commitment, make_document, make_municipality, make_region


def _found(session, q):
    wanted = query_terms(q)
    hits = [set(session.exec(select(SearchTerm.commitment_id).where(SearchTerm.term == term))) for term in wanted]
    return set.intersection(*hits) if hits else set()


@pytest.mark.parametrize(
    ("title", "summary", "q"),
    [
        ("Rufbusse fahren am Abend", "", "Rufbus"),
        ("Neue Radwege am Fluss", "", "Weg"),
        ("Neue Radwege am Fluss", "", "radweg"),
        ("Mehr Platz", "Der Kreis saniert die Krankenhäuser.", "Krankenhaus"),
        ("Mehr Platz", "Der Kreis saniert die Krankenhäuser.", "krankenhaeuser"),
        ("Sanierte Straßen", "", "strasse"),
        ("Ein Dach für den Bahnhof", "Am Witzenhäuser Bahnhof entsteht ein Dach.", "Witzenhausen"),
        ("Ein Dach für den Bahnhof", "Am Eschweger Bahnhof entsteht ein Dach.", "eschwege"),
        ("Ein Dach", "In Bad Sooden-Allendorf entsteht ein Dach.", "Bad Sooden-Allendorf"),
        ("Ein Dach", "Alles für Bürger:innen.", "Bürger"),
    ],
)
def test_inflected_forms_compounds_and_places_are_found(database, title, summary, q):
    with unit_of_work() as session:
        region = make_region(session)
        for name in ("Witzenhausen", "Eschwege", "Bad Sooden-Allendorf"):
            make_municipality(session, region, name=name)
        document = make_document(session, region)
        wanted = make_commitment(session, document, title=title, summary=summary)
        make_commitment(session, document, title="Etwas anderes", summary="Tiere im Heim bekommen Futter.")
        reindex(session, region.id)
    with reading() as session:
        assert _found(session, q) == {wanted.id}


def test_a_title_counts_more_than_a_summary_and_a_whole_word_more_than_a_part():
    from beteiligung.catalogue.models import Commitment

    base = {"slug": "x", "region_id": 1, "document_id": 1, "position": 1, "topic": "umwelt-natur", "kind": "measure"}
    title = terms_of(Commitment(**base, title="Wald schützen", summary=""))["wald"]
    summary = terms_of(Commitment(**base, title="Anderes", summary="Wald"))["wald"]
    part = terms_of(Commitment(**base, title="Waldweg", summary=""))["wald"]
    assert title > summary > 0
    assert title > part > 0


def test_indexing_again_replaces_the_old_words(database):
    with unit_of_work() as session:
        commitment = make_commitment(session, title="Freibad offen halten", summary="")
        index_commitment(session, commitment)
        commitment.title = "Hallenbad offen halten"
        index_commitment(session, commitment)
        index_commitment(session, commitment)
        assert _found(session, "Hallenbad") == {commitment.id}
        assert _found(session, "Freibad") == set()


def test_neighbours_are_alike_and_the_same_twice(database):
    with unit_of_work() as session:
        here, there = make_region(session), make_region(session)
        one, two = make_document(session, here), make_document(session, there)
        bus = make_commitment(session, one, title="Rufbusse am Abend", summary="Rufbusse fahren auch nachts in die Dörfer.")
        night = make_commitment(session, one, title="Nachtbusse für Dörfer", summary="Busse fahren nachts in alle Dörfer.")
        far = make_commitment(session, two, title="Rufbus in jedes Dorf", summary="Der Rufbus fährt nachts in jedes Dorf.")
        pool = make_commitment(session, one, title="Das Freibad bleibt", summary="Der Kreis gibt Geld für das Becken.", topic="finanzen")
        for number in range(20):
            make_commitment(session, one, title=f"Zusage {number}", summary=f"Eigenes Wort Nummer{number}x.", topic="tierschutz")
        ids = bus.id, night.id, far.id, pool.id
        reindex(session)
        first = similar.find_similar(session)
        before = session.exec(select(Similar).order_by(Similar.commitment_id, Similar.rank)).all()
        kept = [(s.commitment_id, s.rank, s.other_id, s.score) for s in before]
        assert similar.find_similar(session) == first
        after = session.exec(select(Similar).order_by(Similar.commitment_id, Similar.rank)).all()
        assert [(s.commitment_id, s.rank, s.other_id, s.score) for s in after] == kept
    ranks = {(c, rank): other for c, rank, other, _score in kept}
    assert ranks[ids[0], 1] == ids[1]
    assert ranks[ids[0], 11] == ids[2]
    assert ids[3] not in {c for c, _rank in ranks}


def test_neighbours_of_one_region_leave_the_others_alone(database):
    terms = [
        similar.Terms(1, 1, {"rufbus": 30, "dorf": 10}),
        similar.Terms(2, 1, {"rufbus": 30, "abend": 10}),
        similar.Terms(3, 2, {"rufbus": 30, "dorf": 10}),
        *[similar.Terms(n, 2, {f"wort{n}": 5, "land": 1}) for n in range(4, 40)],
    ]
    assert {pair.commitment_id for pair in similar.closest(terms, region_id=2)} == {3}
    assert similar.closest(terms) == similar.closest(list(reversed(terms)))
