"""Searching commitments: every word of the query has to be found, the best found come first."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from beteiligung.catalogue.models import Commitment, SearchTerm
from beteiligung.text import compounds
from beteiligung.text.terms import query_terms

MAX_QUERY = 200
_MAX_WORDS = 12
_LEAST_PREFIX = 3
_READING = threading.Lock()


@dataclass(frozen=True)
class Search:
    """What was asked for, as terms. `prefix` also accepts longer terms („digital“ finds „digitalisierung“)."""

    terms: tuple[str, ...]
    prefix: bool = False

    def _matches(self, term: str) -> ColumnElement[bool]:
        exact = col(SearchTerm.term) == term
        if self.prefix and len(term) >= _LEAST_PREFIX:
            return or_(exact, col(SearchTerm.term).startswith(term, autoescape=True))
        return exact

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return one condition on Commitment.id for each word."""
        return [col(Commitment.id).in_(select(SearchTerm.commitment_id).where(self._matches(term))) for term in self.terms]

    def weight(self) -> ColumnElement[Any]:
        """Return the sum of the weights of the terms found; a title counts most."""
        found = or_(*(self._matches(term) for term in self.terms))
        return (
            select(func.coalesce(func.sum(SearchTerm.weight), 0))
            .where(col(SearchTerm.commitment_id) == col(Commitment.id), found)
            .correlate(Commitment)
            .scalar_subquery()
        )

    def wider(self) -> "Search":
        """Return the same search by beginnings of words."""
        return Search(self.terms, prefix=True)


def search_for(q: str) -> Search | None:
    """Return the search for a query, or None where it asks for nothing (blanks, signs)."""
    with _READING:  # the dictionary is read on first use, once, however many ask at that moment
        terms: Sequence[str] = query_terms(q)[:_MAX_WORDS]
    return Search(tuple(terms)) if terms else None


def warm_up() -> None:
    """Read the dictionary in the background (about 1 s), so that the first search does not wait for it.

    A web process looks up the few words of a search and takes the small form; imports happen in workers.
    """
    compounds.spare_memory()
    threading.Thread(target=search_for, args=("Suche",), daemon=True, name="dictionary").start()
