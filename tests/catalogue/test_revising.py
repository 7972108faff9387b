"""A document and its new form: what is unchanged, moved, reworded, gone and new, and nothing else."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beteiligung.catalogue import anchors, likeness
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Block, Candidate, Extraction, Location
from beteiligung.catalogue.revising import Known, compare
from catalogue.county import county

VERBS = ("bauen", "sanieren", "fördern", "erweitern", "digitalisieren", "begrünen", "beleuchten", "prüfen")
THINGS = ("Turnhalle", "Bücherei", "Radwege", "Busse", "Feuerwache", "Ladesäulen", "Sprachkurse", "Moore", "Tagespflege", "Hebammen")
TOWNS = ("Adorf", "Beheim", "Cestadt", "Dettingen", "Ehausen", "Friedau", "Gellberg", "Hohlau", "Imsheim", "Jettstein")
SENTENCES = [f"Wir werden {thing} in {town} {verb}." for verb in VERBS for thing in THINGS for town in TOWNS]


def text_of(sections, *, quiet=()):
    """Return an extraction in which each sentence of {heading: [paragraph: [sentence]]} is a candidate, but the `quiet` ones."""
    blocks, candidates, pieces, at = [], [], [], 0

    def add(kind, text, section):
        nonlocal at
        blocks.append(Block(kind, text, section, None, len(blocks) + 1, len(blocks) + 1, at, at + len(text)))
        pieces.append(text)
        at += len(text) + 2

    for heading, paragraphs in sections:
        add("heading", heading, ())
        for sentences in paragraphs:
            start = at
            for sentence in sentences:
                if sentence not in quiet:
                    place = Location(None, len(blocks) + 1, len(blocks) + 1, start, start + len(sentence))
                    candidates.append(Candidate(sentence, (heading,), place, "measure", "Mobilität", 0.9, ()))
                start += len(sentence) + 1
            add("paragraph", " ".join(sentences), (heading,))
    return Extraction("Text", "\n\n".join(pieces), tuple(blocks), tuple(candidates), False)


def known_of(extraction):
    return [
        Known(n, c.quote, anchors.sentence_hashes(c.quote), c.section, c.location.char_start)
        for n, c in enumerate(extraction.candidates, 1)
    ]


def revised(before, now):
    """Compare two forms of a document of which every candidate was published; ids count from 1."""
    return compare(known_of(before), now, before.blocks)


def one(*sentences, quiet=()):
    return text_of([("1 Verkehr", [list(sentences)])], quiet=quiet)


def changes(comparison):
    return [match.change for match in comparison.matches]


paragraphs = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4)
documents = st.lists(
    st.tuples(st.sampled_from([f"{n} Kapitel {chr(64 + n)}" for n in range(1, 9)]), st.lists(paragraphs, min_size=1, max_size=3)),
    min_size=1,
    max_size=5,
    unique_by=lambda section: section[0],
)
distinct = documents.filter(lambda d: max(Counter(s for _h, ps in d for p in ps for s in p).values()) == 1)


@given(documents)
@settings(deadline=None)
def test_with_itself_all_is_unchanged(document):
    found = revised(text_of(document), text_of(document))
    assert [(m.change, m.commitment_id) for m in found.matches] == [("unchanged", n) for n in range(1, len(found.matches) + 1)]
    assert (found.standing, found.gone) == ((), ())


@given(documents, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_sections_in_another_order_are_only_moved(document, random):
    other = random.sample(document, len(document))
    found = revised(text_of(document), text_of(other))
    assert set(changes(found)) <= {"unchanged", "moved"}
    assert {"moved"} <= set(changes(found)) or other == document
    assert found.gone == ()
    before = {known.commitment_id: known for known in known_of(text_of(document))}
    for match, candidate in zip(found.matches, text_of(other).candidates, strict=True):
        assert (before[match.commitment_id].wording, before[match.commitment_id].section) == (candidate.quote, candidate.section)


@given(distinct, st.data())
@settings(deadline=None)
def test_what_is_dropped_is_gone_and_nothing_else(document, data):
    every = [sentence for _h, ps in document for p in ps for sentence in p]
    dropped = data.draw(st.sets(st.sampled_from(every)))
    left = [(h, [q for p in ps if (q := [s for s in p if s not in dropped])]) for h, ps in document]
    found = revised(text_of(document), text_of(left))
    assert set(changes(found)) <= {"unchanged"}
    assert sorted(found.gone) == [n for n, sentence in enumerate(every, 1) if sentence in dropped]


@given(distinct, st.data())
@settings(deadline=None)
def test_what_is_added_is_new_and_nothing_else(document, data):
    every = {sentence for _h, ps in document for p in ps for sentence in p}
    added = data.draw(st.lists(st.sampled_from([s for s in SENTENCES if s not in every]), unique=True, max_size=3))
    longer = [(h, [*ps, added] if n == 0 and added else ps) for n, (h, ps) in enumerate(document)]
    now = text_of(longer)
    found = revised(text_of(document), now)
    assert [c.quote for c, m in zip(now.candidates, found.matches, strict=True) if m.change == "new"] == added
    assert Counter(changes(found)) == Counter(new=len(added), unchanged=len(every)) - Counter()
    assert found.gone == ()


@given(documents, documents)
@settings(deadline=None)
def test_each_commitment_is_found_once_or_gone_and_twice_the_same(before, now):
    first, second = (revised(text_of(before), text_of(now)) for _ in range(2))
    assert first == second
    found = [m.commitment_id for m in first.matches if m.commitment_id] + [s.commitment_id for s in first.standing] + list(first.gone)
    assert sorted(found) == [known.commitment_id for known in known_of(text_of(before))]


@pytest.mark.parametrize("kind", ["pdf", "docx", "html"])
def test_the_revisions_of_the_county(kind):
    """By the labels, so that it holds whatever the recognition finds."""
    before, now = (labelled(kind, revised=late) for late in (False, True))
    wording = {known.commitment_id: known.wording for known in known_of(before)}
    comparison = revised(before, now)
    found = set()
    for match, candidate in zip(comparison.matches, now.candidates, strict=True):
        if match.change != "unchanged":
            change = {"new": "added", "reworded": "changed" if match.meaning else "reworded"}.get(match.change, match.change)
            found.add((change, wording.get(match.commitment_id, ""), candidate.quote))
    found |= {("dropped", wording[key], "") for key in comparison.gone}
    assert found == {(c.kind, c.old, c.new) for c in county.changes(kind)}
    assert comparison.standing == ()


def labelled(kind, *, revised):
    """Return a document of the invented county with a candidate for each label, without the sentences that belong to it."""
    sections, heading = [], ""
    for part in county.parts(kind, revised=revised):
        if part.place in ("heading", "subheading"):
            heading = part.text if part.place == "heading" else f"{heading.split(' / ', maxsplit=1)[0]} / {part.text}"
            sections.append((heading, []))
        elif part.place == "gap" and sections:
            sections[-1][1].append([])
        elif part.label and sections:
            if part.place != "sentence" or not sections[-1][1]:
                sections[-1][1].append([])
            sections[-1][1][-1].append(part.text)
    quiet = {label.text for label in county.labels(kind, revised=revised) if label.label != "C"}
    return text_of([(h, [p for p in ps if p]) for h, ps in sections], quiet=quiet)


def test_the_web_page_of_the_county_as_it_is_read(tmp_path):
    before, now = (extract(county.write_html(tmp_path / f"{late}.html", revised=late)) for late in (False, True))
    wording = {known.commitment_id: known.wording for known in known_of(before)}
    comparison = revised(before, now)
    wanted = county.changes("html")
    flagged = {
        c.quote: m.change for c, m in zip(now.candidates, comparison.matches, strict=True) if m.change not in ("unchanged", "covered")
    }
    assert flagged.keys() <= {c.new for c in wanted}
    assert {wording[key] for key in comparison.gone} <= {c.old for c in wanted if c.kind == "dropped"}
    for change in wanted:
        if change.old in wording.values() and change.new:
            assert flagged[change.new] in ({"moved"} if change.kind == "moved" else {"reworded"}), change


# Single cases


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        ("Wir bauen bis 2030 einen Radweg nach Adorf.", "Wir bauen bis 2033 einen Radweg nach Adorf.", "Zahl geändert: 2030 → 2033"),
        ("Wir geben 1,5 Millionen Euro für die Bücherei.", "Wir geben 15 Millionen Euro für die Bücherei.", "Zahl geändert: 1,5 → 15"),
        ("Die Gebühr steigt um 5 %.", "Die Gebühr steigt um 5 €.", "Zahl geändert: % → €"),
        ("Wir werden das Bad in Adorf sanieren.", "Wir werden das Bad in Adorf nicht sanieren.", "Verneinung dazugekommen"),
        ("Wir werden das Bad in Adorf sanieren.", "Wir werden prüfen, das Bad in Adorf zu sanieren.", "Weniger verbindlich formuliert"),
        ("Wir wollen eine Nachtbuslinie einrichten.", "Wir richten eine Nachtbuslinie ein.", "Verbindlicher formuliert"),
        ("Vereine zahlen die Miete für die Hallen.", "Vereine zahlen die halbe Miete für die Hallen.", "Zahl dazugekommen: ½"),
        ("Wir schaffen 10.000 Bäume an.", "Wir schaffen Bäume an.", "Zahl entfallen: 10.000"),
    ],
)
def test_what_may_change_the_meaning_is_named(before, now, reason):
    (match,) = revised(one(before), one(now)).matches
    assert (match.change, match.meaning) == ("reworded", True)
    assert reason in match.reasons


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Wir bauen zwei Radwege nach Adorf.", "Wir bauen 2 Radwege nach Adorf hin."),
        ("Es gibt 5.000 Euro für Vereine.", "Für Vereine gibt es 5 000 Euro."),
        ("Wir sanieren die Turnhalle in Adorf.", "Die Turnhalle in Adorf sanieren wir."),
    ],
)
def test_what_is_only_said_differently_is_not(before, now):
    (match,) = revised(one(before), one(now)).matches
    assert (match.change, match.meaning) == ("reworded", False)


def test_signs_and_hyphenation_change_nothing():
    before = one("Wir bauen die „Alte Mühle“ in Adorf um; das dauert.", "Wir fördern Kinder- und Jugendarbeit.")
    now = one('Wir bauen die "Alte Mühle" in Adorf um: das dauert.', "Wir fördern Kinder und Jugendarbeit.")
    assert changes(revised(before, now)) == ["unchanged", "unchanged"]


def test_a_section_that_is_renumbered_or_renamed_moves_nothing():
    before = text_of([("1 Verkehr", [SENTENCES[:3]]), ("2 Schule", [SENTENCES[100:103]])])
    now = text_of(
        [("1 Neues", [["Wir richten einen Notrufdienst ein."]]), ("2 Mobilität", [SENTENCES[:3]]), ("3. Schule", [SENTENCES[100:103]])]
    )
    assert changes(revised(before, now)) == ["new"] + ["unchanged"] * 6


def test_one_that_goes_into_another_section_is_moved():
    before = text_of([("1 Verkehr", [SENTENCES[:3]]), ("2 Schule", [SENTENCES[100:103]])])
    now = text_of([("1 Verkehr", [SENTENCES[:2]]), ("2 Schule", [[SENTENCES[2], *SENTENCES[100:103]]])])
    assert [(m.change, m.commitment_id) for m in revised(before, now).matches] == [
        ("unchanged", 1), ("unchanged", 2), ("moved", 3), ("unchanged", 4), ("unchanged", 5), ("unchanged", 6),
    ]  # fmt: skip


def test_a_template_with_another_name_is_another_commitment():
    before = one(*(f"Wir werden die Brücke Nummer {n} sanieren." for n in range(1, 41)))
    now = one(*(f"Wir werden die Brücke Nummer {n} sanieren." for n in range(1, 40)), "Wir werden die Brücke Nummer 77 sanieren.")
    found = revised(before, now)
    assert changes(found) == ["unchanged"] * 39 + ["new"]
    assert found.gone == (40,)


def test_a_common_number_alone_makes_no_two_sentences_alike():
    before = one(*(f"Wir werden in Adorf den Bauabschnitt {n} sanieren." for n in range(1, 30)))
    now = one(*(f"Der Landkreis legt ein Programm auf, Nummer {n}." for n in range(1, 30)))
    found = revised(before, now)
    assert set(changes(found)) == {"new"}
    assert len(found.gone) == 29


def test_hundreds_of_equal_sentences_are_told_apart_by_their_order():
    found = revised(one(*[SENTENCES[0]] * 150), one(*[SENTENCES[0]] * 140))
    assert [m.commitment_id for m in found.matches] == list(range(1, 141))
    assert len(found.gone) == 10


def test_the_best_pairs_win_and_not_the_first():
    before = one("Wir fördern Vereine in Adorf mit Geld.", "Wir fördern Vereine in Adorf und Beheim mit viel Geld.")
    now = one("Wir fördern die Vereine in Adorf und Beheim mit sehr viel Geld.", "Wir fördern die Vereine in Adorf mit etwas Geld.")
    assert [m.commitment_id for m in revised(before, now).matches] == [2, 1]


def test_one_becomes_two():
    before = one("Vorher.", "Wir bauen eine Turnhalle in Adorf und sanieren die Bücherei am Marktplatz von Beheim.", "Nachher.")
    now = one("Vorher.", "Wir bauen eine Turnhalle in Adorf.", "Wir sanieren die Bücherei am Marktplatz von Beheim.", "Nachher.")
    found = revised(before, now)
    assert sorted(changes(found)) == ["new", "reworded", "unchanged", "unchanged"]
    (new,) = (match for match in found.matches if match.change == "new")
    assert new.related == 2
    assert found.gone == ()


def test_two_become_one():
    before = one("Wir bauen eine Turnhalle in Adorf.", "Wir sanieren die Bücherei am Marktplatz von Beheim.")
    now = one("Wir bauen eine Turnhalle in Adorf und sanieren die Bücherei am Marktplatz von Beheim.")
    found = revised(before, now)
    assert changes(found) == ["reworded"]
    (gone,) = found.gone
    assert found.merged == {gone: found.matches[0].commitment_id}


def test_what_is_no_candidate_any_more_still_stands():
    sentence = SENTENCES[7]
    found = revised(one(*SENTENCES[:10]), one(*SENTENCES[:10], quiet={sentence}))
    assert changes(found) == ["unchanged"] * 9
    (standing,) = found.standing
    assert (standing.commitment_id, standing.change) == (8, "unchanged")
    assert one(*SENTENCES[:10]).text[standing.char_start : standing.char_end] == sentence


def test_reworded_into_what_is_not_recognised_it_is_not_gone():
    now = "Der Bau eines neuen Hallenbads in Adorf bis 2030 bleibt unser Wunsch."
    found = revised(one(SENTENCES[0], "Wir werden bis 2030 ein neues Hallenbad in Adorf bauen."), one(SENTENCES[0], now, quiet={now}))
    assert [s.change for s in found.standing] == ["reworded"]
    assert found.gone == ()


def test_what_nobody_made_a_commitment_is_not_asked_about_again():
    before, now = one(*SENTENCES[:3]), one(*SENTENCES[:3])
    found = compare(known_of(before)[1:], now, before.blocks)
    assert changes(found) == ["covered", "unchanged", "unchanged"]


def test_two_sentences_of_one_commitment_cover_both_candidates():
    text = one(*SENTENCES[:4])
    wording = f"{SENTENCES[1]} {SENTENCES[2]}"
    known = [Known(1, wording, anchors.sentence_hashes(wording), ("1 Verkehr",), text.text.index(wording))]
    found = compare(known, text, text.blocks)
    assert changes(found) == ["covered"] * 4
    assert [text.text[s.char_start : s.char_end] for s in found.standing] == [wording]


def test_a_sentence_added_to_a_commitment_is_a_rewording():
    before = one(SENTENCES[0], SENTENCES[300])
    longer = f"{SENTENCES[0]} Dafür stellen wir 40.000 Euro bereit."
    blocks = one(longer, SENTENCES[300])
    found = revised(before, blocks)
    assert changes(found) == ["reworded", "unchanged"]
    assert found.matches[0].reasons == ("Zahl dazugekommen: 40.000",)


def test_a_thousand_with_a_tenth_of_each_change():
    rows = [(f"{n // 40 + 1} Kapitel {chr(65 + n // 40)}", SENTENCES[n * 7 % 800] + f" Ort {n}.") for n in range(1000)]
    before = text_of([(h, [[s for g, s in rows if g == h]]) for h in dict.fromkeys(h for h, _s in rows)])
    later = [(h, s.replace("Wir werden", "Bis 2031 werden wir") if n % 10 == 1 else s) for n, (h, s) in enumerate(rows) if n % 10]
    now = text_of([(h, [[s for g, s in later if g == h]]) for h in dict.fromkeys(h for h, _s in later)])
    found = revised(before, now)
    assert len(found.gone) == 100
    assert Counter(changes(found))["reworded"] == 100
    assert not {"new", "moved"} & set(changes(found))


def test_numbers_are_read_as_numbers():
    assert likeness.figures("5.000, 5 000 und 5\u00a0000") == Counter({"5000": 3})
    assert likeness.figures("im Jahr 2030, um 12:30 Uhr, 7 %") == Counter(["2030", "12:30", "7", "%"])
    assert [likeness.strength(t) for t in ("Wir prüfen das.", "Wir wollen das.", "Wir tun das.")] == [1, 2, 3]
