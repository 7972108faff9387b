"""What is a commitment and what only looks like one, in sentences of our own."""

from pathlib import Path

import pytest

from beteiligung.catalogue.importer.classify import kind_of, topic_of
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.judge import judge
from beteiligung.catalogue.importer.model import Candidate
from beteiligung.catalogue.importer.nominal import is_phrase
from beteiligung.catalogue.importer.report import explain, render_jsonl, render_table, to_json
from beteiligung.catalogue.topics import TOPICS, by_name, by_slug


def candidates(folder: Path, text: str) -> tuple[Candidate, ...]:
    path = folder / "programm.md"
    path.write_text(text, encoding="utf-8")
    return extract(path).candidates


@pytest.mark.parametrize(
    "sentence",
    [
        "Wir werden bis 2030 zwölf Ladesäulen aufstellen.",
        "Die Koalitionspartner wollen das Hallenbad sanieren.",
        "Wir fördern freie Theatergruppen im Kreis.",
        "In Oberau richten wir eine Beratungsstelle ein.",
        "Der Landkreis erarbeitet gemeinsam mit den Gemeinden ein Hitzekonzept.",
        "Der Landkreis wird der Energiegenossenschaft beitreten.",
        "Die Verwaltung soll Anträge binnen vier Wochen bescheiden.",
        "Kleine Grundschulen müssen erhalten bleiben.",
        "Die Kreisumlage darf nicht weiter steigen.",
        "Ziel ist ein Bus in jeder Stunde.",
        "Unser Ziel ist es, den Verbrauch von Flächen zu halbieren.",
        "Wir setzen uns beim Land für eine zweite Notarztstelle ein.",
        "Die Busflotte wird schrittweise auf elektrische Antriebe umgestellt.",
        "Am Schülerticket halten wir fest.",
        "Ein Schwerpunkt liegt auf der Sanierung der Turnhallen und dem Bau neuer Sportplätze.",
        "Wir prüfen, ob die alte Bahnstrecke wieder befahren werden kann.",
        "Sollte das Land nicht zahlen, werden wir die Sirenen selbst beschaffen.",
        "Wir lehnen eine Deponie im Moorbachtal ab.",
        "Daher haben wir ein Verbot beschlossen und werden dieses durchsetzen.",
        "Wenn der Bund Mittel gibt, wird der Landkreis die Brücke erneuern.",
        "Geplant ist ein Frauenhaus mit 20 Plätzen.",
        "Das Kreisarchiv ist umzubauen.",
        "Auf den Verkauf kreiseigener Wohnungen wird verzichtet.",
        "Eine Schließung der Geburtsstation wird es mit uns nicht geben.",
        "Niemand soll länger als 20 Minuten auf den Rettungswagen warten.",
        "Der Landrat wird aufgefordert, dem Kreistag bis zum 30. Juni zu berichten.",
        "Sofern das Land zahlt, beteiligt sich der Landkreis an der Sanierung der Bahn.",
    ],
)
def test_commitments_are_recognised(tmp_path: Path, sentence: str) -> None:
    found = candidates(tmp_path, f"# Programm\n\n{sentence}\n")
    assert [item.quote for item in found] == [sentence]
    assert found[0].reasons


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Kreis Moorbach hat 120.000 Einwohner.",
        "Wir haben in den letzten Jahren 300 Wohnungen gebaut.",
        "Im Jahr 2019 wurde das Klinikum saniert.",
        "Bildung ist die Grundlage für Wohlstand und Zusammenhalt.",
        "Wir freuen uns über Ihre Stimme.",
        "Wir sind stolz auf unsere Feuerwehren.",
        "Die Gewerkschaften fordern mehr Personal.",
        "Die Landesregierung plant ein neues Schulgesetz.",
        "Viele Menschen pendeln jeden Tag in die Stadt.",
        "Ohne die Vereine wäre unser Landkreis ärmer.",
        "Liebe Bürgerinnen und Bürger, liebe Gäste.",
        "Schreiben Sie uns: buergerbuero@moorbach.test.",
        "Warum ist das so wichtig?",
        "Der Bundestag hat im März ein Gesetz beschlossen, das den Ausbau fördern soll.",
        "Durch den Wandel wird unsere Gesellschaft immer älter.",
    ],
)
def test_context_is_left_alone(tmp_path: Path, sentence: str) -> None:
    assert not candidates(tmp_path, f"# Programm\n\n{sentence}\n")


def test_what_elaborates_a_measure_belongs_to_it(tmp_path: Path) -> None:
    text = (
        "# Programm\n\nMoorbach ist schön. Wir werden die Musikschule ausbauen. So finden mehr Kinder einen Platz. "
        "Ziel ist es, Wartezeiten zu verkürzen. Wir wollen auch den Chor fördern.\n"
    )
    assert [item.quote for item in candidates(tmp_path, text)] == [
        "Wir werden die Musikschule ausbauen. So finden mehr Kinder einen Platz. Ziel ist es, Wartezeiten zu verkürzen.",
        "Wir wollen auch den Chor fördern.",
    ]


@pytest.mark.parametrize(
    "bullet", ["Ausbau der Gehwege", "Schulen sanieren", "Kohleausstieg bis 2030", "Mehr Bänke im Park", "die Bäder zu erhalten,"]
)
def test_nominal_and_infinitive_bullets_are_commitments(tmp_path: Path, bullet: str) -> None:
    assert candidates(tmp_path, f"# Ziele\n\n- {bullet}\n- Erhalt der Bücherei\n")[0].quote == bullet


@pytest.mark.parametrize("heading", ["Das haben wir erreicht", "Quellen", "Anhang"])
def test_a_look_back_and_an_appendix_promise_nothing(tmp_path: Path, heading: str) -> None:
    assert not candidates(tmp_path, f"# Programm\n\n## {heading}\n\n- Bau der Turnhalle\n- Der Radweg wird ausgebaut.\n\nEnde.\n")


def test_a_bullet_is_one_commitment(tmp_path: Path) -> None:
    text = "# Ziele\n\n- Die Bücherei wird erweitert. Dafür werden neue Regale eingesetzt.\n- Bau eines Radwegs\n"
    assert len(candidates(tmp_path, text)) == 2


@pytest.mark.parametrize(
    ("quote", "kind"),
    [
        ("Wir prüfen eine Buslinie nach Oberau.", "examination"),
        ("Das Schulprogramm setzen wir fort.", "continued_support"),
        ("Die Bäder bleiben erhalten.", "continued_support"),
        ("Unser Ziel ist ein Kreis ohne Müll.", "goal"),
        ("Wir lehnen eine weitere Deponie ab.", "position"),
        ("Wir bauen eine Turnhalle.", "measure"),
    ],
)
def test_kinds(quote: str, kind: str) -> None:
    assert kind_of(quote) == kind


@pytest.mark.parametrize(
    ("quote", "topic"),
    [
        ("Wir bauen Sozialwohnungen.", "Bauen & Wohnen"),
        ("Wir sanieren die Grundschulen.", "Bildung & Schule"),
        ("Wir schaffen Plätze in Krippen und Kitas.", "Kinder, Jugend & Familie"),
        ("Wir siedeln Unternehmen an.", "Wirtschaft & Arbeit"),
        ("Photovoltaik auf alle Dächer.", "Klima & Energie"),
        ("Wir renaturieren Moore und Bäche.", "Umwelt & Natur"),
        ("Der Bus fährt öfter.", "Mobilität"),
        ("Anträge gehen online, die Verwaltung wird digital.", "Digitalisierung & Verwaltung"),
        ("Die Klinik bekommt mehr Pflegekräfte.", "Gesundheit & Pflege"),
        ("Teilhabe für Menschen mit Behinderung.", "Soziales & Inklusion"),
        ("Sprachkurse für Geflüchtete.", "Integration"),
        ("Wir fördern Museen und Sportvereine.", "Kultur, Sport & Ehrenamt"),
        ("Feuerwehr und Katastrophenschutz stärken.", "Sicherheit & Ordnung"),
        ("Die Kreisumlage sinkt, der Haushalt bleibt ausgeglichen.", "Finanzen"),
        ("Ein Bürgerrat berät den Kreistag.", "Demokratie & Beteiligung"),
        ("Das Tierheim bekommt einen Anbau.", "Tierschutz"),
    ],
)
def test_topics(quote: str, topic: str) -> None:
    assert topic_of(quote, ())[0] == topic
    assert by_name(topic) in TOPICS


def test_the_heading_decides_where_the_words_say_little() -> None:
    assert topic_of("Wir bauen das Angebot aus.", ("Mobilität", "Busse"))[0] == "Mobilität"


def test_topics_have_slugs() -> None:
    assert len({topic.slug for topic in TOPICS}) == 16
    assert by_slug("klima-energie") == by_name("Klima & Energie")
    assert by_slug("nichts") is None


def test_what_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "p.md"
    path.write_text("# Programm\n\n## Wege\n\nWir bauen bis 2030 einen Radweg nach Oberau.\n", encoding="utf-8")
    found = extract(path)
    item = found.candidates[0]
    assert to_json(item) == {
        "quote": "Wir bauen bis 2030 einen Radweg nach Oberau.",
        "section": ["Wege"],
        "location": {"page": None, "line_start": 5, "line_end": 5, "char_start": 16, "char_end": 60},
        "kind": "goal",
        "topic": "Mobilität",
        "confidence": item.confidence,
    }
    assert "wir bauen" in explain(item)
    assert "reasons" in to_json(item, explain=True)
    assert render_jsonl(found).count("\n") == 1
    table = render_table(found, explained=True)
    assert "Wege" in table
    assert "1 Zusage" in table


@pytest.mark.parametrize(
    ("sentence", "taken"),
    [
        ("Im Mittelpunkt steht der Ausbau der Ganztagsschulen.", True),
        ("Im Mittelpunkt steht der Mensch.", False),
        ("Pro Jahr werden 300 Wohnungen gebaut.", False),
        ("Pro Jahr werden künftig 300 Wohnungen gebaut.", True),
        ("Der Gemeinderat von Altdorf lehnt die Umgehungsstraße ab.", False),
        ("Der Kreistag lehnt die Umgehungsstraße ab.", True),
        ("Wir haben viele Ideen – die wir mit Ihnen umsetzen wollen.", False),
        ("Die Koalitionspartner verstehen den Sport als Bindeglied.", False),
    ],
)
def test_what_others_do_what_is_counted_and_what_is_meant(sentence: str, taken: bool) -> None:
    assert (judge(sentence).confidence >= 0.5) is taken


@pytest.mark.parametrize(
    "sentence",
    [
        "Flexibel und auf die Dörfer zugeschnitten.",
        "Nähe auf dem Land bedeutet auch, Wege zu sparen.",
        "Ein offenes Ohr und Geduld helfen, Streit zu vermeiden.",
        "Entscheidungen und Handlungen erfolgen nach Recht und Gesetz.",
    ],
)
def test_a_sentence_with_a_verb_of_state_is_no_phrase(sentence: str) -> None:
    assert not is_phrase(sentence)
