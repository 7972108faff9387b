"""The command `beteiligung`: run, migrate, documents, catalogue, demo, staff, jobs, recount."""

import json
import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from beteiligung.commands.archive import archive
from beteiligung.commands.audit import audit
from beteiligung.commands.backup import backup, restore
from beteiligung.commands.doctor import doctor
from beteiligung.commands.draw import draw
from beteiligung.commands.insight import insight
from beteiligung.commands.rights import rights
from beteiligung.commands.sentiment import sentiment
from beteiligung.commands.votes import votes
from beteiligung.errors import DomainError
from beteiligung.logs import configure
from beteiligung.settings import QUEUES, SettingsError


class _Group(click.Group):
    """Turns expected errors into one sentence and exit code 1 instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (DomainError, SettingsError) as error:
            raise click.ClickException(getattr(error, "message", str(error))) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(f"The database does not answer as it should. Try: beteiligung migrate ({error.orig})") from error


@click.group(cls=_Group)
def main() -> None:
    """Beteiligung: what politics has promised, discussed by those it was promised to."""
    os.umask(0o077)  # database, mails, uploads and queue are for nobody else on this machine
    configure("text")


@main.command()
def run() -> None:
    """Fill the database if needed and start web, worker and beat. Ctrl-C ends all of them."""
    from beteiligung import supervisor

    sys.exit(supervisor.run())


@main.command()
def web() -> None:
    """Run one web process (in production; `run` starts everything)."""
    from beteiligung import supervisor

    supervisor.become(supervisor.web())


@main.command()
@click.option("--queues", default=",".join(QUEUES), show_default=True, help="What it works on, with commas between.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="How many tasks at once.")
def worker(queues: str, processes: int) -> None:
    """Run one Celery worker."""
    from beteiligung import supervisor

    if unknown := set(queues.split(",")) - set(QUEUES):
        raise click.UsageError(f"There is no queue {', '.join(sorted(unknown))}. There are {', '.join(QUEUES)}.")
    supervisor.become(supervisor.worker(queues, processes))


@main.command()
def beat() -> None:
    """Run Celery's beat, which writes what is due by the clock. One is enough; two do no harm."""
    from beteiligung import supervisor

    supervisor.become(supervisor.beat())


@main.command()
def migrate() -> None:
    """Bring the database to the newest version, and erase again whom a restored backup has brought back."""
    from beteiligung.bootstrap import migrate as to_head

    back = to_head()
    click.echo("The database is up to date." + (f" {back} people whom a backup had brought back were erased again." if back else ""))


@main.command()
def seed() -> None:
    """Load regions, catalogue, originals at hand and, in the demonstration, example people, after what `migrate` does. Repeatable."""
    from beteiligung.bootstrap import migrate as to_head
    from beteiligung.bootstrap import seed as fill

    to_head()
    for line in fill(always=True):
        click.echo(line)


@main.group()
def documents() -> None:
    """Source documents: recognise commitments, import them."""


@documents.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["jsonl", "table"]), default="jsonl", show_default=True)
@click.option("--explain", is_flag=True, help="Say of each candidate why it is one.")
def extract(file: Path, form: str, *, explain: bool) -> None:
    """Print the commitments recognised in FILE. Needs no database."""
    from beteiligung.catalogue.importer.extract import extract as recognise
    from beteiligung.catalogue.importer.report import render_jsonl, render_table

    extraction = recognise(file)
    click.echo(render_table(extraction, explained=explain) if form == "table" else render_jsonl(extraction, explain=explain), nl=False)


@documents.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", required=True, help="The region's slug, as in its address.")
@click.option("--document", help="The document's slug; needed only where FILE is not known by its content.")
@click.option("--title", help="The title of a document that is new.")
def import_file(file: Path, region: str, document: str | None, title: str | None) -> None:
    """Put FILE into the catalogue of a region. Importing twice doubles nothing."""
    from beteiligung.bootstrap import import_original

    click.echo(import_original(file, region, document, title))


@main.group()
def catalogue() -> None:
    """The commitments in plain words under data/catalogue."""


@catalogue.command("load")
def load_catalogue() -> None:
    """Load data/catalogue/*.toml. A second load changes nothing; an edited entry becomes a revision."""
    from beteiligung.bootstrap import load_catalogues

    for line in load_catalogues():
        click.echo(line)


@catalogue.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def check_catalogue(folder: Path | None) -> None:
    """Check FOLDER (data/catalogue unless given), with the originals at hand; ends with 1 if a rule is broken. Needs no database."""
    from beteiligung.bootstrap import CATALOGUE
    from beteiligung.catalogue.review import check_folder
    from beteiligung.installed import originals

    report = check_folder(folder or CATALOGUE, originals())
    for line in (*report.lines, *map(str, report.findings)):
        click.echo(line)
    if not report.originals:
        click.echo("No originals at hand: copying, figures and coverage were not checked.")
    click.echo(report.verdict)
    sys.exit(1 if report.findings else 0)


@catalogue.command("diff")
def diff_catalogue() -> None:
    """Print what a load would change: + new or back, - archived, ~ changed. Changes nothing."""
    from beteiligung.bootstrap import catalogue_changes

    for name, found in catalogue_changes().items():
        for change in found:
            click.echo(str(change))
        click.echo(f"{name}: {len(found)} entries would change.")


@catalogue.command("export")
@click.argument("region")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file instead of printing.")
def export_catalogue(region: str, output: Path | None) -> None:
    """Print the commitments of REGION (its slug) as a catalogue file; loading it again changes nothing."""
    from beteiligung.bootstrap import exported

    text = exported(region)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")
        click.echo(f"{output} written.")


@main.group()
def demo() -> None:
    """The example people with their comments and votes."""


@demo.command("load")
def load_demo() -> None:
    """Create the example people. Refused in production."""
    from beteiligung.clock import utcnow
    from beteiligung.demo import load_demo as load

    click.echo(load(utcnow()))


@demo.command("remove")
def remove_demo() -> None:
    """Remove the example people with everything that is theirs."""
    from beteiligung.clock import utcnow
    from beteiligung.demo import remove_demo as remove

    click.echo(remove(utcnow()))


@main.command("create-staff")
@click.argument("email")
@click.option("--region", help="The region's slug; an operator has none.")
@click.option("--role", type=click.Choice(["clerk", "council", "operator"]), default="clerk", show_default=True)
def create_staff(email: str, region: str | None, role: str) -> None:
    """Give EMAIL a role; the account is made if there is none. The person signs in by mail link and sets up a second factor.

    The first operator is made here; operators and clerks give further offices in the pages.
    """
    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work
    from beteiligung.identity import notices, offices
    from beteiligung.places.queries import region_by_slug

    if (role == "operator") == bool(region):
        raise click.UsageError("Every role but the operator's needs --region.")
    with unit_of_work() as session:
        region_id, now = region_by_slug(session, region).id if region else None, utcnow()
        account = offices.create_staff(session, email, region_id, role, now)
        notices.tell(session, account.id or 0, "role_granted", now, role=role, region=region_id)
    click.echo(f"{email} is now {role} of {region or 'the installation'}.")


@main.command()
def recount() -> None:
    """Count all votes anew; prints each tally that differs and ends with 1 if there is any."""
    from beteiligung.db import reading
    from beteiligung.participation.recount import recount as differences

    with reading() as session:
        found = differences(session)
    for difference in found:
        click.echo(str(difference))
    click.echo(f"{len(found)} tallies differ.")
    sys.exit(1 if found else 0)


@main.group()
def jobs() -> None:
    """Work for later that failed three times and waits for a person."""


@jobs.command("list")
def list_jobs() -> None:
    """Print the parked entries of the outbox."""
    from beteiligung.db import reading
    from beteiligung.jobs import delayed, parked

    with reading() as session:
        rows, away = parked(session), delayed(session)
    for row in rows:
        click.echo(f"{row.id}\t{row.job}\t{json.dumps(row.args)}\t{row.error or ''}")
    click.echo(f"{len(rows)} parked.")
    if away is not None:
        click.echo(f"{away.number} wait for the mail server since {away.since:%Y-%m-%d %H:%M} UTC: {away.error}")


@jobs.command()
@click.argument("number", type=int)
def retry(number: int) -> None:
    """Give a parked entry three new attempts."""
    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work
    from beteiligung.jobs import unpark

    with unit_of_work() as session:
        unpark(session, number, utcnow())
    click.echo("It will be tried again within a quarter of a minute.")


@jobs.command()
@click.argument("number", type=int)
def drop(number: int) -> None:
    """Give a parked entry up; it stays in the table as done, with its error."""
    from beteiligung.clock import utcnow
    from beteiligung.db import unit_of_work
    from beteiligung.jobs import give_up

    with unit_of_work() as session:
        give_up(session, number, utcnow())
    click.echo("Dropped.")


@main.command("push-key")
def push_key() -> None:
    """Print a new key for Web Push, to be set as BETEILIGUNG_PUSH_KEY. Another key ends every device's push."""
    from beteiligung.notifications.push import new_key

    click.echo(new_key())


main.add_command(archive)
main.add_command(audit)
main.add_command(backup)
main.add_command(restore)
main.add_command(doctor)
main.add_command(rights)
main.add_command(votes)
main.add_command(draw)
main.add_command(insight)
main.add_command(sentiment)
