"""The seated Bürgerrat of the demonstration, drawn from an invented pool by the same services as any other."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from beteiligung.clock import berlin_date
from beteiligung.council import seating, service
from beteiligung.council.models import CouncilSeat, Draw
from beteiligung.council.people import read_people
from beteiligung.council.pool import read_pool
from beteiligung.council.quotas import proposal
from beteiligung.council.register import bounds_of, household_columns, pool_csv
from beteiligung.council.sortition import compute
from beteiligung.jobs import Job, OutboxEntry

TERM = timedelta(days=364)


def seat_council(
    session: Session, told: Mapping[str, Any], region_id: int, clerk_id: int, accounts: Sequence[tuple[int, str]], anchor: datetime
) -> None:
    """Draw and seat a council. `accounts` are (account, display name) of the members with an account; one declines, somebody follows.

    Which profile a member has is chance: pseudonyms are dealt anew on each machine.
    """
    drawn_at = anchor - timedelta(days=told["drawn_ago"])
    published_at = drawn_at - timedelta(days=3)
    plan = service.Plan(
        told["title"], "list", told["size"], "leximin", False, berlin_date(drawn_at), berlin_date(drawn_at) + TERM, told["contact"]
    )
    number = service.create(session, clerk_id, region_id, plan, published_at - timedelta(days=7))
    draw = session.get_one(Draw, number)
    service.bring_list(session, clerk_id, draw, read_people(_list(told), households=False), published_at)
    session.flush()
    population = {
        (one["name"], value): float(share) for one in told["feature"] for value, share in zip(one["values"], one["share"], strict=True)
    }
    service.set_quotas(session, draw, proposal(service.counts_of(session, draw, willing=True), draw.size, population))
    service.start_computing(session, draw, published_at)
    quotas = [one.quota for one in bounds_of(draw)]
    found = compute(read_pool(pool_csv(session, draw), quotas, household_columns(draw)), quotas, draw.size)
    service.keep_result(session, number, draw.run, found, {})
    session.flush()
    session.execute(delete(OutboxEntry).where(col(OutboxEntry.job) == Job.COMPUTE_DRAW.value, col(OutboxEntry.done_at).is_(None)))
    service.publish(session, clerk_id, draw, told["public_source"], berlin_date(drawn_at), published_at)
    service.hold(session, clerk_id, draw, told["public_value"], drawn_at)
    seats = _offered(session, number)
    seating.decline(session, seats[-1], drawn_at + timedelta(days=2))
    members = [*accounts, *((None, name) for name in told["without_account"])]
    for days, (seat, (account_id, name)) in enumerate(zip(_offered(session, number), members, strict=False), 3):
        seating.accept(session, seat, drawn_at + timedelta(days=min(days, 12)), account_id=account_id, name=name)


def _offered(session: Session, number: int) -> list[CouncilSeat]:
    wanted = select(CouncilSeat).where(CouncilSeat.draw_id == number, CouncilSeat.state == "offered")
    return list(session.exec(wanted.order_by(col(CouncilSeat.place))).all())


def _list(told: Mapping[str, Any]) -> bytes:
    """The invented pool as the file a clerk would bring: values in turn, so that the shares are met whatever the order."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Kennung", *(one["name"] for one in told["feature"])])
    pick = [_in_turn(one["values"], one["share"], step) for one, step in zip(told["feature"], (1, 7, 13), strict=True)]
    for number in range(told["pool"]):
        writer.writerow([number + 1, *(one(number) for one in pick)])
    return text.getvalue().encode()


def _in_turn(values: Sequence[str], shares: Sequence[int], step: int) -> Callable[[int], str]:
    hundred = [value for value, share in zip(values, shares, strict=True) for _ in range(share)]
    return lambda number: hundred[(number * step * 3 + number // 100) % len(hundred)]
