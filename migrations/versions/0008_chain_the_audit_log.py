"""Chain the audit log, and keep what people's rights need: exports, deletions, warnings, the vote key's mark."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FROZEN = ("chain_link", "chain_head")
"""Tables whose rows are only ever added."""


def upgrade() -> None:
    """Apply."""
    op.add_column("audit_entry", sa.Column("salt", sa.String(), nullable=True))
    op.add_column("audit_entry", sa.Column("erased_at", UtcDateTime(), nullable=True))
    op.add_column("account", sa.Column("active_on", UtcDateTime(), nullable=True))
    op.create_table(
        "chain_link",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("chained_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_chain_link")),
        sa.UniqueConstraint("chain", "entry_id", name=op.f("uq_chain_link_chain_entry_id")),
    )
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "day", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "data_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_data_export_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
    )
    op.create_index(op.f("ix_data_export_account_id"), "data_export", ["account_id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("keep_comments", sa.Boolean(), nullable=False),
        sa.Column("keep_votes", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(confirmed_at IS NULL) = (due_at IS NULL)", name=op.f("ck_erasure_due_once_confirmed")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_erasure_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("account_id", name=op.f("uq_erasure_account_id")),
    )
    op.create_table(
        "inactivity_warning",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("warned_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_inactivity_warning_two_warnings")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_inactivity_warning_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_inactivity_warning")),
    )
    op.create_table(
        "vote_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_vote_key_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_key")),
    )
    for statement in guards(op.get_bind().dialect.name):
        op.execute(statement)


def guards(dialect: str) -> list[str]:
    """Return the triggers: links and heads never change, a chained entry is never deleted and changes only by being erased."""
    chained = "EXISTS (SELECT 1 FROM chain_link WHERE chain = 'audit' AND entry_id = OLD.id)"
    same = "NEW.{0} {1} OLD.{0}"
    if dialect == "postgresql":
        erased = " AND ".join(
            ["NEW.erased_at IS NOT NULL", "NEW.salt IS NULL", *(same.format(c, "IS NOT DISTINCT FROM") for c in ("id", "at", "region_id", "act"))]
        )
        made = [
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'append-only: % %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$",
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {chained} THEN IF TG_OP = 'UPDATE' THEN IF {erased} THEN RETURN NEW; END IF; END IF; "
            "RAISE EXCEPTION 'append-only: % %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
        ]
        return made + [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            for table in FROZEN
        ]
    erased = " AND ".join(["NEW.erased_at IS NOT NULL", "NEW.salt IS NULL", *(same.format(c, "IS") for c in ("id", "at", "region_id", "act"))])
    refuse = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    return [
        *(f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {refuse}" for table in FROZEN for act in ("UPDATE", "DELETE")),
        f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN {chained} {refuse}",
        f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry WHEN {chained} AND NOT ({erased}) {refuse}",
    ]


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
        for table in FROZEN:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute("DROP FUNCTION refuse_audit_change()")
        op.execute("DROP FUNCTION refuse_change()")
    else:
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute("DROP TRIGGER audit_entry_no_update")
    for table in ("vote_key", "inactivity_warning", "erasure", "data_export", "chain_head", "chain_link"):
        op.drop_table(table)
    op.drop_column("account", "active_on")
    op.drop_column("audit_entry", "erased_at")
    op.drop_column("audit_entry", "salt")
