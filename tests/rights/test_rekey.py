"""Changing the vote key: every name is new, every vote still somebody's own, and being killed half-way changes nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from click.testing import CliRunner
from sqlmodel import select

from beteiligung.administration import erasure_list, rights
from beteiligung.audit import AuditEntry
from beteiligung.cli import main
from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Invalid
from beteiligung.identity import demographics
from beteiligung.identity.models import Account
from beteiligung.identity.residence_models import Demographic
from beteiligung.participation import comments, rekey
from beteiligung.participation import rights as participation_rights
from beteiligung.participation import service as participation
from beteiligung.participation.models import CommentVote, Tally, Vote
from beteiligung.participation.recount import recount
from beteiligung.participation.rules import Participant
from beteiligung.participation.tally import voter_pseudonym
from beteiligung.settings import settings
from conftest import forget_caches
from rights.conftest import rows
from support import make_account

NEW = "n" * 40
WRITERS = 4
VOTES = 12


def votes_of(person):
    with reading() as session:
        return sorted((vote["commitment"], vote["choice"]) for vote in participation.personal_data(session, person.id)["votes"])


def change(new=NEW):
    with unit_of_work() as session:
        return rekey.rekey(session, settings().vote_key, new, utcnow())


def use_key(monkeypatch, key):
    monkeypatch.setenv("BETEILIGUNG_VOTE_KEY", key)
    forget_caches()


def participant(scene, person):
    return Participant(
        account_id=person.id, is_staff_of_region=False, confirmed_region_ids=frozenset({scene.region_id}), home_region_id=None,
        may_contribute=True,
    )  # fmt: skip


def test_after_the_change_everybody_has_their_own_votes_under_new_names(scene, monkeypatch):
    with unit_of_work() as session:
        demographics.keep(session, scene.anna.id, age_band="25-34", sex="female", drawable=True)
    before = {person.word: votes_of(person) for person in (scene.anna, scene.ben)}
    names = {vote.voter for vote in rows(Vote)} | {mark.voter for mark in rows(CommentVote)}
    tallies = sorted(str(tally.model_dump()) for tally in rows(Tally))
    done = change()
    assert (done.votes, done.marks, done.answers, done.strangers) == (10, 2, 1, 0)
    assert not names & ({vote.voter for vote in rows(Vote)} | {mark.voter for mark in rows(CommentVote)})
    assert sorted(str(tally.model_dump()) for tally in rows(Tally)) == tallies
    assert votes_of(scene.anna) == []  # nobody finds them with the old key
    use_key(monkeypatch, NEW)
    assert {person.word: votes_of(person) for person in (scene.anna, scene.ben)} == before
    with reading() as session:
        assert recount(session) == []
        assert demographics.own(session, scene.anna.id).age_band == "25-34"
        assert session.exec(select(AuditEntry).where(AuditEntry.act == "vote_key.changed")).one()


def test_a_vote_can_be_changed_afterwards_and_is_not_a_second_one(scene, monkeypatch):
    change()
    use_key(monkeypatch, NEW)
    count = len(rows(Vote))
    with unit_of_work() as session:
        participation.cast_vote(session, participant(scene, scene.anna), scene.commitment_id, "for", utcnow(), 1)
    assert len(rows(Vote)) == count
    with reading() as session:
        assert recount(session) == []


def test_a_process_with_the_old_key_writes_no_votes(scene):
    change()
    with pytest.raises(Conflict), unit_of_work() as session:
        participation.cast_vote(session, participant(scene, scene.anna), scene.commitment_id, "for", utcnow(), 1)
    (mark,) = list(rows(CommentVote))[:1]
    with pytest.raises(Conflict), unit_of_work() as session:
        comments.mark_helpful(session, participant(scene, scene.anna), mark.comment_id, -1, utcnow())
    assert len(rows(Vote)) == 10


def test_a_process_with_the_old_key_neither_keeps_nor_loses_voluntary_answers(scene):
    with unit_of_work() as session:
        demographics.keep(session, scene.anna.id, age_band="25-34", sex="", drawable=True)
    change()
    before = rows(Demographic)
    with pytest.raises(Conflict), unit_of_work() as session:
        demographics.keep(session, scene.anna.id, age_band="35-44", sex="", drawable=False)
    with pytest.raises(Conflict), unit_of_work() as session:
        demographics.erase(session, scene.anna.id)
    assert rows(Demographic) == before


def test_a_process_with_the_old_key_erases_nobody(scene):
    """It would find no votes, and those of somebody gone would stay."""
    change()
    before = len(rows(Vote))
    with pytest.raises(Conflict), unit_of_work() as session:
        participation_rights.erase(session, scene.anna.id, utcnow(), keep_comments=False, keep_votes=False)
    assert len(rows(Vote)) == before
    assert [row.id for row in rows(Account) if row.id == scene.anna.id]


def test_kept_votes_of_erased_people_get_random_names_again(scene):
    with unit_of_work() as session:
        choices = erasure_list.Choices(keep_comments=True, keep_votes=True)
        rights.erase_account(session, session.get_one(Account, scene.anna.id), choices, utcnow())
    before = {vote.voter for vote in rows(Vote)}
    done = change()
    assert done.strangers == 1
    assert not before & {vote.voter for vote in rows(Vote)}
    with reading() as session:
        assert recount(session) == []


def test_killed_half_way_nothing_is_different_and_once_more_does_it(scene, monkeypatch):
    before = sorted(vote.voter for vote in rows(Vote))
    with pytest.raises(RuntimeError), unit_of_work() as session:
        rekey.rekey(session, settings().vote_key, NEW, utcnow())
        raise RuntimeError("killed")
    assert sorted(vote.voter for vote in rows(Vote)) == before
    assert change().votes == 10
    after = sorted(vote.voter for vote in rows(Vote))
    assert change() is None  # killed after the commit: the second run sees that it is done
    assert sorted(vote.voter for vote in rows(Vote)) == after


def test_a_key_too_short_the_same_or_not_the_present_one_is_refused(scene, monkeypatch):
    for key in ("short", settings().vote_key):
        with pytest.raises(Invalid):
            change(key)
    change()
    with pytest.raises(Conflict):
        change("m" * 40)  # the settings still have the first key


def test_the_command_makes_a_key_of_its_own_and_puts_it_in_place(scene):
    key = settings().var / "keys" / "vote_key"
    before = key.read_text()
    ran = CliRunner().invoke(main, ["votes", "rekey"])
    assert ran.exit_code == 0, ran.output
    assert key.read_text() != before
    assert key.stat().st_mode & 0o077 == 0
    assert not key.with_name("vote_key.new").exists()
    forget_caches()
    assert votes_of(scene.anna)
    assert key.read_text() not in ran.output


def test_the_command_killed_before_the_file_was_moved_is_finished_by_the_next(scene):
    key = settings().var / "keys" / "vote_key"
    key.with_name("vote_key.new").write_text(NEW)
    change()
    ran = CliRunner().invoke(main, ["votes", "rekey"])
    assert ran.exit_code == 0, ran.output
    assert key.read_text() == NEW


def test_the_command_takes_the_key_of_its_custodian(scene, tmp_path, monkeypatch):
    use_key(monkeypatch, settings().vote_key)
    file = tmp_path / "custodian"
    assert CliRunner().invoke(main, ["votes", "rekey", "--new-key-file", str(file)]).exit_code == 1
    file.write_text(NEW + "\n")
    ran = CliRunner().invoke(main, ["votes", "rekey", "--new-key-file", str(file)])
    assert ran.exit_code == 0, ran.output
    use_key(monkeypatch, NEW)
    assert votes_of(scene.anna)


def test_votes_cast_meanwhile_are_kept_under_the_new_key_or_refused(scene):
    """While people vote the key changes: who was told that the vote is kept has it, the others were told that it is not."""
    ready, accounts = threading.Barrier(WRITERS + 1), []
    with unit_of_work() as session:
        accounts += [make_account(session).id for _ in range(WRITERS * VOTES)]

    def vote(number):
        kept = []
        ready.wait()
        for account in accounts[number * VOTES : (number + 1) * VOTES]:
            person = Participant(account, False, frozenset(), None, True)
            with suppress(Conflict):
                with unit_of_work() as session:
                    participation.cast_vote(session, person, scene.commitment_id, "for", utcnow(), 1)
                kept.append(account)
        return kept

    before = len(rows(Vote))
    with ThreadPoolExecutor(WRITERS) as pool:
        voting = [pool.submit(vote, number) for number in range(WRITERS)]
        ready.wait()
        change()
        kept = {account for done in voting for account in done.result()}
    voters = {row.voter for row in rows(Vote)}
    assert len(voters & {voter_pseudonym(account, scene.region_id, NEW) for account in kept}) == len(kept)
    assert len(rows(Vote)) == before + len(kept)
    with reading() as session:
        assert recount(session) == []
