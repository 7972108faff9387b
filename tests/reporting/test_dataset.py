"""The frozen data set: it comes back as it was stored, its bytes are always the same, and figures read as Germans write them."""

import dataclasses

import pytest

from beteiligung.reporting import dataset
from beteiligung.reporting.dataset import Column
from reporting.example import example


def test_stored_and_restored_it_is_the_same() -> None:
    assert dataset.restored(dataset.plain(example())) == example()


def test_every_row_has_a_value_for_every_column_and_every_section_finds_its_tables() -> None:
    data = example()
    for table in data.tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.key
        assert table.query
    for section in data.sections:
        for key in (*section.tables, *(chart.table for chart in section.charts)):
            data.table(key)
        for chart in section.charts:
            assert {chart.label, *chart.values} <= {column.key for column in data.table(chart.table).columns}


def test_the_digest_stays_when_a_quote_is_blacked_out_and_changes_with_everything_else() -> None:
    data = example()
    gone = tuple(dataclasses.replace(one, text=None, salt=None, gone="zurückgezogen") for one in data.quotes)
    assert dataset.digest(dataclasses.replace(data, quotes=gone)) == dataset.digest(data)
    assert dataset.digest(dataclasses.replace(data, foreword="anders")) != dataset.digest(data)
    assert dataset.digest(data) == "412b4aef66981e601fe0414827e1c03971a4e78e88a27b8127ff05cb2d6aaf78"


def test_whoever_has_a_quote_can_check_its_seal() -> None:
    for quote in example().quotes:
        if quote.text is not None and quote.salt is not None:
            assert dataset.seal(quote.salt, quote.text) == quote.seal


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (Column("n", "", "count"), 1_234_567, "1.234.567"),
        (Column("n", "", "share", "%", 1), 623, "62,3\N{NO-BREAK SPACE}%"),
        (Column("n", "", "share", "%", 1), 5, "0,5\N{NO-BREAK SPACE}%"),
        (Column("n", "", "date"), "2026-11-22", "22.11.2026"),
        (Column("n", "", "text"), "=1+1", "=1+1"),
        (Column("n", "", "count"), None, "–"),
    ],
)
def test_values_read_as_germans_write_them(column: Column, value: dataset.Value, words: str) -> None:
    assert dataset.said(column, value) == words
