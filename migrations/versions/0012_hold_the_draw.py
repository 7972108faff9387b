"""Keep draws, invitations, seats and terms of the council."""

import sqlalchemy as sa
from alembic import op

from beteiligung.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('draw',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('region_id', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('source', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('algorithm', sa.String(), nullable=False),
        sa.Column('households', sa.Boolean(), nullable=False),
        sa.Column('term_start', sa.Date(), nullable=False),
        sa.Column('term_end', sa.Date(), nullable=False),
        sa.Column('contact', sa.String(), nullable=False),
        sa.Column('features', sa.JSON(), nullable=False),
        sa.Column('quotas', sa.JSON(), nullable=False),
        sa.Column('notes', sa.JSON(), nullable=False),
        sa.Column('blocked', sa.Integer(), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('run', sa.Integer(), nullable=False),
        sa.Column('progress', sa.Integer(), nullable=False),
        sa.Column('problem', sa.JSON(), nullable=False),
        sa.Column('nonce', sa.String(), nullable=True),
        sa.Column('public_source', sa.String(), nullable=False),
        sa.Column('public_day', sa.Date(), nullable=True),
        sa.Column('published_at', UtcDateTime(), nullable=True),
        sa.Column('published_sha256', sa.String(), nullable=True),
        sa.Column('figures', sa.JSON(), nullable=False),
        sa.Column('groups', sa.JSON(), nullable=False),
        sa.Column('public_value', sa.String(), nullable=True),
        sa.Column('drawn_at', UtcDateTime(), nullable=True),
        sa.Column('withdrawn_reason', sa.String(), nullable=True),
        sa.Column('invited_at', UtcDateTime(), nullable=True),
        sa.Column('reply_by', sa.Date(), nullable=True),
        sa.Column('response', sa.JSON(), nullable=False),
        sa.Column('list_until', sa.Date(), nullable=True),
        sa.Column('list_deleted_at', UtcDateTime(), nullable=True),
        sa.CheckConstraint("algorithm IN ('leximin', 'maximin', 'nash')", name=op.f('ck_draw_algorithm_known')),
        sa.CheckConstraint("source IN ('list', 'register')", name=op.f('ck_draw_source_known')),
        sa.CheckConstraint("state IN ('setup', 'inviting', 'computing', 'computed', 'published', 'drawn', 'withdrawn')", name=op.f('ck_draw_state_known')),
        sa.CheckConstraint("state NOT IN ('published', 'drawn') OR published_sha256 IS NOT NULL", name=op.f('ck_draw_published_before')),
        sa.CheckConstraint('(drawn_at IS NULL) = (public_value IS NULL)', name=op.f('ck_draw_drawn_by_value')),
        sa.CheckConstraint('size > 0', name=op.f('ck_draw_has_seats')),
        sa.CheckConstraint('term_start < term_end', name=op.f('ck_draw_term_runs')),
        sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_draw_region_id_region')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draw'))
    )
    op.create_index(op.f('ix_draw_region_id'), 'draw', ['region_id'], unique=False)
    op.create_table('draw_file',
        sa.Column('draw_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('result', 'published', 'protocol')", name=op.f('ck_draw_file_kind_known')),
        sa.ForeignKeyConstraint(['draw_id'], ['draw.id'], name=op.f('fk_draw_file_draw_id_draw')),
        sa.PrimaryKeyConstraint('draw_id', 'kind', name=op.f('pk_draw_file'))
    )
    op.create_table('draw_person',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draw_id', sa.Integer(), nullable=False),
        sa.Column('pseudonym', sa.String(), nullable=False),
        sa.Column('given_id', sa.String(), nullable=False),
        sa.Column('values', sa.JSON(), nullable=False),
        sa.Column('household', sa.String(), nullable=False),
        sa.Column('given_name', sa.String(), nullable=False),
        sa.Column('family_name', sa.String(), nullable=False),
        sa.Column('street', sa.String(), nullable=False),
        sa.Column('postcode', sa.String(), nullable=False),
        sa.Column('town', sa.String(), nullable=False),
        sa.Column('email', sa.String(), nullable=False),
        sa.Column('nonce', sa.String(), nullable=False),
        sa.Column('reply', sa.String(), nullable=True),
        sa.Column('replied_at', UtcDateTime(), nullable=True),
        sa.CheckConstraint("reply IN ('yes', 'no')", name=op.f('ck_draw_person_reply_known')),
        sa.ForeignKeyConstraint(['draw_id'], ['draw.id'], name=op.f('fk_draw_person_draw_id_draw')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draw_person')),
        sa.UniqueConstraint('draw_id', 'pseudonym', name=op.f('uq_draw_person_draw_id_pseudonym'))
    )
    op.create_table('council_seat',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draw_id', sa.Integer(), nullable=False),
        sa.Column('region_id', sa.Integer(), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('pseudonym', sa.String(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('values', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('offered_at', UtcDateTime(), nullable=False),
        sa.Column('due_at', UtcDateTime(), nullable=False),
        sa.Column('answered_at', UtcDateTime(), nullable=True),
        sa.Column('ended_at', UtcDateTime(), nullable=True),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('display_name', sa.String(), nullable=False),
        sa.CheckConstraint("(state IN ('offered', 'accepted')) = (ended_at IS NULL)", name=op.f('ck_council_seat_ended_somehow')),
        sa.CheckConstraint("state IN ('offered', 'accepted', 'declined', 'expired', 'resigned', 'ended')", name=op.f('ck_council_seat_state_known')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_council_seat_account_id_account')),
        sa.ForeignKeyConstraint(['draw_id'], ['draw.id'], name=op.f('fk_council_seat_draw_id_draw')),
        sa.ForeignKeyConstraint(['person_id'], ['draw_person.id'], name=op.f('fk_council_seat_person_id_draw_person')),
        sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_council_seat_region_id_region')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_council_seat')),
        sa.UniqueConstraint('draw_id', 'pseudonym', name=op.f('uq_council_seat_draw_id_pseudonym'))
    )
    op.create_index(op.f('ix_council_seat_account_id'), 'council_seat', ['account_id'], unique=False)
    op.create_index(op.f('ix_council_seat_person_id'), 'council_seat', ['person_id'], unique=False)
    op.create_index('uq_council_seat_member', 'council_seat', ['region_id', 'account_id'], unique=True, sqlite_where=sa.text("state = 'accepted'"), postgresql_where=sa.text("state = 'accepted'"))
    op.create_index('uq_council_seat_place', 'council_seat', ['draw_id', 'place'], unique=True, sqlite_where=sa.text("state IN ('offered', 'accepted')"), postgresql_where=sa.text("state IN ('offered', 'accepted')"))
    op.create_table('replacement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('draw_id', sa.Integer(), nullable=False),
        sa.Column('step', sa.Integer(), nullable=False),
        sa.Column('seat_id', sa.Integer(), nullable=False),
        sa.Column('distance', sa.Integer(), nullable=False),
        sa.Column('candidates', sa.JSON(), nullable=False),
        sa.Column('joins', sa.String(), nullable=True),
        sa.Column('happened_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['draw_id'], ['draw.id'], name=op.f('fk_replacement_draw_id_draw')),
        sa.ForeignKeyConstraint(['seat_id'], ['council_seat.id'], name=op.f('fk_replacement_seat_id_council_seat')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_replacement')),
        sa.UniqueConstraint('draw_id', 'step', name=op.f('uq_replacement_draw_id_step')),
        sa.UniqueConstraint('seat_id', name=op.f('uq_replacement_seat_id'))
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("replacement")
    op.drop_table("council_seat")
    op.drop_table("draw_person")
    op.drop_table("draw_file")
    op.drop_table("draw")
