"""Remember what a new form of a document changed, the words before, and where each printed line begins."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import beteiligung.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PASSAGES = ("passage", "import_passage")


def upgrade() -> None:
    """Apply."""
    for table in PASSAGES:
        op.add_column(table, sa.Column("lines", sa.JSON(), server_default="[]", nullable=False))
    text = sqlmodel.sql.sqltypes.AutoString
    op.add_column("revision", sa.Column("wording", text(), nullable=True))
    op.create_table(
        "document_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("published_at", beteiligung.db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_version_document_id_document")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_document_version_run_id_import_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("run_id", name=op.f("uq_document_version_run_id")),
    )
    op.create_index(op.f("ix_document_version_document_id"), "document_version", ["document_id"])
    op.create_table(
        "document_change",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("change", text(), nullable=False),
        sa.Column("before", text(), nullable=False),
        sa.Column("meaning", sa.Boolean(), nullable=False),
        sa.CheckConstraint("change IN ('new', 'moved', 'reworded', 'gone')", name=op.f("ck_document_change_change_known")),
        sa.ForeignKeyConstraint(["version_id"], ["document_version.id"], name=op.f("fk_document_change_version_id_document_version")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_document_change_commitment_id_commitment")),
        sa.PrimaryKeyConstraint("version_id", "commitment_id", name=op.f("pk_document_change")),
    )
    op.create_index(op.f("ix_document_change_commitment_id"), "document_change", ["commitment_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_document_change_commitment_id"), table_name="document_change")
    op.drop_table("document_change")
    op.drop_index(op.f("ix_document_version_document_id"), table_name="document_version")
    op.drop_table("document_version")
    op.drop_column("revision", "wording")
    for table in PASSAGES:
        op.drop_column(table, "lines")
