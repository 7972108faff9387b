"""Where somebody's votes are counted, found anew: for the worker, when a residence was confirmed, has lapsed or somebody moved."""

from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from beteiligung.identity.models import Account, Residence
from beteiligung.participation import rules, service
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.places.models import Municipality, Region


def standings_of(session: Session, account_id: int, now: datetime) -> dict[int, rules.Standing]:
    """Return region id → standing of an account in every region; empty where the account is gone."""
    account = session.get(Account, account_id, populate_existing=True)
    if account is None:
        return {}
    home = session.exec(select(Municipality.region_id).where(Municipality.id == account.municipality_id)).first()
    confirmed = session.exec(
        select(Residence.region_id).where(
            Residence.account_id == account_id, col(Residence.confirmed_at) <= now, col(Residence.until) > now
        )
    ).all()
    person = rules.Participant(
        account_id=account_id,
        is_staff_of_region=False,
        confirmed_region_ids=frozenset(confirmed),
        home_region_id=home,
        may_contribute=True,
    )
    return {region: rules.standing(person, region) for region in cast(list[int], session.exec(select(Region.id)).all())}


def realign(session: Session, account_id: int, now: datetime) -> int:
    """Move the account's votes to where they are counted now; returns how many moved. Done twice, it moves nothing."""
    standings = standings_of(session, account_id, now)
    return service.move_votes(session, {voter_pseudonym(account_id, region): where for region, where in standings.items()}, now)
