"""Scores on labels of our own: stretches of the originals, and invented documents of counties never seen."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beteiligung.catalogue.importer.classify import topic_of
from beteiligung.catalogue.importer.extract import extract
from beteiligung.catalogue.topics import TOPICS, by_slug
from catalogue.labelled import LABELS, SHARED, Segment, invented, score, with_labels

INVENTED = sorted((LABELS / "invented").iterdir())
CATALOGUE = Path(__file__).parents[2] / "data" / "catalogue"


def read(path: Path, folder: Path) -> tuple[Path, list[Segment]]:
    """Write an invented document without its marks; return where, and its segments."""
    text, segments = invented(path)
    plain = folder / path.name
    plain.write_text(text, encoding="utf-8")
    return plain, segments


@pytest.mark.parametrize("labels", sorted(path.stem for path in LABELS.glob("*.jsonl")))
def test_stretches_of_the_originals(labels: str) -> None:
    results = []
    for start in ("000", "002", "003", "004"):
        source = next((SHARED / "documents").glob(f"{start}_*"), None)
        if source is not None:
            results.append((start, score(with_labels(source, LABELS / f"{labels}.jsonl"), list(extract(source).candidates))))
    for start, result in results:
        assert result.f1 >= 0.94, (start, result)
        assert result.topic >= 0.80, (start, result)
    if results:
        assert sum(result.f1 for _, result in results) / len(results) >= 0.97
        assert sum(result.atomic for _, result in results) / len(results) >= 0.95


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_documents_of_other_counties(path: Path, tmp_path: Path) -> None:
    source, segments = read(path, tmp_path)
    result = score(segments, list(extract(source).candidates))
    assert result.f1 >= 0.90, result
    assert result.atomic >= 0.95, result
    assert result.topic >= 0.60, result


def test_topics_of_other_counties_on_the_whole(tmp_path: Path) -> None:
    found = []
    for path in INVENTED:
        source, segments = read(path, tmp_path)
        found.append(score(segments, list(extract(source).candidates)).topic)
    assert sum(found) / len(found) >= 0.80


def test_topics_of_the_catalogue() -> None:
    right = total = 0
    for path in sorted(CATALOGUE.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["entry"]:
            topic = by_slug(entry["topic"])
            total += 1
            right += topic is not None and topic_of(f"{entry['title']}. {entry['summary']}", tuple(entry["section"]))[0] == topic.name
    assert right >= 0.84 * total


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_a_candidate_stands_where_it_says_and_says_why(path: Path, tmp_path: Path) -> None:
    source, _ = read(path, tmp_path)
    found = extract(source)
    last = 0
    for item in found.candidates:
        place = item.location
        assert last <= place.char_start < place.char_end
        assert " ".join(found.text[place.char_start : place.char_end].split()) == " ".join(item.quote.split())
        assert item.reasons
        assert 0.5 <= item.confidence <= 1
        assert item.topic in {topic.name for topic in TOPICS}
        last = place.char_end
    assert extract(source) == found


SENTENCES = sorted({segment.text for path in INVENTED for segment in invented(path)[1] if segment.text.endswith(".")})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_order_of_sentences(tmp_path_factory: pytest.TempPathFactory, paragraphs: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("programm") / "programm.md"
    path.write_text("# Programm\n\n" + "\n\n".join(" ".join(paragraph) for paragraph in paragraphs) + "\n", encoding="utf-8")
    found = extract(path)
    starts = [item.location.char_start for item in found.candidates]
    assert starts == sorted(set(starts))
    assert all(item.quote == found.text[item.location.char_start : item.location.char_end] for item in found.candidates)
