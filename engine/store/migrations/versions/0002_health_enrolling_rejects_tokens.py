"""Health, enrolling, rejects, tokens.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('decisions',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('playbook', sa.Text(collation='C'), nullable=False),
    sa.Column('plan', sa.Text(collation='C'), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('contact', sa.Text(collation='C'), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('values', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fact', sa.Text(collation='C'), nullable=True),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=True),
    sa.CheckConstraint("decision IN ('started', 'refused', 'held', 'draft')", name=op.f('decisions_decision_check')),
    sa.PrimaryKeyConstraint('number', name=op.f('decisions_pk'))
    )
    op.create_index(op.f('decisions_account_playbook_number_idx'), 'decisions', ['account', 'playbook', 'number'], unique=False)
    op.create_index(op.f('decisions_playbook_number_idx'), 'decisions', ['playbook', 'number'], unique=False)
    op.create_table('firings',
    sa.Column('playbook', sa.Text(collation='C'), nullable=False),
    sa.Column('subject', sa.Text(collation='C'), nullable=False),
    sa.Column('key', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('playbook', 'subject', 'key', name=op.f('firings_pk'))
    )
    op.create_index(op.f('firings_playbook_at_idx'), 'firings', ['playbook', 'at'], unique=False)
    op.create_table('hook_calls',
    sa.Column('hook', sa.Text(), nullable=False),
    sa.Column('nonce', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hook', 'nonce', name=op.f('hook_calls_pk'))
    )
    op.create_table('notices',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(collation='C'), nullable=True),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.CheckConstraint("kind IN ('brake')", name=op.f('notices_kind_check')),
    sa.CheckConstraint("status IN ('owed', 'sending', 'sent', 'failed')", name=op.f('notices_status_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('notices_pk'))
    )
    op.create_index('notices_owed_idx', 'notices', ['number'], unique=False, postgresql_where=sa.text("status = 'owed'"))
    op.create_table('rejects',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('written', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.CheckConstraint("status IN ('open', 'replayed', 'dropped')", name=op.f('rejects_status_check')),
    sa.PrimaryKeyConstraint('number', name=op.f('rejects_pk'))
    )
    op.create_index('rejects_open_idx', 'rejects', ['number'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_table('sweep_failures',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('what', sa.Text(collation='C'), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'account', 'what', name=op.f('sweep_failures_pk'))
    )
    op.create_table('tokens',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('scopes', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('tokens_pk')),
    sa.UniqueConstraint('digest', name=op.f('tokens_digest_key'))
    )
    op.create_table('health_overrides',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('health_overrides_account_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('health_overrides_pk'))
    )
    op.create_index('health_overrides_one_in_force', 'health_overrides', ['account'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('roll_ups',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('roll_ups_account_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('roll_ups_pk'))
    )
    op.create_index(op.f('roll_ups_account_idx'), 'roll_ups', ['account'], unique=False)
    op.create_table('matching',
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('subject', sa.Text(collation='C'), nullable=False),
    sa.Column('key', sa.Text(collation='C'), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('matching_account_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account', 'subject', 'key', name=op.f('matching_pk'))
    )
    op.create_table('held',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('playbook', sa.Text(collation='C'), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('contact', sa.Text(collation='C'), nullable=True),
    sa.Column('subject', sa.Text(collation='C'), sa.Computed('COALESCE(contact, account)', persisted=True), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('trigger', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.CheckConstraint("kind IN ('brake', 'queue', 'group')", name=op.f('held_kind_check')),
    sa.CheckConstraint("status IN ('held', 'released', 'dropped')", name=op.f('held_status_check')),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('held_account_fk')),
    sa.ForeignKeyConstraint(['contact'], ['contacts.id'], name=op.f('held_contact_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('held_pk'))
    )
    op.create_index('held_account_idx', 'held', ['account', 'number'], unique=False, postgresql_where=sa.text("status = 'held'"))
    op.create_index('held_one', 'held', ['playbook', 'subject'], unique=True, postgresql_where=sa.text("status = 'held'"))
    op.add_column('account_scores', sa.Column('known_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE account_scores SET known_at = at')
    op.alter_column('account_scores', 'known_at', nullable=False)
    op.drop_constraint(op.f('account_scores_pk'), 'account_scores', type_='primary')
    op.create_primary_key(op.f('account_scores_pk'), 'account_scores', ['account', 'at', 'known_at'])
    op.add_column('account_scores', sa.Column('model', sa.Text(), nullable=True))
    op.add_column('account_scores', sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('accounts', sa.Column('assessment', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('accounts', sa.Column('reassess_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('accounts_reassess_at_idx'), 'accounts', ['reassess_at'], unique=False, postgresql_where=sa.text('reassess_at IS NOT NULL'))
    op.create_index(op.f('enrollments_playbook_started_at_idx'), 'enrollments', ['playbook', 'started_at'], unique=False)
    op.create_index('effects_recipient_idx', 'effects', ['recipient', 'at'], unique=False, postgresql_where=sa.text("status IN ('intent', 'waiting', 'unknown', 'accepted')"))
    op.drop_index(op.f('facts_account_occurred_at_idx'), table_name='facts')
    op.create_index(op.f('facts_account_kind_occurred_at_idx'), 'facts', ['account', 'kind', 'occurred_at'], unique=False)
    op.create_index('waits_clock_idx', 'waits', ['account'], unique=False, postgresql_where=sa.text("'clock.passed' = ANY (names)"))
    op.create_table('queued_messages',
    sa.Column('contact', sa.Text(collation='C'), nullable=False),
    sa.Column('key', sa.Text(collation='C'), nullable=False),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asks_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['enrollment'], ['enrollments.id'], name=op.f('queued_messages_enrollment_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('contact', 'key', name=op.f('queued_messages_pk'))
    )
    op.create_index(op.f('queued_messages_enrollment_idx'), 'queued_messages', ['enrollment'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('queued_messages_enrollment_idx'), table_name='queued_messages')
    op.drop_table('queued_messages')
    op.drop_index('waits_clock_idx', table_name='waits', postgresql_where=sa.text("'clock.passed' = ANY (names)"))
    op.drop_index(op.f('facts_account_kind_occurred_at_idx'), table_name='facts')
    op.create_index(op.f('facts_account_occurred_at_idx'), 'facts', ['account', 'occurred_at'], unique=False)
    op.drop_index(op.f('enrollments_playbook_started_at_idx'), table_name='enrollments')
    op.drop_index('effects_recipient_idx', table_name='effects', postgresql_where=sa.text("status IN ('intent', 'waiting', 'unknown', 'accepted')"))
    op.drop_index(op.f('accounts_reassess_at_idx'), table_name='accounts', postgresql_where=sa.text('reassess_at IS NOT NULL'))
    op.drop_column('accounts', 'reassess_at')
    op.drop_column('accounts', 'assessment')
    op.drop_column('account_scores', 'inputs')
    op.drop_column('account_scores', 'model')
    op.execute(
        'DELETE FROM account_scores AS old USING account_scores AS new WHERE old.account = new.account '
        'AND old.at = new.at AND old.known_at < new.known_at'
    )
    op.drop_constraint(op.f('account_scores_pk'), 'account_scores', type_='primary')
    op.create_primary_key(op.f('account_scores_pk'), 'account_scores', ['account', 'at'])
    op.drop_column('account_scores', 'known_at')
    op.drop_index('held_one', table_name='held', postgresql_where=sa.text("status = 'held'"))
    op.drop_index('held_account_idx', table_name='held', postgresql_where=sa.text("status = 'held'"))
    op.drop_table('held')
    op.drop_table('matching')
    op.drop_index(op.f('roll_ups_account_idx'), table_name='roll_ups')
    op.drop_table('roll_ups')
    op.drop_index('health_overrides_one_in_force', table_name='health_overrides', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('health_overrides')
    op.drop_table('tokens')
    op.drop_table('sweep_failures')
    op.drop_index('rejects_open_idx', table_name='rejects', postgresql_where=sa.text("status = 'open'"))
    op.drop_table('rejects')
    op.drop_index('notices_owed_idx', table_name='notices', postgresql_where=sa.text("status = 'owed'"))
    op.drop_table('notices')
    op.drop_table('hook_calls')
    op.drop_index(op.f('firings_playbook_at_idx'), table_name='firings')
    op.drop_table('firings')
    op.drop_index(op.f('decisions_playbook_number_idx'), table_name='decisions')
    op.drop_index(op.f('decisions_account_playbook_number_idx'), table_name='decisions')
    op.drop_table('decisions')
