"""Keep how a residence was confirmed, codes of letters, schools and sheets, what people tell for statistics, and kiosks."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _number(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _to(table: str, column: str, target: str, **more: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), **more)


def _key(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _words(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))


def upgrade() -> None:
    """Apply."""
    op.add_column("account", _day("ends_on", nullable=True))
    op.add_column("comment", sa.Column("on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("residence") as residence:
        residence.add_column(sa.Column("channel", sa.String(), nullable=False, server_default="counter"))
        residence.add_column(_text("fingerprint", nullable=True))
        residence.create_check_constraint(op.f("ck_residence_channel_known"), "channel IN ('provider', 'letter', 'counter')")
        residence.create_unique_constraint(op.f("uq_residence_region_id_fingerprint"), ["region_id", "fingerprint"])

    op.create_table(
        "print_run", _number(), _number("region_id"), _text("kind"), _text("state"), _text("title"), _number("done"), _number("total"),
        sa.Column("content", sa.JSON(), nullable=False), _text("source", nullable=True), _text("file", nullable=True),
        _time("created_at"), _time("codes_until"), _time("finished_at", nullable=True), _time("fetched_at", nullable=True),
        _key("print_run"), _to("print_run", "region_id", "region"),
        _words("print_run", "kind", "letters", "cards", "ballots", "forms"),
        _words("print_run", "state", "queued", "running", "done", "failed"),
    )  # fmt: skip
    op.create_index(op.f("ix_print_run_region_id"), "print_run", ["region_id"])
    op.create_table(
        "residence_code", _number(), _number("run_id"), _number("region_id"), _text("fingerprint"), _text("nonce"), _number("attempts"),
        _time("expires_at"), _time("used_at", nullable=True),
        _key("residence_code"), _to("residence_code", "run_id", "print_run"), _to("residence_code", "region_id", "region"),
    )  # fmt: skip
    op.create_table(
        "school_code", _number(), _number("run_id"), _number("region_id"), _text("nonce"), _day("ends_on"), _time("expires_at"),
        _day("used_on", nullable=True),
        _key("school_code"), _to("school_code", "run_id", "print_run"), _to("school_code", "region_id", "region"),
    )  # fmt: skip
    for table in ("residence_code", "school_code"):
        for column in ("run_id", "expires_at"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_table(
        "paper_sheet", _number(), _number("run_id"), _number("region_id"), _text("kind"), _text("standing"), _text("nonce"),
        _time("expires_at"), _day("entered_on", nullable=True),
        _key("paper_sheet"), _to("paper_sheet", "run_id", "print_run"), _to("paper_sheet", "region_id", "region"),
        _words("paper_sheet", "kind", "ballot", "comment"), _words("paper_sheet", "standing", "confirmed", "unconfirmed"),
    )  # fmt: skip
    for column in ("run_id", "region_id"):
        op.create_index(op.f(f"ix_paper_sheet_{column}"), "paper_sheet", [column])
    op.create_table(
        "counter_ticket", _number("account_id"), _text("nonce"), _time("expires_at"),
        _key("counter_ticket", "account_id"), _to("counter_ticket", "account_id", "account", ondelete="CASCADE"),
    )  # fmt: skip
    op.create_index(op.f("ix_counter_ticket_expires_at"), "counter_ticket", ["expires_at"])
    op.create_table(
        "kiosk", _text("id"), _number("region_id"), _time("until"), _key("kiosk"), _to("kiosk", "region_id", "region"),
    )  # fmt: skip
    op.create_index(op.f("ix_kiosk_until"), "kiosk", ["until"])
    op.create_table(
        "demographic", _text("voter"), _text("age_band", nullable=True), _text("sex", nullable=True),
        sa.Column("drawable", sa.Boolean(), nullable=False), _key("demographic", "voter"),
        _words("demographic", "age_band", "14-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"),
        _words("demographic", "sex", "female", "male", "diverse"),
        sqlite_with_rowid=False,
    )  # fmt: skip


def downgrade() -> None:
    """Take back."""
    for table in ("demographic", "kiosk", "counter_ticket", "paper_sheet", "school_code", "residence_code", "print_run"):
        op.drop_table(table)
    with op.batch_alter_table("residence") as residence:
        residence.drop_constraint(op.f("uq_residence_region_id_fingerprint"), type_="unique")
        residence.drop_constraint(op.f("ck_residence_channel_known"), type_="check")
        residence.drop_column("fingerprint")
        residence.drop_column("channel")
    op.drop_column("comment", "on_paper")
    op.drop_column("account", "ends_on")
