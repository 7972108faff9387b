"""CSV for German spreadsheet programs: opens with umlauts, in columns, and computes nothing."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beteiligung.text import spreadsheets as sheets


@pytest.mark.parametrize("text", ["=1+1", "+49 5651", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@a", "＝1"])
def test_what_would_be_computed_is_text(text):
    assert sheets.plain(text) == f"'{text}"


def test_a_file_opens_in_columns_with_umlauts():
    made = sheets.table(["Zusage", "Anteil", "am"], [("Müll; und „Wege“", 62.5, date(2026, 11, 22)), (None, 7, True)])
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.decode("utf-8-sig") == 'Zusage;Anteil;am\r\n"Müll; und „Wege“";62,5;2026-11-22\r\n;7;ja\r\n'


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=2, max_size=4), max_size=4))
def test_every_text_comes_back_and_none_is_a_formula(rows):
    made = sheets.table(["a", "b"], rows).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(made, newline=""), delimiter=";"))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in back] == [[cell.removeprefix("'") for cell in row] for row in rows]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in back for cell in row)
