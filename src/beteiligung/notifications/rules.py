"""Who may what with news. Pure."""


def may_add_device(*, kiosk: bool) -> bool:
    """Whether a signed-in person may let this browser show news: never one that is for everybody."""
    return not kiosk
