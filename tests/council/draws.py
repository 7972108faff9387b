"""A draw in any state, with invented people: `make_draw` leads it there by the services, as a clerk would."""

from datetime import timedelta

from sqlmodel import select

from beteiligung.clock import berlin_date
from beteiligung.council import confined, service
from beteiligung.council.models import CouncilSeat, Draw
from beteiligung.council.people import read_people
from beteiligung.council.pool import read_pool
from beteiligung.council.quotas import proposal
from beteiligung.council.register import bounds_of, household_columns, pool_csv
from beteiligung.council.service import Plan
from beteiligung.council.sortition import compute
from beteiligung.db import unit_of_work
from support import NOW, make_account, make_region

PLACES = ("Nord", "Süd", "Ost", "West")


def people_csv(number=60, *, mails=True, barred=0):
    """A list of invented people: sex, place, two of each tenth household live together."""
    lines = ["Kennung;Geschlecht;Ort;Haushalt;Vorname;Nachname;Straße;PLZ;Postort;Mail;Sperre"]
    for one in range(number):
        sex = "weiblich" if one % 2 else "männlich"
        home = one - 1 if one % 10 == 9 else one
        mail = f"gelost-{one}@example.org" if mails else ""
        row = [f"R{one}", sex, PLACES[one // 2 % 4], f"H{home}", "Vorname", f"Name{one}", f"Weg {home}", "12345", "Musterstadt", mail]
        lines.append(";".join([*row, "ja" if one < barred else ""]))
    return "\n".join(lines).encode()


def plan(now=NOW, **values):
    today = berlin_date(now)
    base = {
        "title": "Bürgerrat 2027", "source": "list", "size": 8, "algorithm": "leximin", "households": True, "term_start": today,
        "term_end": today + timedelta(days=365), "contact": "Bürgerbüro, Telefon 0123 4567",
    }  # fmt: skip
    return Plan(**{**base, **values})


def make_draw(until="drawn", now=NOW, *, region=None, people=None, **values):
    """(region id, clerk id, draw id) of a draw that was led as far as `until`: setup, computing, computed, published or drawn."""
    with unit_of_work() as session:
        region_id = region or make_region(session).id
        clerk = make_account(session).id
        number = service.create(session, clerk, region_id, plan(now, **values), now)
        draw = session.get_one(Draw, number)
        service.bring_list(session, clerk, draw, read_people(people or people_csv(), households=draw.households), now)
        session.flush()
        counts = service.counts_of(session, draw, willing=draw.source == "list")
        service.set_quotas(session, draw, proposal(counts, draw.size))
        if until != "setup":
            service.start_computing(session, draw, now)
    if until not in ("setup", "computing"):
        lead_on(number, clerk, until, now)
    return region_id, clerk, number


def lead_on(number, clerk, until, now=NOW):
    """Take a draw that computes to `until`, without a child process."""
    with unit_of_work() as session:
        draw = session.get_one(Draw, number)
        quotas = [one.quota for one in bounds_of(draw)]
        found = compute(read_pool(pool_csv(session, draw), quotas, household_columns(draw)), quotas, draw.size, draw.algorithm)
        service.keep_result(session, number, draw.run, confined.as_distribution(confined.as_json_result(found)), {})
        if until in ("published", "drawn"):
            day = berlin_date(now) + timedelta(days=1)
            service.publish(session, clerk, draw, "Lotto am Samstag, lotto.example", day, now)
        session.flush()
        if until == "drawn":
            service.hold(session, clerk, draw, "3 7 12 18 33 45", now + timedelta(days=1))


def seats(session, number):
    return list(session.exec(select(CouncilSeat).where(CouncilSeat.draw_id == number).order_by(CouncilSeat.id)))
