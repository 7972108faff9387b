"""German words for why no groups of opinion are named."""

from beteiligung.i18n import _


def reason(word: str) -> str:
    """Return why no groups are named."""
    return {
        "too_few": _("Dafür haben noch zu wenige Menschen über genug Zusagen abgestimmt."),
        "no_groups": _("Es gibt keine zwei Gruppen von mindestens zehn Menschen, die sich in ihren Stimmen unterscheiden."),
        "unstable": _("Teilt man die Menschen zufällig in zwei Hälften, kommen jedes Mal andere Gruppen heraus."),
        "one_cloud": _("Die Stimmen liegen so nah beieinander, dass jede Grenze zwischen Gruppen willkürlich wäre."),
    }[word]
