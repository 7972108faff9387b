import json
import random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from beteiligung.cli import main
from beteiligung.council import protocol
from beteiligung.council.pool import canonical
from beteiligung.council.sortition import compute
from beteiligung.errors import Invalid
from council.pools import invented, loaded

SECRET = bytes(range(32))
POOL, QUOTAS, SIZE = loaded(3, 30, [2, 3], 6, 25)
PUBLISHED = protocol.prepare(POOL, QUOTAS, SIZE, ["home"], compute(POOL, QUOTAS, SIZE), SECRET, "Ziehung  vom 2. Dezember")
PROTOCOL = protocol.seat(PUBLISHED, SECRET, "3 7 12")


def test_anybody_reproduces_the_seats():
    result = protocol.verify(PROTOCOL, POOL, PUBLISHED)
    assert len(set(result["seated"])) == SIZE
    assert result["public_source"] == "Ziehung vom 2. Dezember"
    assert protocol.seat(PUBLISHED, SECRET, " 3  7 12 ") == PROTOCOL


@settings(max_examples=400, deadline=None)
@given(place=st.integers(0, len(PROTOCOL) - 1), change=st.integers(1, 255))
def test_one_changed_byte_fails(place, change):
    changed = bytearray(PROTOCOL)
    changed[place] ^= change
    with pytest.raises(Invalid):
        protocol.verify(bytes(changed))


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(PROTOCOL)), extra=st.binary(min_size=1, max_size=3), cut=st.booleans())
def test_more_or_fewer_bytes_fail(place, extra, cut):
    with pytest.raises(Invalid):
        protocol.verify(PROTOCOL[:place] if cut and place < len(PROTOCOL) else PROTOCOL[:place] + extra + PROTOCOL[place:])


@pytest.mark.parametrize("content", [b"", b"[]\n", b"{}\n", b'{"published":{}}\n', b"\xff", b"[" * 100_000])
def test_what_is_no_protocol_is_refused(content):
    with pytest.raises(Invalid):
        protocol.verify(content)
    with pytest.raises(Invalid):
        protocol.needed_from_pool(content)
    with pytest.raises(Invalid):
        protocol.seat(content, SECRET, "1")


def test_another_secret_than_committed_to_is_refused():
    with pytest.raises(Invalid, match="festgelegt"):
        protocol.seat(PUBLISHED, bytes(32), "3 7 12")


def test_a_draw_repeated_until_it_pleases_is_found_by_what_was_published_before():
    again = protocol.seat(
        protocol.prepare(POOL, QUOTAS, SIZE, ["home"], compute(POOL, QUOTAS, SIZE), bytes(32), "Ziehung"), bytes(32), "3 7 12"
    )
    protocol.verify(again)
    with pytest.raises(Invalid, match="vor der Auslosung"):
        protocol.verify(again, published=PUBLISHED)


def test_a_panel_that_breaks_a_quota_is_found_with_the_pool():
    before = json.loads(PUBLISHED)
    outsider = next(index for index in range(30) if index not in before["panels"][0][1])
    before["panels"][0][1] = sorted([*before["panels"][0][1][1:], outsider])
    kept = before["panels"][0][1]
    while not protocol.violations(POOL, QUOTAS, SIZE, kept):
        kept = sorted(random.Random(len(kept)).sample(range(30), SIZE))
    before["panels"][0][1] = kept
    forged = protocol.seat(canonical(before), SECRET, "3 7 12")
    protocol.verify(forged)
    with pytest.raises(Invalid, match="verletzt die Regeln"):
        protocol.verify(forged, POOL)


def test_another_pool_is_found():
    other, _, _ = loaded(4, 30, [2, 3], 6, 25)
    with pytest.raises(Invalid, match="nicht die, aus der gelost wurde"):
        protocol.verify(PROTOCOL, other)


def test_the_commands_from_the_list_to_the_audit(tmp_path):
    people, quotas, _, size = invented(3, 30, [2, 3], 6, 25)
    (tmp_path / "people.csv").write_bytes(people)
    (tmp_path / "quotas.csv").write_bytes(quotas)

    def call(*arguments):
        return CliRunner().invoke(main, ["draw", *(str(tmp_path / one) if "." in one else one for one in arguments)])

    given = ("--people", "people.csv", "--quotas", "quotas.csv", "--size", str(size), "--household", "home")
    prepared = ("prepare", *given, "--source", "Lotterie", "--output", "before.json", "--secret", "secret.txt")
    assert call(*prepared).exit_code == 0
    assert "gibt es schon" in call(*prepared).output
    assert call("seat", "before.json", "secret.txt", "--public-value", "1 2 3", "--output", "protocol.json").exit_code == 0
    verified = call("verify", "protocol.json", "--pool", "people.csv", "--published", "before.json")
    assert verified.exit_code == 0, verified.output
    assert len(verified.output.splitlines()) == 3 + size
    (tmp_path / "people.csv").write_bytes(people.replace(b"n1,", b"m1,"))
    assert call("verify", "protocol.json", "--pool", "people.csv").exit_code == 1
    content = (tmp_path / "protocol.json").read_bytes()
    (tmp_path / "protocol.json").write_bytes(content.replace(b'"1 2 3"', b'"1 2 4"'))
    assert call("verify", "protocol.json").exit_code == 1


def test_compute_says_why_there_is_no_draw(tmp_path):
    (tmp_path / "people.csv").write_text("id,f\n1,x\n2,y\n", "utf-8")
    (tmp_path / "quotas.csv").write_text("feature,value,min,max\nf,x,2,2\n", "utf-8")
    command = [
        "draw",
        "compute",
        "--people",
        str(tmp_path / "people.csv"),
        "--quotas",
        str(tmp_path / "quotas.csv"),
        "--size",
        "2",
        "--json",
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    answer = json.loads(result.stdout.splitlines()[0])
    assert answer["relaxations"] == [{"feature": "f", "value": "x", "side": "min", "bound": 2, "proposed": 1}]
    assert answer["clash"][0]["side"] == "min"
