"""The pool of a draw, read from its list: as the CSV that the computation and every auditor read in the same way."""

import csv
import io

from sqlmodel import Session, col, select

from beteiligung.council.models import Draw, DrawPerson
from beteiligung.council.quotas import Bound

HOUSEHOLD = "Haushalt"


def bounds_of(draw: Draw) -> tuple[Bound, ...]:
    """The quotas of a draw."""
    return tuple(Bound(**one) for one in draw.quotas)


def household_columns(draw: Draw) -> tuple[str, ...]:
    """Which columns of the pool say who lives together; none where households do not matter."""
    return (HOUSEHOLD,) if draw.households else ()


def pool_csv(session: Session, draw: Draw) -> bytes:
    """Who may be drawn: pseudonym, features, household. No names; `draw verify --pool` takes it."""
    features = sorted({one.feature for one in bounds_of(draw)}) or list(draw.features)
    rows = session.exec(
        select(DrawPerson).where(DrawPerson.draw_id == draw.id, DrawPerson.reply == "yes").order_by(col(DrawPerson.pseudonym))
    ).all()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["id", *features, *household_columns(draw)])
    for row in rows:
        writer.writerow([row.pseudonym, *(row.values.get(name, "") for name in features), *([row.household] if draw.households else [])])
    return text.getvalue().encode()
