"""`beteiligung votes`: the key under which votes are kept."""

import os
from pathlib import Path

import click


@click.group()
def votes() -> None:
    """The key of the votes' pseudonyms."""


@votes.command()
@click.option(
    "--new-key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file that holds the new key, from its custodian. Needed unless the present key lies in a file of var/keys.",
)
def rekey(new_key_file: Path | None) -> None:
    """Change the vote key. Stop web and worker first; started again with the new key they go on.

    Killed at any moment it has changed nothing or everything, and can be run again.
    """
    from beteiligung.clock import utcnow
    from beteiligung.council.ballots import rekey_ballots
    from beteiligung.db import unit_of_work
    from beteiligung.errors import Invalid
    from beteiligung.participation.rekey import rekey as change
    from beteiligung.settings import settings

    own_file = settings().var / "keys" / "vote_key"
    is_ours = new_key_file is None
    if is_ours and (not own_file.is_file() or own_file.read_text("utf-8").strip() != settings().vote_key):
        raise Invalid("The present key does not lie in var/keys/vote_key: give the new one with --new-key-file.")
    path = new_key_file or own_file.with_name("vote_key.new")
    if is_ours and not path.is_file():
        _write_key(path)
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    new = path.read_text("utf-8").strip()
    with unit_of_work() as session:
        done = change(session, settings().vote_key, new, utcnow())
        if done is not None:
            rekey_ballots(session, settings().vote_key, new)
    if is_ours:
        path.replace(own_file)
    if done is None:
        click.echo("The votes were under the new key already.")
    else:
        click.echo(
            f"{done.votes} votes, {done.marks} helpful marks, {done.answers} answers renamed; {done.strangers} names lead to nobody."
        )
    click.echo("The new key is in place." if is_ours else f"Now set BETEILIGUNG_VOTE_KEY_FILE={path} and destroy the old key.")


def _write_key(path: Path) -> None:
    import secrets

    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
