"""Somebody has a copy of everything but the vote key, and tries to find out who voted how."""

import logging

from sqlalchemy import text

from beteiligung import tables
from beteiligung.db import engine, reading, unit_of_work
from beteiligung.identity import demographics
from beteiligung.participation.models import CommentVote, Vote
from beteiligung.participation.tally import voter_pseudonym
from rights.conftest import files, rows
from security.routes import addresses
from security.test_routes import OURS, token_of

HOLD_VOTES = {"vote", "tally", "commitment"}
"""What a vote may write: itself, the sums, and the counter by which pages know that they are stale."""
HOLD_MARKS = {"comment_vote", "comment", "commitment"}


def contents() -> dict[str, list[str]]:
    """Return every row of every table as text, by table."""
    with engine().connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table.name}"')))
            for table in tables.metadata.sorted_tables
        }


def act(client, world, path, **fields):
    answer = client.post(path, data={**fields, "csrf": token_of(client)}, headers=OURS, follow_redirects=False)
    assert answer.status_code == 303, answer.text


def paths(world):
    commitment = f"/{world.values['region_slug']}/zusagen/{world.values['slug']}"
    return commitment + "/stimme", f"/kommentare/{world.values['comment_id']}/hilfreich"


def test_a_vote_and_a_mark_touch_no_row_that_names_the_account_and_no_file(database, world, browser_of, caplog):
    client = browser_of("confirmed")
    client.get("/")  # seen today
    vote, mark = paths(world)
    acts = (
        (vote, {"choice": "for", "version": "1"}, HOLD_VOTES),
        (vote, {"choice": "against", "version": "1"}, HOLD_VOTES),
        (mark, {"helpful": "1"}, HOLD_MARKS),
        (vote, {"choice": "withdraw", "version": "1"}, HOLD_VOTES),
    )
    for path, fields, may in acts:
        before, on_disk = contents(), files(database.var)
        with caplog.at_level(logging.DEBUG, logger="beteiligung"):
            act(client, world, path, **fields)
        after = contents()
        assert {name for name in after if after[name] != before[name]} <= may, fields
        assert files(database.var) == on_disk
    assert not [record for record in caplog.records if record.name.startswith("beteiligung")]


def test_pseudonyms_stand_with_votes_alone_and_share_nothing_with_accounts(world, browser_of):
    vote, mark = paths(world)
    for who, choice in (("confirmed", "for"), ("council", "against")):
        client = browser_of(who)
        act(client, world, vote, choice=choice, version="1")
        act(client, world, mark, helpful="1")
    with unit_of_work() as session:
        demographics.keep(session, world.people["confirmed"], age_band="25-34", sex="female", drawable=False)
    voters = {one.voter for one in rows(Vote)} | {one.voter for one in rows(CommentVote)}
    answers = demographics.pseudonym(world.people["confirmed"])
    assert len(voters) == 2
    assert answers not in voters  # what was told for statistics is not joined to votes either
    for name, found in contents().items():
        if name not in ("vote", "comment_vote"):
            assert not any(voter in row for voter in voters for row in found), name
        if name != "demographic":
            assert not any(answers in row for row in found), name
    columns = {column.name for column in Vote.__table__.columns} | {column.name for column in CommentVote.__table__.columns}
    assert not {name for name in columns if name.endswith(("_at", "_on", "account_id")) or name in ("id", "browser", "session_id")}


def test_without_the_key_no_account_can_be_tried_against_a_pseudonym(world, browser_of):
    """Everything else that is secret here does not make the pseudonym: not the secret key, not the session, not the salt."""
    import hashlib
    import hmac

    from beteiligung.settings import settings

    vote, _mark = paths(world)
    act(browser_of("confirmed"), world, vote, choice="for", version="1")
    (stored,) = rows(Vote)
    with reading() as session:
        keys = [settings().secret_key, "", *session.execute(text("SELECT id FROM login_session")).scalars()]
        regions = session.execute(text("SELECT id FROM region")).scalars().all()
    for account in filter(None, world.people.values()):
        for region in regions:
            message = f"{account}:{region}".encode()
            assert all(hmac.new(key.encode(), message, hashlib.sha256).hexdigest() != stored.voter for key in keys)
            assert hashlib.sha256(message).hexdigest() != stored.voter
    assert stored.voter in {voter_pseudonym(world.people["confirmed"], region) for region in regions}  # with it, one can


def test_the_order_of_voting_is_not_kept(database, world, browser_of):
    """The same votes cast in another order leave the same rows; no table of votes has a number or a time."""
    vote, _mark = paths(world)
    seen = []
    for order in (("confirmed", "council"), ("council", "confirmed")):
        with unit_of_work() as session:
            session.execute(text("DELETE FROM vote"))
            session.execute(text("DELETE FROM tally"))
        for who in order:
            act(browser_of(who), world, vote, choice="for", version="1")
        with engine().connect() as connection:
            found = [tuple(row) for row in connection.execute(text("SELECT * FROM vote"))]
        seen.append(found if database.name == "sqlite" else sorted(found, key=str))  # PostgreSQL: docs/security.md, Order
    assert seen[0] == seen[1]


def test_nothing_public_and_no_desk_shows_a_pseudonym(world, browser_of):
    vote, _mark = paths(world)
    act(browser_of("confirmed"), world, vote, choice="against", version="1")
    (stored,) = rows(Vote)
    for who in ("guest", "clerk", "operator", "council"):
        client = browser_of(who)
        for address in addresses():
            if address.method == "GET" and "kiosk" not in address.path:
                told = client.get(address.filled(world.values), follow_redirects=False)
                assert stored.voter.encode() not in told.content, (who, address)
