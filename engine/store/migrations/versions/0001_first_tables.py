"""The first tables.

Revision 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('band', sa.Text(), nullable=True),
    sa.Column('band_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name', sa.Text(), sa.Computed("fields ->> 'name'", persisted=True), nullable=True),
    sa.Column('parent', sa.Text(collation='C'), sa.Computed("fields ->> 'parent'", persisted=True), nullable=True),
    sa.Column('csm', sa.Text(collation='C'), sa.Computed("fields ->> 'csm'", persisted=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('accounts_pk')),
    postgresql_with={'fillfactor': '85'}
    )
    op.create_index(op.f('accounts_csm_idx'), 'accounts', ['csm'], unique=False, postgresql_where=sa.text('csm IS NOT NULL'))
    op.create_index(op.f('accounts_parent_idx'), 'accounts', ['parent'], unique=False, postgresql_where=sa.text('parent IS NOT NULL'))
    op.create_table('outbox',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('delivery', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('owed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('error', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('outbox_pk'))
    )
    op.create_index(op.f('outbox_enrollment_number_idx'), 'outbox', ['enrollment', 'number'], unique=False)
    op.create_table('plans',
    sa.Column('hash', sa.Text(collation='C'), nullable=False),
    sa.Column('playbook', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('plans_pk'))
    )
    op.create_index(op.f('plans_playbook_idx'), 'plans', ['playbook'], unique=False)
    op.create_table('turns',
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('team', name=op.f('turns_pk')),
    postgresql_with={'fillfactor': '50'}
    )
    op.create_table('users',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=True),
    sa.Column('calendar', sa.Text(), nullable=False),
    sa.Column('manager', sa.Text(collation='C'), nullable=True),
    sa.ForeignKeyConstraint(['manager'], ['users.id'], name=op.f('users_manager_fk'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('users_pk'))
    )
    op.create_table('workspaces',
    sa.Column('hash', sa.Text(collation='C'), nullable=False),
    sa.Column('document', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('workspaces_pk'))
    )
    op.create_index('workspaces_one_current', 'workspaces', ['current'], unique=True, postgresql_where='current')
    op.create_table('account_scores',
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('band', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('account_scores_account_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account', 'at', name=op.f('account_scores_pk'))
    )
    op.create_table('applies',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('playbook', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(collation='C'), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['plan'], ['plans.hash'], name=op.f('applies_plan_fk')),
    sa.PrimaryKeyConstraint('number', name=op.f('applies_pk'))
    )
    op.create_index(op.f('applies_playbook_idx'), 'applies', ['playbook'], unique=False)
    op.create_table('contacts',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('fields', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('role', sa.Text(), sa.Computed("fields ->> 'role'", persisted=True), nullable=True),
    sa.Column('email', sa.Text(), sa.Computed("fields ->> 'email'", persisted=True), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('contacts_account_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('contacts_pk'))
    )
    op.create_index(op.f('contacts_account_idx'), 'contacts', ['account'], unique=False)
    op.create_table('facts',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('contact', sa.Text(collation='C'), nullable=True),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=True),
    sa.Column('node', sa.Text(collation='C'), nullable=True),
    sa.Column('path', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('facts_account_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('facts_pk'))
    )
    op.create_index(op.f('facts_account_occurred_at_idx'), 'facts', ['account', 'occurred_at'], unique=False)
    op.create_table('live_plans',
    sa.Column('playbook', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(collation='C'), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['plan'], ['plans.hash'], name=op.f('live_plans_plan_fk')),
    sa.PrimaryKeyConstraint('playbook', name=op.f('live_plans_pk'))
    )
    op.create_table('user_leave',
    sa.Column('user', sa.Text(collation='C'), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.CheckConstraint('first <= last', name=op.f('user_leave_order_check')),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('user_leave_user_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user', 'first', name=op.f('user_leave_pk'))
    )
    op.create_table('enrollments',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('playbook', sa.Text(collation='C'), nullable=False),
    sa.Column('plan', sa.Text(collation='C'), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('contact', sa.Text(collation='C'), nullable=True),
    sa.Column('subject', sa.Text(collation='C'), sa.Computed('COALESCE(contact, account)', persisted=True), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('trigger', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('roles', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.CheckConstraint("status IN ('active', 'paused', 'finished')", name=op.f('enrollments_status_check')),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('enrollments_account_fk')),
    sa.ForeignKeyConstraint(['contact'], ['contacts.id'], name=op.f('enrollments_contact_fk')),
    sa.ForeignKeyConstraint(['plan'], ['plans.hash'], name=op.f('enrollments_plan_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('enrollments_pk')),
    postgresql_with={'fillfactor': '85'}
    )
    op.create_index(op.f('enrollments_account_status_idx'), 'enrollments', ['account', 'status'], unique=False)
    op.create_index(op.f('enrollments_number_idx'), 'enrollments', ['number'], unique=False)
    op.create_index('enrollments_one_active', 'enrollments', ['playbook', 'subject'], unique=True, postgresql_where=sa.text("status <> 'finished'"))
    op.create_index(op.f('enrollments_plan_idx'), 'enrollments', ['plan'], unique=False)
    op.create_index(op.f('enrollments_playbook_subject_ended_at_idx'), 'enrollments', ['playbook', 'subject', 'ended_at'], unique=False)
    op.create_index(op.f('enrollments_status_number_idx'), 'enrollments', ['status', 'number'], unique=False)
    op.create_table('effects',
    sa.Column('key', sa.Text(collation='C'), nullable=False),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('node', sa.Text(collation='C'), nullable=True),
    sa.Column('path', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('verb', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('recipient', sa.Text(collation='C'), nullable=True),
    sa.Column('provider', sa.Text(), nullable=True),
    sa.Column('provider_id', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('result', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("status IN ('intent', 'waiting', 'done', 'accepted', 'refused', 'unknown', 'skipped')", name=op.f('effects_status_check')),
    sa.ForeignKeyConstraint(['enrollment'], ['enrollments.id'], name=op.f('effects_enrollment_fk')),
    sa.PrimaryKeyConstraint('key', name=op.f('effects_pk'))
    )
    op.create_index(op.f('effects_enrollment_idx'), 'effects', ['enrollment'], unique=False)
    op.create_index('effects_unclear_idx', 'effects', ['at'], unique=False, postgresql_where=sa.text("status IN ('intent', 'waiting', 'unknown', 'refused')"))
    op.create_table('tasks',
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('node', sa.Text(collation='C'), nullable=False),
    sa.Column('path', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('assignee', sa.Text(collation='C'), nullable=True),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('watch', sa.Text(collation='C'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('customer', sa.Boolean(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checklist', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('ask', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('answers', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('decision', sa.Text(), nullable=True),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.CheckConstraint("kind IN ('task', 'approval', 'escalation')", name=op.f('tasks_kind_check')),
    sa.CheckConstraint("priority IN ('low', 'normal', 'high')", name=op.f('tasks_priority_check')),
    sa.CheckConstraint("status IN ('open', 'done', 'withdrawn')", name=op.f('tasks_status_check')),
    sa.ForeignKeyConstraint(['account'], ['accounts.id'], name=op.f('tasks_account_fk')),
    sa.ForeignKeyConstraint(['enrollment'], ['enrollments.id'], name=op.f('tasks_enrollment_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('tasks_pk')),
    sa.UniqueConstraint('enrollment', 'node', 'path', name=op.f('tasks_enrollment_node_path_key')),
    postgresql_with={'fillfactor': '85'}
    )
    op.create_index('tasks_account_idx', 'tasks', ['account', sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), 'id'], unique=False)
    op.create_index('tasks_inbox_idx', 'tasks', ['assignee', sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), 'id'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_index('tasks_open_idx', 'tasks', [sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), 'id'], unique=False, postgresql_where=sa.text("status = 'open'"))
    op.create_table('timeline',
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('key', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('node', sa.Text(collation='C'), nullable=True),
    sa.Column('path', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.ForeignKeyConstraint(['enrollment'], ['enrollments.id'], name=op.f('timeline_enrollment_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('enrollment', 'key', name=op.f('timeline_pk'))
    )
    op.create_table('waits',
    sa.Column('enrollment', sa.Text(collation='C'), nullable=False),
    sa.Column('id', sa.Text(collation='C'), nullable=False),
    sa.Column('account', sa.Text(collation='C'), nullable=False),
    sa.Column('node', sa.Text(collation='C'), nullable=True),
    sa.Column('path', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('slot', sa.Text(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('names', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('anchors', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('results', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('task', sa.Text(collation='C'), nullable=True),
    sa.Column('fact_kind', sa.Text(), nullable=True),
    sa.Column('about', sa.Text(collation='C'), nullable=True),
    sa.ForeignKeyConstraint(['enrollment'], ['enrollments.id'], name=op.f('waits_enrollment_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('enrollment', 'id', name=op.f('waits_pk'))
    )
    op.create_index(op.f('waits_account_idx'), 'waits', ['account'], unique=False)
    op.create_index(op.f('waits_task_idx'), 'waits', ['task'], unique=False, postgresql_where=sa.text('task IS NOT NULL'))
    op.create_table('task_comments',
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('task', sa.Text(collation='C'), nullable=False),
    sa.Column('by', sa.Text(collation='C'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['task'], ['tasks.id'], name=op.f('task_comments_task_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('task_comments_pk'))
    )
    op.create_index(op.f('task_comments_task_idx'), 'task_comments', ['task'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('task_comments_task_idx'), table_name='task_comments')
    op.drop_table('task_comments')
    op.drop_index(op.f('waits_task_idx'), table_name='waits', postgresql_where=sa.text('task IS NOT NULL'))
    op.drop_index(op.f('waits_account_idx'), table_name='waits')
    op.drop_table('waits')
    op.drop_table('timeline')
    op.drop_index('tasks_open_idx', table_name='tasks', postgresql_where=sa.text("status = 'open'"))
    op.drop_index('tasks_inbox_idx', table_name='tasks', postgresql_where=sa.text("status = 'open'"))
    op.drop_index('tasks_account_idx', table_name='tasks')
    op.drop_table('tasks')
    op.drop_index('effects_unclear_idx', table_name='effects', postgresql_where=sa.text("status IN ('intent', 'waiting', 'unknown', 'refused')"))
    op.drop_index(op.f('effects_enrollment_idx'), table_name='effects')
    op.drop_table('effects')
    op.drop_index(op.f('enrollments_status_number_idx'), table_name='enrollments')
    op.drop_index(op.f('enrollments_playbook_subject_ended_at_idx'), table_name='enrollments')
    op.drop_index(op.f('enrollments_plan_idx'), table_name='enrollments')
    op.drop_index('enrollments_one_active', table_name='enrollments', postgresql_where=sa.text("status <> 'finished'"))
    op.drop_index(op.f('enrollments_number_idx'), table_name='enrollments')
    op.drop_index(op.f('enrollments_account_status_idx'), table_name='enrollments')
    op.drop_table('enrollments')
    op.drop_table('user_leave')
    op.drop_table('live_plans')
    op.drop_index(op.f('facts_account_occurred_at_idx'), table_name='facts')
    op.drop_table('facts')
    op.drop_index(op.f('contacts_account_idx'), table_name='contacts')
    op.drop_table('contacts')
    op.drop_index(op.f('applies_playbook_idx'), table_name='applies')
    op.drop_table('applies')
    op.drop_table('account_scores')
    op.drop_index('workspaces_one_current', table_name='workspaces', postgresql_where='current')
    op.drop_table('workspaces')
    op.drop_table('users')
    op.drop_table('turns')
    op.drop_index(op.f('plans_playbook_idx'), table_name='plans')
    op.drop_table('plans')
    op.drop_index(op.f('outbox_enrollment_number_idx'), table_name='outbox')
    op.drop_table('outbox')
    op.drop_index(op.f('accounts_parent_idx'), table_name='accounts', postgresql_where=sa.text('parent IS NOT NULL'))
    op.drop_index(op.f('accounts_csm_idx'), table_name='accounts', postgresql_where=sa.text('csm IS NOT NULL'))
    op.drop_table('accounts')
