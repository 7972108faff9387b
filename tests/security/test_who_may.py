"""Every address has a stated rule, and every role meets what the rule says, in the right region and in the wrong one."""

import re

import pytest

from beteiligung.web.limits import limiter
from conftest import one_database
from security.routes import addresses
from security.test_routes import FIELDS, OURS, send
from security.who_may import OUTCOMES, ROLES, rule_of

LAST = ("/zurueckziehen", "/konto/willkommen", "/abmelden")
"""What changes most comes at the end."""


def test_every_address_has_a_rule():
    there, stated = {f"{one.method} {one.path}" for one in addresses()}, set(rule_of())
    assert not there - stated, "no rule says who may do this: add a line to tests/security/who_may.py"
    assert not stated - there, "these addresses are gone: remove their lines from tests/security/who_may.py"


def test_every_rule_says_something_of_every_role():
    for rule, outcomes in OUTCOMES.items():
        assert set(outcomes) == set(ROLES), rule


def met(answer) -> str:
    """Return what somebody met: sign in, welcome, refused or open."""
    where = answer.headers.get("location", "") or answer.headers.get("hx-redirect", "")
    if answer.status_code == 303 and where.startswith("/anmelden?weiter="):
        return "sign in"
    if answer.status_code == 303 and where.startswith("/konto/willkommen?weiter="):
        return "welcome"
    return "refused" if answer.status_code in (401, 403) else "open"


@one_database
@pytest.mark.parametrize("who", ROLES)
def test_every_role_meets_what_the_rule_says(world, browser_of, who):
    client, rules, wrong = browser_of(who), rule_of(), []
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/konto" if who != "newcomer" else "/konto/willkommen").text)
    token = found[1] if found else ""
    for address in sorted(addresses(), key=lambda one: (one.path.endswith(LAST), one.path.endswith(LAST[-1]))):
        limiter.clear()
        if address.method == "POST":
            number = {"region": "1"} if address.path.startswith("/konto/wohnsitz") else {}
            answer = send(client, address, world, {**FIELDS, **number, "csrf": token})
        else:
            answer = client.get(address.filled(world.values), headers=OURS, follow_redirects=False)
        assert answer.status_code < 500, address
        expected = OUTCOMES[rules[f"{address.method} {address.path}"]][who]
        if met(answer) not in expected.split(" or "):
            wrong.append((address.method, address.path, f"met {met(answer)} ({answer.status_code}), the rule says {expected}"))
    assert not wrong, "\n".join(map(" ".join, wrong))
