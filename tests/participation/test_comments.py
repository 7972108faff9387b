"""Comments through the service: words, threads, numbers, marks, official answers, withdrawal."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from beteiligung import db
from beteiligung.catalogue.models import Commitment
from beteiligung.errors import Closed, Forbidden, Invalid, NotFound
from beteiligung.jobs import Job, OutboxEntry
from beteiligung.participation import comments, queries, recount, service
from beteiligung.participation.models import Comment, CommentVote
from beteiligung.participation.ordering import wilson
from beteiligung.participation.tally import voter_pseudonym
from participation.people import participant
from support import NOW, make_account, make_commitment, make_document, make_region

LATER = NOW + timedelta(minutes=15)


@pytest.fixture
def scene(database):
    class Scene:
        pass

    it = Scene()
    with db.unit_of_work() as session:
        it.region = make_region(session)
        it.document = make_document(session, it.region)
        it.commitment = make_commitment(session, it.document)
        it.account, it.other, it.clerk = make_account(session), make_account(session), make_account(session, clerk_of=it.region)
    it.me, it.her = participant(it.account), participant(it.other)
    it.place = it.commitment.id
    return it


def write(scene, text="Der Weg fehlt.", who=None, stance=None, parent=None, now=NOW):
    with db.unit_of_work() as session:
        return comments.write_comment(session, who or scene.me, scene.place, text, stance, now, parent_id=parent)


def do(act, *arguments):
    with db.unit_of_work() as session:
        return act(session, *arguments)


def stored(comment_id):
    with db.reading() as session:
        return session.get_one(Comment, comment_id)


def counters(scene):
    with db.reading() as session:
        assert recount.recount_comments(session) == []
        one = session.get_one(Commitment, scene.place)
        return one.comment_count, one.thread_count, one.changes


def test_a_comment_is_counted_and_its_followers_are_told(scene):
    comment = write(scene, "  Der Weg fehlt.\r\n\r\nSeit Jahren. ", stance="against")
    assert (comment.text, comment.stance, comment.parent_id) == ("Der Weg fehlt.\n\nSeit Jahren.", "against", None)
    assert counters(scene) == (1, 1, 1)
    with db.reading() as session:
        entries = session.exec(select(OutboxEntry).order_by(OutboxEntry.id)).all()
        assert [(entry.job, entry.args) for entry in entries] == [
            (Job.TELL_FOLLOWERS.value, {"comment": comment.id}),
            (Job.READ_TONE.value, {"id": comment.id}),
        ]
        assert session.get_one(Commitment, scene.place).commented_at == NOW


def test_a_reply_to_a_reply_joins_its_thread(scene):
    thread = write(scene)
    first = write(scene, "Stimmt.", scene.her, parent=thread.id)
    second = write(scene, "Danke.", parent=first.id)
    assert [(reply.parent_id, reply.reply_number) for reply in (first, second)] == [(thread.id, 1), (thread.id, 2)]
    assert stored(thread.id).reply_count == 2
    assert counters(scene) == (3, 1, 3)


def test_the_same_form_sent_twice_is_one_comment(scene):
    thread = write(scene)
    assert write(scene, now=NOW + timedelta(minutes=9)).id == thread.id
    assert write(scene, parent=thread.id).id != thread.id
    assert write(scene, who=scene.her).id != thread.id
    assert write(scene, now=NOW + timedelta(minutes=10)).id != thread.id
    counters(scene)


@pytest.mark.parametrize(
    "typed", ["", "  \n ", "\u200b\u200d", "…"[:0] + "\u00ad", "a\x00b", "a\x1bb", "a\ud800b", "\u202egnal", "a\ufffe", "a\uffffb"]
)
def test_what_is_no_text(typed):
    with pytest.raises(Invalid) as caught:
        comments.clean_text(typed)
    assert set(caught.value.fields) == {"text"}


def test_four_thousand_characters_fit(scene):
    assert len(write(scene, "ä" * 4000).text) == 4000
    assert len(comments.clean_text("a\u0308" * 4000)) == 4000, "a letter and its dots are one character"
    with pytest.raises(Invalid) as caught:
        write(scene, "ä" * 4001)
    assert "1 Zeichen zu lang" in caught.value.fields["text"]
    assert comments.clean_text("👩‍👧 ja\tund nein 😀") == "👩‍👧 ja und nein 😀"


@given(st.text())
def test_clean_text_is_stable(typed):
    try:
        clean = comments.clean_text(typed)
    except Invalid:
        return
    assert comments.clean_text(clean) == clean
    assert 1 <= len(clean) <= 4000
    assert "\r" not in clean


def test_who_may_not_write_hears_why(scene):
    with pytest.raises(Forbidden, match="offiziellen Antwort"):
        write(scene, who=participant(scene.clerk, staff=True))
    with pytest.raises(Invalid) as caught:
        write(scene, stance="perhaps")
    assert set(caught.value.fields) == {"stance"}
    with pytest.raises(NotFound):
        write(scene, parent=10**6)
    with db.unit_of_work() as session:
        elsewhere = make_commitment(session, scene.document, state="archived")
    here = write(scene)
    with pytest.raises(NotFound):
        do(comments.write_comment, scene.me, elsewhere.id, "Ein Satz.", None, NOW, here.id)
    with pytest.raises(Closed, match="archiviert"):
        do(comments.write_comment, scene.me, elsewhere.id, "Ein Satz.", None, NOW)
    do(comments.hide_comment, here.id, "Regel 1", NOW)
    with pytest.raises(Forbidden, match="ausgeblendet"):
        write(scene, "Trotzdem.", parent=here.id)


def test_editing_ends_after_fifteen_minutes_then_one_adds(scene):
    comment = write(scene)
    edited = do(comments.edit_comment, scene.me, comment.id, "Der Weg fehlt hier.", "question", NOW + timedelta(minutes=14))
    assert (edited.text, edited.stance, edited.edited_at) == ("Der Weg fehlt hier.", "question", NOW + timedelta(minutes=14))
    with pytest.raises(Forbidden):
        do(comments.edit_comment, scene.her, comment.id, "Nein.", None, NOW)
    with pytest.raises(Forbidden, match="noch ändern"):
        do(comments.add_to_comment, scene.me, comment.id, "Noch etwas.", NOW)
    with pytest.raises(Forbidden, match="15 Minuten"):
        do(comments.edit_comment, scene.me, comment.id, "Zu spät.", None, LATER)
    for _ in range(2):
        do(comments.add_to_comment, scene.me, comment.id, "Noch etwas.", LATER)
    with db.reading() as session:
        (view,) = queries.comment_page(session, scene.place, "newest").threads
    assert view.additions == (queries.Addition(LATER, "Noch etwas."),)
    assert view.edit_until == LATER


def test_a_withdrawn_comment_leaves_its_thread_and_no_words(scene):
    thread = write(scene, stance="for")
    write(scene, "Schade.", scene.her, parent=thread.id)
    do(comments.add_to_comment, scene.me, thread.id, "Ein Nachtrag.", LATER)
    before = counters(scene)
    with pytest.raises(Forbidden, match="nicht Ihr"):
        do(comments.withdraw_comment, scene.her, thread.id, LATER)
    do(comments.withdraw_comment, scene.me, thread.id, LATER)
    with pytest.raises(Forbidden, match="bereits"):
        do(comments.withdraw_comment, scene.me, thread.id, LATER)
    row = stored(thread.id)
    assert (row.text, row.additions, row.stance) == ("", [], None)
    assert counters(scene) == (before[0] - 1, before[1], before[2] + 1)
    with db.reading() as session:
        (view,) = queries.comment_page(session, scene.place, "helpful").threads
    assert view.withdrawn
    assert [reply.text for reply in view.replies] == ["Schade."]
    assert write(scene, "Weiter.", scene.her, parent=thread.id).reply_number == 2


def test_a_hidden_comment_is_a_trace_with_its_reason(scene):
    thread = write(scene)
    for _ in range(2):
        do(comments.hide_comment, thread.id, "Regel 1", NOW)
    assert counters(scene)[:2] == (0, 1)
    with db.reading() as session:
        (view,) = queries.comment_page(session, scene.place, "helpful").threads
        single = queries.thread(session, thread.id).thread
    assert (view.text, view.hidden, view.hidden_reason, single.text) == ("", True, "Regel 1", "")
    do(comments.withdraw_comment, scene.me, thread.id, NOW)
    assert counters(scene)[:2] == (0, 1)
    do(comments.unhide_comment, thread.id, NOW)
    assert counters(scene)[:2] == (0, 1), "withdrawn meanwhile"


def test_the_administration_answers_officially(scene):
    thread = write(scene, stance="question")
    reply = write(scene, "Ich auch.", scene.her, parent=thread.id)
    answer = do(comments.official_reply, scene.clerk.id, reply.id, "Wir **prüfen** es.", LATER)
    assert (answer.official, answer.parent_id, answer.reply_number) == (True, thread.id, 2)
    assert stored(thread.id).answered_at == LATER
    with pytest.raises(Forbidden):
        do(comments.official_reply, scene.other.id, thread.id, "Ich antworte.", NOW)
    with pytest.raises(Forbidden):
        do(comments.withdraw_comment, participant(scene.clerk, staff=True), answer.id, NOW)
    with db.reading() as session:
        (view,) = queries.comment_page(session, scene.place, "newest").threads
        assert [entry.args for entry in session.exec(select(OutboxEntry))][-1] == {"comment": answer.id}
    assert view.replies[-1].author_name == "Verwaltung"
    assert view.answered_at == LATER
    counters(scene)


def test_marks_are_one_per_person_under_the_pseudonym(scene):
    comment = write(scene)
    for value, expected in ((1, (1, 0)), (1, (1, 0)), (-1, (0, 1)), (0, (0, 0)), (0, (0, 0)), (1, (1, 0))):
        row = do(comments.mark_helpful, scene.her, comment.id, value, NOW)
        assert (row.helpful, row.not_helpful, row.score) == (*expected, wilson(*expected))
    changes = counters(scene)[2]
    do(comments.mark_helpful, scene.her, comment.id, 1, NOW)
    assert counters(scene)[2] == changes
    with db.reading() as session:
        mark = session.exec(select(CommentVote)).one()
        voter = voter_pseudonym(scene.other.id, scene.region.id)
        assert mark.voter == voter
        assert queries.my_marks(session, voter, scene.other.id, scene.place, 1, [comment.id]).helpful == {comment.id}
    with pytest.raises(Forbidden, match="eigenen"):
        do(comments.mark_helpful, scene.me, comment.id, 1, NOW)
    with pytest.raises(Invalid):
        do(comments.mark_helpful, scene.her, comment.id, 2, NOW)
    with pytest.raises(NotFound):
        do(comments.mark_helpful, scene.her, 10**6, 1, NOW)


def test_erasing_removes_words_marks_and_follows_but_no_thread(scene):
    mine = write(scene, stance="for")
    hers = write(scene, "Ihr Satz.", scene.her)
    answer = do(comments.official_reply, scene.clerk.id, mine.id, "Wir prüfen es.", NOW)
    do(comments.mark_helpful, scene.me, hers.id, 1, NOW)
    do(service.follow, scene.account.id, scene.region.id, "region", "", NOW)
    with db.reading() as session:
        data = service.personal_data(session, scene.account.id)
    assert ([one["text"] for one in data["comments"]], len(data["helpful"]), len(data["follows"])) == (["Der Weg fehlt."], 1, 1)
    do(service.erase, scene.account.id, NOW)
    do(service.erase, scene.clerk.id, NOW)
    with db.reading() as session:
        assert service.personal_data(session, scene.account.id) == {"comments": [], "votes": [], "helpful": [], "follows": []}
        views = {view.id: view for view in queries.comment_page(session, scene.place, "oldest").threads}
    assert (views[mine.id].author_name, views[mine.id].text, views[mine.id].withdrawn) == ("gelöschtes Konto", "", True)
    assert [(reply.id, reply.text) for reply in views[mine.id].replies] == [(answer.id, "Wir prüfen es.")]
    assert (stored(hers.id).helpful, stored(hers.id).score) == (0, 0.0)
    counters(scene)


@given(st.integers(0, 400), st.integers(0, 400))
def test_wilson_grows_with_helpful_and_falls_with_not_helpful(up, down):
    assert wilson(up + 1, down) >= wilson(up, down)
    assert wilson(up, down + 1) <= wilson(up, down)
    assert 0 <= wilson(up, down) < 1
    assert up + down == 0 or wilson(up, down) <= up / (up + down)


def test_wilson_agrees_with_published_values():
    assert wilson(0, 0) == 0
    assert wilson(1, 0) == pytest.approx(0.2065, abs=1e-4)
    assert wilson(81, 182) == pytest.approx(0.2553, abs=1e-4)  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
    assert wilson(15, 133) == pytest.approx(0.0624, abs=1e-4)
