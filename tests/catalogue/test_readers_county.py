"""The three documents of the invented county: nothing lost, and their commitments found."""

from collections.abc import Callable
from pathlib import Path

import pytest

from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.importer.model import Extraction
from catalogue.county.county import Kind, changes, labels, parts, write_docx, write_html, write_pdf
from catalogue.test_recognise_gold import covers, grams, score

WRITERS: dict[Kind, Callable[..., Path]] = {"pdf": write_pdf, "docx": write_docx, "html": write_html}


@pytest.mark.parametrize("kind", ["pdf", "docx", "html"])
def test_the_revision_does_what_it_says(kind: Kind) -> None:
    before, after = ({label.text for label in labels(kind, revised=revised) if label.label == "C"} for revised in (False, True))
    told = changes(kind)
    assert before - after == {change.old for change in told if change.kind in {"reworded", "changed", "dropped"}}
    assert after - before == {change.new for change in told if change.kind in {"reworded", "changed", "added"}}
    assert {change.kind for change in told} == {"added", "reworded", "changed", "moved", "dropped"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Kind, bool], Extraction]:
    folder = tmp_path_factory.mktemp("county")
    return {
        (kind, revised): extract(write(folder / f"{kind}-{revised}.{kind}", revised=revised))
        for kind, write in WRITERS.items()
        for revised in (False, True)
    }


@pytest.mark.parametrize("revised", [False, True])
@pytest.mark.parametrize("kind", ["pdf", "docx", "html"])
class TestCounty:
    def test_nothing_is_lost_and_nothing_but_the_text_is_kept(self, documents, kind: Kind, *, revised: bool) -> None:
        found = documents[kind, revised]
        text = grams(found.text)
        assert [label.text for label in labels(kind, revised=revised) if not covers(text, grams(label.text))] == []
        for furniture in (
            "Cookies",
            "Startseite",
            "Impressum",
            "Weiterlesen",
            "Der Landrat",
            "Seite 4",
            "Mietspiegel",
            "Inhaltsverzeichnis",
            "....",
        ):
            assert furniture not in found.text

    def test_headings_and_sentences_are_whole(self, documents, kind: Kind, *, revised: bool) -> None:
        found = documents[kind, revised]
        headings = [block.text for block in found.blocks if block.kind == "heading"]
        wanted = [part.text for part in parts(kind, revised=revised) if part.place in {"heading", "subheading"}]
        titles = [part.text for part in parts(kind) if part.place == "title"]
        assert [text for text in headings if text not in titles] == wanted
        assert found.title == titles[0]
        bullets = {block.text for block in found.blocks if block.kind == "bullet"}
        assert {part.text for part in parts(kind, revised=revised) if part.place in {"bullet", "lettered"}} <= bullets

    def test_commitments_are_found(self, documents, kind: Kind, *, revised: bool) -> None:
        told = [(label.text, label.label, label.topic) for label in labels(kind, revised=revised)]
        result = score(told, list(documents[kind, revised].candidates))
        assert result["f1"] >= 0.88, result
        assert result["atomic"] >= 0.95, result
        assert result["topic"] >= 0.80, result


def test_the_pdf_is_located_by_page_and_printed_line(documents) -> None:
    found = documents["pdf", False]
    assert found.printed_lines
    places = [item.location for item in found.candidates]
    assert [place.line_start for place in places] == sorted(place.line_start for place in places)
    assert all(place.page and place.line_start <= place.line_end for place in places)
    first = next(block for block in found.blocks if block.text.startswith("Wohnen ist auch"))
    assert found.text[first.char_start + first.lines[0][0]] == "W"
    assert [number for _, number in first.lines] == list(range(first.line_start, first.line_end + 1))
