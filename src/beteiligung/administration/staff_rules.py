"""Who may give and end which office in the pages. Seats in the Bürgerrat are drawn, so no page gives them. Pure."""

GIVEN_HERE = ("clerk", "operator")


def may_give_office(*, role: str, region_id: int | None, operator: bool, clerk_of: frozenset[int]) -> bool:
    """Whether somebody may give an office: clerks that of clerk in their own region, operators each that is given in the pages."""
    if role not in GIVEN_HERE or (role == "operator") != (region_id is None):
        return False
    return operator or (role == "clerk" and region_id in clerk_of)


def may_end_office(*, role: str, region_id: int | None, operator: bool, clerk_of: frozenset[int], account_id: int, subject_id: int) -> bool:
    """Whether somebody may end an office: whoever may give it, but nobody their own."""
    return account_id != subject_id and may_give_office(role=role, region_id=region_id, operator=operator, clerk_of=clerk_of)
