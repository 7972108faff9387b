"""The audit log's chain: whoever alters, removes, reorders or cuts an entry is found out, on both databases."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from beteiligung import audit, chain
from beteiligung.audit import AuditEntry
from beteiligung.chain import ChainLink
from beteiligung.cli import main
from beteiligung.db import reading, unit_of_work
from support import NOW, make_account

DAY = timedelta(days=1)


@pytest.fixture
def log(database):
    """Twelve entries in two batches, the second one a day later; both heads are published."""
    for batch in range(2):
        now = NOW + batch * DAY
        with unit_of_work() as session:
            for number in range(6):
                audit.record(session, "role_granted", f"account:{number + 1}", now, account_id=90 + batch, role="clerk", batch=batch)
        with unit_of_work() as session:
            assert audit.link_new(session, now) == 6
        with reading() as session:
            audit.keep_head(session, now)


@contextmanager
def without_guards(database):
    """Yield a session as somebody has it who owns the database: without the triggers."""
    with unit_of_work() as session:
        if database.name == "postgresql":
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for name in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                session.execute(text(f"DROP TRIGGER {name}"))
        yield session


def faults(*published):
    with reading() as session:
        return [str(one) for one in audit.verify(session, published)]


def test_an_untouched_log_has_no_faults(log):
    assert faults() == []
    with unit_of_work() as session:
        assert audit.link_new(session, NOW + DAY) == 0
    assert faults() == []


def test_new_entries_go_on_from_the_last_link(log):
    with unit_of_work() as session:
        audit.record(session, "role_ended", "account:1", NOW + 2 * DAY)
        assert audit.link_new(session, NOW + 2 * DAY) == 1
    with reading() as session:
        assert chain.newest(session, audit.CHAIN).number == 13
    assert faults() == []


ALTERATIONS = {
    "another subject": "UPDATE audit_entry SET subject = 'account:999' WHERE id = 5",
    "another person": "UPDATE audit_entry SET account_id = 1 WHERE id = 5",
    "another act": "UPDATE audit_entry SET act = 'role_ended' WHERE id = 5",
    "another time": "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 5",
    "another detail": """UPDATE audit_entry SET detail = '{"role": "operator"}' WHERE id = 5""",
    "another salt": "UPDATE audit_entry SET salt = 'x' WHERE id = 5",
    "hidden as an erasure": "UPDATE audit_entry SET salt = NULL, erased_at = '2026-11-21 12:00:00', account_id = NULL WHERE id = 5",
    "salt lost": "UPDATE audit_entry SET salt = NULL WHERE id = 5",
    "entry removed": "DELETE FROM audit_entry WHERE id = 5",
    "link removed": "DELETE FROM chain_link WHERE number = 5",
    "entry and link removed": "DELETE FROM chain_link WHERE number = 5; DELETE FROM audit_entry WHERE id = 5",
    "two swapped": "UPDATE chain_link SET entry_id = 1005 WHERE number = 5; UPDATE chain_link SET entry_id = 5 WHERE number = 6; "
    "UPDATE chain_link SET entry_id = 6 WHERE number = 5",
    "two renumbered": "UPDATE chain_link SET number = 1005 WHERE number = 5; UPDATE chain_link SET number = 5 WHERE number = 6; "
    "UPDATE chain_link SET number = 6 WHERE number = 1005",
    "another commitment": "UPDATE chain_link SET commitment = 'x' WHERE number = 5",
    "another hash": "UPDATE chain_link SET hash = 'x' WHERE number = 5",
    "beginning cut": "DELETE FROM chain_link WHERE number <= 3; DELETE FROM audit_entry WHERE id <= 3",
    "end cut": "DELETE FROM chain_link WHERE number > 10; DELETE FROM audit_entry WHERE id > 10",
    "end of links cut": "DELETE FROM chain_link WHERE number > 10",
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERATIONS)
def test_every_manipulation_is_found(database, log, name):
    with without_guards(database) as session:
        for statement in ALTERATIONS[name].split("; "):
            session.execute(text(statement))
    assert faults()


def test_a_tail_cut_with_everything_here_is_found_by_a_head_kept_elsewhere(database, log):
    with reading() as session:
        head = chain.newest(session, audit.CHAIN).hash
    with without_guards(database) as session:
        for statement in ("DELETE FROM chain_link WHERE number > 8", "DELETE FROM audit_entry WHERE id > 8", "DELETE FROM chain_head"):
            session.execute(text(statement))
    audit.heads_file().unlink()
    assert faults() == []  # nothing here can know
    assert len(faults((None, head))) == 1
    assert len(faults((12, head))) == 1
    result = CliRunner().invoke(main, ["audit", "verify", "--head", head])
    assert result.exit_code == 1
    assert "not in the chain" in result.output


def test_a_chain_rewritten_from_the_cut_on_is_found_by_its_head(database, log):
    with without_guards(database) as session:
        session.execute(text("DELETE FROM chain_link WHERE number > 6"))
        session.execute(text("UPDATE audit_entry SET account_id = 1 WHERE id > 6"))
    with unit_of_work() as session:
        audit.link_new(session, NOW + DAY)
    assert faults()


def test_the_database_refuses_to_change_what_is_chained(database, log):
    refused = [statement for name, statement in ALTERATIONS.items() if name != "hidden as an erasure"]
    for statement in [one for many in refused for one in many.split("; ") if not one.endswith("1005")]:
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
            session.execute(text(statement))
    assert faults() == []


def test_what_is_not_chained_yet_may_still_be_corrected_by_its_own_transaction(database):
    with unit_of_work() as session:
        audit.record(session, "seed", "a", NOW)
        session.flush()
        session.execute(text("UPDATE audit_entry SET subject = 'b'"))


def test_people_can_be_erased_from_the_log_and_the_chain_still_stands(database, log):
    with unit_of_work() as session:
        audit.record(session, "role_ended", "account:3", NOW + DAY, account_id=90, role="clerk")  # not chained yet
    with unit_of_work() as session:
        assert audit.erase_people(session, [3, 90], NOW + 2 * DAY) == 8
    with unit_of_work() as session:
        audit.link_new(session, NOW + 2 * DAY)
    assert faults() == []
    with reading() as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.act.in_(("role_granted", "role_ended")))).all()
        assert len(rows) == 13
        assert not any(row.account_id == 90 or row.subject == "account:3" for row in rows)
        assert all(row.salt is None for row in rows if row.erased_at)
        assert {row.subject for row in rows if row.account_id == 91} == {"account", *(f"account:{n}" for n in (1, 2, 4, 5, 6))}
    with unit_of_work() as session:
        assert audit.erase_people(session, [91], NOW + 2 * DAY) == 6  # one of them for the second time
        audit.link_new(session, NOW + 2 * DAY)
    assert faults() == []


def test_altering_what_was_erased_is_found_where_it_is_still_public(database, log):
    with unit_of_work() as session:
        audit.erase_people(session, [3], NOW + 2 * DAY)
        audit.link_new(session, NOW + 2 * DAY)
    with without_guards(database) as session:
        session.execute(text("UPDATE audit_entry SET act = 'demo_removed' WHERE erased_at IS NOT NULL"))
    assert faults()


def test_a_head_is_published_once_a_day(log):
    with unit_of_work() as session:
        audit.record(session, "role_ended", "account:1", NOW + DAY)
        audit.link_new(session, NOW + DAY + timedelta(hours=1))
        audit.keep_head(session, NOW + DAY)
        audit.keep_head(session, NOW + DAY)
        assert [head.number for head in chain.heads(session, audit.CHAIN)] == [12, 6]
    assert len(audit.heads_file().read_text().splitlines()) == 2
    assert faults() == []


def test_several_chains_do_not_mix(database):
    entries = {number: chain.Entry(number, {"act": "x"}, {"who": number}, chain.new_salt()) for number in (1, 2, 3)}
    with unit_of_work() as session:
        for name in ("one", "other"):
            assert chain.append(session, name, entries.values(), NOW) == 3
    with reading() as session:
        assert session.exec(select(func.count()).select_from(ChainLink)).one() == 6
        assert chain.verify(session, "one", lambda _s, ids: {n: entries[n] for n in ids}) == []
        assert len(chain.verify(session, "one", lambda _s, ids: {n: entries[n] for n in ids if n != 2})) == 1


def test_the_command_says_what_it_found(database, log):
    whole = CliRunner().invoke(main, ["audit", "verify"])
    assert whole.exit_code == 0, whole.output
    assert "12 entries" in whole.output
    with without_guards(database) as session:
        session.execute(text("UPDATE audit_entry SET subject = 'x' WHERE id = 7"))
    broken = CliRunner().invoke(main, ["audit", "verify"])
    assert broken.exit_code == 1
    assert "link 7" in broken.output


def test_removing_the_example_people_leaves_the_chain_whole(database):
    from beteiligung.demo_removal import remove_demo

    with unit_of_work() as session:
        number = make_account(session, is_example=True).id
        audit.record(session, "role_granted", f"account:{number}", NOW, account_id=number)
    with unit_of_work() as session:
        audit.link_new(session, NOW)
    remove_demo(NOW)
    with unit_of_work() as session:
        audit.link_new(session, NOW)
    assert faults() == []
    with reading() as session:
        assert session.exec(select(AuditEntry.id).where(AuditEntry.account_id == number)).first() is None
