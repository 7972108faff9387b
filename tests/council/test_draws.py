"""A draw from the list to the protocol: what is stored, what is public, and what nobody can change afterwards."""

import json
from datetime import timedelta

import pytest
from sqlmodel import func, select

from beteiligung.clock import berlin_date
from beteiligung.council import protocol, rules, service
from beteiligung.council.models import Draw, DrawFile, DrawPerson
from beteiligung.council.people import read_people
from beteiligung.council.pool import read_pool
from beteiligung.council.quotas import Bound, from_file, from_form, proposal, warnings
from beteiligung.council.register import pool_csv
from beteiligung.db import reading, unit_of_work
from beteiligung.errors import Conflict, Forbidden, Invalid
from council.draws import make_draw, people_csv, plan, seats
from support import NOW, make_account, make_region

TODAY = berlin_date(NOW)


def file_of(number, kind):
    with reading() as session:
        return session.get_one(DrawFile, (number, kind)).content


def test_the_protocol_of_a_draw_verifies_with_its_pool_and_a_changed_byte_fails(database):
    _region, _clerk, number = make_draw()
    content, published = file_of(number, "protocol"), file_of(number, "published")
    with reading() as session:
        pool_file = pool_csv(session, session.get_one(Draw, number))
        offered = {seat.pseudonym for seat in seats(session, number)}
    quotas, household = protocol.needed_from_pool(content)
    result = protocol.verify(content, read_pool(pool_file, quotas, household), published)
    assert set(result["seated"]) == offered
    assert len(offered) == 8
    for wrong in (content.replace(b'"size":8', b'"size":7'), content.replace(b"45", b"46")):
        assert wrong != content
        with pytest.raises(Invalid):
            protocol.verify(wrong)


def test_nothing_public_names_anybody(database):
    _region, _clerk, number = make_draw(people=people_csv(40, barred=3))
    with reading() as session:
        draw = session.get_one(Draw, number)
        told = json.dumps([draw.groups, draw.figures, draw.quotas, draw.notes]).encode()
        everything = told + pool_csv(session, draw) + file_of(number, "published") + file_of(number, "protocol")
        rows = session.exec(select(DrawPerson).where(DrawPerson.draw_id == number)).all()
        assert draw.blocked == 3
        assert len(rows) == 37
        assert not {"R0", "R1", "R2"} & {row.given_id for row in rows}
    for private in (b"Vorname", b"Name", b"Weg", b"example.org", b"R1", b"H1"):
        assert private not in everything


def test_a_published_draw_stands(database):
    region, clerk, number = make_draw("published")
    with unit_of_work() as session:
        draw = session.get_one(Draw, number)
        found = read_people(people_csv(), households=True)
        for change in (
            lambda: service.bring_list(session, clerk, draw, found, NOW),
            lambda: service.set_quotas(session, draw, [Bound("Ort", "Nord", 0, 8)]),
            lambda: service.start_computing(session, draw, NOW),
            lambda: service.publish(session, clerk, draw, "Lotto am Samstag", TODAY + timedelta(days=2), NOW),
            lambda: service.throw_away(session, clerk, draw, NOW),
        ):
            with pytest.raises(Conflict):
                change()
        with pytest.raises(Invalid, match="noch nicht da"):
            service.hold(session, clerk, draw, "1 2 3", NOW)
        with pytest.raises(Forbidden):
            service.locked(session, number, region + 1_000)
        service.withdraw(session, clerk, draw, "Im Pool fehlte eine ganze Gemeinde.", NOW)
        assert session.exec(select(func.count()).select_from(DrawPerson)).one() == 0
        with pytest.raises(Conflict):
            service.hold(session, clerk, draw, "1 2 3", NOW + timedelta(days=9))


def test_what_nobody_has_seen_can_be_thrown_away_and_changed_quotas_forget_the_result(database):
    _region, clerk, number = make_draw("computed")
    with unit_of_work() as session:
        draw = session.get_one(Draw, number)
        service.set_quotas(session, draw, [Bound("Ort", "Nord", 1, 8)])
        assert draw.state == "setup"
        assert session.get(DrawFile, (number, "result")) is None
        service.throw_away(session, clerk, draw, NOW)
    with reading() as session:
        assert session.get(Draw, number) is None


def test_a_result_that_comes_late_is_not_taken(database):
    _region, _clerk, number = make_draw("computing")
    with unit_of_work() as session:
        draw = session.get_one(Draw, number)
        old = draw.run
        service.stop_computing(session, draw)
        service.start_computing(session, draw, NOW)
        session.flush()
        assert service.task_of(session, number, old) is None
        assert not service.advance(session, number, old, 5)
        service.keep_result(session, number, old, None, {"message": "spät"})
        assert (draw.state, draw.problem) == ("computing", {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("R0;weiblich;Nord;H9;;;;;;;", "Zeile 4: die Kennung „R0“ steht schon in Zeile 2"),
        (";weiblich;Nord;H9;;;;;;;", "Zeile 4: die Kennung (id) ist leer"),
        ("R9;weiblich;Nord;H9;;;;;;keine;", "Zeile 4: „keine“ ist keine Mailadresse"),
        ("R9;weiblich;Nord;H9;;;;;;;vielleicht", "unter „Sperre“ steht „vielleicht“"),
        ("R9;weiblich;Nord;H9;;;Weg 1;;;;", "Zeile 4: Straße oder PLZ fehlt"),
        ("R9;=1+1;Nord;H9;;;;;;;", "als Formel"),
        ("R9;weiblich;Nord;H9;;;;;;;;zu viel", "Zeile 4: hat 12 Spalten statt 11"),
    ],
)
def test_errors_of_a_list_name_the_row(line, said):
    with pytest.raises(Invalid, match=said.replace("(", r"\(").replace(")", r"\)")):
        read_people(people_csv(2) + b"\n" + line.encode(), households=True)


def test_a_list_keeps_what_a_draw_needs_and_no_more():
    text = "Kennung,Ort,Beruf,Geburtsdatum,Straße,PLZ\n" + "\n".join(
        f"{n},{'nord' if n == 3 else 'Nord'},Beruf {n},1.1.{1900 + n},Hauptstr. {n // 2},12345" for n in range(90)
    )
    found = read_people(text.encode(), households=True)
    assert found.features == ("Ort",)
    assert {person.values["Ort"] for person in found.people} == {"Nord"}
    assert len({person.household for person in found.people}) == 45
    assert len(found.notes) == 2
    with pytest.raises(Invalid, match="wer zusammen wohnt"):
        read_people(b"id;Ort\n1;Nord\n", households=True)


def test_quotas_from_a_file_and_from_a_form():
    counts = {"Ort": {"Nord": 6, "Süd": 4}}
    read = from_file("merkmal;wert;min;max;Bevölkerung\nort;NORD;1;2;60,5\nOrt;Süd;0;9;39,5".encode(), ["Ort"], counts, 3)
    assert read == (Bound("Ort", "Nord", 1, 2, population=60.5), Bound("Ort", "Süd", 0, 3, population=39.5))
    with pytest.raises(Invalid, match="Zeile 2: das Merkmal „Alter“"):
        from_file(b"feature,value,min,max\nAlter,jung,1,2", ["Ort"], counts, 3)
    typed = {("Ort", "Nord"): ("1", "2", ""), ("Ort", "Süd"): ("", "", "")}
    assert from_form(typed, 3) == (Bound("Ort", "Nord", 1, 2),)
    for lower, upper in (("2", "1"), ("", "1"), ("x", "2"), ("9", "9")):
        with pytest.raises(Invalid, match="Ort = Nord"):
            from_form({("Ort", "Nord"): (lower, upper, "")}, 3)
    proposed = proposal(counts, 3, {("Ort", "Nord"): 10.0, ("Ort", "Süd"): 90.0})
    assert [(one.lower, one.upper) for one in proposed] == [(0, 1), (2, 3)]
    assert warnings([Bound("Ort", "Nord", 7, 8), Bound("Ort", "Süd", 0, 0)], counts, 9) == [
        "Ort: Alle „höchstens“ zusammen sind 8, das Gremium hat 9 Plätze.",
        "Ort = Nord: mindestens 7 verlangt, im Pool sind 6.",
    ]


def test_a_plan_that_cannot_stand_is_refused_by_field(database):
    wrong = {
        "title": "", "size": 2, "algorithm": "legacy", "term_start": TODAY - timedelta(days=1), "term_end": TODAY - timedelta(days=2),
        "contact": "",
    }  # fmt: skip
    with unit_of_work() as session:
        region, clerk = make_region(session).id, make_account(session).id
        with pytest.raises(Invalid) as refused:
            service.create(session, clerk, region, plan(**wrong), NOW)
    assert set(refused.value.fields) == set(wrong)


def test_who_may_do_what_when():
    assert [may for may in (True, False) if rules.may_prepare_draw(clerk=may)] == [True]
    published = ("published", "drawn", "withdrawn")
    assert [state for state in (*rules.OPEN, *published) if rules.may_throw_away(state)] == list(rules.OPEN)
    assert [state for state in (*rules.OPEN, *published) if rules.may_withdraw(state)] == ["published"]
    day = timedelta(days=1)
    for when, allowed in ((TODAY, False), (TODAY + day, True), (TODAY + 60 * day, True), (TODAY + 61 * day, False), (None, False)):
        assert (rules.why_not_publish("computed", "Lotto am Samstag", when, TODAY) is None) == allowed
    assert rules.why_not_publish("computed", "Lotto", TODAY + day, TODAY)
    for state in ("setup", "published", "drawn"):
        assert rules.why_not_publish(state, "Lotto am Samstag", TODAY + day, TODAY)
    assert rules.why_not_draw("published", TODAY, TODAY - day, "1")
    assert rules.why_not_draw("published", TODAY, TODAY, " ")
    assert rules.why_not_draw("published", TODAY, TODAY, "1") is None
    assert rules.why_not_accept("offered", NOW + day, NOW, staff=False, seated=False) is None
    assert rules.why_not_accept("offered", NOW, NOW, staff=False, seated=False)
    assert rules.why_not_accept("offered", NOW + day, NOW, staff=True, seated=False)
    assert rules.why_not_accept("offered", NOW + day, NOW, staff=False, seated=True)
    for state in ("accepted", "declined", "expired", "resigned", "ended"):
        assert rules.why_not_accept(state, NOW + day, NOW, staff=False, seated=False)
        assert not rules.may_decline(state)
        assert rules.may_resign(state) == (state == "accepted")
