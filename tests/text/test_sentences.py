import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.text.sentences import sentences, spans

PIECES = st.lists(
    st.sampled_from(
        ["Wir", "bauen", "z. B.", "am 3. Mai", "Nr. 4", "Haus.", "Gut!", "(klein.)", "„Ja.“", "usw.", "Abs. 2", "1.000", "?", "–", "Dr. Au"]
    ),
    max_size=30,
).map(" ".join)


@pytest.mark.parametrize(
    "whole",
    [
        "Wir fördern z. B. Vereine, Chöre u. a. Gruppen bzw. Initiativen.",
        "Am 14. September wählen wir den Kreistag.",
        "Der 1. FC Moorbach bekommt einen neuen Platz.",
        "Nach § 3 Abs. 2 Nr. 4 der Satzung berät Dr. Anna Berg den Ausschuss.",
        "Die Kosten betragen ca. 1.000.000 Euro pro Jahr.",
        "Das Programm „Jung. Wild. Frei.“ läuft weiter.",
        "Der Plan (vgl. Seite 4. Er liegt aus.) gilt bis 2030.",
        "Die Straße nach St. Georgen wird saniert.",
        "Im 21. Jahrhundert braucht jedes Dorf Internet.",
        "Die Verbindung über die S. 12 genannte Strecke bleibt.",
    ],
)
def test_one_sentence_stays_one(whole: str) -> None:
    assert sentences(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Wir bauen. Wir sanieren.", 2),
        ("Ist das viel? Ja! Wir finden schon.", 3),
        ("Er sagte: „Wir bauen.“ Dann ging er.", 2),
        ("Wir fördern Chöre usw. Die Mittel stehen bereit.", 2),
        ("Das gilt bis 2030. Danach prüfen wir neu.", 2),
        ("Wir sparen 5 %. Das hilft.", 2),
        ("Bürger*innen planen mit. Schüler:innen auch.", 2),
    ],
)
def test_sentences_are_cut(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@given(st.one_of(PIECES, st.text(max_size=200)))
def test_no_character_is_lost(text: str) -> None:
    assert re.sub(r"\s", "", "".join(sentences(text))) == re.sub(r"\s", "", text)


@given(st.one_of(PIECES, st.text(max_size=200)))
def test_spans_are_in_order_and_apart(text: str) -> None:
    last = 0
    for start, end in spans(text):
        assert last <= start < end <= len(text)
        last = end
