"""News on people's devices: claimed like a mail just before it leaves, recorded after the push services' answers."""

import time
from email.utils import parseaddr

from sqlmodel import Session

from beteiligung.clock import utcnow
from beteiligung.db import reading, unit_of_work
from beteiligung.jobs import Claim, Job
from beteiligung.notifications import deliveries, devices, parcels, push
from beteiligung.settings import settings
from worker.tasks import in_one_transaction, log, work

_WORTH = ("sent", "unknown", "deferred", "refused", "gone")
"""Of several devices' outcomes the first that occurs is the delivery's: shown anywhere is shown."""
AT_MOST = 60.0
"""Seconds for all devices of a person; what is left then is not shown there, and stands in the account."""


@work(Job.DELIVER_PUSH)
def deliver_push(held: Claim) -> None:
    """Show one piece of news on all devices of its person that want it, at most once."""
    number, key = held.args["id"], settings().push_key
    with unit_of_work() as session:
        deliveries.note_lost(session, number, utcnow())
    with reading() as session:
        parcel = parcels.parcel(session, number, utcnow())
    with unit_of_work() as session:  # where nothing is to be shown this says why
        claimed = deliveries.claim(session, number, parcel.news if parcel else frozenset(), utcnow())
    outcomes: dict[str, str] = {}
    if claimed and parcel is not None and key is not None:
        subject = f"mailto:{parseaddr(settings().mail_from)[1]}"
        ours = push.key_of(key)
        end = time.monotonic() + AT_MOST
        for device in parcel.devices:
            if time.monotonic() < end:  # nobody's slow devices hold up the news of others
                outcomes[device.endpoint] = push.post(device, parcel.text, parcel.topic, ours, subject, utcnow())
    outcome = next((word for word in _WORTH if word in outcomes.values()), "refused")
    if outcomes and outcome != "sent":
        log.warning("push %s %s", number, outcome)

    def note(session: Session) -> None:
        devices.gone(session, [endpoint for endpoint, word in outcomes.items() if word == "gone"])
        if claimed:
            ended = "refused" if outcome == "gone" else outcome
            deliveries.record(session, number, ended, utcnow(), "" if outcome == "sent" else f"push service: {outcome}")

    in_one_transaction(held, note)
